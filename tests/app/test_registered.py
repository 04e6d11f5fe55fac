"""Which document runs for which token."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from app.http.asgi import Call, RequestRefused
from app.http.requests import GraphQLRequest
from app.registered import RegisteredDocuments
from master.access import Viewer
from master.errors import Refusal
from master.roles import shipped_roles
from master.session import Master
from master.writes.registered_documents import register_document, remove_document
from master.writes.tokens import NewToken, create_token
from tests.conftest import TESTER

TEXT = "query Viewer { viewer { name } }"
OTHER = "{ viewer { roles } }"


@pytest.fixture
def partner(master: Master) -> Viewer:
    with master.transaction(TESTER) as tx:
        id = create_token(tx, NewToken("泰康", "PARTNER", None)).split("_")[1]
    return Viewer("泰康", shipped_roles()["PARTNER"], id)


def registered(master: Master, partner: Viewer) -> str:
    with master.transaction(TESTER) as tx:
        return register_document(tx, "Viewer", TEXT, partner.token_id)


def text_of(
    master: Master, viewer: Viewer, query: str | None = None, *, id: str | None = None, only: bool = True
) -> str:
    request = GraphQLRequest(query, id, None, {}, only_queries=False)
    call = Call("r", registered_only=only)
    return asyncio.run(RegisteredDocuments(master).text_of(request, viewer, call))


def refusal(
    master: Master, viewer: Viewer, query: str | None = None, *, id: str | None = None
) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        text_of(master, viewer, query, id=id)
    return caught.value.code, caught.value.message


NOT_FOUND = ("NOT_FOUND", "No document of this documentId is registered for this token.")


def test_a_registered_document_runs_by_its_id_and_by_its_text(master: Master, partner: Viewer) -> None:
    id = registered(master, partner)
    assert text_of(master, partner, id=id) == TEXT
    assert text_of(master, partner, TEXT) == TEXT
    assert text_of(master, partner, id=id, only=False) == TEXT


def test_another_document_is_refused_and_it_is_said_how_to_register_it(
    master: Master, partner: Viewer
) -> None:
    registered(master, partner)
    for text in (OTHER, TEXT + " ", "{ __schema { types { name } } }"):
        assert refusal(master, partner, text) == (
            "FORBIDDEN",
            "This token runs registered documents only, and this is none of them: an operator registers it"
            f" by `kehu document add FILE --token {partner.token_id}`.",
        )


def test_other_tokens_send_what_they_like_without_a_look_up(
    master: Master, partner: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Master, "reading", away)
    assert text_of(master, partner, OTHER, only=False) == OTHER


def test_a_removed_document_is_refused_at_once(master: Master, partner: Viewer) -> None:
    id = registered(master, partner)
    assert text_of(master, partner, id=id) == TEXT
    with master.transaction(TESTER) as tx:
        remove_document(tx, id)
    assert refusal(master, partner, id=id) == NOT_FOUND
    assert refusal(master, partner, TEXT)[0] == "FORBIDDEN"


def test_a_document_of_another_token_is_told_as_one_that_is_not_there(
    master: Master, partner: Viewer
) -> None:
    id = registered(master, partner)
    stranger = Viewer("平安", partner.role, "0" * 12)
    assert refusal(master, stranger, id=id) == refusal(master, stranger, id="sha256:0") == NOT_FOUND


def test_a_master_that_is_away_is_told_as_unavailable(
    master: Master, partner: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Master, "reading", away)
    with pytest.raises(RequestRefused) as caught:
        text_of(master, partner, TEXT)
    assert (caught.value.status, caught.value.code) == (503, "UNAVAILABLE")


def away(self: Master) -> object:
    raise OperationalError("select", {}, Exception("connection refused"))
