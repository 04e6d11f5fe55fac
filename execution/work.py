"""A plan in the making: what its parts share."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, TypeAlias

import strawberry
from sqlalchemy import ColumnElement, Dialect

from execution.document import Asked, Selections
from execution.places import Place, place_of
from execution.sites import Parent, Site, room_of
from execution.steps import Ready, Run, Steps
from loaders.batches import Ask
from loaders.relations import Arguments, Relation, Tied
from loaders.shown import Shown
from master.access import MOST_ROWS, Viewer
from master.sight import Reach
from master.tables.codes import Occasion
from schema.arguments import Asked as ListAsked

Among: TypeAlias = Callable[[ColumnElement[Any]], ColumnElement[bool]]
Bring: TypeAlias = Callable[[Run], dict[str, Any]]
Few: TypeAlias = tuple[bool, bool]  # of so few customers in sight: for a page, and for a count

MANY: Few = (False, False)
ALL = Tied(lambda column: column.is_not(None)).among


@dataclass
class Work:
    """What is compiled, for whom, and what the plan will be made of besides its SQL.

    object_text: an object's fields as text (execution/objects.py), which lists ask for. few: what a list of
    all is made from (loaders/batches.py); asks_few: where that made a difference. before: what is awaited
    before the statement runs; brings: binds of each run that are no arguments of a list.
    """

    schema: strawberry.Schema
    selections: Selections
    viewer: Viewer
    dialect: Dialect
    run: Run
    few: Few
    object_text: "Callable[[Work, list[Asked], Place], ColumnElement[str]]"
    asks_few: Few = (False, False)
    steps: Steps = field(default_factory=Steps)
    sites: list[Site] = field(default_factory=list)
    before: list[Ready] = field(default_factory=list)
    brings: list[Bring] = field(default_factory=list)
    names: Any = field(default_factory=lambda: count(1))
    _shown: int | None = None

    @property
    def reach(self) -> Reach | None:
        return self.viewer.reach

    def place(self, relation: Relation, among: Among, key: Parent | None = None) -> Place:
        """Where the relation's one row is read. Raises Forbidden."""
        self.viewer.require(relation.rows.permission)
        name = self.name("t")
        return place_of(relation, Tied(among, self.reach), (name, name), key)

    def listing(self, relation: Relation, among: Among, key: Parent | None = None) -> Place:
        """Where its rows are read one after another: in a sub-query that has put them in order."""
        self.viewer.require(relation.rows.permission)
        return place_of(relation, Tied(among, self.reach), (self.name("l"), self.name("t")), key)

    def name(self, kind: str) -> str:
        """One that nothing else in the statement has."""
        return f"{kind}{next(self.names)}"

    def site(
        self, asked: Asked, relation: Relation, reads: ListAsked, parent: Parent | None
    ) -> tuple[Site, Arguments]:
        """A new site, and this run's arguments there with binds in the place of values."""
        room = room_of(self.schema, asked, relation, self.run)
        return self._added(Site(len(self.sites), self.schema, asked, relation, reads, parent, room))

    def site_kept(self, asked: Asked, relation: Relation) -> tuple[Site, Arguments]:
        """The same, of a page that its resolver has kept."""
        room = room_of(self.schema, asked, relation, self.run)
        return self._added(
            Site(len(self.sites), self.schema, asked, relation, ListAsked(), None, room, asked.key)
        )

    def _added(self, site: Site) -> tuple[Site, Arguments]:
        self.sites.append(site)
        return site, site.stand_in(site.read(self.run))

    def ask(self, relation: Relation, arguments: Arguments, *, counted: bool = False) -> Ask:
        """What the ordinary path would ask its loader, as far as filters and sight go."""
        reach = self.reach
        is_picked = any(relation.filters[name].picks for name, _ in arguments.filters)
        if reach is not None and relation.key is None and relation.kind == "pages" and not is_picked:
            if relation.in_sight is not None:
                paged, summed = self.asks_few
                self.asks_few = (paged or not counted, summed or counted)
            reach = replace(reach, few=self.few[counted])
        return Ask(relation, arguments, counted, reach)

    def shown_step(self) -> int:
        """Notes of whom rows tell: of how many rows, and the customers' ids."""
        if self._shown is None:
            self._shown = self.steps.add(_note)
        return self._shown


def _note(run: Run, values: Any) -> bytes:
    rows, *ids = values
    note(run.shown, rows, ids)
    return b""


def note(shown: Shown, rows: int, ids: list[int | None]) -> None:
    shown.customers.update(id for id in ids if id is not None)
    if rows > MOST_ROWS:
        shown.occasion = Occasion.EXPORT
