"""One process at a time rebuilds the index, and what checks of it found is kept."""

import sqlalchemy as sa
from alembic import op

from master.tables.types import Id, Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "index_checks",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("compared", Id, nullable=False),
        sa.Column("missing", Id, nullable=False),
        sa.Column("stale", Id, nullable=False),
        sa.Column("orphans", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_checks")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
