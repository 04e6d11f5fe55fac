"""Every record of a batch is kept as it came, with what became of it; nothing of it in the clear."""

import json
from typing import Any

import pytest
from sqlalchemy import select, text

from intake.run import import_file
from intake.sources.csv import look_at
from master.errors import Conflict
from master.sealing import seal_for
from master.session import Actor
from master.tables.base import table
from master.tables.codes import BatchOrigin
from master.tables.sources import ImportRunRow, IncomingRecordRow
from master.writes.batches import NewBatch, hold_batch, open_batch
from tests.conftest import TESTER
from tests.intake.importing import Importing

runs, incoming = table(ImportRunRow), table(IncomingRecordRow)

TEXT = 'source_key,name,mobile\nK1,张三,138 0013 8000\nK2,,13900139000\n"K3"x,李四,\nK4,王五\n'


def kept(hub: Importing, *columns: str) -> list[Any]:
    """Of the last batch, in the order of its lines."""
    last = select(runs.c.id).order_by(runs.c.id.desc()).limit(1).scalar_subquery()
    wanted = select(*(incoming.c[name] for name in columns)).where(incoming.c.batch_id == last)
    return hub.rows(wanted.order_by(incoming.c.id))


def test_each_line_is_kept_as_it_came_also_when_it_is_refused(hub: Importing) -> None:
    hub.take("customers", TEXT)
    rows = kept(hub, "line", "outcome", "source_key", "entity_id", "payload", "findings")
    assert [(line, outcome, key, id) for line, outcome, key, id, *_ in rows] == [
        (2, "ADDED", "K1", hub.id_of("K1")),
        (3, "REFUSED", None, None),
        (4, "REFUSED", None, None),
        (5, "REFUSED", None, None),
    ]
    assert [json.loads(row[4]) for row in rows] == [
        ["K1", "张三", "138 0013 8000"],
        ["K2", "", "13900139000"],
        ['"K3"x,李四,'],
        ["K4", "王五"],
    ]
    assert [row[5] and [found[:2] for found in json.loads(row[5])] for row in rows] == [
        None,
        [["name", "REQUIRED"]],
        [["", "QUOTES"]],
        [["", "CELLS"]],
    ]


def test_bytes_that_are_no_text_are_kept_too(hub: Importing) -> None:
    path = hub.file("source_key,name\nK1,张三\nK2,李四\n")
    path.write_bytes(path.read_bytes() + b"K3,\xe5\xbc\n")
    import_file(hub.master, "customers", path, source="CRM")
    payload = kept(hub, "payload")[-1][0]
    assert json.loads(payload)[1].encode(errors="surrogateescape") == b"\xe5\xbc"


def test_a_batch_tells_of_its_file_and_who_sent_it(hub: Importing) -> None:
    path = hub.file(TEXT)
    import_file(hub.master, "customers", path, source="CRM", actor=Actor("ann"))
    told = select(runs.c.origin, runs.c.sent_by, runs.c.file_name, runs.c.columns, runs.c.file_digest)
    assert hub.rows(told.where(runs.c.kind == "customers")) == [
        ("FILE", "ann", "given.csv", '["source_key", "name", "mobile"]', look_at(path).digest)
    ]


def test_nothing_of_a_record_is_in_the_clear_but_its_key(hub: Importing) -> None:
    hub.take("customers", TEXT)
    with hub.master.reading() as connection:
        rows = connection.execute(text("SELECT * FROM incoming_records WHERE outcome = 'ADDED'")).all()
    (row,) = [each._mapping for each in rows if each._mapping["source_key"] == "K1"]
    digest = seal_for(hub.master.keys, "sources").digest('["K1","张三","138 0013 8000"]')
    assert bytes(row["digest"]) == digest
    told = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    assert "张三".encode() not in told
    assert b"8000" not in told


@pytest.mark.parametrize(
    ("kind", "source", "line"),
    [
        ("branches", None, "code,name,parent\nB9,天津分公司,HQ\n"),
        ("products", None, "code,name,line\nP9,年金,life\n"),
        ("tags", None, "code,name,category\nT9,新客户,价值\n"),
        ("documents", "CRM", "customer,type,number\nK1,PASSPORT,E12345678\n"),
        ("relations", "CRM", "from,to,kind\nK1,K2,SPOUSE\n"),
        ("policies", "CRM", "number,product,effective_date,applicant\nN1,P1,2026-01-01,K1\n"),
        (
            "contacts",
            "CRM",
            "source_key,customer,channel,direction,occurred_at,subject\n"
            "C1,K1,CALL,INBOUND,2026-01-01T00:00:00Z,问\n",
        ),
        ("leads", "CRM", "source_key,customer,title\nL1,K1,年金\n"),
    ],
)
def test_records_of_every_kind_are_kept(hub: Importing, kind: str, source: str | None, line: str) -> None:
    hub.take("customers", "source_key,name\nK1,张三\nK2,李四\n")
    hub.take(kind, line, source=source)
    cells = line.splitlines()[1].split(",")
    assert [(outcome, json.loads(payload)) for outcome, payload in kept(hub, "outcome", "payload")] == [
        ("ADDED", cells)
    ]
    hub.take(kind, line, source=source)
    assert kept(hub, "outcome") == [("UNCHANGED",)]


def test_nothing_more_is_taken_in_of_a_batch_that_is_being_taken_back(hub: Importing) -> None:
    with hub.master.transaction(TESTER) as tx:
        batch = open_batch(tx, NewBatch(BatchOrigin.API, "customers", None))
        hold_batch(tx, batch)
        tx.execute(runs.update().where(runs.c.id == batch).values(taking_back_at=tx.at))
    with hub.master.transaction(TESTER) as tx, pytest.raises(Conflict, match="was taken back meanwhile"):
        hold_batch(tx, batch)
