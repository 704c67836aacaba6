"""A few whole calls → figures, for a report that shows each of them. Pure.

Every attempt is in exactly one of three heaps:

- **counted**: a first attempt with a conclusive outcome; all rates are over these;
- **re-dials**: other conclusive attempts: those after the first confirm it and never replace it in a rate; calls at
  quiet times, of the trunk's health and after an incident are no sample of the office's day;
- **excluded**: inconclusive attempts (our trunk, the network, the robot, or honestly unsure) and voided ones (made
  while our trunk was at fault, whatever they seemed to be); they are in no denominator and are named and counted
  instead (telephony.md §7).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from statistics import median

import msgspec

from probe.analyse.rate import ENOUGH_CALLS, ENOUGH_DAYS, Rate
from probe.model import CAUSES, UNTOLD, Call, Cause, Number, Outcome, Purpose, post_dial_delay_s, ring_s

COUNTED_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.INCONCLUSIVE)
RATED = frozenset({Purpose.BASE, Purpose.MANUAL})  # what may be in a rate
WORST_FIRST = (  # how hard a citizen is hit, to order lines that the figures cannot tell apart; busy may be one talk
    *CAUSES[Outcome.UNREACHABLE],
    Cause.FAX,
    Cause.SILENT,
    Cause.DROPPED,
    *CAUSES[Outcome.UNANSWERED],
    *CAUSES[Outcome.VOICEMAIL],
    *CAUSES[Outcome.BUSY],
    Cause.IVR,
    Cause.QUEUE,
    Cause.HUMAN,
    *UNTOLD,
)


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What some calls come to. `calls` = `connect.n` + `redials` + the sum of `excluded`."""

    calls: int
    redials: int
    excluded: dict[Cause, int]  # most frequent first
    days: int  # local days with a counted attempt
    connect: Rate  # 接通率: first attempts that a person answered, over the counted ones
    outcomes: dict[Outcome, Rate]  # over the counted ones; every conclusive outcome, in the order of the enum
    causes: dict[Cause, int]  # of the counted ones, most frequent first
    pdd_s: float | None  # median post-dial delay of the counted ones
    ring_s: float | None  # median time from alerting to a person's answer

    @property
    def enough(self) -> bool:
        """Whether there are enough calls for a judgement about a line."""
        return self.connect.n >= ENOUGH_CALLS and self.days >= ENOUGH_DAYS


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a unit. `calls` are in order of time."""

    number: Number
    figures: Figures
    calls: tuple[Call, ...]


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    figures: Figures
    lines: tuple[Line, ...]


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """Units, and lines within them, are ordered worst first: by the upper end of the connect rate's interval."""

    total: Figures
    units: tuple[Unit, ...]


def excluded_as(call: Call) -> Cause | None:
    """Why an attempt is in no denominator: its own cause when that tells nothing of the office, our trunk if voided."""
    verdict = call.record.verdict
    if verdict.cause in UNTOLD:
        return verdict.cause
    return Cause.TRUNK if call.voided is not None else None


def is_excluded(call: Call) -> bool:
    """Whether the attempt is in no denominator."""
    return excluded_as(call) is not None


def is_counted(call: Call) -> bool:
    """Whether the attempt is in the denominators: a first one that follows from nothing heard before, and
    conclusive."""
    order = call.record.order
    return order.attempt == 1 and order.purpose in RATED and not is_excluded(call)


def analyse(calls: Iterable[Call], *, zone: tzinfo) -> Analysis:
    """The figures of these calls, in all, per unit and per number. `zone` says where a day begins."""
    by_unit: defaultdict[str, defaultdict[str, list[Call]]] = defaultdict(lambda: defaultdict(list))
    for call in calls:
        by_unit[call.number.unit][call.number.number].append(call)
    units = [_unit(name, numbers, zone) for name, numbers in by_unit.items()]
    every = [call for unit in units for line in unit.lines for call in line.calls]
    return Analysis(total=figures(every, zone=zone), units=tuple(sorted(units, key=_unit_order)))


def figures(calls: Sequence[Call], *, zone: tzinfo) -> Figures:
    """The figures of these calls taken together."""
    counted = [call for call in calls if is_counted(call)]
    verdicts = [call.record.verdict for call in counted]
    answered = [call for call in counted if call.record.verdict.cause is Cause.HUMAN]
    excluded = Counter(cause for call in calls if (cause := excluded_as(call)) is not None)
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    return Figures(
        calls=len(calls),
        redials=len(calls) - len(counted) - excluded.total(),
        excluded=_most_first(excluded),
        days=len({_day(call, zone) for call in counted}),
        connect=Rate(len(answered), len(counted)),
        outcomes={outcome: Rate(outcomes[outcome], len(counted)) for outcome in COUNTED_OUTCOMES},
        causes=_most_first(Counter(verdict.cause for verdict in verdicts)),
        pdd_s=_median(post_dial_delay_s(call.record.trace) for call in counted),
        ring_s=_median(ring_s(call.record.trace, call.record.sounds) for call in answered),
    )


def in_time(call: Call) -> tuple[datetime, str]:
    """The key that sorts calls by time."""
    return call.record.trace.started_at, call.record.order.call_id


def _unit(name: str, numbers: dict[str, list[Call]], zone: tzinfo) -> Unit:
    lines = []
    for calls in numbers.values():
        ordered = tuple(sorted(calls, key=in_time))
        lines.append(Line(number=ordered[-1].number, figures=figures(ordered, zone=zone), calls=ordered))
    every = [call for line in lines for call in line.calls]
    return Unit(name=name, figures=figures(every, zone=zone), lines=tuple(sorted(lines, key=worst_first)))


def _badness(figures: Figures) -> tuple[float, int, int]:
    """Lower is worse: even the kindest reading of the rate is low; then what hits a citizen harder; then more calls.

    Nothing counted is nothing known, and comes last.
    """
    interval = figures.connect.interval
    failures = [cause for cause in figures.causes if cause is not Cause.HUMAN]
    return (
        2.0 if interval is None else interval[1],
        WORST_FIRST.index(failures[0]) if failures else len(WORST_FIRST),
        -figures.connect.n,
    )


def worst_first(line: Line) -> tuple[object, ...]:
    """The key that sorts lines, of one unit or of several, worst first."""
    return (*_badness(line.figures), line.number.unit, line.number.department, line.number.number)


def _unit_order(unit: Unit) -> tuple[object, ...]:
    return (*_badness(unit.figures), unit.name)


def _day(call: Call, zone: tzinfo) -> date:
    return call.record.trace.started_at.astimezone(zone).date()


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _most_first(counts: Counter[Cause]) -> dict[Cause, int]:
    """Most frequent first; among equals, what hits a citizen harder."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], WORST_FIRST.index(pair[0]))))
