"""Service hours as rules: which days, in which season, between which dates, from when to when.

One principle decides whatever a text leaves open: the office is taken to be open only when every reading of the text
says so. A call that is not made accuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import Enum
from functools import cache, reduce
from typing import Literal

from msgspec.structs import replace

from probe.model import Fact

HOLIDAY = 7  # behind the weekdays 0 (Monday) to 6 (Sunday): a statutory holiday, whatever its weekday
MON_FRI = frozenset(range(5))
WEEKEND = frozenset({5, 6})
EVERY_DAY = frozenset(range(8))
DAY_MIN = 24 * 60
NOON_MIN = 12 * 60
MORNING_UNTIL_MIN = 13 * 60
SURELY_SUMMER = frozenset({7, 8})  # months in which every place that has summer hours has them
SURELY_WINTER = frozenset({11, 12, 1, 2, 3})


class Nature(Enum):
    """What the working calendar says of a day."""

    WORKING = "working"  # Monday to Friday, and no holiday
    MAKE_UP = "make_up"  # 调休: a Saturday or Sunday that is worked
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # a holiday of the calendar, with the weekend that it includes


class Span(Fact, frozen=True, kw_only=True):
    """From when to when, in minutes of the wall clock since midnight. An end beyond 1440 lies on the next day."""

    start_min: int
    end_min: int


class Season(Fact, frozen=True, kw_only=True):
    """A part of every year, both (month, day) included; it may run over the new year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        this = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= this <= self.last
        return this >= self.first or this <= self.last


Named = Literal["summer", "winter"]


class Rule(Fact, frozen=True, kw_only=True):
    """Open (or `closed`) during these spans, on these days. None means: not restricted."""

    days: frozenset[int]
    spans: tuple[Span, ...]
    closed: bool = False
    season: Season | None = None
    named: Named | None = None  # 夏季 or 冬季 without dates
    since: date | None = None
    until: date | None = None  # the last day

    def applies(self, day: date, named: Named) -> bool:
        """Whether its dates hold a day, read as lying in summer or winter."""
        return (
            (self.since is None or self.since <= day)
            and (self.until is None or day <= self.until)
            and (self.season is None or self.season.holds(day))
            and (self.named is None or self.named == named)
        )


class Hours(Fact, frozen=True, kw_only=True):
    """What a text of service hours says. `usual` are days (5, 6, HOLIDAY) on which it is "as usual" (照常)."""

    rules: tuple[Rule, ...]
    usual: frozenset[int] = frozenset()
    zone: str = ""  # IANA, when the text itself names one (北京时间)

    @property
    def needs_calendar(self) -> bool:
        """False when every day is alike, so that holidays do not matter."""
        return any(rule.days != EVERY_DAY for rule in self.rules)

    @property
    def only_closed(self) -> bool:
        """It says when the office is closed, and nothing else: 周六、周日休息."""
        return all(rule.closed for rule in self.rules)

    @property
    def season_without_dates(self) -> bool:
        """It says 夏季 or 冬季, but not from when to when."""
        return any(rule.named for rule in self.rules)


def spans_on(hours: Hours, day: date, nature: Nature) -> tuple[Span, ...]:
    """When it is open on a day, sorted and disjoint.

    Where the text leaves two readings (a make-up day is worked like some weekday; nobody says when summer begins), only
    what is open in each of them.
    """
    weekday = day.weekday()
    readings = [
        _on(hours, day, kind, weekday if nature is Nature.HOLIDAY else kind, named)
        for kind in _kinds(hours, weekday, nature)
        for named in _named(day)
    ]
    return reduce(common, readings)


def later(hours: Hours, minutes: int) -> Hours:
    """The same hours, later by the clock. What is open round the clock stays so."""
    return replace(hours, rules=tuple(_later(rule, minutes) for rule in hours.rules))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted, those that overlap or touch made one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start_min, s.end_min)):
        if found and span.start_min <= found[-1].end_min:
            found[-1] = Span(start_min=found[-1].start_min, end_min=max(found[-1].end_min, span.end_min))
        else:
            found.append(span)
    return tuple(found)


def common(one: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    """What lies in both."""
    return merged(
        Span(start_min=max(a.start_min, b.start_min), end_min=min(a.end_min, b.end_min))
        for a in one
        for b in other
        if overlap(a, b)
    )


def overlap(a: Span, b: Span) -> bool:
    """Whether they have more than a moment in common."""
    return max(a.start_min, b.start_min) < min(a.end_min, b.end_min)


def narrower(one: Rule, other: Rule) -> bool:
    """Whether `one` is the exception and `other` the rule: it holds on fewer dates, or on fewer days at hours that
    contradict the other's."""
    if one.days <= other.days and _dates_within(one, other) and not _dates_within(other, one):
        return True
    same_dates = _dates_within(one, other) and _dates_within(other, one)
    return same_dates and one.days < other.days and clash(one, other)


def clash(one: Rule, other: Rule) -> bool:
    """Whether their hours overlap."""
    return any(overlap(a, b) for a in one.spans for b in other.spans)


def together(one: Rule, other: Rule) -> bool:
    """Whether there is a day on which both hold."""
    return bool(
        one.days & other.days
        and _ordinals(one.season) & _ordinals(other.season)
        and (one.named is None or other.named is None or one.named == other.named)
        and (one.since or date.min) <= (other.until or date.max)
        and (other.since or date.min) <= (one.until or date.max)
    )


def _kinds(hours: Hours, weekday: int, nature: Nature) -> tuple[int, ...]:
    """Whose hours a day has: several when it has what they have in common."""
    if nature is Nature.HOLIDAY and HOLIDAY not in hours.usual:
        return (HOLIDAY,)
    if nature is Nature.MAKE_UP or (weekday in WEEKEND and weekday in hours.usual):
        return tuple(MON_FRI)
    return (weekday,)


def _named(day: date) -> tuple[Named, ...]:
    if day.month in SURELY_SUMMER:
        return ("summer",)
    return ("winter",) if day.month in SURELY_WINTER else ("summer", "winter")


def _on(hours: Hours, day: date, kind: int, weekday: int, named: Named) -> tuple[Span, ...]:
    rules = [rule for rule in hours.rules if rule.applies(day, named)]
    opened = [rule for rule in rules if not rule.closed and kind in rule.days]
    spans: list[Span] = []
    for rule in opened:
        exceptions = [span for other in opened if narrower(other, rule) for span in other.spans]
        spans += _left(rule.spans, exceptions) if exceptions else rule.spans
    closed = [span for rule in rules if rule.closed and rule.days & {kind, weekday} for span in rule.spans]
    return reduce(_without, closed, merged(spans))


def _left(spans: tuple[Span, ...], exceptions: list[Span]) -> list[Span]:
    """Of the rule beside its exception: an exception for the afternoon leaves the morning as it is."""
    first = min(span.start_min for span in exceptions)
    return [s for s in spans if first >= NOON_MIN and s.end_min <= min(first, MORNING_UNTIL_MIN)]


def _without(spans: tuple[Span, ...], closed: Span) -> tuple[Span, ...]:
    pieces = [
        piece
        for s in spans
        for piece in (
            (s.start_min, min(s.end_min, closed.start_min)),
            (max(s.start_min, closed.end_min), s.end_min),
        )
    ]
    return merged(Span(start_min=start, end_min=end) for start, end in pieces if start < end)


def _later(rule: Rule, minutes: int) -> Rule:
    spans = tuple(
        s if s.end_min - s.start_min >= DAY_MIN else Span(start_min=s.start_min + minutes, end_min=s.end_min + minutes)
        for s in rule.spans
    )
    return replace(rule, spans=spans)


def _dates_within(one: Rule, other: Rule) -> bool:
    return (
        _ordinals(one.season) <= _ordinals(other.season)
        and other.named in (None, one.named)
        and (one.since or date.min) >= (other.since or date.min)
        and (one.until or date.max) <= (other.until or date.max)
    )


@cache
def _ordinals(season: Season | None) -> frozenset[int]:
    year = range(date(2000, 1, 1).toordinal(), date(2000, 12, 31).toordinal() + 1)
    return frozenset(n for n in year if season is None or season.holds(date.fromordinal(n)))
