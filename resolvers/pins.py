"""Values that stewards pin, and let go."""

from collections.abc import Callable

from master.errors import Forbidden, Invalid
from master.reads.provenance import RECORDED
from master.roles import OPEN, PIN
from master.session import Transaction
from master.writes.hand_values import Pinning, pin_value, unpin_value
from resolvers.commands import command, found, given
from schema import ids
from schema.context import Info
from schema.customer_inputs import CustomerPayload
from schema.described import described
from schema.fields import commanded_by
from schema.provenance import CLASSES, PinValueInput, UnpinValueInput

Act = Callable[[Transaction, Pinning], int]


async def pin(info: Info, input: PinValueInput) -> CustomerPayload:
    value = given(input.value)
    return await _done(info, input, lambda tx, wanted: pin_value(tx, wanted, value))


async def unpin(info: Info, input: UnpinValueInput) -> CustomerPayload:
    return await _done(info, input, unpin_value)


async def _done(info: Info, input: PinValueInput | UnpinValueInput, act: Act) -> CustomerPayload:
    def acted(tx: Transaction) -> int:
        return act(tx, _pinning(info, input))

    present = ids.row_id(ids.CUSTOMER, input.customer)
    done = await command(info, PIN, acted, present=present, reason=input.reason)
    return CustomerPayload(
        customer_id=done.id, candidates=[], freshness=done.freshness, errors=done.errors, notices=[]
    )


def _pinning(info: Info, input: PinValueInput | UnpinValueInput) -> Pinning:
    """Raises NotFound, Invalid, and Forbidden for what the role may not ask for."""
    if input.field not in RECORDED:
        raise Invalid("Of this a customer has any number: only single values are pinned.", ["field"])
    if info.context.viewer.refuses(CLASSES.get(input.field, OPEN)):
        raise Forbidden(f"The role {info.context.viewer.role.name} may not ask for this.", ["field"])
    customer = found(ids.CUSTOMER, input.customer, ["customer"], "customer")
    return Pinning(customer, input.version, RECORDED[input.field], input.reason)


@described
class PinMutation:
    """Commands that pin values."""

    pin_value: CustomerPayload | None = commanded_by(pin)
    """Let a value stand, whatever sources say from now on. Corrections of it are refused as CONFLICT until it
    is unpinned."""
    unpin_value: CustomerPayload | None = commanded_by(unpin)
    """Let the rules choose a value again."""
