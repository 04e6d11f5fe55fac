"""Names that a source brings with it: source systems and staff that nobody has made known are made."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select, text

from master.errors import Forbidden, Invalid
from master.session import Transaction
from master.tables.base import table
from master.tables.branches import StaffRow
from master.tables.sources import SourceSystemRow
from master.tables.types import Instant
from master.writes.checks import line
from master.writes.sourced.statements import rows_in

LONGEST_CODE = 100
NOT_FED = (
    "The token does not feed this source. It feeds those it made itself, or those it was made for: "
    "an operator makes one for a source by `kehu token create --source CODE`."
)

sources, staff = table(SourceSystemRow), table(StaffRow)

ADDS_STAFF = text(
    "INSERT INTO staff (code, name, recorded_at) VALUES (:code, :code, :at) ON CONFLICT (code) DO NOTHING"
).bindparams(bindparam("at", type_=Instant))


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
    id, made, _ = _held(tx, plain_code(code, path))
    return id, made


def source_to_feed(tx: Transaction, code: str, path: tuple[str, ...]) -> tuple[int, bool]:
    """As source_named, for a source that the actor feeds. Raises Forbidden, also where there is none yet."""
    code, actor = plain_code(code, path), tx.actor
    if actor.sources is not None and code not in actor.sources:
        raise Forbidden(NOT_FED, path)
    own_only = actor.sources is None and actor.token_id is not None and not actor.feeds_any
    # Looked at before the source is held too: who is refused waits for no import of it.
    if own_only and any(maker != actor.token_id for maker in _makers(tx, code)):
        raise Forbidden(NOT_FED, path)
    id, made, maker = _held(tx, code)
    if own_only and maker != actor.token_id:
        raise Forbidden(NOT_FED, path)
    return id, made


def _makers(tx: Transaction, code: str) -> Sequence[str | None]:
    """One, or none where there is no such source."""
    return tx.connection.scalars(select(sources.c.made_by).where(sources.c.code == code)).all()


def _held(tx: Transaction, code: str) -> tuple[int, bool, str | None]:
    """The source's id, whether it had to be made, and the token that made it."""
    new = text(
        "INSERT INTO source_systems (code, name, made_by) VALUES (:code, :code, :token)"
        " ON CONFLICT (code) DO NOTHING"
    )
    made = tx.connection.execute(new, {"code": code, "token": tx.actor.token_id}).rowcount
    its = select(sources.c.id, sources.c.made_by).where(sources.c.code == code)
    row = tx.connection.execute(its.with_for_update(key_share=True)).one()
    return row.id, made == 1, row.made_by


def staff_by_code(tx: Transaction, codes: Iterable[str]) -> tuple[dict[str, int], set[str]]:
    """The ids of these members of staff, and the codes that had to be made: named by their code."""
    wanted = sorted(set(codes))
    known = _staff_ids(tx, wanted)
    made = [code for code in wanted if code not in known]
    if made:
        tx.execute(ADDS_STAFF, [{"code": code, "at": tx.at} for code in made])
    return known | _staff_ids(tx, made), set(made)


def _staff_ids(tx: Transaction, codes: Iterable[str]) -> dict[str, int]:
    statement = select(staff.c.code, staff.c.id)
    return {row.code: row.id for row in rows_in(tx, statement, staff.c.code, codes)}


def fed_branch(tx: Transaction, source_id: int) -> int | None:
    """The branch to which all customers of this source belong, if it feeds one."""
    found: int | None = tx.connection.scalar(select(sources.c.branch_id).where(sources.c.id == source_id))
    return found
