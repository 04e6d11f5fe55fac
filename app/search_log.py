"""What becomes of searches: counted, logged where they found nothing or took long; never what was typed."""

from collections.abc import Callable

import structlog

from indexing.shapes import SearchDone

log = structlog.get_logger("kehu.search")

SEARCH = "searchCustomers"  # what is only suggested finds nothing at many a keystroke


class SearchLog:
    """slow_ms: from so long on a search is logged. count: told of each, for the metrics."""

    def __init__(self, slow_ms: int) -> None:
        self._slow_ms = slow_ms
        self.count: Callable[[str, str, float], None] = _uncounted

    def __call__(self, done: SearchDone) -> None:
        outcome = "failed" if done.found is None else "found" if done.found else "nothing"
        self.count(done.asked_by, outcome, done.seconds)
        ms = round(done.seconds * 1000, 1)
        said = {"asked_by": done.asked_by, "parts": list(done.parts), "filters": list(done.filters), "ms": ms}
        if ms >= self._slow_ms:
            log.warning("search was slow", outcome=outcome, **said)
        if outcome == "nothing" and done.asked_by == SEARCH and done.is_first_page:
            log.info("search found nothing", did_you_mean=done.is_meant, **said)


def _uncounted(field: str, outcome: str, seconds: float) -> None:
    """Nobody counts."""
