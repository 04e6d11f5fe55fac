"""API tokens: made, used, rotated, revoked. The secret itself is told once and never kept."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from master.audit import note
from master.errors import Invalid, NotFound
from master.keys import Keys
from master.reads.tokens import TokenRow, is_over
from master.roles import ALL_BRANCHES, PUT, Role, role_named
from master.session import Transaction
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.tokens import ApiTokenRow, TokenBranchRow
from master.writes.sourced.directory import plain_code

tokens, token_branches, branches = table(ApiTokenRow), table(TokenBranchRow), table(BranchRow)

LONGEST_DAYS = 365
OVERLAP_HOURS = 24
LONGEST_OVERLAP_HOURS = 7 * 24  # who can not change a secret within a week wants a second token
SECRET_BYTES = 32


@dataclass(frozen=True)
class NewToken:
    """branches: codes; None: every branch. rate: operations a minute, 0: no limit, None: the default.

    scopes: permissions, to which those of the role are narrowed; None: all of them.
    sources: codes of the only source systems that it feeds, known or not; None: none is named.
    """

    name: str
    role: str
    branches: tuple[str, ...] | None
    expires_days: int = LONGEST_DAYS
    rate: int | None = None
    scopes: tuple[str, ...] | None = None
    registered_only: bool = False
    sources: tuple[str, ...] | None = None


def secret_digest(keys: Keys, secret: str) -> bytes:
    """What is kept of a token's secret."""
    return hmac.digest(keys.derive("tokens"), secret.encode(), "sha256")


def create_token(tx: Transaction, new: NewToken) -> str:
    """The token itself, kehu_<id>_<secret>: told only now."""
    role = role_named(tx.master.roles, new.role)
    if role.branches == ALL_BRANCHES and new.branches is not None:
        message = f"The role {role.name} sees every branch, whatever its token says: give it all branches."
        raise Invalid(message, ["branch"])
    id, secret = secrets.token_hex(6), _new_secret()
    values: dict[str, Any] = {
        "id": id,
        "name": new.name,
        "role": new.role,
        "scopes": _scopes(role, new.scopes),
        "sources": _sources(role, new),
        "registered_only": new.registered_only,
        "secret_digest": secret_digest(tx.master.keys, secret),
        "all_branches": new.branches is None,
        "rate": new.rate,
        "created_at": tx.at,
        "expires_at": tx.at + _lifetime(new.expires_days),
    }
    tx.execute(insert(tokens), [values])
    _give_branches(tx, id, new.branches or ())
    details = {name: values[name] for name in ("role", "scopes", "sources")}
    note(tx, "token.create", "token", details={"token": id, **details})
    return f"kehu_{id}_{secret}"


def _new_secret() -> str:
    return secrets.token_hex(SECRET_BYTES)


def _lifetime(days: int) -> timedelta:
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"A token lives between 1 and {LONGEST_DAYS} days.", ["expires"])
    return timedelta(days=days)


def _scopes(role: Role, wanted: Sequence[str] | None) -> str | None:
    """As they are kept."""
    if wanted is None:
        return None
    for scope in wanted:
        if scope not in role.permissions:
            allowed = ", ".join(sorted(role.permissions))
            raise Invalid(
                f"The role {role.name} has no permission {scope!r}: choose from {allowed}.", ["scope"]
            )
    if not wanted:
        raise Invalid("A token without any scope may do nothing: name one, or leave scopes out.", ["scope"])
    return " ".join(sorted(set(wanted)))


def _sources(role: Role, new: NewToken) -> str | None:
    """As they are kept."""
    if new.sources is None:
        return None
    if PUT not in role.permissions or (new.scopes is not None and PUT not in new.scopes):
        raise Invalid(f"A token without the permission {PUT} feeds no source.", ["source"])
    if not new.sources:
        raise Invalid("Name a source that the token feeds, or leave sources out.", ["source"])
    return "\n".join(sorted({plain_code(code, ("source",)) for code in new.sources}))


def _give_branches(tx: Transaction, token_id: str, codes: Sequence[str]) -> None:
    for code in codes:
        branch_id = tx.connection.scalar(select(branches.c.id).where(branches.c.code == code))
        if branch_id is None:
            raise NotFound(f"There is no branch {code}.", ["branch"])
        tx.execute(insert(token_branches), [{"token_id": token_id, "branch_id": branch_id}])


def rotate_token(
    tx: Transaction, token_id: str, *, overlap_hours: int = OVERLAP_HOURS, expires_days: int | None = None
) -> str:
    """The same token with a new secret, told only now; the old secret opens until the overlap ends.

    A secret that was still in its overlap opens no longer. expires_days: from now; None: as before.
    """
    if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
        raise Invalid(f"An overlap has between 0 and {LONGEST_OVERLAP_HOURS} hours.", ["overlap"])
    row = _live(tx, token_id)
    secret = _new_secret()
    values: dict[str, Any] = {
        "secret_digest": secret_digest(tx.master.keys, secret),
        "rotated_at": tx.at,
        "former_digest": row.secret_digest if overlap_hours else None,
        "former_until": tx.at + timedelta(hours=overlap_hours) if overlap_hours else None,
    }
    if expires_days is not None:
        values["expires_at"] = tx.at + _lifetime(expires_days)
    tx.execute(update(tokens).where(tokens.c.id == token_id).values(values))
    details = {"token": token_id, "overlap_hours": overlap_hours, "expires_days": expires_days}
    note(tx, "token.rotate", "token", details=details)
    return f"kehu_{token_id}_{secret}"


def _live(tx: Transaction, token_id: str) -> TokenRow:
    """The token's row, kept from others until the transaction ends. Raises NotFound and Invalid."""
    row = tx.execute(select(tokens).where(tokens.c.id == token_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"There is no token {token_id}: `kehu token list` shows those there are.", ["id"])
    if is_over(row, tx.at):
        over = "is revoked" if row.revoked_at else "has expired"
        raise Invalid(f"The token {token_id} {over}: make a new one with `kehu token create`.", ["id"])
    return row


def revoke_token(tx: Transaction, token_id: str) -> None:
    """From now on nobody gets in with it."""
    change = update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
    if tx.execute(change.values(revoked_at=tx.at)).rowcount == 0:
        raise NotFound(f"There is no live token {token_id}.", ["id"])
    note(tx, "token.revoke", "token", details={"token": token_id})


def note_use(tx: Transaction, token_id: str) -> None:
    """When the token was last used (kept to the minute by its caller)."""
    tx.execute(update(tokens).where(tokens.c.id == token_id).values(last_used_at=tx.at))
