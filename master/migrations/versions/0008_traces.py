"""Queued customers know the trace of the change that queued them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("change_context", sa.Column("trace", sa.String(), nullable=True))
    op.add_column("index_queue", sa.Column("trace", sa.String(), nullable=True))
