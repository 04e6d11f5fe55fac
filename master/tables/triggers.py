"""The triggers: made from the table of dependencies, the same statements on both databases.

They raise the customer's counters once a transaction, write one event for each new revision, queue the
customer for the index and keep old states: also for changes that psql or sqlite3 make. None needs a function
of ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Table

from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.customers import CustomerRow
from master.tables.dependencies import DEPENDENCIES, REMEMBERED, WIDE, Depends, DependsWide, own_columns
from master.tables.history import HISTORY, remembered_columns
from master.tables.leads import LeadRow
from master.tables.tokens import TokenBranchRow

INSERT, UPDATE, DELETE = "INSERT", "UPDATE", "DELETE"
TRUNCATE = "TRUNCATE"  # once, not for each row; SQLite has none


@dataclass(frozen=True)
class Trigger:
    """After `operation` on a row of `table`, where `when` holds: the statements, in order.

    before: PostgreSQL's words for the same, which change the row before it is written, so that it is written
    once. SQLite's triggers can not. at_commit: so late on PostgreSQL, for statements that all change the same
    row: nobody waits for it longer than a COMMIT takes.
    """

    name: str
    table: str
    operation: str
    statements: tuple[str, ...]
    columns: tuple[str, ...] = ()
    when: str = ""
    before: str = ""
    at_commit: bool = False


def triggers() -> Iterator[Trigger]:
    """All triggers, with {tx} {at} {actor} {reason} {trace} where the writer's context goes and {differs}
    where the databases spell "is distinct from" in two ways."""
    for source in map(table, REMEMBERED):
        yield from _remembering(source)
    for depends in DEPENDENCIES:
        yield from _touching(depends)
    for wide in WIDE:
        yield _widely(wide)
    yield _revised()
    yield _deleted()
    yield _withdrawn()
    yield _lead_versioned()
    for seen in map(table, (BranchRow, TokenBranchRow)):
        yield from _seeing(seen)


def _changed(columns: tuple[str, ...]) -> str:
    return " OR ".join(f'OLD."{column}" {{differs}} NEW."{column}"' for column in columns)


def _remembering(source: Table) -> Iterator[Trigger]:
    columns = tuple(column.name for column in remembered_columns(source))
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f'OLD."{name}"' for name in columns)
    for operation in (UPDATE, DELETE):
        keep = (
            f"INSERT INTO {HISTORY[source.name].name} (changed_at, operation, tx, actor, reason, {names})"
            f" VALUES ({{at}}, '{operation}', {{tx}}, {{actor}}, {{reason}}, {values})"
        )
        when = _changed(columns) if operation == UPDATE else ""
        yield Trigger(
            f"kehu_1_keep_{source.name}_{operation.lower()}", source.name, operation, (keep,), when=when
        )


def _raise(counter: str, marker: str, target: str, ids: str) -> str:
    """Raise a counter by one, unless this transaction has done so already."""
    stamp = ", updated_at = {at}" if target == "customers" else ""
    of = f"IN {ids}" if ids.startswith("(") else f"= {ids}"
    return (
        f"UPDATE {target} SET {counter} = {counter} + 1, {marker} = {{tx}}{stamp}"
        f" WHERE id {of} AND coalesce({marker}, '') <> coalesce({{tx}}, '-')"
    )


def _raised_before(counter: str, marker: str) -> str:
    """The same of the customer's row that is about to be written."""
    return (
        f"IF coalesce(NEW.{marker}, '') <> coalesce({{tx}}, '-') THEN NEW.{counter} := NEW.{counter} + 1;"
        f" NEW.{marker} := {{tx}}; NEW.updated_at := {{at}}; END IF;"
    )


def _touching(depends: Depends) -> Iterator[Trigger]:
    """Version, where columns are the customer's own, and revision: raised by changes of different columns."""
    counters = [("version", "versioned_in", depends.versioned), ("revision", "revised_in", depends.columns)]
    for counter, marker, columns in counters:
        for operation in (INSERT, UPDATE, DELETE) if columns else ():
            ids = _concerned(depends, operation)
            if ids:
                is_own = depends.row is CustomerRow and operation == UPDATE
                yield Trigger(
                    f"kehu_2_{counter}_{depends.table.name}_{operation.lower()}",
                    depends.table.name,
                    operation,
                    tuple(_raise(counter, marker, "customers", each) for each in ids),
                    columns=columns if operation == UPDATE else (),
                    when=_changed(columns) if operation == UPDATE else "",
                    before=_raised_before(counter, marker) if is_own else "",
                )


def _concerned(depends: Depends, operation: str) -> list[str]:
    """The SQL of the customers' ids, of the row as it was and as it is."""
    if depends.row is CustomerRow:  # of a deleted one no row is left to count on: see _deleted
        return [] if operation == DELETE else [depends.customers.format(row="NEW")]
    rows = {INSERT: ("NEW",), UPDATE: ("NEW", "OLD"), DELETE: ("OLD",)}[operation]
    return [depends.customers.format(row=row) for row in rows]


def _widely(wide: DependsWide) -> Trigger:
    name = wide.table.name
    queue = f"INSERT INTO wide_changes (subject, row_id, at) VALUES ('{name}', NEW.id, {{at}})"
    return Trigger(f"kehu_3_wide_{name}", name, UPDATE, (queue,), wide.columns, _changed(wide.columns))


EVENT = (
    "INSERT INTO events (customer_id, revision, at, tx, actor, survivor_id)"
    " VALUES ({row}.id, {row}.revision{plus}, {{at}}, {{tx}}, {{actor}}, {survivor})"
)
QUEUE = (
    "INSERT INTO index_queue (customer_id, revision, queued_at, attempts, trace)"
    " VALUES ({row}.id, {row}.revision{plus}, {{at}}, 0, {{trace}})"
    " ON CONFLICT (customer_id) DO UPDATE SET revision = excluded.revision, attempts = 0,"
    " trace = excluded.trace, not_before = NULL, error = NULL, dead_at = NULL, claimed_by = NULL,"
    " claimed_until = NULL"
)


def _revised() -> Trigger:
    statements = tuple(each.format(row="NEW", plus="", survivor="NULL") for each in (EVENT, QUEUE))
    return Trigger("kehu_4_revised", "customers", UPDATE, statements, when="NEW.revision <> OLD.revision")


def _deleted() -> Trigger:
    """A merged customer leaves its table; the event tells into whom it went. One that another client deletes
    leaves the index all the same."""
    survivor = "(SELECT survivor_id FROM merged_customers WHERE id = OLD.id)"
    statements = tuple(each.format(row="OLD", plus=" + 1", survivor=survivor) for each in (EVENT, QUEUE))
    return Trigger("kehu_4_deleted", "customers", DELETE, statements)


def _withdrawn() -> Trigger:
    """Nobody need say any more whether one who has gone is another one, or a relative."""
    withdraw = tuple(
        f"UPDATE {pairs} SET status = 'WITHDRAWN'"
        " WHERE status = 'OPEN' AND (one_id = OLD.id OR other_id = OLD.id)"
        for pairs in ("review_tasks", "relative_suggestions")
    )
    return Trigger("kehu_4_withdrawn", "customers", DELETE, withdraw)


def _lead_versioned() -> Trigger:
    columns = own_columns(LeadRow)
    count = _raise("version", "versioned_in", "leads", "NEW.id")
    return Trigger("kehu_2_version_leads", "leads", UPDATE, (count,), columns, _changed(columns))


SEEN = (
    "INSERT INTO sight_changes (id, changes, changed_in) VALUES (1, 1, {tx})"
    " ON CONFLICT (id) DO UPDATE SET changes = sight_changes.changes + 1, changed_in = excluded.changed_in"
    " WHERE coalesce(sight_changes.changed_in, '') <> coalesce(excluded.changed_in, '-')"
)


def _seeing(source: Table) -> Iterator[Trigger]:
    """What tokens see is looked at again. Names of branches say nothing of that."""
    columns = tuple(each for each in ("id", "code", "parent_id", "token_id", "branch_id") if each in source.c)
    for operation in (INSERT, UPDATE, DELETE, TRUNCATE):
        yield Trigger(
            f"kehu_5_seen_{source.name}_{operation.lower()}",
            source.name,
            operation,
            (SEEN,),
            when=_changed(columns) if operation == UPDATE else "",
            at_commit=operation != TRUNCATE,
        )
