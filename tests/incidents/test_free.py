"""A line that was engaged call after call is found free: once for each time, with the time for which it was engaged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from probe.incidents import Event, IncidentKind, Level, Seen, State
from probe.incidents.events import Freed
from probe.incidents.follow import alerts
from probe.incidents.steps import withdraw
from probe.model import Cause
from tests.incidents.made import File, at, odds, seen


def minute(cause: Cause, after: float, **facts: object) -> Seen:
    """A call so many minutes after Monday 09:00."""
    return seen(cause, 0, at=at(0) + timedelta(minutes=after), **facts)


def stuck() -> File:
    """Engaged at 09:00, 09:10 and 09:20; then the odds speak."""
    file = File()
    calls = [minute(Cause.BUSY_TONE, after) for after in (0, 10, 20)]
    file.tell(*calls)
    news = odds(Level.SUSPECTED, 0, tuple(call.call_id for call in calls))
    file.tell(replace(news, at=calls[-1].at))
    return file


def freed(events: list[Event]) -> list[Freed]:
    return [event for event in events if isinstance(event, Freed)]


def test_from_the_first_engaged_call_to_the_first_that_is_not() -> None:
    file = stuck()
    file.tell(minute(Cause.BUSY_TONE, 60))
    (event,) = freed(file.tell(minute(Cause.HUMAN, 95)))
    assert (event.since, event.at) == (at(0), at(0) + timedelta(minutes=95))
    (alert,) = alerts([event])
    assert alert.key == f"free:{file.last.id}:2026-03-02T01:00Z"
    assert (alert.since, alert.until) == (event.since, event.at)


def test_it_is_told_once_and_does_not_grow() -> None:
    file = stuck()
    events = file.tell(*(minute(Cause.HUMAN, after) for after in (30, 40, 400)))
    assert len(freed(events)) == 1


def test_each_run_of_engaged_calls_ends_once() -> None:
    file = stuck()
    file.tell(minute(Cause.HUMAN, 30))
    file.tell(*(minute(Cause.BUSY_TONE, after) for after in (100, 110)))
    (event,) = freed(file.tell(minute(Cause.RANG_OUT, 120), minute(Cause.HUMAN, 130)))
    assert event.since == at(0) + timedelta(minutes=100)


def test_the_end_of_a_single_engaged_call_is_no_news() -> None:
    file = stuck()
    file.tell(minute(Cause.HUMAN, 30))
    assert freed(file.tell(minute(Cause.BUSY_TONE, 100), minute(Cause.HUMAN, 110))) == []


@pytest.mark.parametrize("cause", [Cause.GREETING, Cause.VACANT_NUMBER, Cause.BUSY_SIGNAL])
def test_a_machine_a_dead_number_or_another_engaged_call_does_not_show_that_it_is_free(cause: Cause) -> None:
    file = stuck()
    assert freed(file.tell(minute(cause, 30))) == []
    (event,) = freed(file.tell(minute(Cause.HUMAN, 40)))
    assert event.since == at(0), "nor that the run is over"


@pytest.mark.parametrize("doubt", [{"counts": False}, {"confidence": 0.3}])
def test_neither_does_a_call_that_is_not_sure_or_does_not_count(doubt: dict[str, object]) -> None:
    file = stuck()
    assert freed(file.tell(minute(Cause.HUMAN, 30, **doubt))) == []
    assert len(freed(file.tell(minute(Cause.HUMAN, 40)))) == 1


def test_a_call_that_is_drawn_upon_again_after_a_crash_tells_nothing_twice() -> None:
    file = stuck()
    call = minute(Cause.IVR, 30)
    assert len(freed(file.tell(call))) == 1
    file.seen.pop()
    assert file.tell(call) == []


def test_only_a_stuck_line_that_is_not_over_is_free_again() -> None:
    file = stuck()
    file.add(withdraw(file.last, by="王主任", reason="线路检修", at=at(0)))
    assert freed(file.tell(minute(Cause.HUMAN, 30))) == []
    other = File()
    other.tell(seen(Cause.GREETING, 0), minute(Cause.BUSY_TONE, 10), minute(Cause.BUSY_TONE, 20))
    assert other.last.kind is IncidentKind.VOICEMAIL
    assert freed(other.tell(minute(Cause.HUMAN, 30))) == []


def test_it_settles_nothing() -> None:
    file = stuck()
    file.tell(minute(Cause.HUMAN, 30))
    assert (file.last.state, file.last.good) == (State.OPEN, ())
