"""What a role should be told: what everybody clear is told, with its masks laid over by the classes file."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLNamedType, GraphQLObjectType, get_named_type, is_leaf_type

from master.roles import Role
from matching.masks import masked_contact, masked_name, masked_number, masked_text
from matching.numbers import MASK
from schema.classes import classes
from tests.leaks.filling import Filled

MASKS: dict[str, Callable[[str], str]] = {
    "name": masked_name,
    "document": masked_number,
    "contact": lambda value: masked_contact(value, _kind_of(value)),
    "notes": masked_text,
    "policy": masked_number,
}
BY_FIELD = dict.fromkeys(
    ("Policy.sourceStatus", "Lead.title", "SavedSearch.name", "SavedSearch.query", "SavedSearch.filter"),
    masked_text,
)
# The fields whose values provenance tells.
SHOWN = {
    **{"NAME": "Customer.name", "KIND": "Customer.kind", "STATUS": "Customer.status"},
    **{"GENDER": "Customer.gender", "BIRTH_DATE": "Customer.birthDate", "BRANCH": "Customer.branch"},
    "DOCUMENT": "IdentityDocument.number",
    **dict.fromkeys(("MOBILE", "LANDLINE", "EMAIL", "WECHAT", "ADDRESS"), "ContactPoint.value"),
}
# What is another one for each caller, or each moment; others: readings, as far as the role may look for them.
THEIR_OWN = ("cursor", "startCursor", "endCursor", "indexAgeSeconds", "others")
AS_FAR_AS_SEEN = (
    "odds",
    "verdict",
    "priority",
    "reasons",
    "guards",
)  # of a candidate, or a pair: what is not seen is not compared
NULL_WHERE_NOT_SEEN = ("probability",)  # of a pair that may be relatives
LONGEST_CURSOR = 4000


def _kind_of(value: str) -> str:
    """As filling.py has them."""
    if "@" in value:
        return "EMAIL"
    return "WECHAT" if value.startswith("wx_") else "ADDRESS" if value.startswith("上海") else "MOBILE"


def mask_of(name: str) -> Callable[[str], str]:
    """How a "Type.field" is masked."""
    return BY_FIELD.get(name) or MASKS[classes()[name]]


@dataclass
class Telling:
    """Makes of what is clear what a role is told; counts the values, and notes of which fields they are."""

    role: Role
    checked: int = 0
    fields: set[str] = field(default_factory=set)

    def told(self, kind: GraphQLNamedType, clear: Any) -> Any:
        """clear: JSON of this type, without names that the role may not ask for."""
        if isinstance(clear, list):
            return [self.told(kind, each) for each in clear]
        if clear is None or not isinstance(kind, GraphQLObjectType):
            return clear
        if kind.name == "Highlight":
            return self._highlight(clear)
        if kind.name == "ProvenanceValue":
            return self._provenance(kind, clear)
        return {name: self._field(kind, name, value) for name, value in clear.items()}

    def _field(self, kind: GraphQLObjectType, name: str, clear: Any) -> Any:
        full, target = f"{kind.name}.{name}", get_named_type(kind.fields[name].type)
        self.fields.add(full)
        if target.name == "ProvenanceValue":
            clear = [each for each in clear if classes()[SHOWN[each["field"]]] not in self.role.refused]
        if not is_leaf_type(target):
            return self.told(target, clear)
        self.checked += clear is not None
        if clear is not None and classes()[full] in self.role.masked:
            masked = mask_of(full)(clear)
            assert masked != clear
            return masked
        return clear

    def _provenance(self, kind: GraphQLObjectType, clear: dict[str, Any]) -> dict[str, Any]:
        """The value is told as the field of which it is one."""
        told = {name: self._field(kind, name, value) for name, value in clear.items()}
        shown = SHOWN[clear["field"]]
        if clear["value"] is not None and classes()[shown] in self.role.masked:
            told["value"] = mask_of(shown)(clear["value"])
            assert told["value"] != clear["value"]
        return told

    def _highlight(self, clear: dict[str, Any]) -> dict[str, Any]:
        """The number of a customer is all that the generated documents look for, and clear to all."""
        assert clear["field"] == "number"
        self.checked += len(clear)
        self.fields |= {f"Highlight.{name}" for name in clear} | {"Span.start", "Span.end"}
        return clear


def comparable(answer: Any) -> Any:
    """The answer, of what is each caller's own only whether it is null."""
    if isinstance(answer, list):
        return [comparable(each) for each in answer]
    if not isinstance(answer, dict):
        return answer
    own = (*THEIR_OWN, *AS_FAR_AS_SEEN)
    told = {name: value for name, value in answer.items() if name not in NULL_WHERE_NOT_SEEN}
    return {name: value is None if name in own else comparable(value) for name, value in told.items()}


def hidden(filled: Filled, role: Role) -> set[str]:
    """All values of the hub that the role sees masked or may not ask for."""
    return {
        value
        for name, of in classes().items()
        if of in role.masked | role.refused
        for value in filled.planted(name)
        if len(value) > len(MASK)
    }


def leaked(text: str, marks: Iterable[str]) -> list[str]:
    """Which of the marks stand in a response, or in what any text in it is the base64 of."""
    whole = text + "".join(_decoded(text))
    return [mark for mark in marks if mark in whole]


def _decoded(text: str) -> Iterator[str]:
    for found in set(re.findall(r'"([A-Za-z0-9_+/=-]{16,})"', text)):
        if len(found) > LONGEST_CURSOR:
            continue
        try:
            opened = base64.b64decode(found + "=" * (-len(found) % 4), altchars=b"-_")
        except (binascii.Error, ValueError):
            continue
        yield opened.decode("utf-8", "replace")
