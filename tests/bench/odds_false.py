"""False alarms counted finely: not how often one comes about, but how likely each way to it is.

A false suspicion comes about on one line-day in five hundred, so 2,400 line-days tell it to ± 45 % only. Here an
ordinary day is lived through up to some call whose predecessor found the line free; from that call on the line is
engaged for ever, and the programme calls until it alarms. The alarm counts as often as a line in use would have been
engaged at all of those calls, by the chain of its true load: right within a few per cent from 32 % load on, up to a
third too often below (tests/odds/test_chain.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from random import Random
from statistics import mean, stdev

import numpy as np

from probe.odds import Caps, Habits, Seen
from probe.odds.chain import FREE, Chain
from tests.bench.odds_measure import POLICY as DEFAULT
from tests.bench.odds_measure import Maker, Setting, day_of, histories
from tests.bench.odds_offices import Engaged, line_days
from tests.bench.odds_programme import DAY, Step, Test, run

BRANCHES = 2  # of each ordinary day
LEVELS = (1, 2)  # notice, suspicion


class Suspected(Exception):
    """Nothing more is asked of this day."""


def false_alarms(setting: Setting, load: float, make: Maker) -> list[tuple[float, float]]:
    """False notices and suspicions per 1,000 line-days, each with one standard error; `setting.lines` line-days."""
    rng, die = np.random.default_rng(setting.seed), Random(setting.seed)
    day, line = day_of(setting), Chain(load, Habits())
    tests = [make(known) for known in histories(setting, rng, die, day, DEFAULT)]
    days = line_days(rng, day, 2 * setting.lines, habits=setting.habits)
    counted = [_one(days[2 * i : 2 * i + 2], test, setting, line, i, die) for i, test in enumerate(tests)]
    return [(1000 * mean(c), 1000 * stdev(c) / len(c) ** 0.5) for c in zip(*counted, strict=True)]


def _one(days: Sequence[Engaged], test: Test, setting: Setting, line: Chain, seed: int, die: Random) -> list[float]:
    """How many alarms of each level the second of two ordinary days brings about."""
    lived = run(days, test, Random(seed), setting.plan)
    first = [i for i in range(1, len(lived.at)) if lived.at[i] >= DAY and not lived.seen[i - 1].busy]
    taken = die.sample(first, min(BRANCHES, len(first)))
    found = [0.0, 0.0]
    for branch in taken:
        for level, seen in _until_told(days, test, setting, seed, branch).items():
            found[level - 1] += _share(line, seen[branch - 1 :]) * len(first) / len(taken)
    return found


def _until_told(
    days: Sequence[Engaged], test: Test, setting: Setting, seed: int, branch: int
) -> dict[int, Sequence[Seen]]:
    """Level → the calls until it was said, when the line is engaged from the call at place `branch` on."""
    told: dict[int, Sequence[Seen]] = {}
    made = 0

    def engaged(day: Engaged | None) -> Callable[[float], bool]:
        def at(minute: float) -> bool:
            nonlocal made
            made += 1
            return made > branch or day is None or day(minute)

        return at

    def listening(seen: Sequence[Seen], caps: Caps) -> Step:
        step = test(seen, caps)
        for level in LEVELS:
            if len(seen) > branch and step.level >= level:
                told.setdefault(level, tuple(seen))
        if LEVELS[-1] in told:
            raise Suspected
        return step

    with suppress(Suspected):
        run([engaged(day) for day in (*days, None)], listening, Random(seed), setting.plan)
    return told


def _share(line: Chain, seen: Sequence[Seen]) -> float:
    """How often a line in use, free at the first call, is engaged at each of the others."""
    state = line.free.copy()
    for before, one in pairwise(seen):
        state = line.over(np.array((one.at - before.at).total_seconds() / 60)) @ state
        state[FREE] = 0.0
    return float(state.sum())
