"""Genders and birth dates that can not be right: refused of a put, left out of an import."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from master.errors import Invalid
from master.session import Master
from master.tables.base import table
from master.tables.codes import CustomerKind, Gender
from master.tables.customers import CustomerRow
from master.writes.inputs import SourcedCustomer
from master.writes.sourced.put import put_customer
from tests.conftest import TESTER

customers = table(CustomerRow)
PERSON, ORGANIZATION = CustomerKind.PERSON, CustomerKind.ORGANIZATION


def put(master: Master, **given: Any) -> None:
    with master.transaction(TESTER) as tx:
        put_customer(tx, SourcedCustomer("PARTNER", "X-1", **given))


def kept(master: Master) -> list[tuple[Any, ...]]:
    wanted = select(customers.c.kind, customers.c.gender, customers.c.birth_date)
    with master.reading() as connection:
        return [tuple(row) for row in connection.execute(wanted)]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"kind": ORGANIZATION, "gender": Gender.MALE}, ("gender",)),
        ({"kind": ORGANIZATION, "birth_date": date(1990, 1, 1)}, ("birthDate",)),
        ({"birth_date": date(2026, 11, 23)}, ("birthDate",)),
        ({"birth_date": date(1849, 12, 31)}, ("birthDate",)),
    ],
)
def test_a_put_of_what_can_not_be_is_refused(
    master: Master, wrong: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as caught:
        put(master, name="张三", **wrong)
    assert caught.value.path == path
    assert kept(master) == []


def test_a_source_need_not_say_again_that_it_is_an_organization(master: Master) -> None:
    put(master, name="张三公司", kind=ORGANIZATION)
    for wrong in ({"gender": Gender.MALE}, {"birth_date": date(1990, 1, 1)}):
        with pytest.raises(Invalid):
            put(master, **wrong)
    assert kept(master) == [(ORGANIZATION, None, None)]


def test_who_turns_out_to_be_an_organization_has_no_gender_any_more(master: Master) -> None:
    put(master, name="张三", gender=Gender.MALE, birth_date=date(2026, 11, 22))
    assert kept(master) == [(PERSON, Gender.MALE, date(2026, 11, 22))]
    put(master, kind=ORGANIZATION)
    assert kept(master) == [(ORGANIZATION, None, None)]
    put(master, kind=PERSON, gender=Gender.MALE)
    assert kept(master) == [(PERSON, Gender.MALE, None)]
