"""Triggers count changes of what tokens see at the COMMIT, and TRUNCATE as one of them."""

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No table changes: triggers are made anew behind each upgrade, for which a hub asks at a new step."""
