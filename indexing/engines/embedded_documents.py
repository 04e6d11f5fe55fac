"""The embedded engine's schema, and a customer's document in it."""

import tantivy

from indexing import tokens as terms
from indexing.documents.customers import (
    CODE_FIELDS,
    FACET_FIELDS,
    GRAM_FIELDS,
    STORED_FIELDS,
    TERM_FIELDS,
    CustomerDocument,
    day_number,
    milliseconds,
    sort_key,
)
from indexing.engines.tantivy_queries import storable


def embedded_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in ("key", "sort_key", "revision"):
        builder.add_unsigned_field(field, indexed=True, fast=True)
    for field in ("born", "updated"):
        builder.add_integer_field(field, indexed=True, fast=True)
    for field in TERM_FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    for field in GRAM_FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="position")
    for field in FACET_FIELDS:
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    for field in CODE_FIELDS:
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in STORED_FIELDS:
        builder.add_text_field(field, stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def embedded_document(document: CustomerDocument) -> tantivy.Document:
    made = tantivy.Document()
    made.add_unsigned("key", document.id)
    made.add_unsigned("sort_key", sort_key(document))
    made.add_unsigned("revision", document.revision)
    if document.birth_date is not None:
        made.add_integer("born", day_number(document.birth_date))
    made.add_integer("updated", milliseconds(document.updated_at))
    for field, found in name_terms(document).items():
        made.add_text(field, found)
    for field, values in terms.gram_values(document).items():
        for value in values:
            made.add_text(field, value)
    for field, codes in _codes(document).items():
        for code in codes:
            made.add_text(field, storable(code))
    made.add_text("number", storable(document.number))
    for name in document.names:
        made.add_text("name", storable(name))
    return made


def name_terms(document: CustomerDocument) -> dict[str, str]:
    """The term fields as blank-joined text; fields without terms are left out."""
    found = terms.name_terms(document.names)
    found["whole"] = set(terms.whole_terms(document))
    return {field: storable(" ".join(sorted(ones))) for field, ones in found.items() if ones}


def _codes(document: CustomerDocument) -> dict[str, tuple[str, ...]]:
    return {
        "tags": document.tags,
        "branch": (document.branch,) if document.branch else (),
        "status": (document.status,),
        "kind": (document.kind,),
        "branch_path": document.branch_path,
        "belongs": document.belongs,
        "product_lines": document.product_lines,
    }
