"""The command `kehu`: settings are read here, refusals are told here, and commands are listed here."""

import sys
from importlib import import_module

import click
from sqlalchemy.exc import OperationalError

from app.commands.context import Finding
from app.limits import WrongLimits
from app.opening import NotSupported
from app.settings import WrongSettings
from indexing.errors import SearchUnavailable
from master.clock import ClockFileError
from master.errors import Refusal
from master.keys import KeyFileError
from master.migrations import NewerDatabase
from master.roles import WrongRoles

REFUSALS = (
    ClockFileError,
    Finding,
    KeyFileError,
    NewerDatabase,
    NotSupported,
    OSError,
    Refusal,
    SearchUnavailable,
    WrongSettings,
    WrongLimits,
    WrongRoles,
)

# Loaded when they are used: the server and the GraphQL schema take a second that `kehu dump` can do without.
COMMANDS = {
    "init": "app.commands.hub:init",
    "sample": "app.commands.filling:sample",
    "import": "app.commands.filling:import_file",
    "batches": "app.commands.batches:batches",
    "serve": "app.commands.serving:serve",
    "worker": "app.commands.working:worker",
    "index": "app.commands.index:index",
    "sources": "app.commands.sources:sources",
    "search": "app.commands.search:search",
    "match": "app.commands.matching:match",
    "token": "app.commands.tokens:token",
    "roles": "app.commands.roles:roles",
    "document": "app.commands.registered_documents:document",
    "schema": "app.commands.schema:schema",
    "plan": "app.commands.plans:plan",
    "dump": "app.commands.dumps:dump",
    "outbox": "app.commands.checks:outbox",
    "doctor": "app.commands.checks:doctor",
    "demo": "app.commands.serving:demo",
}


class Kehu(click.Group):
    """Tells what the user can mend in one sentence, without a traceback, and exits 1."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, command = COMMANDS[name].partition(":")
        found = getattr(import_module(module), command)
        return found if isinstance(found, click.Command) else None

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except REFUSALS as error:
            click.echo(f"kehu: {error}", err=True)
        except OperationalError as error:
            away = f"the database can not be used ({type(error.orig).__name__})"
            click.echo(f"kehu: {away}: see KEHU_DATABASE_URL, and `kehu doctor`", err=True)
        sys.exit(1)


@click.group(cls=Kehu, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kehu")
def main() -> None:
    """The customer-data hub for insurers: one graph and one search over everything known of a customer."""
