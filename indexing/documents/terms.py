"""A customer's document as the texts and codes that any engine stores, field by field."""

from functools import lru_cache

from indexing import tokens
from indexing.documents.customers import WHOLE_FIELD, CustomerDocument
from indexing.keyed import KeyedTerms

KNOWN_NAMES = 16_384  # names whose terms are kept, some 20 MB: many customers share one


def storable(text: str) -> str:
    """The text without lone surrogates, which have no UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def term_texts(document: CustomerDocument, keyed: KeyedTerms) -> dict[str, str]:
    """Of TERM_FIELDS, the terms joined by blanks; fields without terms are left out."""
    first, *others = document.names
    found = _name_texts(first)
    if others:
        each = [found, *map(_name_texts, others)]
        found = {field: " ".join(one[field] for one in each if field in one) for field in tokens.NAME_FIELDS}
    named = {field: text for field, text in found.items() if text}
    return {**named, WHOLE_FIELD: keyed.text(WHOLE_FIELD, tokens.whole_terms(document))}


@lru_cache(maxsize=KNOWN_NAMES)
def _name_texts(name: str) -> dict[str, str]:
    """Not to be changed: it is shared."""
    joined = {field: " ".join(terms) for field, terms in tokens.name_terms(name).items()}
    return {field: storable(text) for field, text in joined.items() if text}


def gram_texts(document: CustomerDocument, keyed: KeyedTerms) -> dict[str, list[str]]:
    """Of GRAM_FIELDS, a text of blank-joined hashes for each value; fields without values are left out."""
    found = tokens.gram_values(document)
    return {field: [keyed.text(field, grams) for grams in each] for field, each in found.items() if each}


def codes(document: CustomerDocument) -> dict[str, list[str]]:
    """Of FACET_FIELDS and CODE_FIELDS; fields without codes are left out."""
    found = {
        "tags": document.tags,
        "branch": (document.branch,) if document.branch else (),
        "status": (document.status,),
        "kind": (document.kind,),
        "branch_path": document.branch_path,
        "belongs": document.belongs,
        "product_lines": document.product_lines,
    }
    return {field: [storable(code) for code in each] for field, each in found.items() if each}
