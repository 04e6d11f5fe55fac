"""Whole numbers of the records that callers bring: where they see them masked, each is looked up."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import Connection, select

from loaders.customers import all_customers
from loaders.look_ups import LookUp
from master.access import Viewer, customers_in_sight
from master.errors import Refusal
from master.roles import CONTACT, DOCUMENT
from master.sealing import seal_for
from master.sight import bound
from master.tables.base import table
from master.tables.codes import ContactPointKind
from master.tables.customers import ContactPointRow, IdentityDocumentRow
from master.tables.sources import SourceRecordRow, SourceSystemRow
from master.writes import checks
from master.writes.inputs import SourcedCustomer
from master.writes.kept import KEEP
from master.writes.sourced.statements import MOST_IN_LIST
from matching.numbers import read_document, read_mobile
from resolvers.comparing import Comparing, comparing
from schema.context import Context
from schema.look_ups import may_look_up

records, systems = table(SourceRecordRow), table(SourceSystemRow)
documents, points = table(IdentityDocumentRow), table(ContactPointRow)

# By what they are looked up as: their table, its columns for kind and digest, and what these are digests of.
HOLDERS = {
    "document": (documents, "type", "number_index", "documents"),
    "mobile": (points, "kind", "value_index", "contact_points"),
}


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


@dataclass(frozen=True)
class Known:
    """What of customers may be known to whoever brings records. unlooked: the keys of records whose masked
    numbers find nobody, for their caller has missed too often today."""

    seeing: Comparing
    unlooked: frozenset[str] = frozenset()


async def known_to(
    context: Context, permission: str, source: str, brought: Sequence[SourcedCustomer]
) -> Known:
    """What may be known to whoever brings these.

    Of new keys each number is looked up as identifyCustomer does: whether it finds somebody shows in what
    becomes of the record. When more find nobody than the day allows, numbers neither find anybody nor count,
    and the records are taken in all the same: `kehu match run` finds who is there twice.
    """
    viewer = context.viewer
    seeing = comparing(viewer)
    if not (viewer.may(permission) and any(seeing.hidden.values())):
        return Known(seeing)
    wanted = await context.look(lambda connection: _looked_up(connection, context, source, brought))
    for look_up in dict.fromkeys(each for its in wanted.values() for each in its):
        if not await may_look_up(context, look_up):
            return Known(Comparing(dict.fromkeys(seeing.hidden, False)), frozenset(wanted))
    return Known(seeing)


def _looked_up(
    connection: Connection, context: Context, source: str, brought: Sequence[SourcedCustomer]
) -> dict[str, list[LookUp]]:
    """By new key, where there are any: with whether they find somebody."""
    viewer = context.viewer
    known = _known(connection, _line(source) or "", [key for each in brought if (key := _line(each.key))])
    wanted = {
        each.key: [its for _, its in numbers_of(_documents(each), _mobiles(each), viewer)]
        for each in brought
        if _line(each.key) not in known
    }
    found = _found(connection, context, {each for its in wanted.values() for each in its})
    return {key: [replace(each, found=each in found) for each in its] for key, its in wanted.items() if its}


def _found(connection: Connection, context: Context, wanted: Set[LookUp]) -> set[LookUp]:
    """Those that find somebody in sight: all documents at once, and all mobiles."""
    reach, seen = context.viewer.reach, bound(context.viewer.sight)
    found: set[LookUp] = set()
    for name, (holder, kind, index, purpose) in HOLDERS.items():
        digest = seal_for(context.master.keys, purpose).digest
        asked = {(of, digest(number)): each for each in wanted for of, number in _asked(each, name)}
        of_kinds = select(holder.c[kind], holder.c[index]).where(
            holder.c[kind].in_({of for of, _ in asked}),
            holder.c.ended_at.is_(None),
            customers_in_sight(holder.c.customer_id, reach),
        )
        digests = sorted({number for _, number in asked})
        for start in range(0, len(digests), MOST_IN_LIST):
            some = of_kinds.where(holder.c[index].in_(digests[start : start + MOST_IN_LIST]))
            rows = {(row[0], bytes(row[1])) for row in connection.execute(some, seen)}
            found |= {asked[row] for row in rows & asked.keys()}
    return found


def _asked(wanted: LookUp, name: str) -> Iterator[tuple[str, str]]:
    """Type or kind, and normal form, of those that are looked up as this."""
    for _, by, value in (question for way in wanted.ways for question in way):
        if by == name:
            yield cast(tuple[str, str], value if name == "document" else (ContactPointKind.MOBILE, value))


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
