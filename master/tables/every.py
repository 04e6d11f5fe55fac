"""All tables, whichever subject they belong to: what migrations compare a database with."""

from master.tables import (
    audit,
    branches,
    changes,
    contacts,
    customers,
    history,
    leads,
    policies,
    relations,
    sources,
    tags,
    tokens,
)
from master.tables.base import Row

SUBJECTS = (
    audit,
    branches,
    changes,
    contacts,
    customers,
    history,
    leads,
    policies,
    relations,
    sources,
    tags,
    tokens,
)
metadata = Row.metadata
