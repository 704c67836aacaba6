"""The first tables: numbers, rounds, calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "numbers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("until", moment),
    )
    op.create_index("numbers_number", "numbers", ["number", "id"])
    in_force = sa.text("until IS NULL")
    op.create_index(
        "numbers_in_force", "numbers", ["number"], unique=True, sqlite_where=in_force, postgresql_where=in_force
    )
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.Text, primary_key=True),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("finished_at", moment),
    )
    op.create_table(
        "calls",
        sa.Column("call_id", sa.Text, primary_key=True),
        sa.Column("round_id", sa.Text, sa.ForeignKey("rounds.round_id")),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number_id", sa.Integer, sa.ForeignKey("numbers.id"), nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("claimed_at", moment),
        sa.Column("lease_until", moment),
        sa.Column("recorded_at", moment),
        sa.Column("recovered", sa.Boolean, nullable=False),
        sa.Column("started_at", moment),
        sa.Column("outcome", sa.Text),
        sa.Column("cause", sa.Text),
        sa.Column("blame", sa.Text),
        sa.Column("confidence", sa.Float),
        sa.Column("order_json", sa.Text, nullable=False),
        sa.Column("verdict_json", sa.Text),
        sa.Column("trace_json", sa.Text),
        sa.Column("sounds_json", sa.Text),
        sa.Column("checks_json", sa.Text),
    )
    op.create_index("calls_started_at", "calls", ["started_at"])
    op.create_index("calls_number", "calls", ["number_id", "started_at"])
    op.create_index("calls_round", "calls", ["round_id", "position"])
    under_way = sa.text("claimed_at IS NOT NULL AND recorded_at IS NULL")
    op.create_index("calls_under_way", "calls", ["claimed_at"], sqlite_where=under_way, postgresql_where=under_way)
