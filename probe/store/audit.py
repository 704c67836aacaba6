"""What may be asked for afterwards: every attempt and refusal, the calls that were voided, and the kill switch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, Self

import msgspec
from sqlalchemy import Row, func, insert, select

from probe.model import Because, Fact, Order, Outcome, picked_up
from probe.plan import Slot
from probe.store import rows
from probe.store.part import Part
from probe.store.tables import audit, calls, switches, voids

Event = Literal["attempt", "refusal"]


class Entry(Fact, frozen=True, kw_only=True):
    """One line of the audit log: an attempt that was made, or a call that the manners refused, and why."""

    at: datetime
    event: Event
    number: str
    office: str
    call_id: str
    purpose: str
    caller_id: str = ""
    reason: Because | None = None

    @classmethod
    def of(cls, call: Order | Slot, event: Event, at: datetime, caller_id: str, reason: Because | None = None) -> Self:
        """The line for a call that was planned (a slot) or is ordered."""
        return cls(
            at=at,
            event=event,
            number=call.number,
            office=call.office,
            call_id=call.call_id,
            purpose=call.purpose.value,
            caller_id=caller_id,
            reason=reason,
        )


class Attempted(Fact, frozen=True, kw_only=True):
    """An attempt, and whether somebody picked it up (None while nobody knows)."""

    id: int
    entry: Entry
    answered: bool | None


class Switch(Fact, frozen=True, kw_only=True):
    """The kill switch as it was last set."""

    stopped: bool
    at: datetime
    who: str
    why: str


_because = msgspec.json.Decoder(Because)


class Audit(Part):
    """The audit log, voided calls and the kill switch. Nothing in here is ever changed, only added."""

    def note(self, entry: Entry) -> None:
        """Add a line to the log."""
        told = None if entry.reason is None else rows.json(entry.reason)
        values = {name: getattr(entry, name) for name in Entry.__struct_fields__ if name != "reason"}
        with self._writes() as connection:
            connection.execute(insert(audit).values(**values, reason_json=told))

    def entries(self, since: datetime, until: datetime, number: str | None = None) -> tuple[Entry, ...]:
        """The lines of [since, until), in order; of one number when given."""
        query = select(audit).where(audit.c.at >= since, audit.c.at < until).order_by(audit.c.id)
        if number is not None:
            query = query.where(audit.c.number == number)
        with self._reads() as connection:
            return tuple(_entry(row) for row in connection.execute(query))

    def attempts(self, since: datetime, *, after: int = 0) -> Iterator[Attempted]:
        """The attempts made since then, in order, each with what is known of its answer by now; behind line `after`."""
        query = select(audit, calls.c.outcome, calls.c.answered_s).outerjoin(calls, calls.c.call_id == audit.c.call_id)
        query = query.where(audit.c.id > after, audit.c.at >= since, audit.c.event == "attempt").order_by(audit.c.id)
        with self._reads() as connection:
            for row in connection.execute(query):
                answered = None if row.outcome is None else picked_up(Outcome(row.outcome), row.answered_s)
                yield Attempted(id=row.id, entry=_entry(row), answered=answered)

    # --- voided calls

    def void(self, call_ids: Iterable[str], reason: Because, at: datetime) -> int:
        """Take calls out of every denominator, and say why; how many were not out before."""
        values = [{"call_id": call_id, "at": at, "reason_json": rows.json(reason)} for call_id in call_ids]
        if not values:
            return 0
        with self._writes() as connection:
            return connection.execute(self._upsert(voids).values(values).on_conflict_do_nothing()).rowcount

    def voided(self, reason: Because, since: datetime) -> bool:
        """Whether calls were voided for this reason since then."""
        query = select(voids.c.call_id).where(voids.c.at >= since, voids.c.reason_json == rows.json(reason)).limit(1)
        with self._reads() as connection:
            return connection.scalar(query) is not None

    # --- the kill switch

    def switch(self, stopped: bool, *, who: str, why: str, at: datetime) -> None:
        """Stop every call from now on, or let them be made again."""
        with self._writes() as connection:
            connection.execute(
                insert(switches).values(at=at, stopped=stopped, who=rows.plain(who), why=rows.plain(why))
            )

    def stopped(self) -> Switch | None:
        """The switch, when calls are stopped; None when they may be made."""
        newest = select(func.max(switches.c.id)).scalar_subquery()
        with self._reads() as connection:
            row = connection.execute(select(switches).where(switches.c.id == newest)).first()
        if row is None or not row.stopped:
            return None
        return Switch(stopped=True, at=row.at, who=row.who, why=row.why)


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    found = row._mapping
    told = found["reason_json"]
    values = {name: found[name] for name in Entry.__struct_fields__ if name != "reason"}
    return Entry(**values, reason=None if told is None else _because.decode(told))
