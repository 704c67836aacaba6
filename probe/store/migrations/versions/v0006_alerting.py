"""When a call was answered; and alerting is counted from 180, 182 or ringback, and no more from a 183."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

FILLED = ("ring_s", "answered_s")


def upgrade() -> None:
    op.add_column("calls", sa.Column("answered_s", sa.Float))
    _fill()


def _fill() -> None:
    """Write what the JSON of the calls made so far says into the columns, a thousand at a time."""
    calls = sa.table("calls", *(sa.column(name) for name in ("call_id", "trace_json", "sounds_json", *FILLED)))
    connection, last = op.get_bind(), ""
    while True:
        query = sa.select(calls.c.call_id, calls.c.trace_json, calls.c.sounds_json).where(calls.c.call_id > last)
        found = connection.execute(query.order_by(calls.c.call_id).limit(1000)).all()
        if not found:
            return
        last = found[-1].call_id
        this = sa.update(calls).where(calls.c.call_id == sa.bindparam("key"))
        connection.execute(
            this.values({name: sa.bindparam(name) for name in FILLED}),
            [{"key": one.call_id, **_filled(_read(one.trace_json), _read(one.sounds_json))} for one in found],
        )


def _read(text: str | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text or "{}")
    return found


def _filled(trace: dict[str, Any], sounds: dict[str, Any]) -> dict[str, Any]:
    """As the program of this version would have written it."""
    rang = (
        signal["at_s"]
        for signal in trace.get("signals", ())
        if signal.get("origin") == "wire" and (signal.get("received") or "").startswith(("SIP/2.0 180", "SIP/2.0 182"))
    )
    heard = (one["start_s"] for one in sounds.get("segments", ()) if one["kind"] in ("ringback", "music"))
    answered, ended = trace.get("answered_at_s"), trace.get("ended_at_s")
    end = ended if answered is None else answered
    first = min((at_s for at_s in (next(rang, None), next(heard, None)) if at_s is not None), default=None)
    alerted = None if first is None or end is None or first > end else end - first
    return {"ring_s": alerted, "answered_s": answered}
