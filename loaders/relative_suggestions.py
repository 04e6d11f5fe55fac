"""Pairs that may be relatives, with who the two are today."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select, union_all

from loaders.relations import BY_ID, Columns, Order, Relation, Rows, Tied, among
from master.access import customers_in_sight
from master.reads.relatives import SUGGESTIONS
from master.reads.reviews import name_of_actor
from master.roles import BIRTH, CONTACT, MERGE, NAME, PERSON
from master.sight import Reach
from master.tables.base import table
from master.tables.codes import SuggestionStatus
from master.tables.relations import RelativeSuggestionRow

suggestion = table(RelativeSuggestionRow)

# The classes of all that is compared: what a pair was judged by tells of these.
COMPARED = (NAME, CONTACT, BIRTH, PERSON)

suggestion_rows = Rows("RelativeSuggestion", MERGE)


def _in_sight(columns: Columns, reach: Reach | None) -> ColumnElement[bool]:
    """Both: half a pair would tell that the other one is there."""
    return customers_in_sight(columns["one_now"], reach) & customers_in_sight(columns["other_now"], reach)


_TOLD = select(
    *(each for each in SUGGESTIONS.selected_columns if each.name not in ("decided_by", "identity")),
    name_of_actor(suggestion.c.decided_by).label("decided_by"),
)

suggestions_by_id = Relation(
    "suggestions_by_id", "one", _TOLD, key="id", rows=suggestion_rows, in_sight=_in_sight
)

all_suggestions = Relation(
    "all_suggestions",
    "pages",
    _TOLD,
    key=None,
    rows=suggestion_rows,
    order=Order(("priority", "id"), descending=True),
    orders={BY_ID: Order(("id",))},
    order_of=COMPARED,
    in_sight=_in_sight,
    filters={"status": among("status")},
)


def _of_customers(tied: Tied) -> Select[Any]:
    """Open ones, the customer as the one of each: nobody who was merged has any."""
    told = [each for each in _TOLD.selected_columns if each.name not in ("one_now", "other_now", "older")]
    one, other = suggestion.c.one_id, suggestion.c.other_id
    sides = (
        select(
            *told,
            whose.label("customer_id"),
            whose.label("one_now"),
            beside.label("other_now"),
            older.label("older"),
        ).where(tied(whose), suggestion.c.status == SuggestionStatus.OPEN)
        for whose, beside, older in ((one, other, suggestion.c.older), (other, one, -suggestion.c.older))
    )
    return select(union_all(*sides).subquery())


suggestions_by_customer = Relation(
    "suggestions_by_customer",
    "many",
    _of_customers,
    key="customer_id",
    rows=suggestion_rows,
    order=Order(("id",)),
    in_sight=_in_sight,
)
