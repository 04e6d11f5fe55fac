"""Sources know the token that made them, and tokens the sources that they feed."""

import sqlalchemy as sa
from alembic import op

from master.tables.types import Code

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    maker = sa.ForeignKey("api_tokens.id", name=op.f("fk_source_systems_made_by"))
    # Inline, for SQLite adds no constraint later and would make the table anew, which others point to.
    op.add_column(
        "source_systems", sa.Column("made_by", Code(), maker, nullable=True), inline_references=True
    )
    op.add_column("source_systems_history", sa.Column("made_by", Code(), nullable=True))
    op.add_column("api_tokens", sa.Column("sources", Code(), nullable=True))
