"""Prometheus metrics: how much is asked, how fast it is answered, and what waits to be indexed."""

import os
import platform
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from app.http.asgi import Answer
from app.present import Present
from app.refused_tokens import Reason
from indexing.batches import Progress
from master.queue import Backlog
from master.reads.batches import Intake

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"

# Labels take these values and no others: a label made of what callers send would grow without end.
OPERATIONS = frozenset({"query", "mutation", "subscription", "none"})
CODES = frozenset({
    "UNAUTHENTICATED", "FORBIDDEN", "INVALID", "AMBIGUOUS", "MERGED", "LIMIT_EXCEEDED", "RATE_LIMITED",
    "TIMEOUT", "UNAVAILABLE", "INTERNAL", "NOT_FOUND", "CONFLICT", "DUPLICATE",
})  # fmt: skip
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class ProcessMetrics:
    """What every process that may index tells; with several server processes, of all of them together."""

    def __init__(self, version: str, present: Callable[[], Present]) -> None:
        if MULTIPROCESS in os.environ:
            # The library looks at the variable when it is imported, which is before `kehu serve` sets it.
            values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self.indexing = IndexingMetrics(self._registry)
        self._lately = _Lately(version, present)

    def answer(self) -> Answer:
        """What Prometheus scrapes. Reads the queue: call it off the event loop."""
        counted = self._registry
        if MULTIPROCESS in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        present = CollectorRegistry()
        present.register(self._lately)
        return Answer(200, generate_latest(counted) + generate_latest(present), CONTENT_TYPE)


class Metrics(ProcessMetrics):
    """All metrics of a server process."""

    def __init__(self, version: str, present: Callable[[], Present]) -> None:
        super().__init__(version, present)
        counter = partial(Counter, registry=self._registry)
        self._requests = counter(
            "kehu_graphql_requests",
            "GraphQL requests, by kind of operation and HTTP status.",
            ["operation", "status"],
        )
        self._seconds = Histogram(
            "kehu_graphql_seconds",
            "Seconds from a GraphQL request's head to its answer.",
            ["operation"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._errors = counter(
            "kehu_graphql_errors", "GraphQL requests with an error of this code.", ["code"]
        )
        self._over_limit = counter(
            "kehu_graphql_over_limit",
            "GraphQL operations over this limit, refused or (warn_only) run all the same.",
            ["limit"],
        )
        self._plans = counter(
            "kehu_plans", "GraphQL operations by what their plan came to; hit and made: compiled.", ["plan"]
        )
        self._searches = _search_seconds(self._registry)
        self._auth_failures = counter(
            "kehu_auth_failures",
            "GraphQL requests without a token that opens the hub, by the reason.",
            ["reason"],
        )
        self._access_notes = Gauge(
            "kehu_access_notes_waiting",
            "Answers whose note of who saw whom is not in the master yet.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )

    def observe(self, operation: str, status: int, seconds: float, codes: list[str]) -> None:
        label = operation if operation in OPERATIONS else "none"
        self._requests.labels(label, str(status)).inc()
        self._seconds.labels(label).observe(seconds)
        for code in codes:
            self._errors.labels(code if code in CODES else "OTHER").inc()

    def over_limit(self, name: str) -> None:
        self._over_limit.labels(name).inc()

    def searched(self, field: str, outcome: str, seconds: float) -> None:
        self._searches.labels(field, outcome).observe(seconds)

    def planned(self, plan: str) -> None:
        self._plans.labels(plan).inc()

    def auth_failed(self, reason: Reason) -> None:
        self._auth_failures.labels(reason).inc()

    def access_notes_waiting(self, count: int) -> None:
        self._access_notes.set(count)


def _search_seconds(registry: CollectorRegistry) -> Histogram:
    return Histogram(
        "kehu_search_seconds",
        "Seconds that searches took, by field and by what they came to.",
        ["field", "outcome"],
        buckets=SECONDS,
        registry=registry,
    )


class IndexingMetrics:
    """What the indexing worker of this process does."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._indexed = Histogram(
            "kehu_index_batch_customers",
            "Customers put into the index or taken out at once.",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
            registry=registry,
        )
        self._failures = Counter(
            "kehu_index_failures",
            "Documents that could not be indexed, and times that engine or database were away.",
            registry=registry,
        )

    def follow(self, progress: Progress) -> None:
        """Count what this worker does from now on."""
        progress.on_batch = self._indexed.observe
        progress.on_failures = self._failures.inc


class _Lately:
    """Values that are looked up when they are asked for."""

    def __init__(self, version: str, present: Callable[[], Present]) -> None:
        self._version = version
        self._present = present

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("kehu_build_info", "Versions; always 1.", labels=["version", "python"])
        build.add_metric([self._version, platform.python_version()], 1)
        yield build
        try:
            now = self._present()
        except Exception:  # a database that is away must not take the other metrics with it
            return
        yield from _of_queue(now.queue, now.at)
        yield from _of_intake(now.intake)
        yield GaugeMetricFamily(
            "kehu_review_tasks_open", "Pairs that stewards are to decide.", now.reviews.count
        )
        yield GaugeMetricFamily(
            "kehu_review_tasks_oldest_seconds",
            "How long the first of them has waited.",
            _seconds_since(now.reviews.oldest_at, now.at),
        )


def _of_queue(queue: Backlog, now: datetime) -> Iterator[Metric]:
    yield GaugeMetricFamily("kehu_index_queue_pending", "Customers waiting to be indexed.", queue.pending)
    yield GaugeMetricFamily("kehu_index_queue_dead", "Customers set aside after failures.", queue.dead)
    yield GaugeMetricFamily(
        "kehu_index_queue_oldest_seconds",
        "How long the first customer has waited.",
        _seconds_since(queue.oldest, now),
    )
    drift = CounterMetricFamily(
        "kehu_index_drift_found", "Differences that checks have found, by kind.", labels=["kind"]
    )
    for kind in ("missing", "stale", "orphans"):
        drift.add_metric([kind], getattr(queue.found, kind))
    yield drift
    if queue.checked_at is not None:
        yield GaugeMetricFamily(
            "kehu_index_checked_seconds",
            "How long ago index and master were last compared.",
            _seconds_since(queue.checked_at, now),
        )


def _of_intake(intake: Intake) -> Iterator[Metric]:
    records = GaugeMetricFamily(
        "kehu_batch_records_day",
        "Records of batches that were begun within 24 hours, by what became of them.",
        labels=["outcome"],
    )
    for outcome, count in intake.records.items():
        records.add_metric([outcome], count)
    yield records
    yield GaugeMetricFamily(
        "kehu_batches_half_done",
        "Batches that are being taken in or back, or were stopped at it.",
        intake.half_done,
    )


def _seconds_since(then: datetime | None, now: datetime) -> float:
    return (now - then).total_seconds() if then else 0.0
