"""Objects as JSON text: each member from its column, its relation, or a step of Python."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import is_non_null_type
from sqlalchemy import ColumnElement, and_, case, func

from execution.answers import answered_in_row
from execution.connections import EdgePlace, Parented, connection
from execution.document import Asked
from execution.lists import NOTHING, NULL, many, null_of, one, or_null, read
from execution.places import Place
from execution.reasons import NotCompiled, Reason
from execution.sites import Parent
from execution.steps import Run, as_json, marked
from execution.told import writer
from execution.values import Form
from execution.work import Work
from master.json_text import joined, number_text, said
from schema.fields import Answered, Computed, Identified, Loaded, Masked
from schema.pages import Linked


def object_text(work: Work, fields: list[Asked], place: Place) -> ColumnElement[str]:
    """All members of an object; null where one of them is that may not be."""
    parts: list[ColumnElement[Any]] = [said("{")]
    for number, asked in enumerate(fields):
        parts += [said(f'{"," if number else ""}"{asked.key}":'), _member(work, asked, place)]
    return joined(*parts, said("}"))


def _member(work: Work, asked: Asked, place: Place) -> ColumnElement[str]:
    if asked.definition is None:
        return said(f'"{asked.parent.name}"')
    how = asked.how
    if isinstance(place, EdgePlace) and not isinstance(how, Linked):
        return _of_edge(work, asked, place)
    if how is None:
        return _column(work, asked, place, asked.declared.python_name)
    for kind, make in MEMBERS.items():
        if isinstance(how, kind):
            return make(work, asked, place, how)
    raise NotCompiled(Reason.RESOLVER, asked.path)


def _identified(work: Work, asked: Asked, place: Place, how: Identified) -> ColumnElement[str]:
    return joined(said(f'"{how.prefix}'), place.column("id"), said('"'))


def _linked(work: Work, asked: Asked, place: Place, how: Linked) -> ColumnElement[str]:
    return _column(work, asked, place, how.column) if how.column in place.relation.link else NULL


def _of_edge(work: Work, asked: Asked, place: EdgePlace) -> ColumnElement[str]:
    if asked.name == "node":
        return work.object_text(work, work.selections.below(asked, asked.kind), place.row)
    member: ColumnElement[str] = place.page.edge_member(asked)
    return member


def _column(work: Work, asked: Asked, place: Place, name: str) -> ColumnElement[str]:
    """A column as it is answered; by a step of Python where SQL has no words for it."""
    column, form = place.column(name), place.form(name, work.dialect)
    told = form.told.get(asked.kind.name)
    if told is None:
        write = writer(work.selections, asked)
        step = work.steps.add(lambda run, values: as_json(write(form.read(values[0]))))
        text = marked(step, form.json(column))
    else:
        text = told(column)
    return _guarded(asked, place, name, text)


def _guarded(asked: Asked, place: Place, name: str, text: ColumnElement[str]) -> ColumnElement[str]:
    """null where the column is; the sign of one that may not be there."""
    if not is_non_null_type(asked.field.type):
        return case((place.column(name).is_(None), NULL), else_=text)
    if place.is_never_null(name):
        return text
    return case((place.column(name).is_(None), NOTHING), else_=text)


def _forms(work: Work, place: Place, names: Sequence[str]) -> tuple[list[Form], list[Any]]:
    """How Python reads these columns back, and their JSON."""
    forms = [place.form(name, work.dialect) for name in names]
    values = [
        func.coalesce(form.json(place.column(name)), NULL) for form, name in zip(forms, names, strict=True)
    ]
    return forms, values


def _masked(work: Work, asked: Asked, place: Place, how: Masked) -> ColumnElement[str]:
    if work.viewer.masks(how.of):
        return _guarded(asked, place, how.column, _by_rule(work, place, how, how.beside))
    clear = _column(work, asked, place, how.column)
    if how.whose is None or work.reach is None:
        return clear
    unseen = and_(place.column(how.whose).is_not(None), ~place.column("is_seen"))
    return case(
        (place.column(how.column).is_(None), null_of(asked)),
        (unseen, _by_rule(work, place, how, ())),
        else_=clear,
    )


def _by_rule(work: Work, place: Place, how: Masked, beside: Sequence[str]) -> ColumnElement[str]:
    forms, values = _forms(work, place, [how.column, *beside])

    def made(run: Run, given: Sequence[Any]) -> bytes:
        return as_json(how.rule(*(read(form, each) for form, each in zip(forms, given, strict=True))))

    return marked(work.steps.add(made), *values)


def _computed(work: Work, asked: Asked, place: Place, how: Computed) -> ColumnElement[str]:
    forms, values = _forms(work, place, how.columns)
    write = writer(work.selections, asked)

    def made(run: Run, given: Sequence[Any]) -> bytes:
        return as_json(write(how.function(*(read(*each) for each in zip(forms, given, strict=True)))))

    return marked(work.steps.add(made), *values)


def _loaded(work: Work, asked: Asked, place: Place, how: Loaded) -> ColumnElement[str]:
    if not isinstance(how.key, str):
        raise NotCompiled(Reason.RESOLVER, asked.path)
    outer = place.column(how.key)
    parent: Parent | None = place.key if how.key == "id" else None
    if how.relation.kind == "one":
        fields = work.selections.below(asked, asked.kind)
        return or_null(asked, one(work, fields, how.relation, lambda column: column == outer))
    if how.relation.kind == "many":
        return many(work, asked, how, lambda column: column == outer, parent)
    if how.relation.kind == "pages":
        parented = Parented(lambda column: column == outer, number_text(outer), parent)
        return connection(work, asked, how, parented)
    raise NotCompiled(Reason.RESOLVER, asked.path)


MEMBERS: Mapping[type, Callable[[Work, Asked, Place, Any], ColumnElement[str]]] = {
    Identified: _identified,
    Linked: _linked,
    Masked: _masked,
    Computed: _computed,
    Loaded: _loaded,
    Answered: answered_in_row,
}
