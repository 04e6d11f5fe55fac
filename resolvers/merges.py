"""Merging customers, looking at what that would do, and undoing it."""

from collections.abc import Callable, Sequence

import strawberry

from master.access import Viewer
from master.errors import LimitExceeded, Refusal
from master.roles import CONTACT, DOCUMENT, MERGE, OPEN
from master.session import Transaction
from master.tables.base import Row, table
from master.tables.contacts import ContactRow
from master.tables.customers import ContactPointRow, IdentityDocumentRow
from master.tables.leads import LeadRow
from master.tables.merges import MergedCustomerRow
from master.tables.policies import PolicyPartyRow
from master.tables.relations import HouseholdMemberRow, RelationRow
from master.tables.sources import SourceRecordRow
from master.tables.tags import CustomerTagRow
from master.writes.customers import is_in_sight
from master.writes.idempotency import once
from master.writes.merging.later import Undecided as UndecidedRow
from master.writes.merging.merge import Merging, Outcome, merge_customers
from master.writes.merging.splitting import split_record
from master.writes.merging.unmerge import Undone, unmerge_customer
from resolvers.commands import command, few, found, given, tried
from schema import ids
from schema.classes import classes
from schema.context import Info
from schema.described import described
from schema.errors import told
from schema.fields import answered_by, commanded_by
from schema.merges import (
    MergeCustomersInput,
    MergeDifference,
    MergeMove,
    MergePayload,
    MergePreview,
    PreviewMergeInput,
    SplitRecordInput,
    Undecided,
    UnmergeCustomerInput,
)

# How the rows of a table are told of: their type, and the letter of the id by which people know them.
KINDS: dict[type[Row], tuple[str, str]] = {
    ContactRow: ("Contact", ids.CONTACT),
    LeadRow: ("Lead", ids.LEAD),
    IdentityDocumentRow: ("IdentityDocument", ids.DOCUMENT),
    ContactPointRow: ("ContactPoint", ids.CONTACT_POINT),
    CustomerTagRow: ("CustomerTag", ids.TAG),
    PolicyPartyRow: ("PolicyParty", ids.POLICY),
    HouseholdMemberRow: ("HouseholdMembership", ids.HOUSEHOLD),
    RelationRow: ("CustomerRelation", ids.RELATION),
    SourceRecordRow: ("SourceRecord", ""),
    MergedCustomerRow: ("MergedCustomer", ids.MERGE),
}
# By the class of what is folded where two values are the same.
FOLDED_BY = {"IdentityDocument": DOCUMENT, "ContactPoint": CONTACT}
MOST_PREVIEWS = 5  # of one operation: each takes the turn of those who write

BY_TABLE = {table(row).name: kind for row, kind in KINDS.items()}


async def merge(info: Info, input: MergeCustomersInput) -> MergePayload:
    key, present = given(input.idempotency_key), ids.row_id(ids.CUSTOMER, input.survivor)
    gone: list[int] = []

    def act(tx: Transaction) -> int:
        wanted = _wanted(input.survivor, input.duplicates, input.reason, input.survivor_version)
        gone[:] = wanted.duplicates
        return once(tx, key, "mergeCustomers", wanted, lambda: merge_customers(tx, wanted).survivor)

    done = await command(info, MERGE, act, present=present, reason=input.reason, beside=lambda: gone)
    return MergePayload(
        survivor_id=done.id, restored_ids=[], undecided=[], freshness=done.freshness, errors=done.errors
    )


async def unmerge(info: Info, input: UnmergeCustomerInput) -> MergePayload:
    def act(tx: Transaction) -> Undone:
        merge = found(ids.MERGE, input.merge_id, ["mergeId"], "merge")
        return unmerge_customer(tx, merge, input.reason)

    return await _taken_apart(info, input.reason, act)


async def split(info: Info, input: SplitRecordInput) -> MergePayload:
    def act(tx: Transaction) -> Undone:
        key = input.source_key
        done = split_record(tx, key.source, key.key, input.reason)
        return Undone(done.stays, done.made, done.undecided)

    return await _taken_apart(info, input.reason, act)


async def _taken_apart(info: Info, reason: str, act: Callable[[Transaction], Undone]) -> MergePayload:
    undone: list[Undone] = []
    seen: list[int] = []

    def acted(tx: Transaction) -> int:
        done = act(tx)
        undone[:] = [done]
        seen[:] = [id for id in (done.restored,) if is_in_sight(tx, id)]
        return done.survivor

    done = await command(info, MERGE, acted, reason=reason, beside=lambda: [each.restored for each in undone])
    rows: Sequence[UndecidedRow] = [] if done.id is None else undone[0].undecided
    return MergePayload(
        survivor_id=done.id,
        restored_ids=[] if done.id is None else seen,
        undecided=[told_undecided(row) for row in rows],
        freshness=done.freshness,
        errors=done.errors,
    )


async def _preview(info: Info, input: PreviewMergeInput) -> MergePreview:
    context = info.context
    context.viewer.require(MERGE)
    wanted = _wanted(input.survivor, input.duplicates, "preview")

    async def rehearse() -> Outcome:
        return await context.rehearse(MERGE, lambda tx: merge_customers(tx, wanted))

    named, previews = (wanted.survivor, *wanted.duplicates), context.shown.previews
    if len(previews.keys() | {named}) > MOST_PREVIEWS:
        raise LimitExceeded(f"At most {MOST_PREVIEWS} previews in one operation.", MOST_PREVIEWS)
    previews.setdefault(named, "OK")
    try:
        done = await context.once(("previewMerge", named), rehearse)
    except Refusal as refusal:
        previews[named] = refusal.code
        raise
    return _told(done, context.viewer)


async def preview(info: Info, input: PreviewMergeInput) -> MergePreview:
    done = await tried(_preview(info, input))
    if isinstance(done, Refusal):
        return MergePreview(survivor_id=None, moves=[], filled=[], differences=[], errors=[told(done)])
    return done


def _told(done: Outcome, viewer: Viewer) -> MergePreview:
    """Whether values are the same, or there at all, is told of those alone that the viewer sees clear: who is
    merged with one of the caller's own making would be found out otherwise."""

    def field_is_clear(name: str) -> bool:
        return viewer.sees_clear(classes()[f"Customer.{name}"])

    return MergePreview(
        survivor_id=done.survivor,
        moves=[
            MergeMove(
                entity=entity,
                count=done.moved[name],
                folded=done.folded[name] if viewer.sees_clear(FOLDED_BY.get(entity, OPEN)) else None,
            )
            for name, (entity, _) in BY_TABLE.items()
            if done.moved[name]
        ],
        filled=[name for name in done.filled if field_is_clear(name)],
        differences=[
            MergeDifference(field=name, duplicate_id=id)
            for name, id in done.differing
            if field_is_clear(name)
        ],
        errors=[],
    )


def _wanted(
    survivor: str, duplicates: list[strawberry.ID], reason: str, version: int | None = None
) -> Merging:
    """Raises NotFound and LimitExceeded."""
    return Merging(
        survivor=found(ids.CUSTOMER, survivor, ["survivor"], "customer"),
        duplicates=tuple(
            found(ids.CUSTOMER, id, ["duplicates", str(place)], "customer")
            for place, id in enumerate(few(duplicates, "duplicates"))
        ),
        reason=reason,
        version=version,
    )


def told_undecided(row: UndecidedRow) -> Undecided:
    entity, prefix = BY_TABLE[row.table]
    return Undecided(entity=entity, id=strawberry.ID(ids.global_id(prefix, row.id)), reason=row.reason)


@described
class MergeQuery:
    """Questions about merging."""

    preview_merge: MergePreview | None = answered_by(preview)
    """What mergeCustomers would do with these: what would move, and which values do not agree. Nothing is
    changed; that somebody looked is audited. At most 5 in one operation."""


@described
class MergeMutation:
    """Commands that merge customers."""

    merge_customers: MergePayload | None = commanded_by(merge)
    """Fold the duplicates into the survivor; undone by unmergeCustomer. Refused as CONFLICT for a lost update
    or a customer that was merged already, and as INVALID for customers with valid documents that differ."""
    unmerge_customer: MergePayload | None = commanded_by(unmerge)
    """Undo one merge: each customer gets its own children and values back; what can not be placed is listed
    as undecided."""
    split_record: MergePayload | None = commanded_by(split)
    """Take a source's record off the customer that it was wrongly taken for: it becomes a customer of its own
    (restored), with what its source brought; the two are remembered as different."""
