"""The day of an office in six parts, so that calls are spread over all of it (telephony.md §7, sampling).

The day's longest break (the lunch) parts it into two half-days, each of which is cut into thirds of its open time. An
office without a break is parted at the middle of its day; a day of at most five hours without a break is one half-day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from probe.model import Fact
from probe.plan import pieces as p
from probe.plan.pieces import Pieces

NAMES = ("opening", "mid_morning", "before_lunch", "after_lunch", "mid_afternoon", "closing")
LUNCH_S = 20 * 60  # a shorter break is none
WHOLE_DAY_S = 5 * 3600  # a day without a break that is longer than this has two halves
THIRDS_FROM_S = 3600  # a half-day shorter than this is one stratum
NOON_HOUR = 12


class Stratum(Fact, frozen=True, kw_only=True):
    """A part of a day; it is in two pieces when it runs over a break."""

    name: str
    pieces: Pieces


class HalfDay(Fact, frozen=True, kw_only=True):
    """Before or after the break, on the date (of the office) on which the day began."""

    day: date
    strata: tuple[Stratum, ...]

    @property
    def pieces(self) -> Pieces:
        """All of it."""
        return p.merged(piece for stratum in self.strata for piece in stratum.pieces)


def strata(day: Pieces, zone: ZoneInfo) -> tuple[Stratum, ...]:
    """The parts of one day's open time, in order; none of none. `zone` tells morning from afternoon when the day has
    one half only."""
    halves = _halves(day)
    if not halves:
        return ()
    if len(halves) == 2:
        morning, afternoon = halves
        return (*_parts(morning, NAMES[:3], NAMES[0]), *_parts(afternoon, NAMES[3:], NAMES[5]))
    start, end = halves[0][0][0], halves[0][-1][1]
    is_morning = datetime.fromtimestamp((start + end) / 2, zone).hour < NOON_HOUR
    return _parts(halves[0], (NAMES[0], NAMES[1] if is_morning else NAMES[4], NAMES[5]), NAMES[0])


def half_days(openings: Pieces, zone: ZoneInfo) -> Iterator[HalfDay]:
    """The half-days of several days' open time, in order, each with its strata."""
    for day, group in groupby(openings, key=lambda piece: datetime.fromtimestamp(piece[0], zone).date()):
        of_day = tuple(group)
        named = strata(of_day, zone)
        for half in _halves(of_day):
            yield HalfDay(day=day, strata=tuple(s for s in named if half[0][0] <= s.pieces[0][0] < half[-1][1]))


def _halves(day: Pieces) -> tuple[Pieces, ...]:
    breaks = [(after[0] - before[1], after[0]) for before, after in pairwise(day)]
    lunch_s, lunch_end = max(breaks, key=lambda b: (b[0], -b[1]), default=(0, 0))
    if lunch_s >= LUNCH_S:
        return tuple(piece for piece in day if piece[0] < lunch_end), tuple(
            piece for piece in day if piece[0] >= lunch_end
        )
    if p.length(day) > WHOLE_DAY_S:
        return _cut(day, 2)
    return (day,) if day else ()


def _parts(half: Pieces, names: tuple[str, str, str], alone: str) -> tuple[Stratum, ...]:
    if p.length(half) < THIRDS_FROM_S:
        return (Stratum(name=alone, pieces=half),)
    return tuple(Stratum(name=name, pieces=part) for name, part in zip(names, _cut(half, 3), strict=True))


def _cut(pieces: Pieces, parts: int) -> tuple[Pieces, ...]:
    """Pieces in parts of the same open time (to a second)."""
    marks = [pieces[0][0], *(p.pick(pieces, i / parts) or 0 for i in range(1, parts)), pieces[-1][1]]
    return tuple(p.clip(pieces, start, end) for start, end in pairwise(marks))
