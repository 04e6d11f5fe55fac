"""How often what tokens see has changed, so that it need not be looked at anew each time."""

import sqlalchemy as sa
from alembic import op

from master.tables.types import Id

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sight_changes",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("changes", Id, nullable=False),
        sa.Column("changed_in", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sight_changes")),
    )
