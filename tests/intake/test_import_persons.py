"""Genders and birth dates in files that can not be right: told, and not taken."""

from datetime import date

from tests.intake.importing import Importing, counts

HEADER = "source_key,name,kind,gender,birth_date\n"


def test_an_organizations_gender_and_birth_date_are_told_and_not_taken(hub: Importing) -> None:
    text = f"{HEADER}K1,张三公司,ORGANIZATION,M,1990-01-01\n"
    assert counts(hub.take("customers", text)) == {"read": 1, "added": 1, "warnings": 2}
    told = [(2, "gender", "NOT_FOR_ORGANIZATIONS"), (2, "birth_date", "NOT_FOR_ORGANIZATIONS")]
    assert hub.report() == told
    assert hub.customer("K1", "kind", "gender", "birth_date") == ("ORGANIZATION", None, None)
    assert counts(hub.take("customers", text)) == {"read": 1, "unchanged": 1, "warnings": 2}
    without_kind = "source_key,name,gender,birth_date\nK1,张三公司,M,1990-01-01\n"
    assert counts(hub.take("customers", without_kind)) == {"read": 1, "unchanged": 1, "warnings": 2}
    assert hub.report() == told
    hub.take("customers", f"{HEADER}K1,张三,PERSON,M,1990-01-01\n")
    assert hub.customer("K1", "kind", "gender", "birth_date") == ("PERSON", "MALE", date(1990, 1, 1))


def test_a_birth_date_that_can_not_be_is_told_and_leaves_the_known_one(hub: Importing) -> None:
    impossible = f"{HEADER}K1,张三,,M,2090-01-01\nK2,李四,,F,1849-12-31\n"
    assert counts(hub.take("customers", impossible)) == {"read": 2, "added": 2, "warnings": 2}
    assert hub.report() == [(line, "birth_date", "IMPOSSIBLE_BIRTH_DATE") for line in (2, 3)]
    assert [hub.customer(key, "birth_date") for key in ("K1", "K2")] == [None, None]
    hub.take("customers", f"{HEADER}K1,张三,,M,1990-01-01\n")
    assert counts(hub.take("customers", impossible)) == {"read": 2, "unchanged": 2, "warnings": 2}
    assert hub.customer("K1", "gender", "birth_date") == ("MALE", date(1990, 1, 1))
