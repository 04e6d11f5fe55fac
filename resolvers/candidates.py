"""Who somebody that is to be created may be: found by search, and compared as far as the viewer may know."""

from collections.abc import Sequence

from indexing import tokens as terms
from indexing.documents.customers import CustomerDocument
from indexing.documents.reading import read_documents
from indexing.errors import SearchUnavailable
from indexing.likeness import Told, customers_like
from indexing.permitted import By
from loaders.customers import customers_by_id
from master.access import Viewer
from master.roles import BIRTH, CONTACT, DOCUMENT, NAME, PERSON, READ
from master.tables.codes import ContactPointKind
from master.writes.inputs import NewCustomer
from matching.beside import Likeness, beside
from matching.numbers import read_document, read_mobile
from matching.records import CustomerRecord
from matching.rules import shipped
from schema.context import Context
from schema.matches import CustomerMatch, MatchReason, MatchVerdict
from schema.permitted import permitted, within

# The class of each field that is compared, and whether DUPLICATE tells of the same one anyway.
COMPARED = {
    "name": (NAME, False),
    "document": (DOCUMENT, True),
    "mobile": (CONTACT, True),
    "email": (CONTACT, False),
    "birth": (BIRTH, False),
    "address": (CONTACT, False),
    "gender": (PERSON, False),
}


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
    clock = context.master.clock
    readings = await context.read(lambda connection: read_documents(connection, ids, clock)) if ids else []
    documents = [each.document for each in readings]
    hidden = {
        field: is_told
        for field, (of, is_told) in COMPARED.items()
        if context.viewer.masks(of) or context.viewer.refuses(of)
    }
    found = beside(_record(new), [_record_of(each) for each in documents], shipped(), hidden)
    matches = [_match(documents[each.place].id, each) for each in found]
    return [each for each in matches if await context.loaders.load(customers_by_id, each.customer_id)]


def _told(new: NewCustomer, viewer: Viewer) -> Told:
    """Numbers with a slip are guesses: they are looked for by who sees such numbers clear."""
    numbers: list[tuple[str, str]] = []
    if not (viewer.masks(DOCUMENT) or viewer.refuses(DOCUMENT)):
        normals = (read_document(each.type, each.number).normal for each in new.documents)
        numbers += [(terms.DOCUMENT, terms.document_form(normal)) for normal in normals]
    if not (viewer.masks(CONTACT) or viewer.refuses(CONTACT)):
        numbers += [(terms.PHONE, terms.phone_form(mobile)) for mobile in _mobiles(new)]
    return Told(new.name, None if viewer.refuses(BIRTH) else new.birth_date, tuple(numbers))


def _mobiles(new: NewCustomer) -> list[str]:
    points = (each for each in new.contact_points if each.kind is ContactPointKind.MOBILE)
    return [read_mobile(each.value).normal for each in points]


def _record(new: NewCustomer) -> CustomerRecord:
    return CustomerRecord(
        id="new",
        name=new.name,
        kind=new.kind,
        gender=new.gender or "",
        birth=f"{new.birth_date:%Y%m%d}" if new.birth_date else "",
        documents=tuple((each.type, each.number) for each in new.documents),
        mobiles=tuple(_mobiles(new)),
        emails=tuple(each.value for each in new.contact_points if each.kind is ContactPointKind.EMAIL),
    )


def _record_of(known: CustomerDocument) -> CustomerRecord:
    typed = (each.split(" ", 1) for each in known.typed_documents)
    return CustomerRecord(
        id=known.id,
        name=known.names[0],
        kind=known.kind,
        former_names=known.names[1:],
        birth=f"{known.birth_date:%Y%m%d}" if known.birth_date else "",
        documents=tuple((type, number) for type, number in typed),
        mobiles=known.mobiles,
        emails=known.emails,
    )


def _match(customer_id: int, found: Likeness) -> CustomerMatch:
    return CustomerMatch(
        customer_id=customer_id,
        probability=found.probability,
        verdict=MatchVerdict(found.verdict),
        reasons=[
            MatchReason(field=each.field, level=each.level, weight=each.weight) for each in found.reasons
        ],
    )
