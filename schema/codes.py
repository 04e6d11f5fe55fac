"""The closed lists of values, as the API tells them."""

from enum import StrEnum

import strawberry

from master.tables.codes import (
    ContactChannel,
    ContactDirection,
    ContactPointKind,
    CustomerKind,
    CustomerStatus,
    DocumentType,
    Gender,
    LeadStage,
    Occasion,
    PolicyRole,
    PolicyStatus,
    RelationKind,
    ReviewAnswer,
    ReviewStatus,
    SuggestionStatus,
    TagSource,
)

__all__ = [
    "ContactChannel",
    "ContactDirection",
    "ContactPointKind",
    "CustomerKind",
    "CustomerOrderField",
    "CustomerStatus",
    "DocumentType",
    "Gender",
    "LeadStage",
    "Occasion",
    "OrderDirection",
    "PolicyRole",
    "PolicyStatus",
    "RelationKind",
    "ReviewAnswer",
    "ReviewStatus",
    "SuggestionStatus",
    "TagSource",
]

_MEANINGS = {
    CustomerKind: "A person, or an organisation.",
    Gender: "As documents state it.",
    CustomerStatus: ("Potential, existing and lost clients, derived from their policies unless set by hand."),
    DocumentType: "Kinds of identity documents of persons and organisations.",
    ContactPointKind: "Ways to reach a customer.",
    ContactChannel: "How a contact took place.",
    ContactDirection: "Who began: INBOUND, the customer; OUTBOUND, the insurer.",
    PolicyStatus: "Where a policy stands; `sourceStatus` has the source system's own code.",
    PolicyRole: "What somebody is on a policy.",
    RelationKind: "What the other one is to this customer; its inverse is told on the other one's side.",
    TagSource: "Who gave a tag: a person, a rule, a model, or a source system.",
    ReviewStatus: (
        "Where a review task stands; WITHDRAWN: the rules do not propose the pair any more, or one of the two"
        " is another one now."
    ),
    ReviewAnswer: (
        "What a steward says of a pair. SAME: they are merged; DIFFERENT: not proposed again until one of"
        " them changes; UNSURE: nobody can tell."
    ),
    SuggestionStatus: (
        "Where a suggestion stands; WITHDRAWN: nothing speaks for the pair any more, or one of the two is"
        " another one now."
    ),
    LeadStage: "How far a chance to sell has come.",
    Occasion: "On what occasion somebody saw a customer.",
}

for _code, _meaning in _MEANINGS.items():
    strawberry.enum(_code, description=_meaning)


@strawberry.enum(description="Ascending or descending.")
class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.enum(description="What customers can be ordered by; NAME goes by pinyin.")
class CustomerOrderField(StrEnum):
    NUMBER = "NUMBER"
    NAME = "NAME"
    UPDATED_AT = "UPDATED_AT"
