"""Where an object's fields are read: the columns of one sub-query."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import Join, Subquery

from execution.sites import Parent
from execution.values import base_of
from loaders.relations import Columns, Relation, Tied


@dataclass(frozen=True)
class Place:
    """A relation's rows under a name of their own. is_outer: some of their columns may come from no row; key:
    their id in a run, where it is known before."""

    source: Subquery
    relation: Relation
    is_outer: bool
    key: Parent | None = None

    @property
    def columns(self) -> Columns:
        return self.source.c

    def outer(self, name: str) -> ColumnElement[Any]:
        """A column as a sub-query below may name it: without bringing the source into that sub-query."""
        return literal_column(f'{self.source.name}."{name}"', self.source.c[name].type)

    def is_never_null(self, name: str) -> bool:
        base = base_of(self.source.c[name])
        return base is not None and not base.nullable and not self.is_outer


def place_of(relation: Relation, tied: Tied, name: str, key: Parent | None = None) -> Place:
    """The relation's rows, tied to their parent, as the sub-query of this name."""
    found = relation.tied(tied)
    is_outer = any(isinstance(each, Join) and each.isouter for each in visitors.iterate(found))
    return Place(found.subquery(name), relation, is_outer, key)
