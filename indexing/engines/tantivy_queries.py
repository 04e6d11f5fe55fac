"""A question in tantivy's queries: constant scores only, whatever else is indexed."""

from collections.abc import Sequence

import tantivy
from tantivy import FieldType, Occur, Query

from indexing.documents.terms import storable
from indexing.questions import (
    AllOf,
    AnyTerm,
    Between,
    Fuzzy,
    Leaf,
    Phrase,
    Prefix,
    Question,
    Term,
    Tier,
    Unit,
)

FEW_TERMS = 40  # looked up one by one they are found three times as soon as by a set


class QueryMaker:
    """Makes the queries of one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def whole(self, question: Question) -> Query:
        """Everything that fits, scored."""
        return self._within(question, self._scored(question))

    def tier(self, question: Question, unit: Unit, rank: int, below: int | None) -> Query:
        """Those whose best tier of the only unit is this one, and whose sort key is below the given one."""
        better = [self._any(tier.any) for tier in unit.tiers[:rank]]
        clauses = [(Occur.Must, self._any(unit.tiers[rank].any))]
        clauses += [(Occur.MustNot, query) for query in better]
        return self._within(question, Query.boolean_query(clauses), below)

    def listed(self, question: Question, below: int | None) -> Query:
        """Everything within the conditions whose sort key is below the given one."""
        return self._within(question, Query.all_query(), below)

    def ids(self, ids: Sequence[int]) -> Query:
        return Query.term_set_query(self._schema, "key", list(ids))

    def key_from(self, low: int) -> Query:
        return self._leaf(Between("key", low, None))

    def _within(self, question: Question, query: Query, below: int | None = None) -> Query:
        clauses = [(Occur.Must, Query.const_score_query(self._leaf(leaf), 0.0)) for leaf in question.must]
        clauses += [(Occur.MustNot, self._leaf(leaf)) for leaf in question.none]
        if below is not None:
            bound = Between("sort_key", None, below - 1) if below > 0 else None
            keys = self._leaf(bound) if bound else Query.empty_query()
            clauses.append((Occur.Must, Query.const_score_query(keys, 0.0)))
        return Query.boolean_query([(Occur.Must, query), *clauses]) if clauses else query

    def _scored(self, question: Question) -> Query:
        ways = [self._way(units) for units in question.alternatives]
        return ways[0] if len(ways) == 1 else Query.disjunction_max_query(ways)

    def _way(self, units: tuple[Unit, ...]) -> Query:
        if len(units) == 1:
            return self._unit(units[0])
        return Query.boolean_query([(Occur.Must, self._unit(unit)) for unit in units])

    def _unit(self, unit: Unit) -> Query:
        scored = [self._tier(tier) for tier in unit.tiers]
        return scored[0] if len(scored) == 1 else Query.disjunction_max_query(scored)

    def _tier(self, tier: Tier) -> Query:
        return Query.const_score_query(self._any(tier.any), float(tier.score))

    def _any(self, leaves: Sequence[Leaf]) -> Query:
        if len(leaves) == 1:
            return self._leaf(leaves[0])
        return Query.boolean_query([(Occur.Should, self._leaf(leaf)) for leaf in leaves])

    def _leaf(self, leaf: Leaf) -> Query:  # noqa: PLR0911  one line a kind
        match leaf:
            case Term(field, text):
                return Query.term_query(self._schema, field, storable(text), "basic")
            case AnyTerm(field, texts):
                return self._any_term(field, texts)
            case Prefix(field, text):
                # Terms that begin like this without an edit: all of them, which a phrase with a begun word is
                # not (50 a segment), and sooner than by a regular expression.
                return Query.fuzzy_term_query(self._schema, field, storable(text), 0, True, True)
            case Fuzzy(field, text):
                return Query.fuzzy_term_query(self._schema, field, storable(text), 1, True)
            case Phrase(field, texts):
                return Query.phrase_query(self._schema, field, [storable(text) for text in texts])
            case Between(field, low, high):
                return Query.range_query(self._schema, field, _TYPES[field], low, high)
            case AllOf(parts):
                return Query.boolean_query([(Occur.Must, self._leaf(part)) for part in parts])

    def _any_term(self, field: str, texts: tuple[str, ...]) -> Query:
        if not texts:
            return Query.empty_query()
        if len(texts) == 1:  # a set is gathered as a whole first: 17,000 customers of one branch for ten hits
            return Query.term_query(self._schema, field, storable(texts[0]), "basic")
        if len(texts) <= FEW_TERMS:
            return self._any([Term(field, text) for text in texts])
        return Query.term_set_query(self._schema, field, [storable(text) for text in texts])


_TYPES = {
    "key": FieldType.Unsigned,
    "sort_key": FieldType.Unsigned,
    "revision": FieldType.Unsigned,
    "born": FieldType.Integer,
    "updated": FieldType.Integer,
}
