"""All figures of a period, of every unit and line, against the period before: what a report draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from probe.analyse.appendix import FORMULAS, WEIGHTING, Appendix, Made
from probe.analyse.calls import WORST_FIRST
from probe.analyse.change import Change, Trend, changes
from probe.analyse.clock import Clock, clock_of
from probe.analyse.columns import PURPOSE_CODE, Columns, Ints
from probe.analyse.compare import NO_CHANGE, NOBODY_FLAGGED, Bar, Standing, standings
from probe.analyse.heaps import Heap, heaps, rated
from probe.analyse.moved import Moved, moved
from probe.analyse.pattern import Cell, Step, by_day, by_week, matrix
from probe.analyse.prior import Prior
from probe.analyse.rule import ScoreRule
from probe.analyse.score import Score, score
from probe.analyse.summary import Summary, summaries
from probe.model import Cause, Fact, Number, Purpose


class LineStudy(Fact, frozen=True, kw_only=True):
    """One number of a unit."""

    number: Number
    summary: Summary
    standing: Standing | None  # None: 样本不足
    change: Change
    moved: Moved | None


class UnitStudy(Fact, frozen=True, kw_only=True):
    """A unit, its lines worst first."""

    name: str
    summary: Summary
    standing: Standing | None
    change: Change
    lines: tuple[LineStudy, ...]


class Study(Fact, frozen=True, kw_only=True):
    """A period. Worst first means: by the upper end of the connect rate's interval, then by how hard a caller is
    hit."""

    total: Summary
    change: Change  # of the total
    units: tuple[UnitStudy, ...]  # worst first
    matrix: tuple[Cell, ...]
    days: tuple[Step, ...]
    weeks: tuple[Step, ...]
    sheet: tuple[Score, ...]  # by rank; those without one last, by name
    canaries: int  # calls to our own numbers; they are in no figure
    appendix: Appendix

    @property
    def fleet(self) -> Fleet:
        """For the pages of single units, when this is the study of all of them."""
        made = self.appendix
        return Fleet(purposes=made.purposes, units=made.units, lines=made.lines, lines_before=made.lines_before)

    @property
    def worst(self) -> tuple[LineStudy, ...]:
        """Every line, worst first."""
        return tuple(sorted((line for unit in self.units for line in unit.lines), key=_line_order))

    def lines(self, what: Moved) -> tuple[LineStudy, ...]:
        """The lines of which this became, worst first."""
        return tuple(line for line in self.worst if line.moved is what)


class Fleet(Fact, frozen=True, kw_only=True):
    """What all units together say, for the page of one of them, so that both say the same. Without bars, nothing is
    judged."""

    purposes: tuple[Purpose, ...]
    units: Bar = Bar()
    lines: Bar = Bar()
    lines_before: Bar = Bar()


def study(
    columns: Columns,
    before: Columns | None,
    *,
    since: datetime,
    until: datetime,
    before_since: datetime | None = None,
    timezone: str,
    rule: ScoreRule,
    made: Made,
    draw_seed: int,
    weights: Mapping[str, float] | None = None,
    fleet: Fleet | None = None,
    one_number: bool = False,
) -> Study:
    """The figures of the calls in [since, until), against those in [before_since, since).

    `timezone` says where a day begins, for numbers that do not say it themselves. `weights` are what each stratum of
    the day stands for; without them every call weighs the same. `draw_seed` makes the ranks' intervals the same each
    time. `fleet`: for the page of one unit, or of `one_number`, which then has no rank; all of its calls together are
    judged as those of that unit or number are among all."""
    over = frozenset(fleet.purposes) if fleet else rated(columns)
    now = _Period.of(columns, timezone, over, weights)
    old = None if before is None else _Period.of(before, timezone, over, weights)
    dice = np.random.default_rng(draw_seed)
    ranked = fleet is None and len(now.unit_names) > 1

    draws = dice if ranked else None
    of_lines = fleet.lines if fleet else None
    of_units = of_lines if one_number else fleet.units if fleet else None  # a number's unit is here that number alone
    unit_prior, unit_standings = _standings(now.units, rule, draws, of_units)
    line_prior, line_standings = _standings(now.lines, rule, draws, of_lines)
    past = old.lines if old else ()
    old_prior, old_standings = _standings(past, rule, None, fleet.lines_before if fleet else None)
    old_units = dict(zip(old.unit_names, old.units, strict=True)) if old else {}
    old_lines = dict(zip(old.line_names, old.lines, strict=True)) if old else {}
    stood = dict(zip(old.line_names, old_standings, strict=True)) if old else {}
    unit_changes = _changes([old_units.get(name) for name in now.unit_names], now.units, rule, of_units)
    line_changes = _changes([old_lines.get(name) for name in now.line_names], now.lines, rule, of_lines)

    lines: dict[str, list[LineStudy]] = {name: [] for name in now.unit_names}
    for number, summary, standing, change in zip(now.numbers, now.lines, line_standings, line_changes, strict=True):
        stood_before = stood.get((number.unit, number.number))
        lines[number.unit].append(
            LineStudy(
                number=number, summary=summary, standing=standing, change=change, moved=moved(stood_before, standing)
            )
        )
    units = [
        UnitStudy(
            name=name,
            summary=summary,
            standing=standing,
            change=change,
            lines=tuple(sorted(lines[name], key=_line_order)),
        )
        for name, summary, standing, change in zip(now.unit_names, now.units, unit_standings, unit_changes, strict=True)
    ]
    counted = now.heap == Heap.COUNTED
    (total_change,) = _changes([old.total if old else None], [now.total], rule, of_units)
    return Study(
        total=now.total,
        change=total_change,
        units=tuple(sorted(units, key=lambda unit: (*_badness(unit.summary), unit.name))),
        matrix=matrix(now.columns, now.clock, counted),
        days=by_day(now.columns, now.clock, counted),
        weeks=by_week(now.columns, now.clock, counted),
        sheet=tuple(sorted((score(u.name, u.summary, u.standing, rule) for u in units), key=_place)),
        canaries=len(columns) - len(now.columns),
        appendix=Appendix(
            since=since,
            until=until,
            before=(before_since, since) if before_since and before is not None else None,
            timezone=timezone,
            made=made,
            purposes=tuple(sorted(over)),
            weights=None if weights is None else dict(weights),
            rule=rule,
            units=fleet.units if fleet else _bar(unit_prior, unit_standings, unit_changes),
            lines=fleet.lines if fleet else _bar(line_prior, line_standings, line_changes),
            lines_before=fleet.lines_before if fleet else _bar(old_prior, old_standings, ()),
            draw_seed=draw_seed,
            formulas=tuple(name for name in FORMULAS if weights is not None or name != WEIGHTING),
        ),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Period:
    """The calls of a period without canaries, and their figures: those of lines and units that had a call."""

    columns: Columns
    clock: Clock
    heap: Ints
    numbers: tuple[Number, ...]
    lines: tuple[Summary, ...]
    line_names: tuple[tuple[str, str], ...]
    units: tuple[Summary, ...]
    unit_names: tuple[str, ...]
    total: Summary

    @classmethod
    def of(
        cls, everything: Columns, timezone: str, over: frozenset[Purpose], weights: Mapping[str, float] | None
    ) -> _Period:
        columns = everything.only(everything.purpose != PURPOSE_CODE[Purpose.CANARY])
        local = clock_of(columns, timezone)
        heap = heaps(columns, over)

        def summed(group_of_line: Ints, groups: int) -> tuple[Summary, ...]:
            return summaries(columns, local, heap, over, group_of_line, groups, weights=weights)

        k = len(columns.lines)
        lines = summed(np.arange(k, dtype=np.int32), k)
        units = summed(columns.unit_of_line, len(columns.units))
        (total,) = summed(np.zeros(k, dtype=np.int32), 1)
        called = [(number, summary) for number, summary in zip(columns.lines, lines, strict=True) if summary.calls]
        present = [(name, summary) for name, summary in zip(columns.units, units, strict=True) if summary.calls]
        return cls(
            columns=columns,
            clock=local,
            heap=heap,
            numbers=tuple(number for number, _ in called),
            lines=tuple(summary for _, summary in called),
            line_names=tuple((number.unit, number.number) for number, _ in called),
            units=tuple(summary for _, summary in present),
            unit_names=tuple(name for name, _ in present),
            total=total,
        )


def _standings(
    found: Sequence[Summary], rule: ScoreRule, dice: np.random.Generator | None, bar: Bar | None
) -> tuple[Prior | None, tuple[Standing | None, ...]]:
    rates, enough = [summary.connect for summary in found], [summary.enough for summary in found]
    return standings(rates, enough, target=rule.target, false_share=rule.false_share, dice=dice, bar=bar)


def _changes(
    before: Sequence[Summary | None], now: Sequence[Summary], rule: ScoreRule, bar: Bar | None
) -> tuple[Change, ...]:
    enough = [old is not None and old.enough and new.enough for old, new in zip(before, now, strict=True)]
    rates = [None if old is None else old.connect for old in before]
    now_rates = [new.connect for new in now]
    change_p = None if bar is None else bar.change_p
    return changes(rates, now_rates, enough, false_share=rule.false_share, change_p=change_p)


def _bar(prior: Prior | None, found: Sequence[Standing | None], changed: Sequence[Change]) -> Bar:
    real = [change.p for change in changed if change.trend in (Trend.BETTER, Trend.WORSE) and change.p is not None]
    return Bar(
        prior=prior,
        flag_from=min((one.below_target for one in found if one and one.flagged), default=NOBODY_FLAGGED),
        change_p=max(real, default=NO_CHANGE),
    )


def _badness(summary: Summary) -> tuple[float, int, int]:
    """Lower is worse, as in `calls`: the kindest reading of the rate, then what hits a caller harder, then more
    calls."""
    high = summary.connect.high
    failures = [cause for cause in summary.causes if cause is not Cause.HUMAN]
    return (
        2.0 if high is None else high,
        WORST_FIRST.index(failures[0]) if failures else len(WORST_FIRST),
        -summary.counted,
    )


def _line_order(line: LineStudy) -> tuple[object, ...]:
    return (*_badness(line.summary), line.number.unit, line.number.department, line.number.number)


def _place(row: Score) -> tuple[bool, int, str]:
    return row.rank is None, row.rank.place if row.rank else 0, row.unit
