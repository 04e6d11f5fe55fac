"""The rules by which pairs were judged."""

from sqlalchemy import Connection, select

from master.tables.base import table
from master.tables.reviews import MatchRulesRow
from matching.kept_rules import read_written
from matching.rules import Rules

kept = table(MatchRulesRow)


def rules_named(connection: Connection, name: str) -> Rules | None:
    """None where they were not kept. Raises BadRules where they know other fields than there are now."""
    text = connection.scalar(select(kept.c.rules).where(kept.c.name == name))
    return None if text is None else read_written(text)
