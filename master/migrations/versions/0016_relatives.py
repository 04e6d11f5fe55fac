"""Pairs that may be relatives, who said of whom that they are, and how far runs of matching have come."""

import sqlalchemy as sa
from alembic import op

from master.sealing import Sealed
from master.tables.types import Code, Id, Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATUSES = ("OPEN", "ACCEPTED", "REFUSED", "WITHDRAWN")


def upgrade() -> None:
    for name in ("relations", "household_members"):
        for each in (name, f"{name}_history"):
            op.add_column(each, sa.Column("recorded_by", sa.String(), nullable=True))
            op.add_column(each, sa.Column("suggestion_id", Id, nullable=True))
    status = sa.Enum(*STATUSES, name="suggestionstatus", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "relative_suggestions",
        sa.Column("id", Id, nullable=False),
        sa.Column("one_id", Id, nullable=False),
        sa.Column("other_id", Id, nullable=False),
        sa.Column("levels", Code(), nullable=False),
        sa.Column("older", sa.SmallInteger(), nullable=False),
        sa.Column("odds", sa.Float(), nullable=False),
        sa.Column("priority", Id, nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("status", status, server_default="OPEN", nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("reason", Sealed("relative_suggestions"), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("household_id", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relative_suggestions")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_relative_suggestions_one_id_other_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_relative_suggestions_other_id", "relative_suggestions", ["other_id"], unique=False)
    op.create_index(
        "ix_relative_suggestions_status_priority_id",
        "relative_suggestions",
        ["status", "priority", "id"],
        unique=False,
    )
    op.create_table(
        "match_runs",
        sa.Column("id", Id, nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=True),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("kept_at", Instant(), nullable=True),
        sa.Column("merged", sa.String(), server_default="{}", nullable=False),
        sa.Column("merged_after", Id, server_default="0", nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_runs")),
        sqlite_autoincrement=True,
    )
