"""OpenSearch for benchmarks: a node with the heap of docker-compose.yml, or the one of the settings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import opensearch

HEAP = "1g"


@contextmanager
def own_index(folder: Path) -> Iterator[str]:
    """Where an index of the benchmark's own may be made; what is in it goes at the end."""
    os.environ.setdefault("KEHU_TEST_SEARCH_HEAP", HEAP)
    with opensearch.running(folder) as cluster:
        url = cluster.own()
        yield url
        cluster.drop(url)
