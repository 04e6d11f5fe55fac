"""Questions about batches, and taking one back."""

from functools import partial

from loaders.import_batches import all_batches, batches_by_id
from master.errors import Forbidden, LimitExceeded, Refusal, TimedOut
from master.roles import TAKE_BACK
from master.writes import checks
from master.writes.taking_back.back import LAST, Step, take_back_next
from resolvers.commands import found
from schema.batches import Batch, BatchConnection, BatchFilter, TakeBackBatchInput, TakeBackBatchPayload
from schema.context import Info
from schema.described import described
from schema.errors import told
from schema.fields import commanded_by, identity, loaded_by
from schema.ids import BATCH

OUT_OF_TIME = "There was no time for all of it: call again to go on."


async def take_back(info: Info, input: TakeBackBatchInput) -> TakeBackBatchPayload:
    try:
        batch = await _take_back(info, input)
    except LimitExceeded:
        raise
    except TimedOut as refusal:
        return TakeBackBatchPayload(batch_id=found(BATCH, input.id, ["id"], "batch"), errors=[told(refusal)])
    except Refusal as refusal:
        return TakeBackBatchPayload(batch_id=None, errors=[told(refusal)])
    return TakeBackBatchPayload(batch_id=batch, errors=[])


async def _take_back(info: Info, input: TakeBackBatchInput) -> int:
    """As many transactions as there is time for. Raises Refusal; TimedOut where some are left."""
    context = info.context
    context.viewer.require(TAKE_BACK)
    if context.viewer.sight is not None:
        raise Forbidden("A batch holds customers of all branches: who takes it back must see them all.")
    checks.line(input.reason, ["reason"])
    batch = found(BATCH, input.id, ["id"], "batch")
    step = Step(LAST, False, {})
    while not step.is_done:
        if step.below != LAST and context.is_short_of_time:
            raise TimedOut(OUT_OF_TIME)
        act = partial(take_back_next, batch_id=batch, reason=input.reason, below=step.below)
        step = await context.write(TAKE_BACK, act, input.reason)
    return batch


@described
class BatchQuery:
    """Questions about what came in."""

    batches: BatchConnection | None = loaded_by(all_batches, key=None, filter=BatchFilter)
    """Files and lists of records that came in, the newest first; for those who see all branches."""
    batch: Batch | None = loaded_by(batches_by_id, key=identity("id", BATCH))
    """The batch with this id; null where there is none, or the viewer does not see all branches."""


@described
class BatchMutation:
    """What can be done to what came in."""

    take_back_batch: TakeBackBatchPayload | None = commanded_by(take_back)
    """Make it as if this batch had not come: what it added goes, what it changed becomes what it was, keys
    that it linked are taken off. What was changed since is left, and told by `Batch.records`; called again,
    that is tried again. So of several batches the newest is taken back first."""
