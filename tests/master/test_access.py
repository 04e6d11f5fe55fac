"""The one predicate of who sees what, where it stands alone: branches, unassigned customers, few and many."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from master.access import Viewer, customers_in_sight, few_in_sight, policies_in_sight, sight_of
from master.roles import Role, shipped_roles
from master.session import Master
from master.sight import Reach, Sight, bound
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.customers import CustomerRow
from master.tables.policies import PolicyRow
from tests.schema.hub import filling

HQ, NORTH, CITY, SOUTH = 1, 2, 3, 4
AGENT = shipped_roles()["AGENT"]
customer, policy = table(CustomerRow), table(PolicyRow)


@pytest.fixture
def country(master: Master) -> Master:
    """c1 of HQ, c2 of NORTH, c3 of CITY below it, c4 of SOUTH, c5 of none; P1 of HQ for c3, P2 for c4."""
    with filling(master) as fill:
        head = fill.branch("HQ")
        north = fill.branch("NORTH", head)
        city, south = fill.branch("CITY", north), fill.branch("SOUTH", head)
        for number, branch in enumerate([head, north, city, south, None], start=1):
            fill.customer(number, branch_id=branch)
        product = fill.product("TERM")
        fill.policy("P1", product, (3, "INSURED"), branch_id=head)
        fill.policy("P2", product, (4, "INSURED"))
        fill.derive()
    return master


def sight(master: Master, *branches: int, role: Role = AGENT) -> Sight | None:
    with master.reading() as connection:
        return sight_of(connection, role, branches)


def seen(master: Master, *branches: int, role: Role = AGENT) -> tuple[list[int], list[int]]:
    """The customers and policies in sight, by both forms of the predicate."""
    view = sight(master, *branches, role=role)
    assert view is not None
    found = []
    with master.reading() as connection:
        for few in (False, True):
            reach = replace(view.reach, few=few)
            people = select(customer.c.id).where(customers_in_sight(customer.c.id, reach))
            contracts = select(policy.c.id).where(policies_in_sight(policy.c.id, policy.c.branch_id, reach))
            found.append(
                tuple(sorted(connection.scalars(each.params(bound(view)))) for each in (people, contracts))
            )
    assert found[0] == found[1]
    people_ids, policy_ids = found[0]
    return people_ids, policy_ids


def test_a_branch_sees_its_own_and_all_below(country: Master) -> None:
    assert seen(country, HQ) == ([1, 2, 3, 4], [1, 2])
    assert seen(country, NORTH) == ([2, 3], [1])
    assert seen(country, CITY) == ([3], [1])
    assert seen(country, CITY, SOUTH) == ([3, 4], [1, 2])


def test_no_branch_sees_nobody(country: Master) -> None:
    assert seen(country) == ([], [])


def test_customers_without_a_branch_are_for_those_who_keep_data(country: Master) -> None:
    steward = shipped_roles()["STEWARD"]
    assert seen(country, CITY, role=steward) == ([3, 5], [1])
    assert seen(country, role=steward) == ([5], [])


def test_for_own_rows_only_a_policy_follows_its_branch(country: Master) -> None:
    narrow = replace(AGENT, own_rows_only=True)
    assert seen(country, CITY, role=narrow) == ([3], [])
    assert seen(country, HQ, role=narrow) == ([1, 2, 3, 4], [1, 2])
    assert seen(country, SOUTH, role=narrow) == ([4], [2])  # of no branch: by its party


def test_a_role_of_all_branches_sees_all_whatever_its_token_says(country: Master) -> None:
    assert sight(country, CITY, role=shipped_roles()["AUDITOR"]) is None
    with country.reading() as connection:
        assert sight_of(connection, AGENT, None) is None


def test_a_sight_names_its_branches_and_knows_those_below(country: Master) -> None:
    view = sight(country, NORTH, SOUTH)
    assert view == Sight(((NORTH, "NORTH"), (SOUTH, "SOUTH")), (NORTH, CITY, SOUTH), Reach())


def test_branches_that_stand_in_a_ring_are_all_in_sight(country: Master) -> None:
    with filling(country) as fill:
        fill.change(BranchRow, HQ, parent_id=NORTH)
    view = sight(country, NORTH)
    assert view is not None
    assert view.ids == (HQ, NORTH, CITY, SOUTH)


def test_few_are_counted_no_further_than_asked_for(country: Master) -> None:
    view = sight(country, HQ)
    assert view is not None
    with country.reading() as connection:
        # Four homes, and c3 belongs to HQ too, for its policy.
        assert few_in_sight(connection, view.reach, 6, bound(view))
        assert not few_in_sight(connection, view.reach, 5, bound(view))
        assert not few_in_sight(connection, view.reach, 0, bound(view))


def test_a_token_narrows_what_its_role_may_do() -> None:
    viewer = Viewer("tester", AGENT, "t1", scopes=frozenset({"read", "export"}))
    assert viewer.permissions == {"read"}
