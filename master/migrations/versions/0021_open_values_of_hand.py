"""Values of hand by their customers, those that are open together."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_hand_values_customer_id_ended_at", "hand_values", ["customer_id", "ended_at"])
    op.drop_index("ix_hand_values_customer_id", table_name="hand_values")
