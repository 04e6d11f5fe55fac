"""Searching by whole values that the viewer sees masked: noted, and limited where nobody has them."""

from dataclasses import replace

from indexing.fragments import wholes
from indexing.notices import Notice
from indexing.permitted import By, Permitted
from indexing.words import Words, together
from loaders.look_ups import LookUp, customers_by_number
from master.roles import CONTACT, DOCUMENT, POLICY
from schema.context import Context
from schema.look_ups import may_look_up, used_up


async def permitted_wholes(
    context: Context, words: Words, allowed: Permitted
) -> tuple[Permitted, list[Notice]]:
    """What a search that no limit of searches by parts counts may look for, and what to tell of it."""
    viewer = context.viewer
    by = {"documents": DOCUMENT, "contacts": CONTACT, "policies": POLICY}
    masked = {
        kind: of for kind, of in by.items() if viewer.masks(of) and getattr(allowed, kind) is not By.NOTHING
    }
    ways = wholes(words) if masked else ()
    if not ways:
        return allowed, []
    asked = tuple(tuple((customers_by_number, "number", text) for text in way) for way in ways)
    look_up, caller = LookUp(tuple(masked.values()), asked), f"{viewer.token_id} by wholes"
    texts = [token.text for token in together(words.tokens)]
    if context.typing.goes_on(caller, texts):
        context.shown.looked_up[replace(look_up, typed_on=True)] = None
        return allowed, []
    if await may_look_up(context, look_up):
        context.typing.started(caller, texts, context.now, noted=0, most=1)
        return allowed, []
    message = f"{used_up(viewer)}: until tomorrow no whole numbers that you see masked are found."
    return replace(allowed, **dict.fromkeys(masked, By.NOTHING)), [Notice("MISSES_USED_UP", message)]
