"""How soon the index holds what the master holds, in both profiles.

python -m benchmarks.sync                      200,000 customers
python -m benchmarks.sync --customers 1000000  the rebuild and the check of a million
python -m benchmarks.sync --short              4,000 customers and few changes, to see that all runs
python -m benchmarks.sync --profiles server    PostgreSQL and OpenSearch only, started for it
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.sync.changes import delay_figures, sustained_figures
from benchmarks.sync.stands import PROFILES, Stand, both, can_stand, stand
from indexing.drift import check
from indexing.rebuild import rebuild

FOLDER = Path(os.environ.get("BENCH_DIR", "var/bench"))
RATES = (0, 100, 500)  # changes a second by others


@dataclass(frozen=True)
class Size:
    """changes: timed one by one at each rate; bulk: changed at once."""

    customers: int
    changes: int
    bulk: int


FULL, SHORT = Size(200_000, 200, 20_000), Size(4_000, 10, 1_000)


def main() -> None:
    wanted = _wanted()
    size = SHORT if wanted.short else FULL
    customers = wanted.customers or size.customers
    print(*figures.machine(), sep="\n")
    FOLDER.mkdir(parents=True, exist_ok=True)
    _tell(figures.yardstick(FOLDER))
    for profile in [profile for profile in PROFILES if profile in wanted.profiles.split(",")]:
        if not can_stand(profile):
            print(f"{profile}: left out, for there is no PostgreSQL or no OpenSearch here")
            continue
        with stand(profile, FOLDER, customers) as own:
            _tell(asyncio.run(_rebuilt(own)))
            _tell(asyncio.run(sustained_figures(own, size.bulk)))
            _tell(asyncio.run(delay_figures(own, RATES, size.changes)))


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sync", description=__doc__)
    parser.add_argument("--short", action="store_true", help="4,000 customers and few changes")
    parser.add_argument("--customers", type=int)
    parser.add_argument("--profiles", default=",".join(PROFILES), help="of embedded, server")
    return parser.parse_args()


async def _rebuilt(own: Stand) -> list[Figure]:
    """Everything put into a new index by all cores, which includes a comparison, and compared once more."""
    async with both(own) as (master, engine):
        begun = time.perf_counter()
        await rebuild(master, engine, opener=own.open)
        filled = time.perf_counter()
        await engine.drop_old_generations()
        started = time.perf_counter()
        drift = await check(master, engine)
        checked = time.perf_counter() - started
    if not drift.is_clean:
        raise RuntimeError(f"the index differs from the master: {drift}")
    rate, told = own.customers / (filled - begun), f"{own.profile}: {own.customers:,} customers"
    return [Figure(f"{told} rebuilt", rate, "customers/s"), Figure(f"{told} compared", checked, "s")]


def _tell(found: Iterable[Figure]) -> None:
    for figure in found:
        print(figure)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
