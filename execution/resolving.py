"""Root fields that a resolver answers: it runs before the statement, as on the ordinary path."""

from inspect import isawaitable
from typing import Any

import strawberry
from graphql import GraphQLResolveInfo
from graphql.pyutils import Path

from execution.document import Asked, Selections
from execution.sites import given_to
from execution.steps import Ready, Run


def resolving(schema: strawberry.Schema, selections: Selections, asked: Asked) -> Ready:
    """Keeps what the field's resolver gives under the field's name in the answer; it runs once a run."""

    async def resolved(run: Run) -> None:
        if asked.key not in run.kept:
            info = strawberry.Info(_raw_info=_raw_info(selections, asked, run), _field=asked.declared)
            found = asked.how.function(info=info, **given_to(schema, asked, run))
            run.kept[asked.key] = await found if isawaitable(found) else found

    return resolved


def _raw_info(selections: Selections, asked: Asked, run: Run) -> GraphQLResolveInfo[Any]:
    return GraphQLResolveInfo(
        field_name=asked.name,
        field_nodes=[each.node for each in asked.details],
        return_type=asked.field.type,
        parent_type=asked.parent,
        path=Path(None, asked.key, asked.parent.name),
        schema=selections.schema,
        fragments=selections.fragments,
        root_value=None,
        operation=selections.operation,
        variable_values=run.variables,
        context=run.context,
        is_awaitable=isawaitable,  # type: ignore[arg-type]  # narrower than what it is
        abort_signal=None,
        async_helpers=None,  # type: ignore[arg-type]  # no resolver of ours asks for them
    )
