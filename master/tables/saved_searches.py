"""Searches that somebody keeps by a name, for themselves or for a branch."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from master.sealing import Sealed
from master.tables.base import AUTO, Moment, Recorded, Row, RowId


class SavedSearchRow(Row):
    """wanted: its words and filter, as JSON. branch_id: who deals with it has the search too; null: nobody
    else. for_one: it looks for a number, so it is about somebody and is shared with nobody."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("token_id", "name"), AUTO)

    id: Mapped[RowId]
    token_id: Mapped[str] = mapped_column(ForeignKey("api_tokens.id"))
    name: Mapped[str]
    wanted: Mapped[str] = mapped_column(Sealed("saved_searches"))
    for_one: Mapped[bool]
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"), index=True)
    created_at: Mapped[Recorded]
    updated_at: Mapped[Moment]
