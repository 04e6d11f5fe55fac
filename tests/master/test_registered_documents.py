"""Registered documents: who may run which, and for how long."""

import hashlib

import pytest

from master.errors import Refusal
from master.reads.registered_documents import RegisteredDocument, all_documents, document_id, text_for
from master.session import Master
from master.writes.registered_documents import register_document, remove_document
from master.writes.tokens import NewToken, create_token
from tests.conftest import NOW, TESTER

TEXT = "query Viewer { viewer { name } } # 观看者\n"
ID = f"sha256:{hashlib.sha256(TEXT.encode()).hexdigest()}"


@pytest.fixture
def partner(master: Master) -> str:
    return token_id(master, "泰康")


@pytest.fixture
def other(master: Master) -> str:
    return token_id(master, "平安")


def token_id(master: Master, name: str) -> str:
    with master.transaction(TESTER) as tx:
        return create_token(tx, NewToken(name, "PARTNER", None)).split("_")[1]


def registered(master: Master, token: str | None) -> str:
    with master.transaction(TESTER) as tx:
        return register_document(tx, "Viewer", TEXT, token)


def removed(master: Master, token: str | None, id: str = ID) -> None:
    with master.transaction(TESTER) as tx:
        remove_document(tx, id, token)


def runs(master: Master, token: str, id: str = ID) -> bool:
    with master.reading() as connection:
        return text_for(connection, id, token) == TEXT


def listed(master: Master) -> list[RegisteredDocument]:
    with master.reading() as connection:
        return list(all_documents(connection))


def test_a_document_is_named_by_its_sha256_in_utf_8(master: Master, partner: str) -> None:
    assert (registered(master, partner), document_id(TEXT)) == (ID, ID)
    assert listed(master) == [RegisteredDocument(ID, "Viewer", TEXT, "test", NOW, (partner,))]


def test_a_document_of_a_token_is_no_other_token_s(master: Master, partner: str, other: str) -> None:
    registered(master, partner)
    assert (runs(master, partner), runs(master, other)) == (True, False)


def test_a_document_for_all_is_every_token_s(master: Master, partner: str, other: str) -> None:
    registered(master, None)
    assert (runs(master, partner), runs(master, other)) == (True, True)
    assert listed(master)[0].tokens is None


def test_two_tokens_may_share_a_document_that_is_registered_twice(
    master: Master, partner: str, other: str
) -> None:
    for token in (partner, partner, other):
        registered(master, token)
    assert [each.tokens for each in listed(master)] == [tuple(sorted((partner, other)))]
    removed(master, partner)
    assert (runs(master, partner), runs(master, other)) == (False, True)
    removed(master, other)
    assert listed(master) == []


def test_a_removed_document_is_gone_for_everyone(master: Master, partner: str, other: str) -> None:
    for token in (partner, other):
        registered(master, token)
    removed(master, None)
    assert (runs(master, partner), runs(master, other), listed(master)) == (False, False, [])


@pytest.mark.parametrize(
    "id",
    [ID[7:], ID.upper(), f" {ID}", f"{ID}\n", "sha256:", "sha512:" + ID[7:], "", "x" * 300_000, "\ud800"],
)
def test_an_id_of_another_form_names_nothing(master: Master, partner: str, id: str) -> None:
    registered(master, None)
    assert not runs(master, partner, id)


def test_what_can_not_be_registered_or_removed_says_what_to_do(master: Master, partner: str) -> None:
    told = []
    for attempt in (
        lambda: registered(master, "nobody"),
        lambda: removed(master, None),
        lambda: (registered(master, partner), removed(master, "nobody")),
        lambda: (registered(master, None), removed(master, partner)),
    ):
        with pytest.raises(Refusal) as caught:
            attempt()
        told.append(caught.value.message)
    assert told == [
        "There is no token nobody: `kehu token list` shows those there are.",
        f"No document {ID} is registered: `kehu document list` shows those that are.",
        "The document is not registered for the token nobody.",
        "The document is for all tokens: remove it without naming one.",
    ]
