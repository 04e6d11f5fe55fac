"""A customer's document as the terms that any engine stores, field by field."""

from indexing import tokens
from indexing.documents.customers import CustomerDocument


def storable(text: str) -> str:
    """The text without lone surrogates, which have no UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def exact_terms(document: CustomerDocument) -> dict[str, list[str]]:
    """The terms of TERM_FIELDS in one order; fields without terms are left out."""
    found = tokens.name_terms(document.names)
    found["whole"] = set(tokens.whole_terms(document))
    return {field: _all_storable(sorted(ones)) for field, ones in found.items() if ones}


def _all_storable(terms: list[str]) -> list[str]:
    """Looks at all at once: nearly always each of them is."""
    joined = " ".join(terms)
    return terms if storable(joined) == joined else [storable(term) for term in terms]


def gram_texts(document: CustomerDocument) -> dict[str, list[str]]:
    """Of GRAM_FIELDS, a text of blank-joined trigrams for each value; fields without values are left out."""
    found = tokens.gram_values(document)
    return {field: [storable(text) for text in texts] for field, texts in found.items() if texts}


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
