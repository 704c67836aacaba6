"""What is told as time goes by is told in office hours, and only they count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.alerts import due, open_at
from probe.alerts.hours import opening_at, worked
from probe.incidents import State
from probe.incidents.follow import News, overdue
from tests.alerts.made import POLICY, ZONE, hours, incident, local

FRIDAY = incident(local(6, "16:50"))


def told(now: datetime, one: object = FRIDAY) -> list[str]:
    return [alert.key for alert in due([one], now, POLICY, hours)]  # type: ignore[list-item]


class TestEscalation:
    @pytest.mark.parametrize(
        ("now", "escalated"),
        [
            (local(6, "20:50"), False),  # four hours by the clock, and everybody has gone home
            (local(8, "10:00"), False),  # Sunday
            (local(9, "11:49"), False),  # 40 minutes of Friday and 3 h 19 min of Monday
            (local(9, "11:50"), True),
            (local(9, "12:30"), False),  # lunch
            (local(9, "13:30"), True),
        ],
    )
    def test_four_office_hours_that_is_monday_for_a_notice_of_friday_evening(
        self, now: datetime, escalated: bool
    ) -> None:
        assert (f"escalated:{FRIDAY.id}" in told(now)) is escalated

    def test_not_when_somebody_has_taken_it_up(self) -> None:
        known = incident(local(2, "09:00"), state=State.ACKNOWLEDGED)
        assert not [key for key in told(local(4, "10:00"), known) if key.startswith("escalated")]

    def test_nor_while_it_is_snoozed(self) -> None:
        quiet = incident(local(2, "09:00"), snoozed_until=local(5, "00:00"))
        assert told(local(4, "10:00"), quiet) == []
        assert told(local(5, "10:00"), quiet) != []

    def test_an_office_whose_hours_nobody_knows_is_never_late(self) -> None:
        assert due([FRIDAY], local(20, "10:00"), POLICY, lambda *_: ()) == ()

    def test_by_the_clock_alone_when_no_hours_are_given(self) -> None:
        (alert,) = due([FRIDAY], local(6, "20:50"), POLICY)
        assert alert.news is News.ESCALATED


class TestReminders:
    def test_a_weekend_is_one_reminder_as_the_office_opens(self) -> None:
        known = incident(local(6, "16:50"), state=State.ACKNOWLEDGED)
        minutes = [local(7, "00:00") + timedelta(minutes=n) for n in range(3 * 24 * 60)]
        first: dict[str, datetime] = {}
        for now in minutes:
            for key in told(now, known):
                first.setdefault(key, now)
        assert first == {f"reminder:{FRIDAY.id}:2": local(9, "08:30")}


class TestOverdue:
    def test_a_deadline_that_passes_at_midnight_is_told_in_the_morning(self) -> None:
        late = incident(local(2, "09:00"), deadline=date(2026, 3, 4))
        minutes = [local(4, "23:00") + timedelta(minutes=n) for n in range(12 * 60)]
        when = [now for now in minutes if overdue([late], now.astimezone(ZONE).date(), open_at(hours, now))]
        assert when[0] == local(5, "08:30")


@given(st.integers(0, 20 * 24 * 60), st.integers(0, 10 * 24 * 60), st.integers(1, 40))
def test_worked_is_the_sum_of_the_minutes_at_which_it_is_open(start: int, length: int, enough_h: int) -> None:
    """For any times, counted another way: a minute after the other."""
    one = incident(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=start))
    now = one.opened_at + timedelta(minutes=length)
    step = timedelta(minutes=10)
    open_for, at = timedelta(), one.opened_at
    while at < now:
        opening = opening_at(one, hours, at)
        if opening is not None:
            open_for += min(at + step, now, opening.end) - at
        else:
            ahead = [o.start for o in hours(one, at.astimezone(ZONE).date()) if at < o.start < min(at + step, now)]
            open_for += sum((min(at + step, now) - begin for begin in ahead), timedelta())
        at += step
    assert worked(one, hours, now, timedelta(hours=enough_h)) == (open_for >= timedelta(hours=enough_h))
