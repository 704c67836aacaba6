"""The made-up district's last March days in a real store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from probe.model import Because, Call
from probe.plan import Day, Slot, Unplanned
from probe.store import Store
from probe.store.slots import State
from tests.reports import month

DAYS = date(2026, 3, 24), date(2026, 3, 25)
OWNER = "test"


def fill(store: Store) -> None:
    """Numbers, the calls of two days, a voided call, an incident with its events, slots that came to nothing, dice."""
    store.import_numbers(month.lines().values(), month.MARCH.since)
    chosen = [c for c in month.calls() if DAYS[0] <= _day(c) <= DAYS[1]]
    add(store, chosen)
    first = chosen[0].record
    store.audit.void([first.order.call_id], Because(key="health.no_canary"), first.trace.started_at)
    told = month.story()
    store.incidents.tell(told.testimonies[1])
    for event in told.events:
        opened = store.incidents.of(told.incident.number)
        store.incidents.add([replace(event, incident_id=opened[0].id if opened else "")])
    store.slots.seed("2026-03", lambda: bytes(16), month.MARCH.since)
    slot = _slot(chosen[0])
    left = Unplanned(
        number=slot.number, because=Because(key="plan.closed", values={"number": slot.number, "day": "2026-03-25"})
    )
    store.slots.plan(DAYS[1], Day(slots=(slot,), dropped=(), unplanned=(left,)), "2026-03", slot.due_at)
    store.slots.settle(slot.call_id, State.MISSED, slot.until, Because(key="schedule.missed_trunk"))


def add(store: Store, calls: Iterable[Call]) -> None:
    with store.transaction():
        for call in calls:
            record = call.record
            assert store.claim(record.order, record.trace.started_at, OWNER, 120)
            assert store.add(record, record.trace.started_at + timedelta(minutes=1))


def _slot(call: Call) -> Slot:
    at: datetime = month.MORNING
    return Slot(
        call_id="20260325-slot",
        day=DAYS[1],
        number=call.number.number,
        office=call.number.office,
        purpose=call.record.order.purpose,
        stratum="opening",
        due_at=at,
        until=at + timedelta(minutes=10),
        why=Because(key="plan.why_base_opening", values={"index": 1, "calls": 3}),
    )


def _day(call: Call) -> date:
    return call.record.trace.started_at.astimezone(month.ZONE).date()
