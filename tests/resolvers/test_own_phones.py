"""Phones of the insurer's branches and staff: whatever customers have them, nobody is known by them."""

from pathlib import Path

import pytest

from app.relatives import FoundRelatives
from app.sweeping import Sweep
from master.session import Master
from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow
from matching.compare import MISSING
from matching.relatives import FIELDS
from matching.rules import shipped
from tests.intake.importing import Importing
from tests.resolvers.commanding import codes, create
from tests.resolvers.identifying import points, told
from tests.resolvers.relating import MOBILE, family
from tests.schema.hub import Hub, filling

AGENTS, BRANCHES_OWN = "13800138000", "13900139000"


@pytest.fixture
def importing(master: Master, tmp_path: Path) -> Importing:
    return Importing(master, tmp_path)


@pytest.fixture
def hub(master: Master) -> Hub:
    """1 and 2 have nothing but a mobile in common; 3 has another one."""
    with filling(master) as fill:
        fill.token()
        for number, name, mobile in ((1, "张伟", AGENTS), (2, "王芳", AGENTS), (3, "李娜", BRANCHES_OWN)):
            fill.point(fill.customer(number, name), mobile)
        fill.derive()
    return Hub(master)


def staff(importing: Importing, phones: str) -> None:
    importing.take("staff", f"code,name,phone\nA1,王经理,{phones}\n", None)


def pairs(master: Master) -> int:
    return len(Sweep.of(master, shipped()).found.one)


def test_staff_are_kept_by_their_codes_with_branch_and_phones(importing: Importing) -> None:
    importing.take("branches", "code,name,phone\nHQ,总公司,021-58887777|13900139000\n", None)
    rows = ("A1,王经理,HQ,13800138000", "A2,,HQ,", "A3,赵,NO,", "A4,钱,HQ,12", "A1,王经理,HQ,13800138000")
    result = importing.take("staff", "\n".join(("code,name,branch,phone", *rows)), None)
    assert (result.added, result.unchanged, result.refused, result.warnings) == (2, 1, 2, 1)
    assert sorted(importing.report()) == [
        (3, "name", "REQUIRED"),
        (4, "branch", "UNKNOWN_CODE"),
        (5, "phone", "DOUBTFUL"),
    ]
    people, places = table(StaffRow), table(BranchRow)
    ((branch,),) = importing.rows(places.select().with_only_columns(places.c.id))
    known = people.select().with_only_columns(people.c.code, people.c.branch_id, people.c.phones)
    assert importing.rows(known.order_by(people.c.code)) == [
        ("A1", branch, "13800138000"),
        ("A4", branch, "12"),
    ]
    assert importing.value(places.select().with_only_columns(places.c.phones)) == "021-58887777|13900139000"


def test_nobody_is_identified_by_a_phone_of_staff_until_it_is_theirs_no_longer(
    hub: Hub, importing: Importing
) -> None:
    record = {"name": "张伟", "contactPoints": points(MOBILE=AGENTS)}
    assert told(hub, **record) == [("1", "SAME")]
    staff(importing, f"021-58887777|+86 {AGENTS}")
    assert told(hub, **record) == [("1", "REVIEW")]
    staff(importing, "13700137000")
    assert told(hub, **record) == [("1", "SAME")]


def test_nobody_is_a_duplicate_by_a_phone_of_a_branch(hub: Hub, importing: Importing) -> None:
    given = {"name": "司马光", "contactPoints": points(MOBILE=BRANCHES_OWN)}
    assert codes(create(hub, **given)) == [("DUPLICATE", None)]
    importing.take("branches", f"code,name,phone\nHQ,总公司,{BRANCHES_OWN}\n", None)
    assert codes(create(hub, **given)) == []


def test_a_run_compares_nobody_for_a_phone_of_staff(hub: Hub, importing: Importing) -> None:
    assert pairs(hub.master) == 1
    staff(importing, AGENTS)
    assert pairs(hub.master) == 0


def test_a_run_takes_nobody_for_relatives_by_a_phone_of_staff(master: Master, importing: Importing) -> None:
    family(master)

    def of_father_and_son() -> dict[str, int]:
        found = FoundRelatives.of(Sweep.of(master, shipped())).found
        places = list(zip(found.one.tolist(), found.other.tolist(), strict=True))
        return dict(zip(FIELDS, found.levels[places.index((0, 2))].tolist(), strict=True))

    levels = of_father_and_son()
    staff(importing, MOBILE)
    assert levels["mobile"] == 1
    assert of_father_and_son() == {**levels, "mobile": MISSING}
