"""Policies and the people on them."""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, String, case, exists, func, select, type_coerce
from sqlalchemy.types import TypeDecorator

from loaders.relations import (
    BY_ID,
    Columns,
    Filter,
    Order,
    Relation,
    Rows,
    Tied,
    among,
    equal,
    picked,
    with_sight,
)
from loaders.sources import given_source
from master.access import own_rows, policies_in_sight
from master.errors import Invalid
from master.roles import POLICY
from master.sight import Reach
from master.tables.base import table
from master.tables.codes import PolicyRole
from master.tables.customers import CustomerRow
from master.tables.policies import PolicyPartyRow, PolicyRow, ProductRow
from master.tables.sources import SourceSystemRow

policy = table(PolicyRow)
party = table(PolicyPartyRow)
product = table(ProductRow)
system = table(SourceSystemRow)
customer = table(CustomerRow)

policy_rows = Rows("Policy")
party_rows = Rows("PolicyParty")


def _in_sight(columns: Columns, reach: Reach | None) -> ColumnElement[bool]:
    return policies_in_sight(columns["id"], columns["branch_id"], reach)


policies_by_id = Relation(
    "policies_by_id", "one", select(policy), key="id", rows=policy_rows, in_sight=_in_sight
)


class RoleList(TypeDecorator[list[PolicyRole]]):
    """Roles joined by commas, as both databases gather them; each once, in the order of the codes."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> list[PolicyRole] | None:
        return None if value is None else [role for role in PolicyRole if role in value.split(",")]


def _with_roles(tied: Tied) -> Select[Any]:
    """Policies in which the customer has any role, once each; the roles belong to the edge."""
    roles = type_coerce(func.aggregate_strings(party.c.role, ","), RoleList).label("roles")
    link = (
        select(party.c.customer_id, party.c.policy_id, roles)
        .where(tied(party.c.customer_id), party.c.ended_at.is_(None))
        .group_by(party.c.customer_id, party.c.policy_id)
        .subquery("link")
    )
    return (
        select(policy, product.c.line.label("product_line"), link.c.customer_id, link.c.roles)
        .join(link, link.c.policy_id == policy.c.id)
        .join(product, product.c.id == policy.c.product_id)
    )


def _has_role(columns: Columns, role: PolicyRole) -> Any:
    return exists().where(
        party.c.policy_id == columns["id"],
        party.c.customer_id == columns["customer_id"],
        party.c.role == role,
        party.c.ended_at.is_(None),
    )


policies_by_customer = Relation(
    "policies_by_customer",
    "pages",
    _with_roles,
    key="customer_id",
    rows=policy_rows,
    order=Order(("effective_date", "id"), descending=True),
    link=("roles",),
    in_sight=lambda columns, reach: own_rows(columns["branch_id"], reach),
    filters={
        "status": among("status"),
        "product_line": equal("product_line"),
        "number": equal("number"),
        "role": Filter(_has_role),
    },
)


def _below_a_customer_only(role: object) -> None:
    raise Invalid("role is for the policies of one customer: leave it out here.", ["filter", "role"])


all_policies = Relation(
    "all_policies",
    "pages",
    select(
        policy,
        product.c.line.label("product_line"),
        select(system.c.code).where(system.c.id == policy.c.source_id).scalar_subquery().label("source_code"),
    ).join(product, product.c.id == policy.c.product_id),
    key=None,
    rows=policy_rows,
    order=Order(("number", "id")),
    orders={BY_ID: Order(("id",))},
    order_of=(POLICY,),
    in_sight=_in_sight,
    filters={
        "status": among("status"),
        "product_line": equal("product_line"),
        "role": Filter(lambda columns, role: columns["id"].is_(None), _below_a_customer_only),
        "number": picked("number"),
        "source": Filter(
            lambda columns, given: (columns["source_code"] == given[0]) & (columns["number"] == given[1]),
            given_source,
            picks=True,
        ),
    },
)

ROLE_ORDER = {role: place for place, role in enumerate(PolicyRole)}


def _parties(tied: Tied) -> Select[Any]:
    found = (
        select(
            party.c.id,
            party.c.policy_id,
            party.c.customer_id,
            party.c.role,
            func.coalesce(party.c.name, customer.c.name).label("name"),
            party.c.position,
            party.c.share,
            case(ROLE_ORDER, value=party.c.role).label("role_key"),
            func.coalesce(party.c.position, 0).label("position_key"),
        )
        .outerjoin(customer, customer.c.id == party.c.customer_id)
        .where(tied(party.c.policy_id), party.c.ended_at.is_(None))
    )
    return with_sight(found, party.c.customer_id, tied)


parties_by_policy = Relation(
    "parties_by_policy",
    "many",
    _parties,
    key="policy_id",
    rows=party_rows,
    order=Order(("role_key", "position_key", "id")),
    shows="customer_id",
)
