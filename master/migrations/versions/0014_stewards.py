"""Who is to decide a pair and is at it, by which merge it became one, and the rules that judged it."""

import sqlalchemy as sa
from alembic import op

from master.tables.types import Code, Id, Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = "UPDATE review_tasks SET kind = 'ORGANIZATION' WHERE one_id IN (SELECT id FROM customers WHERE"
KINDS += " kind = 'ORGANIZATION')"


def upgrade() -> None:
    op.add_column("review_tasks", sa.Column("kind", Code(), server_default="PERSON", nullable=False))
    op.add_column("review_tasks", sa.Column("rarity", sa.Float(), nullable=True))
    op.add_column("review_tasks", sa.Column("assignee", sa.String(), nullable=True))
    op.add_column("review_tasks", sa.Column("claimed_by", sa.String(), nullable=True))
    op.add_column("review_tasks", sa.Column("claimed_until", Instant(), nullable=True))
    op.add_column("review_tasks", sa.Column("merge_id", Id, nullable=True))
    op.execute(KINDS)
    op.create_table(
        "match_rules",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_match_rules")),
    )
