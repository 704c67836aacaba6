"""Single stretches of tone: where one begins and ends, how high it is, and whether it is too pure to be a voice.

A frame is tonal when one peak, or two, hold most of its power. An edge lies where their power crosses half of the
plateau beside it, so that with a symmetric window neither the window's length nor the level moves it. A signal stands
in quiet on both sides, a vowel or a note rarely does. A level that swings, as AMR lets it, and a hole of up to
`HOLE_FRAMES` frames, such as two lost packets leave, do not end a burst; the shortest pause of any tone in the table,
0.1 s less 15 %, does.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

import msgspec

from probe.hear.spectrum import FRAME_S, Frames

TONAL_SHARE = 0.62  # of the power in the peaks: 2 dB over white noise, rarely reached by voices
PAIR_SHARE = 0.12  # the weaker of two tones holds at least this share; noise and harmonics of a clean tone hold less
SAME_HZ = 20.0
MIN_DBFS = -52.0  # -35 dBm0 is -38 dBFS; below this nothing is meant to be heard
HOLE_FRAMES = 3
BEFORE_FRAMES = 4
EDGE = math.sqrt(0.5)  # of the plateau's amplitude
HELD = 0.35  # of the greatest amplitude: AMR lets the level of a faint tone swing by several dB
LOCAL_FRAMES = 5  # a window's length: the plateau beside an edge is to be found in it
MIN_S = 0.05
KEEP_FRAMES = 128
PURE_HZ = 4.0  # greatest deviation of a steady tone's pitch, through 10 dB of noise; a voice's is above 1 %
QUIET_DB = 6.0  # what is beside a burst is softer by this much: less than the 10 dB of noise we bear
PURE_DB = 1.5  # greatest deviation of a steady tone's level


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of tone; `second_hz` is 0 for a single sine. Times count from the first sample."""

    start_s: float
    end_s: float
    hz: float
    second_hz: float
    level_dbfs: float
    pure: bool
    quiet_before: bool
    quiet_after: bool

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def sounds_like(self, other: Burst) -> bool:
        """Whether both may be pieces of one signal: equally high and about equally loud."""
        return (
            abs(self.hz - other.hz) <= SAME_HZ
            and abs(self.second_hz - other.second_hz) <= SAME_HZ
            and abs(self.level_dbfs - other.level_dbfs) <= 8.0
        )


class _Frame(msgspec.Struct, frozen=True, gc=False):
    index: int
    amplitude: float
    level: float  # amplitude of everything, the tone included
    hz: float
    second_hz: float
    tonal: bool

    def near(self, hz: float, second_hz: float) -> bool:
        if abs(self.hz - hz) <= SAME_HZ:
            return not (self.second_hz and second_hz) or abs(self.second_hz - second_hz) <= SAME_HZ
        # one of a pair may fade for a frame
        return bool(second_hz) and not self.second_hz and abs(self.hz - second_hz) <= SAME_HZ


class BurstTracker:
    """Finds bursts in a stream of frames."""

    def __init__(self) -> None:
        self._before: deque[_Frame] = deque(maxlen=BEFORE_FRAMES)  # the frames before the open burst
        self._frames: list[_Frame] = []  # of the open burst, weak ones at its end included; of a long one, the last
        self._opening: tuple[float, bool] | None = None  # of a burst too long to keep all its frames
        self._weak = 0
        self._top = 0.0

    def feed(self, frames: Frames) -> list[Burst]:
        """The bursts that ended within these frames."""
        done: list[Burst] = []
        for i, level in enumerate(frames.level_dbfs):
            share, second = frames.share[i], frames.second_share[i]
            pair = second >= PAIR_SHARE
            both = share + second if pair else share
            hz, second_hz = frames.hz[i], frames.second_hz[i] if pair else 0.0
            if pair and second_hz < hz:
                hz, second_hz = second_hz, hz
            tonal = both >= TONAL_SHARE and level >= MIN_DBFS
            total = 10 ** (level / 20)
            self._take(_Frame(frames.first + i, math.sqrt(both) * total, total, hz, second_hz, tonal), done)
        return done

    def open(self) -> Burst | None:
        """The burst that is going on, up to now; None when none is. One that has faded may yet come back."""
        if not self._frames:
            return None
        strong = self._frames[: len(self._frames) - self._weak]
        return self._burst(strong, strong[-1].index * FRAME_S, [])

    def _take(self, frame: _Frame, done: list[Burst]) -> None:
        if not self._frames:
            if frame.tonal:
                self._frames, self._weak, self._top, self._opening = [frame], 0, frame.amplitude, None
            else:
                self._before.append(frame)
            return
        first = self._frames[len(self._frames) // 2]
        belongs = frame.tonal and frame.near(first.hz, first.second_hz)
        self._frames.append(frame)
        if belongs and frame.amplitude >= self._top * HELD:
            self._weak = 0
            self._top = max(self._top, frame.amplitude)
            if len(self._frames) > KEEP_FRAMES:
                self._opening = self._open_at()
                del self._frames[: KEEP_FRAMES // 2]
            return
        self._weak += 1
        if self._weak > HOLE_FRAMES:
            self._close(done)

    def _close(self, done: list[Burst]) -> None:
        """End the burst at its last strong frame; what came since may be the beginning of another."""
        strong, rest = self._frames[: -self._weak], self._frames[-self._weak :]
        edge = max(f.amplitude for f in strong[-LOCAL_FRAMES:] if f.tonal) * EDGE
        last = max(i for i, f in enumerate(strong) if f.tonal and f.amplitude >= edge)
        burst = self._burst(strong, _edge_s(self._frames[last], self._frames[last + 1], edge), rest[1:])
        if burst.duration_s >= MIN_S:
            done.append(burst)
        self._before.extend(strong[-BEFORE_FRAMES:])
        self._frames, self._weak = [], 0
        for frame in rest:
            self._take(frame, done)

    def _burst(self, frames: list[_Frame], end_s: float, after: list[_Frame]) -> Burst:
        tonal = [f for f in frames if f.tonal and f.amplitude >= self._top * HELD]
        inner = tonal[2:-2] if len(tonal) > 6 else tonal[1:-1] or tonal
        pairs = [f for f in inner if f.second_hz]
        paired = 2 * len(pairs) > len(inner)
        chosen = pairs if paired else [f for f in inner if not f.second_hz] or inner
        pitches = [f.hz for f in chosen]
        amplitudes = [f.amplitude for f in inner]
        plateau = _median(amplitudes)
        quiet = plateau * 10 ** (-QUIET_DB / 20)
        start_s, quiet_before = self._open_at()
        return Burst(
            start_s=start_s,
            end_s=end_s,
            hz=_median(pitches),
            second_hz=_median([f.second_hz for f in chosen]) if paired else 0.0,
            level_dbfs=20 * math.log10(plateau),
            pure=_deviation(pitches) <= PURE_HZ and _deviation(amplitudes) <= (10 ** (PURE_DB / 20) - 1) * plateau,
            quiet_before=quiet_before,
            quiet_after=min((f.level for f in after), default=0.0) <= quiet,
        )

    def _open_at(self) -> tuple[float, bool]:
        """When the burst began, and whether it was quiet before. Its first frames may be the last burst's fading."""
        if self._opening is not None:
            return self._opening
        held = next(i for i, f in enumerate(self._frames) if f.tonal and f.amplitude >= self._top * HELD)
        edge = max(f.amplitude for f in self._frames[held : held + LOCAL_FRAMES] if f.tonal) * EDGE
        at = next(i for i, f in enumerate(self._frames) if f.tonal and f.amplitude >= edge)
        before = [*self._before, *self._frames[:at]][-BEFORE_FRAMES:]
        quiet = self._top * 10 ** (-QUIET_DB / 20)
        start_s = max(0.0, _edge_s(self._frames[at], before[-1] if before else None, edge))
        return start_s, min((f.level for f in before), default=0.0) <= quiet


def _edge_s(inside: _Frame, outside: _Frame | None, edge: float) -> float:
    """Where the amplitude crosses `edge` between a frame within and its neighbour without."""
    high = inside.amplitude
    low = outside.amplitude if outside and outside.near(inside.hz, inside.second_hz) else 0.0
    part = 0.5 if high <= low else min(1.0, max(0.0, (high - edge) / (high - low)))
    step = -1 if outside is None or outside.index < inside.index else 1
    return (inside.index + step * part) * FRAME_S


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _deviation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
