"""Batches: who sent them and whether they were taken back; and their records as they came."""

import sqlalchemy as sa
from alembic import op

from master.sealing import Sealed
from master.spelling import only_where
from master.tables.types import Code, Id, Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_runs", sa.Column("origin", Code(), server_default="FILE", nullable=False))
    for name in ("sent_by", "file_name", "columns"):
        op.add_column("import_runs", sa.Column(name, sa.String(), nullable=True))
    for name in ("taking_back_at", "taken_back_at"):
        op.add_column("import_runs", sa.Column(name, Instant(), nullable=True))
    for name in ("taken_back_by", "taken_back_reason"):
        op.add_column("import_runs", sa.Column(name, sa.String(), nullable=True))
    op.create_table(
        "incoming_records",
        sa.Column("id", Id, nullable=False),
        sa.Column("batch_id", Id, nullable=False),
        sa.Column("line", Id, nullable=False),
        sa.Column("source_key", Code(), nullable=True),
        sa.Column("payload", Sealed("sources"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", Code(), nullable=False),
        sa.Column("entity_id", Id, nullable=True),
        sa.Column("findings", sa.String(), nullable=True),
        sa.Column("tx", sa.String(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("taken_back", Code(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_runs.id"], name=op.f("fk_incoming_records_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_records")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incoming_records_batch_id_id", "incoming_records", ["batch_id", "id"], unique=False)
    op.create_index(
        "ix_incoming_records_unchanged",
        "incoming_records",
        ["source_key"],
        unique=False,
        **only_where("outcome = 'UNCHANGED'"),
    )
    op.create_index(
        "ix_incoming_records_review",
        "incoming_records",
        ["batch_id", "id"],
        unique=False,
        **only_where("outcome = 'REVIEW'"),
    )
