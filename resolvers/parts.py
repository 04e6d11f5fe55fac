"""Searching by parts of masked values: who may, and how often a day."""

from indexing.permitted import By, Permitted
from indexing.queries import Notice, parts
from indexing.words import read_words
from master.reads.access_log import searches_by_parts
from master.roles import CONTACT, DOCUMENT, NAME, POLICY
from schema.context import Context
from schema.permitted import permitted


async def permitted_now(context: Context, words: str) -> tuple[Permitted, list[Notice]]:
    """What this search may look for, and what to tell of it; a search by parts is noted and counted."""
    viewer, allowed = context.viewer, permitted(context.viewer)
    looked_for, text = _looked_for(context, allowed, words)
    if not looked_for or context.typing.goes_on(viewer.token_id, text):
        return allowed, []
    since = context.master.clock.start_of(context.master.clock.day_of(context.now))
    used = await context.look(lambda connection: searches_by_parts(connection, viewer, since))
    if used < viewer.role.fragments_a_day:
        context.shown.parts_of = looked_for
        return allowed, []
    message = (
        f"You have searched by parts of masked values {viewer.role.fragments_a_day} times today: "
        "until tomorrow only whole ones are found."
    )
    return permitted(viewer, by_parts=False), [Notice("PARTS_USED_UP", message)]


def _looked_for(context: Context, allowed: Permitted, words: str) -> tuple[tuple[str, ...], str]:
    """The classes of masked values by parts of which is searched, and the parts."""
    numbers, names = parts(read_words(words))
    by = {
        NAME: allowed.names if names else By.NOTHING,
        DOCUMENT: allowed.documents if numbers else By.NOTHING,
        CONTACT: allowed.contacts if numbers else By.NOTHING,
        POLICY: allowed.policies if numbers else By.NOTHING,
    }
    masked = tuple(name for name, how in by.items() if how is By.PARTS and context.viewer.masks(name))
    return masked, " ".join((*names, *numbers))
