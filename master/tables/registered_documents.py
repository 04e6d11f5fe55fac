"""GraphQL documents that an operator registered: what tokens held to registered documents may run."""

from sqlalchemy import ForeignKey, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.tables.base import CodeText, Recorded, Row


class RegisteredDocumentRow(Row):
    """id: the SHA-256 of the text, as 64 lower-case hexadecimal digits."""

    __tablename__ = "registered_documents"

    id: Mapped[CodeText] = mapped_column(primary_key=True)
    name: Mapped[str]
    text: Mapped[str]
    for_all: Mapped[bool]
    registered_by: Mapped[str]
    registered_at: Mapped[Recorded]


class DocumentTokenRow(Row):
    """A token that may run the document; one that is for all needs none."""

    __tablename__ = "registered_document_tokens"
    __table_args__ = (PrimaryKeyConstraint("document_id", "token_id"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("registered_documents.id"))
    token_id: Mapped[str] = mapped_column(ForeignKey("api_tokens.id"))
