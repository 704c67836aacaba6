"""The programme that runs itself: seeds, slots, audit, voided calls, the kill switch, incidents, letters, CDRs."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
FILLED = ("purpose", "attempt", "stratum", "pdd_s", "ring_s")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    for name, kind in (("purpose", sa.Text), ("attempt", sa.Integer), ("stratum", sa.Text)):
        op.add_column("calls", sa.Column(name, kind))
    op.add_column("calls", sa.Column("pdd_s", sa.Float))
    op.add_column("calls", sa.Column("ring_s", sa.Float))
    _fill()
    op.create_table(
        "seeds",
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("commitment", sa.Text, nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("revealed_at", moment),
    )
    op.create_table(
        "planned_days",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("planned_at", moment, nullable=False),
        sa.Column("period", sa.Text, sa.ForeignKey("seeds.period"), nullable=False),
        sa.Column("unplanned_json", sa.Text, nullable=False),
    )
    op.create_table(
        "slots",
        sa.Column("call_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("stratum", sa.Text, nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("slot_json", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason_json", sa.Text),
        sa.Column("decided_at", moment),
    )
    op.create_index("slots_day", "slots", ["day", "due_at"])
    op.create_index("slots_number", "slots", ["number", "due_at"])
    planned = sa.text("state = 'planned'")
    op.create_index("slots_planned", "slots", ["due_at"], sqlite_where=planned, postgresql_where=planned)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("caller_id", sa.Text, nullable=False),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("reason_json", sa.Text),
    )
    op.create_index("audit_at", "audit", ["at"])
    op.create_index("audit_number", "audit", ["number", "at"])
    op.create_table(
        "voids",
        sa.Column("call_id", sa.Text, sa.ForeignKey("calls.call_id"), primary_key=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("reason_json", sa.Text, nullable=False),
    )
    op.create_table(
        "switches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("closed_at", moment),
        sa.Column("incident_json", sa.Text, nullable=False),
    )
    op.create_index("incidents_number", "incidents", ["number", "opened_at"])
    op.create_index("incidents_state", "incidents", ["state", "opened_at"])
    op.create_table(
        "incident_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.incident_id"), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("event_json", sa.Text, nullable=False),
    )
    op.create_index("incident_events_incident", "incident_events", ["incident_id", "id"])
    op.create_table(
        "testimonies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("told_at", moment, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("happened_at", moment, nullable=False),
        sa.Column("testimony_json", sa.Text, nullable=False),
    )
    op.create_index("testimonies_number", "testimonies", ["number", "happened_at"])
    op.create_table(
        "letters",
        sa.Column("letter_id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_at", moment),
        sa.Column("owner", sa.Text),
        sa.Column("lease_until", moment),
        sa.Column("sent_at", moment),
        sa.Column("error", sa.Text),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    op.create_index("letters_due", "letters", ["next_try_at"])
    op.create_index("letters_recipient", "letters", ["recipient", "made_at"])
    op.create_table(
        "cdrs",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("imported_at", moment, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("cdr_json", sa.Text, nullable=False),
    )
    op.create_index("cdrs_number", "cdrs", ["number", "started_at"])
    op.create_table(
        "pruned",
        sa.Column("call_id", sa.Text, sa.ForeignKey("calls.call_id"), primary_key=True),
        sa.Column("recording_at", moment),
        sa.Column("words_at", moment),
    )


def _fill() -> None:
    """Write what the JSON of the calls made so far says into their new columns, a thousand at a time."""
    calls = sa.table("calls", *(sa.column(name) for name in ("call_id", "order_json", "trace_json", *FILLED)))
    connection, last = op.get_bind(), ""
    while True:
        query = sa.select(calls.c.call_id, calls.c.order_json, calls.c.trace_json).where(calls.c.call_id > last)
        found = connection.execute(query.order_by(calls.c.call_id).limit(1000)).all()
        if not found:
            return
        last = found[-1].call_id
        this = sa.update(calls).where(calls.c.call_id == sa.bindparam("key"))
        connection.execute(
            this.values({name: sa.bindparam(name) for name in FILLED}),
            [{"key": key, **_filled(json.loads(order), json.loads(trace or "{}"))} for key, order, trace in found],
        )


def _filled(order: dict[str, Any], trace: dict[str, Any]) -> dict[str, Any]:
    """As the program of this version would have written it."""
    wire = [
        (signal["at_s"], signal["received"][8:11])
        for signal in trace.get("signals", ())
        if signal.get("origin") == "wire" and (signal.get("received") or "").startswith("SIP/2.0 ")
    ]
    answered, ended = trace.get("answered_at_s"), trace.get("ended_at_s")
    end = ended if answered is None else answered
    first = next((at for at, status in wire if status.startswith("18")), None)
    return {
        "purpose": order.get("purpose", "manual"),
        "attempt": order.get("attempt", 1),
        "stratum": order.get("stratum", ""),
        "pdd_s": next((at for at, status in wire if status != "100"), None),
        "ring_s": None if first is None or end is None else max(0.0, end - first),
    }
