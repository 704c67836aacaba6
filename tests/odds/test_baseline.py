"""How loaded a line is, from its own history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from probe.odds import Baseline, Policy, Purpose, Seen, baseline, fleet
from probe.odds.baseline import count, load

EIGHT = datetime(2025, 7, 21, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
POLICY = Policy()


def seen(day: int, minute: float, busy: bool, purpose: Purpose = Purpose.BASE, cause: str = "") -> Seen:
    return Seen(at=EIGHT + timedelta(days=day, minutes=minute), busy=busy, purpose=purpose, cause=cause)


def test_calls_are_counted_by_local_hour_and_follow_ups_are_not() -> None:
    calls = [seen(0, 65, True), seen(0, 70, True, Purpose.FOLLOW_UP), seen(0, 290, False, Purpose.QUIET_TIME)]
    counted = count([*calls, seen(1, 70, False)])
    assert counted.counts == {"09": (1, 2), "quiet": (0, 1)}
    assert count(calls, "Asia/Urumqi").counts["07"] == (1, 1)


def test_a_line_nobody_has_called_has_the_fleets_load() -> None:
    assert load(Baseline(), "09", POLICY).p == pytest.approx(POLICY.load)
    assert load(Baseline(load=0.5, load_calls=30), "09", POLICY).p == pytest.approx(0.5)


def test_a_quiet_time_is_quiet_until_its_own_calls_say_otherwise() -> None:
    busy = Baseline(counts={"09": (80, 100)})
    assert load(busy, "quiet", POLICY).p == pytest.approx(0.02)
    assert load(Baseline(counts={"quiet": (30, 60)}), "quiet", POLICY).p > 0.2


def test_hours_that_are_alike_lend_each_other_their_calls() -> None:
    alike = Baseline(counts={f"{h:02d}": (12, 40) for h in range(9, 17)})
    unlike = Baseline(counts={f"{h:02d}": (24 if h < 12 else 5, 40) for h in range(9, 17)})
    assert load(alike, "09", POLICY).sd < load(unlike, "09", POLICY).sd
    assert load(unlike, "09", POLICY).p > 1.5 * load(unlike, "15", POLICY).p
    assert load(alike, "18", POLICY).p == pytest.approx(load(alike, "09", POLICY).p, rel=0.1)


def test_more_calls_make_it_surer() -> None:
    few, many = Baseline(counts={"09": (3, 10)}), Baseline(counts={"09": (90, 300)})
    assert load(many, "09", POLICY).sd < load(few, "09", POLICY).sd / 2


def test_an_episode_that_looks_stuck_does_not_make_the_line_look_loaded() -> None:
    ordinary = [seen(day, m, busy=(day + i) % 10 == 0) for day in range(20) for i, m in enumerate(range(70, 530, 80))]
    stuck = [seen(20, m, True) for m in range(70, 530, 80)]
    clean = baseline([*ordinary, *stuck, seen(21, 70, False)], POLICY)
    assert clean.counts == baseline([*ordinary, seen(21, 70, False)], POLICY).counts
    assert sum(b for b, _ in clean.counts.values()) < sum(b for b, _ in count([*ordinary, *stuck]).counts.values())


def test_a_loaded_line_keeps_its_runs() -> None:
    loaded = [
        seen(day, m, busy=(day * 7 + i * 3) % 10 < 7) for day in range(20) for i, m in enumerate(range(70, 530, 80))
    ]
    assert baseline(loaded, POLICY).counts == count(loaded).counts


def test_a_fleet_of_like_lines_is_worth_more_calls_than_one_of_unlike_lines() -> None:
    like = fleet([Baseline(counts={"09": (20 + k % 3, 100)}) for k in range(12)])
    unlike = fleet([Baseline(counts={"09": (5 if k % 2 else 60, 100)}) for k in range(12)])
    assert like.load == pytest.approx(0.21, abs=0.02)
    assert like.load_calls is not None
    assert unlike.load_calls is not None
    assert like.load_calls > 5 * unlike.load_calls
    assert fleet([]) == Baseline()
