"""Searches that people keep by a name."""

import sqlalchemy as sa
from alembic import op

from master.sealing import Sealed
from master.spelling import utc_now
from master.tables.types import Code, Id, Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", Id, nullable=False),
        sa.Column("token_id", Code(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wanted", Sealed("saved_searches"), nullable=False),
        sa.Column("for_one", sa.Boolean(), nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("created_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_saved_searches_branch_id")),
        sa.ForeignKeyConstraint(["token_id"], ["api_tokens.id"], name=op.f("fk_saved_searches_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("token_id", "name", name=op.f("uq_saved_searches_token_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_saved_searches_branch_id"), "saved_searches", ["branch_id"], unique=False)
