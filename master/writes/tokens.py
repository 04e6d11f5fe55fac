"""API tokens: made, used, revoked. The secret itself is told once and never kept."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select, update

from master.access import roles
from master.audit import note
from master.errors import Invalid, NotFound
from master.keys import Keys
from master.session import Transaction
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.tokens import ApiTokenRow, TokenBranchRow

tokens, token_branches, branches = table(ApiTokenRow), table(TokenBranchRow), table(BranchRow)

LONGEST_DAYS = 366
SECRET_BYTES = 32


@dataclass(frozen=True)
class NewToken:
    """branches: codes; None: every branch. rate: operations a minute, 0: no limit, None: the default."""

    name: str
    role: str
    branches: tuple[str, ...] | None
    expires_days: int = LONGEST_DAYS
    rate: int | None = None


def secret_digest(keys: Keys, secret: str) -> bytes:
    """What is kept of a token's secret."""
    return hmac.digest(keys.derive("tokens"), secret.encode(), "sha256")


def create_token(tx: Transaction, new: NewToken) -> str:
    """The token itself, kehu_<id>_<secret>: told only now."""
    if new.role not in roles():
        raise Invalid(f"There is no role {new.role}. Roles: {', '.join(roles())}.", ["role"])
    if not 1 <= new.expires_days <= LONGEST_DAYS:
        raise Invalid(f"A token lives between 1 and {LONGEST_DAYS} days.", ["expires"])
    id, secret = secrets.token_hex(6), secrets.token_hex(SECRET_BYTES)
    values = {
        "id": id,
        "name": new.name,
        "role": new.role,
        "secret_digest": secret_digest(tx.master.keys, secret),
        "all_branches": new.branches is None,
        "rate": new.rate,
        "created_at": tx.at,
        "expires_at": tx.at + timedelta(days=new.expires_days),
    }
    tx.execute(insert(tokens), [values])
    _give_branches(tx, id, new.branches or ())
    note(tx, "token.create", "token", details={"token": id, "role": new.role})
    return f"kehu_{id}_{secret}"


def _give_branches(tx: Transaction, token_id: str, codes: Sequence[str]) -> None:
    for code in codes:
        branch_id = tx.connection.scalar(select(branches.c.id).where(branches.c.code == code))
        if branch_id is None:
            raise NotFound(f"There is no branch {code}.", ["branch"])
        tx.execute(insert(token_branches), [{"token_id": token_id, "branch_id": branch_id}])


def revoke_token(tx: Transaction, token_id: str) -> None:
    """From now on nobody gets in with it."""
    change = update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
    if tx.execute(change.values(revoked_at=tx.at)).rowcount == 0:
        raise NotFound(f"There is no live token {token_id}.", ["id"])
    note(tx, "token.revoke", "token", details={"token": token_id})


def note_use(tx: Transaction, token_id: str) -> None:
    """When the token was last used (kept to the minute by its caller)."""
    tx.execute(update(tokens).where(tokens.c.id == token_id).values(last_used_at=tx.at))
