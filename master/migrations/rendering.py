"""How our column types and defaults are written into a migration."""

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Computed, DefaultClause

from master.sealing import BlindIndex, Sealed
from master.spelling import plain_text, utc_now, writing_transaction
from master.tables.types import Code, Id, Instant, Money, Share

TYPES = "from master.tables.types import Code, Id, Instant, Money, Share"
SEALING = "from master.sealing import BlindIndex, Sealed"
SPELLING = "from master.spelling import plain_text, utc_now, writing_transaction"


def rendered(kind: str, what: Any, context: AutogenContext) -> str | Literal[False]:
    """The Python that makes this type, check or default; False: as Alembic would write it."""
    if kind == "type":
        return _type(what, context)
    if kind == "check" and isinstance(what.sqltext, plain_text):
        context.imports.add(SPELLING)
        return f"sa.CheckConstraint(plain_text({what.sqltext.column!r}), name=op.f({str(what.name)!r}))"
    if kind == "server_default" and isinstance(what, DefaultClause) and isinstance(what.arg, utc_now):
        context.imports.add(SPELLING)
        return "utc_now()"
    if (
        kind == "server_default"
        and isinstance(what, DefaultClause)
        and isinstance(what.arg, writing_transaction)
    ):
        context.imports.add(SPELLING)
        return "writing_transaction()"
    if kind == "server_default" and isinstance(what, Computed):
        raise NotImplementedError("write a generated column by hand, with the words of master/spelling.py")
    return False


def _type(what: Any, context: AutogenContext) -> str | Literal[False]:
    if isinstance(what, Sealed | BlindIndex):
        context.imports.add(SEALING)
        return f"{type(what).__name__}({what.purpose!r})"
    if isinstance(what, Code | Instant | Money | Share):
        context.imports.add(TYPES)
        return f"{type(what).__name__}()"
    if isinstance(what, type(Id)) and what._variant_mapping:
        context.imports.add(TYPES)
        return "Id"
    return False
