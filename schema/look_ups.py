"""Looking up whole values that the viewer sees masked: noted each time, and limited where nobody has them."""

from collections.abc import Hashable, Iterable

from strawberry.utils.str_converters import to_camel_case

from loaders.look_ups import LookUp
from loaders.relations import Relation
from master.access import Viewer
from master.errors import LimitExceeded
from master.reads.misses import misses_since
from master.roles import OPEN
from schema.classes import classes
from schema.context import Context

Filters = Iterable[tuple[str, Hashable]]


def look_ups(relation: Relation, asked_by: str, filters: Filters, viewer: Viewer) -> list[tuple[str, LookUp]]:
    """Of a root list's filters, or the one that a key means, those by values that the viewer sees masked, by
    name; asked_by: the input type that names them."""
    found: list[tuple[str, LookUp]] = []
    for name, value in filters if viewer.role.masked and relation.key is None else ():
        of = classes().get(f"{asked_by}.{to_camel_case(name)}", OPEN)
        if viewer.masks(of):
            found.append((name, LookUp((of,), (((relation, name, value),),))))
    return found


async def look_up(context: Context, wanted: Iterable[tuple[str, LookUp]], where: str) -> None:
    """Notes and counts what is looked up; where: the argument that holds it. Raises LimitExceeded."""
    for name, each in wanted:
        if not await may_look_up(context, each):
            raise LimitExceeded(
                f"{used_up(context.viewer)}: try again tomorrow.",
                context.viewer.role.misses_a_day,
                [where, to_camel_case(name)],
            )


async def may_look_up(context: Context, wanted: LookUp) -> bool:
    """Whether the viewer may look this up; if so it is noted and, once an operation, counted.

    It counts before anybody knows whether it finds somebody, so that many at once do not pass the limit;
    app/noting.py takes it back. Where it is known to find somebody it does not count, and still is refused
    when none are left: else that alone would tell it.
    """
    viewer, misses, clock = context.viewer, context.misses, context.master.clock
    since = clock.start_of(clock.day_of(context.now))
    if not misses.knows(viewer.token_id, since):
        noted = await context.look(lambda connection: misses_since(connection, viewer, since))
        misses.learn(viewer.token_id, since, noted)
    if wanted in context.shown.looked_up:
        return True
    may = misses.are_left if wanted.found else misses.counted
    if not may(viewer.token_id, viewer.role.misses_a_day):
        return False
    context.shown.looked_up[wanted] = None
    return True


def used_up(viewer: Viewer) -> str:
    return f"You have looked up numbers that nobody has {viewer.role.misses_a_day} times today"
