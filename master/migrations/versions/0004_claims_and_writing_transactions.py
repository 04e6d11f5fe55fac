"""Workers claim what they index, and events know the transaction that wrote them."""

import sqlalchemy as sa
from alembic import op

from master.spelling import writing_transaction
from master.tables.types import Id, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Never made anew: triggers write into it, and no row of it has to change.
    with op.batch_alter_table("events", schema=None, recreate="never") as batch_op:
        batch_op.add_column(sa.Column("written_in", Id, server_default=writing_transaction(), nullable=True))
        batch_op.create_index(
            "ix_events_written_in",
            ["written_in"],
            unique=False,
            sqlite_where=sa.text("written_in IS NOT NULL"),
            postgresql_where=sa.text("written_in IS NOT NULL"),
        )

    with op.batch_alter_table("index_queue", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claimed_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("claimed_until", Instant(), nullable=True))
        batch_op.add_column(sa.Column("wanted_at", Instant(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_index_queue_not_before_queued_at"))
        batch_op.create_index("ix_index_queue_queued_at", ["queued_at", "customer_id"], unique=False)
        batch_op.create_index(
            "ix_index_queue_wanted_at",
            ["wanted_at"],
            unique=False,
            sqlite_where=sa.text("wanted_at IS NOT NULL"),
            postgresql_where=sa.text("wanted_at IS NOT NULL"),
        )
