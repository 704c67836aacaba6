"""A loaded line and its quiet times: events that last until the next one is over, lunch and night included."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import numpy as np

from probe.odds import Policy
from tests.bench.odds_measure import Setting, histories
from tests.bench.odds_offices import Day, line_days
from tests.bench.odds_programme import DAY, Plan, run
from tests.bench.odds_rules import ours

MORNING, AFTERNOON = (30.0, 240.0), (330.0, 600.0)  # 08:30–12:00 and 13:30–18:00
BEFORE_OPENING, LUNCH_END = (0.0, 30.0), (290.0, 330.0)  # 08:00–08:30 and 12:50–13:30
POLICY = Policy()
QUIET_RATE = 0.007  # callers per minute: a line engaged about 2 % of the time (telephony.md §7)


class Quiet(NamedTuple):
    """Shares of events suspected and noticed by the end of the next quiet time; false per 1,000 line-days."""

    share: float
    noticed: float
    false_notices: float
    false_suspicions: float
    attempts: float


def plan(*, base: int = 3, per_day: int = 16, always: bool = False) -> Plan:
    return Plan(
        base=base,
        blocks=(MORNING, AFTERNOON),
        quiet=(BEFORE_OPENING, LUNCH_END),
        always=always,
        per_day=per_day,
    )


def day(rate: float) -> Day:
    return Day((0.0, MORNING[0], MORNING[1], AFTERNOON[0]), (QUIET_RATE, rate, QUIET_RATE, rate), AFTERNOON[1])


def measure(setting: Setting, policy: Policy = POLICY) -> Quiet:
    """`setting.plan` is one of `plan` above."""
    rng, die, hours = np.random.default_rng(setting.seed), Random(setting.seed), day(setting.rate)
    tests = [ours(policy, line) for line in histories(setting, rng, die, hours, policy)]
    days = line_days(rng, hours, setting.lines * setting.days)
    told = [run(days[i * setting.days : (i + 1) * setting.days], t, die, setting.plan) for i, t in enumerate(tests)]
    worked = MORNING[1] - MORNING[0] + AFTERNOON[1] - AFTERNOON[0]
    starts = np.array([setting.plan.minute(w) for w in rng.uniform(0, worked, setting.events)])
    early = starts < MORNING[1]
    n = setting.events
    before = line_days(rng, hours, n)
    during = line_days(rng, hours, n, off_hook=starts, off_hook_for=np.where(early, LUNCH_END[1] - starts, DAY))
    after = line_days(rng, hours, n, off_hook=np.where(early, np.inf, 0.0), off_hook_for=BEFORE_OPENING[1])
    suspected = noticed = 0
    for i, start in enumerate(starts.tolist()):
        one = run([before[i], during[i], after[i]], tests[i % len(tests)], die, setting.plan)
        until = DAY + LUNCH_END[1] if early[i] else 2 * DAY + BEFORE_OPENING[1]
        suspected += any(DAY + start <= at < until for at in one.suspicions)
        noticed += any(DAY + start <= at < until for at in one.notices)
    total = setting.lines * setting.days
    return Quiet(
        suspected / n,
        noticed / n,
        1000 * sum(len(t.notices) for t in told) / total,
        1000 * sum(len(t.suspicions) for t in told) / total,
        sum(len(t.at) for t in told) / total,
    )
