"""The manners of the simulated programme, where the figures of docs/odds.md come from."""

from __future__ import annotations

from itertools import groupby
from random import Random

import numpy as np

from probe.odds import Baseline, Habits, Policy, Purpose
from probe.odds.chain import Chain
from tests.bench.odds_false import false_alarms
from tests.bench.odds_measure import Setting, day_of, histories, without_event
from tests.bench.odds_offices import Day, Engaged, line_days
from tests.bench.odds_programme import DAY, UNCAPPED, Plan, Test, Told, run
from tests.bench.odds_rules import in_a_row, markov, told

FREE = Engaged([], [])
LUNCH = ((290.0, 330.0),)
AROUND = ((60.0, 240.0), (330.0, 540.0))


def answered(one: Told) -> list[int]:
    """Answered calls of each day on which there was one."""
    minutes = [at for at, call in zip(one.at, one.seen, strict=True) if not call.busy]
    return [len(list(day)) for _, day in groupby(minutes, key=lambda at: at // DAY)]


def test_after_three_answered_calls_a_line_is_left_alone_until_the_next_day() -> None:
    nobody = in_a_row(600.0, 5, 8)
    assert answered(run([FREE] * 4, nobody, Random(1), Plan(base=6))) == [3] * 4
    assert answered(run([FREE] * 4, nobody, Random(1), Plan(base=6, answered=UNCAPPED))) == [6] * 4


def test_three_base_calls_never_meet_that_cap() -> None:
    days = line_days(np.random.default_rng(2), Day((0.0,), (0.25,), 540.0), 30)
    capped, free = (run(days, told(0.4, Policy()), Random(3), Plan(base=3, answered=n)) for n in (3, UNCAPPED))
    assert any(call.busy for call in capped.seen)
    assert capped.at == free.at


def test_a_ring_at_a_quiet_time_is_answered_by_nobody_and_not_made_when_the_cap_is_reached() -> None:
    plan = Plan(base=6, blocks=AROUND, quiet=LUNCH, always=True)
    days = 20
    one = run([FREE] * days, in_a_row(600.0, 5, 8), Random(4), plan)
    quiet = [at for at, call in zip(one.at, one.seen, strict=True) if call.purpose is Purpose.QUIET_TIME]
    assert 0 < len(quiet) < days
    assert max(answered(one)) == 4  # three, and the ring


def test_false_alarms_counted_finely_are_as_many_as_counted_one_by_one() -> None:
    def make(_: Baseline) -> Test:
        return markov(0.32, 420.0, 2.5, 9.0)

    lines = 150
    setting = Setting(
        Chain(0.32, Habits()).callers, Plan(per_day=UNCAPPED, answered=UNCAPPED), 17, lines, days=10, history=1
    )
    (finely, error), _ = false_alarms(setting, 0.32, make)
    rng, die = np.random.default_rng(18), Random(18)
    told = without_event(setting, rng, die, day_of(setting), [make(Baseline())] * lines)
    one_by_one = 1000 * sum(len(one.notices) for one in told) / (lines * setting.days)
    assert one_by_one > 40
    assert abs(finely - one_by_one) < 3 * (error + (1000 * one_by_one / (lines * setting.days)) ** 0.5)


def test_a_line_that_is_called_at_every_quiet_time_knows_its_quiet_times() -> None:
    known = {}
    for always in (False, True):
        plan = Plan(base=3, blocks=AROUND, quiet=LUNCH, always=always)
        setting = Setting(0.1, plan, 5, lines=2, history=10)
        known[always] = histories(setting, np.random.default_rng(5), Random(5), day_of(setting), Policy())
    assert all("quiet" not in line.counts for line in known[False])
    assert all(line.counts["quiet"][1] == 10 for line in known[True])
