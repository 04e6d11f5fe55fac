"""Customers, and what identifies them."""

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, exists, literal, select

from loaders.merges import survivors_by_merged_id
from loaders.relations import (
    NOW,
    Columns,
    Filter,
    Order,
    Relation,
    Rows,
    among,
    at_least,
    at_most,
    equal,
    whose_customer,
)
from loaders.sources import CUSTOMERS, given_source
from master.access import own_rows
from master.sight import Reach
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.codes import ContactPointKind
from master.tables.customers import ContactPointRow, CustomerRow, IdentityDocumentRow
from master.tables.merges import MergedCustomerRow
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.tables.sources import SourceRecordRow, SourceSystemRow
from master.tables.tags import CustomerTagRow, TagRow
from matching.numbers import read_document, read_mobile

customer = table(CustomerRow)
document = table(IdentityDocumentRow)
point = table(ContactPointRow)
branch = table(BranchRow)
customer_tag = table(CustomerTagRow)
tag = table(TagRow)
policy = table(PolicyRow)
party = table(PolicyPartyRow)
product = table(ProductRow)
record = table(SourceRecordRow)
merged = table(MergedCustomerRow)
system = table(SourceSystemRow)

Condition: TypeAlias = ColumnElement[bool]

customer_rows = Rows("Customer")
document_rows = Rows("IdentityDocument")
point_rows = Rows("ContactPoint")

customers_by_id = Relation(
    "customers_by_id",
    "one",
    select(customer),
    key="id",
    rows=customer_rows,
    in_sight=whose_customer("id"),
    shows="id",
    merged=survivors_by_merged_id,
)


def _in_branch(columns: Columns, code: str) -> Condition:
    """The branch of this code and all below it."""
    tree = select(branch.c.id).where(branch.c.code == code).cte("branch_tree", recursive=True, nesting=True)
    below = branch.alias("below")
    tree = tree.union(select(below.c.id).join(tree, below.c.parent_id == tree.c.id))
    return columns["branch_id"].in_(select(tree.c.id))


def _tagged(columns: Columns, code: Any) -> Condition:
    """Has a tag of this code, or of one of these."""
    codes = tag.c.code.in_(code) if isinstance(code, tuple) else tag.c.code == code
    return exists().where(
        customer_tag.c.customer_id == columns["id"],
        customer_tag.c.tag_id.in_(select(tag.c.id).where(codes)),
        customer_tag.c.ended_at.is_(None),
        customer_tag.c.expires_at.is_(None) | (customer_tag.c.expires_at > NOW),
    )


def _tagged_by_all(columns: Columns, codes: tuple[str, ...]) -> Condition:
    held: ColumnElement[bool] = literal(True)
    for code in codes:
        held = held & _tagged(columns, code)
    return held


def _with_product_line(columns: Columns, line: str, reach: Reach | None = None) -> Condition:
    """With a policy in this line that the viewer sees on the customer."""
    held = (
        select(party.c.customer_id)
        .join(policy, policy.c.id == party.c.policy_id)
        .join(product, product.c.id == policy.c.product_id)
        .where(product.c.line == line, party.c.ended_at.is_(None), party.c.customer_id.is_not(None))
        .where(own_rows(policy.c.branch_id, reach))
    )
    if reach is not None and reach.few:  # looked up for each of them
        return held.where(party.c.customer_id == columns["id"]).exists()
    return columns["id"].in_(held)


def _with_document(columns: Columns, given: tuple[str, str]) -> Condition:
    return columns["id"].in_(
        select(document.c.customer_id).where(
            document.c.type == given[0], document.c.number_index == given[1], document.c.ended_at.is_(None)
        )
    )


def _with_mobile(columns: Columns, normal: str) -> Condition:
    return columns["id"].in_(
        select(point.c.customer_id).where(
            point.c.kind == ContactPointKind.MOBILE,
            point.c.value_index == normal,
            point.c.ended_at.is_(None),
        )
    )


def _with_own_number(columns: Columns, number: str) -> Condition:
    """Whose number this is, or was before a merge: a number means the same customer for ever."""
    own = select(customer.c.id).where(customer.c.number == number)
    was = select(merged.c.survivor_id).where(merged.c.number == number)
    return columns["id"].in_(own.union_all(was))


def _from_source(columns: Columns, given: tuple[str, str]) -> Condition:
    return columns["id"].in_(
        select(record.c.customer_id)
        .join(system, system.c.id == record.c.source_id)
        .where(system.c.code == given[0], record.c.kind == CUSTOMERS, record.c.source_key == given[1])
    )


def given_document(given: Any) -> tuple[str, str]:
    """A DocumentKey as (type, normal form of the number)."""
    return (given.type, read_document(given.type, given.number).normal)


def given_mobile(given: str) -> str:
    return read_mobile(given).normal


all_customers = Relation(
    "all_customers",
    "pages",
    select(customer),
    key=None,
    rows=customer_rows,
    in_sight=whose_customer("id"),
    shows="id",
    order=Order(("number",)),
    orders={
        "NUMBER": Order(("number",)),
        "NAME": Order(("name_key", "number")),
        "UPDATED_AT": Order(("updated_at", "number")),
    },
    filters={
        "number": Filter(_with_own_number, picks=True),
        "source": Filter(_from_source, given_source, picks=True),
        "kind": equal("kind"),
        "status": among("status"),
        "branch": Filter(_in_branch),
        "tags.all": Filter(_tagged_by_all),
        "tags.any": Filter(_tagged),
        "tags.none": Filter(lambda columns, codes: ~_tagged(columns, codes)),
        "product_line": Filter(_with_product_line, seen=_with_product_line),
        "born_from": at_least("birth_date"),
        "born_to": at_most("birth_date"),
        "document": Filter(_with_document, given_document, picks=True),
        "mobile": Filter(_with_mobile, given_mobile, picks=True),
        "updated_since": at_least("updated_at"),
    },
)

documents_by_customer = Relation(
    "documents_by_customer",
    "many",
    select(document).where(document.c.ended_at.is_(None)),
    key="customer_id",
    rows=document_rows,
    order=Order(("id",)),
)

contact_points_by_customer = Relation(
    "contact_points_by_customer",
    "many",
    select(point).where(point.c.ended_at.is_(None)),
    key="customer_id",
    rows=point_rows,
    order=Order(("id",)),
    filters={"kind": equal("kind")},
)
