"""One customer put by its source system: what partner systems call."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from master.audit import note
from master.errors import Forbidden, Invalid
from master.session import Transaction
from master.tables.base import table
from master.tables.codes import CustomerKind
from master.tables.sources import SourceRecordRow
from master.writes import checks
from master.writes.customers import checked_status, home, is_in_sight, refuse_out_of_sight
from master.writes.derived import refresh
from master.writes.inputs import GivenContactPoint, GivenDocument, SourcedCustomer
from master.writes.kept import KEEP
from master.writes.sourced.customers import apply_customers
from master.writes.sourced.directory import source_to_feed
from master.writes.sourced.items import FIELDS
from master.writes.sourced.persons import NOT_TAKEN
from master.writes.sourced.placing import Matching
from master.writes.sourced.rows import (
    LONGEST_KEY,
    Outcome,
    Remark,
    SourcedDocument,
    SourcedPoint,
    SourcedRow,
    sourced_document,
    sourced_point,
)
from matching.rules import shipped
from matching.seeing import EVERYTHING, Seeing

records = table(SourceRecordRow)

OUT_OF_SIGHT = "This key means a customer outside your branches."
NOT_LOOKED_UP = Remark(
    "",
    "MISSES_USED_UP",
    "Nobody was looked for by its documents and mobiles: too many of yours have found nobody today.",
)
PATHS = {"gender": "gender", "birth_date": "birthDate"}


def put_customer(tx: Transaction, given: SourcedCustomer, seeing: Seeing = EVERYTHING) -> int:
    """The id of the customer that this source's key means: found, made, changed, or left as it is when all is
    equal. seeing: what of customers the caller may know, so that a new key may mean one.

    Doubtful values are kept and marked, but a gender or birth date that can not be right is Invalid; an
    unknown source is made with trust 0. Raises Forbidden for a source that is not the caller's to feed.
    """
    # First of all: of a source that they do not feed, callers learn nothing about its keys.
    source_id, made = source_to_feed(tx, given.source, ("sourceKey", "source"))
    key = checks.line(given.key, ["sourceKey", "key"], LONGEST_KEY)
    _refuse_out_of_sight(tx, source_id, key)
    matching = Matching(shipped(), seeing, home(tx, None))
    batch = apply_customers(tx, source_id, [SourcedRow(key, given_values(tx, given))], matching)
    done = batch.applied[key]
    if done.outcome is Outcome.REFUSED or done.entity_id is None:
        raise Invalid("A new customer needs a name.", ["name"])
    for remark in done.remarks:
        if remark.code in NOT_TAKEN:
            raise Invalid(remark.message, [PATHS[remark.field]])
    refresh(tx, batch.touched)
    refuse_out_of_sight(tx, done.entity_id)
    if done.outcome is not Outcome.UNCHANGED:
        details = {"source": source_id, "outcome": done.outcome, "fields": list(done.fields)}
        note(tx, "customer.put", "customer", done.entity_id, customer_id=done.entity_id, details=details)
    if made:
        note(tx, "source.create", "source", source_id)
    return done.entity_id


def _refuse_out_of_sight(tx: Transaction, source_id: int, key: str) -> None:
    """Raises Forbidden for a key that means a customer whom the caller does not see."""
    its = (records.c.source_id == source_id, records.c.kind == "customers", records.c.source_key == key)
    id = tx.connection.scalar(select(records.c.customer_id).where(*its))
    if id is not None and not is_in_sight(tx, id):
        raise Forbidden(OUT_OF_SIGHT, ["sourceKey", "key"])


def refuse_impossible(tx: Transaction, given: SourcedCustomer) -> None:
    """Raises Invalid for a gender or birth date that can not be right, as far as the record itself tells."""
    kind = CustomerKind.PERSON if given.kind is KEEP else given.kind
    if given.birth_date is not KEEP:
        checks.birth_date(given.birth_date, kind, tx.master.clock.day_of(tx.at))
    if kind is CustomerKind.ORGANIZATION and given.gender not in (KEEP, None):
        raise Invalid("An organisation has no gender.", ["gender"])


def given_values(tx: Transaction, given: SourcedCustomer) -> dict[str, Any]:
    """By field, checked; what was left out is left out. Raises Invalid."""
    values: dict[str, Any] = {
        "kind": given.kind,
        "status": given.status,
        "gender": given.gender,
        "birth_date": given.birth_date,
    }
    if given.name is not KEEP:
        if given.name is None:
            raise Invalid("A customer has a name: it can not be cleared.", ["name"])
        values["name"] = checks.line(given.name, ["name"], checks.LONGEST_NAME)
    if given.status is not KEEP and given.kind is not KEEP:
        checked_status(given.status, given.kind or CustomerKind.PERSON)
    if given.branch is not KEEP:
        values["branch"] = checks.branch(tx, given.branch, ["branch"])
    if given.documents is not KEEP:
        values["documents"] = tuple(map(_document, range(len(given.documents)), given.documents))
    if given.contact_points is not KEEP:
        values |= _points(given.contact_points)
    return {field: value for field, value in values.items() if value is not KEEP}


def _document(place: int, given: GivenDocument) -> SourcedDocument:
    number = checks.line(given.number, ["documents", str(place), "number"])
    return sourced_document(given.type, number, primary=given.primary)


def _points(given: tuple[GivenContactPoint, ...]) -> dict[str, tuple[SourcedPoint, ...]]:
    """The complete list of the source: kinds that are not in it are empty."""
    found: defaultdict[str, list[SourcedPoint]] = defaultdict(list)
    for place, each in enumerate(given):
        value = checks.line(each.value, ["contactPoints", str(place), "value"])
        found[each.kind].append(sourced_point(each.kind, value, each.preferred))
    return {field: tuple(found[kind]) for field, kind in FIELDS.items()}
