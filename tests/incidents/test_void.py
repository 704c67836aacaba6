"""What rests on calls that were found to count for nothing is taken back: all of it, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.incidents import Event, Level, State, advance, apply, standing
from probe.incidents.events import Closed, Opened, Voided, Withdrawn
from probe.incidents.follow import News, alerts
from probe.incidents.rules import undone
from probe.incidents.steps import acknowledge, rectify
from probe.model import Cause
from probe.store import Store
from tests.incidents.made import POLICY, File, at, odds, seen


def void(file: File, *calls: str, half: float = 3) -> list[Event]:
    found = undone(file.incidents, calls, at(half), file.events.__getitem__, policy=POLICY)
    return [file.add(event) for event in found]


def suspected() -> File:
    """A notice by b1 and b2 that b3 has raised to 疑似."""
    file = File()
    file.tell(odds(Level.NOTICE, 0, ("b1", "b2")), odds(Level.SUSPECTED, 0, ("b1", "b2", "b3")))
    return file


class TestSuspicion:
    def test_a_notice_that_a_void_call_had_raised_is_a_notice_again(self) -> None:
        file = suspected()
        (event,) = void(file, "b3")
        assert isinstance(event, Voided)
        assert (event.calls, event.lowered) == (("b3",), True)
        assert (file.last.level, file.last.state) == (Level.NOTICE, State.OPEN)
        assert (file.last.calls, file.last.voided) == (("b1", "b2"), ("b3",))

    def test_its_people_are_told_and_why(self) -> None:
        file = suspected()
        before = file.last
        (alert,) = alerts(void(file, "b3"), before)
        assert alert.news is News.LOWERED
        assert [one.key for one in alert.because] == ["incidents.because_voided_part"]

    def test_when_it_is_suspected_anew_they_are_told_anew(self) -> None:
        file = suspected()
        void(file, "b3")
        before = file.last
        keys = [a.key for a in alerts(file.tell(odds(Level.SUSPECTED, 1, ("b1", "b2", "b3", "b4"))), before)]
        assert keys == [f"suspected:{before.id}:1"]
        assert file.last.level is Level.SUSPECTED
        assert "b3" not in file.last.calls, "a call that was void already bears on nothing"

    def test_what_the_odds_said_of_the_void_calls_no_longer_stands(self) -> None:
        file = suspected()
        void(file, "b3")
        assert [type(event) for event in standing(file.events[file.last.id])] == [Opened, Voided]

    def test_if_the_opening_calls_are_void_all_of_it_is_withdrawn(self) -> None:
        file = suspected()
        assert [type(event) for event in void(file, "b2")] == [Withdrawn]
        assert file.last.state is State.WITHDRAWN

    def test_a_raise_by_calls_that_stand_is_kept(self) -> None:
        file = suspected()
        extra = seen(Cause.BUSY_TONE, 1)
        file.tell(extra)
        (event,) = void(file, extra.call_id)
        assert isinstance(event, Voided)
        assert not event.lowered
        assert alerts([event], file.last) == ()
        assert file.last.level is Level.SUSPECTED


class TestProof:
    def rectified(self, *causes: Cause) -> tuple[File, list[str]]:
        file = File()
        file.tell(seen(Cause.GREETING, 0))
        file.add(rectify(file.last, by="王主任", at=at(0)))
        calls = [seen(cause, half) for half, cause in enumerate(causes, 1)]
        file.tell(*calls)
        return file, [call.call_id for call in calls]

    def test_a_void_failure_has_not_disproved_the_rectification(self) -> None:
        file, calls = self.rectified(Cause.HUMAN, Cause.GREETING)
        assert (file.last.state, file.last.good) == (State.ACKNOWLEDGED, ())
        void(file, calls[1])
        assert (file.last.state, file.last.good) == (State.RECTIFIED, ("2026-03-02pm",))

    def test_what_is_proved_without_it_is_closed_at_once(self) -> None:
        file, calls = self.rectified(Cause.HUMAN, Cause.GREETING, Cause.HUMAN)
        assert [type(event) for event in void(file, calls[1], half=4)] == [Voided, Closed]
        assert (file.last.state, file.last.closed_at) == (State.CLOSED, at(4))

    def test_without_its_events_the_next_good_call_closes_it(self) -> None:
        file, calls = self.rectified(Cause.HUMAN, Cause.GREETING, Cause.HUMAN)
        for event in undone(file.incidents, [calls[1]], at(4)):
            file.add(event)
        assert file.last.state is State.RECTIFIED
        file.tell(seen(Cause.HUMAN, 5))
        assert file.last.state is State.CLOSED

    def test_a_void_answer_proves_nothing(self) -> None:
        file, calls = self.rectified(Cause.HUMAN)
        void(file, calls[0])
        assert file.last.good == ()


class TestTheProofItself:
    """What closed an incident turns out to count for nothing."""

    def closed(self) -> tuple[File, list[str]]:
        file = File()
        file.tell(seen(Cause.GREETING, 0))
        file.add(rectify(file.last, by="王主任", at=at(0)))
        calls = [seen(Cause.HUMAN, half) for half in (1, 2)]
        file.tell(*calls)
        assert file.last.state is State.CLOSED
        return file, [call.call_id for call in calls]

    @pytest.mark.parametrize("which", [0, 1])
    def test_it_is_open_again_and_its_people_are_told(self, which: int) -> None:
        file, calls = self.closed()
        before = file.last
        (event,) = void(file, calls[which])
        assert isinstance(event, Voided)
        assert event.unproved
        assert (file.last.state, file.last.closed_at, len(file.last.good)) == (State.RECTIFIED, None, 1)
        assert [alert.news for alert in alerts([event], before)] == [News.UNPROVED]
        file.tell(seen(Cause.HUMAN, 4))
        assert file.last.state is State.CLOSED, "and closed again by calls alone"

    def test_another_call_of_the_same_half_day_still_proves_it(self) -> None:
        file = File()
        file.tell(seen(Cause.GREETING, 0))
        file.add(rectify(file.last, by="王主任", at=at(0)))
        calls = [seen(Cause.HUMAN, 1), seen(Cause.HUMAN, 1), seen(Cause.HUMAN, 2)]
        file.tell(*calls)
        assert void(file, calls[0].call_id) == []
        assert file.last.state is State.CLOSED

    def test_what_had_come_back_as_an_incident_of_its_own_is_not_two(self) -> None:
        file, calls = self.closed()
        file.tell(seen(Cause.GREETING, 5))
        first, again = file.incidents
        assert again.repeat_of == first.id
        assert void(file, calls[1], half=6) == []
        assert [incident.state for incident in file.incidents] == [State.CLOSED, State.OPEN]

    def test_the_store_opens_it_again(self, tmp_path: Path) -> None:
        with Store.open(f"sqlite:///{tmp_path / 'probe.db'}") as store:
            for news in (
                seen(Cause.GREETING, 0),
                None,
                *(seen(Cause.HUMAN, half, call_id=f"g{half}") for half in (1, 2)),
            ):
                known = store.incidents.open()
                events = (
                    [rectify(known[0], by="王主任", at=at(0))] if news is None else advance(known, news, policy=POLICY)
                )
                store.incidents.add(events)
            assert store.incidents.open() == ()
            (closed,) = store.incidents.closed(at(2))
            assert store.incidents.closed(at(3)) == ()
            store.incidents.add(undone([closed], ["g2"], at(3), store.incidents.events, policy=POLICY))
            (after,) = store.incidents.open()
            assert (after.state, after.good) == (State.RECTIFIED, ("2026-03-02pm",))
            assert store.incidents.rebuild() == 0


STEPS = st.lists(
    st.tuples(st.sampled_from([Cause.HUMAN, Cause.GREETING, Cause.BUSY_TONE, Cause.RANG_OUT]), st.booleans()),
    max_size=12,
)


@given(STEPS)
def test_nothing_that_is_open_rests_on_a_void_call_and_voiding_again_changes_nothing(
    steps: list[tuple[Cause, bool]],
) -> None:
    file = File()
    file.tell(odds(Level.NOTICE))
    file.add(acknowledge(file.last, by="王主任", at=at(0)))
    voided: list[str] = []
    for half, (cause, is_void) in enumerate(steps, 1):
        call = seen(cause, half)
        file.tell(call)
        if is_void:
            voided.append(call.call_id)
    void(file, *voided, half=20)
    for incident in file.incidents:
        assert incident.over or set(voided).isdisjoint(incident.calls)
    assert void(file, *voided, half=21) == []


@pytest.mark.parametrize("calls", [("b3",), ("b2", "b3")])
def test_the_store_keeps_what_the_events_make_of_it(tmp_path: Path, calls: Collection[str]) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'probe.db'}") as store:
        for level, behind in ((Level.NOTICE, ("b1", "b2")), (Level.SUSPECTED, ("b1", "b2", "b3"))):
            store.incidents.add(advance(store.incidents.open(), odds(level, 0, behind), policy=POLICY))
        (before,) = store.incidents.open()
        assert before.level is Level.SUSPECTED
        store.incidents.add(undone([before], calls, at(1), store.incidents.events, policy=POLICY))
        after = store.incidents.get(before.id)
        assert after is not None
        assert (after.level is Level.NOTICE) if calls == ("b3",) else (after.state is State.WITHDRAWN)
        assert apply(store.incidents.events(before.id)) == after
        assert store.incidents.rebuild() == 0
