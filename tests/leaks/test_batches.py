"""Batches are told of to few roles, and only where they see all branches; none tells a value of a record."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from intake.run import import_file
from master.tables.base import table
from master.tables.sources import ImportRunRow
from master.writes.taking_back.back import take_back
from schema.ids import BATCH, global_id
from tests.conftest import TESTER
from tests.leaks.expecting import leaked
from tests.leaks.opening import Answer, Hub
from tests.leaks.test_fields import READING

ALL = """{ batches(first: 1) { nodes { id kind source fileName counted: read refused openReviews
  records { totalCount nodes { line outcome takenBack leftBecause findings { column code message hint } } }
  takenBackReason takenBackBy } } }"""
ONE = "query ($id: ID!) { batch(id: $id) { id read } }"
TAKE_BACK = """mutation ($input: TakeBackBatchInput!) { takeBackBatch(input: $input) {
  batch { id takenBackAt takenBackReason records(filter: {takenBack: [TAKEN_BACK]}) { totalCount } }
  errors { code message } } }"""
READERS = ("STEWARD", "ADMIN", "AUDITOR")
FILE = "code,name,line\nSECRET,万全保,life\n,百全保,health\n"


@pytest.fixture
def batch(hub: Hub, tmp_path: Path) -> Iterator[str]:
    """Of two records, of which one is refused; nothing of it is left for other tests."""
    path = tmp_path / "products.csv"
    path.write_text(FILE, encoding="utf-8")
    import_file(hub.master, "products", path)
    with hub.master.reading() as connection:
        number = connection.scalar(select(func.max(table(ImportRunRow).c.id))) or 0
    yield global_id(BATCH, number)
    with hub.master.reading() as connection:
        runs = table(ImportRunRow)
        is_back = connection.scalar(select(runs.c.taken_back_at).where(runs.c.id == number)) is not None
    if not is_back:
        take_back(hub.master, TESTER, number, "a test's")


def told_back(hub: Hub, batch: str, role: str, branches: tuple[str, ...] | None = None) -> Any:
    given = {"id": batch, "reason": "the wrong file"}
    return hub.ask(TAKE_BACK, role, branches, input=given).data["takeBackBatch"]


def asked(hub: Hub, batch: str, role: str, branches: tuple[str, ...] | None = None) -> list[Answer]:
    return [hub.ask(ALL, role, branches), hub.ask(ONE, role, branches, id=batch)]


@pytest.mark.parametrize("role", [name for name in READING if name not in READERS])
def test_who_may_not_read_batches_is_told_of_none(hub: Hub, batch: str, role: str) -> None:
    for answer, root in zip(asked(hub, batch, role), ("batches", "batch"), strict=True):
        assert set(answer.codes) == {"FORBIDDEN"}
        assert answer.data in (None, {root: None})  # whoever may not ask for notes is refused before


@pytest.mark.parametrize("role", READERS)
def test_a_batch_tells_no_value_of_its_records(hub: Hub, batch: str, role: str) -> None:
    answer, _ = asked(hub, batch, role)
    (told,) = answer.data["batches"]["nodes"]
    assert [each["outcome"] for each in told["records"]["nodes"]] == ["ADDED", "REFUSED"]
    assert leaked(answer.text, ["万全保", "百全保", "SECRET"]) == []


def test_whoever_sees_some_branches_is_told_of_no_batch_and_takes_none_back(hub: Hub, batch: str) -> None:
    answers = asked(hub, batch, "STEWARD", ("EAST",))
    assert [answer.data for answer in answers] == [{"batches": {"nodes": []}}, {"batch": None}]
    payload = told_back(hub, batch, "STEWARD", ("EAST",))
    assert (payload["batch"], [error["code"] for error in payload["errors"]]) == (None, ["FORBIDDEN"])


def test_an_auditor_reads_batches_and_takes_none_back_nor_reads_why(hub: Hub, batch: str) -> None:
    payload = told_back(hub, batch, "AUDITOR")
    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]
    done = told_back(hub, batch, "STEWARD")
    assert (done["errors"], done["batch"]["records"]) == ([], {"totalCount": 1})
    assert done["batch"]["takenBackReason"] == "the wrong file"
    (told,) = asked(hub, batch, "AUDITOR")[0].data["batches"]["nodes"]
    assert "wrong" not in told["takenBackReason"]
