"""Whatever came before: a batch that is taken back leaves everything as if it had not come."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.run import import_file
from master.clock import Clock
from master.keys import Keys
from master.reads.provenance import provenance
from master.session import Master
from matching.numbers import resident_id_check_digit
from tests.conftest import TESTER, SetTime, empty
from tests.intake.conftest import BRANCHES, PRODUCTS, TAGS
from tests.intake.importing import Importing
from tests.intake.test_taking_back import back, state, take
from tests.master.test_golden import correct

BODIES = ("11010119800131001", "11010119900501002")
IDS = ["", *(body + resident_id_check_digit(body) for body in BODIES)]
CUSTOMERS = "source_key,name,gender,birth_date,document_number,mobile,email,branch,tags,updated_at\n"
KEYS = ("K1", "K2", "K3")
TIMES = ("", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")

Fresh = Callable[[], tuple[Importing, SetTime]]

ALL_EXAMPLES = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def fresh(master: Master, tmp_path: Path, empty_sqlite: Path, keys: Keys) -> Iterator[Fresh]:
    """Makes a hub with codes in it, again and again."""
    opened: list[Master] = []

    def make() -> tuple[Importing, SetTime]:
        time = SetTime()
        clock = Clock(ZoneInfo("Asia/Shanghai"), time)
        if master.is_sqlite:
            path = tmp_path / f"{len(opened)}.db"
            path.write_bytes(empty_sqlite.read_bytes())
            opened.append(Master.open(f"sqlite:///{path}", keys, clock))
            hub = Importing(opened[-1], tmp_path)
        else:
            empty(master)
            hub = Importing(Master(master.engine, keys, clock), tmp_path)
        for kind, text in (("branches", BRANCHES), ("products", PRODUCTS), ("tags", TAGS)):
            take(hub, time, kind, text)
        for source in ("CRM", "CORE"):  # a source that was made stays
            take(hub, time, "customers", f"{CUSTOMERS}K0,孔子,M,,,,,,,\n", source)
        return hub, time

    yield make
    for each in opened:
        each.close()


def row(key: str) -> st.SearchStrategy[str]:
    return st.tuples(
        st.sampled_from(["张三", "张珊", "李四"]),
        st.sampled_from(["", "M", "F"]),
        st.sampled_from(["", "1980-01-31", "1990-05-01"]),
        st.sampled_from(IDS),
        st.sampled_from(["", "13800138000", "13800138001", "13800138000|13900139000"]),
        st.sampled_from(["", "a@example.com", "b@example.com"]),
        st.sampled_from(["", "B1", "B2"]),
        st.sampled_from(["", "VIP", "OLD", "VIP|OLD"]),
        st.sampled_from(TIMES),
    ).map(lambda cells: ",".join((key, *cells)))


def customers(*keys: str) -> st.SearchStrategy[tuple[str, str]]:
    """A batch of customers, in which a key may come twice."""
    rows = st.lists(st.sampled_from(keys).flatmap(row), min_size=1, max_size=4)
    return rows.map(lambda lines: ("customers", CUSTOMERS + "\n".join(lines) + "\n"))


OTHERS = st.sampled_from(
    [
        ("documents", "customer,type,number,primary\nK0,PASSPORT,E12345678,1\nK1,PASSPORT,E12345679,1\n"),
        ("documents", "customer,type,number,primary\nK0,PASSPORT,E12345678,0\nK0,PASSPORT,G1,1\n"),
        ("relations", "from,to,kind,since\nK0,K1,SPOUSE,2010-01-01\nK1,K0,SPOUSE,\n"),
        ("relations", "from,to,kind,since\nK1,K0,SPOUSE,2011-01-01\n"),
        ("policies", "number,product,status,effective_date,insured\nN1,P1,IN_FORCE,2026-01-01,K0|K1\n"),
        (
            "policies",
            "number,product,status,effective_date,insured\nN1,P2,LAPSED,2026-01-01,K0\nN2,P1,,2026-01-01,K1\n",
        ),
        ("leads", "source_key,customer,title,expected_premium\nL1,K0,年金,1000\n"),
        ("leads", "source_key,customer,title,expected_premium\nL1,K1,年金险,\n"),
    ]
)
BATCH = st.tuples(st.one_of(customers(*KEYS), customers(*KEYS), OTHERS), st.sampled_from(["CRM", "CORE"]))
CORRECTION = st.sampled_from([{"name": "章山"}, {"gender": None}, {"birth_date": None}])


def told(hub: Importing) -> Any:
    """All that the hub holds, and what it tells of where golden values come from."""
    with hub.master.reading() as connection:
        rows = state(hub.master)
        ids = [key[0] for name, key in rows if name == "customers"]
        return rows, provenance(connection, ids)


@ALL_EXAMPLES
@given(before=st.lists(BATCH, max_size=4), corrected=st.none() | CORRECTION, last=BATCH)
def check(fresh: Fresh, before: list[Any], corrected: dict[str, Any] | None, last: Any) -> None:
    hub, time = fresh()
    for (kind, text), source in before:
        take(hub, time, kind, text, source)
    if corrected is not None:
        time.forward(minutes=1)
        correct(hub.master, 1, **corrected)
    then = told(hub)
    (kind, text), source = last
    batch = take(hub, time, kind, text, source)
    assert set(back(hub, time, batch)) <= {"TAKEN_BACK", "NOTHING"}
    assert told(hub) == then


def test_what_is_taken_back_leaves_all_as_it_was_golden_values_and_provenance_too(fresh: Fresh) -> None:
    check(fresh)


@ALL_EXAMPLES
@given(data=st.data(), order=st.permutations(KEYS))
def check_orders(fresh: Fresh, data: st.DataObject, order: list[str]) -> None:
    hub, time = fresh()
    batches = {}
    then = told(hub)
    for key in KEYS:
        _, text = data.draw(customers(key))
        time.forward(minutes=1)
        import_file(hub.master, "customers", hub.file(text), source="CRM", actor=TESTER, matching=False)
        batches[key] = max(batches.values(), default=5) + 1
    for key in order:
        assert set(back(hub, time, batches[key])) <= {"TAKEN_BACK", "NOTHING"}
    assert told(hub) == then


def test_batches_of_different_keys_are_taken_back_in_any_order(fresh: Fresh) -> None:
    check_orders(fresh)
