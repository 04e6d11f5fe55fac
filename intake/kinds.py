"""The kinds of import files: their columns, which of them make the key, and how each is read."""

from dataclasses import dataclass

from intake.cells import (
    Read,
    amount,
    code,
    currency,
    day,
    flag,
    gender,
    instant,
    notes,
    one_of,
    one_of_or_other,
    score,
    several,
    text,
)
from master.errors import Invalid
from master.tables.codes import (
    ContactChannel,
    ContactDirection,
    CustomerKind,
    CustomerStatus,
    DocumentType,
    LeadStage,
    PolicyStatus,
    RelationKind,
)


@dataclass(frozen=True)
class Column:
    """needed: a row is refused where the cell is empty."""

    name: str
    read: Read
    needed: bool = False


@dataclass(frozen=True)
class Kind:
    """key: the columns that a file must have. batch: rows a transaction."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    has_source: bool = True
    batch: int = 1_000

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


KEY, NAME, LINE, LONG = text(200), text(200), text(500), text(1_000)
NOTES = notes(20_000)


def _needed(name: str, read: Read) -> Column:
    return Column(name, read, needed=True)


_ALL = (
    Kind(
        "branches",
        ("code",),
        (_needed("code", code()), _needed("name", NAME), Column("parent", code()), Column("phone", LINE)),
        has_source=False,
        batch=1_000_000,  # a tree: parents may stand anywhere in the file
    ),
    Kind(
        "staff",
        ("code",),
        (_needed("code", code()), _needed("name", NAME), Column("branch", code()), Column("phone", LINE)),
        has_source=False,
    ),
    Kind(
        "products",
        ("code",),
        (_needed("code", code()), _needed("name", NAME), _needed("line", code())),
        has_source=False,
    ),
    Kind(
        "tags",
        ("code",),
        (
            _needed("code", code()),
            _needed("name", NAME),
            _needed("category", NAME),
            Column("description", LONG),
        ),
        has_source=False,
    ),
    Kind(
        "customers",
        ("source_key",),
        (
            _needed("source_key", KEY),
            Column("kind", one_of(CustomerKind)),
            Column("status", one_of(CustomerStatus)),
            _needed("name", NAME),
            Column("gender", gender),
            Column("birth_date", day),
            Column("document_type", one_of_or_other(DocumentType, DocumentType.OTHER)),
            Column("document_number", NAME),
            Column("mobile", several(NAME)),
            Column("email", several(NAME)),
            Column("wechat", several(NAME)),
            Column("address", several(LINE)),
            Column("branch", code()),
            Column("tags", several(code())),
            Column("created_at", instant),
            Column("updated_at", instant),
        ),
    ),
    Kind(
        "documents",
        ("customer", "type", "number"),
        (
            _needed("customer", KEY),
            _needed("type", one_of_or_other(DocumentType, DocumentType.OTHER)),
            _needed("number", NAME),
            Column("primary", flag),
        ),
    ),
    Kind(
        "relations",
        ("from", "to", "kind"),
        (
            _needed("from", KEY),
            _needed("to", KEY),
            _needed("kind", one_of_or_other(RelationKind, RelationKind.OTHER)),
            Column("since", day),
            Column("until", day),
        ),
    ),
    Kind(
        "policies",
        ("number",),
        (
            _needed("number", code()),
            _needed("product", code()),
            Column("status", one_of_or_other(PolicyStatus, PolicyStatus.OTHER)),
            _needed("effective_date", day),
            Column("expiry_date", day),
            Column("annual_premium", amount),
            Column("sum_insured", amount),
            Column("currency", currency),
            Column("branch", code()),
            Column("applicant", several(KEY)),
            Column("insured", several(KEY)),
            Column("beneficiary", several(KEY)),
            Column("beneficiary_name", several(NAME)),
        ),
    ),
    Kind(
        "contacts",
        ("source_key",),
        (
            _needed("source_key", KEY),
            _needed("customer", KEY),
            _needed("channel", one_of(ContactChannel)),
            _needed("direction", one_of(ContactDirection)),
            _needed("occurred_at", instant),
            _needed("subject", LINE),
            Column("outcome", LINE),
            Column("notes", NOTES),
            Column("agent", code()),
        ),
    ),
    Kind(
        "leads",
        ("source_key",),
        (
            _needed("source_key", KEY),
            _needed("customer", KEY),
            _needed("title", LINE),
            Column("stage", one_of(LeadStage)),
            Column("product", code()),
            Column("owner", code()),
            Column("score", score),
            Column("expected_premium", amount),
            Column("due_at", instant),
        ),
    ),
)
KINDS = {kind.name: kind for kind in _ALL}


def kind_named(name: str) -> Kind:
    """Raises Invalid."""
    if name not in KINDS:
        raise Invalid(f"There is no import kind {name!r}: give one of {', '.join(KINDS)}.", ["kind"])
    return KINDS[name]
