"""outbox, doctor: what waits, what is wrong."""

import sys

import click

from app.commands.context import CLI, Finding, opened_master
from app.doctor import examine
from master.queue import backlog, discard_dead, retry_dead, set_aside


@click.group(invoke_without_command=True)
@click.option("--pending", "what", flag_value="pending", help="Customers waiting to be indexed.")
@click.option("--dead", "what", flag_value="dead", help="Customers set aside, with the reason.")
@click.pass_context
def outbox(context: click.Context, what: str | None) -> None:
    """The index queue: the count on standard output; exits 0 when there is none."""
    if context.invoked_subcommand is not None:
        return
    if what is None:
        raise click.UsageError("say --pending or --dead, or retry or discard")
    with opened_master() as master, master.reading() as connection:
        waiting = backlog(connection)
        for row in set_aside(connection) if what == "dead" else ():
            click.echo(f"{row.number or row.customer_id}: {row.error} ({row.attempts} attempts)", err=True)
    count = waiting.dead if what == "dead" else waiting.pending
    click.echo(count)
    if count:
        sys.exit(1)


@outbox.command()
@click.argument("customers", nargs=-1)
def retry(customers: tuple[str, ...]) -> None:
    """Queue again what was set aside: all, or the customers of these numbers. Prints how many."""
    with opened_master() as master, master.transaction(CLI) as tx:
        click.echo(retry_dead(tx, [_id_of(each) for each in customers] or None))


@outbox.command()
@click.argument("customers", nargs=-1, required=True)
def discard(customers: tuple[str, ...]) -> None:
    """Give up customers that were set aside: the index keeps what it has of them. Prints how many.

    `kehu index check` goes on finding them, and `--repair` queues them again.
    """
    with opened_master() as master, master.transaction(CLI) as tx:
        click.echo(discard_dead(tx, [_id_of(each) for each in customers]))


def _id_of(customer: str) -> int:
    """Of C000000012, or of 12, as `--dead` names a customer that is gone."""
    digits = customer.upper().removeprefix("C")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise click.UsageError(f"{customer} is no customer number: write it as `kehu outbox --dead` does")
    return int(digits)


@click.command()
def doctor() -> None:
    """Check settings, connections, versions, durability and the index; say what to do about each finding."""
    findings = 0
    for said in examine():
        findings += not said.is_fine
        click.echo(f"{'ok ' if said.is_fine else 'BAD'} {said.subject}: {said.message}")
    if findings:
        raise Finding(f"{findings} findings")
