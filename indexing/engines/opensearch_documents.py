"""OpenSearch's mapping and index settings, and a customer's document beside them."""

from typing import Any

import orjson

from indexing.documents.customers import (
    CODE_FIELDS,
    FACET_FIELDS,
    GRAM_FIELDS,
    STORED_FIELDS,
    TERM_FIELDS,
    CustomerDocument,
    content_mark,
    day_number,
    milliseconds,
    sort_key,
)
from indexing.documents.terms import codes, gram_texts, storable, term_texts
from indexing.keyed import KeyedTerms

# Sort keys have 64 bits and no sign, OpenSearch's integers have one: less this, they fit in the same order.
SHIFT = 1 << 63

# Terms are made in Python and only looked up: no analysis, no scoring, nothing to sort or count by. One text
# of blank-joined terms is read and indexed sooner than a list of keywords.
_TERMS = {"type": "text", "analyzer": "blanks", "norms": False, "index_options": "docs"}
_CODE = {"type": "keyword", "doc_values": False}
_FACET = {"type": "keyword"}
# Blank-joined hashes of trigrams, whose order counts. The gap keeps a phrase within one value.
_GRAM = {"type": "text", "analyzer": "blanks", "norms": False, "position_increment_gap": 100}
_KEPT = {"type": "keyword", "index": False, "doc_values": False}
_NUMBER = {"type": "long"}

MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "_source": {"excludes": [*TERM_FIELDS, *GRAM_FIELDS, *FACET_FIELDS, *CODE_FIELDS]},
    "properties": {
        **dict.fromkeys(("key", "sort_key", "revision", "content", "born", "updated"), _NUMBER),
        **dict.fromkeys(TERM_FIELDS, _TERMS),
        **dict.fromkeys(GRAM_FIELDS, _GRAM),
        **dict.fromkeys(FACET_FIELDS, _FACET),
        **dict.fromkeys(CODE_FIELDS, _CODE),
        **dict.fromkeys(STORED_FIELDS, _KEPT),
        # A deleted customer, remembered so that no late write brings it back.
        "gone": {"type": "boolean", "doc_values": False},
    },
}
FIXED: dict[str, Any] = {
    "number_of_shards": 1,
    "analysis": {
        # Longer than any term: 256 characters of a name may unfold to 18 each.
        "tokenizer": {"blanks": {"type": "char_group", "tokenize_on_chars": [" "], "max_token_length": 5000}},
        "analyzer": {"blanks": {"type": "custom", "tokenizer": "blanks"}},
    },
}
# While it is filled nobody searches it, and what is lost with a node is filled again.
FILLING: dict[str, Any] = {
    "refresh_interval": "-1",
    "auto_expand_replicas": False,
    "number_of_replicas": 0,
    "translog": {"durability": "async"},
}
# A second copy as soon as there is a second node. A set interval holds when nobody searches, too.
SERVING: dict[str, Any] = {
    "refresh_interval": "1s",
    "auto_expand_replicas": "0-1",
    "translog": {"durability": "request"},
}


def put_lines(document: CustomerDocument, keyed: KeyedTerms) -> bytes:
    """The two lines of a bulk request. Raises ValueError, TypeError, OverflowError."""
    if document.revision < 0:
        raise ValueError("revisions are not negative")
    return _lines(document.id, document.revision, _source(document, keyed))


def gone_lines(id: int, revision: int, now: int) -> bytes:
    """The same for a deleted customer; now: milliseconds since 1970."""
    return _lines(id, revision, {"key": id, "revision": revision, "updated": now, "gone": True})


def _lines(id: int, revision: int, source: dict[str, Any]) -> bytes:
    # Equal revisions may be put again, by a rebuild or a repair; an older one is a conflict, and lost.
    action = {"index": {"_id": str(id), "version": revision, "version_type": "external_gte"}}
    return orjson.dumps(action) + b"\n" + orjson.dumps(source) + b"\n"


def _source(document: CustomerDocument, keyed: KeyedTerms) -> dict[str, Any]:
    born = {} if document.birth_date is None else {"born": day_number(document.birth_date)}
    return {
        "key": document.id,
        "sort_key": sort_key(document) - SHIFT,
        "revision": document.revision,
        "content": content_mark(document, keyed.mark_key),
        "updated": milliseconds(document.updated_at),
        **born,
        **term_texts(document, keyed),
        **gram_texts(document, keyed),
        **codes(document),
        "number": storable(document.number),
        "name": [storable(name) for name in document.names],
    }
