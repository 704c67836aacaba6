"""The programme: what is called when, what follows from it, and who hears of it. Time is an argument."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from probe.alerts import Policy as Alerts
from probe.incidents import IncidentKind, Level, State
from probe.incidents import Policy as Incidents
from probe.incidents.steps import acknowledge, tell
from probe.incidents.testimony import take
from probe.model import Because, Cause, Purpose
from probe.plan import Policy
from probe.schedule.consequences import Consequences
from probe.store.audit import Entry
from probe.store.slots import State as Slotted
from tests.records import number
from tests.schedule.world import CANARY, HANGZHOU, World, answers, local

pytestmark = pytest.mark.long
MONDAY, TUESDAY = "2026-03-02", "2026-03-03"
OWNED = [number(i, unit=f"单位{i}", owner_email=f"office{i}@example.cn") for i in range(8)]
ALERTS = Alerts(supervisors=("chief@example.cn",))


def district(folder: Path, line=answers, **setup: object) -> World:  # type: ignore[no-untyped-def]
    return World(folder, OWNED, line, alerts=ALERTS, **setup)


class TestADay:
    def test_each_number_is_called_at_its_times_and_nothing_is_left_open(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        world.run(world.start(local(MONDAY)), local(MONDAY), local(TUESDAY))
        kept = world.store.slots.of_day(MONDAY)
        assert Counter(order.number for order in world.dialled) == {n.number: 3 for n in OWNED}
        assert {one.state for one in kept} == {Slotted.DONE}
        for one in kept:
            found = world.store.record(one.slot.call_id)
            assert found is not None
            late = found.record.trace.started_at - one.slot.due_at
            assert timedelta() <= late <= timedelta(minutes=1)

    def test_a_holiday_has_no_calls_and_says_why(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        world.run(world.start(local("2026-10-01")), local("2026-10-01"), local("2026-10-02"))
        assert world.dialled == []
        unplanned = world.store.slots.unplanned("2026-10-01")
        assert unplanned is not None
        assert [(u.number, u.because.key) for u in unplanned] == [(n.number, "plan.closed") for n in OWNED]

    def test_days_without_a_program_are_told_slot_by_slot(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        world.start(local(MONDAY))
        world.run(world.start(local("2026-03-05")), local("2026-03-05"), local("2026-03-06"))
        for day in (MONDAY, TUESDAY, "2026-03-04"):
            kept = world.store.slots.of_day(day)
            assert len(kept) == 24
            assert all(
                (one.state, one.reason) == (Slotted.MISSED, Because(key="schedule.missed_not_running")) for one in kept
            )
        assert len(world.dialled) == 24

    def test_a_seed_is_told_only_when_its_month_is_over(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        world.run(world.start(local("2026-03-31")), local("2026-03-31"), local("2026-04-02"))
        assert [(seed.period, seed.revealed_at is not None) for seed in world.store.slots.seeds()] == [
            ("2026-03", True),
            ("2026-04", False),
        ]


class TestManners:
    def test_somebody_who_dialled_by_hand_has_used_up_the_day(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        programme = world.start(local(MONDAY))
        busy = OWNED[0].number
        for minute in (1, 21, 41):
            world.store.audit.note(
                Entry(
                    at=local(MONDAY, f"08:{minute:02}"),
                    event="attempt",
                    number=busy,
                    office=OWNED[0].office,
                    call_id=f"by-hand-{minute}",
                    purpose="manual",
                )
            )
        world.run(programme, local(MONDAY, "08:50"), local(TUESDAY))
        assert busy not in {order.number for order in world.dialled}
        kept = world.store.slots.of_number(busy, MONDAY)
        assert {one.state for one in kept} == {Slotted.REFUSED}
        assert {one.reason.key for one in kept if one.reason} == {"plan.answered"}
        refused = [e for e in world.store.audit.entries(local(MONDAY), local(TUESDAY), busy) if e.event == "refusal"]
        assert len(refused) == len(kept)

    def test_the_kill_switch_stops_everything_and_says_so(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        programme = world.start(local(MONDAY))
        world.run(programme, local(MONDAY), local(TUESDAY), stopped=True)
        assert world.dialled == []
        reasons = {one.reason.key for one in world.store.slots.of_day(MONDAY) if one.reason}
        assert reasons == {"schedule.missed_stopped"}

    def test_a_switch_thrown_in_the_last_moment_still_stops_a_call(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        programme = world.start(local(MONDAY))
        due = programme.next_due(local(MONDAY))
        assert due is not None
        launch = programme.tick(due)[0]
        world.store.audit.switch(True, who="chief", why="投诉", at=due)
        assert programme.claim(launch.order, due) is False
        assert world.store.audit.entries(local(MONDAY), local(TUESDAY)) == ()

    def test_a_number_that_left_the_directory_is_not_called(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        programme = world.start(local(MONDAY))
        world.store.import_numbers(OWNED[1:], local(MONDAY))
        programme.reload()
        world.run(programme, local(MONDAY), local(TUESDAY))
        assert {one.state for one in world.store.slots.of_number(OWNED[0].number, MONDAY)} == {Slotted.DROPPED}


class TestTheStuckHandset:
    """2025-07-25: the handset lay beside the phone from 08:50 to 14:40."""

    def stuck(self, number: str, at: datetime) -> Cause:
        off_hook = local("2025-07-25", "08:50") <= at < local("2025-07-25", "14:40")
        return Cause.BUSY_TONE if number == OWNED[0].number and off_hook else Cause.HUMAN

    def test_it_is_suspected_told_found_free_and_closed_by_calls_alone(self, tmp_path: Path) -> None:
        world = district(tmp_path, self.stuck)
        programme = world.start(local("2025-07-14"))
        now = world.run(programme, local("2025-07-14"), local("2025-07-26"))
        opened = [i for i in world.store.incidents.every() if i.kind is IncidentKind.STUCK]
        assert [(i.number, i.level, i.state) for i in opened] == [(OWNED[0].number, Level.SUSPECTED, State.OPEN)]
        attempts = [order for order in world.dialled if order.purpose is Purpose.FOLLOW_UP]
        assert {order.number for order in attempts} == {OWNED[0].number}
        subjects = [subject for who, subject in world.letters() if who == "office0@example.cn"]
        assert any("疑似听筒未挂好" in subject for subject in subjects)
        assert any("线路已空闲" in subject for subject in subjects)
        world.store.incidents.add([acknowledge(opened[0], by="科长", at=now)])
        world.run(programme, now, local("2025-07-31"))
        closed = world.store.incidents.get(opened[0].id)
        assert closed is not None
        assert closed.state is State.CLOSED
        assert any("已恢复" in subject for _, subject in world.letters())

    def test_a_line_is_asked_again_from_its_latest_call_only(self, tmp_path: Path) -> None:
        world = World(tmp_path, OWNED[:1], self.stuck, policy=Policy(base_calls=8))
        world.run(world.start(local("2025-07-25")), local("2025-07-25"), local("2025-07-25", "14:00"))
        latest = ""
        for order in world.dialled:
            if order.purpose is Purpose.BASE:
                latest = order.call_id
            assert order.call_id.partition("-f")[0] == latest
        assert Counter(order.purpose for order in world.dialled)[Purpose.FOLLOW_UP] >= 2
        reasons = {one.reason.key for one in world.store.slots.of_day("2025-07-25") if one.reason}
        assert reasons == {"schedule.superseded"}

    @pytest.mark.parametrize("agreed", [True, False])
    def test_a_loaded_line_is_called_at_quiet_times_although_it_was_free(self, tmp_path: Path, agreed: bool) -> None:
        """A run of engaged calls cannot convict it: the quiet time after the handset falls will."""
        line = replace(OWNED[0], off_hours=agreed)
        engaged = Random(7)

        def loaded(number: str, at: datetime) -> Cause:
            now = at.astimezone(HANGZHOU).time()
            if time(9) <= now < time(12) or time(13, 30) <= now < time(17):
                return Cause.BUSY_TONE if engaged.random() < 0.7 else Cause.HUMAN
            return Cause.HUMAN

        world = World(tmp_path, [line], loaded, policy=Policy(base_calls=4))
        world.run(world.start(local("2025-07-21")), local("2025-07-21"), local("2025-07-26"))
        quiet = [order for order in world.dialled if order.purpose is Purpose.QUIET_TIME]
        assert bool(quiet) is agreed
        if agreed:
            done = {one.slot.stratum for day in range(21, 26) for one in world.store.slots.of_day(f"2025-07-{day}")}
            assert done >= {"before_opening", "lunch_end"}  # after closing too, unless three calls were answered

    def test_nobody_is_told_twice(self, tmp_path: Path) -> None:
        world = district(tmp_path, self.stuck)
        world.run(world.start(local("2025-07-25")), local("2025-07-25"), local("2025-07-26"))
        letters = world.letters()
        world.run(world.start(local("2025-07-25", "18:00")), local("2025-07-25", "18:00"), local("2025-07-26"))
        assert world.letters() == letters


class TestOurOwnFault:
    def broken(self, number: str, at: datetime) -> Cause:
        """From 10:00 to 11:00 our trunk says busy to everybody."""
        down = local(MONDAY, "10:00") <= at < local(MONDAY, "11:00")
        return Cause.BUSY_SIGNAL if down else Cause.HUMAN

    @pytest.mark.parametrize("canary", [None, CANARY])
    def test_offices_that_fail_together_are_not_blamed(self, tmp_path: Path, canary: object) -> None:
        policy = Policy(base_calls=6, answered_per_day=3, canaries=(CANARY.number,) if canary else ())
        many = [number(i, unit=f"单位{i}") for i in range(60)]
        world = World(tmp_path, many, self.broken, alerts=ALERTS, policy=policy, canary=canary)
        world.run(world.start(local(MONDAY)), local(MONDAY), local(TUESDAY))
        calls = list(world.store.records(local(MONDAY), local(TUESDAY)))
        failed = [c for c in calls if c.record.verdict.cause is Cause.BUSY_SIGNAL]
        voided = [c for c in failed if c.voided is not None]
        assert len(failed) >= 4
        counted = [c for c in failed if c.voided is None and c.record.order.purpose is not Purpose.CANARY]
        assert counted == []
        assert voided
        assert world.store.incidents.every() == ()
        assert [who for who, subject in world.letters() if "中继" in subject] == ["chief@example.cn"]
        asked = [order for order in world.dialled if order.purpose is Purpose.CANARY]
        assert bool(asked) is (canary is not None)
        reasons = Counter(one.reason.key for one in world.store.slots.of_day(MONDAY) if one.reason)
        assert reasons["schedule.missed_trunk"] > 0
        afterwards = [c for c in calls if c.record.trace.started_at > local(MONDAY, "11:30")]
        assert afterwards, "the programme goes on when the trunk works again"

    def test_offices_that_fail_while_the_canary_answers_are_what_they_are(self, tmp_path: Path) -> None:
        def flood(number: str, at: datetime) -> Cause:
            down = local(MONDAY, "10:00") <= at < local(MONDAY, "11:00") and number != CANARY.number
            return Cause.BUSY_SIGNAL if down else Cause.HUMAN

        many = [number(i, unit=f"单位{i}") for i in range(60)]
        policy = Policy(canaries=(CANARY.number,))
        world = World(tmp_path, many, flood, alerts=ALERTS, policy=policy, canary=CANARY)
        world.run(world.start(local(MONDAY)), local(MONDAY), local(TUESDAY))
        assert [c for c in world.store.records(local(MONDAY), local(TUESDAY)) if c.voided is not None] == []


class TestWhatAHostileEngineerTried:
    def all_day(self, number: str, at: datetime) -> Cause:
        """From 10:00 to 16:00 our trunk says "no such number" to everybody, our own number included."""
        return Cause.VACANT_NUMBER if local(MONDAY, "10:00") <= at < local(MONDAY, "16:00") else Cause.HUMAN

    @pytest.mark.parametrize("units", [3, 12])
    def test_an_outage_of_hours_blames_nobody_however_few_the_offices(self, tmp_path: Path, units: int) -> None:
        policy = Policy(base_calls=6, canaries=(CANARY.number,))
        few = [number(i, unit=f"单位{i}", owner_email=f"office{i}@example.cn") for i in range(units)]
        world = World(tmp_path, few, self.all_day, alerts=ALERTS, policy=policy, canary=CANARY)
        world.run(world.start(local(MONDAY)), local(MONDAY), local(TUESDAY))
        assert [i for i in world.store.incidents.every() if i.state is not State.WITHDRAWN] == []
        assert [who for who, _ in world.letters() if who.startswith("office")] == []

    def test_manners_are_asked_again_at_the_last_moment(self, tmp_path: Path) -> None:
        """Many calls are held and then launched at once: the caps hold all the same."""
        policy = Policy(caller_id_per_hour=5)
        world = World(tmp_path, [number(i, unit=f"单位{i}") for i in range(20)], policy=policy)
        programme = world.start(local(MONDAY))
        now = local(MONDAY, "10:00")
        slots = [one.slot for one in world.store.slots.of_day(MONDAY)]
        until = now + timedelta(minutes=5)
        first_of_each = {slot.number: slot for slot in slots}
        held = [replace(s, call_id=f"held-{s.number[1:]}", due_at=now, until=until) for s in first_of_each.values()]
        world.store.slots.add(held)
        launches = [launch for launch in programme.tick(now) if launch.order.call_id.startswith("held")]
        claimed = [launch for launch in launches if programme.claim(launch.order, now)]
        assert len(launches) > 5
        assert len(claimed) == 5

    def test_a_clock_that_was_ahead_once_stops_nothing(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        world.start(local("2026-12-15"))
        world.run(world.start(local(MONDAY)), local(MONDAY), local(TUESDAY))
        assert len(world.dialled) == 24

    def test_a_program_that_dies_while_planning_plans_the_same_again(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        programme = world.start(local("2026-03-01"))
        programme.plan(local(MONDAY))
        whole = {one.slot.call_id: one.slot.due_at for one in world.store.slots.of_day(MONDAY)}
        (tmp_path / "again").mkdir()
        again = district(tmp_path / "again")
        other = again.start(local("2026-03-01"))
        half = [one.slot for one in world.store.slots.of_day(MONDAY)][:7]
        again.store.slots.add(half)
        other.plan(local(MONDAY))
        assert {one.slot.call_id: one.slot.due_at for one in again.store.slots.of_day(MONDAY)} == whole

    def test_what_the_line_refuses_after_the_claim_is_told(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        programme = world.start(local(MONDAY))
        due = programme.next_due(local(MONDAY))
        assert due is not None
        (launch,) = programme.tick(due)
        assert programme.claim(launch.order, due)
        programme.refused(launch.order.call_id, Because(key="dial.not_its_time"), due)
        kept = world.store.slots.slot(launch.order.call_id)
        assert kept is not None
        assert kept.state is Slotted.REFUSED

    def test_what_a_citizen_told_is_called_within_minutes(self, tmp_path: Path) -> None:
        world = district(tmp_path)
        programme = world.start(local(MONDAY))
        now = local(MONDAY, "10:00")
        told, _ = take(
            number=OWNED[3].number, happened_at=now - timedelta(minutes=20), told_at=now, heard="busy", by="市民"
        )
        told_as = world.store.incidents.tell(told)
        world.store.incidents.add(
            tell((), told, told_as, unit=OWNED[3].unit, half_day=f"{MONDAY}am", policy=Incidents())
        )
        programme.time_goes_by(now)
        world.run(programme, now, now + timedelta(minutes=8))
        assert OWNED[3].number in {o.number for o in world.dialled if o.purpose is Purpose.RECHECK}

    def test_a_call_that_cannot_be_followed_stops_no_other(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        world = district(tmp_path)
        programme = world.start(local(MONDAY))
        due = programme.next_due(local(MONDAY))
        assert due is not None
        (launch,) = programme.tick(due)
        assert programme.claim(launch.order, due)
        world.store.add(world.record(launch, due), due)
        monkeypatch.setattr(Consequences, "draw", lambda *_, **__: 1 / 0)
        world.start(due + timedelta(minutes=1))
        kept = world.store.slots.slot(launch.order.call_id)
        assert kept is not None
        assert (kept.state, kept.reason) == (Slotted.DONE, Because(key="schedule.not_drawn"))
        assert "could not be drawn" in caplog.text
