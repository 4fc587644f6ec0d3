"""Turns of keys and branches, what jobs ask for and have searched, and totals that outlive the jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns; jobs of before have neither figure."""
    op.add_column("jobs", sa.Column("asked_s", sa.Float(), nullable=True))
    op.add_column("jobs", sa.Column("searched_s", sa.Float(), nullable=True))
    op.create_table(
        "turns",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("branch_id", sa.Text(), nullable=False),
        sa.Column("spent_s", sa.Float(), nullable=False),
        sa.Column("clock_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "branch_id", name=op.f("pk_turns")),
    )
    op.create_table(
        "totals",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_totals")),
    )
