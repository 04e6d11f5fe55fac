"""How fast customers of a second source come in and are matched: `python -m benchmarks.arriving`.

It takes copies of the hubs that `make bench` has filled; BENCH_DATABASES: which.
"""

import csv
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine

from app.opening import open_master
from app.settings import read_settings
from benchmarks.__main__ import CUSTOMERS, FOLDER, tell
from benchmarks.bench_hub import fresh_master
from benchmarks.executing import DATABASES
from benchmarks.figures import Figure, machine, seconds
from benchmarks.matching.doubles import records
from benchmarks.stocks import stock_of
from intake.run import ImportResult, import_file
from master.reads.records import ids_between, records_of
from master.session import Master
from master.writes.blocking_keys import fill_keys
from matching.records import CustomerRecord

ROWS, DRAWN_FROM = 10_000, 50  # half of them of people who are there, drawn from so many spans of ids
COLUMNS = (
    "source_key",
    "kind",
    "name",
    "gender",
    "birth_date",
    "document_number",
    "mobile",
    "email",
    "address",
)


def arrival_figures(database: str, folder: Path, customers: int) -> Iterator[Figure]:
    with _copy(database, folder, customers) as master:
        fill_keys(master, lambda done, total: None)
        known = [_again(place, record) for place, record in enumerate(_some(master, customers))]
        strangers = [record for _, record in records(ROWS // 2, seed=7)][: ROWS // 2]
        path = folder / "arriving.csv"
        _write(path, [*known, *strangers])
        results: list[ImportResult] = []
        for name, matching in (("matched", True), ("not matched", False)):
            source = name.replace(" ", "-").upper()
            take = partial(import_file, master, "customers", path, source=source, matching=matching)
            took = seconds(lambda take=take: results.append(take()))  # type: ignore[misc]
            yield Figure(f"{database}, {customers:,} there: import, {name}", ROWS / took, "rows/s")
        yield Figure(f"{database}: of {results[0].read:,} linked", results[0].linked, "rows")
        yield Figure(f"{database}: of {results[0].read:,} to review", results[0].review, "rows")


def quality_figures(folder: Path, people: int = 14_000) -> Iterator[Figure]:
    """The records of the matching benchmark's people come in: who is wrongly linked, and who is missed."""
    given = records(people, seed=11)
    path, master = folder / "people.csv", fresh_master(folder / "people")
    _write(path, [record for _, record in given])
    result = import_file(master, "customers", path, source="CORE")
    with master.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT source_key, customer_id FROM source_records WHERE kind = 'customers'"
        ).all()
    master.close()
    customer = {int(key[1:]): id for key, id in rows}
    yield from _judged([person for person, _ in given], customer, result.review)


def _judged(people: list[int], customer: dict[int, int], review: int) -> Iterator[Figure]:
    pairs = [_pairs(people), _pairs([customer.get(place, -1 - place) for place in range(len(people))])]
    true, found = pairs
    yield Figure("intake: pairs linked", len(found), "")
    yield Figure("intake: pairs linked wrongly", len(found - true), "")
    yield Figure("intake: pairs found of those that are one", 100 * len(true & found) / len(true), "%")
    yield Figure("intake: of records to review", 100 * review / len(people), "%")


def _pairs(groups: list[int]) -> set[tuple[int, int]]:
    """Places of records that are of one group."""
    its: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        its.setdefault(group, []).append(place)
    return {(one, other) for each in its.values() for one in each for other in each if one < other}


@contextmanager
def _copy(database: str, folder: Path, customers: int) -> Iterator[Master]:
    with stock_of(database, folder, customers) as stock:
        settings = read_settings(stock.said)
        url = settings.database_url
        if database == "sqlite":
            copy = folder / "arriving.db"
            shutil.copyfile(url.removeprefix("sqlite:///"), copy)
            mine = f"sqlite:///{copy.absolute()}"
        else:
            copied = f"kehu_{customers}"
            _copied_database(url, copied)
            mine = url.replace(copied, "kehu_arriving")
        master = open_master(read_settings({**stock.said, "KEHU_DATABASE_URL": mine}))
        yield master
        master.close()


def _copied_database(url: str, name: str) -> None:
    at = url.replace("postgresql", "postgresql+psycopg", 1).replace(name, "postgres")
    engine = create_engine(at, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS kehu_arriving")
        connection.exec_driver_sql(f"CREATE DATABASE kehu_arriving TEMPLATE {name}")
    engine.dispose()


def _some(master: Master, customers: int) -> list[CustomerRecord]:
    dice = random.Random(3)
    with master.reading() as connection:
        ids: list[int] = []
        for _ in range(DRAWN_FROM):
            start = dice.randrange(1, customers)
            ids += ids_between(connection, start, start + ROWS // 2 // DRAWN_FROM)
        return list(records_of(connection, sorted(set(ids))))


def _again(place: int, record: CustomerRecord) -> CustomerRecord:
    """As another source has it: each fourth has no document, each fourth another mobile."""
    changes = {1: {"documents": ()}, 2: {"mobiles": (f"199{place:08d}",)}}.get(place % 4, {})
    values = {name: getattr(record, name) for name in record.__slots__}
    return CustomerRecord(**{**values, **changes})


def _write(path: Path, given: list[CustomerRecord]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for place, record in enumerate(given):
            writer.writerow(_cells(place, record))


def _cells(place: int, record: CustomerRecord) -> list[str]:
    document = next((number for type, number in record.documents if type == "RESIDENT_ID"), "")
    birth = record.birth
    day = f"{birth[:4]}-{birth[4:6]}-{birth[6:]}" if birth else ""
    lists = (
        "|".join(each.replace("|", " ") for each in values)
        for values in (record.mobiles, record.emails, record.addresses)
    )
    return [f"P{place}", record.kind, record.name, record.gender, day, document, *lists]


def main() -> None:
    print(*machine(), sep="\n")
    tell(list(quality_figures(FOLDER)))
    for database in os.environ.get("BENCH_DATABASES", " ".join(DATABASES)).split():
        for figure in arrival_figures(database, FOLDER, CUSTOMERS):
            tell([figure])


if __name__ == "__main__":
    main()
