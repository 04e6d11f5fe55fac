"""One import of one file: batch by batch, each committed with how far it came, so that it can be killed."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from intake.apply import REFUSED_BY_DATABASE, Done, apply
from intake.kinds import Kind, kind_named
from intake.report import Report
from intake.runs import Counts, Run, finish_run, hold_run, keep_run, unfinished_run
from intake.sources.csv import CsvFile, FileFacts, Line, look_at
from intake.stage import Staged, Stager
from master.audit import note
from master.deadlocks import untangled
from master.errors import Conflict, Invalid
from master.session import Actor, Master, Transaction
from master.tables.codes import BatchOrigin
from master.writes.batches import Incoming, NewBatch, keep_incoming
from master.writes.sourced.directory import plain_code, source_named
from master.writes.sourced.placing import Matching
from master.writes.sourced.rows import Outcome
from matching.rules import shipped

SELDOM = (100_000, 20, 100)  # allocations, and younger collections, between two collections
IMPORTER = Actor("import")
MATCHING = Matching(shipped())
CHANGING = (Outcome.ADDED, Outcome.LINKED, Outcome.REVIEW, Outcome.CHANGED)


@dataclass(frozen=True)
class Progress:
    """share: of the file's bytes, from 0 to 1."""

    lines: int
    share: float
    counts: Counts


@dataclass(frozen=True)
class ImportResult:
    """resumed_after: the line up to which an earlier, killed run had come; its counts are in these.

    notices: what is to be said of the import as a whole.
    """

    kind: str
    source: str | None
    digest: str
    encoding: str
    dry_run: bool
    resumed_after: int
    read: int
    added: int
    linked: int
    review: int
    changed: int
    unchanged: int
    stale: int
    refused: int
    warnings: int
    notices: tuple[str, ...]


class _DryRun(Exception):
    """Rolls everything back."""


def import_file(
    master: Master,
    kind: str,
    path: Path,
    *,
    source: str | None = None,
    dry_run: bool = False,
    report: Path | None = None,
    encoding: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    actor: Actor = IMPORTER,
    matching: bool = True,
) -> ImportResult:
    """Take a file in; a run of it that was killed goes on where it was.

    matching: whether a new customer's key may mean somebody who is there.

    Raises Invalid for what concerns the whole file: kind, source, encoding, header.
    """
    of_kind = kind_named(kind)
    source = _checked_source(of_kind, source)
    facts = look_at(path, encoding)
    with CsvFile(path, facts) as file:
        lines = iter(file)
        stager = Stager(of_kind, _header(lines), master.clock.zone)
        with master.reading() as connection:
            run = Run() if dry_run else unfinished_run(connection, facts.digest, kind, source)
        resumed_after = run.line
        with Report(report, run.line) as reported, _rarely_collecting():
            by = replace(MATCHING, is_trial=dry_run) if matching else None
            importing = _Import(master, of_kind, source, facts, path.name, stager, reported, run, actor, by)
            take = importing.try_out if dry_run else importing.take_in
            take(_batches(lines, of_kind.batch, run.line), _telling(progress, file, importing))
    return importing.result(dry_run=dry_run, resumed_after=resumed_after)


@dataclass
class _Import:
    master: Master
    kind: Kind
    source: str | None
    facts: FileFacts
    file_name: str
    stager: Stager
    report: Report
    run: Run
    actor: Actor
    matching: Matching | None
    notices: list[str] = field(default_factory=list)

    def take_in(self, batches: Iterator[list[Line]], tell: Callable[[], None]) -> None:
        for batch in batches:
            untangled(partial(self._take, batch))
            tell()
        with self.master.transaction(self.actor) as tx:
            self._finish(tx)

    def _take(self, batch: list[Line]) -> None:
        # Staged before the transaction: who else writes to SQLite gets a turn meanwhile.
        staged = self._staged(batch)
        try:
            with self.master.transaction(self.actor) as tx:
                run = self._batch(tx, batch, staged, guarded=False)
        except (*REFUSED_BY_DATABASE, Conflict):  # refused, or a customer was merged at this very moment
            staged = self._staged(batch)
            with self.master.transaction(self.actor) as tx:
                run = self._batch(tx, batch, staged, guarded=True)
        self.run = run

    def try_out(self, batches: Iterator[list[Line]], tell: Callable[[], None]) -> None:
        """All in one transaction, as later lines build on earlier ones; then rolled back."""
        with suppress(_DryRun), self.master.transaction(self.actor) as tx:
            for batch in batches:
                self.run = self._batch(tx, batch, self._staged(batch), guarded=True)
                tell()
            raise _DryRun

    def result(self, *, dry_run: bool, resumed_after: int) -> ImportResult:
        return ImportResult(
            self.kind.name,
            self.source,
            self.facts.digest,
            self.facts.encoding,
            dry_run,
            resumed_after,
            **vars(self.run.counts),
            notices=tuple(self.notices),
        )

    def _staged(self, lines: list[Line]) -> list[Staged]:
        return [self.stager.stage(line) for line in lines]

    def _batch(self, tx: Transaction, lines: list[Line], staged: list[Staged], *, guarded: bool) -> Run:
        """How far the run has come with these, if that is committed."""
        hold_run(tx, self.run)
        source_id = self._source(tx)
        done = apply(tx, self.kind, source_id, staged, guarded=guarded, matching=self.matching)
        warnings = sum(finding.warns for finding in done.findings)
        run = self.run.with_lines(lines[-1].number, done.outcomes, warnings)
        batch_id = self._keep_run(tx, run, source_id)
        keep_incoming(tx, batch_id, list(map(_incoming, lines, staged)))
        self._note(tx, batch_id, done, lines)
        self.report.add(done.findings)
        return run

    def _keep_run(self, tx: Transaction, run: Run, source_id: int | None) -> int:
        columns = [column.name for column in self.stager.columns]
        new = NewBatch(
            BatchOrigin.FILE, self.kind.name, source_id, self.facts.digest, self.file_name, columns
        )
        return keep_run(tx, run, new)

    def _note(self, tx: Transaction, batch_id: int, done: Done, lines: list[Line]) -> None:
        """One audit entry for a batch that changed something."""
        counts = {outcome.value: done.outcomes.count(outcome) for outcome in CHANGING}
        if any(counts.values()):
            details = {
                "kind": self.kind.name,
                "digest": self.facts.digest,
                "first_line": lines[0].number,
                "last_line": lines[-1].number,
                **counts,
            }
            note(tx, "import.batch", "import", batch_id, details=details)

    def _source(self, tx: Transaction) -> int | None:
        if self.source is None:
            return None
        source_id, made = source_named(tx, self.source)
        if made:
            note(tx, "source.create", "source", source_id)
            self.notices = [f"The source {self.source} was not known: it was made, with trust 0."]
        return source_id

    def _finish(self, tx: Transaction) -> None:
        hold_run(tx, self.run)
        self._keep_run(tx, self.run, self._source(tx))
        finish_run(tx, self.run)
        details = {"kind": self.kind.name, "digest": self.facts.digest, **vars(self.run.counts)}
        note(tx, "import.run", "import", self.run.id, details=details)


def _incoming(line: Line, staged: Staged) -> Incoming:
    findings = [(each.column, each.code, each.message) for each in staged.findings]
    return Incoming(line.number, line.cells, staged.key, staged.outcome, staged.entity_id, findings)


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Rows come and go by the thousand and hold no cycles: looking for some took a tenth of an import."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _header(lines: Iterator[Line]) -> list[str]:
    header = next(lines, None)
    if header is None or header.fault is not None:
        raise Invalid("The file has no header line.", ["header"])
    return header.cells


def _checked_source(kind: Kind, source: str | None) -> str | None:
    """The source's code; None for kinds that are kept by their codes, whoever brings them."""
    if not kind.has_source:
        return None
    if source is None:
        raise Invalid(f"Say which system these {kind.name} come from: --source CODE.", ["source"])
    return plain_code(source, ("source",))


def _batches(lines: Iterator[Line], size: int, after: int) -> Iterator[list[Line]]:
    """The lines in groups of this many, without those up to `after`."""
    waiting = (line for line in lines if line.number > after)
    while batch := list(islice(waiting, size)):
        yield batch


def _telling(
    progress: Callable[[Progress], None] | None, file: CsvFile, importing: _Import
) -> Callable[[], None]:
    def tell() -> None:
        if progress is not None:
            counts = importing.run.counts
            progress(Progress(counts.read, file.share_read, counts))

    return tell
