"""Verdicts that were replaced, and by which rules a verdict was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("calls", sa.Column("judged_at", moment))
    op.add_column("calls", sa.Column("rules", sa.Text))
    op.create_table(
        "former_verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("call_id", sa.Text, sa.ForeignKey("calls.call_id"), nullable=False),
        sa.Column("judged_at", moment, nullable=False),
        sa.Column("replaced_at", moment, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("verdict_json", sa.Text, nullable=False),
    )
    op.create_index("former_verdicts_call", "former_verdicts", ["call_id", "id"])
