"""Tantivy's merging of segments goes behind whoever waits for a commit or an answer."""

import os
import sys
import threading
from pathlib import Path

NICENESS = 19  # the most: these threads get what nobody else wants
_THREADS = Path("/proc/self/task")
_NAMED = "merge_thread"

_known: set[int] = set()
_looking = threading.Lock()


def merging_gives_way() -> None:
    """Every thread of this process that merges goes last; nothing where the system has no such threads.

    A commit of a few documents makes a small segment, and eight small ones are merged, again and again: some
    70 % of the processor time of small commits. Tantivy's Python binding has no say in when; the system has.
    """
    if sys.platform != "linux":
        return
    with _looking:
        alive = {int(thread) for thread in os.listdir(_THREADS)}
        for thread in alive - _known:
            _put_behind(thread)
        _known.intersection_update(alive)
        _known.update(alive)


def _put_behind(thread: int) -> None:
    try:
        if (_THREADS / str(thread) / "comm").read_text().startswith(_NAMED):
            os.setpriority(os.PRIO_PROCESS, thread, NICENESS)
    except OSError:  # it has ended since
        return
