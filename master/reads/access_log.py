"""What was noted of those who look: how often somebody searched by parts of masked values."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from master.access import Viewer
from master.tables.audit import AuditEntryRow
from master.tables.base import table

entries = table(AuditEntryRow)

SEARCHED_BY_PARTS = "search.parts"


def searches_by_parts(connection: Connection, viewer: Viewer, since: datetime) -> int:
    """How many of the viewer's searches since then were by parts of masked values."""
    its = (entries.c.actor == viewer.actor().name, entries.c.action == SEARCHED_BY_PARTS)
    return connection.scalar(select(func.count()).where(*its, entries.c.at >= since)) or 0
