"""Whole numbers of the records that callers bring: where they see them masked, each is looked up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from loaders.customers import all_customers
from loaders.look_ups import LookUp, finds
from master.access import Viewer
from master.errors import Refusal
from master.roles import CONTACT, DOCUMENT
from master.sight import bound
from master.tables.base import table
from master.tables.codes import ContactPointKind
from master.tables.sources import SourceRecordRow, SourceSystemRow
from master.writes import checks
from master.writes.inputs import SourcedCustomer
from master.writes.kept import KEEP
from matching.numbers import read_document, read_mobile
from resolvers.comparing import Comparing, comparing
from schema.context import Context
from schema.look_ups import may_look_up

records, systems = table(SourceRecordRow), table(SourceSystemRow)


def numbers_of(
    documents: Iterable[tuple[str, str]], mobiles: Iterable[str], viewer: Viewer
) -> Iterator[tuple[str, LookUp]]:
    """Look-ups of those the viewer sees masked, by the field that holds them; documents: (type, number)."""
    if viewer.masks(DOCUMENT):
        for type, number in documents:
            asked = (all_customers, "document", (type, read_document(type, number).normal))
            yield "documents", LookUp((DOCUMENT,), ((asked,),))
    if viewer.masks(CONTACT):
        for mobile in mobiles:
            reached = (all_customers, "mobile", read_mobile(mobile).normal)
            yield "contactPoints", LookUp((CONTACT,), ((reached,),))


async def seeing_of(
    context: Context, permission: str, source: str, brought: Sequence[SourcedCustomer]
) -> Comparing:
    """What of customers may be known to whoever brings these records.

    Of new keys each number is looked up as identifyCustomer does: whether it finds somebody shows in what
    becomes of the record. When more find nobody than the day allows, numbers neither find anybody nor count,
    and the records are taken in all the same: `kehu match run` finds who is there twice.
    """
    viewer = context.viewer
    seeing = comparing(viewer)
    if not (viewer.may(permission) and any(seeing.hidden.values())):
        return seeing
    for each in await context.look(lambda connection: _looked_up(connection, context, source, brought)):
        if not await may_look_up(context, each):
            return Comparing(dict.fromkeys(seeing.hidden, False))
    return seeing


def _looked_up(
    connection: Connection, context: Context, source: str, brought: Sequence[SourcedCustomer]
) -> list[LookUp]:
    """Each once, with whether it finds somebody."""
    viewer, clock = context.viewer, context.master.clock
    moments = {"now": context.now, "today": clock.day_of(context.now), **bound(viewer.sight)}
    known = _known(connection, _line(source) or "", [key for each in brought if (key := _line(each.key))])
    wanted = dict.fromkeys(
        look_up
        for each in brought
        if _line(each.key) not in known
        for _, look_up in numbers_of(_documents(each), _mobiles(each), viewer)
    )
    return [replace(each, found=finds(connection, each, viewer.reach, moments)) for each in wanted]


def _known(connection: Connection, source: str, keys: Iterable[str]) -> set[str]:
    """Those of these keys that mean customers: they are not matched."""
    its = (systems.c.code == source, records.c.kind == "customers", records.c.source_key.in_(set(keys)))
    joined = select(records.c.source_key).join(systems, systems.c.id == records.c.source_id)
    return set(connection.scalars(joined.where(*its)))


def _documents(given: SourcedCustomer) -> list[tuple[str, str]]:
    listed = () if given.documents is KEEP else given.documents
    return [(each.type, each.number) for each in listed if _line(each.number)]


def _mobiles(given: SourcedCustomer) -> list[str]:
    listed = () if given.contact_points is KEEP else given.contact_points
    return [each.value for each in listed if each.kind is ContactPointKind.MOBILE and _line(each.value)]


def _line(value: str) -> str | None:
    """As it is kept; None: its record is refused, and looked for by nothing."""
    try:
        return checks.line(value, [])
    except Refusal:
        return None
