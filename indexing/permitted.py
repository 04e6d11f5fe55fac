"""How far each kind of value may be looked for: by any part, as a whole only, or not at all; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from indexing import tokens as terms
from indexing.questions import AllOf, Leaf, Term


class By(Enum):
    PARTS = "parts"
    WHOLE = "whole"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Permitted:
    """Of names, document numbers, phones and mail addresses, policy numbers and birth dates."""

    names: By = By.PARTS
    documents: By = By.PARTS
    contacts: By = By.PARTS
    policies: By = By.PARTS
    births: By = By.PARTS

    def of_field(self, field: str) -> By:
        """field: as highlights name it."""
        return {
            "name": self.names,
            "documents.number": self.documents,
            "contactPoints.value": self.contacts,
            "policies.number": self.policies,
            "birthDate": self.births,
        }.get(field, By.PARTS)

    def allows(self, leaf: Leaf) -> bool:
        """Whether the index may be asked for this."""
        if isinstance(leaf, AllOf):
            return all(self.allows(part) for part in leaf.parts)
        if leaf.field == "whole":
            # Numbers near to a mistyped one come as several: they are guesses, and no whole number.
            wanted = (By.PARTS, By.WHOLE) if isinstance(leaf, Term) else (By.PARTS,)
            return self._of_whole(leaf) in wanted
        by = _BY_FIELD[leaf.field](self)
        # Initials are parts of a name, even those of all its characters.
        is_whole = isinstance(leaf, Term) and leaf.field != "pi" and leaf.text.startswith(terms.WHOLE)
        return by is By.PARTS or (by is By.WHOLE and is_whole)

    def _of_whole(self, leaf: Leaf) -> By:
        text = leaf.text if isinstance(leaf, Term) else leaf.texts[0]  # type: ignore[union-attr]  # AnyTerm
        return _BY_MARK[text[:2]](self)


_BY_FIELD: dict[str, Callable[[Permitted], By]] = {
    **dict.fromkeys(("hs", "py", "pi", "lt"), lambda permitted: permitted.names),
    "kind": lambda permitted: By.PARTS,
    "ph": lambda permitted: permitted.contacts,
    "id": lambda permitted: permitted.documents,
    "po": lambda permitted: permitted.policies,
}
_BY_MARK: dict[str, Callable[[Permitted], By]] = {
    terms.CUSTOMER: lambda permitted: By.PARTS,
    terms.PHONE: lambda permitted: permitted.contacts,
    terms.EMAIL: lambda permitted: permitted.contacts,
    terms.DOCUMENT: lambda permitted: permitted.documents,
    terms.POLICY: lambda permitted: permitted.policies,
    terms.BIRTH: lambda permitted: permitted.births,
}

EVERYTHING = Permitted()
