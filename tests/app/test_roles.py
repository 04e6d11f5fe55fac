"""`kehu roles check`, and what else tells of roles: serve, doctor and tokens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete

from app.cli import main
from app.doctor import examine
from app.opening import open_master
from app.parts import NOT_FILLED
from app.settings import read_settings
from master.keys import Keys
from master.tables.base import table
from master.tables.matching import BlockingFillRow
from master.writes.derived import refresh
from master.writes.tokens import NewToken, create_token
from tests.conftest import TESTER
from tests.schema.hub import filling

WRONG = """[AGENT]
title = "x"
permissions = ["see"]
"""
OWN = """[DESK]
title = "Our own desk"
permissions = ["read", "fragments", "export"]
masked = ["name", "policy", "notes"]
refused = ["money"]
own_rows_only = true
fragments_a_day = 20
"""


@pytest.fixture
def folder(tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data dir of an empty hub, in which commands run."""
    Keys.create(tmp_path / "keys.toml")
    (tmp_path / "master.db").write_bytes(empty_sqlite.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEHU_DATA_DIR", str(tmp_path))
    return tmp_path


def own(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = folder / "roles.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("KEHU_ROLES", str(path))
    return path


def kehu(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def checked(*arguments: str) -> list[str]:
    done = kehu("roles", "check", *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_without_a_role_all_are_told_by_class(folder: Path) -> None:
    assert checked() == [
        "role        branches  name    document  contact  birth    person  notes    policy  money",
        "AGENT       own       CLEAR   MASKED    MASKED   CLEAR    CLEAR   CLEAR    CLEAR   CLEAR",
        "SUPERVISOR  own       CLEAR   MASKED    MASKED   CLEAR    CLEAR   CLEAR    CLEAR   CLEAR",
        "STEWARD     own       CLEAR   MASKED    MASKED   CLEAR    CLEAR   CLEAR    CLEAR   CLEAR",
        "MARKETER    own       CLEAR   MASKED    MASKED   REFUSED  CLEAR   REFUSED  CLEAR   CLEAR",
        "PARTNER     own       CLEAR   MASKED    MASKED   REFUSED  CLEAR   REFUSED  CLEAR   CLEAR",
        "AUDITOR     all       MASKED  MASKED    MASKED   REFUSED  CLEAR   MASKED   CLEAR   CLEAR",
        "SECURITY    own       -       -         -        -        -       -        -       -",
        "ADMIN       own       CLEAR   CLEAR     CLEAR    CLEAR    CLEAR   CLEAR    CLEAR   CLEAR",
    ]


def test_a_role_is_told_with_each_field_that_is_not_open(folder: Path) -> None:
    assert checked("MARKETER") == [
        "MARKETER     Works with tags, segments and leads",
        "permissions  leads.write, read, tags.write",
        "branches     those of its token and all below; all of them with a token for all",
        "unassigned   customers without a branch: in sight with a token for all branches only",
        "own rows     all that hangs on a customer in sight",
        "parts        finds masked values as wholes only",
        "wholes       looks up masked numbers that somebody has, and 300 times a day such that nobody has",
        "pages        of 100 rows at most, 1000 rows of a list",
        "",
        "Customer.name                  name      CLEAR",
        "CustomerRelation.name          name      CLEAR   of customers out of sight MASKED: 张三丰 → 张**",
        "Household.name                 name      CLEAR   of customers out of sight MASKED: 张三丰 → 张**",
        "HouseholdMember.name           name      CLEAR   of customers out of sight MASKED: 张三丰 → 张**",
        "Lead.title                     name      CLEAR",
        "MergedCustomer.name            name      CLEAR",
        "PolicyParty.name               name      CLEAR   of customers out of sight MASKED: 张三丰 → 张**",
        "SavedSearch.filter             name      CLEAR",
        "SavedSearch.name               name      CLEAR",
        "SavedSearch.query              name      CLEAR",
        "IdentityDocument.number        document  MASKED  110101199003071234 → 110101********1234",
        "ContactPoint.value             contact   MASKED  13800138000 → 138****8000",
        "Customer.birthDate             birth     REFUSED",
        "Customer.gender                person    CLEAR",
        "Batch.takenBackReason          notes     REFUSED",
        "Contact.notes                  notes     REFUSED",
        "Contact.outcome                notes     REFUSED",
        "Contact.subject                notes     REFUSED",
        "CustomerTag.evidence           notes     REFUSED",
        "MergedCustomer.reason          notes     REFUSED",
        "ProvenanceValue.why            notes     REFUSED",
        "RelativeSuggestion.reason      notes     REFUSED",
        "ReviewTask.reason              notes     REFUSED",
        "Policy.number                  policy    CLEAR",
        "Policy.sourceStatus            policy    CLEAR",
        "CustomerSummary.annualPremium  money     CLEAR",
        "CustomerSummary.otherPremiums  money     CLEAR",
        "Lead.expectedPremium           money     CLEAR",
        "Money.amount                   money     CLEAR",
        "Policy.annualPremium           money     CLEAR",
        "Policy.sumInsured              money     CLEAR",
        "all others                     open      CLEAR",
    ]


def test_a_type_is_told_field_by_field(folder: Path) -> None:
    assert checked("AGENT", "IdentityDocument")[9:] == [
        "IdentityDocument.number   document  MASKED  110101199003071234 → 110101********1234",
        "IdentityDocument.id       open      CLEAR",
        "IdentityDocument.type     open      CLEAR",
        "IdentityDocument.primary  open      CLEAR",
        "IdentityDocument.doubt    open      CLEAR",
    ]
    told = "Customer.accessLog           open    REFUSED  lacks the permission audit.read"
    assert told in checked("AGENT", "Customer")
    assert "Customer.accessLog           open    CLEAR" in checked("ADMIN", "Customer")
    assert "Mutation.createCustomer          open  by permission" in checked("AGENT", "Mutation")


def test_what_lists_are_filtered_and_ordered_by_is_told(folder: Path) -> None:
    assert "CustomerFilter.mobile        contact   MASKED  by whole values" in checked(
        "AGENT", "CustomerFilter"
    )
    assert checked("AUDITOR", "CustomerOrderField")[9:] == [
        "CustomerOrderField.NAME        name  REFUSED  an order tells of masked values",
        "CustomerOrderField.NUMBER      open  CLEAR",
        "CustomerOrderField.UPDATED_AT  open  CLEAR",
    ]


def test_who_may_not_read_sees_nothing(folder: Path) -> None:
    assert checked("SECURITY") == [
        "SECURITY     Tokens and audit; no customer data",
        "permissions  audit.read, tokens.write",
        "sees         no customer, and nothing of any: it lacks the permission read",
    ]


def test_a_role_of_the_hub_s_own_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own(folder, OWN, monkeypatch)
    assert (
        checked()[-1]
        == "DESK        own       MASKED  CLEAR     CLEAR    CLEAR    CLEAR   MASKED   MASKED  REFUSED"
    )
    told = checked("DESK", "Policy")
    assert told[4:9] == [
        "own rows     only policies, leads and contacts of branches in sight",
        "parts        finds by parts of masked values, 20 times a day",
        "wholes       looks up masked numbers that somebody has, and 300 times a day such that nobody has",
        "pages        of 1000 rows at most, without an end",
        "",
    ]
    assert "Policy.number         policy  MASKED  PDAA20264403381059609 → PDAA20***********9609" in told
    assert "Policy.sumInsured     money   REFUSED" in told
    assert (
        checked("DESK", "CustomerOrderField")[9] == "CustomerOrderField.NAME        name  CLEAR  as by parts"
    )


def test_names_that_are_not_there_are_told_with_the_nearest(folder: Path) -> None:
    roles = "AGENT, SUPERVISOR, STEWARD, MARKETER, PARTNER, AUDITOR, SECURITY, ADMIN."
    for arguments, said in (
        (["AGNT"], f"kehu: There is no role AGNT. Did you mean AGENT? Roles: {roles}\n"),
        (["AGENT", "Custmer"], "kehu: the API has no type Custmer: did you mean Customer?\n"),
        (["AGENT", "Zebra"], "kehu: the API has no type Zebra: see `kehu schema`\n"),
    ):
        done = kehu("roles", "check", *arguments)
        assert (done.exit_code, done.stdout, done.stderr) == (1, "", said)


def test_a_wrong_roles_file_stops_every_command_that_needs_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own(folder, WRONG, monkeypatch)
    for command in (["roles", "check"], ["serve"], ["token", "list"]):
        done = kehu(*command)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith(f"kehu: {path}: [AGENT] permissions: 'see' is not one of read, ")
    assert found("roles") == [
        f"BAD {path}: [AGENT] permissions: 'see' is not one of read, fragments, reveal, customers.write, "
        "customers.put, customers.put.any, customers.merge, customers.pin, tags.write, contacts.write, "
        "leads.write, export, batches.read, batches.take_back, audit.read, tokens.write."
    ]


def found(subject: str) -> list[str]:
    """What the doctor says of this."""
    return [
        f"{'ok' if each.is_fine else 'BAD'} {each.message}" for each in examine() if each.subject == subject
    ]


def test_the_doctor_tells_of_roles_and_of_customers_without_a_branch(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found("roles") == ["ok the shipped ones"]
    assert found("tokens") == ["ok 0 live"]
    assert found("customers") == ["ok 0, each of a branch"]
    master = open_master(read_settings({"KEHU_DATA_DIR": str(folder)}, folder / "no.env"))
    with filling(master) as fill:
        fill.customer(1, branch_id=fill.branch("HQ"))
        fill.customer(2)
        refresh(fill.tx, [1, 2])
    master.close()
    assert found("customers") == [
        "ok 2, of which 1 belong to no branch: only tokens for all branches, "
        "and roles with sees_unassigned, see them"
    ]
    path = own(folder, OWN, monkeypatch)
    assert found("roles") == [f"ok {path}"]


def test_the_doctor_tells_of_customers_without_keys(folder: Path) -> None:
    master = open_master(read_settings({"KEHU_DATA_DIR": str(folder)}, folder / "no.env"))
    with master.committing() as connection:
        connection.execute(delete(table(BlockingFillRow)))
    master.close()
    assert found("customers") == [f"BAD {NOT_FILLED}", "ok 0, each of a branch"]


def test_the_doctor_names_tokens_whose_role_is_gone_or_sees_more_than_they_say(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own(folder, OWN, monkeypatch)
    master = open_master(
        read_settings({"KEHU_DATA_DIR": str(folder), "KEHU_ROLES": str(path)}, folder / "no.env")
    )
    with filling(master) as fill:
        fill.branch("HQ")
    with master.transaction(TESTER) as tx:
        gone, narrow = (
            create_token(tx, NewToken("x", role, ("HQ",))).split("_")[1] for role in ("DESK", "AGENT")
        )
    master.close()
    own(folder, '[AGENT]\ntitle = "Sees all"\npermissions = ["read"]\nbranches = "all"\n', monkeypatch)
    assert sorted(found("tokens")) == sorted(
        [
            "ok 2 live",
            f"BAD {gone} opens nothing, for there is no role DESK: see KEHU_ROLES, "
            f"or `kehu token revoke {gone}`",
            f"BAD {narrow} is for HQ, but the role AGENT sees every branch: change the role, "
            f"or `kehu token revoke {narrow}`",
        ]
    )


def test_a_token_for_some_branches_is_made_without_a_word(folder: Path) -> None:
    master = open_master(read_settings({"KEHU_DATA_DIR": str(folder)}, folder / "no.env"))
    with filling(master) as fill:
        fill.branch("HQ")
    master.close()
    done = kehu("token", "create", "--role", "AGENT", "--name", "desk", "--branch", "HQ")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("kehu_")
    done = kehu("token", "create", "--role", "AUDITOR", "--name", "audit", "--branch", "HQ")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "kehu: The role AUDITOR sees every branch, whatever its token says: give it all branches.\n"
    )
