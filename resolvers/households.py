"""Commands that make and change households."""

from collections.abc import Callable

from master.errors import Refusal
from master.session import Transaction
from master.writes.households import (
    Joining,
    create_household,
    join_household,
    leave_household,
    remove_from_household,
)
from master.writes.idempotency import once
from resolvers.commands import CUSTOMERS_WRITE, few, found, given, tried
from schema.context import Info
from schema.described import described
from schema.errors import told
from schema.fields import commanded_by
from schema.households import (
    AddHouseholdMemberInput,
    CreateHouseholdInput,
    EndHouseholdMembershipInput,
    HouseholdPayload,
)
from schema.ids import CUSTOMER, HOUSEHOLD


async def create(info: Info, input: CreateHouseholdInput) -> HouseholdPayload:
    def act(tx: Transaction) -> int:
        joining = [
            Joining(
                _customer(each.customer, ["members", str(place), "customer"]), each.role, given(each.since)
            )
            for place, each in enumerate(few(input.members, "members"))
        ]
        key, said = given(input.idempotency_key), (input.name, joining)
        return once(tx, key, "createHousehold", said, lambda: create_household(tx, input.name, joining))

    return await _done(info, act)


async def add_member(info: Info, input: AddHouseholdMemberInput) -> HouseholdPayload:
    def act(tx: Transaction) -> int:
        joining = Joining(_customer(input.customer, ["customer"]), input.role, given(input.since))
        return join_household(tx, _household(input.household), joining)

    return await _done(info, act)


async def end_membership(info: Info, input: EndHouseholdMembershipInput) -> HouseholdPayload:
    def act(tx: Transaction) -> int:
        household, customer = _household(input.household), _customer(input.customer, ["customer"])
        if input.mistaken:
            return remove_from_household(tx, household, customer)
        return leave_household(tx, household, customer, given(input.until))

    return await _done(info, act)


async def _done(info: Info, act: Callable[[Transaction], int]) -> HouseholdPayload:
    done = await tried(info.context.write(CUSTOMERS_WRITE, act))
    if isinstance(done, Refusal):
        return HouseholdPayload(household_id=None, errors=[told(done)])
    return HouseholdPayload(household_id=done, errors=[])


def _customer(id: str, path: list[str]) -> int:
    return found(CUSTOMER, id, path, "customer")


def _household(id: str) -> int:
    return found(HOUSEHOLD, id, ["household"], "household")


@described
class HouseholdMutation:
    """Households made and changed by people; see also acceptRelatives."""

    create_household: HouseholdPayload | None = commanded_by(create)
    """Make a household of people in sight."""
    add_household_member: HouseholdPayload | None = commanded_by(add_member)
    """Bring somebody into a household that is in sight, which it is where a member is. CONFLICT for who
    belongs to it already in this role, and where it has 50 members."""
    end_household_membership: HouseholdPayload | None = commanded_by(end_membership)
    """Somebody has left a household, which is told on with its last day, or never belonged to it."""
