"""Searches of every class, asked of both engines and of a stock OpenSearch: how well, and how fast.

python -m benchmarks.search            200,000 customers, 1,000 cases a class
python -m benchmarks.search --short    20,000 customers, 100 cases a class
python -m benchmarks.search --seed 2   customers and cases never seen before
python -m benchmarks.search --missed "pinyin, full"   what was answered wrong in it, too
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks import figures
from benchmarks.search.classes import CLASSES
from benchmarks.search.filled import cluster_for, fill, opened
from benchmarks.search.judging import Judged, cases, judged
from benchmarks.search.measuring import Ask, Score, missed, scored
from benchmarks.search.people import Population
from benchmarks.search.stock import Stock
from indexing.documents.customers import CustomerDocument
from indexing.engines.port import SearchEngine
from indexing.search import SearchRequest, search_customers

ENGINES = ("embedded", "opensearch", "stock")
FULL, SHORT = (200_000, 1_000), (20_000, 100)
CUTS = (50, 95, 99)
T = TypeVar("T")
TARGETS = {class_.name: class_.target for class_ in CLASSES}


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--short", action="store_true", help="20,000 customers and 100 cases a class")
    parser.add_argument("--customers", type=int)
    parser.add_argument("--cases", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", default=",".join(ENGINES), help="of embedded, opensearch, stock")
    parser.add_argument("--classes", default="", help="only those whose name holds this")
    parser.add_argument("--missed", default="", metavar="CLASS", help="tell its worst cases")
    return parser.parse_args()


def main() -> None:
    wanted = _wanted()
    customers, count = SHORT if wanted.short else FULL
    customers, count = wanted.customers or customers, wanted.cases or count
    print(*figures.machine(), sep="\n")
    documents, took = _timed(lambda: list(Population(customers, wanted.seed)))
    asked = {
        name: each
        for name, each in cases(documents, count, wanted.seed).items()
        if wanted.classes in name and len(each) > 1
    }
    truth, judging = _timed(lambda: judged(documents, asked))
    print(f"{customers:,} customers, seed {wanted.seed}, made in {took:.0f} s, judged in {judging:.0f} s")
    names = [name for name in ENGINES if name in wanted.engines.split(",")]
    with tempfile.TemporaryDirectory() as folder, cluster_for(names, Path(folder)) as cluster:
        scores = asyncio.run(_run(names, Path(folder), cluster, (documents, truth)))
    for each in scores.values():
        if wanted.missed in each:
            for words, left, wrong in missed(truth[wanted.missed], each[wanted.missed], 20):
                told = [[documents[id - 1].names for id in ids] for ids in (left, wrong)]
                print(f"  {words!r}: not told {told[0]}, wrongly told {told[1]}")
    _tell_alike(scores)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    found = work()
    return found, time.perf_counter() - begun


async def _run(
    names: Sequence[str],
    folder: Path,
    cluster: str,
    asked: tuple[list[CustomerDocument], dict[str, list[Judged]]],
) -> dict[str, dict[str, Score]]:
    """Each searcher filled, asked and closed by itself: none takes time or memory from another."""
    documents, truth = asked
    scores = {}
    for name in names:
        if name == "stock":
            peer = Stock(f"{cluster}-stock")
            begun = time.perf_counter()
            await peer.fill(documents)
            _tell_rate(name, len(documents), time.perf_counter() - begun)
            scores[name] = await _ask_all(peer.search, truth)
            _tell(name, scores[name])
            await peer.close()
            continue
        engine = opened(name, folder, cluster)
        begun = time.perf_counter()
        await fill(engine, documents)
        _tell_rate(name, len(documents), time.perf_counter() - begun)
        scores[name] = await _ask_all(_asker(engine), truth)
        _tell(name, scores[name])
        await engine.close()
    return scores


def _asker(engine: SearchEngine) -> Ask:
    async def ask(words: str) -> list[int]:
        return [hit.customer_id for hit in (await search_customers(engine, SearchRequest(words))).hits]

    return ask


async def _ask_all(ask: Ask, truth: Mapping[str, Sequence[Judged]]) -> dict[str, Score]:
    return {name: await scored(ask, each) for name, each in truth.items()}


def _tell_rate(name: str, customers: int, took: float) -> None:
    print(f"{name}: filled with {customers / took:,.0f} customers/s, one process", flush=True)


def _tell(name: str, scores: Mapping[str, Score]) -> None:
    heads = ("P@k", "target", "hit@10", "ceiling", "MRR", "p50", "p95", "p99")
    print(f"\n{name:<36}" + "".join(f"{head:>8}" for head in heads))
    for class_, score in scores.items():
        target = TARGETS[class_]
        mark = "!" if target is not None and score.precision < target else " "
        told = (score.hits, score.ceiling, score.reciprocal)
        print(
            f"{class_:<36}{score.precision:>7.3f}{mark}{target or '':>8}"
            + "".join(f"{each:>8.3f}" for each in told)
            + "".join(f"{score.cut(share):>8.2f}" for share in CUTS)
        )
    every = statistics.quantiles((time for score in scores.values() for time in score.times), n=100)
    print(f"{'all':<76}" + "".join(f"{every[share - 1]:>8.2f}" for share in CUTS), flush=True)


def _tell_alike(scores: Mapping[str, Mapping[str, Score]]) -> None:
    """In how many cases both engines gave the same customers in the same order."""
    if "embedded" in scores and "opensearch" in scores:
        pairs = [
            (one, other)
            for name, score in scores["embedded"].items()
            for one, other in zip(score.tens, scores["opensearch"][name].tens, strict=True)
        ]
        same = sum(one == other for one, other in pairs)
        print(f"\nthe same first ten in the same order in both engines: {100 * same / len(pairs):.2f} %")


if __name__ == "__main__":
    main()
