"""Tokens get scopes and a second secret while they are rotated; documents can be registered."""

import sqlalchemy as sa
from alembic import op

from master.spelling import utc_now
from master.tables.types import Code, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registered_documents",
        sa.Column("id", Code(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("for_all", sa.Boolean(), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("registered_at", Instant(), server_default=utc_now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_documents")),
    )
    op.create_table(
        "registered_document_tokens",
        sa.Column("document_id", Code(), nullable=False),
        sa.Column("token_id", Code(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["registered_documents.id"],
            name=op.f("fk_registered_document_tokens_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_tokens.id"], name=op.f("fk_registered_document_tokens_token_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "token_id", name=op.f("pk_registered_document_tokens")),
    )
    op.add_column("api_tokens", sa.Column("scopes", Code(), nullable=True))
    op.add_column(
        "api_tokens", sa.Column("registered_only", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("api_tokens", sa.Column("rotated_at", Instant(), nullable=True))
    op.add_column("api_tokens", sa.Column("former_digest", sa.LargeBinary(), nullable=True))
    op.add_column("api_tokens", sa.Column("former_until", Instant(), nullable=True))
