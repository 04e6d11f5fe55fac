"""Commands that change customers."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from master.errors import Candidate, Duplicate
from master.session import Transaction
from master.writes import checks
from master.writes.customer_changes import update_customer as update
from master.writes.customers import create_customer as create
from master.writes.idempotency import once
from master.writes.inputs import (
    CustomerChange,
    GivenContactPoint,
    GivenDocument,
    NewCustomer,
    SourcedCustomer,
)
from master.writes.kept import KEEP
from master.writes.sourced.put import NOT_LOOKED_UP
from master.writes.sourced.put import put_customer as put
from master.writes.tags import tag_customer as tag_it
from master.writes.tags import untag_customer as untag_it
from resolvers.candidates import compared, like
from resolvers.commands import CUSTOMERS_WRITE, Done, command, few, found, given, kept
from resolvers.numbers import known_to
from schema.context import Info
from schema.customer_inputs import (
    ContactPointInput,
    CreateCustomerInput,
    CustomerPayload,
    DocumentInput,
    PutCustomerInput,
    SourcedCustomerInput,
    UpdateCustomerInput,
)
from schema.described import described
from schema.errors import UserError
from schema.fields import commanded_by
from schema.ids import CONTACT_POINT, CUSTOMER, DOCUMENT, row_id
from schema.matches import CustomerMatch
from schema.selected import selected_fields

CUSTOMERS_PUT, TAGS_WRITE = "customers.put", "tags.write"
UNLOOKED = UserError(code=NOT_LOOKED_UP.code, message=NOT_LOOKED_UP.message, path=None)


async def create_customer(info: Info, input: CreateCustomerInput) -> CustomerPayload:
    new = NewCustomer(
        name=input.name,
        kind=input.kind,
        status=given(input.status),
        gender=given(input.gender),
        birth_date=given(input.birth_date),
        branch=given(input.branch),
        documents=_documents(input.documents, "documents"),
        contact_points=_contact_points(input.contact_points, "contactPoints"),
        duplicate_reason=given(input.duplicate_reason),
    )
    context, key = info.context, given(input.idempotency_key)
    is_asked = input.refuse_similar or "candidates" in selected_fields(info._raw_info)
    asks = is_asked and context.viewer.may(CUSTOMERS_WRITE)
    alike = await like(context, new) if asks else []
    similar = [Candidate(each.customer_id, "similar") for each in alike] if input.refuse_similar else []

    def act(tx: Transaction) -> int:
        return once(tx, key, "createCustomer", new, lambda: create(tx, new, similar))

    done = await command(info, CUSTOMERS_WRITE, act, reason=new.duplicate_reason)
    candidates = [each for each in alike if each.customer_id != done.id]
    if isinstance(done.refusal, Duplicate):
        same = [each.customer_id for each in done.refusal.candidates]
        others = [each.customer_id for each in alike]
        candidates = await compared(context, new, list(dict.fromkeys([*same, *others])))
    elif done.refusal is not None:
        candidates = []
    return _payload(done, candidates)


async def update_customer(info: Info, input: UpdateCustomerInput) -> CustomerPayload:
    def act(tx: Transaction) -> int:
        return update(tx, _change(input))

    reason = given(input.reason)
    present = row_id(CUSTOMER, input.id)
    return _payload(await command(info, CUSTOMERS_WRITE, act, present=present, reason=reason))


async def put_customer(info: Info, input: PutCustomerInput) -> CustomerPayload:
    sourced = sourced_customer(input, input.source_key.source, input.source_key.key)
    known = await known_to(info.context, CUSTOMERS_PUT, sourced.source, [sourced])
    key = given(input.idempotency_key)

    def act(tx: Transaction) -> int:
        return once(tx, key, "putCustomer", sourced, lambda: put(tx, sourced, known.seeing))

    done = await command(info, CUSTOMERS_PUT, act)
    is_unlooked = done.refusal is None and sourced.key in known.unlooked
    return _payload(done, notices=[UNLOOKED] if is_unlooked else [])


def sourced_customer(input: SourcedCustomerInput, source: str, key: str) -> SourcedCustomer:
    """What a source says of a customer. Raises LimitExceeded."""
    points = input.contact_points
    return SourcedCustomer(
        source=source,
        key=key,
        name=input.name,
        kind=input.kind,
        status=kept(input.status),
        gender=kept(input.gender),
        birth_date=kept(input.birth_date),
        branch=kept(input.branch),
        documents=KEEP if input.documents is strawberry.UNSET else _documents(input.documents, "documents"),
        contact_points=KEEP if points is strawberry.UNSET else _contact_points(points, "contactPoints"),
    )


async def tag_customer(
    info: Info, customer: strawberry.ID, tag: str, expires_at: datetime | None = strawberry.UNSET
) -> CustomerPayload:
    def act(tx: Transaction) -> int:
        return tag_it(tx, found(CUSTOMER, customer, ["customer"], "customer"), tag, given(expires_at))

    return _payload(await command(info, TAGS_WRITE, act))


async def untag_customer(info: Info, customer: strawberry.ID, tag: str) -> CustomerPayload:
    def act(tx: Transaction) -> int:
        return untag_it(tx, found(CUSTOMER, customer, ["customer"], "customer"), tag)

    return _payload(await command(info, TAGS_WRITE, act))


def _change(input: UpdateCustomerInput) -> CustomerChange:
    """Raises NotFound and Invalid."""
    if input.reason is not strawberry.UNSET and input.reason is not None:
        checks.line(input.reason, ["reason"])
    prefer = given(input.prefer_contact_point)
    return CustomerChange(
        customer=found(CUSTOMER, input.id, ["id"], "customer"),
        version=input.version,
        name=kept(input.name),  # type: ignore[arg-type]  # null is refused by the write
        status=kept(input.status),
        gender=kept(input.gender),
        birth_date=kept(input.birth_date),
        branch=kept(input.branch),
        add_documents=_documents(input.add_documents, "addDocuments"),
        remove_documents=_ids(DOCUMENT, input.remove_documents, "removeDocuments"),
        add_contact_points=_contact_points(input.add_contact_points, "addContactPoints"),
        remove_contact_points=_ids(CONTACT_POINT, input.remove_contact_points, "removeContactPoints"),
        prefer_contact_point=None
        if prefer is None
        else found(CONTACT_POINT, prefer, ["preferContactPoint"], "contact point"),
    )


def _ids(prefix: str, ids: list[strawberry.ID] | None, field: str) -> tuple[int, ...]:
    numbered = enumerate(few(ids, field))
    return tuple(found(prefix, id, [field, str(place)], "such value") for place, id in numbered)


def _documents(documents: list[DocumentInput] | None, field: str) -> tuple[GivenDocument, ...]:
    listed = few(documents, field)
    return tuple(GivenDocument(each.type, each.number, each.primary) for each in listed)


def _contact_points(points: list[ContactPointInput] | None, field: str) -> tuple[GivenContactPoint, ...]:
    listed = few(points, field)
    return tuple(GivenContactPoint(each.kind, each.value, each.preferred) for each in listed)


def _payload(
    done: Done, candidates: Sequence[CustomerMatch] = (), notices: Sequence[UserError] = ()
) -> CustomerPayload:
    return CustomerPayload(
        customer_id=done.id,
        candidates=list(candidates),
        freshness=done.freshness,
        errors=done.errors,
        notices=list(notices),
    )


@described
class CustomerMutation:
    """Commands that change customers."""

    create_customer: CustomerPayload | None = commanded_by(create_customer)
    """Refused as DUPLICATE, with the candidates, when a document or mobile is there already, and by
    refuseSimilar when search finds somebody like this; go on with duplicateReason."""
    update_customer: CustomerPayload | None = commanded_by(update_customer)
    """Change a customer; refused as CONFLICT when somebody changed it since the caller read it."""
    put_customer: CustomerPayload | None = commanded_by(put_customer)
    """Create or update by a source system's own key: what partner systems call. The same key is always the
    same customer. Refused as FORBIDDEN when the token does not feed that source."""
    tag_customer: CustomerPayload | None = commanded_by(tag_customer)
    """Give a customer a tag by hand; one that has it already gets the new expiry."""
    untag_customer: CustomerPayload | None = commanded_by(untag_customer)
    """Take a tag from a customer, whoever gave it."""
