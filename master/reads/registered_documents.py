"""Registered GraphQL documents: which texts a token may run, and the list of them."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, or_, select

from master.tables.base import table
from master.tables.registered_documents import DocumentTokenRow, RegisteredDocumentRow

documents, document_tokens = table(RegisteredDocumentRow), table(DocumentTokenRow)

SCHEME = "sha256:"

_ID = re.compile(f"{SCHEME}[0-9a-f]{{64}}")


@dataclass(frozen=True)
class RegisteredDocument:
    """tokens: the ids of those that may run it; None: all."""

    id: str
    name: str
    text: str
    registered_by: str
    registered_at: datetime
    tokens: tuple[str, ...] | None


def document_id(text: str) -> str:
    """As callers name the document: sha256:<64 hex digits> (GraphQL over HTTP, appendix A)."""
    return SCHEME + hashlib.sha256(text.encode()).hexdigest()


def kept_id(id: str) -> str | None:
    """The id as the master keeps it, without its scheme; None: no document is named so."""
    return id.removeprefix(SCHEME) if _ID.fullmatch(id) else None


def text_for(connection: Connection, id: str, token_id: str) -> str | None:
    """The document's text when it is registered for this token or for all."""
    is_given = exists().where(
        document_tokens.c.document_id == documents.c.id, document_tokens.c.token_id == token_id
    )
    found = select(documents.c.text).where(documents.c.id == kept_id(id), or_(documents.c.for_all, is_given))
    return connection.scalar(found)


def all_documents(connection: Connection) -> Sequence[RegisteredDocument]:
    """By name."""
    tokens = defaultdict(list)
    for row in connection.execute(select(document_tokens).order_by(document_tokens.c.token_id)):
        tokens[row.document_id].append(row.token_id)
    return [
        RegisteredDocument(
            SCHEME + row.id,
            row.name,
            row.text,
            row.registered_by,
            row.registered_at,
            None if row.for_all else tuple(tokens[row.id]),
        )
        for row in connection.execute(select(documents).order_by(documents.c.name, documents.c.id))
    ]
