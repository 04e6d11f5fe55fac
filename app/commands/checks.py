"""outbox, doctor: what waits, what is wrong."""

import sys

import click

from app.commands.context import CLI, Finding, opened_master
from app.doctor import examine
from master.queue import backlog, retry_dead, set_aside


@click.command()
@click.option("--pending", "what", flag_value="pending", help="Customers waiting to be indexed.")
@click.option("--dead", "what", flag_value="dead", help="Customers set aside, with the reason.")
@click.option("--retry", is_flag=True, help="Queue again what was set aside.")
def outbox(what: str | None, retry: bool) -> None:
    """The index queue: the count on standard output; exits 0 when there is none."""
    if retry:
        with opened_master() as master, master.transaction(CLI) as tx:
            click.echo(retry_dead(tx))
        return
    if what is None:
        raise click.UsageError("say --pending, --dead or --retry")
    with opened_master() as master, master.reading() as connection:
        waiting = backlog(connection)
        for row in set_aside(connection) if what == "dead" else ():
            click.echo(f"{row.number or row.customer_id}: {row.error} ({row.attempts} attempts)", err=True)
    count = waiting.dead if what == "dead" else waiting.pending
    click.echo(count)
    if count:
        sys.exit(1)


@click.command()
def doctor() -> None:
    """Check settings, connections, versions, durability and the index; say what to do about each finding."""
    findings = 0
    for said in examine():
        findings += not said.is_fine
        click.echo(f"{'ok ' if said.is_fine else 'BAD'} {said.subject}: {said.message}")
    if findings:
        raise Finding(f"{findings} findings")
