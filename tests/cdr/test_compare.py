"""The office's records and the robot's calls, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.cdr import Cdr, Clock, Comparison, compare, parse
from probe.cdr.clock import FARTHEST_S, TOGETHER_S, clock
from probe.model import Because, Call, Cause, Outcome
from probe.words import LANGUAGES, because
from tests.cdr.made import CITIZEN, LINE, ROBOT, WRITTEN, ZONE, Made, asterisk, morning
from tests.records import MORNING, call, number

N = number(1)


def at(minutes: float) -> datetime:
    return MORNING + timedelta(minutes=minutes)


def robot(cause: Cause, minutes: float) -> Call:
    return call(cause, of=N, at=at(minutes), call_id=f"c{minutes:g}-{cause}")


def seen_by_office(calls: Sequence[Call], *, talk_s: int = 8) -> list[Made]:
    """The robot's calls as they stand in the office's records, a second late."""
    return [
        Made(
            at=one.record.trace.started_at + timedelta(seconds=1),
            src=ROBOT,
            ring_s=5,
            talk_s=talk_s if one.record.verdict.outcome in {Outcome.ANSWERED, Outcome.VOICEMAIL} else 0,
        )
        for one in calls
    ]


def compared(made: Sequence[Made], calls: Sequence[Call], *, off_s: float = 0) -> Comparison:
    late = [replace(one, at=one.at + timedelta(seconds=off_s)) for one in made]
    return compare(records(late), calls, zone=ZONE)


def records(made: Sequence[Made]) -> tuple[Cdr, ...]:
    return parse(asterisk(made), "cdr.csv", LINE, zone=ZONE).cdrs if made else ()


def said(comparison: Comparison) -> list[str]:
    return [one.key.removeprefix("cdr.says_") for hour in comparison.hours for one in hour.says]


class TestTheQuarrel:
    def test_engaged_all_morning_with_no_call_on_record(self) -> None:
        """The origin case: "your records show 0 calls taken, the robot found the line engaged 5 of 5 times"."""
        calls = [robot(Cause.BUSY_TONE, minutes) for minutes in (3, 13, 24, 40, 54)]
        hour = compared([Made(at=at(-30))], calls).hours[-1]
        assert (hour.taken, hour.engaged_s, hour.calls, hour.outcomes) == (0, 0, 5, {Outcome.BUSY: 5})
        assert hour.unexplained == tuple(one.record.order.call_id for one in calls)
        assert hour.contradicts
        text = because(hour.says[0].key, "en", **hour.says[0].values)
        assert text.startswith(
            "09:00-10:00: your records show 0 calls taken and 0 made; the robot found the line engaged 5 of 5"
        )

    def test_a_line_that_was_really_in_use_is_said_to_be(self) -> None:
        talk = Made(at=at(0), talk_s=3500)
        comparison = compared([talk], [robot(Cause.BUSY_TONE, minutes) for minutes in (3, 13, 24)])
        assert said(comparison) == ["busy_explained"]
        assert comparison.contradictions == ()

    def test_the_offices_own_calls_explain_it_too(self) -> None:
        comparison = compared([Made(at=at(10), src=WRITTEN, dst=CITIZEN, talk_s=600)], [robot(Cause.BUSY_TONE, 15)])
        assert said(comparison) == ["busy_explained"]
        assert [hour.made for hour in comparison.hours] == [1]

    def test_some_explained_and_some_not(self) -> None:
        comparison = compared([Made(at=at(10), talk_s=300)], [robot(Cause.BUSY_TONE, m) for m in (12, 40)])
        (one,) = comparison.contradictions
        assert one.key == "cdr.says_busy_unexplained"
        assert (one.values["busy"], one.values["unexplained"]) == (2, 1)

    def test_while_the_clock_is_not_known_a_near_call_is_explanation_enough(self) -> None:
        talk = Made(at=at(10), ring_s=0, talk_s=60)
        near, far = robot(Cause.BUSY_TONE, 12.5), robot(Cause.BUSY_TONE, 14)
        assert compared([talk], [near]).contradictions == ()
        assert compared([talk], [far]).contradictions != ()

    def test_the_allowance_is_made_on_either_side(self) -> None:
        calls = [robot(Cause.BUSY_TONE, 8.5), robot(Cause.BUSY_TONE, 7)]
        assert [compared([Made(at=at(10))], [one]).contradictions == () for one in calls] == [True, False]

    def test_our_own_fault_is_no_evidence(self) -> None:
        comparison = compared([], [robot(Cause.TRUNK, m) for m in (3, 13)])
        (hour,) = comparison.hours
        assert (hour.calls, hour.excluded, hour.says) == (0, 2, ())
        assert Because(key="cdr.note_excluded", values={"n": 2}) in comparison.notes

    def test_it_says_what_else_it_may_be(self) -> None:
        assert "cdr.note_may_be" in [note.key for note in compared([], [robot(Cause.BUSY_TONE, 3)]).notes]


class TestTheRobotsOwnCalls:
    CALLS = (robot(Cause.HUMAN, 5), robot(Cause.HUMAN, 31), robot(Cause.GREETING, 47), robot(Cause.RANG_OUT, 80))

    def test_they_are_in_none_of_the_offices_figures(self) -> None:
        comparison = compared([*seen_by_office(self.CALLS), Made(at=at(20), ring_s=0, talk_s=60)], self.CALLS)
        first = comparison.hours[0]
        assert (first.taken, first.engaged_s) == (1, 60)

    def test_a_machine_that_answers_is_no_call_taken(self) -> None:
        assert said(compared(seen_by_office(self.CALLS), self.CALLS)) == ["machine_answered"]

    def test_a_call_that_rang_and_is_not_on_record(self) -> None:
        assert said(compared(seen_by_office(self.CALLS[:2]), [*self.CALLS[:2], self.CALLS[3]])) == ["rang_unrecorded"]

    def test_without_them_nothing_is_said_of_calls_that_are_missing(self) -> None:
        comparison = compared([Made(at=at(20))], self.CALLS)
        assert said(comparison) == []
        assert "cdr.note_robot_unknown" in [note.key for note in comparison.notes]


class TestClock:
    @given(
        off_s=st.floats(-FARTHEST_S + 100, FARTHEST_S - 100),
        seed=st.integers(0, 99),
        found=st.integers(3, 9),
    )
    def test_any_error_is_found_from_the_robots_own_calls(self, off_s: float, seed: int, found: int) -> None:
        """Also when only some of its calls reached the telephone system, each up to 2 s late."""
        dice = Random(seed)
        ours = [at(dice.uniform(0, 480)) for _ in range(found * 2)]
        theirs = [our + timedelta(seconds=off_s + dice.uniform(0, 2)) for our in ours[:found]]
        known = clock(theirs, ours)
        assert known.offset_s is not None
        assert known.matched >= found
        if known.matched == found:
            assert abs(known.offset_s - off_s) <= TOGETHER_S

    def test_one_call_is_not_enough(self) -> None:
        assert clock([at(3)], [at(0)]) == Clock()
        assert clock([], []) == Clock()

    @pytest.mark.parametrize(("off_s", "key"), [(0, "right"), (-187, "slow"), (187, "fast"), (-8 * 3600, "slow")])
    def test_it_is_told_and_corrected(self, off_s: float, key: str) -> None:
        calls = [robot(Cause.HUMAN, m) for m in (5, 17, 52, 90)]
        busy = robot(Cause.BUSY_TONE, 30)
        talk = Made(at=at(28), talk_s=300)
        comparison = compared([*seen_by_office(calls), talk], [*calls, busy], off_s=off_s)
        assert comparison.clock.matched == 4
        assert f"cdr.note_clock_{key}" in [note.key for note in comparison.notes]
        assert said(comparison) == ["busy_explained"]
        assert [hour.begins.hour for hour in comparison.hours] == [9, 10]


def test_calls_at_the_same_time_engage_the_line_once() -> None:
    two = [Made(at=at(10), ring_s=0, talk_s=600), Made(at=at(15), ring_s=0, talk_s=600)]
    assert compared(two, []).hours[0].engaged_s == 900


def test_a_call_over_the_hour_is_split() -> None:
    first, second = compared([Made(at=at(50), ring_s=0, talk_s=900), Made(at=at(70), talk_s=0, ring_s=0)], []).hours
    assert (first.engaged_s, second.engaged_s) == (600, 300)


@given(st.integers(0, 50), st.lists(st.tuples(st.sampled_from(Cause), st.integers(0, 300)), max_size=8))
def test_nothing_is_counted_twice_and_every_sentence_can_be_said(seed: int, made: list[tuple[Cause, int]]) -> None:
    calls = [robot(cause, minutes) for cause, minutes in made]
    comparison = compared(morning(seed), calls)
    assert sum(hour.calls + hour.excluded for hour in comparison.hours) == len(calls)
    assert sum(hour.taken + hour.missed + hour.made for hour in comparison.hours) == len(records(morning(seed)))
    assert all(0 <= hour.engaged_s <= 3600 for hour in comparison.hours)
    for one in (*comparison.notes, *(says for hour in comparison.hours for says in hour.says)):
        for lang in LANGUAGES:
            assert because(one.key, lang, **one.values)


def test_hours_are_local() -> None:
    comparison = compare(records([Made(at=datetime(2026, 3, 1, 16, 30, tzinfo=UTC))]), [], zone=ZONE)
    assert [f"{hour.begins:%d %H}" for hour in comparison.hours] == ["02 00"]
