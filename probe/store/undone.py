"""What was not called, and why: slots that came to nothing, and numbers that a day's programme left out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from sqlalchemy import ColumnElement, func, select

from probe.model import Because
from probe.plan import Unplanned
from probe.store import rows
from probe.store.part import Part
from probe.store.slots import State
from probe.store.tables import numbers, planned_days, slots

NOT_CALLED = (State.MISSED, State.REFUSED, State.DROPPED)
UNPLANNED = "unplanned"
A_DAY = timedelta(days=1)  # of time zones

_because = msgspec.json.Decoder(Because)
_unplanned = msgspec.json.Decoder(tuple[Unplanned, ...])
Reasons = tuple[tuple[str, Because | None, int], ...]


class Undone(Part):
    """Counts over days, of all numbers or of one unit's or one number."""

    def reasons(self, first: date, last: date, *, unit: str | None = None, number: str | None = None) -> Reasons:
        """(state or "unplanned", an example of the reason, how many calls), most frequent first; a row for each key of
        a reason.
        """
        of = None if unit is None and number is None else self._numbers(unit, number, first, last)
        counts: Counter[tuple[str, str]] = Counter()
        examples: dict[tuple[str, str], Because | None] = {}

        def add(state: str, reason: Because | None, n: int) -> None:
            key = state, "" if reason is None else reason.key
            counts[key] += n
            examples.setdefault(key, reason)

        where: list[ColumnElement[bool]] = [slots.c.day.between(first.isoformat(), last.isoformat())]
        where.append(slots.c.state.in_([state.value for state in NOT_CALLED]))
        if of is not None:
            where.append(slots.c.number.in_(sorted(of)))
        query = select(slots.c.state, slots.c.reason_json, func.count()).where(*where)
        days = select(planned_days.c.unplanned_json).where(
            planned_days.c.day.between(first.isoformat(), last.isoformat())
        )
        with self._reads() as connection:
            for state, text, n in connection.execute(query.group_by(slots.c.state, slots.c.reason_json)):
                add(state, None if text is None else _because.decode(text), n)
            for text in connection.scalars(days):
                for one in _unplanned.decode(text):
                    if of is None or one.number in of:
                        add(UNPLANNED, one.because, 1)
        return tuple((state, examples[state, key], n) for (state, key), n in counts.most_common())

    def _numbers(self, unit: str | None, number: str | None, first: date, last: date) -> frozenset[str]:
        """Those that were the unit's in these days and nobody else's: a slot does not say whose its number was, and
        a reason may name the office."""
        if number is not None:
            return frozenset({number})
        begin, end = datetime.combine(first, time.min, UTC), datetime.combine(last, time.max, UTC)
        then = (numbers.c.since <= end + A_DAY) & (numbers.c.until.is_(None) | (numbers.c.until >= begin - A_DAY))
        mine, name = numbers.c.unit, rows.plain(unit or "")
        with self._reads() as connection:
            had = frozenset(connection.scalars(select(numbers.c.number).where(then, mine == name)))
            moved = select(numbers.c.number).where(then, mine != name, numbers.c.number.in_(had))
            return had - frozenset(connection.scalars(moved))
