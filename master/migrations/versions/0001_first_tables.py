"""The first tables: customers and all that hangs on them, what changed and what waits."""

import sqlalchemy as sa
from alembic import op

from master.sealing import BlindIndex, Sealed
from master.spelling import or_far_future, plain_text, utc_now
from master.tables.types import Code, Id, Instant, Money, Share

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "addresses_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("contact_point_id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("postal_code", sa.String(), nullable=True),
        sa.Column("street", Sealed("contact_points"), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_addresses_history")),
    )
    op.create_index(
        "ix_addresses_history_key_changed_at",
        "addresses_history",
        ["contact_point_id", "changed_at"],
        unique=False,
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", Code(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", Code(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("all_branches", sa.Boolean(), nullable=False),
        sa.Column("rate", Id, nullable=True),
        sa.Column("created_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("role", Code(), nullable=True),
        sa.Column("action", Code(), nullable=False),
        sa.Column("entity", Code(), nullable=False),
        sa.Column("entity_id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("outcome", Code(), server_default="OK", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("details", sa.String(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"], unique=False)
    op.create_index("ix_audit_entries_customer_id_id", "audit_entries", ["customer_id", "id"], unique=False)
    op.create_table(
        "branches",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", Code(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.CheckConstraint(plain_text("code"), name=op.f("ck_branches_plain_code")),
        sa.ForeignKeyConstraint(["parent_id"], ["branches.id"], name=op.f("fk_branches_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branches")),
        sa.UniqueConstraint("code", name=op.f("uq_branches_code")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_branches_parent_id"), "branches", ["parent_id"], unique=False)
    op.create_table(
        "branches_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("code", Code(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_branches_history")),
    )
    op.create_index(
        "ix_branches_history_key_changed_at", "branches_history", ["id", "changed_at"], unique=False
    )
    op.create_table(
        "change_context",
        sa.Column("tx", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tx", name=op.f("pk_change_context")),
    )
    op.create_table(
        "contact_points_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("value", Sealed("contact_points"), nullable=True),
        sa.Column("value_index", BlindIndex("contact_points"), nullable=True),
        sa.Column("preferred", sa.Boolean(), nullable=True),
        sa.Column("doubt", sa.String(), nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_contact_points_history")),
    )
    op.create_index(
        "ix_contact_points_history_key_changed_at",
        "contact_points_history",
        ["id", "changed_at"],
        unique=False,
    )
    op.create_table(
        "contacts_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("occurred_at", Instant(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("notes", Sealed("notes"), nullable=True),
        sa.Column("agent_id", Id, nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_contacts_history")),
    )
    op.create_index(
        "ix_contacts_history_key_changed_at", "contacts_history", ["id", "changed_at"], unique=False
    )
    op.create_table(
        "customer_tags_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("tag_id", Id, nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("assigned_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_customer_tags_history")),
    )
    op.create_index(
        "ix_customer_tags_history_key_changed_at", "customer_tags_history", ["id", "changed_at"], unique=False
    )
    op.create_table(
        "customers_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("number", Code(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("status_by_hand", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("name_key", Code(), nullable=True),
        sa.Column("gender", sa.String(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("created_at", Instant(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_customers_history")),
    )
    op.create_index(
        "ix_customers_history_key_changed_at", "customers_history", ["id", "changed_at"], unique=False
    )
    op.create_table(
        "due",
        sa.Column("at", Instant(), nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("at", "customer_id", name=op.f("pk_due")),
    )
    op.create_index("ix_due_customer_id", "due", ["customer_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("revision", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("customer_id", "revision", name=op.f("uq_events_customer_id_revision")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_at", "events", ["at"], unique=False)
    op.create_table(
        "household_members_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("household_id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_household_members_history")),
    )
    op.create_index(
        "ix_household_members_history_key_changed_at",
        "household_members_history",
        ["id", "changed_at"],
        unique=False,
    )
    op.create_table(
        "households",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "households_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_households_history")),
    )
    op.create_index(
        "ix_households_history_key_changed_at", "households_history", ["id", "changed_at"], unique=False
    )
    op.create_table(
        "identity_documents_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("source_type", sa.String(), nullable=True),
        sa.Column("number", Sealed("documents"), nullable=True),
        sa.Column("number_index", BlindIndex("documents"), nullable=True),
        sa.Column("primary", sa.Boolean(), nullable=True),
        sa.Column("doubt", sa.String(), nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_identity_documents_history")),
    )
    op.create_index(
        "ix_identity_documents_history_key_changed_at",
        "identity_documents_history",
        ["id", "changed_at"],
        unique=False,
    )
    op.create_table(
        "index_queue",
        sa.Column("customer_id", Id, autoincrement=False, nullable=False),
        sa.Column("revision", Id, nullable=False),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("attempts", Id, server_default="0", nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("dead_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_index_queue")),
    )
    op.create_index(
        "ix_index_queue_not_before_queued_at", "index_queue", ["not_before", "queued_at"], unique=False
    )
    op.create_table(
        "leads_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("product_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("expected_premium", Money(), nullable=True),
        sa.Column("currency", Code(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_leads_history")),
    )
    op.create_index("ix_leads_history_key_changed_at", "leads_history", ["id", "changed_at"], unique=False)
    op.create_table(
        "other_names_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_other_names_history")),
    )
    op.create_index(
        "ix_other_names_history_key_changed_at", "other_names_history", ["id", "changed_at"], unique=False
    )
    op.create_table(
        "policies_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("number", Code(), nullable=True),
        sa.Column("product_id", Id, nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("source_status", sa.String(), nullable=True),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("annual_premium", Money(), nullable=True),
        sa.Column("sum_insured", Money(), nullable=True),
        sa.Column("currency", Code(), nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_policies_history")),
    )
    op.create_index(
        "ix_policies_history_key_changed_at", "policies_history", ["id", "changed_at"], unique=False
    )
    op.create_table(
        "policy_parties_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("policy_id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("position", Id, nullable=True),
        sa.Column("share", Share(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_policy_parties_history")),
    )
    op.create_index(
        "ix_policy_parties_history_key_changed_at",
        "policy_parties_history",
        ["id", "changed_at"],
        unique=False,
    )
    op.create_table(
        "products",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", Code(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line", Code(), nullable=False),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.CheckConstraint(plain_text("code"), name=op.f("ck_products_plain_code")),
        sa.CheckConstraint(plain_text("line"), name=op.f("ck_products_plain_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("code", name=op.f("uq_products_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "products_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("code", Code(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("line", Code(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_products_history")),
    )
    op.create_index(
        "ix_products_history_key_changed_at", "products_history", ["id", "changed_at"], unique=False
    )
    op.create_table(
        "relations_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("other_id", Id, nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("source_kind", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_relations_history")),
    )
    op.create_index(
        "ix_relations_history_key_changed_at", "relations_history", ["id", "changed_at"], unique=False
    )
    op.create_table(
        "source_records_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("kind", Code(), nullable=True),
        sa.Column("source_key", Code(), nullable=True),
        sa.Column("entity_id", Id, nullable=True),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("source_updated_at", Instant(), nullable=True),
        sa.Column("content", Sealed("sources"), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_source_records_history")),
    )
    op.create_index(
        "ix_source_records_history_key_changed_at",
        "source_records_history",
        ["id", "changed_at"],
        unique=False,
    )
    op.create_table(
        "source_systems_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("code", Code(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("trust", Id, nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_source_systems_history")),
    )
    op.create_index(
        "ix_source_systems_history_key_changed_at",
        "source_systems_history",
        ["id", "changed_at"],
        unique=False,
    )
    op.create_table(
        "staff_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("code", Code(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_staff_history")),
    )
    op.create_index("ix_staff_history_key_changed_at", "staff_history", ["id", "changed_at"], unique=False)
    op.create_table(
        "tag_categories",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_categories")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_categories_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tag_categories_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_tag_categories_history")),
    )
    op.create_index(
        "ix_tag_categories_history_key_changed_at",
        "tag_categories_history",
        ["id", "changed_at"],
        unique=False,
    )
    op.create_table(
        "tags_history",
        sa.Column("history_id", Id, autoincrement=True, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("tx", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", Id, nullable=True),
        sa.Column("code", Code(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("category_id", Id, nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("history_id", name=op.f("pk_tags_history")),
    )
    op.create_index("ix_tags_history_key_changed_at", "tags_history", ["id", "changed_at"], unique=False)
    op.create_table(
        "wide_changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("row_id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("after_customer", Id, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wide_changes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "customers",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", Code(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PERSON",
                "ORGANIZATION",
                name="customerkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "PROSPECT",
                "ACTIVE",
                "LOST",
                "DECEASED",
                "DISSOLVED",
                name="customerstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="PROSPECT",
            nullable=False,
        ),
        sa.Column(
            "status_by_hand",
            sa.Enum(
                "PROSPECT",
                "ACTIVE",
                "LOST",
                "DECEASED",
                "DISSOLVED",
                name="status_by_hand",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", Code(), server_default="", nullable=False),
        sa.Column(
            "gender",
            sa.Enum(
                "MALE",
                "FEMALE",
                "UNSPECIFIED",
                name="gender",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("created_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("updated_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("version", Id, server_default="0", nullable=False),
        sa.Column("versioned_in", sa.String(), nullable=True),
        sa.Column("revision", Id, server_default="0", nullable=False),
        sa.Column("revised_in", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.CheckConstraint(plain_text("number"), name=op.f("ck_customers_plain_number")),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_customers_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("number", name=op.f("uq_customers_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_customers_branch_id"), "customers", ["branch_id"], unique=False)
    op.create_index("ix_customers_name_key_number", "customers", ["name_key", "number"], unique=False)
    op.create_index("ix_customers_updated_at_number", "customers", ["updated_at", "number"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("token_id", Code(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input_digest", sa.LargeBinary(), nullable=False),
        sa.Column("entity_id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_tokens.id"], name=op.f("fk_idempotency_keys_token_id")),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_at", "idempotency_keys", ["at"], unique=False)
    op.create_table(
        "source_systems",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", Code(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("trust", Id, server_default="0", nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.CheckConstraint(plain_text("code"), name=op.f("ck_source_systems_plain_code")),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_source_systems_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_systems")),
        sa.UniqueConstraint("code", name=op.f("uq_source_systems_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", Code(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.CheckConstraint(plain_text("code"), name=op.f("ck_staff_plain_code")),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_staff_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("code", name=op.f("uq_staff_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tags",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", Code(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category_id", Id, nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.CheckConstraint(plain_text("code"), name=op.f("ck_tags_plain_code")),
        sa.ForeignKeyConstraint(["category_id"], ["tag_categories.id"], name=op.f("fk_tags_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("code", name=op.f("uq_tags_code")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_tags_category_id"), "tags", ["category_id"], unique=False)
    op.create_table(
        "token_branches",
        sa.Column("token_id", Code(), nullable=False),
        sa.Column("branch_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_token_branches_branch_id")),
        sa.ForeignKeyConstraint(["token_id"], ["api_tokens.id"], name=op.f("fk_token_branches_token_id")),
        sa.PrimaryKeyConstraint("token_id", "branch_id", name=op.f("pk_token_branches")),
    )
    op.create_table(
        "contact_points",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "MOBILE",
                "LANDLINE",
                "EMAIL",
                "WECHAT",
                "ADDRESS",
                name="contactpointkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", Sealed("contact_points"), nullable=False),
        sa.Column("value_index", BlindIndex("contact_points"), nullable=False),
        sa.Column("preferred", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("doubt", sa.String(), nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_contact_points_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source_systems.id"], name=op.f("fk_contact_points_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_points")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_points_customer_id"), "contact_points", ["customer_id"], unique=False)
    op.create_index(
        "ix_contact_points_kind_value_index", "contact_points", ["kind", "value_index"], unique=False
    )
    op.create_table(
        "contacts",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "CALL",
                "VISIT",
                "WECHAT",
                "SMS",
                "EMAIL",
                "BRANCH",
                "WEB",
                "OTHER",
                name="contactchannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum(
                "INBOUND",
                "OUTBOUND",
                name="contactdirection",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("notes", Sealed("notes"), nullable=True),
        sa.Column("agent_id", Id, nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["staff.id"], name=op.f("fk_contacts_agent_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contacts_customer_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source_systems.id"], name=op.f("fk_contacts_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("source_id", "source_key", name=op.f("uq_contacts_source_id_source_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_contacts_customer_id_occurred_at_id",
        "contacts",
        ["customer_id", "occurred_at", "id"],
        unique=False,
    )
    op.create_table(
        "customer_branches",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("branch_id", Id, nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "HOME",
                "POLICY",
                "LEAD",
                "SOURCE",
                name="branchreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_customer_branches_branch_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_branches_customer_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", "branch_id", "reason", name=op.f("pk_customer_branches")),
    )
    op.create_index(
        "ix_customer_branches_branch_id_customer_id",
        "customer_branches",
        ["branch_id", "customer_id"],
        unique=False,
    )
    op.create_table(
        "customer_tags",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("tag_id", Id, nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "MANUAL",
                "RULE",
                "MODEL",
                "IMPORT",
                name="tagsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("assigned_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_tags_customer_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source_systems.id"], name=op.f("fk_customer_tags_source_id")
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_customer_tags_tag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_tags")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_customer_tags_customer_id_tag_id", "customer_tags", ["customer_id", "tag_id"], unique=False
    )
    op.create_index(
        "ix_customer_tags_tag_id_customer_id", "customer_tags", ["tag_id", "customer_id"], unique=False
    )
    op.create_table(
        "household_members",
        sa.Column("id", Id, nullable=False),
        sa.Column("household_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "customer_id IS NOT NULL OR name IS NOT NULL", name=op.f("ck_household_members_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_household_members_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_household_members_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_members")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_household_members_customer_id"), "household_members", ["customer_id"], unique=False
    )
    op.create_index(
        op.f("ix_household_members_household_id"), "household_members", ["household_id"], unique=False
    )
    op.create_table(
        "identity_documents",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "RESIDENT_ID",
                "PASSPORT",
                "HOUSEHOLD_REGISTER",
                "MILITARY_ID",
                "HK_MACAO_PERMIT",
                "TAIWAN_PERMIT",
                "FOREIGN_RESIDENT_PERMIT",
                "BIRTH_CERTIFICATE",
                "DRIVING_LICENCE",
                "UNIFIED_SOCIAL_CREDIT_CODE",
                "OTHER",
                name="documenttype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_type", sa.String(), nullable=True),
        sa.Column("number", Sealed("documents"), nullable=False),
        sa.Column("number_index", BlindIndex("documents"), nullable=False),
        sa.Column("primary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("doubt", sa.String(), nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_identity_documents_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source_systems.id"], name=op.f("fk_identity_documents_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_documents")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_identity_documents_customer_id"), "identity_documents", ["customer_id"], unique=False
    )
    op.create_index(
        "ix_identity_documents_type_number_index",
        "identity_documents",
        ["type", "number_index"],
        unique=False,
    )
    op.create_table(
        "import_runs",
        sa.Column("id", Id, nullable=False),
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("kind", Code(), nullable=False),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("started_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("line", Id, server_default="0", nullable=False),
        sa.Column("counts", sa.String(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source_systems.id"], name=op.f("fk_import_runs_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_import_runs_file_digest_kind", "import_runs", ["file_digest", "kind"], unique=False)
    op.create_table(
        "leads",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "NEW",
                "ASSIGNED",
                "CONTACTED",
                "QUOTED",
                "WON",
                "LOST",
                name="leadstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("product_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("expected_premium", Money(), nullable=True),
        sa.Column("currency", Code(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("due_key", Instant(), sa.Computed(or_far_future("due_at"), persisted=True), nullable=False),
        sa.Column("created_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("version", Id, server_default="1", nullable=False),
        sa.Column("versioned_in", sa.String(), nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.CheckConstraint(
            "(expected_premium IS NULL) = (currency IS NULL)", name=op.f("ck_leads_amount_with_currency")
        ),
        sa.CheckConstraint(plain_text("currency"), name=op.f("ck_leads_plain_currency")),
        sa.CheckConstraint("score BETWEEN -1e12 AND 1e12", name=op.f("ck_leads_finite_score")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_leads_customer_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_leads_owner_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_leads_product_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source_systems.id"], name=op.f("fk_leads_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("source_id", "source_key", name=op.f("uq_leads_source_id_source_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_leads_customer_id_due_key_id", "leads", ["customer_id", "due_key", "id"], unique=False
    )
    op.create_index("ix_leads_due_key_id", "leads", ["due_key", "id"], unique=False)
    op.create_index("ix_leads_stage_due_key_id", "leads", ["stage", "due_key", "id"], unique=False)
    op.create_index("ix_leads_owner_id_due_key_id", "leads", ["owner_id", "due_key", "id"], unique=False)
    op.create_table(
        "match_keys",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "DOCUMENT",
                "MOBILE",
                "EMAIL",
                name="matchkeykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_match_keys_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "kind", "digest", name=op.f("pk_match_keys")),
    )
    op.create_index("ix_match_keys_kind_digest", "match_keys", ["kind", "digest"], unique=False)
    op.create_table(
        "other_names",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "FORMER",
                "ALIAS",
                "LATIN",
                "SHORT",
                name="othernamekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_other_names_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_names")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_other_names_customer_id"), "other_names", ["customer_id"], unique=False)
    op.create_table(
        "policies",
        sa.Column("id", Id, nullable=False),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("number", Code(), nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PROPOSED",
                "IN_FORCE",
                "SUSPENDED",
                "LAPSED",
                "SURRENDERED",
                "MATURED",
                "EXPIRED",
                "CLAIMED",
                "CANCELLED",
                "DECLINED",
                "OTHER",
                name="policystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_status", sa.String(), nullable=True),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("annual_premium", Money(), nullable=False),
        sa.Column("sum_insured", Money(), nullable=True),
        sa.Column("currency", Code(), server_default="CNY", nullable=False),
        sa.Column("branch_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.CheckConstraint(plain_text("currency"), name=op.f("ck_policies_plain_currency")),
        sa.CheckConstraint(plain_text("number"), name=op.f("ck_policies_plain_number")),
        sa.ForeignKeyConstraint(["branch_id"], ["branches.id"], name=op.f("fk_policies_branch_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_policies_product_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source_systems.id"], name=op.f("fk_policies_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("source_id", "number", name=op.f("uq_policies_source_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_policies_branch_id"), "policies", ["branch_id"], unique=False)
    op.create_index("ix_policies_number_id", "policies", ["number", "id"], unique=False)
    op.create_index(op.f("ix_policies_product_id"), "policies", ["product_id"], unique=False)
    op.create_table(
        "relations",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("other_id", Id, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "SPOUSE",
                "PARENT",
                "CHILD",
                "SIBLING",
                "GUARDIAN",
                "WARD",
                "EMPLOYER",
                "EMPLOYEE",
                "LEGAL_REPRESENTATIVE",
                "REPRESENTED_ORGANIZATION",
                "CONTACT_PERSON",
                "CONTACT_PERSON_OF",
                "REFERRER",
                "REFERRED",
                "OTHER",
                name="relationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_kind", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint("customer_id <> other_id", name=op.f("ck_relations_two_customers")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_relations_customer_id")),
        sa.ForeignKeyConstraint(["other_id"], ["customers.id"], name=op.f("fk_relations_other_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source_systems.id"], name=op.f("fk_relations_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_relations_customer_id_other_id", "relations", ["customer_id", "other_id"], unique=False
    )
    op.create_index(op.f("ix_relations_other_id"), "relations", ["other_id"], unique=False)
    op.create_table(
        "source_records",
        sa.Column("id", Id, nullable=False),
        sa.Column("source_id", Id, nullable=False),
        sa.Column("kind", Code(), nullable=False),
        sa.Column("source_key", Code(), nullable=False),
        sa.Column("entity_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("source_updated_at", Instant(), nullable=True),
        sa.Column("content", Sealed("sources"), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_source_records_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source_systems.id"], name=op.f("fk_source_records_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_records")),
        sa.UniqueConstraint(
            "source_id", "kind", "source_key", name=op.f("uq_source_records_source_id_kind_source_key")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_source_records_customer_id"), "source_records", ["customer_id"], unique=False)
    op.create_index("ix_source_records_kind_entity_id", "source_records", ["kind", "entity_id"], unique=False)
    op.create_table(
        "addresses",
        sa.Column("contact_point_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("postal_code", sa.String(), nullable=True),
        sa.Column("street", Sealed("contact_points"), nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_points.id"], name=op.f("fk_addresses_contact_point_id")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_addresses_customer_id")),
        sa.PrimaryKeyConstraint("contact_point_id", name=op.f("pk_addresses")),
    )
    op.create_index(op.f("ix_addresses_customer_id"), "addresses", ["customer_id"], unique=False)
    op.create_table(
        "policy_parties",
        sa.Column("id", Id, nullable=False),
        sa.Column("policy_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "APPLICANT",
                "INSURED",
                "BENEFICIARY",
                "PAYER",
                "OTHER",
                name="policyrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("position", Id, nullable=True),
        sa.Column("share", Share(), nullable=True),
        sa.Column("recorded_at", Instant(), server_default=utc_now(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "customer_id IS NOT NULL OR name IS NOT NULL", name=op.f("ck_policy_parties_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_policy_parties_customer_id")
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_policy_parties_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_parties")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_policy_parties_customer_id_policy_id",
        "policy_parties",
        ["customer_id", "policy_id"],
        unique=False,
    )
    op.create_index(op.f("ix_policy_parties_policy_id"), "policy_parties", ["policy_id"], unique=False)
