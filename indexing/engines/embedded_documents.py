"""The embedded engine's schema, and a customer's document in it."""

import tantivy

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


def embedded_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    for field in ("sort_key", "revision", "content"):  # ranges are looked for in their columns
        builder.add_unsigned_field(field, fast=True)
    for field in ("born", "updated"):
        builder.add_integer_field(field, fast=True)
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


def embedded_document(document: CustomerDocument, keyed: KeyedTerms) -> tantivy.Document:
    made = tantivy.Document()
    made.add_unsigned("key", document.id)
    made.add_unsigned("sort_key", sort_key(document))
    made.add_unsigned("revision", document.revision)
    made.add_unsigned("content", content_mark(document, keyed.mark_key))
    if document.birth_date is not None:
        made.add_integer("born", day_number(document.birth_date))
    made.add_integer("updated", milliseconds(document.updated_at))
    for field, text in term_texts(document, keyed).items():
        made.add_text(field, text)
    for field, texts in (*gram_texts(document, keyed).items(), *codes(document).items()):
        for text in texts:
            made.add_text(field, text)
    made.add_text("number", storable(document.number))
    for name in document.names:
        made.add_text("name", storable(name))
    return made
