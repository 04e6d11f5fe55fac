"""What hangs on a customer, and how it follows when the customer becomes another one.

A house test compares this list with the foreign keys of all tables: a new table without a rule fails it, and
the database itself refuses to let a customer go on whom something still hangs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Table

from master.tables.base import Row, table
from master.tables.contacts import ContactRow
from master.tables.customers import (
    AddressRow,
    ContactPointRow,
    CustomerRow,
    IdentityDocumentRow,
    OtherNameRow,
)
from master.tables.leads import LeadRow
from master.tables.merges import MergedCustomerRow
from master.tables.policies import PolicyPartyRow
from master.tables.relations import HouseholdMemberRow, RelationRow
from master.tables.sources import HandValueRow, SourceRecordRow
from master.tables.tags import CustomerTagRow


@dataclass(frozen=True)
class Owner:
    """A column that says whose a row is; only: the (column, value) of the rows of which it says so."""

    column: str
    only: tuple[str, str] | None = None


@dataclass(frozen=True)
class Mark:
    """A column that is true of one open row alone among those of a customer that are equal in `within`."""

    column: str
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class Later:
    """How a row that came after a merge is told of, where it can not be placed: the column with the id that
    people know. by_policy: its policy says from which source system it is, where its own column does not."""

    told_by: str = "id"
    by_policy: bool = False


@dataclass(frozen=True)
class Below:
    """The table of the rows that rows belong to, and the column with their keys; only: as in Owner."""

    table: str
    column: str
    only: tuple[str, str] | None = None


@dataclass(frozen=True)
class Moved:
    """A table whose rows go along, with all their columns.

    alike: open rows of one customer that are equal in these say the same, and the one that comes is ended;
    empty: each says something of its own. released: columns that change for the time
    only in which two are one. later: how rows that came after a merge are told of. below: whose rows they go
    with then.
    """

    row: type[Row]
    owners: tuple[Owner, ...] = (Owner("customer_id"),)
    key: str = "id"
    alike: tuple[str, ...] = ()
    mark: Mark | None = None
    released: tuple[str, ...] = ()
    later: Later | None = None
    below: Below | None = None

    @property
    def table(self) -> Table:
        return table(self.row)

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def values(self) -> tuple[str, ...]:
        """The columns, beside the owners, of which the ledger notes changes."""
        ended = ("ended_at",) if self.alike else ()
        return (*ended, *([self.mark.column] if self.mark else []), *self.released)


MOVED = (
    Moved(ContactRow, later=Later()),
    Moved(LeadRow, later=Later()),
    Moved(OtherNameRow),
    Moved(
        IdentityDocumentRow,
        alike=("type", "number_index"),
        mark=Mark("primary"),
        later=Later(),
    ),
    Moved(
        ContactPointRow,
        alike=("kind", "value_index"),
        mark=Mark("preferred", within=("kind",)),
        later=Later(),
    ),
    Moved(AddressRow, key="contact_point_id", below=Below("contact_points", "contact_point_id")),
    # One that lasts longer says something else.
    Moved(
        CustomerTagRow, alike=("tag_id", "source", "source_id", "expires_at"), later=Later(told_by="tag_id")
    ),
    # As on the policy, where two roles or shares of one person stand side by side.
    Moved(PolicyPartyRow, later=Later(told_by="policy_id", by_policy=True)),
    Moved(HouseholdMemberRow, alike=("household_id", "role"), later=Later(told_by="household_id")),
    Moved(
        RelationRow,
        owners=(Owner("customer_id"), Owner("other_id")),
        alike=("customer_id", "other_id", "kind", "source_kind", "since", "until"),
        later=Later(),
    ),
    Moved(
        SourceRecordRow,
        owners=(Owner("customer_id"), Owner("entity_id", only=("kind", "customers"))),
        below=Below("identity_documents", "entity_id", only=("kind", "documents")),
    ),
    Moved(HandValueRow, released=("ended_at",)),  # pins
    Moved(MergedCustomerRow, owners=(Owner("survivor_id"),), key="merge_id"),
)

# Made again from what has moved: see master/writes/derived.py.
DERIVED = ("blocking_keys", "customer_branches")


def derived_tables() -> list[Table]:
    return [Row.metadata.tables[name] for name in DERIVED]


def owning_columns() -> Iterator[Column[object]]:
    """The columns that say whose a row is, by the rules above."""
    for moved in MOVED:
        yield from (moved.table.c[owner.column] for owner in moved.owners if owner.only is None)
    yield from (each.c.customer_id for each in derived_tables())


def columns_that_name_customers() -> Iterator[Column[object]]:
    """The same, by the foreign keys of all tables."""
    own = table(CustomerRow)
    for each in Row.metadata.tables.values():
        for column in each.columns:
            if any(key.column.table is own for key in column.foreign_keys):
                yield column
