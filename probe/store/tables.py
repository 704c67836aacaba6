"""The tables. What is decided by them (who calls, what stands, what is next) is a column; facts and opinions are JSON.

Only what a query narrows by is indexed: the time, and number + time. A unit is looked up in `numbers`, which is small,
so no long text (a hostile unit name) ever enters an index.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Boolean, Column, DateTime, Float, ForeignKey, Index, Integer, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

VERSION_TABLE = "tongbutong_schema"  # alembic's bookkeeping, under a name of ours: a PostgreSQL database may be shared

metadata = MetaData()


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. A naive one is a defect of ours (ValueError)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Every number ever known, one row per version of its facts: a number that moves to another unit keeps its old row, so
# that an old call stays with the unit that had the number then. `until` is null while the row is in force.
numbers = Table(
    "numbers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime),
    Index("numbers_number", "number", "id"),
)
Index(
    "numbers_in_force",
    numbers.c.number,
    unique=True,
    sqlite_where=numbers.c.until.is_(None),
    postgresql_where=numbers.c.until.is_(None),
)

rounds = Table(
    "rounds",
    metadata,
    Column("round_id", Text, primary_key=True),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
)

# One row per order: ordered, then claimed (owner, claimed_at, lease_until), then recorded (the rest). `recovered` marks
# a record that stands in for a call whose robot was gone. `rules` made the verdict, at `judged_at` when not live.
calls = Table(
    "calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("round_id", Text, ForeignKey("rounds.round_id")),
    Column("position", Integer, nullable=False),
    Column("number_id", Integer, ForeignKey("numbers.id"), nullable=False),
    Column("owner", Text),
    Column("claimed_at", UtcTime),
    Column("lease_until", UtcTime),
    Column("recorded_at", UtcTime),
    Column("recovered", Boolean, nullable=False),
    Column("started_at", UtcTime),
    Column("outcome", Text),
    Column("cause", Text),
    Column("blame", Text),
    Column("confidence", Float),
    Column("order_json", Text, nullable=False),
    Column("verdict_json", Text),
    Column("trace_json", Text),
    Column("sounds_json", Text),
    Column("checks_json", Text),
    Column("judged_at", UtcTime),
    Column("rules", Text),
    Index("calls_started_at", "started_at"),
    Index("calls_number", "number_id", "started_at"),
    Index("calls_round", "round_id", "position"),
)
# A verdict that was replaced when its call was judged again; the oldest of a call is the one that was made live.
former_verdicts = Table(
    "former_verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", Text, ForeignKey("calls.call_id"), nullable=False),
    Column("judged_at", UtcTime, nullable=False),
    Column("replaced_at", UtcTime, nullable=False),
    Column("rules", Text, nullable=False),
    Column("verdict_json", Text, nullable=False),
    Index("former_verdicts_call", "call_id", "id"),
)

UNDER_WAY = calls.c.claimed_at.is_not(None) & calls.c.recorded_at.is_(None)
Index("calls_under_way", calls.c.claimed_at, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY)
