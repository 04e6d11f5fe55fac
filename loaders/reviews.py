"""Review tasks, with who the two customers are today."""

from dataclasses import replace

from sqlalchemy import ColumnElement, case, null, select

from loaders.relations import BY_ID, NOW, Columns, Order, Relation, Rows, among, equal
from master.access import customers_in_sight
from master.reads.reviews import TASKS, name_of_actor
from master.roles import BIRTH, CONTACT, DOCUMENT, MERGE, NAME, PERSON
from master.sight import Reach
from master.tables.base import table
from master.tables.reviews import MatchRulesRow, ReviewTaskRow

task, rules = table(ReviewTaskRow), table(MatchRulesRow)

# The classes of all that is compared: what a pair was judged by tells of these.
COMPARED = (NAME, DOCUMENT, CONTACT, BIRTH, PERSON)

review_rows = Rows("ReviewTask", MERGE)


def _in_sight(columns: Columns, reach: Reach | None) -> ColumnElement[bool]:
    """Both: half a pair would tell that the other one is there."""
    return customers_in_sight(columns["one_now"], reach) & customers_in_sight(columns["other_now"], reach)


_IS_CLAIMED = task.c.claimed_until > NOW
_AS_THEY_ARE = [
    column
    for column in TASKS.selected_columns
    if column.name not in ("claimed_by", "claimed_until", "decided_by", "identity")
]
_TOLD = select(
    *_AS_THEY_ARE,
    name_of_actor(task.c.decided_by).label("decided_by"),
    case((_IS_CLAIMED, name_of_actor(task.c.claimed_by)), else_=null()).label("claimed_by"),
    case((_IS_CLAIMED, task.c.claimed_until), else_=null()).label("claimed_until"),
)

review_tasks_by_id = Relation(
    "review_tasks_by_id",
    "one",
    _TOLD,
    key="id",
    rows=review_rows,
    in_sight=_in_sight,
)

all_review_tasks = Relation(
    "all_review_tasks",
    "pages",
    _TOLD,
    key=None,
    rows=review_rows,
    order=Order(("priority", "id"), descending=True),
    orders={BY_ID: Order(("id",))},
    order_of=COMPARED,
    in_sight=_in_sight,
    filters={
        "status": among("status"),
        "assignee": equal("assignee"),
        "rules": equal("rules"),
        "kind": equal("kind"),
        "verdict": replace(among("verdict"), tells_of=COMPARED),
    },
)

match_rules_by_name = Relation(
    "match_rules_by_name", "one", select(rules.c.name, rules.c.rules), key="name", rows=review_rows
)
