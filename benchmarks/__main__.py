"""Runs every benchmark, smallest first; BENCH_CUSTOMERS and BENCH_DIR change how many and where."""

import asyncio
import os
import sys
from pathlib import Path

from benchmarks import figures
from benchmarks.bench_hub import filled, indexed
from benchmarks.changing import change_figures
from benchmarks.executing import execution_figures
from benchmarks.fronting import front_figures
from benchmarks.graph import graph_figures
from benchmarks.importing import import_figures
from benchmarks.scoping import scope_figures
from benchmarks.searching import search_figures

FOLDER = Path(os.environ.get("BENCH_DIR", "var/bench"))
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "200000"))


def main() -> None:
    print(*figures.machine(), sep="\n")
    FOLDER.mkdir(parents=True, exist_ok=True)
    tell(figures.yardstick(FOLDER))
    tell(front_figures(FOLDER))
    tell(import_figures(FOLDER))
    folder = FOLDER / f"hub-{CUSTOMERS}"
    master, found = filled(folder, CUSTOMERS)
    tell(found)
    engine, found = indexed(folder, master, CUSTOMERS)
    tell(found)
    tell(search_figures(FOLDER, CUSTOMERS))
    tell(graph_figures(master, engine))
    tell(scope_figures(master, engine))
    asyncio.run(engine.close())
    master.close()
    tell(execution_figures(FOLDER, CUSTOMERS))
    tell(change_figures(FOLDER, CUSTOMERS))


def tell(found: list[figures.Figure]) -> None:
    for figure in found:
        print(figure)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
