"""Fills an empty hub: batches are made up in a second process while this one writes them."""

import gc
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context

from sqlalchemy import Dialect, select

from intake.sample.batches import Order, make_batch
from intake.sample.clients import Calendar
from intake.sample.frame import build_frame
from intake.sample.rows import COLUMNS, Cells
from master.audit import note
from master.errors import Conflict
from master.onlookers import Onlooker, nobody
from master.session import Actor, Master, Transaction
from master.spelling import insert_many, next_ids
from master.tables.base import Row, table
from master.tables.contacts import ContactRow
from master.tables.customers import AddressRow, ContactPointRow, CustomerRow
from master.tables.leads import LeadRow
from master.tables.policies import PolicyPartyRow, PolicyRow
from master.tables.relations import HouseholdMemberRow, HouseholdRow
from master.tables.tags import CustomerTagRow
from master.tables.types import Instant

ACTOR = Actor("sample")
BATCH = 4_000  # customers; both processes together stay below 600 MB, measured 2026-11
IN_FLIGHT = 2

Batch = dict[type[Row], list[Cells]]

# Cells that hold places in the batch: the table whose new ids they stand for.
PLACES: dict[type[Row], tuple[str, type[Row]]] = {
    PolicyRow: ("id", PolicyRow),
    PolicyPartyRow: ("policy_id", PolicyRow),
    ContactPointRow: ("id", ContactPointRow),
    AddressRow: ("contact_point_id", ContactPointRow),
    HouseholdRow: ("id", HouseholdRow),
    HouseholdMemberRow: ("household_id", HouseholdRow),
}


@dataclass
class SampleCounts:
    """How much was made."""

    customers: int = 0
    policies: int = 0
    contacts: int = 0
    tags: int = 0
    leads: int = 0
    households: int = 0

    def add(self, batch: Batch) -> None:
        self.customers += len(batch[CustomerRow])
        self.policies += len(batch[PolicyRow])
        self.contacts += len(batch[ContactRow])
        self.tags += len(batch[CustomerTagRow])
        self.leads += len(batch[LeadRow])
        self.households += len(batch[HouseholdRow])


def fill(master: Master, *, customers: int, seed: int, progress: Onlooker = nobody) -> SampleCounts:
    """Fill an empty hub with so many customers, the same ones for the same seed and day.

    progress: told customers done and wanted after each batch. Raises Conflict when there are customers.
    """
    today = master.clock.today()
    calendar = Calendar(today, master.clock.start_of(today))
    with master.transaction(ACTOR) as tx:
        if tx.connection.scalar(select(table(CustomerRow).c.id).limit(1)) is not None:
            raise Conflict("The hub holds customers already: a sample is for an empty one.")
        frame = build_frame(tx, seed)
        ids = next_ids(tx.connection, "customers", customers)
        note(tx, "sample.frame", "hub", details={"customers": customers, "seed": seed})
    dialect = _fresh_dialect(master)
    orders = [
        Order(seed, place, ids[start : start + BATCH], calendar, frame, master.keys, dialect)
        for place, start in enumerate(range(0, customers, BATCH))
    ]
    with _collecting_paused(), master.bulk_loading():
        return _write_all(master, orders, customers, progress)


@contextmanager
def _collecting_paused() -> Iterator[None]:
    """Millions of small lists without cycles: looking for cycles in them took a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _write_all(master: Master, orders: Sequence[Order], wanted: int, progress: Onlooker) -> SampleCounts:
    counts = SampleCounts()
    for batch in _made(orders):
        with master.transaction(ACTOR) as tx:
            _write(tx, batch)
            counts.add(batch)
            note(tx, "sample.batch", "hub", details=asdict(counts))
        progress(counts.customers, wanted)
    return counts


def _fresh_dialect(master: Master) -> Dialect:
    """A dialect of the engine's kind that knows no connection, and so can travel to the other process."""
    return type(master.engine.dialect)()


def _made(orders: Sequence[Order]) -> Iterator[Batch]:
    """The batches in order, each made while the one before it is written."""
    if len(orders) < 2:
        yield from map(make_batch, orders)
        return
    waiting: deque[Future[Batch]] = deque()
    # Started afresh, not forked: a fork would share this process's database connections.
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=gc.disable) as maker:
        for order in orders:
            waiting.append(maker.submit(make_batch, order))
            if len(waiting) > IN_FLIGHT:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _write(tx: Transaction, batch: Batch) -> None:
    """Insert a batch; its cells are bound already, so they go to the driver as they are."""
    ids = {
        row: next_ids(tx.connection, table(row).name, len(batch[row]))
        for row, (column, _) in PLACES.items()
        if column == "id"
    }
    at = Instant().process_bind_param(tx.at, tx.connection.dialect)
    for row, rows in batch.items():
        if row in PLACES:
            column, given = PLACES[row]
            _resolve(rows, COLUMNS[row].index(column), ids[given])
        recorded = {"recorded_at": at} if "recorded_at" in table(row).c else {}
        cells = [(*each, *recorded.values()) for each in rows]
        insert_many(tx.connection, table(row).name, (*COLUMNS[row], *recorded), cells)


def _resolve(rows: list[Cells], place: int, ids: Sequence[int]) -> None:
    for cells in rows:
        cells[place] = ids[cells[place]]
