"""Look-ups by whole values of masked classes, as the audit has them."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from master.access import Viewer
from master.tables.audit import AuditEntryRow
from master.tables.base import table

entries = table(AuditEntryRow)

LOOKED_UP = "search.whole"
FOUND, FOUND_NOBODY, TYPED_ON = "OK", "NOBODY", "TYPED_ON"  # outcomes; the last is not counted


def misses_since(connection: Connection, viewer: Viewer, since: datetime) -> int:
    """How many of the viewer's look-ups since then found nobody."""
    its = (entries.c.actor == viewer.actor().name, entries.c.action == LOOKED_UP, entries.c.at >= since)
    missed = select(func.count()).where(*its, entries.c.outcome == FOUND_NOBODY)
    return connection.scalar(missed) or 0
