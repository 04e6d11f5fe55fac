"""Where an object's fields are read: the columns of one sub-query."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Dialect, literal_column, null
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import Join, Subquery

from execution.sites import Parent
from execution.values import Form, base_of, form_of
from loaders.relations import Relation, Tied


@dataclass(frozen=True)
class Place:
    """A relation's rows. name: of the sub-query that gives them; tied: that ties them to their parent.

    is_outer: some columns may come from no row; key: the rows' id in a run, where it is known before; used:
    the columns that were asked for.
    """

    name: str
    tied: Subquery
    relation: Relation
    is_outer: bool
    key: Parent | None = None
    used: set[str] = field(default_factory=set)

    def __contains__(self, name: str) -> bool:
        return name in self.tied.c

    def column(self, name: str) -> ColumnElement[Any]:
        """By its name alone, so that a sub-query below may name it without reading this one again."""
        self.used.add(name)
        return literal_column(f'{self.name}."{name}"', self.tied.c[name].type)

    def form(self, name: str, dialect: Dialect) -> Form:
        return form_of(self.tied.c[name], dialect)

    def is_never_null(self, name: str) -> bool:
        base = base_of(self.tied.c[name])
        return base is not None and not base.nullable and not self.is_outer

    def used_columns(self) -> Sequence[ColumnElement[Any]]:
        """As the relation orders them; for rows that only count one without meaning."""
        return [column for column in self.tied.c if column.key in self.used] or [null().label("j")]


def place_of(relation: Relation, tied: Tied, names: tuple[str, str], key: Parent | None = None) -> Place:
    """The relation's rows; names: of the place, and of the sub-query that ties it."""
    name, below = names
    found = relation.tied(tied)
    is_outer = any(isinstance(each, Join) and each.isouter for each in visitors.iterate(found))
    return Place(name, found.subquery(below), relation, is_outer, key)
