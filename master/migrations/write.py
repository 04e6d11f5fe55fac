"""Writes the next migration: what the tables have and an empty, migrated database has not."""

import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from alembic import command
from alembic.script import ScriptDirectory

from master.clock import Clock
from master.keys import Keys
from master.migrations import config_for, upgrade
from master.session import Master


def write_migration(name: str) -> Path:
    """The new file, to be read before it is committed."""
    with tempfile.TemporaryDirectory() as folder:
        master = Master.open(f"sqlite:///{folder}/empty.db", Keys(b"0" * 32), Clock(ZoneInfo("UTC")))
        with master.committing() as connection:
            upgrade(connection)  # no triggers: they may be about the tables to come
        with master.reading() as connection:
            config = config_for(connection)
            head = ScriptDirectory.from_config(config).get_current_head()
            number = f"{int(head or 0) + 1:04d}"
            script = command.revision(config, name, autogenerate=True, rev_id=number)
        master.close()
    if script is None or isinstance(script, list):
        raise RuntimeError("one migration was to be written")
    return Path(script.path)


if __name__ == "__main__":
    sys.stdout.write(f"{write_migration(sys.argv[1])}\n")
