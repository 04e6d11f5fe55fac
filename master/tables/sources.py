"""The systems that data comes from, and the last row each of them gave for everything it knows."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from master.sealing import Sealed
from master.spelling import only_where, utc_now
from master.tables.base import AUTO, CodeText, Moment, Recorded, Row, RowId, plain
from master.tables.types import Instant


class SourceSystemRow(Row):
    """trust: 0 for a system nobody has ranked yet; the higher rank wins where sources disagree. trust_…: of
    one group of attributes (matching/survive.py), where that differs.

    chosen_until: while a change of trust is being followed, the last customer whose values were chosen again.
    made_by: the token whose first put made it, which feeds it; null: an import or a command did.
    """

    __tablename__ = "source_systems"
    __table_args__ = (UniqueConstraint("code"), plain("code"), AUTO)

    id: Mapped[RowId]
    code: Mapped[CodeText]
    name: Mapped[str]
    trust: Mapped[int] = mapped_column(server_default="0")
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    recorded_at: Mapped[Recorded]
    made_by: Mapped[CodeText | None] = mapped_column(ForeignKey("api_tokens.id"))
    trust_names: Mapped[int | None]
    trust_identity: Mapped[int | None]
    trust_demographics: Mapped[int | None]
    trust_service: Mapped[int | None]
    chosen_until: Mapped[int | None]


class SourceRecordRow(Row):
    """What a source said last of one thing, by the source's own key.

    kind: the import kind (customers, policies …); entity_id: the row it became; customer_id: that customer,
    for kind customers. content: the last row as JSON, its fingerprint beside it.
    """

    __tablename__ = "source_records"
    __table_args__ = (
        UniqueConstraint("source_id", "kind", "source_key"),
        Index("ix_source_records_kind_entity_id", "kind", "entity_id"),
        AUTO,
    )

    id: Mapped[RowId]
    source_id: Mapped[int] = mapped_column(ForeignKey("source_systems.id"))
    kind: Mapped[CodeText]
    source_key: Mapped[CodeText]
    entity_id: Mapped[int]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    received_at: Mapped[Moment]
    source_updated_at: Mapped[datetime | None] = mapped_column(Instant)
    content: Mapped[str] = mapped_column(Sealed("sources"))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[Recorded]


class HandValueRow(Row):
    """What somebody said by hand of one field of a customer: a correction, or a value that is pinned.

    field: as in the records of sources. value: as JSON; null: there is none. said_by: empty where nobody
    knows any more who it was. Ended by the next one, or when it is unpinned.
    """

    __tablename__ = "hand_values"
    # Those that are open are looked for at each change, however often a value has been corrected.
    __table_args__ = (Index("ix_hand_values_customer_id_ended_at", "customer_id", "ended_at"), AUTO)

    id: Mapped[RowId]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    field: Mapped[CodeText]
    value: Mapped[str] = mapped_column(Sealed("sources"))
    pinned: Mapped[bool] = mapped_column(server_default=false())
    said_by: Mapped[str]
    why: Mapped[str | None]
    recorded_at: Mapped[Recorded]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


HALF_DONE = "finished_at IS NULL OR taking_back_at IS NOT NULL AND taken_back_at IS NULL"


class ImportRunRow(Row):
    """A batch: one file that is imported, or one list of records that was submitted.

    kind, source_id: of all its records. columns: of a file, the names of its cells, as a JSON list. line: the
    last one that was taken in; a run that was killed goes on after it. counts: as JSON.
    taking_back_at: since when it is being taken back, by whom and why; taken_back_at: when that was done.
    forgotten_at: since when some of its records are no longer kept.
    """

    __tablename__ = "import_runs"
    __table_args__ = (
        Index("ix_import_runs_file_digest_kind", "file_digest", "kind"),
        Index("ix_import_runs_started_at", "started_at"),
        Index("ix_import_runs_halves", "id", **only_where(HALF_DONE)),
        AUTO,
    )

    id: Mapped[RowId]
    file_digest: Mapped[str]
    kind: Mapped[CodeText]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source_systems.id"))
    started_at: Mapped[datetime] = mapped_column(Instant, server_default=utc_now())
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    line: Mapped[int] = mapped_column(server_default="0")
    counts: Mapped[str] = mapped_column(server_default="{}")
    origin: Mapped[CodeText] = mapped_column(server_default="FILE")
    sent_by: Mapped[str | None]
    file_name: Mapped[str | None]
    columns: Mapped[str | None]
    taking_back_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_back_by: Mapped[str | None]
    taken_back_reason: Mapped[str | None]
    forgotten_at: Mapped[datetime | None] = mapped_column(Instant)


class IncomingRecordRow(Row):
    """One record of a batch as it came, and what became of it. Kept whether it was taken in or not.

    line: its place in the batch. payload: JSON; of a file the list of its cells, or of the whole line where
    its cells can not be told apart; else an object by field. digest: keyed, of the payload.
    outcome: an IncomingOutcome. entity_id: the row that it became or that it speaks of, as it
    was then, so no foreign key. findings: a JSON list of [column, code, message], without any value.
    tx, received_at: the transaction that took it in, which is also how the histories call it.
    taken_back: what became of taking it back; null: nobody has tried.
    """

    __tablename__ = "incoming_records"
    __table_args__ = (
        Index("ix_incoming_records_batch_id_id", "batch_id", "id"),
        # What a full file repeats every day is looked for by its keys where an older one is taken back.
        Index("ix_incoming_records_unchanged", "source_key", **only_where("outcome = 'UNCHANGED'")),
        Index("ix_incoming_records_review", "batch_id", "id", **only_where("outcome = 'REVIEW'")),
        AUTO,
    )

    id: Mapped[RowId]
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id"))
    line: Mapped[int]
    source_key: Mapped[CodeText | None]
    payload: Mapped[str] = mapped_column(Sealed("sources"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[CodeText]
    entity_id: Mapped[int | None]
    findings: Mapped[str | None]
    tx: Mapped[str]
    received_at: Mapped[Moment]
    taken_back: Mapped[CodeText | None]
