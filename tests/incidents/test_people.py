"""What people may do to an incident, what they may tell, and who is to hear of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from probe.errors import IncidentError
from probe.incidents import IncidentKind, Level, State, half_day_of, take
from probe.incidents.events import Opened, Told
from probe.incidents.follow import alerts, overdue, wishes
from probe.incidents.rules import undone
from probe.incidents.steps import acknowledge, assign, note, rectify, snooze, tell, withdraw
from probe.incidents.testimony import HIDDEN, one_line, without_numbers
from probe.model import Cause
from tests.incidents.made import MORNING, NUMBER, POLICY, UNIT, File, at, half_day, odds, seen
from tests.records import texts

WHO: dict[str, Any] = {"by": "王主任", "at": at(1)}


def opened() -> File:
    file = File()
    file.tell(seen(Cause.GREETING, 0))
    return file


def told(**given: Any) -> Any:
    facts = {"number": NUMBER, "happened_at": at(0), "told_at": at(1), "heard": "busy", "by": "体验官"}
    return take(**(facts | given))


class TestSteps:
    def test_from_open_to_rectified(self) -> None:
        file = opened()
        for step, state in (
            (acknowledge, State.ACKNOWLEDGED),
            (rectify, State.RECTIFIED),
        ):
            file.add(step(file.last, **WHO))
            assert file.last.state is state

    def test_an_owner_and_a_deadline(self) -> None:
        file = opened()
        today = at(1).date()
        file.add(assign(file.last, **WHO, today=today, owner="李科长"))
        file.add(assign(file.last, **WHO, today=today, deadline=today + timedelta(days=1)))
        assert (file.last.owner, file.last.deadline) == ("李科长", today + timedelta(days=1))

    @pytest.mark.parametrize("days", [-1, 400])
    def test_a_deadline_lies_ahead_and_within_a_year(self, days: int) -> None:
        today = at(1).date()
        with pytest.raises(IncidentError) as caught:
            assign(opened().last, **WHO, today=today, deadline=today + timedelta(days=days))
        assert caught.value.key == "incidents.bad_deadline"

    def test_the_robots_mistake_is_withdrawn_with_a_reason_and_stays_so(self) -> None:
        file = opened()
        with pytest.raises(IncidentError) as caught:
            withdraw(file.last, **WHO, reason=" ")
        assert caught.value.key == "incidents.empty"
        file.add(withdraw(file.last, **WHO, reason="语音导航被误判为留言"))
        assert file.last.state is State.WITHDRAWN
        with pytest.raises(IncidentError) as caught:
            rectify(file.last, **WHO)
        assert caught.value.key == "incidents.over_withdrawn"
        assert note(file.last, **WHO, text="已核实").incident_id == file.last.id

    @pytest.mark.parametrize("off", [timedelta(), timedelta(days=8)])
    def test_letters_wait_no_longer_than_a_week(self, off: timedelta) -> None:
        file = opened()
        file.add(snooze(file.last, **WHO, until=at(1) + timedelta(days=2)))
        assert file.last.snoozed_until == at(1) + timedelta(days=2)
        with pytest.raises(IncidentError) as caught:
            snooze(file.last, **WHO, until=at(1) + off)
        assert caught.value.key == "incidents.bad_snooze"

    def test_no_step_of_a_person_closes(self) -> None:
        import probe.incidents.steps as steps

        assert not [name for name in vars(steps) if "close" in name.casefold()]

    @pytest.mark.parametrize("by", ["", " \n", "\u202e\u200b", "长" * 61])
    def test_who_does_it_is_said(self, by: str) -> None:
        with pytest.raises(IncidentError):
            acknowledge(opened().last, by=by, at=at(1))


class TestTestimony:
    def test_it_opens_an_incident_that_asks_for_a_call_at_once(self) -> None:
        testimony, hidden = told(note="打了三次都占线")
        (event,) = tell((), testimony, 7, unit=UNIT, half_day=half_day(1), policy=POLICY)
        assert isinstance(event, Opened)
        assert event.kind is IncidentKind.TOLD
        assert not hidden
        file = File()
        file.add(event)
        (wish,) = wishes(file.incidents, half_day(1))
        assert wish.urgent
        file.tell(seen(Cause.IVR, 1.5))
        assert wishes(file.incidents, half_day(1)) == ()
        assert file.last.state is State.OPEN
        assert len(file.last.calls) == 1

    def test_it_joins_what_is_open_on_that_line_and_the_robot_looks_again(self) -> None:
        file = File()
        file.tell(odds(Level.NOTICE, 0), seen(Cause.BUSY_TONE, 0))
        testimony, _ = told()
        (event,) = tell(tuple(file.incidents), testimony, 7, unit=UNIT, half_day=half_day(1), policy=POLICY)
        assert isinstance(event, Told)
        file.add(event)
        assert file.last.testimonies == (7,)
        assert [wish.urgent for wish in wishes(file.incidents, half_day(1))] == [True]

    @pytest.mark.parametrize("cause", [Cause.BUSY_TONE, Cause.RANG_OUT, Cause.IVR, Cause.VACANT_NUMBER, Cause.HUMAN])
    def test_the_robot_has_looked_whatever_it_saw(self, cause: Cause) -> None:
        file = opened()
        testimony, _ = told()
        for event in tell(tuple(file.incidents), testimony, 7, unit=UNIT, half_day=half_day(1), policy=POLICY):
            file.add(event)
        file.tell(seen(cause, 2, counts=False))
        assert [wish.urgent for wish in wishes(file.incidents, half_day(2))] == [True]
        file.tell(seen(cause, 2))
        assert wishes(file.incidents, half_day(2)) == ()

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("我的电话13800138000请回电", f"我的电话{HIDDEN}请回电"),
            ("138 0013 8000", HIDDEN),
            ("１３８００１３８０００", HIDDEN),
            ("+86-571-8725-0001", HIDDEN),
            ("138.0013.8000, 138—0013—8000", f"{HIDDEN}, {HIDDEN}"),
            ("138/0013/8000或20289999", f"{HIDDEN}或{HIDDEN}"),
            ("身份证33010619900101123X", f"身份证{HIDDEN}"),
            ("2026-07-25 09:10 打了 3 次，8 分钟", "2026-07-25 09:10 打了 3 次，8 分钟"),
            ("12345热线转来", "12345热线转来"),
        ],
    )
    def test_whose_call_it_was_is_not_kept(self, text: str, kept: str) -> None:
        assert without_numbers(text) == (kept, kept != text)

    @pytest.mark.parametrize("off", [timedelta(days=-91), timedelta(hours=1)])
    def test_a_time_that_cannot_be_is_refused(self, off: timedelta) -> None:
        with pytest.raises(IncidentError) as caught:
            told(happened_at=at(1) + off)
        assert caught.value.key == "incidents.bad_time"

    @given(texts())
    def test_hostile_text_is_one_line_of_visible_characters(self, text: str) -> None:
        assert one_line(text).isprintable()
        hidden, _ = without_numbers(one_line(text))
        assert hidden.isprintable()


class TestAlerts:
    def test_each_is_told_once_under_a_key_that_stays(self) -> None:
        file = File()
        first = alerts(file.tell(odds(Level.NOTICE)))
        assert [alert.key for alert in first] == ["opened:2026-03-02-001"]
        before = file.last
        raised = alerts(file.tell(odds(Level.SUSPECTED, 0, ("b3",))), before)
        assert [alert.key for alert in raised] == ["suspected:2026-03-02-001"]
        assert alerts(file.tell(odds(Level.SUSPECTED, 0, ("b4",))), file.last) == ()

    def test_recovery_and_return(self) -> None:
        file = File()
        file.tell(odds(Level.SUSPECTED))
        file.add(acknowledge(file.last, **WHO))
        keys = [a.key for half in (2, 3) for a in alerts(file.tell(seen(Cause.HUMAN, half)))]
        assert keys == ["closed:2026-03-02-001"]
        assert [a.key for a in alerts(file.tell(odds(Level.NOTICE, 4)))] == [f"repeat:{file.last.id}"]

    def test_overdue_is_told_once_for_each_deadline(self) -> None:
        file = opened()
        deadline = file.last.deadline
        assert deadline is not None
        assert overdue(file.incidents, deadline) == ()
        late = {overdue(file.incidents, deadline + timedelta(days=days))[0].key for days in (1, 2, 30)}
        assert late == {f"overdue:{file.last.id}:{deadline}"}

    def test_overdue_is_told_while_somebody_is_there(self) -> None:
        file = opened()
        late = at(0).date() + timedelta(days=30)
        assert overdue(file.incidents, late, lambda _: False) == ()
        assert len(overdue(file.incidents, late, lambda incident: incident is not None)) == 1

    def test_what_is_withdrawn_says_why(self) -> None:
        file = opened()
        (alert,) = alerts([withdraw(file.last, **WHO, reason="语音导航被误判为留言")])
        assert (alert.key, alert.reason) == (f"withdrawn:{file.last.id}", "语音导航被误判为留言")
        (alert,) = alerts(undone(file.incidents, file.last.opened_by, at(1)))
        assert [one.key for one in alert.because] == ["incidents.because_voided"]


def test_proving_calls_are_wanted_on_half_days_that_are_not_proved_yet() -> None:
    file = opened()
    assert wishes(file.incidents, half_day(1)) == ()
    file.add(acknowledge(file.last, **WHO))
    file.tell(seen(Cause.HUMAN, 1))
    assert wishes(file.incidents, half_day(1)) == ()
    (wish,) = wishes(file.incidents, half_day(2))
    assert (wish.urgent, wish.not_in) == (False, (half_day(1),))


def test_half_days_are_local_and_sort_as_time_does() -> None:
    from zoneinfo import ZoneInfo

    shanghai = ZoneInfo("Asia/Shanghai")
    days = [half_day_of(MORNING + timedelta(hours=h), shanghai) for h in (0, 5, 24)]
    assert days == ["2026-03-02am", "2026-03-02pm", "2026-03-03am"]
    assert half_day_of(MORNING + timedelta(hours=-10), shanghai) == "2026-03-01pm"
