"""New keys of a source mean customers who are there, may mean one, or are new: also in any order, again, and
at the same moment."""

import threading
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from intake.run import Progress
from master.session import Actor
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.customers import CustomerBranchRow, CustomerRow
from master.tables.matching import BlockingFillRow
from master.tables.reviews import ReviewTaskRow
from master.tables.sources import SourceSystemRow
from master.writes.sourced import placing
from matching.rules import shipped
from tests.intake.importing import Importing, counts

HEADER = "source_key,name,gender,birth_date,document_number,mobile\n"
ID, OTHER_ID = "11010519491231002X", "440305199003070014"
ZHANG = f"张三,F,1949-12-31,{ID},13800138000\n"
ZHANG_ELSEWHERE = f"张三,,,{ID},13911112222\n"
NO_ID = "张三,F,1949-12-31,,13800138000\n"
SIMILAR = "张三丰,F,1949-12-31,,\n"
OUYANG = f"欧阳震华,M,1990-03-07,{OTHER_ID},13700137000\n"

tasks, customers = table(ReviewTaskRow), table(CustomerRow)
branches, belonging = table(BranchRow), table(CustomerBranchRow)


def take(hub: Importing, source: str, **rows: str) -> Any:
    text = HEADER + "".join(f"{key},{row}" for key, row in rows.items())
    return hub.take("customers", text, source, matching=True)


def asked(hub: Importing) -> list[tuple[int, int, str]]:
    return hub.rows(select(tasks.c.one_id, tasks.c.other_id, tasks.c.verdict).order_by(tasks.c.id))


def test_a_key_of_another_source_means_who_is_there(hub: Importing) -> None:
    take(hub, "CORE", A=ZHANG)
    result = take(hub, "WEB", B=ZHANG_ELSEWHERE, C=OUYANG)
    assert counts(result) == {"read": 2, "added": 1, "linked": 1}
    assert hub.report() == [(2, "source_key", "LINKED")]
    assert (hub.id_of("B"), hub.id_of("C")) == (hub.id_of("A"), 2)
    assert hub.points("A") == [("MOBILE", "13800138000"), ("MOBILE", "13911112222")]
    assert len(hub.documents("A")) == 1


def test_who_is_linked_is_found_by_what_the_row_has_brought(hub: Importing) -> None:
    take(hub, "CORE", A=ZHANG)
    take(hub, "WEB", B=ZHANG_ELSEWHERE)
    assert counts(take(hub, "APP", C="张三,,,,13911112222\n")) == {"read": 1, "linked": 1}


def test_who_is_linked_without_news_belongs_to_the_branch_that_the_source_feeds(hub: Importing) -> None:
    take(hub, "CORE", A=ZHANG)
    fed = hub.value(select(branches.c.id).where(branches.c.code == "B2"))
    with hub.master.transaction(Actor("operator")) as tx:
        row = {"code": "WEB", "name": "WEB", "trust": 0, "branch_id": fed}
        tx.execute(table(SourceSystemRow).insert(), [row])
    assert counts(take(hub, "WEB", B=ZHANG)) == {"read": 1, "linked": 1}
    assert hub.rows(select(belonging.c.branch_id, belonging.c.reason)) == [(fed, "SOURCE")]


def test_who_may_be_somebody_is_added_and_a_steward_is_asked(hub: Importing) -> None:
    take(hub, "CORE", A=ZHANG)
    result = take(hub, "WEB", B=SIMILAR)
    assert counts(result) == {"read": 1, "review": 1}
    assert hub.report() == [(2, "source_key", "REVIEW")]
    assert asked(hub) == [(1, 2, "REVIEW")]


def test_without_matching_each_key_is_a_customer(hub: Importing) -> None:
    take(hub, "CORE", A=ZHANG)
    result = hub.take("customers", f"{HEADER}B,{ZHANG}", "WEB", matching=False)
    assert counts(result) == {"read": 1, "added": 1}
    assert asked(hub) == []


def test_rows_of_one_file_find_each_other(hub: Importing) -> None:
    result = take(hub, "CORE", A=ZHANG, B=NO_ID, C=ZHANG_ELSEWHERE, D=SIMILAR, E=OUYANG)
    assert counts(result) == {"read": 5, "added": 2, "linked": 2, "review": 1}
    assert {hub.id_of(key) for key in "ABC"} == {1}
    assert [pair[:2] for pair in asked(hub)] == [(1, hub.id_of("D"))]


def test_the_same_file_again_changes_nothing(hub: Importing) -> None:
    rows = {"A": ZHANG, "B": NO_ID, "C": SIMILAR, "D": OUYANG}
    take(hub, "CORE", **rows)
    before, told = hub.state(), asked(hub)
    result = take(hub, "CORE", **rows, E="")
    assert counts(result) == {"read": 5, "unchanged": 4, "refused": 1}
    assert ({**hub.state(), "audited": 0}, asked(hub)) == ({**before, "audited": 0}, told)


def test_two_proven_documents_that_differ_are_two_customers(hub: Importing) -> None:
    take(hub, "CORE", A=ZHANG)
    result = take(hub, "WEB", B=f"张三,F,,{OTHER_ID},13800138000\n")
    assert counts(result).get("linked") is None
    assert hub.count(CustomerRow) == 2


def test_who_is_taken_for_two_who_were_told_apart_is_for_a_steward(hub: Importing) -> None:
    hub.take("customers", f"{HEADER}A,{NO_ID}B,张三,F,1949-12-31,,13911112222\n", "CORE")
    with hub.master.transaction(Actor("steward")) as tx:
        row = {"one_id": 1, "other_id": 2, "verdict": "REVIEW", "odds": 1.0, "levels": "", "rules": "x"}
        said = {"status": "DECIDED", "answer": "DIFFERENT", "identity": b"x", "priority": 1}
        tx.execute(tasks.insert(), [{**row, **said, "proposed_at": tx.at}])
    result = take(hub, "WEB", C="张三,F,1949-12-31,,13800138000|13911112222\n")
    assert counts(result) == {"read": 1, "review": 1}
    assert [pair[:2] for pair in asked(hub)] == [(1, 2), (1, 3), (2, 3)]


def test_a_value_of_a_linked_record_competes_with_what_was_said(hub: Importing) -> None:
    """CRM is trusted more: its spelling of the name stands, whoever came first."""
    take(hub, "CORE", A=ZHANG)
    with hub.master.transaction(Actor("operator")) as tx:
        tx.execute(table(SourceSystemRow).insert(), [{"code": "CRM", "name": "CRM", "trust": 50}])
    take(hub, "CRM", B=f"張三,,,{ID},\n")
    take(hub, "WEB", C=f"张叁,,,{ID},13800138000\n")
    assert {hub.id_of(key) for key in "ABC"} == {1}
    assert hub.customer("A", "name", "gender") == ("張三", "FEMALE")


def test_nothing_is_taken_in_until_all_customers_have_their_keys(hub: Importing) -> None:
    with hub.master.committing() as connection:
        connection.execute(delete(table(BlockingFillRow)))
    with pytest.raises(Exception, match="run `kehu init`"):
        take(hub, "CORE", A=ZHANG)
    assert hub.count(CustomerRow) == 0


def test_who_changes_while_it_is_compared_is_compared_again(
    hub: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if somebody had changed or merged the customer between reading and holding it."""
    take(hub, "CORE", A=ZHANG)
    held, times = placing._held, []

    def nobody_at_first(*told: Any) -> set[int]:
        times.append(held(*told))
        return times[-1] if len(times) > 1 else set()

    monkeypatch.setattr(placing, "_held", nobody_at_first)
    assert counts(take(hub, "WEB", B=ZHANG_ELSEWHERE)) == {"read": 1, "linked": 1}
    assert times == [{1}, {1}]


def test_two_imports_at_once_that_bring_one_person_make_one_customer(hub: Importing, tmp_path: Any) -> None:
    files = {}
    for source in ("CORE", "WEB", "APP"):
        (folder := tmp_path / source).mkdir()
        files[source] = Importing(hub.master, folder)
    working = [
        threading.Thread(target=take, args=(each, source), kwargs={source[0]: ZHANG})
        for source, each in files.items()
    ]
    for each in working:
        each.start()
    for each in working:
        each.join()
    assert hub.count(CustomerRow) == 1
    assert {hub.id_of(key) for key in "CWA"} == {1}


TURNS_TAKEN = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
    "WHERE locktype = 'advisory' AND datname = current_database()"
)


@pytest.mark.only_on("postgresql")
def test_while_a_file_is_tried_out_nobody_waits_for_a_turn(hub: Importing) -> None:
    turns = []

    def look(progress: Progress) -> None:
        with hub.master.reading() as connection:
            turns.append(connection.scalar(TURNS_TAKEN))

    file = f"{HEADER}A,{ZHANG}B,{OUYANG}"
    tried = hub.take("customers", file, "WEB", matching=True, dry_run=True, progress=look)
    assert (counts(tried), turns) == ({"read": 2, "added": 2}, [0])


BATCHES = (("CORE", "A", ZHANG), ("WEB", "B", ZHANG_ELSEWHERE), ("APP", "C", NO_ID), ("CRM", "D", OUYANG))


def golden(hub: Importing) -> list[tuple[Any, ...]]:
    its = select(customers.c.name, customers.c.gender, customers.c.birth_date)
    return hub.rows(its.order_by(customers.c.birth_date))


@pytest.mark.parametrize("order", list(permutations(BATCHES))[::4])
def test_batches_in_any_order_end_in_the_same_golden_values(
    hub: Importing, order: tuple[tuple[str, str, str], ...]
) -> None:
    for source, key, row in order:
        take(hub, source, **{key: row})
    assert golden(hub) == [("张三", "FEMALE", date(1949, 12, 31)), ("欧阳震华", "MALE", date(1990, 3, 7))]
    assert {hub.id_of(key) for key in "ABC"} == {hub.id_of("A")}
    before = hub.state()
    for source, key, row in reversed(order):
        assert counts(take(hub, source, **{key: row})) == {"read": 1, "unchanged": 1}
    assert {**hub.state(), "audited": 0} == {**before, "audited": 0}


COMPANY = "北京华夏科技有限公司"
OF_COMPANIES = "source_key,name,kind,mobile,document_type,document_number\n"


def take_companies(hub: Importing, count: int, mobile: str = "", number: str = "") -> dict[str, int]:
    """A file with as many rows of one company."""
    type = "UNIFIED_SOCIAL_CREDIT_CODE" if number else ""
    rows = [f"K{place},{COMPANY},ORGANIZATION,{mobile},{type},{number}\n" for place in range(count)]
    return counts(hub.take("customers", OF_COMPANIES + "".join(rows), "CORE", matching=True))


def test_rows_of_one_customer_find_each_other_however_many_they_are(
    hub: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they do one by one: then one customer has the number, and it is followed."""
    few = replace(shipped(), most_in_block=5, most_in_rare_block=2)
    monkeypatch.setattr("intake.run.MATCHING", placing.Matching(few))
    assert take_companies(hub, 12, number="91110108551385082Q") == {"read": 12, "added": 1, "linked": 11}


def test_rows_of_one_customer_with_one_phone_find_each_other_however_many_they_are(hub: Importing) -> None:
    assert take_companies(hub, 22, mobile="13800138000") == {"read": 22, "added": 1, "linked": 21}


def test_of_many_who_may_be_one_stewards_are_asked_of_the_first(hub: Importing) -> None:
    """As one by one: the eleventh finds ten with this name, the twelfth too many."""
    assert take_companies(hub, 13) == {"read": 13, "added": 3, "review": 10}
