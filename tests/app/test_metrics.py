"""What Prometheus is told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import values

from app.metrics import MULTIPROCESS, Metrics
from app.present import Present
from master.queue import Backlog
from master.reads.batches import Intake
from master.reads.reviews import OpenTasks

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def samples(metrics: Metrics) -> dict[str, float]:
    lines = metrics.answer().body.decode().splitlines()
    told = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in told}


def some_present() -> Present:
    return Present(
        NOW,
        Backlog(pending=3, dead=1, oldest=NOW - timedelta(seconds=1.5)),
        Intake({"added": 5, "refused": 2}, half_done=1),
        OpenTasks(7, NOW - timedelta(hours=1)),
    )


def test_requests_are_counted_by_operation_and_status() -> None:
    metrics = Metrics("1.2.3", some_present)
    metrics.observe("query", 200, 0.004, [])
    metrics.observe("query", 200, 0.3, ["TIMEOUT", "INVALID"])
    metrics.observe("none", 401, 0.001, ["UNAUTHENTICATED"])
    told = samples(metrics)
    assert told['kehu_graphql_requests_total{operation="query",status="200"}'] == 2
    assert told['kehu_graphql_requests_total{operation="none",status="401"}'] == 1
    assert told['kehu_graphql_seconds_bucket{le="0.005",operation="query"}'] == 1
    assert told['kehu_graphql_seconds_count{operation="query"}'] == 2
    assert told['kehu_graphql_errors_total{code="TIMEOUT"}'] == 1


def test_labels_are_bounded() -> None:
    metrics = Metrics("1", some_present)
    for number in range(50):
        metrics.observe(f"made up {number}", 200, 0, [f"CODE{number}"])
    told = samples(metrics)
    assert told['kehu_graphql_requests_total{operation="none",status="200"}'] == 50
    assert told['kehu_graphql_errors_total{code="OTHER"}'] == 50


def test_what_is_over_a_limit_is_counted_by_the_limits_name() -> None:
    metrics = Metrics("1", some_present)
    for name in ("depth", "cost", "depth"):
        metrics.over_limit(name)
    told = samples(metrics)
    assert told['kehu_graphql_over_limit_total{limit="depth"}'] == 2
    assert told['kehu_graphql_over_limit_total{limit="cost"}'] == 1


def test_the_queue_and_the_build_are_looked_up() -> None:
    told = samples(Metrics("1.2.3", some_present))
    assert told["kehu_index_queue_pending"] == 3
    assert told["kehu_index_queue_dead"] == 1
    assert told["kehu_index_queue_oldest_seconds"] == 1.5
    assert any(name.startswith('kehu_build_info{python="3.') and 'version="1.2.3"' in name for name in told)


def test_metrics_outlive_a_database_that_is_away() -> None:
    def away() -> Present:
        raise OSError

    metrics = Metrics("1", away)
    metrics.observe("query", 200, 0.1, [])
    told = samples(metrics)
    assert told['kehu_graphql_requests_total{operation="query",status="200"}'] == 1
    assert "kehu_index_queue_pending" not in told


def test_nothing_waiting_is_an_age_of_zero() -> None:
    nothing = Present(NOW, Backlog(0, 0, None), Intake({}, 0), OpenTasks(0, None))
    told = samples(Metrics("1", lambda: nothing))
    assert told["kehu_index_queue_oldest_seconds"] == 0
    assert told["kehu_review_tasks_oldest_seconds"] == 0


def test_intake_and_what_stewards_are_to_decide_are_looked_up() -> None:
    told = samples(Metrics("1", some_present))
    assert told['kehu_batch_records_day{outcome="added"}'] == 5
    assert told['kehu_batch_records_day{outcome="refused"}'] == 2
    assert told["kehu_batches_half_done"] == 1
    assert told["kehu_review_tasks_open"] == 7
    assert told["kehu_review_tasks_oldest_seconds"] == 3600


def test_several_processes_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MULTIPROCESS, str(tmp_path))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    whole = values.MultiProcessValue
    for process in ("1", "2"):
        monkeypatch.setattr(values, "MultiProcessValue", lambda process=process: whole(lambda: process))
        Metrics("1", some_present).observe("query", 200, 0.1, [])
    told = samples(Metrics("1", some_present))
    assert told['kehu_graphql_requests_total{operation="query",status="200"}'] == 2
    assert told["kehu_index_queue_pending"] == 3
