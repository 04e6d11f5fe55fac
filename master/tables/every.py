"""All tables, whichever subject they belong to: what migrations compare a database with."""

from master.tables import (  # noqa: F401  # importing a module is what puts its tables there
    access,
    audit,
    branches,
    changes,
    contacts,
    customers,
    history,
    leads,
    matching,
    merges,
    policies,
    registered_documents,
    relations,
    reviews,
    saved_searches,
    sources,
    tags,
    tokens,
)
from master.tables.base import Row

metadata = Row.metadata
