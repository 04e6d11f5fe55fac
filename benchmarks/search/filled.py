"""The engines that are asked, opened in a folder or on a cluster and filled."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from benchmarks.bench_hub import KEYS
from benchmarks.clusters import own_index
from indexing.documents.customers import CustomerDocument
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.opensearch import OpenSearchEngine
from indexing.engines.port import SearchEngine

BATCH = 4_000


@contextmanager
def cluster_for(names: Sequence[str], folder: Path) -> Iterator[str]:
    """Where OpenSearch answers; nothing is started where nobody asks it."""
    if set(names) <= {"embedded"}:
        yield ""
        return
    with own_index(folder / "cluster") as url:
        yield url


def opened(name: str, folder: Path, cluster: str) -> SearchEngine:
    return EmbeddedEngine(folder / "index", KEYS) if name == "embedded" else OpenSearchEngine(cluster, KEYS)


async def fill(engine: SearchEngine, documents: Iterable[CustomerDocument]) -> None:
    generation, left = await engine.new_generation(), iter(documents)
    while some := list(islice(left, BATCH)):
        await engine.fill(some, generation=generation, part=0)
    await engine.close_part(generation=generation, part=0)
    await engine.join_parts(generation=generation)
    await engine.serve_generation(generation)
