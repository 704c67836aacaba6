"""Measure a test on simulated lines: false alarms on days without an event, and how soon events are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from statistics import mean, median
from typing import NamedTuple

import numpy as np

from probe.odds import Baseline, Policy, Purpose, Seen, baseline
from tests.bench.odds_offices import HABITS, Day, Habits, line_days
from tests.bench.odds_programme import DAY, Plan, Test, Told, moment, run

HISTORY = 40  # working days that a line's baseline is built from
EVENT = 180.0  # minutes
POLICY = Policy()


class Setting(NamedTuple):
    """One row: a kind of line, how it is called, how much is simulated. Published seeds were never tuned on."""

    rate: float  # callers per minute of working time
    plan: Plan
    seed: int
    lines: int = 100
    days: int = 10  # of each line, without an event
    events: int = 300
    habits: Habits = HABITS
    surge: float = 0.0  # share of days on which twice as many call
    history: int = HISTORY


class Found(NamedTuple):
    """One level: false per 1,000 line-days, share of events found; median minutes and mean follow-ups until then."""

    false: float
    share: float
    minutes: float
    calls: float

    def cells(self, told: bool = True) -> tuple[str, str, str, str]:
        """As in the tables; `told`: on enough days to tell the false ones."""
        false = f"{self.false:.1f}" if told else ""
        if not self.share:
            return false, "0%", "–", "–"
        return false, f"{self.share:.0%}", f"{self.minutes:.0f}", f"{self.calls:.1f}"


class Result(NamedTuple):
    notice: Found
    suspicion: Found
    attempts: float  # per line and day without an event


Maker = Callable[[Baseline], Test]


def day_of(setting: Setting) -> Day:
    """Callers come from half an hour before the first base call to the end of work."""
    first, last = setting.plan.blocks[0][0], setting.plan.blocks[-1][1]
    return Day((0.0, first - 30), (0.0, setting.rate), last)


def histories(setting: Setting, rng: np.random.Generator, die: Random, day: Day, policy: Policy) -> list[Baseline]:
    """A baseline per line, from base calls to earlier days of it, and from those quiet-time calls that are made every
    day."""
    plan = setting.plan
    past = line_days(rng, day, setting.lines * setting.history, habits=setting.habits)
    made = []
    for line in range(setting.lines):
        seen = [
            Seen(
                at=moment(at - (setting.history - d) * DAY), busy=past[line * setting.history + d](at), purpose=purpose
            )
            for d in range(setting.history)
            for purpose, drawn in ((Purpose.BASE, plan.draw), (Purpose.QUIET_TIME, plan.quiet_calls))
            if purpose is Purpose.BASE or plan.always
            for at in drawn(die)
        ]
        made.append(baseline(sorted(seen, key=lambda one: one.at), policy))
    return made


def measure(setting: Setting, make: Maker, policy: Policy = POLICY) -> Result:
    """Everything about one test on one kind of line."""
    rng, die = np.random.default_rng(setting.seed), Random(setting.seed)
    day = day_of(setting)
    lines = histories(setting, rng, die, day, policy)
    told = without_event(setting, rng, die, day, [make(line) for line in lines])
    days = setting.lines * setting.days
    events = with_event(setting, rng, die, day, [make(line) for line in lines])
    return Result(
        found([t for _, t in events], [s for s, _ in events], 1, 1000 * sum(len(t.notices) for t in told) / days),
        found([t for _, t in events], [s for s, _ in events], 2, 1000 * sum(len(t.suspicions) for t in told) / days),
        sum(len(t.at) for t in told) / days,
    )


def without_event(
    setting: Setting, rng: np.random.Generator, die: Random, day: Day, tests: Sequence[Test]
) -> list[Told]:
    n = len(tests) * setting.days
    surge = np.where(rng.random(n) < setting.surge, 2.0, 1.0)
    days = line_days(rng, day, n, habits=setting.habits, surge=surge)
    return [
        run(days[i * setting.days : (i + 1) * setting.days], test, die, setting.plan) for i, test in enumerate(tests)
    ]


def with_event(
    setting: Setting, rng: np.random.Generator, die: Random, day: Day, tests: Sequence[Test]
) -> list[tuple[float, Told]]:
    """Each event falls into working time, after an ordinary day; its minute counts from the ordinary day's first."""
    first, last = setting.plan.blocks[0][0], setting.plan.blocks[-1][1]
    starts = rng.uniform(first, last - EVENT, setting.events)
    before = line_days(rng, day, setting.events, habits=setting.habits)
    during = line_days(rng, day, setting.events, habits=setting.habits, off_hook=starts, off_hook_for=EVENT)
    return [
        (DAY + s, run([before[i], during[i]], tests[i % len(tests)], die, setting.plan))
        for i, s in enumerate(starts.tolist())
    ]


def found(tolds: Sequence[Told], starts: Sequence[float], level: int, false: float) -> Found:
    """An alarm counts while the handset is off; one that stood already is found at once."""
    minutes, calls = [], []
    for told, start in zip(tolds, starts, strict=True):
        hit = first_alarm(told, start, level)
        if hit is not None:
            first = min(at for at in told.at if at >= start)
            minutes.append(max(0.0, hit - first))
            calls.append(
                sum(
                    first < at <= hit and one.purpose is not Purpose.BASE
                    for at, one in zip(told.at, told.seen, strict=True)
                )
            )
    if not minutes:
        return Found(false, 0.0, float("nan"), float("nan"))
    return Found(false, len(minutes) / len(tolds), median(minutes), mean(calls))


def first_alarm(told: Told, start: float, level: int, lasts: float = EVENT) -> float | None:
    """When this level was first said of the event, at the earliest its first engaged call; None when it was not."""
    inside = [at for at in told.at if start <= at < start + lasts]
    if not inside:
        return None
    free = max((at for at, one in zip(told.at, told.seen, strict=True) if at < start and not one.busy), default=-1.0)
    alarms = told.notices if level == 1 else told.suspicions
    hits = [max(at, inside[0]) for at in alarms if free < at < start + lasts]
    return min(hits, default=None)
