"""The programme as it is kept: the dice of a period, the days that were planned, and each call that is to be made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, func, select, update

from probe.model import Because, Fact
from probe.plan import Day, Slot, Unplanned, commitment
from probe.store import rows
from probe.store.given import Given
from probe.store.part import Part
from probe.store.tables import PLANNED, calls, planned_days, seeds, slots

CHUNK = 2000  # slots in one transaction


class State(StrEnum):
    """What became of a slot."""

    PLANNED = "planned"
    CALLED = "called"  # claimed, so dialled once and never again; what follows from its call is still to be drawn
    DONE = "done"  # called, and what followed from it is drawn
    MISSED = "missed"  # its time went by
    REFUSED = "refused"  # the manners said no
    DROPPED = "dropped"  # not needed any more, for instance because the question was decided


class Seed(Fact, frozen=True, kw_only=True):
    """The dice of a period. `commitment` is told before the period's first call, `seed` (hex) only when it is over."""

    period: str
    seed: str
    commitment: str
    made_at: datetime
    revealed_at: datetime | None = None


class Kept(Fact, frozen=True, kw_only=True):
    """A slot and what became of it; `reason` says why it was not called."""

    slot: Slot
    state: State
    reason: Because | None = None
    decided_at: datetime | None = None


_slot = msgspec.json.Decoder(Slot)
_because = msgspec.json.Decoder(Because)
_given = msgspec.json.Decoder(Given)
_unplanned = msgspec.json.Decoder(tuple[Unplanned, ...])


class Slots(Part):
    """Seeds, days and slots. A slot's `call_id` is its key: the same slot is never added, nor called, twice."""

    # --- dice

    def seed(self, period: str, make: Callable[[], bytes], at: datetime) -> Seed:
        """The seed of a period, made with `make` when there is none yet: the first that is stored stands."""
        new = make()
        values = {"period": period, "seed": new.hex(), "commitment": commitment(new), "made_at": at}
        with self._writes() as connection:
            connection.execute(self._upsert(seeds).values(values).on_conflict_do_nothing())
            row = connection.execute(select(seeds).where(seeds.c.period == period)).one()
        return Seed(**row._mapping)

    def dice(self, period: str) -> bytes | None:
        """The seed of a period, to draw with; None when there is none."""
        with self._reads() as connection:
            found = connection.scalar(select(seeds.c.seed).where(seeds.c.period == period))
        return None if found is None else bytes.fromhex(found)

    def seeds(self) -> tuple[Seed, ...]:
        """Every seed, oldest period first."""
        with self._reads() as connection:
            return tuple(Seed(**row._mapping) for row in connection.execute(select(seeds).order_by(seeds.c.period)))

    def reveal(self, before: str, at: datetime) -> None:
        """Mark the seeds of periods before this one as told."""
        with self._writes() as connection:
            over = (seeds.c.period < before) & seeds.c.revealed_at.is_(None)
            connection.execute(update(seeds).where(over).values(revealed_at=at))

    # --- days

    def plan(self, day: date, plan: Day, period: str, at: datetime, given: Given | None = None) -> bool:
        """Store a day's programme, with what it was drawn from. False when it was planned before: that plan stands.

        Its slots go in a few thousand at a time, for claims must not wait behind 300,000 of them; a program that dies
        in between does the same again, to the same end.
        """
        if self.unplanned(day.isoformat()) is not None:
            return False
        for start in range(0, len(plan.slots), CHUNK):
            self.add(plan.slots[start : start + CHUNK])
        for dropped in plan.dropped:
            self.add([dropped.slot], state=State.DROPPED, reason=dropped.because)
        values = {
            "day": f"{day}",
            "planned_at": at,
            "period": period,
            "unplanned_json": rows.json(plan.unplanned),
            "given_json": None if given is None else rows.json(given),
        }
        with self._writes() as connection:
            made = connection.execute(self._upsert(planned_days).values(values).on_conflict_do_nothing())
            return made.rowcount == 1

    def unplanned(self, day: str) -> tuple[Unplanned, ...] | None:
        """The numbers that the day's programme left out, and why; None when the day has not been planned."""
        with self._reads() as connection:
            found = connection.scalar(select(planned_days.c.unplanned_json).where(planned_days.c.day == day))
        return None if found is None else _unplanned.decode(found)

    def given(self, day: str) -> Given | None:
        """What a day's programme was drawn from; None when it was not planned, or by a program that did not keep it."""
        with self._reads() as connection:
            found = connection.scalar(select(planned_days.c.given_json).where(planned_days.c.day == day))
        return None if found is None else _given.decode(found)

    def days(self) -> tuple[str, ...]:
        """The days that were planned, in order."""
        with self._reads() as connection:
            return tuple(connection.scalars(select(planned_days.c.day).order_by(planned_days.c.day)))

    # --- slots

    def add(self, new: Iterable[Slot], *, state: State = State.PLANNED, reason: Because | None = None) -> None:
        """Add slots; those that are there already stay as they are."""
        values = [
            {
                "call_id": slot.call_id,
                "day": slot.day.isoformat(),
                "number": slot.number,
                "purpose": slot.purpose.value,
                "stratum": slot.stratum,
                "due_at": slot.due_at,
                "until": slot.until,
                "slot_json": rows.json(slot),
                "state": state.value,
                "reason_json": None if reason is None else rows.json(reason),
            }
            for slot in new
        ]
        if not values:
            return
        with self._writes() as connection:
            connection.execute(self._upsert(slots).on_conflict_do_nothing(), values)

    def due(self, now: datetime, limit: int = 1000) -> tuple[Slot, ...]:
        """The planned slots whose time has come, earliest first, whether or not their time has gone by."""
        query = select(slots.c.slot_json).where(PLANNED, slots.c.due_at <= now).order_by(slots.c.due_at).limit(limit)
        with self._reads() as connection:
            return tuple(_slot.decode(text) for text in connection.scalars(query))

    def next_due(self, after: datetime) -> datetime | None:
        """When the next planned slot is due, of those that are not due yet."""
        query = select(func.min(slots.c.due_at)).where(PLANNED, slots.c.due_at > after)
        with self._reads() as connection:
            found: datetime | None = connection.scalar(query)
        return found

    def miss(self, until: datetime, at: datetime, reason: Because) -> int:
        """Settle all that is planned and should have been called before a moment, at once; how many they were."""
        gone = PLANNED & (slots.c.until < until)
        told = {"state": State.MISSED.value, "reason_json": rows.json(reason), "decided_at": at}
        with self._writes() as connection:
            return connection.execute(update(slots).where(gone).values(told)).rowcount

    def settle(self, call_id: str, state: State, at: datetime, reason: Because | None = None) -> bool:
        """Say what became of a slot: False when a planned one was meant and something else had become of it before."""
        before = [State.CALLED] if state is State.DONE else [State.PLANNED]
        if state is State.REFUSED:
            before = [State.PLANNED, State.CALLED]  # the line itself may refuse what was claimed
        mine = (slots.c.call_id == call_id) & slots.c.state.in_([one.value for one in before])
        told = None if reason is None else rows.json(reason)
        with self._writes() as connection:
            done = update(slots).where(mine).values(state=state.value, reason_json=told, decided_at=at)
            return connection.execute(done).rowcount == 1

    def unfinished(self) -> tuple[str, ...]:
        """The calls that were recorded and from which nothing has been drawn yet, in order of time."""
        query = select(slots.c.call_id).join(calls, calls.c.call_id == slots.c.call_id)
        query = query.where(slots.c.state == State.CALLED.value, calls.c.recorded_at.is_not(None))
        with self._reads() as connection:
            return tuple(connection.scalars(query.order_by(calls.c.started_at, calls.c.call_id)))

    def of_day(self, day: str) -> tuple[Kept, ...]:
        """Everything that was to be done on a day, in order of time."""
        return self._kept(slots.c.day == day)

    def of_number(self, number: str, day: str) -> tuple[Kept, ...]:
        """The slots of one number on a day, in order of time."""
        return self._kept(slots.c.number == number, slots.c.day == day)

    def slot(self, call_id: str) -> Kept | None:
        """One slot."""
        return next(iter(self._kept(slots.c.call_id == call_id)), None)

    def planned_for(self, numbers: Collection[str]) -> tuple[Slot, ...]:
        """What is planned for these numbers, in order of time."""
        query = select(slots.c.slot_json).where(slots.c.number.in_(numbers), slots.c.state == State.PLANNED.value)
        with self._reads() as connection:
            return tuple(_slot.decode(text) for text in connection.scalars(query.order_by(slots.c.due_at)))

    def _kept(self, *narrow: ColumnElement[bool]) -> tuple[Kept, ...]:
        query = select(slots).where(*narrow).order_by(slots.c.due_at, slots.c.call_id)
        with self._reads() as connection:
            return tuple(
                Kept(
                    slot=_slot.decode(row.slot_json),
                    state=State(row.state),
                    reason=None if row.reason_json is None else _because.decode(row.reason_json),
                    decided_at=row.decided_at,
                )
                for row in connection.execute(query)
            )
