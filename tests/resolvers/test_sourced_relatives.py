"""What stewards say of relatives stands beside what sources say of them, and each can be taken back alone."""

from pathlib import Path
from typing import Any

import pytest

from intake.run import ImportResult, import_file
from master.session import Master
from master.writes.taking_back.back import take_back
from tests.conftest import TESTER, SetTime
from tests.resolvers.relating import RELATIONS, WIFE, accept, family, id_of, relations, undo
from tests.schema.hub import Hub, filling

COUPLE = "from,to,kind,since\nK1,K2,SPOUSE,2010-01-01\n"
OF_CRM = {"kind": "SPOUSE", "from": "2010-01-01", "to": None, "source": "CRM", "recordedBy": None}


@pytest.fixture
def home(master: Master) -> Hub:
    """Of whose couple CRM speaks as K1 and K2."""
    family(master)
    with filling(master) as fill:
        source = fill.source("CRM")
        for id in (1, 2):
            fill.sourced(id, source, f"K{id}")
    return Hub(master)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "given.csv"
    path.write_text(COUPLE, encoding="utf-8")
    return path


def take(hub: Hub, given: Path) -> ImportResult:
    return import_file(hub.master, "relations", given, source="CRM")


def told(hub: Hub) -> list[Any]:
    """How the wife is related, without to whom."""
    found = hub.get(RELATIONS, id=WIFE)["customer"]["relations"]
    return [{name: value for name, value in each.items() if name != "customer"} for each in found]


def test_undone_by_a_steward_a_relation_stays_as_a_source_says_it(home: Hub, given: Path) -> None:
    (couple,) = id_of(home, "c1 c2")
    accept(home, couple, since="2004-05-01", withHousehold=False)
    assert take(home, given).added == 1
    assert [each["from"] for each in told(home)] == ["2004-05-01"]
    assert undo(home, couple)["errors"] == []
    assert told(home) == [OF_CRM]
    assert take(home, given).unchanged == 1
    assert told(home) == [OF_CRM]


def test_a_relation_that_a_source_said_first_is_accepted_and_undone(home: Hub, given: Path) -> None:
    (couple,) = id_of(home, "c1 c2")
    take(home, given)
    accept(home, couple, since="2004-05-01", withHousehold=False)
    assert told(home) == [{**OF_CRM, "recordedBy": "tester"}]
    undo(home, couple)
    assert told(home) == [OF_CRM]


def test_a_relation_that_was_accepted_stays_when_the_batch_that_said_it_is_taken_back(
    home: Hub, given: Path, time: SetTime
) -> None:
    (couple,) = id_of(home, "c1 c2")
    take(home, given)
    time.forward(minutes=1)
    accept(home, couple, withHousehold=False)
    time.forward(minutes=1)
    take_back(home.master, TESTER, 1, "the wrong file")
    assert [(each["source"], each["recordedBy"]) for each in told(home)] == [(None, "tester")]
    undo(home, couple)
    assert relations(home, WIFE) == {}


def test_a_relation_that_became_its_source_s_when_it_was_undone_goes_with_the_batch(
    home: Hub, given: Path, time: SetTime
) -> None:
    (couple,) = id_of(home, "c1 c2")
    accept(home, couple, withHousehold=False)
    take(home, given)
    time.forward(minutes=1)
    undo(home, couple)
    assert told(home) == [OF_CRM]
    time.forward(minutes=1)
    take_back(home.master, TESTER, 1, "the wrong file")
    assert told(home) == []
