"""Several trunks, one of which is not well: who is called over which, whom it is held against, and who hears."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from probe.alerts import Policy as Alerts
from probe.incidents import IncidentKind
from probe.incidents.events import Denied, Opened
from probe.model import Call, Cause, Outcome, Purpose
from probe.plan import Policy, Way
from tests.records import number
from tests.schedule.world import CANARY, World, answers, local

pytestmark = pytest.mark.long
MONDAY, TUESDAY, NEXT_MONDAY = "2026-03-02", "2026-03-03", "2026-03-09"
A, B = Way(trunk="a", caller_id="0571-1"), Way(trunk="b", caller_id="0571-2")
MANY = [number(i, unit=f"单位{i}", owner_email=f"office{i}@example.cn") for i in range(12)]
ALERTS = Alerts(supervisors=("chief@example.cn",))
WITH_CANARY = {"policy": Policy(canaries=(CANARY.number,)), "canary": CANARY}


def two(folder: Path, line=answers, **setup: object) -> World:  # type: ignore[no-untyped-def]
    return World(folder, MANY, line, **{"ways": (A, B), "alerts": ALERTS, **setup})


def monday(world: World) -> list[Call]:
    world.run(world.start(local(MONDAY)), local(MONDAY), local(TUESDAY))
    return list(world.store.records(local(MONDAY), local(TUESDAY)))


def base(calls: list[Call], trunk: str = "") -> list[Call]:
    found = [c for c in calls if c.record.order.purpose is Purpose.BASE]
    return [c for c in found if trunk in ("", c.record.trace.trunk)]


class TestPreference:
    def test_trunks_of_one_preference_share_the_calls(self, tmp_path: Path) -> None:
        calls = monday(two(tmp_path))
        assert len(base(calls, "a")) + len(base(calls, "b")) == 36
        assert min(len(base(calls, "a")), len(base(calls, "b"))) > 9

    def test_the_second_choice_stands_by(self, tmp_path: Path) -> None:
        reserve = Way(trunk="b", caller_id="0571-2", preference=2)
        assert {c.record.trace.trunk for c in monday(two(tmp_path, ways=(A, reserve)))} == {"a"}

    def test_and_takes_over_while_the_first_is_down(self, tmp_path: Path) -> None:
        world = two(tmp_path, ways=(A, Way(trunk="b", caller_id="0571-2", preference=2)))
        down, up = local(MONDAY, "10:00"), local(MONDAY, "15:00")
        world.trunk = lambda trunk, called, at: Cause.TRUNK if trunk == "a" and down <= at < up else None
        calls = monday(world)
        assert len(base(calls, "b")) >= 6
        assert all(down <= c.record.trace.started_at < up + timedelta(minutes=40) for c in base(calls, "b"))
        assert base(calls, "a")[-1].record.trace.started_at > up, "and gives it back"
        assert {who for who, subject in world.letters() if "a 故障" in subject} == {"chief@example.cn"}


@pytest.mark.parametrize("spoilt", [Cause.TRUNK, Cause.NETWORK_CONGESTION, Cause.VACANT_NUMBER, Cause.BUSY_SIGNAL])
@pytest.mark.parametrize("setup", [{}, WITH_CANARY])
def test_what_one_broken_trunk_says_is_held_against_nobody(
    tmp_path: Path, spoilt: Cause, setup: dict[str, object]
) -> None:
    """It says so all day, to every number, our own included, while the other works."""
    world = two(tmp_path, **setup)
    world.trunk = lambda trunk, called, at: spoilt if trunk == "a" else None
    calls = monday(world)
    bad = [c for c in base(calls, "a") if c.voided is None and c.record.verdict.outcome is not Outcome.INCONCLUSIVE]
    assert len(bad) <= 2, "a call or two, before it is known"
    assert len(base(calls, "b")) >= 20, "the day is called over the other, and a seldom tried"
    assert world.store.incidents.every() == ()
    assert not [who for who, _ in world.letters() if who.startswith("office")]
    assert [subject for who, subject in world.letters() if who == "chief@example.cn" and "a 故障" in subject]


class TestASecondOpinion:
    LINE = MANY[3]

    def dead(self, called: str, at: datetime) -> Cause:
        return Cause.VACANT_NUMBER if called == self.LINE.number else Cause.HUMAN

    def silent(self, called: str, at: datetime) -> Cause:
        return Cause.RANG_OUT if called == self.LINE.number else Cause.HUMAN

    def test_a_dead_number_is_confirmed_over_the_other_trunk_before_it_is_an_incident(self, tmp_path: Path) -> None:
        world = two(tmp_path, self.dead)
        calls = [c for c in monday(world) if c.number == self.LINE]
        first = base(calls)[0]
        second = next(c for c in calls if c.record.order.call_id == f"{first.record.order.call_id}-f2")
        assert second.record.trace.trunk != first.record.trace.trunk
        assert second.record.order.attempt == 2, "so it is in no rate"
        (incident,) = world.store.incidents.every()
        opened = world.store.incidents.events(incident.id)[0]
        assert isinstance(opened, Opened)
        assert "incidents.because_confirmed" in [because.key for because in opened.because]
        assert second.record.order.call_id in opened.calls
        kept = world.store.slots.slot(first.record.order.call_id)
        assert kept is not None
        assert kept.reason is not None
        assert kept.reason.key == "schedule.second_agreed"

    def test_a_number_that_only_one_trunk_calls_dead_is_not(self, tmp_path: Path) -> None:
        world = two(tmp_path)
        world.trunk = lambda trunk, called, at: (
            Cause.VACANT_NUMBER if (trunk, called) == ("a", self.LINE.number) else None
        )
        found = {c.record.order.call_id: c for c in monday(world)}
        firsts = [c for c in base(list(found.values()), "a") if c.number == self.LINE]
        asked = [c for c in firsts if soon_after(c, found)]
        assert asked
        for call in asked:
            assert call.voided is not None
            assert call.voided.key == "health.refuted"
            assert (call.voided.values["trunk"], call.voided.values["other"]) == ("a", "b")
        assert world.store.incidents.every() == ()
        again = [c for c in monday_of(world) if c.number == self.LINE and c.record.order.attempt == 2]
        assert {c.record.trace.trunk for c in again} == {"b"}
        assert all(c.voided is None for c in again)

    def test_nobody_answers_is_confirmed_too_and_the_first_call_stays_as_it_was(self, tmp_path: Path) -> None:
        world = two(tmp_path, self.silent)
        world.run(world.start(local(MONDAY)), local(MONDAY), local(NEXT_MONDAY))
        (incident,) = world.store.incidents.every()
        assert incident.kind is IncidentKind.NO_ANSWER
        by_id = {c.record.order.call_id: c for c in world.store.records(local(MONDAY), local(NEXT_MONDAY))}
        opening = [by_id[call_id] for call_id in incident.opened_by]
        firsts = [c for c in opening if c.record.order.attempt == 1]
        assert len({c.record.trace.trunk for c in opening}) == 2
        assert all(f"{c.record.order.call_id}-f2" in incident.opened_by for c in firsts), "each has its witness"
        assert all(c.voided is None and c.record.verdict.outcome is Outcome.UNANSWERED for c in firsts)

    def test_what_the_other_trunk_denies_opens_nothing_and_is_told_in_what_is_open(self, tmp_path: Path) -> None:
        """Over a, nobody ever answers there; over b, a machine does: that is an incident of its own."""
        world = two(tmp_path, lambda called, at: Cause.GREETING if called == self.LINE.number else Cause.HUMAN)
        world.trunk = lambda trunk, called, at: Cause.RANG_OUT if (trunk, called) == ("a", self.LINE.number) else None
        world.run(world.start(local(MONDAY)), local(MONDAY), local(NEXT_MONDAY))
        (incident,) = world.store.incidents.every()
        assert incident.kind is IncidentKind.VOICEMAIL
        denied = [event for event in world.store.incidents.events(incident.id) if isinstance(event, Denied)]
        assert {event.because.key for event in denied} == {"schedule.second_denied"}
        assert {event.because.values["trunk"] for event in denied} == {"b"}

    def test_with_one_way_nothing_waits(self, tmp_path: Path) -> None:
        world = World(tmp_path, MANY, self.dead, alerts=ALERTS, ways=(A,))
        calls = monday(world)
        assert len(world.store.incidents.every()) == 1
        assert not [c for c in calls if c.record.order.attempt > 1]

    def test_a_program_that_dies_while_it_waits_concludes_later(self, tmp_path: Path) -> None:
        world = two(tmp_path, self.dead)
        now, end = local(MONDAY), local(TUESDAY)
        while now < end:  # a new program every seven minutes
            now = world.run(world.start(now), now, now + timedelta(minutes=7))
        assert len(world.store.incidents.every()) == 1
        assert {one.state.value for one in world.store.slots.of_day(MONDAY)} <= {"done", "missed"}


def soon_after(call: Call, found: dict[str, Call]) -> bool:
    """Whether the second opinion came in time; the manners may put it off."""
    second = found.get(f"{call.record.order.call_id}-f2")
    if second is None:
        return False
    return second.record.trace.started_at - call.record.trace.started_at <= timedelta(minutes=30)


def monday_of(world: World) -> list[Call]:
    return list(world.store.records(local(MONDAY), local(TUESDAY)))


class TestTheDailyCanary:
    def asked(self, world: World) -> list[Call]:
        return [c for c in monday_of(world) if c.record.order.purpose is Purpose.CANARY]

    def test_it_is_called_over_each_trunk_before_the_first_office_is(self, tmp_path: Path) -> None:
        world = two(tmp_path, **WITH_CANARY)
        calls = monday(world)
        asked = self.asked(world)
        assert {c.record.trace.trunk for c in asked} == {"a", "b"}
        first = min(c.record.trace.started_at for c in base(calls))
        assert all(local(MONDAY, "08:00") <= c.record.trace.started_at < first for c in asked)
        assert len(asked) == 2, "and not again, while all is well"

    def test_a_silent_fault_is_known_before_any_office_is_called(self, tmp_path: Path) -> None:
        world = two(tmp_path, ways=(A,), **WITH_CANARY)
        world.trunk = lambda trunk, called, at: Cause.VACANT_NUMBER
        calls = monday(world)
        first = self.asked(world)[0].record.trace.started_at
        tried = [c for c in base(calls) if c.voided is None]
        assert tried == []
        assert first < min([c.record.trace.started_at for c in base(calls)], default=local(TUESDAY))
        assert {who for who, subject in world.letters() if "a 故障" in subject} == {"chief@example.cn"}
        assert len(base(calls)) <= 18, "a call now and then tries it: the canary itself may be at fault"

    def test_a_broken_canary_does_not_stop_the_day(self, tmp_path: Path) -> None:
        world = two(
            tmp_path, lambda called, at: Cause.RANG_OUT if called == CANARY.number else Cause.HUMAN, **WITH_CANARY
        )
        world.trunk = lambda trunk, called, at: Cause.BUSY_SIGNAL if called == CANARY.number else None
        calls = base(monday(world))
        assert len(calls) >= 30
        assert [c for c in calls if c.voided is not None] == []

    def test_a_program_started_at_noon_asks_only_when_nothing_has_got_through(self, tmp_path: Path) -> None:
        world = two(tmp_path, **WITH_CANARY)
        noon = world.run(world.start(local(MONDAY)), local(MONDAY), local(MONDAY, "12:00"))
        before = len(self.asked(world))
        world.run(world.start(noon), noon, local(TUESDAY))
        assert len(self.asked(world)) == before


class TestOptions:
    def test_a_trunk_that_no_longer_answers_is_not_used_and_nobody_is_blamed(self, tmp_path: Path) -> None:
        world = two(tmp_path)
        programme = world.start(local(MONDAY))
        now = world.run(programme, local(MONDAY), local(MONDAY, "10:00"))
        programme.answers("a", False, now)
        half_past = world.run(programme, now, local(MONDAY, "10:29"))
        over = {c.record.trace.trunk for c in world.store.records(now + timedelta(minutes=1), half_past)}
        assert over == {"b"}
        assert [who for who, subject in world.letters() if "a 故障" in subject] == ["chief@example.cn"]
        assert [c for c in monday_of(world) if c.voided is not None] == []
        programme.answers("a", True, half_past)
        world.run(programme, half_past, local(TUESDAY))
        assert "a" in {c.record.trace.trunk for c in world.store.records(half_past, local(MONDAY, "12:00"))}

    def test_one_call_that_gets_through_outweighs_its_silence(self, tmp_path: Path) -> None:
        world = two(tmp_path, ways=(A,))
        programme = world.start(local(MONDAY))
        now = world.run(programme, local(MONDAY), local(MONDAY, "10:00"))
        programme.answers("a", False, now)
        world.run(programme, now, local(TUESDAY))
        assert len(base(monday_of(world))) >= 30, "tried once, it carried calls"

    def test_the_canary_is_asked_when_there_is_one(self, tmp_path: Path) -> None:
        world = two(tmp_path, ways=(A,), **WITH_CANARY)
        programme = world.start(local(MONDAY))
        now = world.run(programme, local(MONDAY), local(MONDAY, "10:00"))
        before = len(world.dialled)
        programme.answers("a", False, now)
        world.run(programme, now, now + timedelta(minutes=2))
        assert world.dialled[before].purpose is Purpose.CANARY
