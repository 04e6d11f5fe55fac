"""Pairs of customers that may be one, for stewards."""

import sqlalchemy as sa
from alembic import op

from master.sealing import Sealed
from master.tables.types import Code, Id, Instant

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

STATUSES, ANSWERS = ("OPEN", "DECIDED", "WITHDRAWN"), ("SAME", "DIFFERENT", "UNSURE")


def _choice(name: str, codes: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "review_tasks",
        sa.Column("id", Id, nullable=False),
        sa.Column("one_id", Id, nullable=False),
        sa.Column("other_id", Id, nullable=False),
        sa.Column("verdict", Code(), nullable=False),
        sa.Column("odds", sa.Float(), nullable=False),
        sa.Column("levels", Code(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("priority", Id, nullable=False),
        sa.Column("status", _choice("reviewstatus", STATUSES), server_default="OPEN", nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("answer", _choice("reviewanswer", ANSWERS), nullable=True),
        sa.Column("reason", Sealed("review_tasks"), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_tasks")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_review_tasks_one_id_other_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_tasks_other_id", "review_tasks", ["other_id"], unique=False)
    op.create_index(
        "ix_review_tasks_status_priority_id", "review_tasks", ["status", "priority", "id"], unique=False
    )
