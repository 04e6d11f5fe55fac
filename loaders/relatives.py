"""Who is what to whom: relations between customers, and households."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from loaders.relations import Columns, Order, Relation, Rows, Tied, with_sight
from master.access import customers_in_sight
from master.reads.reviews import name_of_actor
from master.sight import Reach
from master.tables.base import table
from master.tables.customers import CustomerRow
from master.tables.relations import HouseholdMemberRow, HouseholdRow, RelationRow
from master.tables.sources import SourceSystemRow

relation = table(RelationRow)
household = table(HouseholdRow)
member = table(HouseholdMemberRow)
customer = table(CustomerRow)
system = table(SourceSystemRow)

relation_rows = Rows("CustomerRelation")
household_rows = Rows("Household")
membership_rows = Rows("HouseholdMembership")
member_rows = Rows("HouseholdMember")


def _relations(tied: Tied) -> Select[Any]:
    found = (
        select(
            *(each for each in relation.c if each.name != "recorded_by"),
            name_of_actor(relation.c.recorded_by).label("recorded_by"),
            customer.c.name,
            customer.c.number.label("other_number"),
            system.c.code.label("source"),
        )
        .join(customer, customer.c.id == relation.c.other_id)
        .outerjoin(system, system.c.id == relation.c.source_id)
        .where(tied(relation.c.customer_id), relation.c.ended_at.is_(None))
        .where(relation.c.other_id != relation.c.customer_id)  # two who were merged
    )
    return with_sight(found, relation.c.other_id, tied)


relations_by_customer = Relation(
    "relations_by_customer",
    "many",
    _relations,
    key="customer_id",
    rows=relation_rows,
    order=Order(("other_number", "id")),
    shows="other_id",
)


def _with_somebody_in_sight(columns: Columns, reach: Reach | None) -> ColumnElement[bool]:
    return exists().where(
        member.c.household_id == columns["id"],
        member.c.ended_at.is_(None),
        customers_in_sight(member.c.customer_id, reach),
    )


def _households(tied: Tied) -> Select[Any]:
    """Households are named after their members: whether all are in sight stands beside the name.

    Also of those who were taken out of it: it keeps its name when the one goes whom it is named after.
    """
    found = select(household).where(tied(household.c.id))
    if tied.reach is None:
        return found
    somebody_out_of_sight = exists().where(
        member.c.household_id == household.c.id,
        member.c.customer_id.is_not(None),
        ~customers_in_sight(member.c.customer_id, tied.reach),
    )
    return found.add_columns((~somebody_out_of_sight).label("is_seen"))


households_by_id = Relation(
    "households_by_id",
    "one",
    _households,
    key="id",
    rows=household_rows,
    in_sight=_with_somebody_in_sight,
)

memberships_by_customer = Relation(
    "memberships_by_customer",
    "many",
    select(
        *(each for each in member.c if each.name != "recorded_by"),
        name_of_actor(member.c.recorded_by).label("recorded_by"),
    ).where(member.c.ended_at.is_(None)),
    key="customer_id",
    rows=membership_rows,
    order=Order(("household_id", "id")),
)


def _members(tied: Tied) -> Select[Any]:
    found = (
        select(
            member.c.id,
            member.c.household_id,
            member.c.customer_id,
            member.c.role,
            func.coalesce(member.c.name, customer.c.name).label("name"),
            member.c.since,
            member.c.until,
            name_of_actor(member.c.recorded_by).label("recorded_by"),
        )
        .outerjoin(customer, customer.c.id == member.c.customer_id)
        .where(tied(member.c.household_id), member.c.ended_at.is_(None))
    )
    return with_sight(found, member.c.customer_id, tied)


members_by_household = Relation(
    "members_by_household",
    "many",
    _members,
    key="household_id",
    rows=member_rows,
    order=Order(("id",)),
    shows="customer_id",
)
