"""Who may ask: API tokens, of which only a keyed digest is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, PrimaryKeyConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from master.spelling import utc_now
from master.tables.base import CodeText, Row
from master.tables.types import Id, Instant


class ApiTokenRow(Row):
    """rate: operations a minute; 0: no limit; null: the default.

    scopes: permissions with spaces between them, to which those of the role are narrowed; null: all of them.
    sources: codes of the only ones it feeds, a line each; null: none is named.
    former_digest: of the secret before the last rotation, which opens until former_until.
    """

    __tablename__ = "api_tokens"

    id: Mapped[CodeText] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[CodeText]
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary)
    all_branches: Mapped[bool]
    rate: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=utc_now())
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    scopes: Mapped[CodeText | None]
    registered_only: Mapped[bool] = mapped_column(server_default=false())
    rotated_at: Mapped[datetime | None] = mapped_column(Instant)
    former_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_until: Mapped[datetime | None] = mapped_column(Instant)
    sources: Mapped[CodeText | None]


class TokenBranchRow(Row):
    __tablename__ = "token_branches"
    __table_args__ = (PrimaryKeyConstraint("token_id", "branch_id"),)

    token_id: Mapped[str] = mapped_column(ForeignKey("api_tokens.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branches.id"))


class SightChangesRow(Row):
    """One row, of which triggers raise the number with each transaction that changes the tree of branches, or
    the branches of a token: while it is the same, every token sees the same. changed_in: the last of them."""

    __tablename__ = "sight_changes"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    changes: Mapped[int]
    changed_in: Mapped[str | None]
