"""Personal numbers as the index holds them: every fragment a keyed hash, at index and at query time alike."""

from binascii import b2a_base64
from collections.abc import Iterable
from hashlib import blake2b

from indexing.documents.customers import GRAM_FIELDS, WHOLE_FIELD
from indexing.questions import (
    AllOf,
    AnyTerm,
    Leaf,
    Phrase,
    Question,
    Term,
    Tier,
    Unit,
)
from master.keys import Keys

PURPOSE = "index fragments"
HASH_BYTES = 8  # 64 bits: no accidental equals among millions of numbers
KNOWN_FRAGMENTS = 100_000  # of a field, kept: digits alone make 1,300, with letters they are 50,000


class _Hashes(dict[str, str]):
    """The hashes of one field's terms by term, made when they are first asked for."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        # BLAKE2b's own keyed form (RFC 7693), 1.0 µs a term: HMAC-SHA-256 takes 4.6. Measured 2026-11.
        self._keyed = blake2b(key=key, digest_size=HASH_BYTES)

    def __missing__(self, term: str) -> str:
        if len(self) >= KNOWN_FRAGMENTS:
            self.clear()
        made = self[term] = self.made(term)
        return made

    def made(self, term: str) -> str:
        """Eleven letters and digits, never with a blank."""
        hashing = self._keyed.copy()
        hashing.update(term.encode("utf-8", "surrogatepass"))
        return b2a_base64(hashing.digest())[:11].decode("ascii")


class KeyedTerms:
    """Hashes the terms of the fields that hold personal numbers, each field with a key of its own.

    fingerprint: tells an index of other keys, and nothing of the keys. mark_key: for content_mark().
    """

    def __init__(self, keys: Keys) -> None:
        purpose = f"{PURPOSE} {keys.index_turn}" if keys.index_turn else PURPOSE
        fields = (*GRAM_FIELDS, WHOLE_FIELD)
        self._hashes = {field: _Hashes(keys.derive(f"{purpose}: {field}")) for field in fields}
        self.mark_key = keys.derive(f"{purpose}: content")
        self.fingerprint = keys.derive(f"{purpose}: fingerprint")[:HASH_BYTES].hex()

    def text(self, field: str, terms: Iterable[str]) -> str:
        """The hashes of these terms, in their order, joined by blanks."""
        return " ".join(self._hashed(field, terms))

    def asked(self, question: Question) -> Question:
        """The question as the index can answer it."""
        ways = tuple([tuple([self._unit(unit) for unit in units]) for units in question.alternatives])
        return Question(ways, tuple(map(self._leaf, question.must)), tuple(map(self._leaf, question.none)))

    def _unit(self, unit: Unit) -> Unit:
        """The same one where it asks for names only, as most do."""
        if not any(self._is_of_numbers(leaf) for tier in unit.tiers for leaf in tier.any):
            return unit
        return Unit(tuple([Tier(tier.score, tuple(map(self._leaf, tier.any))) for tier in unit.tiers]))

    def _is_of_numbers(self, leaf: Leaf) -> bool:
        if isinstance(leaf, AllOf):
            return any(map(self._is_of_numbers, leaf.parts))
        return leaf.field in self._hashes

    def _leaf(self, leaf: Leaf) -> Leaf:
        if isinstance(leaf, AllOf):
            return AllOf(tuple(map(self._leaf, leaf.parts)))
        field = leaf.field
        if field not in self._hashes:
            return leaf
        if isinstance(leaf, Term):
            return Term(field, self._hashed(field, (leaf.text,))[0])
        if isinstance(leaf, Phrase):
            return Phrase(field, self._hashed(field, leaf.texts))
        if isinstance(leaf, AnyTerm):
            return AnyTerm(field, self._hashed(field, leaf.texts))
        raise TypeError(f"{field} holds hashes: only whole terms of it can be asked for")

    def _hashed(self, field: str, texts: Iterable[str]) -> tuple[str, ...]:
        """Fragments are kept, for they are few; whole numbers are not, for each is another one."""
        known = self._hashes[field]
        if field == WHOLE_FIELD:
            return tuple(map(known.made, texts))
        return tuple(map(known.__getitem__, texts))
