"""Who somebody that is to be created may be: found by search, and compared as far as the viewer may know."""

from collections.abc import Sequence

from sqlalchemy import Connection

from indexing import tokens as terms
from indexing.errors import SearchUnavailable
from indexing.likeness import Told, customers_like
from indexing.permitted import By
from master.access import Viewer
from master.reads.blocking_keys import key_digest
from master.reads.own_phones import own_phones
from master.reads.records import records_of
from master.roles import BIRTH, CONTACT, DOCUMENT, READ
from master.tables.codes import ContactPointKind
from master.writes.inputs import NewCustomer
from matching.normalized import normalized
from matching.numbers import read_document, read_mobile
from matching.records import CustomerRecord
from resolvers.comparing import comparing, in_sight
from schema.context import Context
from schema.matches import CustomerMatch, MatchVerdict
from schema.permitted import permitted, within


async def like(context: Context, new: NewCustomer) -> list[CustomerMatch]:
    """Customers in sight whom search finds like this one, and comparing does not tell apart from it.

    None when search is away, or the viewer does not see names clear.
    """
    viewer = context.viewer
    allowed = permitted(viewer, by_parts=False)
    if context.search is None or not viewer.may(READ) or allowed.names is not By.PARTS:
        return []
    try:
        ids = await customers_like(context.search, _told(new, viewer), allowed, within(viewer))
    except SearchUnavailable:
        return []
    found = await compared(context, new, ids)
    return [each for each in found if each.verdict is not MatchVerdict.DIFFERENT]


async def compared(context: Context, new: NewCustomer, ids: Sequence[int]) -> list[CustomerMatch]:
    """Those of them in sight, the likeliest first; what the viewer does not see clear is not compared, for
    telling how alike it is would tell what it is."""
    told = comparing(context.viewer)
    if not ids:
        return []
    digest, mobiles = key_digest(context.master.keys), _mobiles(new)

    def read(connection: Connection) -> tuple[list[CustomerRecord], set[bytes]]:
        return list(records_of(connection, ids)), own_phones(connection, list(map(digest, mobiles)))

    records, own = await context.read(read)
    record = _record(new, [mobile for mobile in mobiles if digest(mobile) not in own])
    found = told.matches(normalized(record), list(map(told.normalized, records)))
    return await in_sight(context, found)


def _told(new: NewCustomer, viewer: Viewer) -> Told:
    """Numbers with a slip are guesses: they are looked for by who sees such numbers clear."""
    numbers: list[tuple[str, str]] = []
    if viewer.sees_clear(DOCUMENT):
        normals = (read_document(each.type, each.number).normal for each in new.documents)
        numbers += [(terms.DOCUMENT, terms.document_form(normal)) for normal in normals]
    if viewer.sees_clear(CONTACT):
        numbers += [(terms.PHONE, terms.phone_form(mobile)) for mobile in _mobiles(new)]
    return Told(new.name, None if viewer.refuses(BIRTH) else new.birth_date, tuple(numbers))


def _mobiles(new: NewCustomer) -> list[str]:
    points = (each for each in new.contact_points if each.kind is ContactPointKind.MOBILE)
    return [read_mobile(each.value).normal for each in points]


def _record(new: NewCustomer, mobiles: Sequence[str]) -> CustomerRecord:
    return CustomerRecord(
        id="new",
        name=new.name,
        kind=new.kind,
        gender=new.gender or "",
        birth=f"{new.birth_date:%Y%m%d}" if new.birth_date else "",
        documents=tuple((each.type, each.number) for each in new.documents),
        mobiles=tuple(mobiles),
        emails=tuple(each.value for each in new.contact_points if each.kind is ContactPointKind.EMAIL),
        addresses=tuple(each.value for each in new.contact_points if each.kind is ContactPointKind.ADDRESS),
    )
