"""The case that began it all, acted again: 25 July 2025, the handset lay beside its phone from 08:50 to 14:40.

About 100 citizens a day call this line for 3 min each (it is engaged about 40 % of the time); twenty-nine calls of
one citizen met an engaged line until 11:30. Here the programme has called it for eight weeks, and calls it that
morning before 09:05.
"""

from __future__ import annotations

from random import Random
from statistics import median
from typing import NamedTuple

import numpy as np

from probe.odds import Baseline, Policy, Seen, baseline
from tests.bench.odds_offices import Day, Engaged, line_days
from tests.bench.odds_programme import DAY, Plan, Told, moment, run
from tests.bench.odds_rules import ours

FALLS, FOUND = 50.0, 400.0  # 08:50 and 14:40, minutes from 08:00
OPENS, CLOSES = 60.0, 540.0
CALLERS = 100 / (CLOSES - OPENS)  # per minute
BEFORE = 4  # ordinary days before, from Monday, 21 July, on
HISTORY = 40
POLICY = Policy()


class Opening(Plan):
    """The first base call of a day is made within five minutes of opening."""

    def draw(self, rng: Random) -> list[float]:
        first, last = self.blocks[0][0], self.blocks[-1][1]
        width = (last - first) / self.base
        later = [first + width * (i + rng.random()) for i in range(1, self.base)]
        return [first + 5 * rng.random(), *later]


class Morning(NamedTuple):
    """What the programme said on that day, in minutes from 08:00; None when it did not while the handset was off."""

    notice: float | None
    suspected: float | None
    calls: int  # attempts from 08:50 to the suspicion, or to 14:40


def act(
    seed: int,
    *,
    base: int = 3,
    per_day: int = 16,
    quiet: bool = False,
    before: int = BEFORE,
    policy: Policy = POLICY,
) -> Morning:
    """One such day, with its own history, callers and dice, after so many ordinary days; none: nothing was spent."""
    rng, die = np.random.default_rng(seed), Random(seed)
    plan = Opening(base=base, per_day=per_day, quiet=((45.0, 60.0),) if quiet else (), always=quiet)
    day = Day((0.0, 30.0, OPENS), (0.0, 0.005, CALLERS), CLOSES)
    ordinary = line_days(rng, day, HISTORY + before)
    that = line_days(rng, day, 1, off_hook=np.array([FALLS]), off_hook_for=FOUND - FALLS)
    usual = history(ordinary[:HISTORY], plan, die, policy)
    told = run([*ordinary[HISTORY:], *that], ours(policy, usual), die, plan)
    return _morning(told, before * DAY)


def history(days: list[Engaged], plan: Plan, die: Random, policy: Policy) -> Baseline:
    """From base calls to the ordinary days of eight weeks."""
    seen = [
        Seen(at=moment((d - HISTORY) * DAY + at), busy=engaged(at))
        for d, engaged in enumerate(days)
        for at in plan.draw(die)
    ]
    return baseline(seen, policy)


def _morning(told: Told, start: float) -> Morning:
    def first(alarms: list[float]) -> float | None:
        return next((at - start for at in alarms if start + FALLS <= at < start + FOUND), None)

    suspected = first(told.suspicions)
    until = start + (FOUND if suspected is None else suspected)
    return Morning(first(told.notices), suspected, sum(start + FALLS <= at <= until for at in told.at))


def shares(mornings: list[Morning]) -> tuple[float, float, float, float]:
    """The shares with a notice before 10:00 and a suspicion before 11:00; the median minute of each (inf: never)."""
    notices = [m.notice if m.notice is not None else float("inf") for m in mornings]
    suspicions = [m.suspected if m.suspected is not None else float("inf") for m in mornings]
    n = len(mornings)
    return sum(t < 120 for t in notices) / n, sum(t < 180 for t in suspicions) / n, median(notices), median(suspicions)
