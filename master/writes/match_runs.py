"""How far a run of matching over all customers has come, so that it goes on where it was stopped."""

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import insert, select, update

from master.session import Transaction
from master.tables.base import table
from master.tables.reviews import MatchRunRow

runs = table(MatchRunRow)


def begin_run(tx: Transaction, asked: str) -> int:
    """Its id; asked: by which rules it compares, and what it is to do."""
    made = tx.execute(insert(runs).values(asked=asked, started_at=tx.at)).inserted_primary_key
    id: int = made[0] if made else 0
    return id


def note_kept(tx: Transaction, id: int, rules: str) -> None:
    """All that it has found is kept; rules: by their name."""
    tx.execute(update(runs).where(runs.c.id == id).values(rules=rules, kept_at=tx.at))


def note_merged(tx: Transaction, id: int, group: Sequence[int], outcome: str) -> None:
    """What came of one group, the oldest customer first."""
    row = tx.execute(select(runs).where(runs.c.id == id).with_for_update()).one()
    merged = Counter(json.loads(row.merged)) + Counter({outcome: len(group) - 1})
    said = {"merged": json.dumps(merged, sort_keys=True), "merged_after": group[0]}
    tx.execute(update(runs).where(runs.c.id == id).values(said))


def end_run(tx: Transaction, id: int) -> None:
    tx.execute(update(runs).where(runs.c.id == id).values(ended_at=tx.at))
