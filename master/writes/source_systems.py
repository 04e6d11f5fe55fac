"""Source systems: how far each is trusted in what, and the golden values that follow from it."""

from sqlalchemy import exists, or_, select, update

from master.audit import note
from master.errors import Invalid, NotFound
from master.reads.sayings import TRUST
from master.session import Transaction
from master.tables.base import table
from master.tables.sources import HandValueRow, SourceRecordRow, SourceSystemRow
from master.writes.derived import refresh
from master.writes.sourced.golden import choose_again
from matching.survive import Group

CHUNK = 500  # customers whose values are chosen again in one transaction: others get their turn between
HIGHEST = 1_000

systems, records, by_hand = table(SourceSystemRow), table(SourceRecordRow), table(HandValueRow)


def trust_source(tx: Transaction, code: str, rank: int | None, group: Group | None = None) -> None:
    """Rank a source, in all or in one group of attributes; None: there as in all. What follows is done by
    `choose_on`. Raises NotFound and Invalid."""
    if (rank is None and group is None) or not 0 <= (rank or 0) <= HIGHEST:
        raise Invalid(f"A rank lies between 0 and {HIGHEST}.", ["rank"])
    # key_share: imports insert rows that hang on it.
    its = select(systems).where(systems.c.code == code).with_for_update(key_share=True)
    row = tx.execute(its).one_or_none()
    if row is None:
        raise NotFound("There is no source system with this code: `kehu sources list`.", ["code"])
    column = "trust" if group is None else TRUST[group].name
    values = {column: rank, "chosen_until": 0}
    tx.execute(update(systems).where(systems.c.id == row.id).values(values))
    details = {"group": group, "before": getattr(row, column), "after": rank}
    note(tx, "source.trust", "source", row.id, details=details)


def choose_on(tx: Transaction) -> int | None:
    """Let the values of the next customers follow the ranks; how many changed. None: no rank is new."""
    waiting = select(systems).where(systems.c.chosen_until.is_not(None)).order_by(systems.c.id).limit(1)
    system = tx.execute(waiting.with_for_update(key_share=True)).one_or_none()
    if system is None:
        return None
    other = records.alias("other")
    another_says = exists().where(
        other.c.customer_id == records.c.customer_id,
        other.c.kind == records.c.kind,
        other.c.id != records.c.id,
    )
    somebody_says = exists().where(
        by_hand.c.customer_id == records.c.customer_id, by_hand.c.ended_at.is_(None)
    )
    concerned = (
        select(records.c.customer_id)
        .where(records.c.source_id == system.id, records.c.kind == "customers")
        .where(records.c.customer_id > system.chosen_until, or_(another_says, somebody_says))
        .distinct()
        .order_by(records.c.customer_id)
        .limit(CHUNK)
    )
    ids = tx.connection.scalars(concerned).all()
    until = ids[-1] if len(ids) == CHUNK else None
    tx.execute(update(systems).where(systems.c.id == system.id).values(chosen_until=until))
    changed = choose_again(tx, ids)
    refresh(tx, changed)
    return len(changed)
