"""Puts the generated triggers into a database, in its own spelling."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from master.tables.triggers import TRUNCATE, Trigger, triggers

SQLITE_WORDS = {
    "tx": "(SELECT tx FROM change_context)",
    "at": "coalesce((SELECT at FROM change_context), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
    "actor": "coalesce((SELECT actor FROM change_context), 'db:sqlite')",
    "reason": "(SELECT reason FROM change_context)",
    "trace": "(SELECT trace FROM change_context)",
    "differs": "IS NOT",
}
POSTGRESQL_WORDS = {
    "tx": "kehu_tx()",
    "at": "kehu_at()",
    "actor": "kehu_actor()",
    "reason": "nullif(current_setting('kehu.reason', true), '')",
    "trace": "nullif(current_setting('kehu.trace', true), '')",
    "differs": "IS DISTINCT FROM",
}
POSTGRESQL_FUNCTIONS = {
    "kehu_tx": (
        "text",
        "coalesce(nullif(current_setting('kehu.tx', true), ''), 'pg' || pg_current_xact_id())",
    ),
    "kehu_at": (
        "timestamptz",
        "coalesce(nullif(current_setting('kehu.at', true), '')::timestamptz,"
        " date_trunc('milliseconds', clock_timestamp()))",
    ),
    "kehu_actor": (
        "text",
        "coalesce(nullif(current_setting('kehu.actor', true), ''), 'db:' || session_user)",
    ),
}

POSTGRESQL_TRIGGERS = r"""
    SELECT tgname AS name, tgrelid\:\:regclass AS place FROM pg_trigger
    WHERE NOT tgisinternal AND tgname LIKE 'kehu\_%'"""


def install_triggers(connection: Connection) -> None:
    """Replace the hub's triggers by those of this version."""
    if connection.dialect.name == "postgresql":
        # What waits for the COMMIT is done now: a table whose triggers still wait can not be changed.
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        there = connection.execute(text(POSTGRESQL_TRIGGERS)).all()
        for statement in (*(f"DROP TRIGGER {row.name} ON {row.place}" for row in there), *_postgresql()):
            connection.execute(text(statement.replace(":", "\\:")))
        return
    old = connection.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'kehu_%'")
    )
    for name in old.scalars().all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    for trigger in triggers():
        if trigger.operation != TRUNCATE:
            connection.exec_driver_sql(_sqlite(trigger))


def _columns(trigger: Trigger) -> str:
    return " OF " + ", ".join(f'"{name}"' for name in trigger.columns) if trigger.columns else ""


def _sqlite(trigger: Trigger) -> str:
    when = f" WHEN {trigger.when.format(**SQLITE_WORDS)}" if trigger.when else ""
    body = " ".join(f"{statement.format(**SQLITE_WORDS)};" for statement in trigger.statements)
    return (
        f"CREATE TRIGGER {trigger.name} AFTER {trigger.operation}{_columns(trigger)} ON {trigger.table}"
        f" FOR EACH ROW{when} BEGIN {body} END"
    )


def _postgresql() -> Iterator[str]:
    for name, (kind, value) in POSTGRESQL_FUNCTIONS.items():
        head = f"CREATE OR REPLACE FUNCTION {name}() RETURNS {kind} LANGUAGE sql VOLATILE"
        yield f"{head} AS $kehu$ SELECT {value} $kehu$"
    for trigger in triggers():
        words = POSTGRESQL_WORDS
        after = " ".join(f"{statement.format(**words)};" for statement in trigger.statements)
        body = f"{trigger.before.format(**words)} RETURN NEW;" if trigger.before else f"{after} RETURN NULL;"
        when = f" WHEN ({trigger.when.format(**words)})" if trigger.when else ""
        kind = "CONSTRAINT TRIGGER" if trigger.at_commit else "TRIGGER"
        moment = "BEFORE" if trigger.before else "AFTER"
        deferred = " DEFERRABLE INITIALLY DEFERRED" if trigger.at_commit else ""
        each = "STATEMENT" if trigger.operation == TRUNCATE else "ROW"
        yield (
            f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $kehu$ BEGIN {body} END $kehu$"
        )
        yield (
            f"CREATE {kind} {trigger.name} {moment} {trigger.operation}{_columns(trigger)} ON {trigger.table}"
            f"{deferred} FOR EACH {each}{when} EXECUTE FUNCTION {trigger.name}()"
        )
