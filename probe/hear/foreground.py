"""Who speaks into the telephone, and not behind it: windows with speech, joined to stretches of the nearest voice.

A voice detector hears a colleague across the room, or the murmur of an office, as well as the clerk. Faint speech right
beside loud speech is its first or last syllables. What stays faint for longer is somebody behind: the stretch ended
with the last loud window. When nobody loud comes back, it was another speaker, who is softer, and it counts after all.
"""

from __future__ import annotations

import math

import msgspec

from probe.hear.spectrum import FLOOR_DBFS, RATE_HZ

WINDOW = 256  # samples
WINDOW_S = WINDOW / RATE_HZ
PAUSE = 8  # windows, 0.26 s: shorter pauses are between syllables
LEAST = 3  # windows; a shorter burst is a click
FAINT = 10 ** (-13 / 10)  # of the energy of the voice; a sentence's last syllables fall by 6 to 10 dB
BACK = 10 ** (-9 / 10)  # and what is so loud after that is the voice again: a murmur has louder moments
BESIDE = 26  # windows, 0.83 s: less than the shortest wait after which a clerk is known (probe.classify.answered)
RETURNS = 62  # 2 s
LOUDER, SOFTER = 1 / 8, 1 / 64  # how fast the energy of the voice is followed, in a window


class Speech(msgspec.Struct, frozen=True):
    """One stretch of speech. Times count from the first sample."""

    start_s: float
    end_s: float
    level_dbfs: float


class Foreground:
    """Joins windows of `WINDOW_S` to stretches, one at a time."""

    def __init__(self) -> None:
        self._now = 0  # number of the next window
        self._voice = 0.0  # energy of the voice in front; 0 when it has gone
        self._first: int | None = None  # window of the open stretch
        self._last = 0  # window of it
        self._energy = 0.0
        self._count = 0
        self._faint: list[tuple[int, float]] = []  # windows of faint speech since then: number and energy
        self._done: list[Speech] = []

    def feed(self, energy: float, *, speech: bool) -> None:
        """The next window: its energy, and whether the detector hears speech."""
        now, self._now = self._now, self._now + 1
        if speech and energy < self._voice * (BACK if self._faint else FAINT):
            self._faint.append((now, energy))
        elif speech:
            self._take(_leading_to(now, self._faint))
            self._speak(now, energy)
        elif self._first is not None and now - self._heard > PAUSE:
            self._take(self._faint)
            self._end()
        if self._first is not None and self._heard - self._last > BESIDE:
            self._end()
        if now - self._last > RETURNS:
            self._voice = 0.0
            self._take(self._faint)

    def take_done(self) -> list[Speech]:
        """The stretches that ended since this was last asked."""
        done, self._done = self._done, []
        return done

    def open(self) -> Speech | None:
        """The stretch that is going on, or that may go on after a short pause."""
        return self._stretch(self._heard)

    @property
    def speaking(self) -> bool:
        """Whether somebody speaks right now."""
        return self._first is not None and self._now - self._heard <= 3

    @property
    def _heard(self) -> int:
        """The last window with speech, be it faint."""
        return self._faint[-1][0] if self._faint else self._last

    def _take(self, faint: list[tuple[int, float]]) -> None:
        """Count these windows after all, and forget the others."""
        self._faint = []
        for window, energy in faint:
            self._speak(window, energy)

    def _speak(self, window: int, energy: float) -> None:
        if self._first is not None and window - self._last > PAUSE + 1:
            self._end()
        if self._first is None:
            self._first, self._energy, self._count = window, 0.0, 0
        self._last = window
        self._energy += energy
        self._count += 1
        self._voice += (LOUDER if energy > self._voice else SOFTER) * (energy - self._voice)

    def _end(self) -> None:
        stretch = self._stretch(self._last)
        if stretch:
            self._done.append(stretch)
        self._first = None

    def _stretch(self, last: int) -> Speech | None:
        if self._first is None or last + 1 - self._first < LEAST:
            return None
        power = self._energy / self._count
        level = 10 * math.log10(power) if power > 0 else FLOOR_DBFS
        return Speech(self._first * WINDOW_S, (last + 1) * WINDOW_S, level)


def _leading_to(now: int, faint: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """The windows without a pause before this moment, unless there are so many that they are somebody behind."""
    begin, after = len(faint), now
    while begin and after - faint[begin - 1][0] <= PAUSE + 1:
        begin -= 1
        after = faint[begin][0]
    return faint[begin:] if now - after <= BESIDE else []
