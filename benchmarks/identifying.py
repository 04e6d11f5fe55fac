"""Who is the same, in a filled hub: all customers compared with each other, and one record with all of them.

`python -m benchmarks.identifying` takes the hubs that `make bench` has filled; BENCH_DATABASES: which.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from app.opening import open_master
from app.settings import read_settings
from app.sweeping import Sweep
from benchmarks.__main__ import CUSTOMERS, FOLDER, tell
from benchmarks.executing import DATABASES
from benchmarks.figures import Figure, machine, seconds, spread
from benchmarks.loading import request, timed
from benchmarks.serving import HUB, served
from benchmarks.stocks import Stock, stock_of
from master.collecting import spare_the_collector
from master.reads.records import ids_between, records_of
from master.writes.blocking_keys import fill_keys
from matching.records import CustomerRecord
from matching.rules import shipped

ASKED, WARM = 2_000, 200  # records; and those of them that are not counted
DRAWN_FROM = 50  # spans of ids: whoever is asked for lies all over the hub

IDENTIFY = """
query Identify($record: CustomerRecordInput!) {
  identifyCustomer(record: $record) {
    probability verdict reasons { field level weight } customer { id number name }
  }
}
"""


def identify_figures(database: str, folder: Path, customers: int) -> Iterator[Figure]:
    with stock_of(database, folder, customers) as stock:
        settings = read_settings(stock.said)
        master = open_master(settings)
        fill_keys(master, lambda done, total: None)
        swept: list[Sweep] = []
        spare_the_collector()
        opener = partial(open_master, settings)
        took = seconds(lambda: swept.append(Sweep.of(master, shipped(), opener=opener)))
        yield Figure(f"{database}: {len(swept[0].records.ids):,} customers compared", took, "s")
        yield Figure(f"{database}: pairs that share a key", len(swept[0].found.one), "")
        with master.reading() as connection:
            dice = random.Random(3)
            starts = [dice.randrange(1, customers) for _ in range(DRAWN_FROM)]
            ids = [
                id for start in starts for id in ids_between(connection, start, start + ASKED // DRAWN_FROM)
            ]
            given = [_given(record, place) for place, record in enumerate(records_of(connection, ids))]
        master.close()
        dice.shuffle(given)
        with served(HUB, stock.said, folder / "hub.log") as at:
            times = asyncio.run(_asked(at.port, stock, given))
        yield from spread(f"{database}: identifyCustomer", times)


def _given(record: CustomerRecord, place: int) -> dict[str, Any]:
    """As somebody else may have it: each third with a slip in the name, each third without its documents."""
    if place % 3 == 1:
        record = replace(record, name=record.name[::-1])
    documents = () if place % 3 == 2 else record.documents
    points = [("MOBILE", each) for each in record.mobiles] + [("ADDRESS", each) for each in record.addresses]
    birth = record.birth
    return {
        "kind": record.kind,
        "name": record.name,
        "gender": record.gender or None,
        "birthDate": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}" if birth else None,
        "documents": [{"type": type, "number": number} for type, number in documents],
        "contactPoints": [{"kind": kind, "value": value} for kind, value in points],
    }


async def _asked(port: int, stock: Stock, given: list[dict[str, Any]]) -> list[float]:
    """Milliseconds over HTTP, one after another, by a token of all branches."""
    bodies = [{"query": IDENTIFY, "variables": {"record": record}} for record in given]
    requests = [request(port, stock.tokens[0], body) for body in bodies]
    return (await timed(port, requests))[0][WARM:]


def main() -> None:
    print(*machine(), sep="\n")
    for database in os.environ.get("BENCH_DATABASES", " ".join(DATABASES)).split():
        for figure in identify_figures(database, FOLDER, CUSTOMERS):
            tell([figure])


if __name__ == "__main__":
    main()
