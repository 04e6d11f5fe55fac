"""Bulk requests: documents and deletes as lines, cut to size, and what became of each."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indexing.documents.customers import CustomerDocument
from indexing.engines.opensearch_connection import IndexMissing, error_kind
from indexing.engines.opensearch_documents import gone_lines, put_lines
from indexing.errors import SearchUnavailable
from indexing.keyed import KeyedTerms

MOST_BYTES = 5_000_000  # of a request: some 2,000 customers

# What an answer is cut down to.
ANSWER = "errors,items.*._id,items.*.status,items.*.error.type"


def bulks(
    documents: Sequence[CustomerDocument], gone: Mapping[int, int], keyed: KeyedTerms
) -> tuple[list[bytes], dict[int, str]]:
    """Request bodies, and why some documents can not be in one."""
    now, refused = milliseconds_now(), dict[int, str]()
    lines = [gone_lines(id, revision, now) for id, revision in gone.items()]
    for document in documents:
        try:
            lines.append(put_lines(document, keyed))
        except (ValueError, TypeError, OverflowError) as error:
            refused[document.id] = type(error).__name__
    return list(_joined(lines)), refused


def _joined(lines: list[bytes]) -> Iterator[bytes]:
    part: list[bytes] = []
    size = 0
    for line in lines:
        if part and size + len(line) > MOST_BYTES:
            yield b"".join(part)
            part, size = [], 0
        part.append(line)
        size += len(line)
    if part:
        yield b"".join(part)


def refused_of(answer: Mapping[str, Any]) -> dict[int, str]:
    """Why some documents are not in. A later revision that is there already (409) is as good as done.

    Raises SearchUnavailable, and of it IndexMissing, where the cluster and not the document is at fault.
    """
    refused: dict[int, str] = {}
    for item in answer.get("items", ()) if answer["errors"] else ():
        told = item["index"]
        if told["status"] == 400:
            refused[int(told["_id"])] = error_kind(told)
        elif told["status"] == 404:
            raise IndexMissing("The search index is not there: run `kehu index rebuild`.")
        elif told["status"] > 400 and told["status"] != 409:
            raise SearchUnavailable(
                f"The search cluster refuses writes ({told['status']}, {error_kind(told)})."
            )
    return refused


def milliseconds_now() -> int:
    return time.time_ns() // 1_000_000
