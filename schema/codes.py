"""The closed lists of values, as the API tells them."""

from enum import StrEnum

import strawberry

from master.tables.codes import (
    BatchOrigin,
    ContactChannel,
    ContactDirection,
    ContactPointKind,
    CustomerKind,
    CustomerStatus,
    DocumentType,
    Gender,
    IncomingOutcome,
    LeadStage,
    Occasion,
    PolicyRole,
    PolicyStatus,
    RelationKind,
    ReviewAnswer,
    ReviewStatus,
    SuggestionStatus,
    TagSource,
    TakenBack,
)

__all__ = [
    "BatchOrigin",
    "ContactChannel",
    "ContactDirection",
    "ContactPointKind",
    "CustomerKind",
    "CustomerOrderField",
    "CustomerStatus",
    "DocumentType",
    "Gender",
    "IncomingOutcome",
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
    "TakenBack",
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
    BatchOrigin: "How a batch came: a file that was imported, or records that were submitted over the API.",
    IncomingOutcome: (
        "What became of a record when it came. ADDED, LINKED: taken for a customer who was there; REVIEW:"
        " added, and stewards asked whether it is somebody who was there; CHANGED, UNCHANGED; STALE: older"
        " than what its source had said; REFUSED."
    ),
    TakenBack: (
        "What became of taking a record back. TAKEN_BACK: it is as if it had not come; PARTLY: but for values"
        " that were changed since; NOTHING: it had changed nothing. Left: SAID_SINCE, its source has spoken"
        " of it since; CHANGED_SINCE, somebody has changed what it added; HAS_MORE, something that"
        " came otherwise hangs on that; MOVED, its customer was merged, or it was split off."
    ),
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
