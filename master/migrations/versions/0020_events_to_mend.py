"""Which customers others than the hub's commands have changed, without reading all their events."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NOT_BY_A_COMMAND = "actor LIKE 'db:%' OR actor = 'clock'"


def upgrade() -> None:
    op.create_index(
        "ix_events_to_mend",
        "events",
        ["customer_id"],
        unique=False,
        sqlite_where=sa.text(NOT_BY_A_COMMAND),
        postgresql_where=sa.text(NOT_BY_A_COMMAND),
    )
