"""Rows of a relation below their parent: one of them, or all, gathered into one text."""

from collections.abc import Sequence
from typing import Any

from graphql import is_non_null_type
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.sql.selectable import Subquery

from execution.document import Asked
from execution.places import Place
from execution.sites import Parent
from execution.steps import Run, as_json, marked
from execution.told import writer
from execution.values import Form
from execution.work import Among, Work
from loaders.batches import filtered, in_order
from loaders.relations import PLAIN, Arguments, Relation
from loaders.shown import shown_by
from master.json_text import NULL_FOUND, gathered, joined, number_text, said
from schema.fields import Loaded

NOTHING, NULL = said(NULL_FOUND), said("null")


def one(work: Work, fields: list[Asked], relation: Relation, among: Among, key: Parent | None = None) -> Any:
    """The one row, or null in SQL."""
    place = work.place(relation, among, key)
    found = select(row_text(work, fields, place)).select_from(place.tied)
    return filtered(found, place.tied, work.ask(relation, PLAIN)).scalar_subquery()


def or_null(asked: Asked, text: ColumnElement[str]) -> ColumnElement[str]:
    """null, or the sign of one that may not be there, in the place of SQL's."""
    return func.coalesce(text, null_of(asked))


def null_of(asked: Asked) -> ColumnElement[str]:
    return NOTHING if is_non_null_type(asked.field.type) else NULL


def row_text(work: Work, fields: list[Asked], place: Place) -> ColumnElement[str]:
    """An object of one row, with the note of whom it shows."""
    text, shown = work.object_text(work, fields, place), shown_id(work, place)
    if shown is None:
        return text
    return joined(marked(work.shown_step(), said("1"), func.coalesce(number_text(shown), NULL)), text)


def shown_id(work: Work, place: Place) -> ColumnElement[Any] | None:
    """The customer whom a row shows something of; None where rows show none."""
    name = shown_by(place.relation, work.viewer)
    if name is None:
        return None
    return case((place.column("is_seen"), place.column(name))) if "is_seen" in place else place.column(name)


def shown_marks(work: Work, ids: ColumnElement[Any], rows: ColumnElement[Any]) -> ColumnElement[str]:
    """The note of whom all rows of a list show, as an aggregate."""
    others = func.coalesce(joined(said(","), gathered(number_text(ids))), said(""))
    return marked(work.shown_step(), joined(said(""), number_text(rows), others))


def many(work: Work, asked: Asked, how: Loaded, among: Among, key: Parent | None) -> ColumnElement[str]:
    """All rows, as a list; or what the relation gathers from them."""
    arguments = work.site(asked, how.relation, how.asked, key)[1] if asked.field.args else PLAIN
    return many_of(work, asked, how.relation, among, arguments)


def many_of(
    work: Work, asked: Asked, relation: Relation, among: Among, arguments: Arguments = PLAIN
) -> ColumnElement[str]:
    """The same, of a relation that the field does not name."""
    place = work.listing(relation, among)
    if relation.gathered:
        text = _gathered(work, asked, place)
    else:
        text = listed_text(work.object_text(work, work.selections.below(asked, asked.kind), place))
        if (shown := shown_id(work, place)) is not None:
            text = joined(shown_marks(work, shown, func.count()), text)
    return select(text).select_from(_rows(work, place, arguments)).scalar_subquery()


def listed_text(each: ColumnElement[str], within: ColumnElement[bool] | None = None) -> ColumnElement[str]:
    """A list of all rows, or of those within. A row whose text were null would be missing without a sign."""
    rows: Any = gathered(each)
    found = rows if within is None else rows.filter(within)
    return joined(said("["), func.coalesce(found, said("")), said("]"))


def _rows(work: Work, place: Place, arguments: Arguments) -> Subquery:
    """In order, with the columns that are used."""
    relation, source = place.relation, place.tied
    found: Any = select(*place.used_columns()).select_from(source)
    rows = filtered(found, source, work.ask(relation, arguments))
    if relation.order:
        rows = rows.order_by(*in_order(source.c, relation.order))
    return rows.subquery(place.name)


def _gathered(work: Work, asked: Asked, place: Place) -> ColumnElement[str]:
    """The rows as JSON lists, for the relation's function to make its one value of."""
    names = list(place.tied.c.keys())
    forms = [place.form(name, work.dialect) for name in names]
    members: list[ColumnElement[Any]] = []
    for name, form in zip(names, forms, strict=True):
        members += [said("," if members else "["), func.coalesce(form.json(place.column(name)), NULL)]
    gather: Any = place.relation.gathered
    write = writer(work.selections, asked)

    def made(run: Run, values: Sequence[Any]) -> bytes:
        found = [_Row(names, [read(*each) for each in zip(forms, row, strict=True)]) for row in values]
        return as_json(write(gather(found)))

    rows = gathered(joined(*members, said("]")))
    return marked(work.steps.add(made), func.coalesce(rows, said("")))


def read(form: Form, given: Any) -> Any:
    """What a row would have held."""
    return None if given is None else form.read(given)


class _Row:
    """What a row is to those who read its columns by name."""

    def __init__(self, names: Sequence[str], values: Sequence[Any]) -> None:
        self.__dict__.update(zip(names, values, strict=True))
