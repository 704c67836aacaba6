"""The directory as it is kept: one row per version of a number's facts, so that old calls keep theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from probe.model import Number, Order
from probe.store import rows
from probe.store.migrate import LOCK
from probe.store.tables import numbers

CHUNK = 500  # values in one IN (…)


def replace(connection: Connection, imported: Iterable[Number], at: datetime) -> None:
    """Make `imported` the numbers in force: unchanged rows stay, changed and missing ones end, new ones begin."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))  # two imports at once: one after the other
    wanted = {number.number: number for number in imported}
    query = select(numbers.c.id, numbers.c.number, numbers.c.facts).where(numbers.c.until.is_(None))
    in_force = {row.number: row for row in connection.execute(query)}

    same = {key for key, number in wanted.items() if key in in_force and in_force[key].facts == rows.json(number)}
    ended = [{"row": row.id} for key, row in in_force.items() if key not in same]
    moved = [{"row": in_force[key].id, "place": place} for place, key in enumerate(wanted) if key in same]
    begun = [_row(wanted[key], place, at, None) for place, key in enumerate(wanted) if key not in same]
    this = numbers.c.id == bindparam("row")
    if ended:
        connection.execute(update(numbers).where(this).values(until=at), ended)
    if moved:
        connection.execute(update(numbers).where(this).values(position=bindparam("place")), moved)
    if begun:
        connection.execute(insert(numbers), begun)


def ids(connection: Connection, orders: Sequence[Order], at: datetime) -> dict[str, int]:
    """The newest row of each order's number. A number that never was in the directory gets a row of its own."""
    wanted = {order.number: order for order in orders}
    keys = list(wanted)
    found: dict[str, int] = {}
    for start in range(0, len(keys), CHUNK):
        some = numbers.c.number.in_(keys[start : start + CHUNK])
        query = select(numbers.c.number, func.max(numbers.c.id)).where(some).group_by(numbers.c.number)
        found.update((row[0], row[1]) for row in connection.execute(query))
    for key in keys:
        if key not in found:
            number = Number(number=key, written=key, unit=wanted[key].office)
            statement = insert(numbers).values(_row(number, 0, at, at)).returning(numbers.c.id)
            found[key] = connection.execute(statement).scalar_one()
    return found


def _row(number: Number, position: int, since: datetime, until: datetime | None) -> dict[str, object]:
    return {
        "number": number.number,
        "unit": rows.plain(number.unit),
        "facts": rows.json(number),
        "position": position,
        "since": since,
        "until": until,
    }
