"""Speech, by Silero VAD on windows of 32 ms.

The model is loaded with the first sound that could be speech: a call that is only rung never pays for it. Windows of
near silence and of steady tone are not shown to it; after a second of them it starts afresh. It is also the dearest
part of the ear: of a noise that it has heard for a while to be no speech, and that stays as loud, it is shown a sample.
"""

from __future__ import annotations

import numpy as np

from probe.hear.foreground import WINDOW, Foreground, Speech
from probe.hear.silero import Silero
from probe.hear.spectrum import BLOCK, Floats

SPEECH = 0.5  # the model's own threshold
QUIET = 10 ** (-62.0 / 10)  # -62 dBFS
FORGET_WINDOWS = 31  # 1 s
SURELY_NOT = 0.05  # speech; noise gets less, a voice hardly ever does for a fifth of a second:
SURE_WINDOWS = 6
ALIKE = 1.4  # 1.5 dB either way, in energy: four standard deviations of white noise in one window
LOOK_EVERY = 8  # windows of such noise
WARM_WINDOWS = 4  # of those passed over that it is shown first when something changes


class Voice:
    """Finds speech in a stream of samples, `BLOCK` at a time."""

    def __init__(self) -> None:
        self._model: Silero | None = None
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
            self._model = Silero()
        elif self._skipped > FORGET_WINDOWS:
            self._model.reset()
        self._skipped = 0
        for before in () if alike else self._passed[-WARM_WINDOWS:]:
            self._model.feed(before)
        self._passed.clear()
        likely = self._model.feed(window)
        if likely > SURELY_NOT:
            self._noisy = 0
        else:
            share = 1.0 if not self._noisy else 0.1 if energy > self._noise else 0.3
            self._noise += share * (energy - self._noise)
            self._noisy += 1
        return likely >= SPEECH
