"""Registered GraphQL documents: added and removed by an operator, never by a caller."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, insert, select, update

from master.audit import note
from master.errors import Invalid, NotFound
from master.reads.registered_documents import SCHEME, document_id, kept_id
from master.reads.tokens import token_by_id
from master.session import Transaction
from master.tables.base import table
from master.tables.registered_documents import DocumentTokenRow, RegisteredDocumentRow

documents, document_tokens = table(RegisteredDocumentRow), table(DocumentTokenRow)


def register_document(tx: Transaction, name: str, text: str, token_id: str | None = None) -> str:
    """The document's id; from now on this token may run it, or every token (None). Twice is as once."""
    id = document_id(text)
    kept = id.removeprefix(SCHEME)
    if token_id is not None and token_by_id(tx.connection, token_id) is None:
        raise NotFound(f"There is no token {token_id}: `kehu token list` shows those there are.", ["token"])
    if tx.connection.scalar(select(documents.c.id).where(documents.c.id == kept)) is None:
        row = {"id": kept, "name": name, "text": text, "for_all": False}
        who = {"registered_by": tx.actor.name, "registered_at": tx.at}
        tx.execute(insert(documents), [row | who])
    if token_id is None:
        tx.execute(update(documents).where(documents.c.id == kept).values(for_all=True))
    elif not tx.connection.scalar(select(exists().where(*_given(kept, token_id)))):
        tx.execute(insert(document_tokens), [{"document_id": kept, "token_id": token_id}])
    note(tx, "document.register", "registered_document", details={"document": id, "token": token_id})
    return id


def remove_document(tx: Transaction, id: str, token_id: str | None = None) -> None:
    """From now on no token can run it, or this one can not. Raises NotFound and Invalid."""
    row = tx.execute(select(documents).where(documents.c.id == kept_id(id))).one_or_none()
    if row is None:
        raise NotFound(f"No document {id} is registered: `kehu document list` shows those that are.", ["id"])
    if token_id is not None and row.for_all:
        raise Invalid("The document is for all tokens: remove it without naming one.", ["token"])
    taken = tx.execute(delete(document_tokens).where(*_given(row.id, token_id))).rowcount
    if token_id is not None and not taken:
        raise NotFound(f"The document is not registered for the token {token_id}.", ["token"])
    if not tx.connection.scalar(select(exists().where(*_given(row.id)))):
        tx.execute(delete(documents).where(documents.c.id == row.id))
    note(tx, "document.remove", "registered_document", details={"document": id, "token": token_id})


def _given(kept: str, token_id: str | None = None) -> Sequence[ColumnElement[bool]]:
    """What picks the tokens that may run the document, or this one of them."""
    is_its = document_tokens.c.document_id == kept
    return [is_its] if token_id is None else [is_its, document_tokens.c.token_id == token_id]
