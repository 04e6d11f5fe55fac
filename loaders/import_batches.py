"""Batches that came in, and their records."""

from sqlalchemy import ColumnElement, and_, false, func, literal_column, or_, select

from loaders.relations import Columns, Order, Relation, Rows, among, equal
from master.reads.reviews import name_of_actor
from master.roles import BATCHES
from master.sight import Reach
from master.tables.base import table
from master.tables.codes import ReviewStatus
from master.tables.reviews import ReviewTaskRow
from master.tables.sources import ImportRunRow, IncomingRecordRow, SourceSystemRow

batch, record = table(ImportRunRow), table(IncomingRecordRow)
system, task = table(SourceSystemRow), table(ReviewTaskRow)

batch_rows, record_rows = Rows("Batch", BATCHES), Rows("BatchRecord", BATCHES)


def _whole_hub(columns: Columns, reach: Reach | None) -> ColumnElement[bool]:
    """A batch holds customers of all branches: whoever sees some of them alone is told of none."""
    return false()


# Literally, as the index that holds these alone has it.
_ASKED = record.c.outcome == literal_column("'REVIEW'")
# Stewards are asked of who comes beside who was there, who is the older one; or came with it.
_MADE_BY_IT = or_(
    task.c.other_id == record.c.entity_id,
    and_(task.c.one_id == record.c.entity_id, task.c.proposed_at == record.c.received_at),
)
_REVIEWS = (
    select(func.count(task.c.id.distinct()))
    .select_from(record)
    .join(task, _MADE_BY_IT)
    .where(record.c.batch_id == batch.c.id, _ASKED, task.c.status == ReviewStatus.OPEN)
)
_TOLD = select(
    *(batch.c[name] for name in ("id", "origin", "kind", "file_name", "started_at", "finished_at", "counts")),
    *(batch.c[name] for name in ("taking_back_at", "taken_back_at", "taken_back_reason")),
    batch.c.forgotten_at.label("records_forgotten_at"),
    system.c.code.label("source"),
    name_of_actor(batch.c.sent_by).label("sent_by"),
    name_of_actor(batch.c.taken_back_by).label("taken_back_by"),
    _REVIEWS.scalar_subquery().label("open_reviews"),
).outerjoin(system, system.c.id == batch.c.source_id)

batches_by_id = Relation("batches_by_id", "one", _TOLD, key="id", rows=batch_rows, in_sight=_whole_hub)

all_batches = Relation(
    "all_batches",
    "pages",
    _TOLD,
    key=None,
    rows=batch_rows,
    order=Order(("id",), descending=True),
    in_sight=_whole_hub,
    filters={"kind": equal("kind"), "source": equal("source"), "origin": equal("origin")},
)

records_by_batch = Relation(
    "records_by_batch",
    "pages",
    select(*(record.c[name] for name in ("id", "batch_id", "line", "outcome", "findings", "taken_back"))),
    key="batch_id",
    rows=record_rows,
    order=Order(("id",)),
    in_sight=_whole_hub,
    filters={"outcome": among("outcome"), "taken_back": among("taken_back")},
)
