"""Customers that were made of a record that had been taken for another one's."""

import sqlalchemy as sa
from alembic import op

from master.tables.types import Id, Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "splits",
        sa.Column("id", Id, nullable=False),
        sa.Column("stays_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_splits")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_splits_customer_id"), "splits", ["customer_id"], unique=False)
