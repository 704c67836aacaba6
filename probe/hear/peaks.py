"""Landmarks of a sound: the peaks of its spectrum, and pairs of them as hashes (Wang, "An industrial-strength audio
search algorithm", ISMIR 2003).

A peak is the loudest point within 125 Hz and 80 ms. It survives A-law and noise far better than what lies around it; a
pair of peaks (pitch, pitch difference, distance) is so specific that a handful at one common offset name a recording.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from probe.hear.spectrum import FRAMES, Floats, Frames

BINS = 188  # of those the spectrum has: 190 to 3100 Hz, the telephone's band
NEAR_BINS = 8
NEAR_FRAMES = 5
DEPTH_DB = 30.0  # peaks this far below the loudest of the last 0.7 s are noise
FLOOR_DBFS = -66.0  # of one bin
LOUDEST_FRAMES = 40

FAN = 6  # pairs a peak begins
NEXT_FRAMES = (2, 47)  # distance of a pair: 32 to 752 ms
NEXT_BINS = 31

Peak = tuple[int, int]  # frame, bin
Hash = tuple[int, int]  # hash, frame of its first peak

_NONE = float("-inf")


class Peaks:
    """Finds the peaks in a stream of frames, `NEAR_FRAMES` frames late."""

    def __init__(self) -> None:
        rows = 2 * NEAR_FRAMES + FRAMES
        self._power = np.full((rows, BINS), _NONE, np.float32)  # dB
        self._around = np.full((rows, BINS), _NONE, np.float32)  # the loudest within NEAR_BINS
        self._loudest: deque[float] = deque([_NONE] * LOUDEST_FRAMES, maxlen=LOUDEST_FRAMES)
        self._silent_rows = rows

    def feed(self, frames: Frames, *, ignore: bool) -> list[Peak]:
        """The peaks that these frames complete; `ignore` frames that hold nothing to remember, such as a tone."""
        self._silent_rows = self._silent_rows + FRAMES if ignore else 0
        if self._silent_rows >= len(self._power) + FRAMES:
            return []
        power, around = self._power, self._around
        power[:-FRAMES], around[:-FRAMES] = power[FRAMES:], around[FRAMES:]
        if ignore:
            power[-FRAMES:] = around[-FRAMES:] = _NONE
        else:
            power[-FRAMES:] = 10 * np.log10(frames.power[:, :BINS] + 1e-12)
            around[-FRAMES:] = _widest(power[-FRAMES:])
        self._loudest.extend(around[-FRAMES:].max(axis=1).tolist())
        floor = max(FLOOR_DBFS, max(self._loudest) - DEPTH_DB)
        middle = power[NEAR_FRAMES : NEAR_FRAMES + FRAMES]
        rows, bins = np.nonzero((middle >= _longest(around)) & (middle > floor))
        first = frames.first - NEAR_FRAMES
        return [(first + row, column) for row, column in zip(rows.tolist(), bins.tolist(), strict=True)]


def _widest(power: Floats) -> Floats:
    """The loudest within NEAR_BINS on either side, by doubling."""
    padded = np.full((len(power), BINS + 2 * NEAR_BINS), _NONE, np.float32)
    padded[:, NEAR_BINS:-NEAR_BINS] = power
    return _running_max(padded.T, 2 * NEAR_BINS + 1).T


def _longest(around: Floats) -> Floats:
    """The loudest within NEAR_FRAMES before and after, of the rows that have both."""
    return _running_max(around, 2 * NEAR_FRAMES + 1)


def _running_max(rows: Floats, width: int) -> Floats:
    done = 1
    while 2 * done <= width:
        rows = np.maximum(rows[:-done], rows[done:])
        done *= 2
    rest = width - done
    return np.maximum(rows[:-rest], rows[rest:]) if rest else rows


class Pairs:
    """Joins each peak with the next ones, as they come."""

    def __init__(self) -> None:
        self._anchors: deque[list[int]] = deque()  # frame, bin, pairs begun

    def feed(self, peaks: Iterable[Peak]) -> Iterator[Hash]:
        """The hashes that these peaks, in order of frame and bin, complete."""
        nearest, farthest = NEXT_FRAMES
        for frame, column in peaks:
            while self._anchors and self._anchors[0][0] < frame - farthest:
                self._anchors.popleft()
            for anchor in self._anchors:
                apart, up = frame - anchor[0], column - anchor[1]
                if apart >= nearest and -NEXT_BINS <= up <= NEXT_BINS and anchor[2] < FAN:
                    anchor[2] += 1
                    yield (anchor[1] << 12) | ((up + NEXT_BINS) << 6) | apart, anchor[0]
            self._anchors.append([frame, column, 0])
