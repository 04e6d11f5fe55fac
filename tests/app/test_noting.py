"""The notes of who saw whom: many in a transaction, tried again until they are written, dropped when old."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import noting
from app.noting import AccessNotes
from app.settings import WrongSettings, read_settings
from indexing.worker import Worker
from master.access import Viewer
from master.roles import shipped_roles
from master.session import Master, Transaction
from master.tables.access import AccessEntryRow, AccessSubjectRow
from master.tables.base import table
from master.tables.codes import Occasion
from master.upkeep import Keeping
from master.writes.access_log import Access, NotedAlone, note_accesses
from master.writes.derived import refresh
from schema.context import open_context
from tests.app.conftest import Logged
from tests.conftest import NOW, TESTER, SetTime

entries, subjects = table(AccessEntryRow), table(AccessSubjectRow)


def viewer() -> Viewer:
    return Viewer("desk", shipped_roles()["AGENT"], "t1")


async def answered(notes: AccessNotes, *customers: int, audited: Collection[int] = ()) -> None:
    """An answer that showed these, and has changed those."""
    async with open_context(notes.master, viewer()) as context:
        context.shown.customers.update(customers)
        context.audited.update(audited)
    await notes.note(context)


def count(master: Master) -> tuple[int, int]:
    """How many entries, and how many customers they name."""
    with master.reading() as connection:
        found = [
            connection.scalar(select(func.count()).select_from(each)) or 0 for each in (entries, subjects)
        ]
    return found[0], found[1]


def before_each_writing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Does this before notes are written, whichever way they are."""
    note = NotedAlone.note

    def in_transaction(tx: Transaction, accesses: Sequence[Access]) -> None:
        act()
        note_accesses(tx, accesses)

    async def alone(self: NotedAlone, accesses: Sequence[Access]) -> None:
        act()
        await note(self, accesses)

    monkeypatch.setattr(noting, "note_accesses", in_transaction)
    monkeypatch.setattr(NotedAlone, "note", alone)


def test_answers_at_the_same_time_are_noted_together(master: Master) -> None:
    waiting: list[int] = []

    async def all_at_once() -> None:
        notes = AccessNotes(master, waiting.append)
        await asyncio.gather(*(answered(notes, number, 1000) for number in range(50)))
        await notes.close()

    asyncio.run(all_at_once())
    assert count(master) == (50, 100)
    assert waiting == [*range(1, 51), 0]


def test_a_note_tells_who_saw_whom_from_where(master: Master) -> None:
    async def shown_and_looked_up() -> None:
        notes = AccessNotes(master)
        async with open_context(master, viewer(), request_id="r1", address="10.0.0.1") as context:
            context.shown.customers.update([7, 3])
        await notes.note(context)
        # What else there is to note of this one goes with it, in one transaction.
        async with open_context(master, viewer(), request_id="r2", address="10.0.0.2") as context:
            context.shown.customers.add(5)
            context.shown.parts_of.append(("mobile",))
        await notes.note(context)
        await notes.close()

    asyncio.run(shown_and_looked_up())
    with master.reading() as connection:
        told = connection.execute(select(entries).order_by(entries.c.id)).all()
        seen = connection.execute(select(subjects.c.entry_id, subjects.c.customer_id)).all()
    assert [tuple(each)[1:] for each in told] == [
        (NOW, Occasion.READ, "t1", "desk", "AGENT", "r1", "10.0.0.1", None, None),
        (NOW, Occasion.READ, "t1", "desk", "AGENT", "r2", "10.0.0.2", None, None),
    ]
    first, second = (each.id for each in told)
    assert sorted(map(tuple, seen)) == [(first, 3), (first, 7), (second, 5)]


def test_a_transaction_takes_only_so_many(master: Master, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "MOST_AT_ONCE", 20)

    waiting: list[int] = []

    async def all_at_once() -> None:
        notes = AccessNotes(master, waiting.append)
        await asyncio.gather(*(answered(notes, number) for number in range(50)))
        await notes.close()

    asyncio.run(all_at_once())
    assert waiting == [*range(1, 51), 30, 10, 0]
    assert count(master) == (50, 50)


def test_an_answer_waits_until_its_own_note_is_written(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "PATIENCE_SECONDS", 30.0)

    async def one_after_another() -> None:
        notes = AccessNotes(master)
        await answered(notes, 1)
        assert (count(master), notes.waiting) == ((1, 1), 0)

        async def noted_then_there(number: int) -> bool:
            await answered(notes, number)
            with master.reading() as connection:
                wanted = select(subjects).where(subjects.c.customer_id == number)
                return connection.execute(wanted).first() is not None

        first = asyncio.create_task(noted_then_there(2))
        while notes.waiting == 0:
            await asyncio.sleep(0)
        # While the first one's transaction runs, others come.
        assert all(await asyncio.gather(first, *(noted_then_there(number) for number in range(3, 9))))
        await notes.close()

    asyncio.run(one_after_another())


def test_notes_that_nobody_waits_for_are_written_with_those_of_who_waits(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "PATIENCE_SECONDS", 30.0)
    monkeypatch.setattr(noting, "UNAWAITED_SECONDS", 30.0)

    waiting: list[int] = []

    async def one_after_another() -> None:
        notes = AccessNotes(master, waiting.append)
        for number in range(3):
            await answered(notes, number, audited=[number])
            await asyncio.sleep(0.01)
        await answered(notes, 3)
        await answered(notes, 4, audited=[4])
        await notes.close()

    asyncio.run(one_after_another())
    assert waiting == [1, 2, 3, 4, 0, 1, 0]
    assert count(master) == (5, 5)


def test_whoever_was_changed_by_the_answer_that_shows_them_is_noted_behind_it(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "PATIENCE_SECONDS", 30.0)

    async def one_after_another() -> None:
        notes = AccessNotes(master)
        await answered(notes, 1, audited=[1, 2])
        assert notes.waiting == 1
        await answered(notes, 1, 3, audited=[1, 2])  # another one too: that is on disk before
        assert (notes.waiting, count(master)) == (0, (2, 3))
        await notes.close()

    asyncio.run(one_after_another())


def test_what_can_not_be_written_is_tried_again_in_order(
    master: Master, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    monkeypatch.setattr(noting, "REST_SECONDS", 0.01)
    failures = iter([OSError("disk"), ValueError("a bug"), None])

    def sometimes() -> None:
        if (failure := next(failures, None)) is not None:
            raise failure

    before_each_writing(monkeypatch, sometimes)
    waiting: list[int] = []

    async def asked() -> None:
        notes = AccessNotes(master, waiting.append)
        await asyncio.gather(answered(notes, 1), answered(notes, 2))
        await notes.close()

    asyncio.run(asked())
    with master.reading() as connection:
        assert list(connection.scalars(select(subjects.c.customer_id).order_by(subjects.c.entry_id))) == [
            1,
            2,
        ]
    assert waiting == [1, 2, 0]
    assert [line["event"] for line in logged()] == ["accesses not noted"] * 2


def test_a_closing_hub_says_what_it_could_not_note(
    master: Master, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    def never() -> None:
        raise OSError

    before_each_writing(monkeypatch, never)
    monkeypatch.setattr(noting, "LAST_TRY_SECONDS", 0.05)

    async def asked() -> None:
        notes = AccessNotes(master)
        await answered(notes, 1)
        await answered(notes, 2)
        await notes.close()

    asyncio.run(asked())
    assert [(line["event"], line["notes"]) for line in logged()] == [
        ("accesses not noted", 1),
        ("accesses lost", 2),
    ]


class NoEngine:
    """No index is needed to forget."""

    gather_seconds = 0.0


def forgotten(master: Master, kept: timedelta) -> list[bool]:
    """What each round of the upkeep says of whether there is more."""
    worker = Worker(master, NoEngine(), refresh, Keeping(kept))  # type: ignore[arg-type]
    told = [worker._forget()]
    while told[-1]:
        told.append(worker._forget())
    return told


def test_entries_are_dropped_when_they_are_too_old_some_at_a_time(master: Master, time: SetTime) -> None:
    old = [Access(NOW, Occasion.READ, viewer(), frozenset([1, number])) for number in range(2, 452)]
    with master.transaction(TESTER) as tx:
        note_accesses(tx, old)
    time.forward(days=180)
    with master.transaction(TESTER) as tx:
        note_accesses(tx, [Access(tx.at, Occasion.READ, viewer(), frozenset([1]))])
    assert forgotten(master, timedelta(days=180)) == [False]
    assert count(master) == (451, 901)
    time.forward(seconds=1)
    assert forgotten(master, timedelta(days=180)) == [True, True, False]
    assert count(master) == (1, 1)
    assert forgotten(master, timedelta(days=180)) == [False]


@pytest.mark.parametrize("text", ["179", "0", "-1", "x", "1.5", "36501"])
def test_the_log_is_kept_for_half_a_year_at_least(text: str, tmp_path: Path) -> None:
    with pytest.raises(WrongSettings) as raised:
        read_settings({"KEHU_ACCESS_LOG_DAYS": text}, tmp_path / "no.env")
    assert raised.value.problems == (
        f"KEHU_ACCESS_LOG_DAYS is {text!r}: write a number of days from 180, which the law asks for.",
    )
