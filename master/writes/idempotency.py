"""The same call twice has one effect: callers' keys and what came of them."""

from collections.abc import Callable

from sqlalchemy import delete, insert, select

from master.errors import Conflict, Invalid
from master.sealing import seal_for
from master.session import Transaction
from master.spelling import take_turns
from master.tables.base import table
from master.tables.changes import IdempotencyKeyRow
from master.upkeep import KEYS_KEPT
from master.writes.checks import refuse_mask

keys = table(IdempotencyKeyRow)

LONGEST_KEY = 200


def once(tx: Transaction, key: str | None, what: str, given: object, act: Callable[[], int]) -> int:
    """The id that `act` made, now or when the key was first used; Conflict when that was for another input.

    given: the input; its repr must tell all of it, as a frozen dataclass's does.
    """
    if key is not None:
        refuse_mask(key, ["idempotencyKey"])
    if key is None or tx.actor.token_id is None:
        return act()
    if not 1 <= len(key) <= LONGEST_KEY:
        raise Invalid(f"An idempotency key has 1 to {LONGEST_KEY} characters.", ["idempotencyKey"])
    digest = seal_for(tx.master.keys, "idempotency").digest(f"{what} {given!r}")
    # Who uses the key at the same moment waits here, and then finds what came of it.
    take_turns(tx.connection, [f"idempotency {tx.actor.token_id} {key}".encode()])
    same = (keys.c.token_id == tx.actor.token_id, keys.c.key == key)
    tx.execute(delete(keys).where(*same, keys.c.at < tx.at - KEYS_KEPT))
    known = tx.execute(select(keys.c.input_digest, keys.c.entity_id).where(*same)).one_or_none()
    if known is not None:
        if bytes(known.input_digest) != digest:
            raise Conflict("This idempotency key was used for another input.", ["idempotencyKey"])
        return int(known.entity_id)
    id = act()
    row = {"token_id": tx.actor.token_id, "key": key, "input_digest": digest, "entity_id": id, "at": tx.at}
    tx.execute(insert(keys), [row])
    return id
