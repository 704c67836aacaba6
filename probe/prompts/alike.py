"""Whether two stretches of sound are the same recording, heard twice over the telephone. Pure.

During a call one side is a clean print; here both are as noisy as the line was, so fewer peaks agree. Both may begin
late or end early: what counts is the part that both have.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from probe.hear.library import Library
from probe.hear.pairs import pairs
from probe.hear.spectrum import FRAME_S

VOTES = 12
SHARE = 0.5  # of the peaks of both, in the part that both have; other sentences of one voice reached 0.46
RUN, RUN_HEARD = 12, 2  # of so many peaks in a row so many are heard at least: of other words it is none or one
LEAST_FRAMES = round(2.0 / FRAME_S)
LEAST_PART = 0.6  # of the shorter one
NEARLY_ALL = 0.8  # of the longer one: then less than LEAST_FRAMES will do
DRIFT = 2  # frames, either way

Ints = npt.NDArray[np.int32]


class Alike(msgspec.Struct, frozen=True):
    """The recording `number` of a library begins `offset` frames after the one that was looked up."""

    number: int
    offset: int
    share: float


def find(library: Library, peaks: Ints) -> Alike | None:
    """Which recording of the library these peaks (frame, bin; in order) are; None when none."""
    keys, _, at = pairs([peaks])
    index, numbers, frames = library.find(keys.tolist())
    if not len(index):
        return None
    offsets = at[index] - frames
    places, votes = np.unique(np.stack((numbers, offsets)), axis=1, return_counts=True)
    best: Alike | None = None
    for place in np.argsort(-votes)[:8]:
        number, offset = places[:, place].tolist()
        near = (places[0] == number) & (np.abs(places[1] - offset) <= DRIFT)
        if votes[near].sum() < VOTES:
            continue
        share = same_share(peaks, library.peaks[number] + np.array([offset, 0], np.int32))
        if share >= SHARE and (best is None or share > best.share):
            best = Alike(number, offset, share)
    return best


def same_share(one: Ints, other: Ints) -> float:
    """The share of peaks that both have, in the part that both cover; 0 when that is too short or a word differs."""
    begin, end = max(one[0, 0], other[0, 0]), min(one[-1, 0], other[-1, 0])
    shorter, longer = sorted((one[-1, 0] - one[0, 0], other[-1, 0] - other[0, 0]))
    if end - begin < min(max(LEAST_FRAMES, LEAST_PART * shorter), max(LEAST_FRAMES / 2, NEARLY_ALL * longer)):
        return 0.0
    one, other = (p[(p[:, 0] >= begin) & (p[:, 0] <= end)] for p in (one, other))
    if min(len(one), len(other)) < 2 * RUN:
        return 0.0
    shares = []
    for these, those in ((one, other), (other, one)):
        heard = _heard(these, those)
        if np.convolve(heard, np.ones(RUN, np.int32), "valid").min() < RUN_HEARD:
            return 0.0
        shares.append(float(heard.mean()))
    return sum(shares) / 2


def _heard(these: Ints, those: Ints) -> npt.NDArray[np.bool_]:
    """Which of these peaks have one of those within a frame and a bin, or a few frames where the clocks drift."""
    apart = np.abs(these[:, None, :] - those[None, :, :])
    near: npt.NDArray[np.bool_] = ((apart[:, :, 0] <= DRIFT) & (apart[:, :, 1] <= 1)).any(axis=1)
    return near
