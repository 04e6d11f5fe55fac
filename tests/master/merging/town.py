"""A few customers with something in every table that hangs on them, and all that the master holds as data."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from master.session import Master
from master.tables.base import Row
from master.tables.children import DERIVED, MOVED
from master.tables.customers import AddressRow, OtherNameRow
from master.tables.dependencies import COUNTERS
from master.tables.relations import HouseholdMemberRow
from master.writes.merging.merge import Merging, Outcome, merge_customers
from master.writes.merging.unmerge import Undone, unmerge_customer
from tests.conftest import TESTER
from tests.schema.hub import Filler, filling

# Notes of what was done, which an unmerge adds to.
NOTES = ("audit_entries", "events", "merges", "merge_changes", "index_queue", "due")

Rows = dict[tuple[str, Any], dict[str, Any]]


def merge(master: Master, survivor: int, *duplicates: int) -> Outcome:
    with master.transaction(TESTER, "they are one") as tx:
        return merge_customers(tx, Merging(survivor, duplicates, "they are one"))


def unmerge(master: Master, merge: int) -> Undone:
    with master.transaction(TESTER, "they are two") as tx:
        return unmerge_customer(tx, merge, "they are two")


class Town:
    """Puts customers into an empty master; sources: CORE and CRM."""

    def __init__(self, fill: Filler) -> None:
        self.branches = [fill.branch("NORTH"), fill.branch("SOUTH")]
        self.staff = fill.staff("A1", self.branches[1])
        self.sources = {code: fill.source(code) for code in ("CORE", "CRM")}
        self.tags = [fill.tag("VIP"), fill.tag("LOYAL")]
        product = fill.product("TERM")
        self.policies = [fill.policy(f"P{n}", product, source_id=self.sources["CORE"]) for n in (1, 2)]
        self.household = fill.household("The house")

    def customer(self, fill: Filler, n: int, source: str = "CORE", **values: Any) -> int:
        """One with a row in every table; odd and even ones have a mobile, a document and a tag in common."""
        id = fill.customer(n, f"Person {n}", branch_id=self.branches[n % 2], **values)
        fed = {"source_id": self.sources[source]}
        fill.sourced(id, self.sources[source], f"K{n}")
        fill.document(id, f"E{n % 2}0000000", primary=True, **fed)
        fill.document(id, f"G{n}0000000")
        fill.point(id, f"1380013800{n % 2}", preferred=True)
        point = fill.point(id, f"Road {n}", "ADDRESS", **fed)
        fill.add(AddressRow, contact_point_id=point, customer_id=id, street=f"Road {n}")
        fill.add(OtherNameRow, customer_id=id, kind="FORMER", name=f"Former {n}")
        fill.tagged(id, self.tags[n % 2])
        fill.contact(id, f"call {n}", **fed)
        fill.lead(id, f"chance {n}", owner_id=self.staff)
        fill.party(self.policies[n % 2], id, "BENEFICIARY", position=n, share=Decimal("12.5"))
        fill.add(HouseholdMemberRow, household_id=self.household, customer_id=id, role="head")
        return id


@contextmanager
def a_town(master: Master) -> Iterator[tuple[Town, Filler]]:
    """What is put in is derived from when it is left."""
    with filling(master) as fill:
        yield Town(fill), fill
        fill.derive()


def two(master: Master, **values: Any) -> tuple[int, int]:
    """Two customers who are related, the first fed by CORE and the other by CRM."""
    with a_town(master) as (town, fill):
        one = town.customer(fill, 1, "CORE", gender="MALE", birth_date=date(1980, 1, 1))
        other = town.customer(fill, 3, "CRM", **values)
        fill.related(one, other, "SPOUSE", "SPOUSE")
    return one, other


def everything(master: Master) -> Rows:
    """All rows of all tables but notes, old states and words of unknown hands, without counters."""
    found: Rows = {}
    with master.reading() as connection:
        for table in Row.metadata.sorted_tables:
            if table.name in NOTES or table.name.endswith("_history"):
                continue
            for row in connection.execute(select(table)):
                values = {
                    name: bytes(value) if isinstance(value, memoryview) else value
                    for name, value in row._mapping.items()
                    if name not in COUNTERS
                }
                if table.name == "hand_values" and not values["said_by"]:
                    continue  # a merge notes what nobody was known to have said: it says nothing new
                key = tuple(values[column.name] for column in table.primary_key)
                found[table.name, key] = values
    return found


def lasting(rows: Rows) -> Mapping[tuple[str, Any], dict[str, Any]]:
    """What no merge changes: of the rows that hang on customers all columns but owners and judgements."""
    changing = {
        moved.name: {*moved.values, *(owner.column for owner in moved.owners)}
        for moved in MOVED
        if moved.name != "merged_customers"
    }
    return {
        (name, key): {column: value for column, value in row.items() if column not in changing.get(name, ())}
        for (name, key), row in rows.items()
        if name not in (*DERIVED, "customers", "merged_customers")
    }
