"""The insurer's own phones: those of branches and staff, by which no customer is known."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, select

from master.tables.base import table
from master.tables.branches import BranchRow, StaffRow
from master.tables.matching import OwnPhoneRow
from matching.block import KINDS
from matching.numbers import read_mobile

own = table(OwnPhoneRow)
HOLDERS = (table(BranchRow), table(StaffRow))

MOBILE = KINDS["mobile"]
BETWEEN = "|"


def is_own_phone(kind: ColumnElement[int], digest: ColumnElement[bytes]) -> ColumnElement[bool]:
    """Whether a blocking key is of one."""
    return (kind == MOBILE) & digest.in_(select(own.c.digest))


def own_phones(connection: Connection, digests: Collection[bytes]) -> set[bytes]:
    """Those of these digests of mobiles."""
    found = connection.scalars(select(own.c.digest).where(own.c.digest.in_(digests))) if digests else ()
    return set(map(bytes, found))


def own_numbers(connection: Connection) -> set[str]:
    """All of them, in their normal forms."""
    told = (select(each.c.phones).where(each.c.phones.is_not(None)) for each in HOLDERS)
    texts = (text for each in told for text in connection.scalars(each))
    return {read_mobile(phone).normal for text in texts for phone in phones_in(text)}


def phones_in(text: str) -> list[str]:
    """Of one branch or member of staff."""
    return [phone.strip() for phone in text.split(BETWEEN) if phone.strip()]
