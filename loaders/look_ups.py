"""Look-ups by whole values that the viewer sees masked, and whether they find somebody in sight."""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, and_, or_, select, union

from loaders.batches import Ask, Moments, answers
from loaders.customers import Condition, customer, customer_rows, document, merged, party, point, policy
from loaders.relations import Arguments, Columns, Filter, Relation, whose_customer
from master.sight import Reach
from master.tables.codes import ContactPointKind, DocumentType
from matching.numbers import read_contact_point, read_document

# A list, the name of its filter and the value: whether it has a row in sight.
Question: TypeAlias = tuple[Relation, str, Hashable]

# As searches take them (indexing/queries.py).
_CUSTOMER_NUMBER = re.compile(r"c0*([0-9]{1,9})|([0-9]{9})")
_REACHING = (ContactPointKind.MOBILE, ContactPointKind.LANDLINE, ContactPointKind.EMAIL)


@dataclass(frozen=True)
class LookUp:
    """What somebody looks up; classes: those of the values. It finds somebody when all questions of one of
    its ways do; typed_on: one that was counted goes on; found: whether it does, where
    that was known before it was counted."""

    classes: tuple[str, ...]
    ways: tuple[tuple[Question, ...], ...]
    typed_on: bool = False
    found: bool | None = None


def finds(connection: Connection, wanted: LookUp, reach: Reach | None, moments: Moments) -> bool:
    """Whether anybody whom the viewer sees has these values; each distinct value is asked for once."""
    known: dict[Question, bool] = {}

    def has(question: Question) -> bool:
        if question not in known:
            relation, name, value = question
            ask = Ask(relation, Arguments(((name, value),)), True, reach)
            known[question] = bool(answers(connection, ask, [None], moments).get(None))
        return known[question]

    return any(all(has(each) for each in way) for way in wanted.ways)


def _with_number(columns: Columns, text: str) -> Condition:
    """With this as the whole number of a document, a phone, a mail address, a policy, or its own."""
    forms = {read_document(type, text).normal for type in DocumentType}
    papers = select(document.c.customer_id).where(
        document.c.type.in_(list(DocumentType)),
        document.c.number_index.in_(sorted(forms)),
        document.c.ended_at.is_(None),
    )
    reached = [
        and_(point.c.kind == kind, point.c.value_index.in_(_spellings(kind, text))) for kind in _REACHING
    ]
    points = select(point.c.customer_id).where(or_(*reached), point.c.ended_at.is_(None))
    held = (
        select(party.c.customer_id)
        .join(policy, policy.c.id == party.c.policy_id)
        .where(policy.c.number.in_([text, text.upper()]), party.c.ended_at.is_(None))
        .where(party.c.customer_id.is_not(None))
    )
    found = [papers, points, held]
    own = _CUSTOMER_NUMBER.fullmatch(text)
    if own:
        number = f"C{int(own[1] or own[2]):09d}"
        found.append(select(customer.c.id).where(customer.c.number == number))
        found.append(select(merged.c.survivor_id).where(merged.c.number == number))
    return columns["id"].in_(union(*found))


def _spellings(kind: ContactPointKind, text: str) -> list[str]:
    """The normal forms that may be meant: a search takes the + before a country code away."""
    normal = read_contact_point(kind, text).normal
    return [normal, f"+{text}"] if text.isdecimal() else [normal]


customers_by_number = Relation(
    "customers_by_number",
    "pages",
    select(customer),
    key=None,
    rows=customer_rows,
    in_sight=whose_customer("id"),
    filters={"number": Filter(_with_number, picks=True)},
)
