"""Fields that resolvers answer, and that plans know all the same: searches, small lists, who is asking."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, bindparam, func

from execution.connections import Parented, connection_of
from execution.document import Asked
from execution.lists import NULL, many_of
from execution.places import Place
from execution.reasons import NotCompiled, Reason
from execution.searches import search_text
from execution.sites import given_to
from execution.steps import Run, as_json, marked
from execution.told import writer
from execution.work import ALL, Work
from loaders.branches import all_branches, branches_below
from resolvers.branches import branches
from resolvers.nodes import viewer
from resolvers.search import search_customers
from resolvers.tags import products, tags
from schema.arguments import refuse_mask
from schema.fields import Answered
from schema.tags import counted, customer_count

Answer: TypeAlias = Callable[[Work, Asked], ColumnElement[str]]


def answered_in_row(work: Work, asked: Asked, place: Place, how: Answered) -> ColumnElement[str]:
    """A member of a row that a resolver answers."""
    if how.function is not customer_count:
        raise NotCompiled(Reason.RESOLVER, asked.path)

    async def ready(run: Run) -> None:
        run.kept["customers by tag"] = await counted(run.context)

    def made(run: Run, values: Any) -> bytes:
        return as_json(run.kept["customers by tag"].get(values[0], 0))

    step = work.steps.add(made, ready)
    return marked(step, place.form("code", work.dialect).json(place.column("code")))


def answered_at_root(work: Work, asked: Asked, how: Answered) -> ColumnElement[str]:
    """A field of the query itself that a resolver answers."""
    return ROOTS[how.function](work, asked)


def runs_before(asked: Asked) -> bool:
    """Whether its resolver runs, before the statement. Raises NotCompiled for one that no plan knows."""
    if asked.how.function not in ROOTS:
        raise NotCompiled(Reason.RESOLVER, asked.path)
    return asked.how.function is not branches


def _told(work: Work, asked: Asked) -> ColumnElement[str]:
    """What the resolver gave, written by Python alone."""
    write = writer(work.selections, asked)
    return marked(work.steps.add(lambda run, values: as_json(write(run.kept[asked.key]))))


def _page(work: Work, asked: Asked) -> ColumnElement[str]:
    """A list of all, of which the resolver has read the arguments."""
    page = work.run.kept[asked.key]
    parent = Parented(ALL, NULL, lambda run: None)
    return connection_of(work, asked, work.site_kept(asked, page.relation), parent)


def _branches(work: Work, asked: Asked) -> ColumnElement[str]:
    """All in sight, or those below the one that is named."""
    if not given_to(work.schema, asked, work.run).get("under"):
        return func.coalesce(many_of(work, asked, all_branches, ALL), NULL)
    name = work.name("k")

    def bring(run: Run) -> dict[str, Any]:
        under = given_to(work.schema, asked, run)["under"]
        refuse_mask(under, ["under"])
        return {name: under}

    work.brings.append(bring)
    under = bindparam(name, type_=branches_below.columns()["under"].type)
    return func.coalesce(many_of(work, asked, branches_below, lambda column: column == under), NULL)


ROOTS: Mapping[Callable[..., Any], Answer] = {
    branches: _branches,
    products: _page,
    tags: _page,
    search_customers: search_text,
    viewer: _told,
}
