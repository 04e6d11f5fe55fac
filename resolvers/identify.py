"""Who is this: the customers that an incoming record may be, found by keys of the master alone."""

from sqlalchemy import Connection

from master.reads.blocking_keys import key_digest, keys_of
from master.reads.candidates import Keyed, Looking, candidates
from master.roles import READ
from master.tables.codes import ContactPointKind
from master.writes.checks import LONGEST_LINE, LONGEST_NAME, line, notes
from matching.normalized import normalized
from matching.records import CustomerRecord
from matching.rules import shipped
from resolvers.commands import given
from resolvers.comparing import comparing, in_sight
from resolvers.numbers import numbers_of
from schema.arguments import page_size, refuse_long
from schema.context import Info
from schema.customer_inputs import CustomerRecordInput
from schema.described import described
from schema.fields import answered_by
from schema.look_ups import look_up
from schema.matches import CustomerMatch

MOST_MATCHES = 5
MOST_GIVEN = 50  # documents, or contact points, of one record: each is compared with each of 200 customers


async def identify_customer(
    info: Info, *, record: CustomerRecordInput, first: int | None = MOST_MATCHES
) -> list[CustomerMatch]:
    context = info.context
    viewer = context.viewer
    viewer.require(READ)
    most = page_size(first, MOST_MATCHES, viewer.most_rows)
    given_record = _read(record)
    await look_up(context, numbers_of(given_record.documents, given_record.mobiles, viewer), "record")
    told, digest = comparing(viewer), key_digest(context.master.keys)
    asked = normalized(given_record)
    wanted = Keyed(asked, keys_of(asked, digest))
    looking = Looking(shipped(), digest, viewer.sight, told)

    def matches(connection: Connection) -> list[CustomerMatch]:
        (found,) = candidates(connection, [wanted], looking)
        return told.likely(found.record, found.others, most)

    return await in_sight(context, await context.read(matches))


def _read(given_record: CustomerRecordInput) -> CustomerRecord:
    """Raises Invalid and LimitExceeded."""
    name, birth = given(given_record.name), given(given_record.birth_date)
    documents, points = given(given_record.documents) or [], given(given_record.contact_points) or []
    refuse_long(documents, ["record", "documents"], MOST_GIVEN)
    refuse_long(points, ["record", "contactPoints"], MOST_GIVEN)
    for place, document in enumerate(documents):
        notes(document.number, ["record", "documents", str(place), "number"], LONGEST_LINE)
    for place, point in enumerate(points):
        notes(point.value, ["record", "contactPoints", str(place), "value"], LONGEST_LINE)

    def reached(kind: ContactPointKind) -> tuple[str, ...]:
        own = [each for each in points if each.kind is kind]
        return tuple(each.value for each in sorted(own, key=lambda each: not each.preferred))

    return CustomerRecord(
        id="record",
        name="" if name is None else line(name, ["record", "name"], LONGEST_NAME),
        kind=given_record.kind,
        gender=given(given_record.gender) or "",
        birth=f"{birth:%Y%m%d}" if birth else "",
        documents=tuple(
            (each.type, each.number) for each in sorted(documents, key=lambda each: not each.primary)
        ),
        mobiles=reached(ContactPointKind.MOBILE),
        emails=reached(ContactPointKind.EMAIL),
        addresses=reached(ContactPointKind.ADDRESS),
    )


@described
class IdentifyQuery:
    """Who an incoming record may be."""

    identify_customer: list[CustomerMatch] | None = answered_by(identify_customer)
    """Who is this? The customers that an incoming record may be, most probable first.

    By equal and similar names, numbers, birth dates and addresses, in the master alone: search may be away.
    Of a record that could be looked for by more than 200 keys the first 200 count: numbers, then names.
    What the viewer does not see clear is not compared, but for whole documents and mobiles that are the same.
    """
