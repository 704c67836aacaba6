"""Recognises recordings: those of the library, and what was heard before in the same call.

Hashes that occur in a known recording vote for a place in it. Votes alone would be fooled by sentences of one voice
that share their words, so a candidate is then checked peak by peak: most of its peaks must have been heard, some of
every half second, and more of them than of any recording with another label.

Measured on the practice prompts (share of a print's peaks that are heard): the same recording through A-law with noise
15 dB below 0.75 to 1.0, through AMR at 4.75 kbit/s 0.53 to 0.9; the nearest other sentence of the same synthetic voice
0.55; unrelated speech 0.1. docs/prompts.md has what comes of it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from probe.hear.library import Library
from probe.hear.peaks import BINS, NEAR_FRAMES, Hash, Pairs, Peak
from probe.hear.spectrum import FRAME_S
from probe.model import Cause

VOTES = 9  # to be worth checking; unrelated speech reached 7 over the whole library
SHARE = 0.58
RUN = 8  # peaks in a row, about half a second
RUN_HEARD = 2  # of them are heard at least: of another word it is none or one
RUN_BEGINS = 4  # where a recording is joined in the middle
RUN_LATEST = 3
WORDS = ((0.82, 6), (0.88, 5))  # on a line so clear, a single other word shows in so many peaks
MARGIN = 1.2  # over the best recording with another label
OWN_MARGIN = 0.8  # of the user's own over a shipped one: it may be there to correct it
LEAST_S = 1.75  # of a recording from its first peak to its last: 2 s of sound hold so much
MOST_OF = 0.9  # of one that is not that long
OPENING = 0.66  # of one heard from its beginning: openings are alike
OPENING_S = 0.6
GRID_FRAMES = 640  # 10 s of peaks are remembered for checking
LATE_FRAMES = 64  # a recording is still checked for so long after its end
FORGET_EVERY = 256  # frames

REPEAT_AFTER_FRAMES = 94  # 1.5 s: what is heard again sooner is rhythm
REPEAT_OVER_FRAMES = 188  # 3 s
REPEAT_VOTES = 14
REPEAT_LEAST_FRAMES = 75  # 1.2 s
REMEMBER_FRAMES = 3750  # 60 s

_RUN = np.ones(RUN, np.int32)


class Match(msgspec.Struct, frozen=True):
    """A stretch that is a known recording. Times count from the first sample of the call."""

    label: Cause
    text: str
    start_s: float
    end_s: float
    share: float  # of its peaks that were heard


class Repeat(msgspec.Struct, frozen=True):
    """A stretch that was heard before, so long ago."""

    start_s: float
    end_s: float
    lag_s: float


class Recogniser:
    """Listens to the peaks of one call: `known` recordings of the library, and `repeats` of what it heard before."""

    def __init__(self, library: Callable[[], Library]) -> None:
        self._load = library  # not called before there is anything to recognise
        self._pairs = Pairs()
        self._known: Known | None = None
        self._repeated = Repeated()

    def feed(self, peaks: Sequence[Peak], until: int) -> None:
        """The peaks of the next frames, up to and not including frame `until`."""
        if not peaks and self._known is None:
            return
        if self._known is None:
            self._known = Known(self._load())
        hashes = self._pairs.feed(peaks)
        self._known.feed(peaks, hashes, until)
        self._repeated.feed(hashes)

    def forget(self, before_s: float) -> None:
        """Drop what ended before this moment; what was heard then can still be repeated."""
        if self._known:
            self._known.forget(before_s)
        self._repeated.repeats = [r for r in self._repeated.repeats if r.end_s > before_s]

    @property
    def matches(self) -> Sequence[Match]:
        return self._known.matches if self._known else ()

    @property
    def repeats(self) -> Sequence[Repeat]:
        return self._repeated.repeats


class _Seen(msgspec.Struct, frozen=True):
    peaks: int
    share: float
    start_s: float
    end_s: float


class Known:
    """Which recordings of a library are heard."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._votes: dict[tuple[int, int], int] = {}  # (number of the print, frame at which it begins)
        self._hot: set[tuple[int, int]] = set()
        self._refuted: set[tuple[int, int]] = set()  # a word of them was not heard
        self._grid = np.zeros((GRID_FRAMES, BINS + 2), bool)  # where peaks were heard, a bin and a frame around them
        self._cleared = 0
        self._swept = 0
        self._found: dict[tuple[int, int], Match] = {}
        self.matches: list[Match] = []

    def forget(self, before_s: float) -> None:
        """Drop what ended before this moment."""
        self._found = {place: match for place, match in self._found.items() if match.end_s > before_s}
        self.matches = list(self._found.values())

    def feed(self, peaks: Sequence[Peak], hashes: Sequence[Hash], until: int) -> None:
        self._remember(peaks, until)
        if hashes:
            self._vote(hashes)
        if self._hot:
            self._check(until)
        if until - self._swept >= FORGET_EVERY:
            self._swept = until
            oldest = until - int(self._library.longest_s / FRAME_S) - LATE_FRAMES
            self._votes = {place: n for place, n in self._votes.items() if place[1] >= oldest}
            self._refuted = {place for place in self._refuted if place[1] >= oldest}

    def _vote(self, hashes: Sequence[Hash]) -> None:
        index, numbers, frames = self._library.find([key for key, _ in hashes])
        heard_at = np.array([frame for _, frame in hashes], np.int32)
        votes = self._votes
        for place in zip(numbers.tolist(), (heard_at[index] - frames).tolist(), strict=True):
            count = votes[place] = votes.get(place, 0) + 1
            number, begin = place
            if count + max(votes.get((number, begin - 1), 0), votes.get((number, begin + 1), 0)) >= VOTES:
                self._hot.add(place)
        self._hot -= self._refuted

    def _remember(self, peaks: Sequence[Peak], until: int) -> None:
        while self._cleared <= until:
            row = self._cleared % GRID_FRAMES
            end = min(row + until + 1 - self._cleared, GRID_FRAMES)
            self._grid[row:end] = False
            self._cleared += end - row
        for frame, column in peaks:
            for row in (frame - 1, frame, frame + 1):
                self._grid[row % GRID_FRAMES, column : column + 3] = True

    def _check(self, until: int) -> None:
        checked = {place: seen for place in self._hot if (seen := self._look(place, until))}
        for place, seen in checked.items():
            one = self._library.prints[place[0]]
            if (
                seen.share >= SHARE
                and self._clear(place[0], seen, checked)
                and self._enough(seen, self._library.peaks[place[0]][:, 0] + place[1])
            ):
                self._found[place] = Match(one.label, one.text, seen.start_s, seen.end_s, seen.share)
        self._hot = {(n, begin) for n, begin in self._hot if begin + self._library.frames[n] > until - LATE_FRAMES}
        self._hot -= self._refuted
        self.matches = list(self._found.values())

    def _clear(self, number: int, seen: _Seen, checked: dict[tuple[int, int], _Seen]) -> bool:
        """Whether no recording with another label was heard as well as this one."""
        label, own = self._library.prints[number].label, number >= self._library.first_own
        for (other, _), rival in checked.items():
            if self._library.prints[other].label is not label:
                margin = OWN_MARGIN if own and other < self._library.first_own else MARGIN
                if seen.peaks < margin * rival.peaks:
                    return False
        return True

    def _enough(self, seen: _Seen, frames: npt.NDArray[np.int32]) -> bool:
        """Whether enough of a recording was heard, whose peaks lie at these frames."""
        begin_s, end_s = float(frames[0]) * FRAME_S, float(frames[int(0.96 * len(frames))]) * FRAME_S
        heard_s, length_s = seen.end_s - seen.start_s, end_s - begin_s
        if heard_s >= MOST_OF * length_s:
            return True
        from_beginning = seen.start_s - begin_s < OPENING_S
        return heard_s >= (max(LEAST_S, OPENING * length_s) if from_beginning else LEAST_S)

    def _look(self, place: tuple[int, int], until: int) -> _Seen | None:
        """The peaks that were heard of those that should have been by now; None when a word of them was not."""
        number, begin = place
        frames, bins = self._library.peaks[number].T
        frames = frames + begin
        due = (frames < until - NEAR_FRAMES) & (frames >= max(0, until - GRID_FRAMES + 2))
        frames, bins = frames[due], bins[due]
        if len(frames) < RUN:
            return None
        heard = self._grid[frames % GRID_FRAMES, bins + 1]
        runs = np.convolve(heard, _RUN, "valid")
        first = int((runs >= RUN_BEGINS).argmax())
        if runs[first] < RUN_BEGINS or runs[-1] < RUN_LATEST:
            return None
        if runs[first:].min() < RUN_HEARD:
            self._refuted.add(place)
            return None
        peaks = int(heard[first:].sum())
        share = peaks / (len(heard) - first)
        inner = heard[first + RUN_BEGINS : len(heard) - RUN_LATEST]  # it may have been joined late, or been cut off
        if any(share >= clear and _least_of(inner, run) < RUN_HEARD for clear, run in WORDS):
            return None
        return _Seen(peaks, share, int(frames[first]) * FRAME_S, int(frames[-1]) * FRAME_S)


def _least_of(heard: npt.NDArray[np.bool_], run: int) -> int:
    """How many were heard of those `run` in a row of which the fewest were."""
    return int(np.convolve(heard, np.ones(run, np.int32), "valid").min()) if len(heard) >= run else run


class Repeated:
    """Which stretches were heard before."""

    def __init__(self) -> None:
        self._heard: dict[int, list[int]] = defaultdict(list)  # hash → frames
        self._echoes: deque[tuple[int, int]] = deque()  # (frame, how many frames before it was heard)
        self._of_lag: defaultdict[int, deque[int]] = defaultdict(deque)  # the frames of the echoes of each distance
        self.repeats: list[Repeat] = []

    def feed(self, hashes: Sequence[Hash]) -> None:
        """The hashes of the next frames."""
        voted: set[int] = set()
        for key, frame in hashes:
            places = self._heard[key]
            while places and places[0] < frame - REMEMBER_FRAMES:
                del places[0]
            for before in places:
                if frame - before >= REPEAT_AFTER_FRAMES:
                    self._echoes.append((frame, frame - before))
                    self._of_lag[frame - before].append(frame)
                    voted.add(frame - before)
            places.append(frame)
        if hashes:
            self._forget(hashes[-1][1] - REPEAT_OVER_FRAMES)
        for lag in voted:
            counts = [len(self._of_lag.get(near, ())) for near in (lag - 1, lag, lag + 1)]
            if counts[1] + max(counts[0], counts[2]) >= REPEAT_VOTES:
                self._look(lag)

    def _forget(self, before: int) -> None:
        while self._echoes and self._echoes[0][0] < before:
            lag = self._echoes.popleft()[1]
            frames = self._of_lag[lag]
            frames.popleft()
            if not frames:
                del self._of_lag[lag]

    def _look(self, lag: int) -> None:
        frames = [frame for near in (lag - 1, lag, lag + 1) for frame in self._of_lag.get(near, ())]
        first, last = min(frames), max(frames)
        if last - first >= REPEAT_LEAST_FRAMES:
            self._note(first * FRAME_S, last * FRAME_S, lag * FRAME_S)

    def _note(self, start_s: float, end_s: float, lag_s: float) -> None:
        last = self.repeats[-1] if self.repeats else None
        if last and start_s <= last.end_s and abs(last.lag_s - lag_s) < 3 * FRAME_S:
            start_s = last.start_s
            self.repeats.pop()
        self.repeats.append(Repeat(start_s, end_s, lag_s))
