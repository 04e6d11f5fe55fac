"""What has changed in the master since the last look: nothing is missed, in whatever order writers commit."""

from sqlalchemy import func, select

from master.session import Master
from master.spelling import from_place, place_in_time
from master.tables.base import table
from master.tables.changes import EventRow

events = table(EventRow)


class Changes:
    """Begins with what this moment does not see yet. Keeps in memory who changed between two looks."""

    def __init__(self, master: Master) -> None:
        self._master = master
        self._seen: dict[int, int] = {}
        with master.reading() as connection:
            self._place = place_in_time(connection, events.name)

    def look(self) -> dict[int, int]:
        """The customers that changed since the last look, with their last revisions."""
        last = func.max(events.c.revision).label("revision")
        changed = select(events.c.customer_id, last).group_by(events.c.customer_id)
        with self._master.reading() as connection:
            rows = connection.execute(changed.where(from_place(connection, events, self._place))).all()
            self._place = place_in_time(connection, events.name)
        found = {row.customer_id: row.revision for row in rows}
        fresh = {id: revision for id, revision in found.items() if self._seen.get(id, -1) < revision}
        self._seen = found  # what open transactions make come again at the next look
        return fresh
