"""The incidents' part of the store, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace
from sqlalchemy import text

from probe.incidents import IncidentKind, Level, State, advance, apply, take
from probe.incidents.events import Closed, Event, Noted, Opened
from probe.incidents.steps import acknowledge, note, withdraw
from probe.model import Cause
from probe.store import Store
from tests.incidents.made import NUMBER, POLICY, at, odds, seen
from tests.records import texts


def opening(cause: Cause = Cause.GREETING, half: float = 0) -> tuple[Event, ...]:
    return advance([], seen(cause, half), policy=POLICY)


def added(store: Store, *events: Event) -> str:
    (first, *_) = store.incidents.add(events)
    return first.incident_id


def test_an_incident_is_what_its_events_make_it(store: Store) -> None:
    incident_id = added(store, *opening())
    found = store.incidents.get(incident_id)
    assert found is not None
    store.incidents.add([acknowledge(found, by="王主任", at=at(1))])
    found = store.incidents.get(incident_id)
    assert found is not None
    assert found.state is State.ACKNOWLEDGED
    assert apply(store.incidents.events(incident_id)) == found


def test_they_are_numbered_by_the_day(store: Store) -> None:
    one = added(store, *opening())
    two = added(store, *advance([], odds(Level.NOTICE), policy=POLICY))
    tomorrow = replace(odds(Level.NOTICE, 2), number="+8657187250002")
    other = added(store, *advance([], tomorrow, policy=POLICY))
    assert [one, two, other] == ["2026-03-02-001", "2026-03-02-002", "2026-03-03-001"]


def test_a_second_of_a_kind_is_not_opened_while_one_is_open(store: Store) -> None:
    added(store, *opening())
    assert store.incidents.add(opening()) == ()
    assert len(store.incidents.of(NUMBER)) == 1


def test_of_two_robots_that_open_the_same_one_does(store: Store) -> None:
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: store.incidents.add(opening()), range(12)))
    assert sum(len(events) for events in done) == 1
    assert [incident.id for incident in store.incidents.every()] == ["2026-03-02-001"]


def test_robots_that_open_different_ones_at_once_get_different_numbers(store: Store) -> None:
    def open_one(index: int) -> None:
        (event,) = opening()
        assert isinstance(event, Opened)
        store.incidents.add([replace(event, number=f"+86571872510{index:02}")])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(open_one, range(12)))
    assert [i.id for i in store.incidents.every()] == [f"2026-03-02-{n:03}" for n in range(1, 13)]


def test_what_is_over_takes_notes_only(store: Store) -> None:
    incident_id = added(store, *opening())
    found = store.incidents.get(incident_id)
    assert found is not None
    after = [
        withdraw(found, by="王", reason="误判", at=at(1)),
        Closed(incident_id=incident_id, at=at(1), half_days=("2026-03-02am",)),
        note(found, by="王", text="已说明", at=at(2)),
    ]
    assert [type(event) for event in store.incidents.add(after)] == [type(after[0]), Noted]
    assert store.incidents.open() == ()
    assert [incident.state for incident in store.incidents.every()] == [State.WITHDRAWN]


def test_an_event_of_no_incident_is_a_defect_of_ours(store: Store) -> None:
    with pytest.raises(KeyError):
        store.incidents.add([Noted(incident_id="2026-01-01-001", at=at(0), by="王", text="?")])


def test_a_testimony_is_kept_as_told(store: Store) -> None:
    told, _ = take(number=NUMBER, happened_at=at(0), told_at=at(1), heard="busy", by="体验官", note="占线")
    number = store.incidents.tell(told)
    assert store.incidents.testimonies([number, number + 1]) == {number: told}
    assert store.incidents.testimonies([]) == {}


def test_between_is_by_the_time_of_opening(store: Store) -> None:
    added(store, *opening(half=2))
    assert store.incidents.between(at(0), at(2)) == ()
    assert [one.kind for one in store.incidents.between(at(2), at(3))] == [IncidentKind.VOICEMAIL]


def test_rebuilding_mends_a_row_that_its_events_do_not_make(store: Store) -> None:
    added(store, *opening())
    with store._writes() as connection:
        connection.execute(text("UPDATE incidents SET incident_json = replace(incident_json, 'voicemail', 'told')"))
    assert [store.incidents.rebuild(), store.incidents.rebuild()] == [1, 0]
    assert store.incidents.every()[0].kind is IncidentKind.VOICEMAIL


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(unit=texts(), words=texts())
def test_any_text_comes_back_as_it_was(store: Store, unit: str, words: str) -> None:
    (event,) = opening()
    assert isinstance(event, Opened)
    number = f"sip:{len(store.incidents.every())}@127.0.0.1"
    incident_id = added(store, replace(event, unit=unit, owner=words, number=number))
    found = store.incidents.get(incident_id)
    assert found is not None
    assert (found.unit, found.owner) == (unit, words)
