"""Groups → rules. What contradicts itself, or could mean two things, is an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations, pairwise

from probe.calendar.clock import shown
from probe.calendar.errors import HoursError
from probe.calendar.groups import Group
from probe.calendar.hours import (
    DAY_MIN,
    EVERY_DAY,
    MON_FRI,
    NOON_MIN,
    Named,
    Rule,
    Season,
    Span,
    clash,
    narrower,
    together,
)
from probe.calendar.items import Item
from probe.calendar.tokens import Written

EARLY_MIN = 7 * 60  # a second time that begins before this was meant for the afternoon
ROUND = Span(start_min=0, end_min=DAY_MIN)


def rules_of(groups: Sequence[Group], definitions: Mapping[str, Season], written: Written) -> tuple[Rule, ...]:
    """`definitions`: when 夏季 or 冬季 is, where the text says so. HoursError."""
    stated = [n for n, group in enumerate(groups) if group.spans and group.scope.days and not group.inner]
    rules = [
        rule
        for n, group in enumerate(groups)
        for rule in _rules(group, _days(n, groups, stated, written), definitions, written)
    ]
    opened = [rule for rule in rules if not rule.closed]
    for one, other in combinations(opened, 2):
        if together(one, other) and clash(one, other) and not (narrower(one, other) or narrower(other, one)):
            raise written.error("calendar.hours_contradict", 0)
    always = [rule for rule in rules if rule.closed and _always(rule)]
    if opened and not any(_some_left(rule, always) for rule in opened):
        raise written.error("calendar.hours_never", 0)
    return tuple(rules)


def _days(n: int, groups: Sequence[Group], stated: Sequence[int], written: Written) -> frozenset[int]:
    """A group's days. Where nobody states them, those of the working calendar, or the only ones stated before."""
    group = groups[n]
    if group.scope.days is not None:
        return group.scope.days
    if group.closed:
        return EVERY_DAY
    if not stated:
        return EVERY_DAY if all(item.span == ROUND for item in group.spans) else MON_FRI
    choices = {days for m in stated if (days := groups[m].scope.days)}
    if len(choices) > 1 or n < stated[0]:
        raise _error(written, "calendar.hours_which_days", group.spans[0])
    return choices.pop()


def _rules(group: Group, days: frozenset[int], definitions: Mapping[str, Season], written: Written) -> list[Rule]:
    """One for each of the group's seasons."""
    spans = tuple(item.span for item in group.spans if item.span)
    for (one, other), item in zip(pairwise(spans), group.spans[1:], strict=True):
        if other.start_min < one.end_min:
            meant = _half_a_day_later(one, other)
            raise _error(written, "calendar.hours_order" if meant else "calendar.hours_overlap", item, near=meant)
    since, until = group.scope.valid or (None, None)
    rules = []
    for season, named in group.scope.season or ((None, None),):
        defined = _defined(named, definitions) if named and definitions else None
        rules.append(
            Rule(
                days=days,
                spans=group.closed or spans,
                closed=bool(group.closed),
                season=defined or season,
                named=None if defined else named,
                since=since,
                until=until,
            )
        )
    return rules


def _defined(named: Named, definitions: Mapping[str, Season]) -> Season:
    """The dates of a season that has them, or what the other season leaves."""
    if named in definitions:
        return definitions[named]
    (other,) = definitions.values()
    return Season(first=_shifted(other.last, 1), last=_shifted(other.first, -1))


def _shifted(day: tuple[int, int], days: int) -> tuple[int, int]:
    other = date.fromordinal(date(2000, *day).toordinal() + days)
    return (other.month, other.day)


def _half_a_day_later(before: Span, span: Span) -> str | None:
    """9:00-12:00 1:30-5:00: what the second perhaps is."""
    start, end = span.start_min + NOON_MIN, span.end_min + (NOON_MIN if span.end_min <= NOON_MIN else 0)
    likely = span.start_min < EARLY_MIN and before.end_min <= start < end <= DAY_MIN
    return f"{shown(start)}-{shown(end)}" if likely else None


def _always(rule: Rule) -> bool:
    return rule.season is None and rule.named is None and rule.since is None and rule.until is None


def _some_left(rule: Rule, closed: Sequence[Rule]) -> bool:
    """Whether it is open on some day, as far as single closures that always hold can tell."""
    return any(
        not any(day in other.days and any(_covers(shut, span) for shut in other.spans) for other in closed)
        for day in rule.days
        for span in rule.spans
    )


def _covers(one: Span, other: Span) -> bool:
    return one.start_min <= other.start_min and other.end_min <= one.end_min


def _error(written: Written, key: str, item: Item, *, near: str | None = None) -> HoursError:
    return written.error(key, item.at, item.until, near=near)
