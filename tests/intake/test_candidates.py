"""Who is compared with a record that comes in: nobody of whom it is known that he is somebody else."""

from dataclasses import replace
from typing import Any

import pytest

from master.reads.blocking_keys import key_digest, keys_of
from master.reads.candidates import Keyed, Looking, candidates
from master.sealing import seal_for
from matching.normalized import normalized
from matching.placing import Beside, likely
from matching.records import CustomerRecord
from matching.rules import shipped
from matching.seeing import EVERYTHING, Seeing
from tests.intake.importing import Importing

HEADER = "source_key,name,gender,birth_date,document_type,document_number,mobile\n"
ID, OTHER_ID, BAD_ID = "11010519491231002X", "440305199003070014", "110105194912310021"
MOBILE = "13800138000"
PEOPLE = (
    f"1,张三,F,1949-12-31,,{ID},{MOBILE}\n"
    f"2,张三,M,1990-03-07,,{OTHER_ID},{MOBILE}\n"
    f"3,张三,,,,{BAD_ID},{MOBILE}\n"
    f"4,张三,,,PASSPORT,E12345678,{MOBILE}\n"
    f"5,张三,,,,,{MOBILE}\n"
    f"6,张三,M,1949-12-31,,{ID},{MOBILE}\n"
)
ZHANG = CustomerRecord(id="R", name="张三", documents=(("RESIDENT_ID", ID),), mobiles=(MOBILE,))


def beside(hub: Importing, record: CustomerRecord, **told: Any) -> Beside:
    asked, digest = normalized(record), key_digest(hub.master.keys)
    numbers = seal_for(hub.master.keys, "documents").digest
    looking = replace(Looking(shipped(), digest, number_digest=numbers), **told)
    with hub.master.reading() as connection:
        (its,) = candidates(connection, [Keyed(asked, keys_of(asked, digest))], looking)
    return Beside(its.record, its.others)


def found(hub: Importing, record: CustomerRecord = ZHANG, **told: Any) -> list[object]:
    """The ids of who is compared with the record."""
    return [other.id for other in sorted(beside(hub, record, **told).others, key=lambda each: str(each.id))]


@pytest.fixture
def people(hub: Importing) -> Importing:
    hub.take("customers", HEADER + PEOPLE, "CORE")
    return hub


def test_who_has_another_proven_document_is_not_compared(people: Importing) -> None:
    """The ID of the third is faulty, that of the sixth is in doubt: it tells another gender."""
    assert found(people) == [1, 3, 4, 5, 6]


def test_who_wants_to_know_why_is_told_of_them_too(people: Importing) -> None:
    assert found(people, number_digest=None) == [1, 2, 3, 4, 5, 6]


def test_a_record_without_a_proven_document_is_compared_with_all(people: Importing) -> None:
    doubtful = replace(ZHANG, documents=(("RESIDENT_ID", BAD_ID), ("PASSPORT", "E12345678")))
    assert found(people, doubtful) == [1, 2, 3, 4, 5, 6]


def test_whose_documents_are_hidden_is_not_told_apart_by_them(people: Importing) -> None:
    assert found(people, seeing=Seeing({"document": True})) == [1, 2, 3, 4, 5, 6]


def test_rules_that_do_not_part_by_documents_compare_all(people: Importing) -> None:
    rules = shipped()
    without = replace(rules, person=replace(rules.person, guards=rules.person.guards[1:]))
    assert found(people, rules=without) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("number", [ID, OTHER_ID, "310104198807124929"])
def test_who_is_left_out_would_be_taken_for_nobody(people: Importing, number: str) -> None:
    record = replace(ZHANG, documents=(("RESIDENT_ID", number),))
    some, everybody = beside(people, record), beside(people, record, number_digest=None)
    assert len(some.others) < len(everybody.others) == 6
    judged = likely([some, everybody], shipped(), EVERYTHING.hidden)
    assert judged[0] == judged[1]
