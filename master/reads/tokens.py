"""API tokens, to recognise callers and to list them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    String,
    bindparam,
    cast,
    func,
    select,
)

from master.json_text import as_bytes, hex_text, joined, number_text, quoted, said
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.tokens import ApiTokenRow, SightChangesRow, TokenBranchRow

tokens, branches, seen = table(ApiTokenRow), table(TokenBranchRow), table(SightChangesRow)
TOKEN: ColumnElement[str] = bindparam("token")

TokenRow = Row[tuple[ApiTokenRow]]


def token_by_id(connection: Connection, token_id: str) -> TokenRow | None:
    """The token's row, revoked and expired ones too."""
    return connection.execute(select(tokens).where(tokens.c.id == token_id)).one_or_none()


def stamp() -> Select[bytes]:
    """Of the token that is bound as `token`, all that says who its holder is and what that one sees, as one
    value: while it is the same, so are they. No row for a token that is not there."""
    columns = [each for each in tokens.c if each is not tokens.c.last_used_at]
    parts: list[ColumnElement[Any]] = [func.coalesce(_told(each), said("-")) for each in columns]
    # Instead of its branches and all below them, for which every request would walk the tree.
    changes = select(number_text(seen.c.changes)).scalar_subquery()
    parts += [said(" "), func.coalesce(changes, said("-"))]
    return select(as_bytes(joined(*parts))).where(tokens.c.id == TOKEN)


def stamp_of(connection: Connection, token_id: str) -> bytes | None:
    """The same for one token, of the state that the connection's other statements see."""
    told: str | bytes | None = connection.scalar(stamp(), {"token": token_id})
    return told.encode() if isinstance(told, str) else told


def _told(column: ColumnElement[Any]) -> ColumnElement[str]:
    return hex_text(column) if isinstance(column.type, LargeBinary) else quoted(cast(column, String))


def is_over(row: TokenRow, now: datetime) -> bool:
    """Whether the token opens nothing any more: revoked, expired, or without an end, which none may be."""
    return row.revoked_at is not None or row.expires_at is None or row.expires_at <= now


def scopes_of(row: TokenRow) -> frozenset[str] | None:
    """The permissions to which the token narrows those of its role; None: all of them."""
    return None if row.scopes is None else frozenset(row.scopes.split())


def sources_of(row: TokenRow) -> frozenset[str] | None:
    """The codes of the only source systems that the token feeds; None: none is named."""
    return None if row.sources is None else frozenset(row.sources.split("\n"))


def token_branches(connection: Connection, token_id: str) -> tuple[int, ...]:
    """The ids of the branches whose customers (there and below) the token's holder sees."""
    rows = connection.scalars(select(branches.c.branch_id).where(branches.c.token_id == token_id))
    return tuple(sorted(rows))


def all_tokens(connection: Connection) -> Sequence[TokenRow]:
    """Oldest first."""
    return connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.id)).all()


def branch_codes(connection: Connection) -> dict[str, list[str]]:
    """Those of each token that does not see every branch."""
    named = table(BranchRow)
    join = select(branches.c.token_id, named.c.code).join(named, named.c.id == branches.c.branch_id)
    codes = defaultdict(list)
    for row in connection.execute(join.order_by(named.c.code)):
        codes[row.token_id].append(row.code)
    return dict(codes)
