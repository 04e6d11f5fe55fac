"""Rows of a relation below their parent: one of them, or all, gathered into one text."""

from collections.abc import Sequence
from typing import Any

from graphql import is_non_null_type
from sqlalchemy import ColumnElement, Select, case, func, select

from execution.document import Asked
from execution.places import Place
from execution.sites import Parent
from execution.steps import Run, as_json, marked
from execution.told import writer
from execution.values import form_of
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
    found = select(row_text(work, fields, place)).select_from(place.source)
    return filtered(found, place.source, work.ask(relation, PLAIN)).scalar_subquery()


def or_null(asked: Asked, text: ColumnElement[str]) -> ColumnElement[str]:
    """null, or the sign of one that may not be there, in the place of SQL's."""
    return func.coalesce(text, null_of(asked))


def null_of(asked: Asked) -> ColumnElement[str]:
    return NOTHING if is_non_null_type(asked.field.type) else NULL


def row_text(work: Work, fields: list[Asked], place: Place) -> ColumnElement[str]:
    """An object of one row, with the note of whom it shows; never null."""
    text, shown = work.object_text(work, fields, place), shown_id(work, place)
    if shown is not None:
        its = func.coalesce(number_text(shown), NULL)
        text = joined(marked(work.shown_step(), said("1"), its), text)
    return func.coalesce(text, NOTHING)


def shown_id(work: Work, place: Place) -> ColumnElement[Any] | None:
    """The customer whom a row shows something of; None where rows show none."""
    name = shown_by(place.relation, work.viewer)
    if name is None:
        return None
    column = place.columns[name]
    return case((place.columns["is_seen"], column)) if "is_seen" in place.columns else column


def shown_marks(work: Work, ids: ColumnElement[Any], rows: ColumnElement[Any]) -> ColumnElement[str]:
    """The note of whom all rows of a list show, as an aggregate."""
    others = func.coalesce(joined(said(","), gathered(number_text(ids))), said(""))
    return marked(work.shown_step(), joined(said(""), number_text(rows), others))


def many(work: Work, asked: Asked, how: Loaded, among: Among, key: Parent | None) -> ColumnElement[str]:
    """All rows, as a list; or what the relation gathers from them."""
    relation = how.relation
    arguments = work.site(asked, relation, how.asked, key)[1] if asked.field.args else PLAIN
    place = work.place(relation, among)
    if relation.gathered:
        return _gathered(work, asked, place, arguments)
    text = func.coalesce(work.object_text(work, work.selections.below(asked, asked.kind), place), NOTHING)
    columns, shown = [text.label("j")], shown_id(work, place)
    if shown is not None:
        columns.append(shown.label("shown"))
    rows = _rows(work, select(*columns), place, arguments).subquery(work.name("l"))
    parts = [said("["), func.coalesce(gathered(rows.c.j), said("")), said("]")]
    if shown is not None:
        parts.insert(0, shown_marks(work, rows.c.shown, func.count()))
    return select(joined(*parts)).select_from(rows).scalar_subquery()


def _rows(work: Work, found: Any, place: Place, arguments: Arguments) -> Select[Any]:
    relation = place.relation
    rows = filtered(found.select_from(place.source), place.source, work.ask(relation, arguments))
    return rows.order_by(*in_order(place.columns, relation.order)) if relation.order else rows


def _gathered(work: Work, asked: Asked, place: Place, arguments: Arguments) -> ColumnElement[str]:
    """The rows as JSON lists, for the relation's function to make its one value of."""
    names = list(place.columns.keys())
    forms = [form_of(place.columns[name], work.dialect) for name in names]
    members = [
        func.coalesce(form.json(place.columns[name]), NULL) for name, form in zip(names, forms, strict=True)
    ]
    text = joined(said("["), *_with_commas(members), said("]"))
    rows = _rows(work, select(text.label("j")), place, arguments).subquery(work.name("l"))
    gather: Any = place.relation.gathered
    write = writer(work.selections, asked)

    def made(run: Run, values: Sequence[Any]) -> str:
        found: Any = [_Row(names, [_value(*each) for each in zip(forms, row, strict=True)]) for row in values]
        return as_json(write(gather(found)))

    mark = marked(work.steps.add(made), func.coalesce(gathered(rows.c.j), said("")))
    return select(mark).select_from(rows).scalar_subquery()


def _value(form: Any, given: Any) -> Any:
    return None if given is None else form.read(given)


class _Row:
    """What a row is to those who read its columns by name."""

    def __init__(self, names: Sequence[str], values: Sequence[Any]) -> None:
        self.__dict__.update(zip(names, values, strict=True))


def _with_commas(parts: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    found: list[ColumnElement[Any]] = []
    for part in parts:
        found += [said(","), part] if found else [part]
    return found
