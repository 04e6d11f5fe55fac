"""What becomes of searches is counted and logged, without anything of what was typed."""

from app.metrics import Metrics
from app.search_log import SearchLog
from indexing.shapes import SearchDone, shape_of
from tests.app.conftest import Logged
from tests.app.test_metrics import samples, some_present


def done(
    asked_by: str = "searchCustomers", found: int | None = 1, seconds: float = 0.001, **more: bool
) -> SearchDone:
    return SearchDone(asked_by, ("NAME:2", "PHONE:4"), ("tags.any",), found, seconds, **more)


def said(logged: Logged) -> list[dict[str, object]]:
    return [{k: v for k, v in line.items() if k not in ("time", "level")} for line in logged()]


def test_a_shape_tells_what_parts_were_taken_for_and_how_long_they_are() -> None:
    assert shape_of("张三先生 8000") == ("NAME:2", "PHONE:4")
    assert shape_of("zhang@example.com 保单:2026-8000") == ("EMAIL:17", "POLICY:8")
    assert shape_of("") == ()


def test_a_search_that_finds_nothing_is_logged_by_its_shape(logged: Logged) -> None:
    SearchLog(200)(done(found=0, is_meant=True))
    assert said(logged) == [
        {
            "event": "search found nothing", "asked_by": "searchCustomers", "parts": ["NAME:2", "PHONE:4"],
            "filters": ["tags.any"], "ms": 1.0, "did_you_mean": True,
        }
    ]  # fmt: skip


def test_a_slow_search_is_logged_whatever_it_finds(logged: Logged) -> None:
    log = SearchLog(50)
    for found, outcome in ((3, "found"), (None, "failed")):
        log(done(found=found, seconds=0.05))
        assert (said(logged)[-1]["event"], said(logged)[-1]["outcome"]) == ("search was slow", outcome)
    log(done(seconds=0.0499))
    assert len(said(logged)) == 2


def test_neither_what_is_only_suggested_nor_a_later_page_is_logged_as_nothing(logged: Logged) -> None:
    log = SearchLog(200)
    log(done("suggest", found=0))
    log(done(found=0, is_first_page=False))
    assert said(logged) == []


def test_searches_are_counted_by_field_and_by_what_they_came_to() -> None:
    metrics, log = Metrics("1", some_present), SearchLog(200)
    log.count = metrics.searched
    for each in (done(found=0), done(found=2), done(found=2), done("suggest", found=None, seconds=3)):
        log(each)
    told = samples(metrics)
    assert told['kehu_search_seconds_count{field="searchCustomers",outcome="found"}'] == 2
    assert told['kehu_search_seconds_count{field="searchCustomers",outcome="nothing"}'] == 1
    assert told['kehu_search_seconds_bucket{field="suggest",le="5.0",outcome="failed"}'] == 1
