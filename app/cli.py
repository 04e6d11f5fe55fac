"""The command `kehu`: settings are read here, refusals are told here, and commands are listed here."""

import sys

import click

from app.commands import checks, dumps, filling, index, running, tokens
from app.commands.context import Finding
from app.opening import NotSupported
from app.serve import NotReady
from app.settings import WrongSettings
from indexing.errors import SearchUnavailable
from master.errors import Refusal
from master.keys import KeyFileError

REFUSALS = (Finding, KeyFileError, NotReady, NotSupported, Refusal, SearchUnavailable, WrongSettings)


class Kehu(click.Group):
    """Tells what the user can mend in one sentence, without a traceback, and exits 1."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except REFUSALS as error:
            click.echo(f"kehu: {error}", err=True)
            sys.exit(1)


@click.group(cls=Kehu, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kehu")
def main() -> None:
    """The customer-data hub for insurers: one graph and one search over everything known of a customer."""


COMMANDS = (
    running.init,
    filling.sample,
    filling.import_file,
    running.serve,
    running.worker,
    index.index,
    tokens.token,
    checks.schema,
    dumps.dump,
    checks.outbox,
    checks.doctor,
    running.demo,
)
for command in COMMANDS:
    main.add_command(command)
