"""Reports that are mailed by themselves: which were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "mailings",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("due_at", moment),
        sa.Column("told_json", sa.Text),
    )
