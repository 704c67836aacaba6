"""Which reports were mailed: `[mailing.NAME]`, period by period."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select

from probe.model import Fact
from probe.store.part import Part
from probe.store.tables import mailings

BEGUN = ""  # the period of the row that says since when there is a mailing


class Told(Fact, frozen=True, kw_only=True):
    """What a mailing came to: rows put into the outbox, people who had the report already, units without anybody to
    write to, and letters that could not be made, each with its reason. `nothing`: there was no call to report."""

    letters: int = 0
    had: int = 0
    nobody: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    nothing: bool = False
    late: bool = False


class Mailed(Fact, frozen=True, kw_only=True):
    """A report of which everybody's letter is (or was) in the outbox."""

    name: str
    period: str  # "monthly 2026-03-01"
    at: datetime
    due_at: datetime
    told: Told


class Mailings(Part):
    """The mailings that were. Each method is one transaction."""

    def since(self, name: str, now: datetime) -> datetime:
        """Since when there is a mailing of this name: from now on, when nobody asked before."""
        begun = self._upsert(mailings).values(name=name, period=BEGUN, at=now).on_conflict_do_nothing()
        query = select(mailings.c.at).where(mailings.c.name == name, mailings.c.period == BEGUN)
        with self._reads() as connection:
            known: datetime | None = connection.scalar(query)
        if known is not None:
            return known
        with self._writes() as connection:
            connection.execute(begun)
            found: datetime = connection.execute(query).scalar_one()
        return found

    def done(self, name: str) -> frozenset[str]:
        """The periods of which everybody's letter is in the outbox."""
        query = select(mailings.c.period).where(mailings.c.name == name, mailings.c.period != BEGUN)
        with self._reads() as connection:
            return frozenset(connection.scalars(query))

    def finish(self, mailed: Mailed) -> None:
        """Everybody's letter is in the outbox now. Done before by another program: nothing changes."""
        row = {
            "name": mailed.name,
            "period": mailed.period,
            "at": mailed.at,
            "due_at": mailed.due_at,
            "told_json": msgspec.json.encode(mailed.told).decode(),
        }
        with self._writes() as connection:
            connection.execute(self._upsert(mailings).values(**row).on_conflict_do_nothing())

    def every(self) -> tuple[Mailed, ...]:
        """All of them, oldest first."""
        query = select(mailings).where(mailings.c.period != BEGUN).order_by(mailings.c.at, mailings.c.name)
        with self._reads() as connection:
            return tuple(
                Mailed(
                    name=row.name,
                    period=row.period,
                    at=row.at,
                    due_at=row.due_at,
                    told=msgspec.json.decode(row.told_json, type=Told),
                )
                for row in connection.execute(query)
            )
