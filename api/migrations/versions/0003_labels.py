"""Jobs carry labels and notes of those who submitted them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; jobs of before have none of either."""
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("labels", sa.Text(), nullable=False, server_default=""))
        jobs.add_column(sa.Column("notes", sa.JSON(none_as_null=True), nullable=True))
