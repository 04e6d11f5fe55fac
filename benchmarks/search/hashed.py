"""What hashes cost a search by number: asked of an index that holds them, and of one that holds the numbers.

python -m benchmarks.search.hashed                        both engines, 200,000 customers
python -m benchmarks.search.hashed --engines embedded --customers 20000
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from unittest.mock import patch

from benchmarks import figures
from benchmarks.search.filled import cluster_for, fill, opened
from benchmarks.search.judging import cases
from benchmarks.search.people import Population
from indexing.documents.customers import CustomerDocument
from indexing.engines.port import SearchEngine
from indexing.keyed import KeyedTerms
from indexing.questions import Question
from indexing.search import SearchRequest, search_customers

ENGINES = ("embedded", "opensearch")
CUSTOMERS, CASES, ROUNDS, SEED = 200_000, 100, 4, 21
BY_NUMBER = ("mobile", "document", "policy", "customer number")


class Plain(KeyedTerms):
    """Every term as it is."""

    def text(self, field: str, terms: Iterable[str]) -> str:
        return " ".join(terms)

    def asked(self, question: Question) -> Question:
        return question


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search.hashed", description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--engines", default=",".join(ENGINES))
    wanted = parser.parse_args()
    print(*figures.machine(), sep="\n")
    documents = list(Population(wanted.customers, SEED))
    typed = {
        name: [case.words for case in made]
        for name, made in cases(documents, CASES, SEED).items()
        if made and any(word in name for word in BY_NUMBER)
    }
    names = [name for name in ENGINES if name in wanted.engines.split(",")]
    with tempfile.TemporaryDirectory() as folder, cluster_for(names, Path(folder)) as cluster:
        for name in names:
            asyncio.run(_compare(name, Path(folder), cluster, documents, typed))


async def _compare(
    name: str, folder: Path, cluster: str, documents: Sequence[CustomerDocument], typed: dict[str, list[str]]
) -> None:
    hashed = opened(name, folder / "hashed", f"{cluster}-hashed")
    module = type(hashed).__module__
    with patch(f"{module}.KeyedTerms", Plain):
        plain = opened(name, folder / "plain", f"{cluster}-plain")
    for engine in (hashed, plain):
        await fill(engine, documents)
    every: tuple[list[float], list[float]] = ([], [])
    for class_, words in typed.items():
        times = await _timed((hashed, plain), words)
        _tell(f"{name}: {class_}", *times)
        every[0].extend(times[0])
        every[1].extend(times[1])
    _tell(f"{name}: all", *every)
    await hashed.close()
    await plain.close()


async def _timed(engines: Sequence[SearchEngine], words: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of each; in turn, so that a machine that slows down slows both."""
    chance, times = random.Random(SEED), ([], [])
    for turn in range(ROUNDS + 1):
        for each in words:
            for which in chance.sample((0, 1), 2):
                begun = time.perf_counter()
                await search_customers(engines[which], SearchRequest(each))
                if turn:  # the first round warms up
                    times[which].append((time.perf_counter() - begun) * 1000)
    return times


def _tell(name: str, hashed: Sequence[float], plain: Sequence[float]) -> None:
    cuts = [statistics.quantiles(each, n=20) for each in (hashed, plain)]
    told = "  ".join(
        f"p{share} {cuts[0][at]:.2f} / {cuts[1][at]:.2f} ms = {cuts[0][at] / cuts[1][at]:.2f}"
        for share, at in ((50, 9), (95, 18))
    )
    print(f"{name:<44}{told}", flush=True)


if __name__ == "__main__":
    main()
