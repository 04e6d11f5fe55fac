"""Searching by parts of masked values: who may, and how often a day."""

from indexing.fragments import parts
from indexing.notices import Notice
from indexing.permitted import By, Permitted
from indexing.words import Words, read_words, together
from master.reads.access_log import SEARCHED_BY_PARTS, noted_since
from master.roles import CONTACT, DOCUMENT, NAME, POLICY
from resolvers.wholes import permitted_wholes
from schema.context import Context
from schema.permitted import permitted


async def permitted_now(context: Context, typed: str) -> tuple[Permitted, list[Notice]]:
    """What this search may look for, and what to tell of it; a search by parts of masked values is noted and
    counted, and so is one by whole ones."""
    viewer, allowed, words = context.viewer, permitted(context.viewer), read_words(typed)
    texts = [token.text for token in together(words.tokens)]
    if context.typing.goes_on(viewer.token_id, texts):
        return allowed, []
    looked_for = masked_parts(context, allowed, words)
    if not looked_for:
        # Nor are parts looked for that nobody counts: 15 digits of an ID may be 15 of its 18.
        return await permitted_wholes(context, words, permitted(viewer, by_parts=False))
    day, most = context.master.clock.day_of(context.now), viewer.role.fragments_a_day
    since = context.master.clock.start_of(day)
    noted = await context.look(lambda connection: noted_since(connection, viewer, SEARCHED_BY_PARTS, since))
    if context.typing.started(viewer.token_id, texts, since, noted=noted, most=most):
        context.shown.parts_of.append(looked_for)
        return allowed, []
    message = (
        f"You have searched by parts of masked values {most} times today: "
        "until tomorrow only whole ones are found."
    )
    whole, told = await permitted_wholes(context, words, permitted(viewer, by_parts=False))
    return whole, [Notice("PARTS_USED_UP", message), *told]


def masked_parts(context: Context, allowed: Permitted, words: Words) -> tuple[str, ...]:
    """The classes of masked values by parts of which is searched."""
    numbers, names = parts(words)
    by = {
        NAME: allowed.names if names else By.NOTHING,
        DOCUMENT: allowed.documents if numbers else By.NOTHING,
        CONTACT: allowed.contacts if numbers else By.NOTHING,
        POLICY: allowed.policies if numbers else By.NOTHING,
    }
    return tuple(name for name, how in by.items() if how is By.PARTS and context.viewer.masks(name))
