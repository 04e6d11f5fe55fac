"""Roles as data: the shipped ones, a hub's own file laid over them, and how a wrong one is told."""

from pathlib import Path

import pytest

from master.errors import Invalid
from master.roles import (
    CLASSES,
    MASKABLE,
    PERMISSIONS,
    Role,
    WrongRoles,
    read_roles,
    role_named,
    shipped_roles,
)
from master.session import Master
from master.writes.tokens import NewToken, create_token
from tests.conftest import TESTER
from tests.schema.hub import Hub, filling

OWN = """
[AGENT]
title = "Sees less"
permissions = ["read"]
masked = ["name"]
refused = ["money", "person"]
own_rows_only = true
fragments_a_day = 5

[CLAIMS_DESK]
title = "Our own"
permissions = ["read", "reveal"]
branches = "all"
sees_unassigned = true
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "roles.toml"


def problems(path: Path, text: str) -> list[str]:
    """What is wrong, without the file's name, which each sentence begins with."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongRoles) as raised:
        read_roles(path)
    assert str(raised.value) == "\n".join(raised.value.problems)
    return [problem.removeprefix(f"{path}: ") for problem in raised.value.problems]


def test_the_shipped_roles_use_what_there_is() -> None:
    roles = shipped_roles()
    assert list(roles) == [
        "AGENT", "SUPERVISOR", "STEWARD", "MARKETER", "PARTNER", "AUDITOR", "SECURITY", "ADMIN",
    ]  # fmt: skip
    for role in roles.values():
        assert role.permissions <= set(PERMISSIONS)
        assert role.masked <= set(MASKABLE)
        assert role.refused <= set(CLASSES)
    assert roles["ADMIN"].permissions == set(PERMISSIONS)
    assert read_roles(None) == roles


def test_a_role_of_the_hub_s_own_takes_the_place_of_a_shipped_one_as_a_whole(path: Path) -> None:
    path.write_text(OWN, encoding="utf-8")
    roles = read_roles(path)
    assert list(roles) == [*shipped_roles(), "CLAIMS_DESK"]
    # What its file does not say is the default, not what the shipped role says.
    assert roles["AGENT"] == Role(
        "AGENT",
        "Sees less",
        frozenset(["read"]),
        frozenset(["name"]),
        frozenset(["money", "person"]),
        own_rows_only=True,
        fragments_a_day=5,
    )
    assert roles["CLAIMS_DESK"] == Role(
        "CLAIMS_DESK", "Our own", frozenset(["read", "reveal"]), branches="all", sees_unassigned=True
    )
    assert roles["SUPERVISOR"] == shipped_roles()["SUPERVISOR"]


def test_a_file_that_can_not_be_read_is_told(path: Path) -> None:
    with pytest.raises(WrongRoles, match=r"can not be read: .*No such file"):
        read_roles(path)
    assert problems(path, "[AGENT") == [
        f"{path} can not be read: Expected ']' at the end of a table declaration (at end of document)"
    ]
    path.write_bytes(b"\xff")
    with pytest.raises(WrongRoles, match="can not be read"):
        read_roles(path)


NO_TABLE = "is no role: write a table with title and permissions."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("X = 1", [f"[X] {NO_TABLE}"]),
        ("[X]", [f"[X] {NO_TABLE}"]),
        ("[X]\npermissions = []", [f"[X] {NO_TABLE}"]),
        ("[X]\ntitle = 1\npermissions = []", [f"[X] {NO_TABLE}"]),
        ("[X]\ntitle = 'x'", [f"[X] {NO_TABLE}"]),
        (
            "['call centre']\ntitle = 'x'\npermissions = []",
            ["[call centre] is no name for a role: write capital letters, digits and _."],
        ),
    ],
)
def test_what_is_no_role_is_told(path: Path, text: str, told: list[str]) -> None:
    assert problems(path, text) == told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("own_row_only = true", "own_row_only is not known: write own_rows_only."),
        (
            "zebra = 1",
            "zebra is not known: write one of title, permissions, masked, refused, branches, own_rows_only, "
            "sees_unassigned, fragments_a_day, misses_a_day, "
            "reveals_a_day.",
        ),
        ("masked = 'name'", "masked is 'name': write a list."),
        (
            "masked = ['person', 'money']",
            "masked: person is not text, so it can not be masked: refuse it, or leave it clear.\n"
            "masked: money is not text, so it can not be masked: refuse it, or leave it clear.",
        ),
        (
            "masked = ['phone', ['name']]",
            "masked: 'phone' is not one of name, document, contact, notes, policy.\n"
            "masked: ['name'] is not one of name, document, contact, notes, policy.",
        ),
        (
            "refused = ['phone']",
            "refused: 'phone' is not one of name, document, contact, birth, person, notes, policy, money.",
        ),
        ("branches = 'some'", 'branches is \'some\': write "own" or "all".'),
        ("branches = ['own']", 'branches is [\'own\']: write "own" or "all".'),
        ("own_rows_only = 1", "own_rows_only is 1: write true or false."),
        ("sees_unassigned = 'yes'", "sees_unassigned is 'yes': write true or false."),
        ("fragments_a_day = -1", "fragments_a_day is -1: write a whole number of 0 or more."),
        ("fragments_a_day = true", "fragments_a_day is True: write a whole number of 0 or more."),
        ("fragments_a_day = 1.5", "fragments_a_day is 1.5: write a whole number of 0 or more."),
        (
            "masked = ['name', 'notes']\nrefused = ['notes', 'name']",
            "name is both masked and refused: say one of them.\n"
            "notes is both masked and refused: say one of them.",
        ),
    ],
)
def test_each_wrong_value_is_told_with_what_to_write(path: Path, line: str, told: str) -> None:
    text = f"[X]\ntitle = 'x'\npermissions = []\n{line}\n"
    assert problems(path, text) == [f"[X] {each}" for each in told.split("\n")]


def test_wrong_permissions_are_told_with_those_there_are(path: Path) -> None:
    assert problems(path, "[X]\ntitle = 'x'\npermissions = ['write']") == [
        "[X] permissions: 'write' is not one of read, fragments, reveal, customers.write, customers.put, "
        "customers.put.any, customers.merge, customers.pin, tags.write, contacts.write, leads.write, export, "
        "batches.read, batches.take_back, audit.read, tokens.write."
    ]


def test_everything_that_is_wrong_is_told_at_once(path: Path) -> None:
    text = "[A]\ntitle = 'x'\npermissions = ['write']\nzebra = 1\n[B]\n"
    assert [problem.split()[0] for problem in problems(path, text)] == ["[A]", "[A]", "[B]"]


def test_a_role_that_is_not_there_is_told_with_the_nearest(master: Master) -> None:
    roles = "AGENT, SUPERVISOR, STEWARD, MARKETER, PARTNER, AUDITOR, SECURITY, ADMIN."
    for name, told in (
        ("agent", f"There is no role agent. Did you mean AGENT? Roles: {roles}"),
        ("STEWART", f"There is no role STEWART. Did you mean STEWARD? Roles: {roles}"),
        ("XYZ", f"There is no role XYZ. Roles: {roles}"),
    ):
        with pytest.raises(Invalid) as raised:
            role_named(shipped_roles(), name)
        assert (raised.value.message, raised.value.path) == (told, ("role",))


def test_a_token_of_a_role_that_sees_every_branch_is_not_made_for_some(master: Master) -> None:
    with filling(master) as fill:
        fill.branch("HQ")
    with master.transaction(TESTER) as tx, pytest.raises(Invalid) as raised:
        create_token(tx, NewToken("x", "AUDITOR", ("HQ",)))
    assert raised.value.message == (
        "The role AUDITOR sees every branch, whatever its token says: give it all branches."
    )
    assert raised.value.path == ("branch",)
    with master.transaction(TESTER) as tx:
        assert create_token(tx, NewToken("x", "AUDITOR", None)).startswith("kehu_")
        assert create_token(tx, NewToken("x", "AGENT", ("HQ",))).startswith("kehu_")


VIEWER = "{ viewer { roles permissions masked refused branches { code } } }"


def test_a_viewer_is_told_what_its_role_does_and_sees(master: Master, path: Path) -> None:
    with filling(master) as fill:
        below = fill.branch("CITY", fill.branch("HQ"))
        fill.branch("TOWN", below)
    hub = Hub(master)
    assert hub.get(VIEWER, "MARKETER", branches=("CITY",))["viewer"] == {
        "roles": ["MARKETER"],
        "permissions": ["leads.write", "read", "tags.write"],
        "masked": ["ContactPoint.value", "IdentityDocument.number"],
        "refused": [
            "Batch.takenBackReason",
            "Contact.notes",
            "Contact.outcome",
            "Contact.subject",
            "Customer.birthDate",
            "CustomerTag.evidence",
            "MergedCustomer.reason",
            "ProvenanceValue.why",
            "RelativeSuggestion.reason",
            "ReviewTask.reason",
        ],
        "branches": [{"code": "CITY"}],
    }
    path.write_text(OWN, encoding="utf-8")
    own = read_roles(path)
    assert hub.get(VIEWER, own["AGENT"], branches=("TOWN", "HQ"))["viewer"] == {
        "roles": ["AGENT"],
        "permissions": ["read"],
        "masked": [
            "Customer.name", "CustomerRelation.name", "Household.name", "HouseholdMember.name", "Lead.title",
            "MergedCustomer.name", "PolicyParty.name", "SavedSearch.filter", "SavedSearch.name",
            "SavedSearch.query",
        ],
        "refused": [
            "Customer.gender", "CustomerSummary.annualPremium",
            "CustomerSummary.otherPremiums", "Lead.expectedPremium", "Money.amount",
            "Policy.annualPremium", "Policy.sumInsured",
        ],
        "branches": [{"code": "HQ"}, {"code": "TOWN"}],
    }  # fmt: skip
    assert hub.get(VIEWER, own["CLAIMS_DESK"], branches=("CITY",))["viewer"]["branches"] is None
    assert hub.get(VIEWER, "SECURITY")["viewer"] == {
        "roles": ["SECURITY"],
        "permissions": ["audit.read", "tokens.write"],
        "masked": [],
        "refused": [],
        "branches": None,
    }
