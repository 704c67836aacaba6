"""25 July 2025: off the hook from 08:50, engaged at 29 calls until 11:30, found at 14:40. Now the robot calls.

With the default settings: 16 attempts per 24 hours, 3 per 5 minutes, 3 base calls a day, the first of them before
09:05; over seeds that nothing was tuned on. A single morning is a matter of luck: how many base calls were followed up
the day before decides how many calls are left.
"""

from __future__ import annotations

import pytest

from tests.bench.odds_origin import CALLERS, FALLS, Morning, act, shares
from tests.bench.odds_programme import UNCAPPED

SEEDS = range(25_000, 25_040)


@pytest.fixture(scope="module")
def mornings() -> list[Morning]:
    return [act(seed) for seed in SEEDS]


def test_the_notice_is_out_before_ten_and_the_suspicion_before_eleven(mornings: list[Morning]) -> None:
    by_ten, by_eleven, notice, suspected = shares(mornings)
    assert by_ten >= 0.9
    assert by_eleven >= 0.8
    assert notice < 120  # 10:00, in minutes from 08:00
    assert suspected < 180  # 11:00


def test_it_takes_fewer_calls_than_the_citizen_made(mornings: list[Morning]) -> None:
    assert max(m.calls for m in mornings) <= 16 < 29


def test_nothing_is_said_before_the_handset_falls(mornings: list[Morning]) -> None:
    assert all(m.notice is None or m.notice > FALLS for m in mornings)


def test_without_a_cap_every_morning_keeps_both_times() -> None:
    by_ten, by_eleven, _, _ = shares([act(seed, base=6, per_day=UNCAPPED) for seed in SEEDS])
    assert by_ten >= 0.95
    assert by_eleven >= 0.95


def test_the_strict_cap_loses_the_suspicion() -> None:
    _, by_eleven, _, _ = shares([act(seed, base=3, per_day=5) for seed in SEEDS])
    assert by_eleven == 0


def test_a_hundred_citizens_a_day_for_three_minutes_are_about_forty_percent() -> None:
    offered = CALLERS * 3
    assert offered / (1 + offered) == pytest.approx(0.4, abs=0.03)
