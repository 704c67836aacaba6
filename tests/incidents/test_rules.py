"""What opens an incident, what bears on it, what closes it, and what does nothing at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from probe.incidents import IncidentKind, Level, Policy, State, advance, is_first, seen_of
from probe.incidents.events import Closed, Evidence, Opened, Raised, Rechecked, Reopened
from probe.incidents.rules import HOTLINE, undone
from probe.incidents.steps import acknowledge, rectify, withdraw
from probe.model import Because, Blame, Cause, Purpose
from tests.incidents.made import MORNING, POLICY, File, at, odds, seen
from tests.records import call


def kinds(file: File) -> list[IncidentKind]:
    return [incident.kind for incident in file.incidents]


def known(file: File, half: float = 0) -> None:
    file.add(acknowledge(file.last, by="王主任", at=at(half)))


class TestOpening:
    def test_no_answer_on_three_half_days_opens_and_names_the_calls(self) -> None:
        file = File()
        calls = [seen(Cause.RANG_OUT, half) for half in (0, 1, 2)]
        assert file.tell(*calls[:2]) == []
        (opened,) = file.tell(calls[2])
        assert isinstance(opened, Opened)
        assert opened.kind is IncidentKind.NO_ANSWER
        assert opened.calls == tuple(one.call_id for one in calls)
        assert opened.because == (Because(key="incidents.because_no_answer", values={"n": 3, "half_days": 3}),)

    def test_many_calls_on_one_half_day_are_one(self) -> None:
        file = File()
        assert file.tell(*(seen(Cause.RANG_OUT, 0) for _ in range(9)), seen(Cause.RANG_OUT, 1)) == []

    def test_an_answer_in_between_begins_the_count_anew(self) -> None:
        file = File()
        causes = [Cause.RANG_OUT, Cause.RANG_OUT, Cause.HUMAN, Cause.RANG_OUT, Cause.RANG_OUT]
        assert file.tell(*(seen(cause, half) for half, cause in enumerate(causes))) == []

    @pytest.mark.parametrize("purpose", Purpose)
    @pytest.mark.parametrize("attempt", [1, 2])
    def test_only_first_attempts_of_the_random_programme_are_first(self, purpose: Purpose, attempt: int) -> None:
        made = call(Cause.RANG_OUT, attempt=attempt)
        order = replace(made.record.order, purpose=purpose)
        one = seen_of(replace(made, record=replace(made.record, order=order)), half_day="2026-03-02am", in_hours=True)
        assert one.first == is_first(purpose, attempt) == (purpose is Purpose.BASE and attempt == 1)

    def test_confirmations_do_not_count_against_a_line(self) -> None:
        file = File()
        assert file.tell(*(seen(Cause.RANG_OUT, half, first=False) for half in range(6))) == []

    def test_a_half_day_with_nothing_but_a_confirmation_is_none(self) -> None:
        file = File()
        first = [seen(Cause.RANG_OUT, half) for half in (0, 2)]
        assert file.tell(first[0], seen(Cause.RANG_OUT, 1, first=False), first[1]) == []

    def test_what_is_long_ago_is_forgotten(self) -> None:
        file = File()
        late = at(0) + timedelta(days=POLICY.memory_days + 1)
        last = seen(Cause.RANG_OUT, 0, at=late, half_day=f"{late:%Y-%m-%d}am")
        assert file.tell(seen(Cause.RANG_OUT, 0), seen(Cause.RANG_OUT, 1), last) == []

    def test_voicemail_in_office_hours_opens_at_once_and_outside_them_never(self) -> None:
        file = File()
        assert file.tell(seen(Cause.OFF_HOURS, 1, in_hours=False)) == []
        file.tell(seen(Cause.GREETING, 2))
        assert kinds(file) == [IncidentKind.VOICEMAIL]

    def test_a_dead_number_takes_two_calls_that_say_the_same(self) -> None:
        file = File()
        assert file.tell(seen(Cause.VACANT_NUMBER, 0), seen(Cause.SUSPENDED, 1)) == []
        (opened,) = file.tell(seen(Cause.SUSPENDED, 2))
        assert isinstance(opened, Opened)
        assert (opened.kind, len(opened.calls)) == (IncidentKind.DEAD_NUMBER, 2)

    def test_a_vacant_number_is_dead_at_night_too_but_a_phone_may_be_off_then(self) -> None:
        night = {"in_hours": False}
        file = File()
        file.tell(*(seen(Cause.POWERED_OFF, half, **night) for half in range(3)))
        assert kinds(file) == []
        file.tell(*(seen(Cause.VACANT_NUMBER, half, **night) for half in range(3, 5)))
        assert kinds(file) == [IncidentKind.DEAD_NUMBER]

    @pytest.mark.parametrize(
        ("scenario", "alerted_s", "opens"),
        [
            (HOTLINE, 15.0, False),
            (HOTLINE, 15.1, True),
            (HOTLINE, None, False),  # it never alerted: nothing was measured
            ("direct", 40.0, False),  # 15 s is the hotlines' standard (GB/T 33358-2016)
        ],
    )
    def test_slow_is_more_than_15_s_of_alerting_on_a_hotline(
        self, scenario: str, alerted_s: float | None, opens: bool
    ) -> None:
        file = File()
        file.tell(seen(Cause.HUMAN, 0, scenario=scenario, alerted_s=alerted_s))
        assert kinds(file) == ([IncidentKind.SLOW] if opens else [])

    @pytest.mark.parametrize("level", Level)
    def test_stuck_odds_open_with_their_level_and_reasons(self, level: Level) -> None:
        file = File()
        (opened,) = file.tell(odds(level))
        assert isinstance(opened, Opened)
        assert (opened.kind, opened.level, opened.because) == (IncidentKind.STUCK, level, odds(level).because)

    def test_busy_calls_alone_never_open_anything(self) -> None:
        file = File()
        assert file.tell(*(seen(Cause.BUSY_TONE, half) for half in range(40))) == []

    def test_of_a_kind_there_is_one_at_a_time_and_more_calls_are_evidence(self) -> None:
        file = File()
        file.tell(seen(Cause.GREETING, 0))
        (evidence,) = file.tell(seen(Cause.GREETING, 1))
        assert isinstance(evidence, Evidence)
        assert evidence.fails
        assert kinds(file) == [IncidentKind.VOICEMAIL]

    def test_an_unsure_verdict_is_not_held_against_a_line(self) -> None:
        file = File()
        assert file.tell(seen(Cause.GREETING, 0, confidence=POLICY.least_confidence - 0.01)) == []

    def test_the_deadline_counts_from_the_day_it_was_opened(self) -> None:
        file = File()
        file.tell(seen(Cause.GREETING, 0))
        assert file.last.deadline == at(0).date() + timedelta(days=POLICY.deadline_days)


class TestOwnFault:
    @pytest.mark.parametrize("cause", [Cause.NETWORK_CONGESTION, Cause.TRUNK, Cause.ROBOT, Cause.UNSURE])
    def test_an_inconclusive_call_does_not_count(self, cause: Cause) -> None:
        assert not seen_of(call(cause), half_day="2026-03-02am", in_hours=True).counts

    def test_neither_does_a_voided_one_nor_one_that_is_our_fault(self) -> None:
        voided = replace(call(Cause.RANG_OUT), voided=Because(key="health.round"))
        ours = call(Cause.RANG_OUT, blame=Blame.TRUNK)
        theirs = call(Cause.RANG_OUT)
        counts = [seen_of(one, half_day="2026-03-02am", in_hours=True).counts for one in (voided, ours, theirs)]
        assert counts == [False, False, True]

    @given(st.lists(st.tuples(st.sampled_from(Cause), st.integers(0, 12)), max_size=25))
    def test_calls_that_do_not_count_change_nothing(self, made: list[tuple[Cause, int]]) -> None:
        file = File()
        file.tell(odds(Level.SUSPECTED), seen(Cause.GREETING, 0))
        known(file)
        before = [*file.incidents]
        assert file.tell(*(seen(cause, half, counts=False) for cause, half in made)) == []
        assert file.incidents == before

    def test_what_was_opened_by_calls_that_are_voided_later_is_taken_back(self) -> None:
        file = File()
        first = seen(Cause.GREETING, 0)
        file.tell(first, odds(Level.NOTICE))
        for event in undone(file.incidents, {first.call_id, "another"}, at(1)):
            file.add(event)
        assert [incident.state for incident in file.incidents] == [State.WITHDRAWN, State.OPEN]


class TestClosing:
    def test_people_who_answer_on_two_half_days_after_it_was_known_close_it(self) -> None:
        file = File()
        file.tell(odds(Level.SUSPECTED))
        known(file)
        assert [type(event) for event in file.tell(seen(Cause.HUMAN, 1))] == [Rechecked]
        assert [type(event) for event in file.tell(seen(Cause.HUMAN, 2))] == [Rechecked, Closed]
        assert file.last.state is State.CLOSED
        assert file.last.closed_at == at(2)

    def test_a_lucky_half_day_does_not(self) -> None:
        file = File()
        file.tell(odds(Level.SUSPECTED))
        known(file)
        file.tell(*(seen(Cause.HUMAN, 1) for _ in range(5)))
        assert file.last.state is State.ACKNOWLEDGED

    def test_what_was_good_before_the_unit_knew_of_it_does_not_count(self) -> None:
        file = File()
        file.tell(odds(Level.NOTICE), *(seen(Cause.HUMAN, half) for half in range(1, 6)))
        assert file.last.state is State.OPEN
        known(file, 6)
        file.tell(seen(Cause.HUMAN, 6))
        assert file.last.state is State.ACKNOWLEDGED

    @pytest.mark.parametrize("cause", [c for c in Cause if c is not Cause.HUMAN])
    def test_only_a_person_is_good(self, cause: Cause) -> None:
        file = File()
        file.tell(odds(Level.NOTICE))
        known(file)
        file.tell(*(seen(cause, half) for half in range(1, 8)))
        stuck = file.incidents[0]
        assert stuck.state is State.ACKNOWLEDGED
        assert stuck.good == ()

    def test_a_failure_in_between_begins_the_proof_anew_and_disproves_the_rectification(self) -> None:
        file = File()
        file.tell(seen(Cause.GREETING, 0))
        file.add(rectify(file.last, by="王主任", at=at(0)))
        file.tell(seen(Cause.HUMAN, 1), seen(Cause.GREETING, 2))
        assert (file.last.state, file.last.good) == (State.ACKNOWLEDGED, ())
        file.tell(seen(Cause.HUMAN, 3))
        assert file.last.state is State.ACKNOWLEDGED
        file.tell(seen(Cause.HUMAN, 4))
        assert file.last.state is State.CLOSED

    def test_one_busy_call_during_the_proof_is_no_failure(self) -> None:
        file = File()
        file.tell(odds(Level.SUSPECTED))
        known(file)
        file.tell(seen(Cause.HUMAN, 1), seen(Cause.BUSY_TONE, 2), seen(Cause.HUMAN, 3))
        assert file.last.state is State.CLOSED

    def test_a_hotline_is_good_only_in_time(self) -> None:
        file = File()
        slow = {"scenario": HOTLINE, "alerted_s": 20.0}
        file.tell(seen(Cause.HUMAN, 0, **slow))
        known(file)
        file.tell(seen(Cause.HUMAN, 1, **slow | {"alerted_s": 9.0}), seen(Cause.HUMAN, 2, **slow))
        assert file.last.good == ()

    def test_a_call_that_is_told_twice_counts_once(self) -> None:
        file = File()
        file.tell(odds(Level.SUSPECTED))
        known(file)
        again = seen(Cause.HUMAN, 1)
        assert len(file.tell(again, again)) == 1

    def test_a_call_from_before_it_was_opened_does_not_count(self) -> None:
        file = File()
        file.tell(odds(Level.SUSPECTED, 3))
        known(file, 3)
        assert file.tell(seen(Cause.HUMAN, 1), seen(Cause.HUMAN, 2)) == []


class TestRepeats:
    def closed(self) -> File:
        file = File()
        file.tell(*(seen(Cause.RANG_OUT, half) for half in range(3)))
        known(file, 2)
        file.tell(seen(Cause.HUMAN, 3), seen(Cause.HUMAN, 4))
        assert file.last.state is State.CLOSED
        return file

    def test_a_failure_soon_after_it_was_closed_is_a_repeat_with_a_star(self) -> None:
        file = self.closed()
        reopened, opened = file.tell(seen(Cause.RANG_OUT, 6))
        assert isinstance(reopened, Reopened)
        assert isinstance(opened, Opened)
        assert (file.last.mark, file.last.repeat_of) == ("*", file.incidents[0].id)
        assert file.incidents[0].state is State.CLOSED
        assert file.last.deadline == opened.at.date() + timedelta(days=POLICY.repeat_deadline_days)

    def test_long_after_it_is_judged_like_any_other(self) -> None:
        file = self.closed()
        assert file.tell(seen(Cause.RANG_OUT, 4 + 2 * (POLICY.repeat_days + 1))) == []

    def test_busy_after_a_stuck_line_was_closed_is_no_repeat_but_new_odds_are(self) -> None:
        file = File()
        file.tell(odds(Level.SUSPECTED))
        known(file)
        file.tell(seen(Cause.HUMAN, 1), seen(Cause.HUMAN, 2), seen(Cause.BUSY_TONE, 3))
        assert len(file.incidents) == 1
        file.tell(odds(Level.NOTICE, 4, calls=("c1", "c2")))
        assert file.last.mark == "*"

    def test_a_call_from_before_it_was_closed_is_no_repeat(self) -> None:
        file = self.closed()
        assert file.tell(seen(Cause.RANG_OUT, 3)) == []

    def test_calls_of_a_withdrawn_incident_are_not_held_against_the_line_again(self) -> None:
        file = File()
        file.tell(*(seen(Cause.RANG_OUT, half) for half in range(3)))
        file.add(withdraw(file.last, by="王主任", reason="线路检修", at=at(2)))
        assert file.tell(seen(Cause.RANG_OUT, 3), seen(Cause.RANG_OUT, 4)) == []
        file.tell(seen(Cause.RANG_OUT, 5))
        assert len(file.incidents) == 2

    def test_what_was_withdrawn_has_no_repeats(self) -> None:
        file = File()
        file.tell(seen(Cause.GREETING, 0))
        for event in undone(file.incidents, file.last.opened_by, at(0)):
            file.add(event)
        file.tell(seen(Cause.GREETING, 1))
        assert (len(file.incidents), file.last.mark) == (2, "")


def test_a_notice_becomes_suspected_and_never_less() -> None:
    file = File()
    file.tell(odds(Level.NOTICE, 0, ("b1", "b2")))
    (raised,) = file.tell(odds(Level.SUSPECTED, 0, ("b1", "b2", "b3")))
    assert isinstance(raised, Raised)
    file.tell(odds(Level.NOTICE, 0, ("b1", "b2", "b3", "b4")))
    assert file.last.level is Level.SUSPECTED
    assert file.last.calls == ("b1", "b2", "b3", "b4")


def test_the_same_odds_again_are_no_news() -> None:
    file = File()
    file.tell(odds(Level.NOTICE))
    assert file.tell(odds(Level.NOTICE)) == []


STEPS = st.one_of(st.sampled_from(Cause), st.sampled_from(Level), st.just("known"), st.just("mended"), st.just("later"))


@given(st.lists(STEPS, max_size=60))
def test_nothing_closes_but_people_on_two_half_days_after_it_was_known(steps: list[object]) -> None:
    """For any history: what is closed was known, and then answered on two half-days with no failure after the first."""
    file = File(Policy(no_answer_half_days=2))
    half = 0
    for step in steps:
        if step == "later":
            half += 1
        elif step in ("known", "mended"):
            for incident in file.incidents:
                if incident.state is State.OPEN or (step == "mended" and not incident.over):
                    way = acknowledge if step == "known" else rectify
                    file.add(way(incident, by="王", at=at(half)))
        elif isinstance(step, Level):
            file.tell(odds(step, half, (f"b{half}",)))
        elif isinstance(step, Cause):
            file.tell(seen(step, half))
    for events in file.events.values():
        names = [type(event).__name__ for event in events]
        assert names.count("Closed") <= 1
        if "Closed" not in names:
            continue
        end = names.index("Closed")
        told = min(names.index(name) for name in ("Acknowledged", "Rectified") if name in names)
        assert told < end
        good = set()
        for event in events[told:end]:
            if isinstance(event, Rechecked):
                good.add(event.half_day)
            elif isinstance(event, Raised) or (isinstance(event, Evidence) and event.fails):
                good.clear()
        assert len(good) >= 2
    of_a_kind = [(incident.kind) for incident in file.incidents if not incident.over]
    assert len(of_a_kind) == len(set(of_a_kind))


def test_advance_is_told_its_time() -> None:
    """The same call, told at any time, leads to the same events: the rules have no clock of their own."""
    one = seen(Cause.GREETING, 0)
    assert advance([], one, policy=POLICY) == advance([], one, policy=POLICY)
    assert advance([], one, policy=POLICY)[0].at == MORNING
