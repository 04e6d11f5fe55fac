"""Names that a source brings with it: source systems and staff that nobody has made known are made."""

from collections.abc import Iterable

from sqlalchemy import select, text

from master.errors import Invalid
from master.session import Transaction
from master.tables.base import table
from master.tables.branches import StaffRow
from master.tables.sources import SourceSystemRow
from master.writes.checks import line
from master.writes.sourced.statements import rows_in

LONGEST_CODE = 100

sources, staff = table(SourceSystemRow), table(StaffRow)


def plain_code(code: str, path: tuple[str, ...]) -> str:
    """A code as columns may hold it. Raises Invalid for quotes, backslashes and control characters."""
    found = line(code, path, LONGEST_CODE)
    if '"' in found or "\\" in found:
        raise Invalid("A code holds no quotes and no backslashes.", path)
    return found


def source_named(tx: Transaction, code: str, path: tuple[str, ...] = ("source",)) -> tuple[int, bool]:
    """The id of the source system with this code, and whether it had to be made: with trust 0.

    It is held until the transaction ends: two writers of one source take turns.
    """
    code = plain_code(code, path)
    made = tx.connection.execute(
        text("INSERT INTO source_systems (code, name) VALUES (:code, :code) ON CONFLICT (code) DO NOTHING"),
        {"code": code},
    ).rowcount
    held = select(sources.c.id).where(sources.c.code == code).with_for_update(key_share=True)
    return tx.connection.execute(held).scalar_one(), made == 1


def staff_by_code(tx: Transaction, codes: Iterable[str]) -> tuple[dict[str, int], set[str]]:
    """The ids of these members of staff, and the codes that had to be made: named by their code."""
    wanted = sorted(set(codes))
    known = _staff_ids(tx, wanted)
    made = [code for code in wanted if code not in known]
    if made:
        new = text("INSERT INTO staff (code, name) VALUES (:code, :code) ON CONFLICT (code) DO NOTHING")
        tx.execute(new, [{"code": code} for code in made])
    return known | _staff_ids(tx, made), set(made)


def _staff_ids(tx: Transaction, codes: Iterable[str]) -> dict[str, int]:
    statement = select(staff.c.code, staff.c.id)
    return {row.code: row.id for row in rows_in(tx, statement, staff.c.code, codes)}
