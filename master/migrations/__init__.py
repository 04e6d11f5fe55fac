"""Brings a database to this version's tables and triggers, or tells that it is not there yet."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from master.session import Master
from master.tables.install import install_triggers


class NewerDatabase(Exception):
    """The database is of a later version of the hub than this one."""


def migrate(master: Master) -> None:
    """Run what is missing; does nothing to a database that is current. Raises NewerDatabase."""
    with master.committing() as connection:
        refuse_newer(connection)
        upgrade(connection)
        install_triggers(connection)


def upgrade(connection: Connection) -> None:
    """The tables alone: what the next migration is compared with."""
    command.upgrade(config_for(connection), "head")


def is_current(connection: Connection) -> bool:
    """False when the database is empty, older or newer than this version of the hub."""
    present = MigrationContext.configure(connection).get_current_revision()
    return present == ScriptDirectory.from_config(config_for(connection)).get_current_head()


def refuse_newer(connection: Connection) -> None:
    """Raises NewerDatabase."""
    present = MigrationContext.configure(connection).get_current_revision()
    known = {
        script.revision for script in ScriptDirectory.from_config(config_for(connection)).walk_revisions()
    }
    if present is not None and present not in known:
        raise NewerDatabase(
            f"the database is of a later version of the hub (step {present}): install that version, "
            "or restore the backup made before the upgrade"
        )


def config_for(connection: Connection) -> Config:
    """What Alembic is told: where the migrations are, and the connection to run them on."""
    config = Config()
    config.set_main_option("script_location", str(files("master.migrations")))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
