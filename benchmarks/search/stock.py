"""The peer: OpenSearch with the mapping that its own manual leads to, and the queries that go with it.

Edge n-grams and search_as_you_type for names and their pinyin, edge n-grams from both ends for numbers,
fuzziness AUTO, scores by BM25.
"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import httpx

from benchmarks.search.truth import han
from indexing.documents.customers import CustomerDocument
from matching.normal import name_key

BULK = 500
RESTS = (0.5, 1, 2, 4, 8)  # seconds
NAMES = ("name", "name._2gram", "name._3gram", "sound", "sound._2gram", "sound._3gram", "joined")
MAPPING: dict[str, Any] = {
    "settings": {
        "number_of_shards": 1,
        "number_of_replicas": 0,
        "refresh_interval": "-1",
        "analysis": {
            "filter": {
                "begun": {"type": "edge_ngram", "min_gram": 1, "max_gram": 16},
                "turned": {"type": "reverse"},
            },
            "analyzer": {
                "begun": {"tokenizer": "keyword", "filter": ["lowercase", "begun"]},
                "ended": {"tokenizer": "keyword", "filter": ["lowercase", "turned", "begun", "turned"]},
                "whole": {"tokenizer": "keyword", "filter": ["lowercase"]},
            },
        },
    },
    "mappings": {
        "properties": {
            "name": {"type": "search_as_you_type"},
            "sound": {"type": "search_as_you_type"},
            **{
                field: {"type": "text", "analyzer": "begun", "search_analyzer": "whole"}
                for field in ("joined", "initials", "begun")
            },
            "ended": {"type": "text", "analyzer": "ended", "search_analyzer": "whole"},
        }
    },
}


class Stock:
    """An index of its own on the cluster."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.AsyncClient(timeout=120)

    async def fill(self, documents: Iterable[CustomerDocument]) -> None:
        (await self._client.put(self.url, json=MAPPING)).raise_for_status()
        all_of_them = iter(documents)
        while some := list(islice(all_of_them, BULK)):
            lines = [
                line
                for each in some
                for line in (json.dumps({"index": {"_id": each.id}}), json.dumps(_source(each)))
            ]
            await self._put("\n".join(lines) + "\n")
        (await self._client.post(f"{self.url}/_refresh")).raise_for_status()

    async def _put(self, lines: str) -> None:
        """Again after a rest, where its n-grams take more memory than the node has left."""
        for rest in RESTS:
            told = await self._client.post(
                f"{self.url}/_bulk", content=lines, headers={"Content-Type": "application/x-ndjson"}
            )
            if told.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            await asyncio.sleep(rest)
        told.raise_for_status()

    async def search(self, words: str) -> list[int]:
        body = {"size": 10, "_source": False, "query": _query(words)}
        told = (await self._client.post(f"{self.url}/_search", json=body)).json()
        return [int(hit["_id"]) for hit in told["hits"]["hits"]]

    async def close(self) -> None:
        await self._client.delete(self.url)
        await self._client.aclose()


def _source(document: CustomerDocument) -> dict[str, Any]:
    said = [name_key(name) for name in document.names if han(name)]
    numbers = [document.number, *document.phones, *document.documents, *document.policies]
    return {
        "name": list(document.names),
        "sound": said,
        "joined": [each.replace(" ", "") for each in said],
        "initials": ["".join(syllable[0] for syllable in each.split()) for each in said],
        "begun": numbers,
        "ended": numbers,
    }


def _query(words: str) -> dict[str, Any]:
    """Each word must be found somewhere."""
    return {"bool": {"must": [_word(word) for word in words.split()]}}


def _word(word: str) -> dict[str, Any]:
    fields: Sequence[str] = NAMES
    return {
        "dis_max": {
            "queries": [
                {"multi_match": {"query": word, "type": "bool_prefix", "fields": fields, "operator": "and"}},
                {"match_phrase": {"name": {"query": word, "boost": 2}}},
                {"multi_match": {"query": word, "fields": ["name", "sound"], "fuzziness": "AUTO"}},
                {"match": {"initials": word}},
                {"match": {"begun": {"query": word, "boost": 2}}},
                {"match": {"ended": {"query": word, "boost": 2}}},
            ]
        }
    }
