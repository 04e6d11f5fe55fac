"""How far each source is trusted in what, and what people said by hand."""

import sqlalchemy as sa
from alembic import op

from master.sealing import Sealed
from master.spelling import utc_now
from master.tables.types import Code, Id, Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TRUST = ("trust_names", "trust_identity", "trust_demographics", "trust_service")


def upgrade() -> None:
    for name in ("source_systems", "source_systems_history"):
        for column in (*TRUST, "chosen_until"):
            op.add_column(name, sa.Column(column, Id, nullable=True))
    op.create_table(
        "hand_values",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("field", Code(), nullable=False),
        sa.Column("value", Sealed("sources"), nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_hand_values_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_values")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_hand_values_customer_id"), "hand_values", ["customer_id"], unique=False)
    op.create_table(
        "hand_values_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("field", Code(), nullable=True),
        sa.Column("value", Sealed("sources"), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=True),
        sa.Column("said_by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_hand_values_history")),
    )
    op.create_index(
        "ix_hand_values_history_key_changed_at", "hand_values_history", ["id", "changed_at"], unique=False
    )
