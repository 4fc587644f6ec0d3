"""How often a job's worker has vanished together with the service around it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of jobs of before nothing is counted."""
    op.add_column("jobs", sa.Column("vanished", sa.Integer(), nullable=False, server_default="0"))
