"""The incidents' part of the store: events are added, the incident is what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Select, insert, select, update

from probe.incidents.apply import apply, step
from probe.incidents.events import Event, Noted, Opened, Reopened, Voided
from probe.incidents.incident import OVER, Incident, IncidentKind, State
from probe.incidents.testimony import Testimony
from probe.store import rows
from probe.store.part import Part
from probe.store.tables import incident_events, incidents, testimonies

_event = msgspec.json.Decoder(Event)
_incident = msgspec.json.Decoder(Incident)
_testimony = msgspec.json.Decoder(Testimony)
_OPEN = incidents.c.state.not_in([state.value for state in OVER])


class Incidents(Part):
    """Incidents with their events, and what citizens told. Each method that changes something is one transaction."""

    def add(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Store events in order, and give them back as stored: an `Opened` gets its number here.

        What cannot happen (any more) is left out: opening a second incident of a kind on a number while one is open,
        and whatever comes to an incident that is over. Of two robots that open the same, one does. An event of an
        unknown incident is a defect of ours (KeyError).
        """
        with self._writes() as connection:
            return tuple(stored for event in events if (stored := self._added(connection, event)) is not None)

    def get(self, incident_id: str) -> Incident | None:
        """One incident; None when there is none."""
        query = select(incidents.c.incident_json).where(incidents.c.incident_id == rows.plain(incident_id))
        with self._reads() as connection:
            text = connection.scalar(query)
        return None if text is None else _incident.decode(text)

    def events(self, incident_id: str) -> tuple[Event, ...]:
        """What happened to it, in order."""
        with self._reads() as connection:
            return _kept(connection, rows.plain(incident_id))

    def of(self, number: str) -> tuple[Incident, ...]:
        """All incidents of a number, open and over, oldest first."""
        return self._found(select(incidents.c.incident_json).where(incidents.c.number == number))

    def open(self) -> tuple[Incident, ...]:
        """Every incident that is not over, oldest first."""
        return self._found(select(incidents.c.incident_json).where(_OPEN))

    def closed(self, since: datetime) -> tuple[Incident, ...]:
        """Every incident that was closed since then, oldest first."""
        lately = (incidents.c.state == State.CLOSED.value) & (incidents.c.closed_at >= since)
        return self._found(select(incidents.c.incident_json).where(lately))

    def every(self) -> tuple[Incident, ...]:
        """Every incident there ever was, oldest first."""
        return self._found(select(incidents.c.incident_json))

    def between(self, since: datetime, until: datetime) -> tuple[Incident, ...]:
        """Every incident that was opened in [since, until), oldest first."""
        inside = (incidents.c.opened_at >= since) & (incidents.c.opened_at < until)
        return self._found(select(incidents.c.incident_json).where(inside))

    def tell(self, told: Testimony) -> int:
        """Keep a testimony; its number."""
        values = {
            "told_at": told.told_at,
            "number": told.number,
            "happened_at": told.happened_at,
            "testimony_json": rows.json(told),
        }
        with self._writes() as connection:
            return int(connection.execute(insert(testimonies).values(values).returning(testimonies.c.id)).scalar_one())

    def testimonies(self, ids: Sequence[int]) -> dict[int, Testimony]:
        """The testimonies of these numbers."""
        query = select(testimonies.c.id, testimonies.c.testimony_json).where(testimonies.c.id.in_(ids))
        with self._reads() as connection:
            return {row.id: _testimony.decode(row.testimony_json) for row in connection.execute(query)}

    def rebuild(self) -> int:
        """Work every incident out again from its events, after a rule of `apply` changed; how many are others now."""
        query = select(incident_events.c.incident_id, incident_events.c.event_json)
        changed = 0
        with self._writes() as connection:
            found = connection.execute(query.order_by(incident_events.c.incident_id, incident_events.c.id)).all()
            for _, group in groupby(found, key=lambda row: row.incident_id):
                incident = apply(_event.decode(row.event_json) for row in group)
                text = rows.json(incident)
                mine = incidents.c.incident_id == incident.id
                if connection.scalar(select(incidents.c.incident_json).where(mine)) != text:
                    connection.execute(update(incidents).where(mine).values(**_columns(incident)))
                    changed += 1
        return changed

    def _found(self, query: Select[Any]) -> tuple[Incident, ...]:
        ordered = query.order_by(incidents.c.opened_at, incidents.c.incident_id)
        with self._reads() as connection:
            return tuple(_incident.decode(text) for text in connection.scalars(ordered))

    def _added(self, connection: Connection, event: Event) -> Event | None:
        if isinstance(event, Opened):
            return self._begun(connection, event)
        mine = incidents.c.incident_id == event.incident_id
        text = connection.scalar(select(incidents.c.incident_json).where(mine).with_for_update())
        if text is None:
            raise KeyError(event.incident_id)
        before = _incident.decode(text)
        if before.over and not _may_follow(event):
            return None
        after = (
            apply((*_kept(connection, event.incident_id), event)) if isinstance(event, Voided) else step(before, event)
        )
        connection.execute(update(incidents).where(mine).values(**_columns(after)))
        _keep(connection, event)
        return event

    def _begun(self, connection: Connection, event: Opened) -> Opened | None:
        """Number it. The primary key is the lock: who loses the race for a number looks again, and finds the other.

        The number is chosen before the look: who commits after the look holds the number, who commits before is seen.
        """
        while True:
            numbered = replace(event, incident_id=_next_id(connection, event.half_day[:10]))
            if _is_open(connection, event.number, event.kind):
                return None
            values = {"incident_id": numbered.incident_id, **_columns(apply([numbered]))}
            statement = self._upsert(incidents).values(values).on_conflict_do_nothing()
            if connection.execute(statement.returning(incidents.c.incident_id)).first() is not None:
                _keep(connection, numbered)
                return numbered


def _may_follow(event: Event) -> bool:
    return isinstance(event, Noted | Reopened) or (isinstance(event, Voided) and event.unproved)


def _is_open(connection: Connection, number: str, kind: IncidentKind) -> bool:
    query = select(incidents.c.incident_id).where(incidents.c.number == number, incidents.c.kind == kind.value, _OPEN)
    return connection.scalar(query.limit(1)) is not None


def _next_id(connection: Connection, day: str) -> str:
    """Days are numbered from 001; the thousandth has four digits, so the largest is looked for as a number."""
    taken = connection.scalars(select(incidents.c.incident_id).where(incidents.c.incident_id.like(f"{day}-%")))
    return f"{day}-{max((int(known.rpartition('-')[2]) for known in taken), default=0) + 1:03}"


def _keep(connection: Connection, event: Event) -> None:
    values = {"incident_id": event.incident_id, "at": event.at, "event_json": rows.json(event)}
    connection.execute(insert(incident_events).values(values))


def _kept(connection: Connection, incident_id: str) -> tuple[Event, ...]:
    query = select(incident_events.c.event_json).where(incident_events.c.incident_id == incident_id)
    return tuple(_event.decode(text) for text in connection.scalars(query.order_by(incident_events.c.id)))


def _columns(incident: Incident) -> dict[str, object]:
    return {
        "number": rows.plain(incident.number),
        "unit": rows.plain(incident.unit),
        "kind": incident.kind.value,
        "state": incident.state.value,
        "opened_at": incident.opened_at,
        "closed_at": incident.closed_at,
        "incident_json": rows.json(incident),
    }
