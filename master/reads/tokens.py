"""API tokens, to recognise callers and to list them."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, select

from master.tables.base import table
from master.tables.tokens import ApiTokenRow, TokenBranchRow

tokens, branches = table(ApiTokenRow), table(TokenBranchRow)


def token_by_id(connection: Connection, token_id: str) -> Row[tuple[ApiTokenRow]] | None:
    """The token's row, revoked and expired ones too."""
    return connection.execute(select(tokens).where(tokens.c.id == token_id)).one_or_none()


def token_branches(connection: Connection, token_id: str) -> tuple[int, ...]:
    """The ids of the branches whose customers (there and below) the token's holder sees."""
    rows = connection.scalars(select(branches.c.branch_id).where(branches.c.token_id == token_id))
    return tuple(sorted(rows))


def all_tokens(connection: Connection) -> Sequence[Row[tuple[ApiTokenRow]]]:
    """Oldest first."""
    return connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.id)).all()
