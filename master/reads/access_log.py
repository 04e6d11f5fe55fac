"""What was noted of those who look: how often somebody did what is limited by the day."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from master.access import Viewer
from master.tables.audit import AuditEntryRow
from master.tables.base import table

entries = table(AuditEntryRow)

SEARCHED_BY_PARTS = "search.parts"
REVEALED = "customer.reveal"


def noted_since(connection: Connection, viewer: Viewer, action: str, since: datetime) -> int:
    """How often the audit has this of the viewer since then."""
    its = (entries.c.actor == viewer.actor().name, entries.c.action == action)
    return connection.scalar(select(func.count()).where(*its, entries.c.at >= since)) or 0
