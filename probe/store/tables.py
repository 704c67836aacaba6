"""The tables. What is decided by them (who calls, what stands, what is next) is a column; facts and opinions are JSON.

Only what a query narrows by is indexed: the time, and number + time. A unit is looked up in `numbers`, which is small,
so no long text (a hostile unit name) ever enters an index.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Boolean, Column, DateTime, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text
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
# a record that stands in for a call whose robot was gone. `rules` made the verdict, at `judged_at` when not live. What
# figures are made of (outcome … ring_s) is repeated in columns: a year has a million calls, too many to read as JSON.
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
    Column("purpose", Text),
    Column("attempt", Integer),
    Column("stratum", Text),
    Column("pdd_s", Float),
    Column("ring_s", Float),
    Column("answered_s", Float),
    Column("trunk", Text),
    Column("caller_id", Text),
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

# The dice of a period: kept secret while it lasts, its SHA-256 told before the first call, revealed afterwards.
seeds = Table(
    "seeds",
    metadata,
    Column("period", Text, primary_key=True),
    Column("seed", Text, nullable=False),
    Column("commitment", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("revealed_at", UtcTime),
)
# A day that was planned, once: its slots are the day's programme, `unplanned` names the numbers it left out, and
# `given` is what it was drawn from, so that it can be drawn again.
planned_days = Table(
    "planned_days",
    metadata,
    Column("day", Text, primary_key=True),
    Column("planned_at", UtcTime, nullable=False),
    Column("period", Text, ForeignKey("seeds.period"), nullable=False),
    Column("unplanned_json", Text, nullable=False),
    Column("given_json", Text),
)
# One call that is to be made at a time. `state` is planned, called, missed, refused or dropped; but for the first, the
# reason is kept. `call_id` is the call's, so that a slot is dialled once whatever happens.
slots = Table(
    "slots",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("stratum", Text, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("slot_json", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason_json", Text),
    Column("decided_at", UtcTime),
    Index("slots_day", "day", "due_at"),
    Index("slots_number", "number", "due_at"),
)
PLANNED = slots.c.state == "planned"
Index("slots_planned", slots.c.due_at, sqlite_where=PLANNED, postgresql_where=PLANNED)

# Every attempt and every refusal, in the order in which they were decided. Nothing here is ever changed.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("event", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("caller_id", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("reason_json", Text),
    Index("audit_at", "at"),
    Index("audit_number", "number", "at"),
)
# Calls that count for nothing, because our own trunk or the network was at fault around them.
voids = Table(
    "voids",
    metadata,
    Column("call_id", Text, ForeignKey("calls.call_id"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("reason_json", Text, nullable=False),
)
# The kill switch: the last row says whether calls may be made.
switches = Table(
    "switches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("incident_json", Text, nullable=False),
    Index("incidents_number", "number", "opened_at"),
    Index("incidents_state", "state", "opened_at"),
)
# What happened to an incident, in order; an incident can be rebuilt from its events. Nothing here is ever changed.
incident_events = Table(
    "incident_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", Text, ForeignKey(incidents.c.incident_id), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("event_json", Text, nullable=False),
    Index("incident_events_incident", "incident_id", "id"),
)
# A failed call that a citizen or a mystery shopper (体验官) told us of.
testimonies = Table(
    "testimonies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("told_at", UtcTime, nullable=False),
    Column("number", Text, nullable=False),
    Column("happened_at", UtcTime, nullable=False),
    Column("testimony_json", Text, nullable=False),
    Index("testimonies_number", "number", "happened_at"),
)
# Letters to be sent: the row is the lock. `payload` is the letter as JSON; `next_try_at`, when it may be claimed, is
# null once it is handed over or settled.
letters = Table(
    "letters",
    metadata,
    Column("letter_id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("made_at", UtcTime, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UtcTime),
    Column("owner", Text),
    Column("lease_until", UtcTime),
    Column("sent_at", UtcTime),
    Column("error", Text),
    Column("payload", LargeBinary, nullable=False),  # last: SQLite reads through it to what stands behind
    Index("letters_due", "next_try_at"),
    Index("letters_recipient", "recipient", "made_at"),
)
# Reports that were mailed: a row when everybody's letter of a period is in the outbox, and one with no period when the
# mailing was first seen: what was due before that is nobody's news.
mailings = Table(
    "mailings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("due_at", UtcTime),
    Column("told_json", Text),
)
# Calls as an office's own telephone system recorded them; `key` tells a row that was imported before.
cdrs = Table(
    "cdrs",
    metadata,
    Column("key", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("imported_at", UtcTime, nullable=False),
    Column("source", Text, nullable=False),
    Column("cdr_json", Text, nullable=False),
    Index("cdrs_number", "number", "started_at"),
)
# Since when what was heard in a call is not kept any more: its recording, and the words of its sounds.
pruned = Table(
    "pruned",
    metadata,
    Column("call_id", Text, ForeignKey("calls.call_id"), primary_key=True),
    Column("recording_at", UtcTime),
    Column("words_at", UtcTime),
)
