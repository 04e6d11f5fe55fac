"""Words into a question: what may be meant by each typed part, and what each fit is worth; pure."""

from dataclasses import dataclass

from indexing import tokens as terms
from indexing.boosts import MOST_TYPO_TOKENS, WHOLE_NUMBER
from indexing.fragments import has_company, is_left_out
from indexing.names_asked import name_tiers
from indexing.notices import Notice, notices
from indexing.numbers_asked import number_tiers
from indexing.permitted import EVERYTHING, Permitted
from indexing.questions import Leaf, Question, Term, Tier, Unit
from indexing.words import Kind, Token, Words, variants


@dataclass(frozen=True, slots=True)
class Asked:
    """The ways to understand the words; each variant's tokens fit its units."""

    variants: tuple[tuple[Token, ...], ...]
    units: tuple[tuple[Unit, ...], ...]
    notices: tuple[Notice, ...]


def asked(words: Words, permitted: Permitted = EVERYTHING) -> Asked:
    """The units of every way to understand the words, and the notices they call for; a way with a part that
    may not be looked for at all falls out."""
    told = notices(words, permitted)
    ways: dict[tuple[Unit, ...], tuple[Token, ...]] = {}
    for way in variants(words.tokens):
        kept = tuple(token for token in way if not is_left_out(token, way))
        units = tuple(_unit(token, kept, permitted) for token in kept)
        if kept and all(unit.tiers for unit in units):
            ways.setdefault(units, kept)
    return Asked(tuple(ways.values()), tuple(ways), told)


def question(words: Words, must: tuple[Leaf, ...] = (), none: tuple[Leaf, ...] = ()) -> Question:
    return Question(asked(words).units, must, none)


def _unit(token: Token, way: tuple[Token, ...], permitted: Permitted) -> Unit:
    if token.is_number:
        tiers = number_tiers(token, has_company=has_company(token, way))
    elif token.kind is Kind.EMAIL:
        tiers = [(WHOLE_NUMBER, Term("whole", terms.whole_term(terms.EMAIL, token.text)))]
    else:
        tiers = name_tiers(token, typos=len(way) <= MOST_TYPO_TOKENS)
    return _ranked([each for each in tiers if permitted.allows(each[1])], token.joined)


def _ranked(scored: list[tuple[int, Leaf]], times: int) -> Unit:
    """Tiers from best to least; what several parts were joined for counts as often as they would apart."""
    by_score: dict[int, list[Leaf]] = {}
    for score, leaf in scored:
        by_score.setdefault(score * times, []).append(leaf)
    return Unit(tuple(Tier(score, tuple(by_score[score])) for score in sorted(by_score, reverse=True)))
