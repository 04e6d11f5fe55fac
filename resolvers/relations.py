"""Commands that make and end relations between customers."""

from collections.abc import Callable

from master.session import Transaction
from master.tables.codes import RelationKind
from master.writes.idempotency import once
from master.writes.relations import Ending, Relating, end_relation, relate_customers
from resolvers.commands import CUSTOMERS_WRITE, command, found, given
from schema.context import Info
from schema.described import described
from schema.fields import commanded_by
from schema.ids import CUSTOMER, RELATION
from schema.relations import CustomerRelationPayload, EndCustomerRelationInput, RelateCustomersInput


async def relate(info: Info, input: RelateCustomersInput) -> CustomerRelationPayload:
    def act(tx: Transaction) -> int:
        wanted = Relating(
            found(CUSTOMER, input.customer, ["customer"], "customer"),
            found(CUSTOMER, input.other, ["other"], "customer"),
            RelationKind(input.kind),
            given(input.since),
            given(input.until),
        )
        key = given(input.idempotency_key)
        return once(tx, key, "relateCustomers", wanted, lambda: relate_customers(tx, wanted))

    return await _done(info, act)


async def end(info: Info, input: EndCustomerRelationInput) -> CustomerRelationPayload:
    def act(tx: Transaction) -> int:
        relation = found(RELATION, input.relation, ["relation"], "relation")
        return end_relation(tx, Ending(relation, given(input.until), input.mistaken))

    return await _done(info, act)


async def _done(info: Info, act: Callable[[Transaction], int]) -> CustomerRelationPayload:
    done = await command(info, CUSTOMERS_WRITE, act)
    return CustomerRelationPayload(customer_id=done.id, freshness=done.freshness, errors=done.errors)


@described
class RelationMutation:
    """Relations made and ended by people; see also acceptRelatives."""

    relate_customers: CustomerRelationPayload | None = commanded_by(relate)
    """Say what somebody is to a customer, which is told at both. CONFLICT where it is said already."""
    end_customer_relation: CustomerRelationPayload | None = commanded_by(end)
    """Somebody is that no longer, which is told on with the last day, or never was. CONFLICT for what a
    source system alone says, and for what came of an accepted suggestion."""
