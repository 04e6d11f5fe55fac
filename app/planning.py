"""Between the front and the compiled path: what is asked of it, and which path answered, told and counted."""

from collections.abc import Callable
from typing import Any

from app.http.asgi import Call
from app.http.documents import Document
from app.http.operations import ByPlan
from app.http.requests import GraphQLRequest
from execution.queries import Queries, Query
from execution.reasons import Reason, TooLate


def by_plan(queries: Queries, count: Callable[[str], None]) -> ByPlan:
    """Gives the data of an operation that has a plan; the request's log line says why another has none."""

    def told(call: Call, reason: Reason) -> None:
        call.facts["plan"] = reason.value
        count(reason.value)

    async def answer(document: Document, request: GraphQLRequest, context: Any, call: Call) -> bytes | None:
        query = Query(
            document.text,
            document.tree,
            document.operation(request.operation_name),
            request.variables,
            is_registered=request.query is None,
        )
        try:
            answered = await queries.answer(query, context)
        except TooLate as late:
            told(call, Reason.TIMEOUT)
            raise late.refusal from late
        told(call, answered.reason)
        return answered.data

    return answer
