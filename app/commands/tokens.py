"""token: API tokens made, listed and revoked."""

import sys

import click

from app.commands.context import CLI, opened_master
from master.access import roles
from master.clock import spelled
from master.reads.tokens import all_tokens
from master.writes.tokens import LONGEST_DAYS, NewToken, create_token, revoke_token


@click.group()
def token() -> None:
    """API tokens: who may ask, and as what."""


@token.command()
@click.option("--role", type=click.Choice(list(roles())), required=True, help="What the holder may do.")
@click.option("--name", required=True, help="Who or what holds it.")
@click.option("--branch", "branches", multiple=True, help="A branch whose customers it sees; repeatable.")
@click.option("--all-branches", is_flag=True, help="It sees the customers of every branch.")
@click.option(
    "--expires", type=click.IntRange(1, LONGEST_DAYS), default=LONGEST_DAYS, show_default=True, help="Days."
)
@click.option("--rate", type=click.IntRange(0), help="Operations a minute; 0: no limit.")
def create(
    *, role: str, name: str, branches: tuple[str, ...], all_branches: bool, expires: int, rate: int | None
) -> None:
    """Make a token and print it, alone and only this once."""
    if bool(branches) == all_branches:
        raise click.UsageError("say either --branch (once or more often) or --all-branches")
    new = NewToken(name, role, None if all_branches else branches, expires, rate)
    with opened_master() as master, master.transaction(CLI) as tx:
        made = create_token(tx, new)
    if branches:
        warning = "rights by branch are not built yet: this token sees the customers of every branch"
        click.echo(f"kehu: {warning}", err=True)
    click.echo(made)


@token.command("list")
def show() -> None:
    """All tokens, without their secrets."""
    with opened_master() as master, master.reading() as connection:
        for row in all_tokens(connection):
            state = "revoked" if row.revoked_at else f"expires {spelled(row.expires_at)}"
            used = spelled(row.last_used_at) if row.last_used_at else "never"
            click.echo(f"{row.id}  {row.role:<10} {row.name}  {state}  last used {used}")


@token.command()
@click.argument("id")
def revoke(id: str) -> None:
    """From now on nobody gets in with this token."""
    with opened_master() as master, master.transaction(CLI) as tx:
        revoke_token(tx, id)
    click.echo(f"revoked {id}", file=sys.stderr)
