"""Which batches are no longer kept whole, which are half done, and when they began."""

import sqlalchemy as sa
from alembic import op

from master.tables.types import Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

HALF_DONE = "finished_at IS NULL OR taking_back_at IS NOT NULL AND taken_back_at IS NULL"


def upgrade() -> None:
    op.add_column("import_runs", sa.Column("forgotten_at", Instant(), nullable=True))
    op.create_index("ix_import_runs_started_at", "import_runs", ["started_at"], unique=False)
    op.create_index(
        "ix_import_runs_halves",
        "import_runs",
        ["id"],
        unique=False,
        sqlite_where=sa.text(HALF_DONE),
        postgresql_where=sa.text(HALF_DONE),
    )
