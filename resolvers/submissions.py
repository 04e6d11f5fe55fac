"""Lists of customers that source systems submit."""

from dataclasses import dataclass
from functools import partial

from master.errors import Refusal
from master.reads.freshness import freshness_of
from master.session import Transaction
from master.writes.idempotency import once
from master.writes.sourced.submissions import (
    MOST_RECORDS,
    Became,
    Submission,
    became,
    in_sight,
    submit_records,
)
from resolvers.commands import given, tried
from resolvers.customer_commands import CUSTOMERS_PUT, sourced_customer
from resolvers.numbers import known_to
from schema.arguments import refuse_long
from schema.context import Info
from schema.described import described
from schema.errors import UserError, told
from schema.fields import commanded_by
from schema.submissions import SubmitRecordsInput, SubmitRecordsPayload, SubmittedRecord


@dataclass(frozen=True)
class _Done:
    records: list[Became]
    freshness: str | None


async def submit(info: Info, input: SubmitRecordsInput) -> SubmitRecordsPayload:
    refuse_long(input.records, ["input", "records"], MOST_RECORDS)
    source, key = input.source, given(input.idempotency_key)
    asked = Submission(source, tuple(sourced_customer(each, source, each.key) for each in input.records))
    known = await known_to(info.context, CUSTOMERS_PUT, source, asked.records)

    def act(tx: Transaction) -> _Done:
        new = partial(submit_records, tx, asked, known.seeing, unlooked=known.unlooked)
        batch = once(tx, key, "submitRecords", asked, new)
        found = became(tx, batch)
        ids = sorted(in_sight(tx, [each.entity_id for each in found if each.entity_id is not None]))
        return _Done(found, freshness_of(tx.connection, *ids) if ids else None)

    done = await tried(info.context.write(CUSTOMERS_PUT, act))
    if isinstance(done, Refusal):
        return SubmitRecordsPayload(records=[], freshness=None, errors=[told(done)])
    records = [_told(each) for each in done.records]
    return SubmitRecordsPayload(records=records, freshness=done.freshness, errors=[])


def _told(each: Became) -> SubmittedRecord:
    return SubmittedRecord(
        key=each.key,
        outcome=each.outcome,
        customer_id=each.entity_id,
        errors=[
            UserError(code=code, message=message, path=path.split(".") if path else None)
            for path, code, message in each.findings
        ],
    )


@described
class SubmissionMutation:
    """Commands of source systems."""

    submit_records: SubmitRecordsPayload | None = commanded_by(submit)
    """Create or update many customers by a source system's own keys, each as putCustomer would: records that
    are refused leave the others as they are. Sent again, all is as it was. Refused as FORBIDDEN as a whole
    when the token does not feed that source."""
