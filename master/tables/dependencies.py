"""What a search document is made from: whose revision a change to which column raises.

The triggers are generated from this table, and a house test holds that indexing/documents/ reads nothing
outside it: so a change can not be forgotten, whoever makes it.
"""

from dataclasses import dataclass

from sqlalchemy import Table

from master.tables.base import Row, table
from master.tables.branches import BranchRow, StaffRow
from master.tables.contacts import ContactRow
from master.tables.customers import (
    AddressRow,
    ContactPointRow,
    CustomerBranchRow,
    CustomerRow,
    IdentityDocumentRow,
    OtherNameRow,
)
from master.tables.leads import LeadRow
from master.tables.merges import MergedCustomerRow
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.tables.relations import HouseholdMemberRow, HouseholdRow, RelationRow
from master.tables.sources import HandValueRow, SourceRecordRow, SourceSystemRow
from master.tables.tags import CustomerTagRow, TagCategoryRow, TagRow

COUNTERS = ("updated_at", "version", "versioned_in", "revision", "revised_in")


@dataclass(frozen=True)
class Depends:
    """A change to one of these columns of this table concerns these customers.

    customers: the SQL of the customers' ids, with {row} for the changed row (NEW or OLD).
    versioned: the columns that also are the customer's own fields (what CONFLICT compares).
    """

    row: type[Row]
    columns: tuple[str, ...]
    customers: str
    versioned: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        return table(self.row)


@dataclass(frozen=True)
class DependsWide:
    """A change to these columns concerns so many customers that the worker queues them in chunks.

    customers: SQL of all their ids, with :row_id for the changed row.
    """

    row: type[Row]
    columns: tuple[str, ...]
    customers: str

    @property
    def table(self) -> Table:
        return table(self.row)


def own_columns(row: type[Row], *derived: str) -> tuple[str, ...]:
    """What is said of a thing itself: all columns but its keys, its counters and what is derived."""
    columns = (column for column in table(row).columns if not column.primary_key and column.computed is None)
    return tuple(each.name for each in columns if each.name not in (*COUNTERS, *derived, "recorded_at"))


OWN = "{row}.customer_id"
# Every own field is a change of `updated_at`, which search filters by: so all of them concern the document.
CUSTOMER = own_columns(CustomerRow, "name_key", "status")
DOCUMENT = own_columns(IdentityDocumentRow, "number_index")
CONTACT_POINT = own_columns(ContactPointRow, "value_index")

DEPENDENCIES = (
    Depends(CustomerRow, (*CUSTOMER, "status"), "{row}.id", versioned=CUSTOMER),
    Depends(OtherNameRow, ("customer_id", "name", "ended_at"), OWN),
    Depends(IdentityDocumentRow, DOCUMENT, OWN, versioned=DOCUMENT),
    Depends(ContactPointRow, CONTACT_POINT, OWN, versioned=CONTACT_POINT),
    Depends(CustomerBranchRow, ("customer_id", "branch_id", "reason"), OWN),
    Depends(PolicyPartyRow, ("policy_id", "customer_id", "role", "ended_at"), OWN),
    Depends(
        PolicyRow,
        ("number", "product_id", "status", "effective_date", "expiry_date", "branch_id"),
        "(SELECT customer_id FROM policy_parties WHERE policy_id = {row}.id AND customer_id IS NOT NULL)",
    ),
    Depends(ContactRow, ("customer_id", "occurred_at"), OWN),
    Depends(CustomerTagRow, ("customer_id", "tag_id", "expires_at", "ended_at"), OWN),
    Depends(LeadRow, ("customer_id", "owner_id"), OWN),
    Depends(SourceRecordRow, ("source_id", "source_key", "customer_id"), OWN),
    # Who else a customer is, is its own: what was read of it before a merge can not be written after it.
    Depends(
        MergedCustomerRow,
        ("survivor_id", "number", "name", "branch_id"),
        "{row}.survivor_id",
        versioned=("survivor_id",),
    ),
)

WITH_BRANCH = """
    WITH RECURSIVE below(id) AS (
        SELECT CAST(:row_id AS BIGINT) UNION SELECT b.id FROM branches b JOIN below ON b.parent_id = below.id)
    SELECT customer_id FROM customer_branches WHERE branch_id IN (SELECT id FROM below)"""

WIDE = (
    DependsWide(BranchRow, ("code", "name", "parent_id"), WITH_BRANCH),
    DependsWide(
        TagRow,
        ("code", "name"),
        "SELECT customer_id FROM customer_tags WHERE tag_id = :row_id AND ended_at IS NULL",
    ),
    DependsWide(
        ProductRow,
        ("code", "name", "line"),
        "SELECT y.customer_id FROM policy_parties y JOIN policies p ON p.id = y.policy_id"
        " WHERE p.product_id = :row_id AND y.customer_id IS NOT NULL",
    ),
    DependsWide(StaffRow, ("branch_id",), "SELECT customer_id FROM leads WHERE owner_id = :row_id"),
    DependsWide(
        SourceSystemRow,
        ("code", "branch_id"),
        "SELECT customer_id FROM source_records WHERE source_id = :row_id AND customer_id IS NOT NULL",
    ),
)

# Tables whose rows' old states are kept. What is derived (branches belonged to, blocking keys) is made again.
REMEMBERED: tuple[type[Row], ...] = (
    CustomerRow,
    OtherNameRow,
    IdentityDocumentRow,
    ContactPointRow,
    AddressRow,
    BranchRow,
    StaffRow,
    ProductRow,
    PolicyRow,
    PolicyPartyRow,
    ContactRow,
    TagCategoryRow,
    TagRow,
    CustomerTagRow,
    LeadRow,
    RelationRow,
    HouseholdRow,
    HouseholdMemberRow,
    SourceSystemRow,
    SourceRecordRow,
    HandValueRow,
)
