"""Review tasks as the rules propose them, and what stewards ask and say."""

from datetime import date
from typing import Any

from app.sweeping import Sweep
from master.onlookers import nobody
from master.session import Master
from master.tables.tokens import ApiTokenRow
from matching.rules import shipped
from tests.schema.hub import Hub, filling

ID = "11010519491231002X"

TASK = """id kind verdict odds probability reasons { field level weight } guards rules priority status
  proposedAt one { id name } other { id name } assignee claimedBy claimedUntil
  answer reason decidedBy decidedAt mergeId"""
TASKS = f"""query ($filter: ReviewTaskFilter, $first: Int, $after: String) {{
  reviewTasks(filter: $filter, first: $first, after: $after) {{
    totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {TASK} }} }} }}"""
ONE = f"query ($id: ID!) {{ reviewTask(id: $id) {{ {TASK} }} }}"
FIGURES = "{ reviewFigures { open claimed oldestAt decided unsure agreement } }"
DONE = f"""{{ tasks {{ {TASK} }} undecided {{ entity reason }} freshness
  errors {{ code message path }} }}"""
CLAIM = f"mutation ($tasks: [ID!]!) {{ claimReviewTasks(tasks: $tasks) {DONE} }}"
RELEASE = f"mutation ($tasks: [ID!]!) {{ releaseReviewTasks(tasks: $tasks) {DONE} }}"
ASSIGN = f"mutation ($tasks: [ID!]!, $to: String) {{ assignReviewTasks(tasks: $tasks, to: $to) {DONE} }}"
DECIDE = f"mutation ($input: DecideReviewTasksInput!) {{ decideReviewTasks(input: $input) {DONE} }}"
UNDO = f"""mutation ($tasks: [ID!]!, $reason: String!) {{
  undoReviewDecisions(tasks: $tasks, reason: $reason) {DONE} }}"""

# Stewards by their tokens' ids, and what these are called.
ANNA, BEN = "t1", "t2"
CALLED = {ANNA: "tester", BEN: "ben"}


def doubles(master: Master) -> None:
    """c1 and c2 are 张三 with one document and at home in NORTH and SOUTH; c3 and c4, both in NORTH, have one
    mobile, birth date and given name; c5 is somebody else."""
    with filling(master) as fill:
        fill.token()
        fill.add(ApiTokenRow, id=BEN, name="ben", role="STEWARD", secret_digest=b"", all_branches=True)
        north, south = fill.branch("NORTH"), fill.branch("SOUTH")
        for n, name, branch in ((1, "张三", north), (2, "ZHANG SAN", south)):
            fill.document(fill.customer(n, name, branch_id=branch), ID, "RESIDENT_ID", primary=True)
        for n, name in ((3, "王晓梅"), (4, "陈晓梅")):
            person = fill.customer(n, name, branch_id=north, birth_date=date(1980, 1, 1))
            fill.point(person, "13800138000", preferred=True)
        fill.customer(5, "李四", branch_id=north)
        fill.derive()
    run(master)


def run(master: Master) -> dict[str, int]:
    """What the run made of all customers: how many tasks are new, known and so on."""
    return dict(Sweep.of(master, shipped(), learn=False).keep(nobody))


def by(hub: Hub, token: str) -> Hub:
    """The same hub, asked by another steward."""
    return Hub(hub.master, hub.search, token)


def tasks(hub: Hub, role: Any = "ADMIN", branches: list[str] | None = None, **filter: Any) -> list[Any]:
    found: list[Any] = hub.get(TASKS, role, branches=branches, filter=filter)["reviewTasks"]["nodes"]
    return found


def task(hub: Hub, id: str) -> Any:
    return hub.get(ONE, id=id)["reviewTask"]


def decide(hub: Hub, answer: str, *tasks: str, **input: Any) -> Any:
    role, branches = input.pop("role", "STEWARD"), input.pop("branches", None)
    given = {"tasks": list(tasks), "answer": answer, "reason": "Seen their papers.", **input}
    return hub.get(DECIDE, role, branches=branches, input=given)["decideReviewTasks"]


def undo(hub: Hub, *tasks: str) -> Any:
    return hub.get(UNDO, "STEWARD", tasks=list(tasks), reason="A slip.")["undoReviewDecisions"]


def claim(hub: Hub, *tasks: str) -> Any:
    return hub.get(CLAIM, "STEWARD", tasks=list(tasks))["claimReviewTasks"]
