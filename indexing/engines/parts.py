"""Parts of a new generation: each an index of its own that one process fills, joined without copying."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tantivy

from indexing.engines.embedded_documents import embedded_schema

PART_HEAP = 128_000_000  # bytes: some 25,000 customers a segment
_META, _MANAGED = "meta.json", ".managed.json"
_PREFIX = "part-"


class Part:
    """Written by one process, seen by nobody until it is joined."""

    def __init__(self, generation: Path, number: int) -> None:
        path = generation / f"{_PREFIX}{number:03d}"
        path.mkdir()
        index = tantivy.Index(embedded_schema(), path=str(path))
        self._writer = index.writer(PART_HEAP, 1)

    def put(self, documents: Iterable[tantivy.Document]) -> None:
        for document in documents:
            self._writer.add_document(document)

    def close(self) -> None:
        self._writer.commit()
        self._writer.wait_merging_threads()


def join_parts(generation: Path) -> None:
    """Make one index of all parts: segments are files that never change, and `meta.json` lists them.

    That list is replaced last and at once: until then the generation is as empty as it was made.
    """
    parts = sorted(generation.glob(f"{_PREFIX}*"))
    segments: list[dict[str, Any]] = []
    for part in parts:
        segments += json.loads((part / _META).read_bytes())["segments"]
    names = {segment["segment_id"].replace("-", "") for segment in segments}
    moved = [file for part in parts for file in part.iterdir() if file.name.split(".")[0] in names]
    for file in moved:
        file.rename(generation / file.name)
    _replace(generation / _MANAGED, [_META, *(file.name for file in moved)])
    meta = json.loads((generation / _META).read_bytes())
    documents = sum(int(segment["max_doc"]) for segment in segments)
    _replace(generation / _META, {**meta, "segments": segments, "opstamp": meta["opstamp"] + documents + 1})
    for part in parts:
        for left in part.iterdir():
            left.unlink()
        part.rmdir()


def _replace(path: Path, content: object) -> None:
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
