"""What follows a busy or an unanswered call, rung by rung; quiet-time probes; re-dials for incidents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

import scenarios
from probe.model import Because, Number, Outcome, Purpose
from probe.odds.gap import JITTER
from probe.plan import Attempt, History, Policy, Situation, Slot, Tried, Way, follow_up, plan_day, quiet_probe, recheck
from probe.words import LANGUAGES, words
from tests.plan import worlds

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 2)
SEED = bytes(range(32))
NUMBER = Number(number="+8657187250001", written="87250001", unit="甲局", off_hours=True)
MATE = replace(NUMBER, number="+8657187250002")
HOURS = ((540, 720), (840, 1020))
OPENINGS = tuple(o for n in range(3) for o in worlds.opened(DAY + timedelta(days=n), HOURS, ZONE))
ROOT = "20260302-base-1-8657187250001"
CALL = timedelta(seconds=scenarios.load("direct").deadline_s)
BUSY, UNANSWERED = Outcome.BUSY, Outcome.UNANSWERED
TWO = (Way(trunk="a", caller_id="1"), Way(trunk="a", caller_id="2"))


def at(clock: str, day: int = 2) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def tried(*calls: tuple[str, Outcome]) -> list[Tried]:
    return [
        Tried(call_id=ROOT if n == 0 else f"{ROOT}-f{n + 1}", at=at(clock), outcome=outcome)
        for n, (clock, outcome) in enumerate(calls)
    ]


def situation(calls: Sequence[Tried] = (), now: datetime | None = None, **more: object) -> Situation:
    """A minute after the last call, all of which are in the history."""
    history = History(
        Attempt(
            at=call.at,
            number=NUMBER.number,
            office=NUMBER.office,
            answered=call.outcome is Outcome.ANSWERED,
            ended_at=call.at + timedelta(seconds=20),
        )
        for call in calls
    )
    known: dict[str, object] = {"number": NUMBER, "policy": Policy(), "openings": OPENINGS, "zone": ZONE, "seed": SEED}
    known |= {"now": now or calls[-1].at + timedelta(minutes=1), "history": history, **more}
    return Situation(**known)  # type: ignore[arg-type]  # as its fields are


def after(calls: list[Tried], advice: float | None = None, **more: object) -> Slot:
    found = follow_up(calls, advice, situation(calls, **more))  # type: ignore[arg-type]
    assert isinstance(found, Slot), found
    assert found.purpose is Purpose.FOLLOW_UP
    assert found.attempt == len(calls) + 1
    assert found.call_id == f"{ROOT}-f{found.attempt}"
    for lang in LANGUAGES:
        assert str(found.attempt) in words(found.why.key, lang, **found.why.values)
    return found


def none(found: Slot | Because, key: str) -> None:
    assert isinstance(found, Because)
    assert found.key == key
    assert all(NUMBER.number in words(found.key, lang, **found.values) for lang in LANGUAGES)


def minutes(slot: Slot, clock: str) -> float:
    return (slot.due_at - at(clock)) / timedelta(minutes=1)


def test_an_unanswered_call_is_asked_about_again_after_growing_gaps_and_on_a_later_half_day() -> None:
    calls = tried(("09:10", UNANSWERED))
    assert 4 <= minutes(after(calls), "09:10") <= 7
    calls = tried(("09:10", UNANSWERED), ("09:15", UNANSWERED))
    assert 12 <= minutes(after(calls), "09:15") <= 21
    calls = tried(("09:10", UNANSWERED), ("09:15", UNANSWERED), ("09:30", UNANSWERED))
    third = after(calls)
    assert at("14:00") <= third.due_at < at("17:00")
    assert third.stratum in ("after_lunch", "mid_afternoon", "closing")
    calls = [*calls, Tried(call_id="x", at=third.due_at, outcome=UNANSWERED)]
    none(follow_up(calls, None, situation(calls)), "plan.ladder_ends")


def test_an_afternoon_is_followed_by_the_next_morning() -> None:
    calls = tried(("15:00", UNANSWERED), ("15:05", UNANSWERED), ("15:20", UNANSWERED))
    third = after(calls)
    assert at("09:00", 3) <= third.due_at < at("12:00", 3)
    assert third.day == date(2026, 3, 3)
    none(follow_up(calls, None, situation(calls, openings=OPENINGS[:2])), "plan.no_later_half_day")


def test_a_busy_call_is_followed_up_at_growing_gaps() -> None:
    gaps = []
    calls = tried(("09:00", BUSY))
    for _ in range(8):
        slot = after(calls)
        gaps.append((slot.due_at - calls[-1].at) / timedelta(minutes=1))
        calls = [*calls, Tried(call_id=slot.call_id, at=slot.due_at, outcome=BUSY)]
    assert 3 <= gaps[0] <= 6
    assert all(
        low <= gap <= 2 * low + 0.1
        for gap, low in zip(gaps, [3, 4.5, 6.75, 10.1, 15.1, 20, 20, 20], strict=True)
        if low < 15
    )
    none(follow_up(calls, None, situation(calls)), "plan.ladder_ends")


@pytest.mark.parametrize("advice", [2.5, 8.0, 30.0])
def test_the_advice_of_the_odds_is_followed_within_the_margin_that_they_count_on(advice: float) -> None:
    calls = tried(("09:30", BUSY))
    assert (1 - JITTER) * advice <= minutes(after(calls, advice), "09:30") <= (1 + JITTER) * advice + 0.1


def test_with_advice_it_is_the_manners_that_end_a_busy_ladder() -> None:
    calls = tried(("09:00", BUSY))
    while isinstance(found := follow_up(calls, 5.0, situation(calls)), Slot):
        calls = [*calls, Tried(call_id=found.call_id, at=found.due_at, outcome=BUSY)]
    none(found, "plan.per_24h")
    assert len(calls) == 16


def test_no_two_ladders_have_the_same_gaps() -> None:
    dues = set()
    for n in range(20):
        call = Tried(call_id=f"20260302-base-1-86571872500{n:02d}", at=at("09:30"), outcome=BUSY)
        found = follow_up([call], None, situation([call]))
        assert isinstance(found, Slot)
        dues.add(found.due_at)
    assert len(dues) > 15


@pytest.mark.parametrize(
    ("outcome", "key"),
    [
        (Outcome.ANSWERED, "plan.decided_answered"),
        (Outcome.VOICEMAIL, "plan.decided_voicemail"),
        (Outcome.UNREACHABLE, "plan.decided_unreachable"),
    ],
)
def test_a_question_that_is_decided_is_not_asked_again(outcome: Outcome, key: str) -> None:
    calls = tried(("09:00", BUSY), ("09:05", outcome))
    none(follow_up(calls, 5.0, situation(calls)), key)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (BUSY, UNANSWERED)])
def test_only_busy_and_unanswered_calls_are_followed_up(outcome: Outcome) -> None:
    calls = tried(("09:00", outcome))
    none(follow_up(calls, None, situation(calls)), "plan.nothing_open")


def test_what_failed_on_our_side_does_not_count_as_a_rung() -> None:
    calls = tried(("09:00", BUSY), ("09:05", Outcome.INCONCLUSIVE))
    assert 3 <= minutes(after(calls), "09:05") <= 6
    calls = tried(("09:00", BUSY), *((f"09:{5 * n:02d}", Outcome.INCONCLUSIVE) for n in (1, 2, 3)))
    none(follow_up(calls, None, situation(calls)), "plan.own_faults")


def test_a_second_caller_id_is_used_when_there_is_one() -> None:
    calls = tried(("09:00", BUSY))
    assert after(calls).caller == 0
    assert after(calls, ways=TWO).caller == 1
    assert after([replace(calls[0], caller=1)], ways=TWO).caller == 0


class TestASecondOpinion:
    """What no later call to the same line over the same trunk would tell."""

    DEAD = (("09:00", Outcome.UNREACHABLE),)
    OURS = (("09:00", Outcome.INCONCLUSIVE),)

    def test_a_dead_number_is_asked_about_once_more_and_over_another_way(self) -> None:
        calls = tried(*self.DEAD)
        slot = after(calls, ways=TWO)
        assert (slot.caller, slot.attempt, slot.purpose, slot.why.key) == (1, 2, Purpose.FOLLOW_UP, "plan.why_second")
        assert 3 <= minutes(slot, "09:00") <= 6
        none(follow_up(calls, None, situation(calls)), "plan.nothing_open")

    @pytest.mark.parametrize("outcome", [Outcome.UNREACHABLE, Outcome.ANSWERED, BUSY, Outcome.INCONCLUSIVE])
    def test_whatever_it_says_nobody_is_asked_a_third_time(self, outcome: Outcome) -> None:
        calls = tried(*self.DEAD, ("09:05", outcome))
        none(follow_up(calls, None, situation(calls, ways=TWO)), "plan.asked_twice")

    def test_what_our_own_trunk_refused_is_asked_over_another(self) -> None:
        (call,) = tried(*self.OURS)
        assert after([replace(call, ours=True)], ways=TWO).caller == 1
        none(follow_up([call], None, situation([call], ways=TWO)), "plan.nothing_open")  # honestly unsure


def test_a_program_that_was_not_running_does_not_call_in_the_past() -> None:
    calls = tried(("09:00", BUSY))
    late = at("10:00")
    assert late < after(calls, now=late).due_at < late + timedelta(minutes=4)
    calls = tried(("09:10", UNANSWERED), ("09:15", UNANSWERED), ("09:30", UNANSWERED))
    assert after(calls, now=at("15:00")).due_at > at("15:00")


def test_it_never_goes_beyond_the_opening() -> None:
    calls = tried(("11:57", BUSY))
    assert after(calls).due_at >= at("14:00")  # lunch is passed over
    calls = tried(("16:56", BUSY))
    none(follow_up(calls, None, situation(calls)), "plan.no_time_left")
    calls = tried(("11:50", BUSY))
    assert after(calls).until + CALL <= at("12:00")


def test_it_leaves_room_for_what_is_planned_already() -> None:
    planned = plan_day([NUMBER, MATE], lambda n: OPENINGS[:2], Policy(), SEED, DAY).slots
    for base in planned:
        call = Tried(call_id=f"{base.call_id}x", at=base.due_at - timedelta(minutes=4), outcome=BUSY)
        if not any(o.start <= call.at < o.end for o in OPENINGS):
            continue
        found = follow_up([call], 4.0, situation([call], standing=planned))
        assert isinstance(found, Slot)
        for other in planned:
            apart = max(CALL, timedelta(minutes=2)) if other.number == NUMBER.number else CALL
            assert abs(other.due_at - found.due_at) >= apart


def test_an_office_that_is_planned_without_a_break_is_called_after_it() -> None:
    base = plan_day([MATE], lambda n: OPENINGS[:2], Policy(), SEED, DAY).slots[0]
    row = [at("10:01") + n * 1.5 * CALL for n in range(20)]
    standing = [replace(base, call_id=f"m{n}", due_at=due, until=due) for n, due in enumerate(row)]
    calls = tried(("10:00", BUSY))
    assert after(calls, standing=standing).due_at >= row[-1] + CALL


def test_planned_calls_of_the_day_are_not_used_up_by_follow_ups() -> None:
    strict = Policy(preset="strict")
    planned = plan_day([NUMBER], lambda n: OPENINGS[:2], strict, SEED, DAY).slots
    first = planned[0]
    calls = [Tried(call_id=first.call_id, at=first.due_at, outcome=BUSY)]
    while isinstance(found := follow_up(calls, 5.0, situation(calls, policy=strict, standing=planned[1:])), Slot):
        calls = [*calls, Tried(call_id=found.call_id, at=found.due_at, outcome=BUSY)]
    assert len(calls) == 3  # and two that are planned


@pytest.mark.parametrize(
    ("now", "stratum", "first", "last"),
    [
        ("08:00", "before_opening", "08:40", "08:55"),
        ("08:50", "before_opening", "08:50", "08:55"),
        ("10:00", "lunch_end", "13:45", "13:57"),
        ("14:30", "after_closing", "17:05", "17:20"),
    ],
)
def test_the_next_quiet_time(now: str, stratum: str, first: str, last: str) -> None:
    slot = quiet_probe(situation(now=at(now)))
    assert isinstance(slot, Slot)
    assert slot.purpose is Purpose.QUIET_TIME
    assert slot.stratum == stratum
    assert at(first) <= slot.due_at < at(last)
    assert slot.call_id == f"20260302-quiet-time-{stratum.replace('_', '-')}-1-8657187250001"
    assert all(words(slot.why.key, lang, **slot.why.values) for lang in LANGUAGES)


def test_after_the_last_quiet_time_of_a_day_comes_the_next_morning() -> None:
    slot = quiet_probe(situation(now=at("18:00")), 2)
    assert isinstance(slot, Slot)
    assert (slot.stratum, slot.day) == ("before_opening", date(2026, 3, 3))
    assert "-2-" in slot.call_id
    none(quiet_probe(situation(now=at("18:00"), openings=OPENINGS[:2])), "plan.no_quiet_time")


def test_no_quiet_probe_without_consent() -> None:
    none(quiet_probe(situation(now=at("10:00"), number=replace(NUMBER, off_hours=False))), "plan.no_consent")


def test_an_incident_is_checked_on_a_later_half_day() -> None:
    slot = recheck(situation(now=at("09:30")), at("09:20"), 1)
    assert isinstance(slot, Slot)
    assert slot.purpose is Purpose.RECHECK
    assert at("14:00") <= slot.due_at < at("17:00")
    assert slot.call_id == "20260302-recheck-1-8657187250001"
    second = recheck(situation(now=at("16:50")), slot.due_at, 2)
    assert isinstance(second, Slot)
    assert at("09:00", 3) <= second.due_at < at("12:00", 3)
    assert second.call_id == "20260303-recheck-2-8657187250001"
    none(recheck(situation(now=at("16:50"), openings=OPENINGS[:2]), at("15:00"), 3), "plan.no_later_half_day")


def test_a_recheck_may_be_asked_for_long_after() -> None:
    slot = recheck(situation(now=at("15:00")), at("15:00", 1), 1)
    assert isinstance(slot, Slot)
    assert slot.due_at > at("15:00")
