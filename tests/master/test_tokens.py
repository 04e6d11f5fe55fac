"""API tokens: narrowed, rotated, and never longer than a year."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from master.errors import Refusal
from master.reads.tokens import TokenRow, branch_codes, is_over, sources_of, token_by_id
from master.session import Master
from master.tables.audit import AuditEntryRow
from master.tables.base import table
from master.tables.branches import BranchRow
from master.writes.tokens import NewToken, create_token, revoke_token, rotate_token, secret_digest
from tests.conftest import NOW, TESTER, SetTime

entries = table(AuditEntryRow)


def made(master: Master, role: str = "AGENT", **more: Any) -> str:
    """A new token."""
    with master.transaction(TESTER) as tx:
        return create_token(tx, NewToken("呼叫中心", role, None, **more))


def id_of(token: str) -> str:
    return token.split("_")[1]


def row_of(master: Master, token: str) -> TokenRow:
    with master.reading() as connection:
        row = token_by_id(connection, id_of(token))
    assert row is not None
    return row


def rotated(master: Master, token: str, **how: Any) -> str:
    with master.transaction(TESTER) as tx:
        return rotate_token(tx, id_of(token), **how)


def digest(master: Master, token: str) -> bytes:
    return secret_digest(master.keys, token.split("_")[2])


def noted(master: Master) -> Sequence[tuple[str, dict[str, object]]]:
    with master.reading() as connection:
        rows = connection.execute(select(entries.c.action, entries.c.details).order_by(entries.c.id)).all()
    return [(row.action, json.loads(row.details)) for row in rows]


def test_a_token_keeps_the_scopes_it_is_narrowed_to(master: Master) -> None:
    token = made(master, scopes=("read", "contacts.write", "read"))
    assert row_of(master, token).scopes == "contacts.write read"
    assert row_of(master, made(master)).scopes is None


@pytest.mark.parametrize("scope", ["export", "kin.g", "read contacts.write", ""])
def test_a_scope_that_the_role_has_not_is_refused_with_those_it_has(master: Master, scope: str) -> None:
    with pytest.raises(Refusal) as caught:
        made(master, "PARTNER", scopes=("read", scope))
    assert (caught.value.path, caught.value.message) == (
        ("scope",),
        f"The role PARTNER has no permission {scope!r}:"
        " choose from contacts.write, customers.put, leads.write, read.",
    )


def test_no_scopes_at_all_are_not_taken_for_all_of_them(master: Master) -> None:
    with pytest.raises(Refusal) as caught:
        made(master, scopes=())
    assert caught.value.message == "A token without any scope may do nothing: name one, or leave scopes out."


def test_a_token_keeps_the_sources_that_it_is_made_for(master: Master) -> None:
    row = row_of(master, made(master, "PARTNER", sources=("B", "a broker ", "A", "B")))
    assert row.sources == "A\nB\na broker"
    assert sources_of(row) == {"A", "B", "a broker"}
    assert sources_of(row_of(master, made(master, "PARTNER"))) is None


@pytest.mark.parametrize(
    ("role", "more", "message"),
    [
        ("AGENT", {"sources": ("A",)}, "A token without the permission customers.put feeds no source."),
        (
            "PARTNER",
            {"sources": ("A",), "scopes": ("read",)},
            "A token without the permission customers.put feeds no source.",
        ),
        ("PARTNER", {"sources": ()}, "Name a source that the token feeds, or leave sources out."),
        ("PARTNER", {"sources": ("A", " ")}, "This must not be blank."),
        ("PARTNER", {"sources": ("A\nB",)}, "This must be one line without control or invisible characters."),
        ("PARTNER", {"sources": ('"A"',)}, "A code holds no quotes and no backslashes."),
    ],
)
def test_what_is_no_source_for_a_token_is_refused(
    master: Master, role: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(Refusal) as caught:
        made(master, role, **more)
    assert (caught.value.path, caught.value.message) == (("source",), message)


def test_a_token_lives_a_year_at_most(master: Master) -> None:
    assert row_of(master, made(master)).expires_at == NOW + timedelta(days=365)
    with pytest.raises(Refusal) as caught:
        made(master, expires_days=366)
    assert caught.value.message == "A token lives between 1 and 365 days."


def test_a_secret_has_256_bits_and_no_two_are_alike(master: Master) -> None:
    secrets = {made(master).split("_")[2] for _ in range(20)}
    assert {len(bytes.fromhex(secret)) for secret in secrets} == {32}
    assert len(secrets) == 20


def test_a_rotated_token_keeps_its_id_and_both_secrets_for_a_day(master: Master, time: SetTime) -> None:
    first = made(master)
    time.forward(hours=1)
    second = rotated(master, first)
    assert id_of(second) == id_of(first)
    row = row_of(master, first)
    assert (row.secret_digest, row.former_digest) == (digest(master, second), digest(master, first))
    assert (row.rotated_at, row.former_until) == (time.instant, time.instant + timedelta(hours=24))
    assert row.expires_at == NOW + timedelta(days=365)


def test_a_second_rotation_ends_the_oldest_secret(master: Master) -> None:
    first = made(master)
    second = rotated(master, first)
    third = rotated(master, first, overlap_hours=1)
    row = row_of(master, first)
    assert (row.secret_digest, row.former_digest) == (digest(master, third), digest(master, second))


def test_a_rotation_without_an_overlap_keeps_no_old_secret(master: Master) -> None:
    first = made(master)
    rotated(master, first)
    rotated(master, first, overlap_hours=0)
    row = row_of(master, first)
    assert (row.former_digest, row.former_until) == (None, None)


def test_a_rotation_may_renew_the_token(master: Master, time: SetTime) -> None:
    token = made(master, expires_days=10)
    time.forward(days=9)
    rotated(master, token, expires_days=30)
    assert row_of(master, token).expires_at == NOW + timedelta(days=39)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"overlap_hours": -1}, "An overlap has between 0 and 168 hours."),
        ({"overlap_hours": 169}, "An overlap has between 0 and 168 hours."),
        ({"expires_days": 366}, "A token lives between 1 and 365 days."),
    ],
)
def test_a_rotation_refuses_what_may_not_stand(master: Master, how: dict[str, int], message: str) -> None:
    token = made(master)
    with pytest.raises(Refusal) as caught:
        rotated(master, token, **how)
    assert caught.value.message == message
    assert row_of(master, token).rotated_at is None


def test_what_is_over_can_not_be_rotated(master: Master, time: SetTime) -> None:
    expired, revoked = made(master, expires_days=1), made(master)
    with master.transaction(TESTER) as tx:
        revoke_token(tx, id_of(revoked))
    time.forward(days=1)
    told = {}
    for token in (expired, revoked, "kehu_none_0"):
        with pytest.raises(Refusal) as caught:
            rotated(master, token)
        told[token] = (caught.value.code, caught.value.message)
    advice = "make a new one with `kehu token create`."
    assert told == {
        expired: ("INVALID", f"The token {id_of(expired)} has expired: {advice}"),
        revoked: ("INVALID", f"The token {id_of(revoked)} is revoked: {advice}"),
        "kehu_none_0": ("NOT_FOUND", "There is no token none: `kehu token list` shows those there are."),
    }


def test_what_happens_to_a_token_is_audited_without_its_secrets(master: Master) -> None:
    token = made(master, scopes=("read",))
    again = rotated(master, token, overlap_hours=2)
    with master.transaction(TESTER) as tx:
        revoke_token(tx, id_of(token))
    id = id_of(token)
    assert noted(master) == [
        ("token.create", {"token": id, "role": "AGENT", "scopes": "read", "sources": None}),
        ("token.rotate", {"token": id, "overlap_hours": 2, "expires_days": None}),
        ("token.revoke", {"token": id}),
    ]
    assert not any(secret.split("_")[2] in str(noted(master)) for secret in (token, again))


@pytest.mark.parametrize(("after", "over"), [(timedelta(0), False), (timedelta(days=365), True)])
def test_a_token_is_over_from_the_instant_at_which_it_ends(
    master: Master, after: timedelta, over: bool
) -> None:
    assert is_over(row_of(master, made(master)), NOW + after) is over


def test_the_branches_of_tokens_are_told_by_code(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        named = [{"id": id, "code": code, "name": code} for id, code in ((1, "SZ"), (2, "GD"))]
        tx.execute(insert(table(BranchRow)), named)
        narrow = create_token(tx, NewToken("x", "AGENT", ("SZ", "GD")))
    made(master)
    with master.reading() as connection:
        assert branch_codes(connection) == {id_of(narrow): ["GD", "SZ"]}
