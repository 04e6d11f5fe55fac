"""What metrics tell of the master as it is now, whichever process has changed it."""

from dataclasses import dataclass
from datetime import datetime

from master.queue import Backlog, backlog
from master.reads.batches import Intake, intake
from master.reads.reviews import OpenTasks, open_count
from master.session import Master


@dataclass(frozen=True)
class Present:
    at: datetime
    queue: Backlog
    intake: Intake
    reviews: OpenTasks


def present_of(master: Master) -> Present:
    at = master.clock.now()
    with master.reading() as connection:
        return Present(at, backlog(connection), intake(connection, at), open_count(connection))
