"""Which trunk and caller ID a call went over; what a day's plan was drawn from, so that it can be drawn again."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("calls", sa.Column("trunk", sa.Text))
    op.add_column("calls", sa.Column("caller_id", sa.Text))
    op.add_column("planned_days", sa.Column("given_json", sa.Text))
    _fill()


def _fill() -> None:
    """Write the trunks of the calls made so far into the new column, a thousand at a time."""
    calls = sa.table("calls", *(sa.column(name) for name in ("call_id", "trace_json", "trunk")))
    connection, last = op.get_bind(), ""
    while True:
        query = sa.select(calls.c.call_id, calls.c.trace_json).where(calls.c.call_id > last)
        found = connection.execute(query.order_by(calls.c.call_id).limit(1000)).all()
        if not found:
            return
        last = found[-1].call_id
        values = [{"key": key, "value": json.loads(trace).get("trunk", "")} for key, trace in found if trace]
        if values:
            this = sa.update(calls).where(calls.c.call_id == sa.bindparam("key"))
            connection.execute(this.values(trunk=sa.bindparam("value")), values)
