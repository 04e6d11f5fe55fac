"""token: API tokens made, listed, rotated and revoked."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

import click
import orjson

from app.commands.context import CLI, opened_master
from master.clock import spelled
from master.reads.tokens import TokenRow, all_tokens, branch_codes, is_over, scopes_of, sources_of
from master.roles import shipped_roles
from master.writes.tokens import (
    LONGEST_DAYS,
    LONGEST_OVERLAP_HOURS,
    OVERLAP_HOURS,
    NewToken,
    create_token,
    revoke_token,
    rotate_token,
)


@click.group()
def token() -> None:
    """API tokens: who may ask, and as what."""


@token.command()
@click.option("--role", required=True, help=f"{', '.join(shipped_roles())}, or a role of the hub's own.")
@click.option("--name", required=True, help="Who or what holds it.")
@click.option("--branch", "branches", multiple=True, help="A branch whose customers it sees; repeatable.")
@click.option("--all-branches", is_flag=True, help="It sees the customers of every branch.")
@click.option(
    "--expires", type=click.IntRange(1, LONGEST_DAYS), default=LONGEST_DAYS, show_default=True, help="Days."
)
@click.option("--rate", type=click.IntRange(0), help="Operations a minute; 0: no limit.")
@click.option("--scope", "scopes", multiple=True, help="Only this permission of its role; repeatable.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    help="Only this source system is fed by it (putCustomer); repeatable.",
)
@click.option(
    "--registered-only", is_flag=True, help="It runs registered documents only (kehu document add)."
)
def create(
    *,
    role: str,
    name: str,
    branches: tuple[str, ...],
    all_branches: bool,
    expires: int,
    rate: int | None,
    scopes: tuple[str, ...],
    sources: tuple[str, ...],
    registered_only: bool,
) -> None:
    """Make a token and print it, alone and only this once."""
    if bool(branches) == all_branches:
        raise click.UsageError("say either --branch (once or more often) or --all-branches")
    seen = None if all_branches else branches
    new = NewToken(
        name,
        role,
        seen,
        expires,
        rate,
        scopes=scopes or None,
        registered_only=registered_only,
        sources=sources or None,
    )
    with opened_master() as master, master.transaction(CLI) as tx:
        made = create_token(tx, new)
    click.echo(made)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
def show(*, as_json: bool) -> None:
    """All tokens, without their secrets."""
    with opened_master() as master, master.reading() as connection:
        rows, branches, now = all_tokens(connection), branch_codes(connection), master.clock.now()
    for row in rows:
        click.echo(_as_json(row, branches.get(row.id, [])) if as_json else "  ".join(_told(row, now)))


def _told(row: TokenRow, now: datetime) -> Iterator[str]:
    yield f"{row.id}  {row.role:<10} {row.name}"
    if row.revoked_at:
        yield "revoked"
    else:
        yield f"{'expired' if is_over(row, now) else 'expires'} {_instant(row.expires_at)}"
    yield f"last used {_instant(row.last_used_at) or 'never'}"
    if row.scopes is not None:
        yield f"only {row.scopes.replace(' ', ', ')}"
    if (sources := sources_of(row)) is not None:
        yield f"feeds only {', '.join(sorted(sources))}"
    if row.registered_only:
        yield "registered documents only"
    if row.rotated_at:
        yield f"rotated {_instant(row.rotated_at)}"
    if row.former_until and now < row.former_until and not is_over(row, now):
        yield f"old secret until {_instant(row.former_until)}"


def _as_json(row: TokenRow, branches: Sequence[str]) -> bytes:
    """branches and scopes: null: all of them; sources: null: those that it made, or what its role lets it."""
    told = {
        "id": row.id,
        "name": row.name,
        "role": row.role,
        "scopes": sorted(scopes) if (scopes := scopes_of(row)) is not None else None,
        "sources": sorted(sources) if (sources := sources_of(row)) is not None else None,
        "branches": None if row.all_branches else branches,
        "registeredOnly": row.registered_only,
        "rate": row.rate,
        "createdAt": _instant(row.created_at),
        "expiresAt": _instant(row.expires_at),
        "revokedAt": _instant(row.revoked_at),
        "rotatedAt": _instant(row.rotated_at),
        "oldSecretUntil": _instant(row.former_until),
        "lastUsedAt": _instant(row.last_used_at),
    }
    return orjson.dumps(told)


def _instant(instant: datetime | None) -> str | None:
    return spelled(instant) if instant is not None else None


@token.command()
@click.argument("id")
@click.option(
    "--overlap",
    type=click.IntRange(0, LONGEST_OVERLAP_HOURS),
    default=OVERLAP_HOURS,
    show_default=True,
    help="Hours for which the old secret opens too; 0: it ends at once.",
)
@click.option("--expires", type=click.IntRange(1, LONGEST_DAYS), help="Days from now; left out: as before.")
def rotate(id: str, *, overlap: int, expires: int | None) -> None:
    """Give the token a new secret and print it, alone and only this once."""
    with opened_master() as master, master.transaction(CLI) as tx:
        made = rotate_token(tx, id, overlap_hours=overlap, expires_days=expires)
    click.echo(made)


@token.command()
@click.argument("id")
def revoke(id: str) -> None:
    """From now on nobody gets in with this token."""
    with opened_master() as master, master.transaction(CLI) as tx:
        revoke_token(tx, id)
    click.echo(f"revoked {id}", file=sys.stderr)
