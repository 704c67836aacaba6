"""When is it hard to get through? Hour by weekday, and the course over days and weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from scipy.special import betainc  # type: ignore[import-untyped]  # it has no stubs

from probe.analyse.change import discoveries
from probe.analyse.clock import EPOCH_WEEKDAY, Clock, date_of
from probe.analyse.columns import Bools, Columns, is_cause
from probe.analyse.estimate import Estimate, estimates
from probe.model import Cause, Fact

WEEKDAYS = 7
HOURS = 24


class Cell(Fact, frozen=True, kw_only=True):
    """The connect rate of an hour of a weekday (0 is Monday)."""

    weekday: int
    hour: int
    connect: Estimate


class Step(Fact, frozen=True, kw_only=True):
    """The connect rate of the days from `first` on, as many as the course has in a step."""

    first: date
    connect: Estimate


def matrix(columns: Columns, clock: Clock, counted: Bools) -> tuple[Cell, ...]:
    """Each hour of a weekday in which there was a counted call, in order."""
    cell = clock.weekday[counted].astype(np.int64) * HOURS + clock.hour[counted]
    human = is_cause(columns, (Cause.HUMAN,))[counted]
    found = estimates(human, cell, WEEKDAYS * HOURS, clock.day[counted])
    return tuple(Cell(weekday=i // HOURS, hour=i % HOURS, connect=found[i]) for i in np.flatnonzero(found.n).tolist())


def hard(cells: Sequence[Cell], overall: Estimate, false_share: float) -> tuple[Cell, ...]:
    """The hours that are shown to be below the rate of all, lowest upper end first: a one-sided binomial test of what
    their calls are worth (the score test names hours too easily where few calls meet a high rate); of those named, at
    most `false_share` wrongly (Benjamini and Hochberg)."""
    if overall.share is None:
        return ()
    p = [_as_low(cell.connect, overall.share) for cell in cells]
    named = [cell for cell, real in zip(cells, discoveries(p, false_share), strict=True) if real]
    return tuple(sorted(named, key=lambda cell: (cell.connect.high or 0.0, cell.weekday, cell.hour)))


def _as_low(of: Estimate, rate: float) -> float:
    """How likely so few successes are, or fewer, at this rate: the binomial distribution, by way of the beta."""
    hits = (of.share or 0.0) * of.effective_n
    failed = of.effective_n - hits
    return float(betainc(failed, hits + 1, 1 - rate)) if failed > 0 else 1.0


def by_day(columns: Columns, clock: Clock, counted: Bools) -> tuple[Step, ...]:
    """Each day with a counted call."""
    return _course(columns, clock, counted, 1)


def by_week(columns: Columns, clock: Clock, counted: Bools) -> tuple[Step, ...]:
    """Each week (from Monday) with a counted call."""
    return _course(columns, clock, counted, WEEKDAYS)


def _course(columns: Columns, clock: Clock, counted: Bools, length: int) -> tuple[Step, ...]:
    day = clock.day[counted].astype(np.int64)
    if not len(day):
        return ()
    shift = EPOCH_WEEKDAY if length == WEEKDAYS else 0
    step = (day + shift) // length
    origin = int(step.min())
    human = is_cause(columns, (Cause.HUMAN,))[counted]
    found = estimates(human, step - origin, int(step.max()) - origin + 1, day)
    return tuple(
        Step(first=date_of((i + origin) * length - shift), connect=found[i]) for i in np.flatnonzero(found.n).tolist()
    )
