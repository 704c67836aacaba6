"""How far a telephone system's clock is from ours: the robot's own calls stand in its records, too."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from statistics import median

from probe.model import Fact

FARTHEST_S = 26 * 3600.0  # a whole time zone wrong
TOGETHER_S = 5.0  # differences of true pairs lie this close: how long a call takes to reach the telephone system
LEAST_MATCHES = 2  # one pair could be any two calls
KNOWN_MARGIN_S = 10.0
UNKNOWN_MARGIN_S = 120.0


class Clock(Fact, frozen=True, kw_only=True):
    """`offset_s`: theirs minus ours, None when it cannot be told; `matched`: the robot's calls found in the records."""

    offset_s: float | None = None
    matched: int = 0

    @property
    def correction_s(self) -> float:
        """What is to be taken from a time of theirs; the delay of reaching them is in it."""
        return self.offset_s or 0.0

    @property
    def margin_s(self) -> float:
        """How far a call may be from a record and still be at its time."""
        return UNKNOWN_MARGIN_S if self.offset_s is None else KNOWN_MARGIN_S


def clock(theirs: Sequence[datetime], ours: Sequence[datetime]) -> Clock:
    """Compare when the robot's calls began in their records and in ours (aware times, any order).

    The offset is the one at which most calls pair up one to one within `TOGETHER_S`; of equals, the smallest.
    """
    differences = sorted(
        difference for their in theirs for our in ours if abs(difference := (their - our).total_seconds()) <= FARTHEST_S
    )
    best: tuple[int, float, float] | None = None
    for index, first in enumerate(differences):
        window = differences[index : bisect_right(differences, first + TOGETHER_S)]
        middle = median(window)
        if best is not None and len(window) < best[0]:
            continue
        matched = paired(theirs, ours, middle, TOGETHER_S)
        candidate = (matched, -abs(middle), middle)
        best = candidate if best is None else max(best, candidate)
    if best is None or best[0] < LEAST_MATCHES:
        return Clock()
    return Clock(offset_s=best[2], matched=best[0])


def paired(theirs: Sequence[datetime], ours: Sequence[datetime], offset_s: float, within_s: float) -> int:
    """How many pair up one to one at this offset."""
    count, at = 0, 0
    their = sorted(time.timestamp() - offset_s for time in theirs)
    for our in sorted(time.timestamp() for time in ours):
        while at < len(their) and their[at] < our - within_s:
            at += 1
        if at < len(their) and abs(their[at] - our) <= within_s:
            count, at = count + 1, at + 1
    return count
