"""Which rows a source's record of each kind may have made or changed, and whose they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from master.tables.base import Row, table
from master.tables.branches import BranchRow, StaffRow
from master.tables.contacts import ContactRow
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow, OtherNameRow
from master.tables.leads import LeadRow
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.tables.relations import RelationRow
from master.tables.sources import HandValueRow
from master.tables.tags import CustomerTagRow, TagRow


@dataclass(frozen=True)
class Part:
    """Rows that go with their owner: the column that names it."""

    row: type[Row]
    owner: str

    @property
    def table(self) -> Table:
        return table(self.row)


@dataclass(frozen=True)
class Scope:
    """entity: what a record of the kind becomes, where that is its owner; parts: what hangs on the owner."""

    entity: type[Row] | None
    parts: tuple[Part, ...] = ()


OF_A_SOURCE: Mapping[str, Scope] = {
    "customers": Scope(
        CustomerRow,
        (
            Part(IdentityDocumentRow, "customer_id"),
            Part(ContactPointRow, "customer_id"),
            Part(CustomerTagRow, "customer_id"),
            Part(OtherNameRow, "customer_id"),
            Part(HandValueRow, "customer_id"),
        ),
    ),
    "documents": Scope(None, (Part(IdentityDocumentRow, "customer_id"),)),
    "relations": Scope(None, (Part(RelationRow, "customer_id"),)),
    "policies": Scope(PolicyRow, (Part(PolicyPartyRow, "policy_id"),)),
    "contacts": Scope(ContactRow),
    "leads": Scope(LeadRow),
}
OF_ALL: Mapping[str, type[Row]] = {
    "branches": BranchRow,
    "staff": StaffRow,
    "products": ProductRow,
    "tags": TagRow,
}
MAKING_STAFF = ("contacts", "leads")  # of codes that nobody has
