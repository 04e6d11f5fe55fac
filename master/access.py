"""Who may do and see what: the one door, whose predicate of rows in sight serves SQL and the search index."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
    union,
    union_all,
)

from master.errors import Forbidden, LimitExceeded
from master.planning import unplanned_in_numbers
from master.roles import EXPORT, FRAGMENTS, PUT_ANY, Role
from master.session import Actor
from master.sight import Reach, Sight, reach_of
from master.spelling import checked, in_numbers
from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow
from master.tables.customers import CustomerBranchRow, CustomerRow
from master.tables.policies import PolicyPartyRow, PolicyRow

belonging, branch = table(CustomerBranchRow), table(BranchRow)
customer, policy = table(CustomerRow), table(PolicyRow)
party, staff = table(PolicyPartyRow), table(StaffRow)

MOST_ROWS, MOST_ROWS_EXPORTED = 100, 1000  # a page
MOST_READ_ON = 1000  # rows of one list, page after page, without the permission to export

# The ids of all branches in sight, which master/sight.py binds.
SIGHT: ColumnElement[str] = bindparam("sight")


@dataclass(frozen=True)
class Viewer:
    """Who asks: a role, and what part of the hub is in sight; None: all of it.

    scopes: the permissions to which the token narrows those of its role; None: all of them.
    sources: the codes of the only source systems that the token feeds; None: none is named.
    """

    name: str
    role: Role
    token_id: str
    sight: Sight | None = None
    scopes: frozenset[str] | None = field(default=None)
    sources: frozenset[str] | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """What the viewer may do: what the role allows and the token does not take away."""
        return self.role.permissions if self.scopes is None else self.role.permissions & self.scopes

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises Forbidden."""
        if not self.may(permission):
            lacking = "token" if permission in self.role.permissions else f"role {self.role.name}"
            raise Forbidden(f"The {lacking} may not do this: it lacks the permission {permission}.")

    def masks(self, field_class: str) -> bool:
        return field_class in self.role.masked

    def refuses(self, field_class: str) -> bool:
        return field_class in self.role.refused

    def sees_clear(self, field_class: str) -> bool:
        return not (self.masks(field_class) or self.refuses(field_class))

    def finds_parts(self, field_class: str) -> bool:
        """Whether parts of such values may be looked for, and rows put in their order."""
        return self.sees_clear(field_class) or (self.masks(field_class) and self.may(FRAGMENTS))

    @property
    def reach(self) -> Reach | None:
        return reach_of(self.sight)

    @property
    def most_rows(self) -> int:
        """The largest page this viewer may ask for."""
        return MOST_ROWS_EXPORTED if self.may(EXPORT) else MOST_ROWS

    def read_on(self, passed: int, size: int) -> int:
        """How many of the next `size` rows may follow those that have been read. Raises LimitExceeded."""
        if self.may(EXPORT):
            return size
        if passed >= MOST_READ_ON:
            raise LimitExceeded(
                f"A list can be read on up to {MOST_READ_ON} rows: narrow it by a filter.",
                MOST_READ_ON,
                ["after"],
            )
        return min(size, MOST_READ_ON - passed)

    def actor(self, request_id: str | None = None, address: str | None = None) -> Actor:
        """The viewer as the one who changes something."""
        return Actor(
            f"token:{self.token_id}",
            self.role.name,
            self.token_id,
            request_id,
            address,
            self.sight,
            self.sources,
            self.may(PUT_ANY),
        )


def _below() -> Select[int, str]:
    """The branches of which the ids are bound as `tops`, and all below them."""
    tops = branch.c.id.in_(bindparam("tops", expanding=True))
    tree = select(branch.c.id, branch.c.code).where(tops).cte("sight", recursive=True)
    below = branch.alias("below")
    tree = tree.union(select(below.c.id, below.c.code).join(tree, below.c.parent_id == tree.c.id))
    return select(tree.c.id, tree.c.code).order_by(tree.c.code)


BELOW = _below()


def sight_of(connection: Connection, role: Role, branches: tuple[int, ...] | None) -> Sight | None:
    """What a role sees with a token for these branches (ids); None: for every branch."""
    if branches is None or role.branches == "all":
        return None
    found = connection.execute(BELOW, {"tops": branches}).all()
    named = tuple((row.id, row.code) for row in found if row.id in branches)
    reach = Reach(role.sees_unassigned, role.own_rows_only)
    return Sight(named, tuple(sorted(row.id for row in found)), reach)


def customers_in_sight(customer_id: ColumnElement[int], reach: Reach | None) -> ColumnElement[bool]:
    """Those that belong to a branch in sight, for any reason: home, policy, lead or source."""
    if reach is None:
        return true()
    if reach.few:
        return customer_id.in_(_ids_in_sight(reach))
    its = belonging.c.customer_id == customer_id
    if not reach.sees_unassigned:
        return exists().where(its, branches_in_sight(belonging.c.branch_id))
    # Of `EXISTS … OR NOT EXISTS …` PostgreSQL would make tables of all branches of all customers; `= 1` it
    # would take to hold for one in 200 only.
    seen = func.max(case((unplanned_in_numbers(checked(belonging.c.branch_id), SIGHT), 1), else_=0))
    return func.coalesce(select(seen).where(its).scalar_subquery(), 1) != 0


def policies_in_sight(
    policy_id: ColumnElement[int], branch_id: ColumnElement[int], reach: Reach | None
) -> ColumnElement[bool]:
    """Those of a branch in sight, or with a party in sight: for own_rows_only that counts where there is no
    branch."""
    if reach is None:
        return true()
    if reach.few:
        return policy_id.in_(_policy_ids_in_sight(reach))
    by_party: ColumnElement[bool] = exists().where(
        party.c.policy_id == policy_id,
        party.c.ended_at.is_(None),
        party.c.customer_id.is_not(None),
        customers_in_sight(party.c.customer_id, reach),
    )
    if reach.own_rows_only:
        by_party = and_(branch_id.is_(None), by_party)
    # Who sees what is of no branch sees most: by which branches it is, no plan goes.
    holds = unplanned_in_numbers if reach.sees_unassigned else in_numbers
    return or_(holds(checked(branch_id), SIGHT), by_party)


def _ids_in_sight(reach: Reach) -> Select[int] | CompoundSelect[int]:
    """The customers that customers_in_sight holds for; some of them several times."""
    seen = select(belonging.c.customer_id).where(in_numbers(belonging.c.branch_id, SIGHT))
    if not reach.sees_unassigned:
        return seen
    its = belonging.c.customer_id == customer.c.id
    return union_all(seen, select(customer.c.id).where(customer.c.branch_id.is_(None), ~exists().where(its)))


def _policy_ids_in_sight(reach: Reach) -> CompoundSelect[int]:
    """The policies that policies_in_sight holds for."""
    kept = select(policy.c.id).where(in_numbers(policy.c.branch_id, SIGHT))
    held = select(party.c.policy_id).where(
        party.c.ended_at.is_(None), party.c.customer_id.in_(_ids_in_sight(reach))
    )
    if reach.own_rows_only:
        held = held.join(policy, policy.c.id == party.c.policy_id).where(policy.c.branch_id.is_(None))
    return union(kept, held)


def few_in_sight(connection: Connection, reach: Reach, most: int, sight: Mapping[str, object]) -> bool:
    """Whether so few belong to the branches that `sight` binds: counted up to `most`, which takes no time."""
    some = _ids_in_sight(reach).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(some), dict(sight)).scalar_one() < most


def own_rows(branch_id: ColumnElement[int], reach: Reach | None) -> ColumnElement[bool]:
    """Of what hangs on a customer in sight: all; for own_rows_only those of no branch or of one in sight."""
    if reach is None or not reach.own_rows_only:
        return true()
    return or_(branch_id.is_(None), branches_in_sight(branch_id))


def own_by_staff(staff_id: ColumnElement[int], reach: Reach | None) -> ColumnElement[bool]:
    """The same, by the branch of the member of staff whose work it is."""
    if reach is None or not reach.own_rows_only:
        return true()
    return own_rows(select(staff.c.branch_id).where(staff.c.id == staff_id).scalar_subquery(), reach)


def branches_in_sight(branch_id: ColumnElement[int]) -> ColumnElement[bool]:
    return in_numbers(checked(branch_id), SIGHT)
