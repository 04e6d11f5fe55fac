"""The fields of the operation itself: things found by keys and ids, and lists of all."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, bindparam, case, func, literal_column, select
from sqlalchemy.sql.selectable import Subquery

from execution.answers import answered_at_root
from execution.changes import payload_text
from execution.connections import Parented, connection
from execution.document import Asked
from execution.keys import KeyOf
from execution.lists import NOTHING, NULL, one, or_null, row_text
from execution.reasons import NotCompiled, Reason
from execution.sites import given_to, leaves, mirrored
from execution.steps import Run
from execution.work import ALL, Among, Work
from loaders.batches import filtered
from loaders.relations import PLAIN, Arguments, Relation
from master.access import MOST_ROWS
from master.json_text import gathered, joined, listed, said
from master.roles import READ
from master.tables.codes import Occasion
from schema.arguments import refuse_long
from schema.fields import Answered, Argument, Commanded, Loaded
from schema.finding import AnyNode, Found, the_given
from schema.ids import row_id


def root_text(work: Work, fields: list[Asked]) -> ColumnElement[str]:
    """The whole answer."""
    parts: list[ColumnElement[Any]] = [said("{")]
    for number, asked in enumerate(fields):
        parts += [said(f'{"," if number else ""}"{asked.key}":'), _root(work, asked)]
    return joined(*parts, said("}"))


def _root(work: Work, asked: Asked) -> ColumnElement[str]:
    if asked.definition is None:
        return said(f'"{asked.parent.name}"')
    how = asked.how
    if isinstance(how, Loaded):
        return _loaded(work, asked, how)
    if isinstance(how, Found):
        return _found(work, asked, how)
    if isinstance(how, AnyNode):
        return _nodes(work, asked, how) if "ids" in asked.field.args else _node(work, asked, how)
    if isinstance(how, Commanded):
        return payload_text(work, asked)
    if isinstance(how, Answered):
        return answered_at_root(work, asked, how)
    raise NotCompiled(Reason.RESOLVER, asked.path)


def _loaded(work: Work, asked: Asked, how: Loaded) -> ColumnElement[str]:
    relation = how.relation
    if how.key is None and relation.kind == "pages":
        return connection(work, asked, how, Parented(ALL, NULL, lambda run: None))
    if not isinstance(how.key, Argument) or relation.kind != "one":
        raise NotCompiled(Reason.RESOLVER, asked.path)
    argument, name = how.key, work.name("k")

    def key(run: Run) -> Any:
        return argument.key(given_to(work.schema, asked, run))

    work.brings.append(lambda run: {name: key(run)})
    bind = bindparam(name, type_=relation.columns()[str(relation.key)].type)
    fields = work.selections.below(asked, asked.kind)
    return or_null(
        asked, one(work, fields, relation, lambda column: column == bind, key if argument.prefix else None)
    )


def _found(work: Work, asked: Asked, how: Found) -> ColumnElement[str]:
    """By its id, or the only one that a filter leaves: between two texts stands the sign of an error."""
    work.viewer.require(how.by_id.rows.permission)
    name, _ = the_given(given_to(work.schema, asked, work.run)["by"])
    bound = work.name("k")
    if name == "id":
        return _by_id(work, asked, how, bound)
    key = KeyOf(work.schema, asked, how, name)
    work.before.append(key.look_up)
    work.brings.append(lambda run: dict(leaves(bound, key.read(run))))
    place = work.listing(how.among, ALL, key.id if work.selections.reads_on(asked) else None)
    arguments = Arguments(((name, mirrored(bound, key.read(work.run))),))
    text = row_text(work, work.selections.below(asked, asked.kind), place)
    found = select(*place.used_columns()).select_from(place.tied)
    rows = filtered(found, place.tied, work.ask(how.among, arguments)).limit(2).subquery(place.name)
    return or_null(asked, select(gathered(text, NOTHING)).select_from(rows).scalar_subquery())


def _by_id(work: Work, asked: Asked, how: Found, bound: str) -> ColumnElement[str]:
    def key(run: Run) -> int | None:
        return row_id(how.prefix, the_given(given_to(work.schema, asked, run)["by"])[1])

    work.brings.append(lambda run: {bound: key(run)})
    bind = bindparam(bound, type_=BigInteger())
    fields = work.selections.below(asked, asked.kind)
    text = one(work, fields, how.by_id, lambda column: column == bind, key)
    return or_null(asked, _or_merged(work, how.by_id, lambda column: column == bind, text))


def _or_merged(work: Work, relation: Relation, among: Among, text: ColumnElement[str]) -> ColumnElement[str]:
    """Where there is no row, the sign of an error for one that is another now."""
    if relation.merged is None:
        return text
    place = work.place(relation.merged, among)
    found = select(NOTHING).select_from(place.tied)
    merged = filtered(found, place.tied, work.ask(relation.merged, PLAIN))
    return func.coalesce(text, merged.scalar_subquery())


def _node(work: Work, asked: Asked, how: AnyNode) -> ColumnElement[str]:
    listing = _listing(work, lambda run: [given_to(work.schema, asked, run)["id"]])
    found = select(_of_any(work, asked, how, listing)).select_from(listing)
    return or_null(asked, found.scalar_subquery())


def _nodes(work: Work, asked: Asked, how: AnyNode) -> ColumnElement[str]:
    """Each in the place of its id."""

    def ids(run: Run) -> list[str]:
        given: list[str] = given_to(work.schema, asked, run)["ids"]
        refuse_long(given, ["ids"])
        if len(given) > MOST_ROWS:
            run.shown.occasion = Occasion.EXPORT
        return given

    listing = _listing(work, ids)
    text = func.coalesce(_of_any(work, asked, how, listing), NULL).label("j")
    rows = select(text).select_from(listing).order_by(listing.c.place).subquery(work.name("l"))
    found = joined(said("["), func.coalesce(gathered(rows.c.j), said("")), said("]"))
    return select(found).select_from(rows).scalar_subquery()


def _listing(work: Work, ids: Callable[[Run], list[str]]) -> Subquery:
    """The ids of a run as rows: the letter that tells the type, and the number."""
    bound = work.name("k")

    def bring(run: Run) -> dict[str, Any]:
        return {bound: orjson.dumps([[id[:1], row_id(id[:1], id)] for id in ids(run)]).decode()}

    work.brings.append(bring)
    return listed(work.dialect.name, bound).subquery(work.name("n"))


def _of_any(work: Work, asked: Asked, how: AnyNode, listing: Subquery) -> ColumnElement[str]:
    """The row of the type that the id names; null in SQL where there is none."""
    work.viewer.require(READ)
    number: ColumnElement[int] = literal_column(f"{listing.name}.number", BigInteger())
    types = []
    for prefix, (name, relation) in how.types.items():
        kind: Any = work.selections.schema.type_map[name]
        text = one(work, work.selections.below(asked, kind), relation, lambda column: column == number)
        text = _or_merged(work, relation, lambda column: column == number, text)
        types.append((listing.c.kind == said(prefix), text))
    return case(*types)
