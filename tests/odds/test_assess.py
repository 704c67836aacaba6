"""What is said of a line, and what is not: examples, and properties that hold for any calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.odds import Baseline, Caps, Level, Odds, Policy, Purpose, Seen, Sibling, assess, caps, drawn, thresholds
from probe.words import words

NINE = datetime(2025, 7, 25, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
POLICY = Policy()


def usual(load: float, calls: int = 60, **more: int) -> Baseline:
    return Baseline(counts={f"{hour:02d}": (round(load * calls), calls) for hour in range(9, 17)}, **more)


def calls(
    *minutes: float, free_before: float | None = -60, cause: str = "busy_tone", quiet: bool = False
) -> list[Seen]:
    """Engaged calls so many minutes after nine; before them one that was answered."""
    purpose = Purpose.QUIET_TIME if quiet else Purpose.FOLLOW_UP
    seen = [Seen(at=NINE + timedelta(minutes=m), busy=True, purpose=purpose, cause=cause) for m in minutes]
    if free_before is not None:
        seen.insert(0, Seen(at=NINE + timedelta(minutes=free_before), busy=False, cause="human"))
    return seen


def odds_of(seen: list[Seen], baseline: Baseline, **more: object) -> Odds:
    return assess(seen, baseline, seen[-1].at if seen else NINE, POLICY, **more)  # type: ignore[arg-type]


def test_a_line_nobody_has_called_is_clear() -> None:
    assert odds_of([], Baseline()).level is Level.CLEAR


def test_one_engaged_call_is_no_news_and_asks_for_another() -> None:
    odds = odds_of(calls(0), usual(0.1))
    assert odds.level is Level.WATCHING
    assert odds.next_gap_s is not None
    assert 2 * 60 < odds.next_gap_s < 30 * 60
    assert odds.alternatives[0].key in {"usual_load", "long_talk"}


@pytest.mark.parametrize(
    ("load", "level"),
    [(0.05, Level.NOTICE), (0.3, Level.WATCHING), (0.55, Level.WATCHING)],
)
def test_three_calls_in_twenty_minutes_weigh_more_on_a_calm_line(load: float, level: Level) -> None:
    assert odds_of(calls(0, 10, 20), usual(load)).level is level


def test_a_line_that_answers_is_clear_at_once() -> None:
    seen = calls(*range(0, 120, 8))
    assert odds_of(seen, usual(0.1)).level is Level.SUSPECTED
    seen.append(Seen(at=NINE + timedelta(minutes=125), busy=False, cause="human"))
    odds = odds_of(seen, usual(0.1))
    assert (odds.level, odds.probes) == (Level.CLEAR, ())
    assert odds.stuck < 0.001


def test_calls_into_one_long_talk_count_little() -> None:
    close, apart = odds_of(calls(0, 2, 4, 6), usual(0.1)), odds_of(calls(0, 12, 24, 36), usual(0.1))
    assert close.log_odds + 2 < apart.log_odds
    assert close.alternatives[0].key == "long_talk"


def test_a_heavily_loaded_line_is_never_convicted_by_a_run() -> None:
    odds = odds_of(calls(*range(0, 420, 7)), usual(0.8))
    assert odds.level is not Level.SUSPECTED
    assert odds.wants_quiet


def test_when_calls_cannot_decide_it_says_so_and_asks_for_a_quiet_time() -> None:
    odds = odds_of(calls(0, 8), usual(0.75), caps=Caps(calls=4))
    assert odds.level is Level.CANNOT_TELL
    assert odds.wants_quiet
    assert odds.next_gap_s is None
    assert "do_cannot_tell" in {because.key for because in odds.because}


def test_two_calls_at_a_quiet_time_convict_a_loaded_line() -> None:
    known = Baseline(counts=usual(0.7).counts | {"quiet": (2, 120)})
    seen = calls(0, 30, 100, 180)
    assert odds_of(seen, known).level in {Level.WATCHING, Level.CANNOT_TELL}
    seen += calls(230, 250, free_before=None, quiet=True)
    assert odds_of(seen, known).level is Level.SUSPECTED


def test_more_history_of_a_busy_line_asks_for_more_calls() -> None:
    seen = calls(0, 10, 20, 30, 40)
    assert odds_of(seen, usual(0.3)).log_odds < odds_of(seen, usual(0.1)).log_odds


def test_what_is_hardly_known_weighs_less() -> None:
    seen = calls(0, 10, 20, 30, 40, 50)
    assert odds_of(seen, usual(0.25, calls=4)).log_odds < odds_of(seen, usual(0.25, calls=60)).log_odds


def test_engaged_siblings_speak_for_a_heavy_day_and_free_ones_against() -> None:
    seen = calls(0, 10, 20, 30)
    around = [NINE + timedelta(minutes=m) for m in (-5, 8, 20)]
    odds = {
        busy: odds_of(
            seen,
            usual(0.15),
            siblings=[Sibling(seen=tuple(Seen(at=at, busy=busy) for at in around), baseline=usual(0.15))] * 3,
        )
        for busy in (True, False)
    }
    assert odds[True].log_odds < odds_of(seen, usual(0.15)).log_odds < odds[False].log_odds
    shares = {busy: {a.key: a.probability for a in one.alternatives} for busy, one in odds.items()}
    assert shares[True]["heavy_day"] > 10 * shares[False]["heavy_day"]
    assert shares[True]["hunt_group"] > shares[False]["hunt_group"]


def test_a_line_that_answered_today_has_no_heavy_day() -> None:
    seen = calls(0, 10, 20, 30)
    free = [Seen(at=NINE - timedelta(minutes=m), busy=False) for m in (220, 140, 80)]
    last_week = [Seen(at=one.at - timedelta(days=7), busy=False) for one in free]
    today, then = odds_of([*free, *seen], usual(0.3)), odds_of([*last_week, *seen], usual(0.3))
    shares = [{a.key: a.probability for a in odds.alternatives}["heavy_day"] for odds in (today, then)]
    assert shares[0] < shares[1] / 2
    assert today.log_odds > then.log_odds


def test_follow_ups_never_take_the_attempts_of_base_calls() -> None:
    made = [NINE - timedelta(hours=h) for h in (30, 23, 5, 1)]
    left = caps(made, NINE, 16 - 3, planned=[NINE + timedelta(hours=1), NINE - timedelta(hours=1)])
    assert left.calls == 10  # three of the four count
    assert left.back == tuple(at + timedelta(hours=24) for at in made[1:])
    assert left.planned == (NINE + timedelta(hours=1),)
    overdrawn = caps(made, NINE, 2)
    assert (overdrawn.calls, overdrawn.back) == (0, tuple(at + timedelta(hours=24) for at in made[2:]))


def test_an_announced_busy_may_be_a_rejected_call() -> None:
    tone, said = (odds_of(calls(*range(0, 90, 9), cause=c), usual(0.1)) for c in ("busy_tone", "busy_announcement"))
    assert said.stuck < tone.stuck
    assert said.alternatives[0].key == "call_reject"


def test_a_number_that_a_fax_machine_has_answered_is_not_suspected() -> None:
    odds = odds_of(calls(*range(0, 120, 9)), usual(0.1, fax=3))
    assert odds.level is Level.NOTICE
    assert odds.alternatives[0].key == "fax_line"


def test_the_notice_states_the_fact_and_asks_to_look() -> None:
    odds = odds_of(calls(0, 6, 12, 18), usual(0.05))
    said = [words(f"odds.{b.key}", "zh", **b.values) for b in odds.because]
    assert said[0] == "09:00 至 09:18（18 分钟内）共拨打 4 次，每次均为占线"
    assert said[-1] == "请查看听筒是否放好"


def test_the_caps_hold() -> None:
    seen = calls(0)
    later = NINE + timedelta(hours=1)
    assert odds_of(seen, usual(0.1), caps=Caps(calls=0)).next_gap_s is None
    assert odds_of(seen, usual(0.1), caps=Caps(calls=9, not_before=later)).next_gap_s == 3600
    waits = odds_of(seen, usual(0.1), caps=Caps(calls=0, back=(later,) * 9))
    assert waits.next_gap_s == pytest.approx(3600)


def test_the_last_attempts_are_kept_for_better_founded_runs() -> None:
    later = NINE + timedelta(hours=9)
    scarce = Caps(calls=4, back=(later,) * 9)
    first, fourth = (odds_of(calls(*run), usual(0.3), caps=scarce) for run in ((0,), (0, 10, 20, 30)))
    assert first.next_gap_s == pytest.approx(9 * 3600)
    assert fourth.next_gap_s is not None
    assert fourth.next_gap_s < 1800


def test_a_planned_call_takes_the_place_of_a_follow_up() -> None:
    seen = calls(0, 10)
    alone = odds_of(seen, usual(0.3))
    assert alone.next_gap_s is not None
    soon, late = (NINE + timedelta(minutes=m) for m in (16, 50))
    before_it = odds_of(seen, usual(0.3), caps=Caps(planned=(late,)))
    after_it = odds_of(seen, usual(0.3), caps=Caps(planned=(soon,)))
    assert before_it.next_gap_s is not None
    assert after_it.next_gap_s is not None
    assert before_it.next_gap_s < 1500  # the time until the planned call is divided evenly
    assert after_it.next_gap_s > 360 + 120  # the follow-up comes after the planned call, should that one not come about


def test_a_gap_is_drawn_around_the_best() -> None:
    assert drawn(600, 0.0) == timedelta(seconds=540)
    assert drawn(600, 0.5) == timedelta(seconds=600)
    assert drawn(600, 1.0) == timedelta(seconds=660)


def test_a_smaller_budget_asks_for_higher_odds() -> None:
    strict = msgspec.structs.replace(POLICY, notices_per_day=0.005)
    assert thresholds(strict)[0] == pytest.approx(5 * thresholds(POLICY)[0])


@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.floats(0, 900), min_size=0, max_size=25),
    busy=st.lists(st.booleans(), min_size=26, max_size=26),
    load=st.floats(0.0, 1.0),
    n=st.integers(0, 40),
    left=st.integers(0, 16),
)
def test_for_any_calls_the_odds_are_honest(gaps: list[float], busy: list[bool], load: float, n: int, left: int) -> None:
    seen, at = [], NINE
    for gap, engaged in zip([0.0, *gaps], busy, strict=False):
        at += timedelta(minutes=gap)
        seen.append(Seen(at=at, busy=engaged, cause="busy_tone" if engaged else "human"))
    odds = assess(seen, usual(load, n), at, POLICY, caps=Caps(calls=left))
    assert 0 <= odds.stuck <= 1
    assert (odds.level is Level.CLEAR) == (not seen[-1].busy)
    if odds.level is not Level.CLEAR:
        assert odds.stuck + sum(a.probability for a in odds.alternatives) == pytest.approx(1)
        assert all(one.busy for one in odds.probes)
        assert odds.probes[-1] is seen[-1]
        assert odds.since == odds.probes[0].at
    if odds.next_gap_s is not None:
        assert left > 0
        assert odds.next_gap_s > 0
    if odds.level is Level.SUSPECTED:
        assert len(odds.probes) >= POLICY.suspicion_calls
        assert odds.next_gap_s is None
    assert len({a.key for a in odds.alternatives}) == len(odds.alternatives)
    for because in odds.because:
        assert words(f"odds.{because.key}", "zh", **because.values)


@settings(max_examples=30, deadline=None)
@given(gaps=st.lists(st.floats(1.7, 40), min_size=3, max_size=12), load=st.floats(0.02, 0.9))
def test_another_engaged_call_never_speaks_for_a_line_in_use(gaps: list[float], load: float) -> None:
    minutes = [sum(gaps[:i]) for i in range(len(gaps) + 1)]
    odds = [odds_of(calls(*minutes[: i + 1]), usual(load)).log_odds for i in range(len(minutes))]
    assert all(a <= b + 1e-9 for a, b in pairwise(odds))


def test_a_long_run_needs_lower_odds_for_a_suspicion_and_not_for_a_notice() -> None:
    notice, suspicion = thresholds(POLICY)
    levels = {}
    for gap in range(7, 30):
        odds = odds_of(calls(*range(0, 10 * gap, gap)), usual(0.42))
        levels[odds.level] = min(levels.get(odds.level, odds.log_odds), odds.log_odds)
    assert levels[Level.NOTICE] >= log(notice)
    assert log(0.75 * suspicion) <= levels[Level.SUSPECTED] < log(suspicion)
