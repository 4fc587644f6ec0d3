"""Webhooks choose their events, and number what is sent to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a webhook of before has every event, and begins to count."""
    with op.batch_alter_table("webhooks") as webhooks:
        webhooks.add_column(sa.Column("events", sa.JSON(none_as_null=True), nullable=True))
        webhooks.add_column(sa.Column("sent", sa.Integer(), nullable=False, server_default="0"))
