"""The call records' part of the store: what offices' own telephone systems recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select

from probe.cdr.record import Cdr
from probe.store import rows
from probe.store.part import Part
from probe.store.tables import cdrs

CHUNK = 1000
_cdr = msgspec.json.Decoder(Cdr)


class Cdrs(Part):
    """Call records by line and time."""

    def add(self, records: Sequence[Cdr], at: datetime, source: str) -> int:
        """Keep records read from `source` at `at`; how many are new. Those that are there already stay as they are."""
        new = 0
        with self._writes() as connection:
            for start in range(0, len(records), CHUNK):
                values = [
                    {
                        "key": cdr.key,
                        "number": cdr.number,
                        "started_at": cdr.started_at,
                        "imported_at": at,
                        "source": rows.plain(source),
                        "cdr_json": rows.json(cdr),
                    }
                    for cdr in records[start : start + CHUNK]
                ]
                statement = self._upsert(cdrs).values(values).on_conflict_do_nothing().returning(cdrs.c.key)
                new += len(connection.execute(statement).all())
        return new

    def between(self, number: str, since: datetime, until: datetime) -> tuple[Cdr, ...]:
        """A line's records that began in [since, until) by its own clock, in order of time."""
        inside = (cdrs.c.number == number) & (cdrs.c.started_at >= since) & (cdrs.c.started_at < until)
        query = select(cdrs.c.cdr_json).where(inside).order_by(cdrs.c.started_at, cdrs.c.key)
        with self._reads() as connection:
            return tuple(_cdr.decode(text) for text in connection.scalars(query))
