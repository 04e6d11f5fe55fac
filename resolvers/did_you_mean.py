"""Where nothing fits: what may have been meant, told only when a search for it finds somebody in sight."""

from indexing.corrections import by_sound, first_of, in_place_of, without_a_part
from indexing.engines.port import SearchEngine
from indexing.fragments import wholes
from indexing.notices import Notice
from indexing.permitted import By
from indexing.search import SearchRequest
from indexing.words import Words, read_words
from loaders.customers import customers_by_id
from master.roles import CONTACT, DOCUMENT, NAME, POLICY
from resolvers.parts import masked_parts
from schema.context import Context


async def did_you_mean(context: Context, engine: SearchEngine, request: SearchRequest) -> list[Notice]:
    """One notice or none.

    Only names that the viewer sees clear are corrected; a number never is, nor is one looked for without the
    name beside it where the viewer sees it masked: nobody would count that.
    """
    if context.viewer.masks(NAME) or request.permitted.names is not By.PARTS:
        return []
    words = read_words(request.words)
    return await _like_name(context, engine, request, words) or await _rest(context, engine, request, words)


async def _like_name(
    context: Context, engine: SearchEngine, request: SearchRequest, words: Words
) -> list[Notice]:
    for correction in by_sound(words):
        found = await first_of(engine, correction.queries, request)
        row = None if found is None else await context.loaders.load(customers_by_id, found)
        if row is not None:
            message = "Nothing fits; somebody with a name that sounds nearly so does."
            query = in_place_of(words, correction.part, row.name)
            return [Notice("DID_YOU_MEAN", message, correction.part, query)]
    return []


async def _rest(context: Context, engine: SearchEngine, request: SearchRequest, words: Words) -> list[Notice]:
    for correction in without_a_part(words):
        rest = read_words(correction.queries[0])
        if _looks_for_masked(context, request, rest):
            continue
        if await first_of(engine, correction.queries, request) is not None:
            message = "Nothing fits all of this; without this part something does."
            return [Notice("DID_YOU_MEAN", message, correction.part, correction.queries[0])]
    return []


def _looks_for_masked(context: Context, request: SearchRequest, rest: Words) -> bool:
    by_wholes = any(context.viewer.masks(of) for of in (DOCUMENT, CONTACT, POLICY)) and bool(wholes(rest))
    return by_wholes or bool(masked_parts(context, request.permitted, rest))
