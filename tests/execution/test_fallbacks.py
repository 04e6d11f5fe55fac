"""What the compiled path leaves to the ordinary one: a short list, held here."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_required_argument, parse

from app.graphql import schema
from execution.queries import Queries, Query
from execution.reasons import NotCompiled
from indexing.engines.embedded import EmbeddedEngine
from indexing.engines.port import SearchEngine
from master.access import Viewer
from master.keys import Keys
from master.roles import shipped_roles
from master.session import Master
from schema.context import open_context

# All fields of the schema that no plan answers: a resolver of Python does, which reads as it goes.
FALL_BACKS = {
    "BatchRecord.findings",  # their hints stand in intake/
    "Customer.provenance",  # chosen and told apart in Python, of what records have said
    "Query.identifyCustomer",
    "Query.previewMerge",  # the merge itself, rolled back
    "Query.relativeFigures",
    "Query.reviewFigures",  # sums over all tasks, asked once a screen
    "RelativeSuggestion.probability",  # these four are told by matching/, as far as the viewer sees
    "RelativeSuggestion.reasons",
    "RelativeSuggestion.relation",
    "RelativeSuggestion.relationProbability",
    "ReviewTask.guards",  # these six are judged again by matching/, as far as the viewer sees
    "ReviewTask.odds",
    "ReviewTask.priority",
    "ReviewTask.probability",
    "ReviewTask.reasons",
    "ReviewTask.verdict",
    "Query.savedSearches",
    "Query.suggest",
    "Viewer.branches",
}

GIVEN = {
    "Query.batch": 'id: "b1"',
    "Query.node": 'id: "c1"',
    "Query.nodes": 'ids: ["c1"]',
    "Query.customer": 'by: {id: "c1"}',
    "Query.policy": 'by: {id: "p1"}',
    "Query.tag": 'code: "x"',
    "Query.lead": 'id: "l1"',
    "Query.previewMerge": 'input: {survivor: "c1", duplicates: ["c2"]}',
    "Query.reviewTask": 'id: "w1"',
    "Query.relativeSuggestion": 'id: "f1"',
    "Query.suggest": 'text: "x"',
    "Query.identifyCustomer": 'record: {name: "x"}',
}

Chain = tuple[str, ...]


@pytest.fixture
def engine(tmp_path: Path, keys: Keys) -> Iterator[SearchEngine]:
    """An empty index, serving."""
    made = EmbeddedEngine(tmp_path / "index", keys)

    async def serve() -> None:
        await made.serve_generation(await made.new_generation())

    asyncio.run(serve())
    yield made
    asyncio.run(made.close())


def written(path: str, field: Any) -> str:
    """A field as a document asks for it, with the arguments that it can not be asked for without."""
    if any(is_required_argument(each) for each in field.args.values()):
        return f"{path.partition('.')[2]}({GIVEN[path]})"
    return path.partition(".")[2]


def documents() -> Iterator[tuple[str, str]]:
    """A document for each field that can be reached from a query, the shortest: (Type.field, text)."""
    query = schema._schema.query_type
    assert query is not None
    waiting: list[tuple[GraphQLObjectType, Chain]] = [(query, ())]
    seen = {"Query"}
    while waiting:
        kind, chain = waiting.pop(0)
        for name, field in kind.fields.items():
            path, below = f"{kind.name}.{name}", get_named_type(field.type)
            its = (*chain, written(path, field))
            is_leaf = not isinstance(below, GraphQLObjectType | GraphQLInterfaceType)
            yield (
                path,
                "{ "
                + " { ".join((*its, *([] if is_leaf else ["__typename"])))
                + " }" * len(its)
                + ("" if is_leaf else " }"),
            )
            if isinstance(below, GraphQLObjectType) and below.name not in seen and path not in FALL_BACKS:
                seen.add(below.name)
                waiting.append((below, its))


def test_every_field_that_reads_is_compiled_but_these(master: Master, engine: SearchEngine) -> None:
    queries, viewer = Queries(schema, master, 1), Viewer("tester", shipped_roles()["ADMIN"], "t1")

    async def missed() -> dict[str, str]:
        found = {}
        for path, text in documents():
            tree = parse(text)
            query = Query(text, tree, tree.definitions[0], {})  # type: ignore[arg-type]  # the operation
            async with open_context(master, viewer, search=engine) as context:
                try:
                    await queries.planned(query, context)
                except NotCompiled as why:
                    found[path] = str(why)
        return found

    assert asyncio.run(missed()) == {path: f"resolver: {path}" for path in FALL_BACKS}
