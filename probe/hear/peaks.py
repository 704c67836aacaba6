"""Landmarks of a sound: the peaks of its spectrum, and pairs of them as hashes (Wang, "An industrial-strength audio
search algorithm", ISMIR 2003).

A peak is the loudest point within 125 Hz and 80 ms. It survives A-law and noise far better than what lies around it; a
pair of peaks (pitch, pitch difference, distance) is so specific that a handful at one common offset name a recording.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

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
_WIDTH = BINS + 2 * NEAR_BINS


class Peaks:
    """Finds the peaks in a stream of frames, `NEAR_FRAMES` frames late."""

    def __init__(self) -> None:
        rows = 2 * NEAR_FRAMES + FRAMES
        self._power = np.full((rows, BINS), _NONE, np.float32)  # dB
        self._around = np.full((rows, BINS), _NONE, np.float32)  # the loudest within NEAR_BINS
        self._padded = np.full(FRAMES * _WIDTH + 2 * NEAR_BINS, _NONE, np.float32)  # rows with a margin before each
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
            power[-FRAMES:] = 10 * np.log10(frames.power[:, :BINS] + np.float32(1e-12))
            self._padded[: FRAMES * _WIDTH].reshape(FRAMES, _WIDTH)[:, 2 * NEAR_BINS :] = power[-FRAMES:]
            widest = _running_max(self._padded, 2 * NEAR_BINS + 1).reshape(FRAMES, _WIDTH)
            around[-FRAMES:] = widest[:, NEAR_BINS : NEAR_BINS + BINS]
        self._loudest.extend(np.maximum.reduce(around[-FRAMES:], axis=1).tolist())
        floor = max(FLOOR_DBFS, max(self._loudest) - DEPTH_DB)
        middle = power[NEAR_FRAMES : NEAR_FRAMES + FRAMES]
        longest = _running_max(around, 2 * NEAR_FRAMES + 1)
        rows, bins = ((middle >= longest) & (middle > floor)).nonzero()
        first = frames.first - NEAR_FRAMES
        return [(first + row, column) for row, column in zip(rows.tolist(), bins.tolist(), strict=True)]


def _running_max(rows: Floats, width: int) -> Floats:
    """The greatest of each `width` rows, by doubling."""
    done = 1
    while 2 * done <= width:
        rows = np.maximum(rows[:-done], rows[done:])
        done *= 2
    rest = width - done
    return np.maximum(rows[:-rest], rows[rest:]) if rest else rows


class Pairs:
    """Joins each peak with the next ones, as they come."""

    def __init__(self) -> None:
        self._anchors: list[list[int]] = []  # frame, bin, pairs still to begin

    def feed(self, peaks: Iterable[Peak]) -> list[Hash]:
        """The hashes that these peaks, in order of frame and bin, complete."""
        nearest, farthest = NEXT_FRAMES
        found: list[Hash] = []
        anchors = self._anchors
        for frame, column in peaks:
            spent = bool(anchors) and anchors[0][0] < frame - farthest
            latest = frame - nearest
            for anchor in anchors:
                begun, low, left = anchor
                if begun > latest:
                    break
                if -NEXT_BINS <= column - low <= NEXT_BINS and begun >= frame - farthest:
                    anchor[2] = left - 1
                    spent = spent or left == 1
                    found.append(((low << 12) | ((column - low + NEXT_BINS) << 6) | (frame - begun), begun))
            if spent:
                anchors = [anchor for anchor in anchors if anchor[2] and anchor[0] >= frame - farthest]
            anchors.append([frame, column, FAN])
        self._anchors = anchors
        return found
