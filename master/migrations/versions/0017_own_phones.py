"""Phones of branches and staff, by which no customer is known."""

import sqlalchemy as sa
from alembic import op

from master.sealing import Sealed

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("branches", "branches_history", "staff", "staff_history"):
        op.add_column(name, sa.Column("phones", Sealed("contact_points"), nullable=True))
    op.create_table(
        "own_phones",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_own_phones")),
    )
