"""Which prompts of the tree a stretch of sound is made of. Pure.

A menu often says its next words without a pause: "no such choice", and then the menu again. So a stretch is cut where a
prompt that is known begins or ends; what is left in between is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from probe.explore.tree import Node, Peak
from probe.hear.library import Library, Print
from probe.hear.pairs import pairs
from probe.hear.spectrum import FRAME_S
from probe.model import Cause
from probe.prompts.alike import DRIFT, LEAST_FRAMES, LEAST_PART, NEARLY_ALL, VOTES

LEAST_PEAKS = 24  # 2 s of speech have about 30
LEAST_REST_S = 1.2  # of sound beside a known prompt, to be one of its own
SHARE = 0.6  # of the peaks of both
RUN, RUN_HEARD = 12, 4  # of so many peaks in a row so many are heard at least, or a word is another
JITTER_FRAMES = round(0.48 / FRAME_S)  # so far apart may the places of one prompt lie
LEAST_VOTES = 5  # of a place and its neighbours
EDGE_FRAMES = round(0.25 / FRAME_S)
TAIL_FRAMES = round(0.35 / FRAME_S)  # of sound beside a known prompt, that is its own last breath

Ints = npt.NDArray[np.int32]


class Piece(msgspec.Struct, frozen=True):
    """A part of a stretch, in seconds from the first sample of the stretch; `node` when it is a known prompt."""

    start_s: float
    end_s: float
    peaks: tuple[Peak, ...]  # counted from the piece's start
    node: int | None = None


class Prompts:
    """The prompts of a tree, ready to be looked for."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = [node for node in nodes if len(node.peaks) >= LEAST_PEAKS]
        self._library = Library(as_print(node.peaks) for node in self._nodes)

    def node_of(self, peaks: Sequence[Peak]) -> int | None:
        """Which node's prompt most of these peaks are; None when none's."""
        found = [piece for piece in self.pieces(peaks, _last_s(peaks)) if piece.node is not None]
        return max(found, key=lambda piece: piece.end_s - piece.start_s).node if found else None

    def pieces(self, peaks: Sequence[Peak], length_s: float) -> tuple[Piece, ...]:
        """The stretch cut into known prompts and what is left, in order; the whole of it when nothing is known."""
        array = np.array(peaks, np.int32).reshape(-1, 2)
        last = max(round(length_s / FRAME_S), int(array[-1, 0]) if len(array) else 0)
        return tuple(self._cut(array, 0, last)) or (_piece(array, 0, last, None),)

    def _cut(self, peaks: Ints, begin: int, end: int) -> list[Piece]:
        inside = peaks[(peaks[:, 0] >= begin) & (peaks[:, 0] <= end)]
        same = find(self._library, inside) if self._nodes and len(inside) >= LEAST_PEAKS else None
        if same is None:
            return [_piece(inside, begin, end, None)] if (end - begin) * FRAME_S >= LEAST_REST_S else []
        first, last = max(begin, same.first - EDGE_FRAMES), min(end, same.last + EDGE_FRAMES)
        before, after = self._rest(peaks, begin, first), self._rest(peaks, last, end)
        if first - begin <= TAIL_FRAMES:
            first = begin
        if end - last <= TAIL_FRAMES:
            last = end
        return [*before, _piece(inside, first, last, self._nodes[same.number].id), *after]

    def _rest(self, peaks: Ints, begin: int, end: int) -> list[Piece]:
        return self._cut(peaks, begin, end) if (end - begin) * FRAME_S >= LEAST_REST_S else []


class Same(msgspec.Struct, frozen=True):
    """The prompt `number` of a library lies between these frames of what was looked up."""

    number: int
    first: int
    last: int
    share: float  # of the peaks of both, in the part that both have


def find(library: Library, peaks: Ints) -> Same | None:
    """Which prompt of the library is heard in these peaks (frame, bin; in order); None when none.

    As `probe.prompts.alike`, but a prompt may have been pulled apart: where packets came late or were left out, what
    follows lies some hundredths of a second elsewhere. So several places near each other count together. Measured on
    the practice prompts, pulled apart by 20 to 100 ms every few seconds, with noise 20 dB below: 109 of 123 are found
    (the other way, 48 %), and none of the 123 is taken for another one of its voice.
    """
    keys, _, at = pairs([peaks])
    index, numbers, frames = library.find(keys.tolist())
    offsets = at[index] - frames
    best: Same | None = None
    for number in np.unique(numbers).tolist():
        places, votes = np.unique(offsets[numbers == number], return_counts=True)
        around = np.abs(places[:, None] - places[None, :])
        mass = np.where(around <= JITTER_FRAMES, votes[None, :], 0).sum(axis=1)
        if mass.max() < VOTES:
            continue
        near = np.abs(places - places[mass.argmax()]) <= JITTER_FRAMES
        beside = np.where(around <= 1, votes[None, :], 0).sum(axis=1)
        found = _same(number, peaks, library.peaks[number], places[near & (beside >= LEAST_VOTES)])
        if found is not None and (best is None or found.share > best.share):
            best = found
    return best


def _same(number: int, peaks: Ints, known: Ints, offsets: Ints) -> Same | None:
    """Whether these peaks hold the prompt whose peaks are known, at any of these offsets; None when a word differs."""
    if not len(offsets):
        return None
    first, last = int(known[0, 0] + offsets.min()), int(known[-1, 0] + offsets.max())
    begin, end = max(int(peaks[0, 0]), first), min(int(peaks[-1, 0]), last)
    lengths = sorted((int(peaks[-1, 0] - peaks[0, 0]), int(known[-1, 0] - known[0, 0])))
    if end - begin < min(max(LEAST_FRAMES, LEAST_PART * lengths[0]), max(LEAST_FRAMES / 2, NEARLY_ALL * lengths[1])):
        return None
    mine = peaks[(peaks[:, 0] >= begin) & (peaks[:, 0] <= end)]
    theirs = known[(known[:, 0] + offsets.max() >= begin) & (known[:, 0] + offsets.min() <= end)]
    if min(len(mine), len(theirs)) < 2 * RUN:
        return None
    shares = []
    for these, those, sign in ((mine, known, 1), (theirs, peaks, -1)):
        moved = np.concatenate([those + np.array([sign * offset, 0], np.int32) for offset in offsets.tolist()])
        apart = np.abs(these[:, None, :] - moved[None, :, :])
        heard = ((apart[:, :, 0] <= DRIFT) & (apart[:, :, 1] <= 1)).any(axis=1)
        if np.convolve(heard, np.ones(RUN, np.int32), "valid").min() < RUN_HEARD:
            return None
        shares.append(float(heard.mean()))
    share = sum(shares) / 2
    return Same(number, begin, end, share) if share >= SHARE else None


def as_print(peaks: Sequence[Peak]) -> Print:
    """Peaks in the form of a recording of a library."""
    return Print(label=Cause.UNSURE, length_s=_last_s(peaks), peaks=tuple(peaks))


def alike(one: Sequence[Peak], other: Sequence[Peak]) -> bool | None:
    """Whether two prints are of one prompt; None when one is too short to tell."""
    if min(len(one), len(other)) < LEAST_PEAKS:
        return None
    return find(Library([as_print(one)]), np.array(other, np.int32).reshape(-1, 2)) is not None


def _last_s(peaks: Sequence[Peak]) -> float:
    return round(peaks[-1][0] * FRAME_S, 3) if peaks else 0.0


def _piece(peaks: Ints, begin: int, end: int, node: int | None) -> Piece:
    own = [(int(f) - begin, int(b)) for f, b in peaks.tolist() if begin <= f <= end]
    return Piece(begin * FRAME_S, end * FRAME_S, tuple(own), node)
