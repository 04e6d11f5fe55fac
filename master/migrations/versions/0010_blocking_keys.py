"""All keys by which the same customer is found, of which match_keys had three kinds.

Those three are kept: nobody is created twice while `kehu init` makes the others.
"""

import sqlalchemy as sa
from alembic import op

from master.tables.types import Id, Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEPT = "INSERT INTO blocking_keys (kind, digest, customer_id) SELECT CASE kind WHEN 'DOCUMENT' THEN 1"
KEPT += " WHEN 'MOBILE' THEN 4 ELSE 5 END, substr(digest, 1, 8), customer_id FROM match_keys"


def upgrade() -> None:
    op.create_table(
        "blocking_keys",
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_blocking_keys_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("kind", "digest", "customer_id", name=op.f("pk_blocking_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_blocking_keys_customer_id"), "blocking_keys", ["customer_id"], unique=False)
    op.create_table(
        "blocking_fills",
        sa.Column("form", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("after_customer", Id, server_default="0", nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("form", name=op.f("pk_blocking_fills")),
    )
    op.execute(KEPT)
    op.drop_table("match_keys")
