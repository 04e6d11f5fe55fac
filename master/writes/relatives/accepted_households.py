"""Households of accepted suggestions: into which the two come, and as what; left where that is undone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, select, update

from master.errors import Invalid
from master.reads.relatives import SUGGESTIONS
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import INVERSE, RelationKind, SuggestionStatus
from master.tables.relations import HouseholdMemberRow
from master.writes.households import HEAD, OTHER, Joining, add_member, locked_household, new_household

members = table(HouseholdMemberRow)

# What somebody is in a household, by the role there of another one, and by what they are to that one.
ROLE_BESIDE = {
    (HEAD, RelationKind.SPOUSE): "spouse",
    (HEAD, RelationKind.CHILD): "child",
    (HEAD, RelationKind.PARENT): "parent",
    ("spouse", RelationKind.SPOUSE): HEAD,
    ("spouse", RelationKind.CHILD): "child",
    ("child", RelationKind.SIBLING): "child",
    ("child", RelationKind.PARENT): "spouse",
    ("parent", RelationKind.SPOUSE): "parent",
}


@dataclass(frozen=True)
class Housing:
    """both: the rows of the one and of the other customer; relation: what the other one is to the one; since:
    the first day, None: not known. one_is_head: of a household that is made for them."""

    suggestion: int
    both: tuple[Any, Any]
    relation: RelationKind | None
    one_is_head: bool
    since: date | None

    @property
    def ids(self) -> tuple[int, int]:
        return self.both[0].id, self.both[1].id

    def role(self, customer: int, beside: str) -> str:
        """Of one of the two, by the role of the other one."""
        is_one = customer == self.ids[0]
        to_that_one = INVERSE[self.relation] if self.relation is not None and is_one else self.relation
        return OTHER if to_that_one is None else ROLE_BESIDE.get((beside, to_that_one), OTHER)


def house(tx: Transaction, wanted: Housing, named: int | None) -> int:
    """Of which both are: the household that is named (its id), that of either, or a new one. Raises NotFound,
    and Invalid where that does not say which."""
    lasting = (members.c.ended_at.is_(None), members.c.until.is_(None))
    theirs = tx.execute(select(members).where(members.c.customer_id.in_(wanted.ids), *lasting)).all()
    if named is not None:
        locked_household(tx, named, ["household"])
    shared = {each.household_id for each in theirs if _has_both(theirs, each.household_id)}
    if shared and (named is None or named in shared):
        return min(shared) if named is None else named
    household = _only_one(theirs) if named is None else named
    inside = {row.customer_id: row.role for row in theirs if row.household_id == household}
    first, then = wanted.both if wanted.one_is_head else reversed(wanted.both)
    if then.id in inside:
        first, then = then, first
    alone = OTHER
    if household is None:
        household, alone = new_household(tx, _name_of(first.name)), HEAD
    if first.id not in inside:
        inside[first.id] = alone
        add_member(tx, household, Joining(first.id, alone, wanted.since), wanted.suggestion)
    role = wanted.role(then.id, inside[first.id])
    add_member(tx, household, Joining(then.id, role, wanted.since), wanted.suggestion)
    return household


def unhouse(tx: Transaction, suggestion: int, customers: Collection[int]) -> None:
    """End the memberships that it made; one that another accepted suggestion rests on is that one's now."""
    its = (members.c.suggestion_id == suggestion, members.c.ended_at.is_(None))
    for row in tx.execute(select(members).where(members.c.customer_id.in_(customers), *its)).all():
        heir = _heir(tx, row)
        values = {"ended_at": tx.at} if heir is None else {"suggestion_id": heir}
        tx.execute(update(members).where(members.c.id == row.id).values(values))


def _has_both(theirs: Collection[Any], household: int) -> bool:
    return len({row.customer_id for row in theirs if row.household_id == household}) == 2


def _only_one(theirs: Collection[Any]) -> int | None:
    """The household of either, None: they have none. Raises Invalid for several."""
    found = {row.household_id for row in theirs}
    if len(found) > 1:
        raise Invalid("They belong to several households: say to which they belong both.", ["household"])
    return next(iter(found), None)


def _name_of(head: str) -> str:
    """What people call the household of somebody of this name."""
    return f"{head} household" if head.isascii() else f"{head}家庭"


def _heir(tx: Transaction, row: Any) -> int | None:
    """Another accepted suggestion by which this member is of the household, beside somebody who still is."""
    its, beside = SUGGESTIONS.subquery(), members.alias("beside")
    is_one, is_other = its.c.one_now == row.customer_id, its.c.other_now == row.customer_id
    partner = case((is_one, its.c.other_now), else_=its.c.one_now)
    found = (
        select(its.c.id)
        .join_from(its, beside, beside.c.customer_id == partner)
        .where(beside.c.household_id == row.household_id, beside.c.ended_at.is_(None))
        .where(its.c.household_id == row.household_id, its.c.id != row.suggestion_id)
        .where(its.c.status == SuggestionStatus.ACCEPTED, is_one | is_other)
        .order_by(its.c.id)
    )
    return tx.connection.scalar(found.limit(1))
