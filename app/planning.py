"""Between the front and the compiled path: what is asked of it, and which path answered, told and counted."""

from collections.abc import Callable
from typing import Any

from app.http.asgi import Call
from app.http.documents import Document, is_query
from app.http.operations import ByPlan
from app.http.requests import GraphQLRequest
from execution.queries import Answered, Queries, Query
from execution.reasons import Reason


def by_plan(queries: Queries, count: Callable[[str], None]) -> ByPlan:
    """Gives the data of an operation that has a plan; the request's log line says why another has none."""

    async def answer(document: Document, request: GraphQLRequest, context: Any, call: Call) -> bytes | None:
        operation = document.operation(request.operation_name)
        if is_query(operation):
            query = Query(
                document.text,
                document.tree,
                operation,
                request.variables,
                is_registered=request.query is None,
            )
            answered = await queries.answer(query, context)
        else:
            answered = Answered(Reason.CHANGE)
        call.facts["plan"] = answered.reason.value
        count(answered.reason.value)
        return answered.data

    return answer
