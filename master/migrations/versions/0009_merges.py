"""Merges with their ledger, and the customers that are another one now."""

import sqlalchemy as sa
from alembic import op

from master.spelling import plain_text
from master.tables.types import Code, Id, Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("id", Id, nullable=False),
        sa.Column("survivor_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("last_ids", sa.String(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_merges_survivor_id"), "merges", ["survivor_id"], unique=False)
    op.create_index(op.f("ix_merges_customer_id"), "merges", ["customer_id"], unique=False)
    op.create_table(
        "merge_changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("merge_id", Id, nullable=False),
        sa.Column("entity", Code(), nullable=False),
        sa.Column("row_id", Id, nullable=False),
        sa.Column("field", Code(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["merges.id"], name=op.f("fk_merge_changes_merge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_merge_changes_merge_id_entity_field"),
        "merge_changes",
        ["merge_id", "entity", "field"],
        unique=False,
    )
    _merged_customers()
    op.add_column("events", sa.Column("survivor_id", Id, nullable=True))
    # A relation between two who are merged names one customer twice.
    with op.batch_alter_table("relations", table_kwargs={"sqlite_autoincrement": True}) as relations:
        relations.drop_constraint(op.f("ck_relations_two_customers"), type_="check")


def _merged_customers() -> None:
    """As `customers`, with who it is today and by which merge."""
    op.create_table(
        "merged_customers",
        sa.Column("id", Id, nullable=False, autoincrement=False),
        sa.Column("number", Code(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_by_hand", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", Code(), nullable=False),
        sa.Column("gender", sa.String(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("version", Id, nullable=False),
        sa.Column("versioned_in", sa.String(), nullable=True),
        sa.Column("revision", Id, nullable=False),
        sa.Column("revised_in", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("survivor_id", Id, nullable=False),
        sa.Column("merge_id", Id, nullable=False),
        sa.CheckConstraint(plain_text("number"), name=op.f("ck_merged_customers_plain_number")),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_merged_customers_branch_id")),
        sa.ForeignKeyConstraint(["merge_id"], ["merges.id"], name=op.f("fk_merged_customers_merge_id")),
        sa.ForeignKeyConstraint(
            ["survivor_id"], ["customers.id"], name=op.f("fk_merged_customers_survivor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_customers")),
        sa.UniqueConstraint("merge_id", name=op.f("uq_merged_customers_merge_id")),
        sa.UniqueConstraint("number", name=op.f("uq_merged_customers_number")),
    )
    op.create_index(
        op.f("ix_merged_customers_survivor_id"), "merged_customers", ["survivor_id"], unique=False
    )
