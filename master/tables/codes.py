"""The closed lists of values that columns hold, with the meanings API users read."""

from enum import StrEnum


class CustomerKind(StrEnum):
    PERSON = "PERSON"
    ORGANIZATION = "ORGANIZATION"


class Gender(StrEnum):
    MALE = "MALE"
    FEMALE = "FEMALE"
    UNSPECIFIED = "UNSPECIFIED"


class CustomerStatus(StrEnum):
    """Potential, existing and lost clients, derived from their policies unless set by hand."""

    PROSPECT = "PROSPECT"
    ACTIVE = "ACTIVE"
    LOST = "LOST"
    DECEASED = "DECEASED"
    DISSOLVED = "DISSOLVED"


class DocumentType(StrEnum):
    RESIDENT_ID = "RESIDENT_ID"
    PASSPORT = "PASSPORT"
    HOUSEHOLD_REGISTER = "HOUSEHOLD_REGISTER"
    MILITARY_ID = "MILITARY_ID"
    HK_MACAO_PERMIT = "HK_MACAO_PERMIT"
    TAIWAN_PERMIT = "TAIWAN_PERMIT"
    FOREIGN_RESIDENT_PERMIT = "FOREIGN_RESIDENT_PERMIT"
    BIRTH_CERTIFICATE = "BIRTH_CERTIFICATE"
    DRIVING_LICENCE = "DRIVING_LICENCE"
    UNIFIED_SOCIAL_CREDIT_CODE = "UNIFIED_SOCIAL_CREDIT_CODE"
    OTHER = "OTHER"


class ContactPointKind(StrEnum):
    MOBILE = "MOBILE"
    LANDLINE = "LANDLINE"
    EMAIL = "EMAIL"
    WECHAT = "WECHAT"
    ADDRESS = "ADDRESS"


class ContactChannel(StrEnum):
    CALL = "CALL"
    VISIT = "VISIT"
    WECHAT = "WECHAT"
    SMS = "SMS"
    EMAIL = "EMAIL"
    BRANCH = "BRANCH"
    WEB = "WEB"
    OTHER = "OTHER"


class ContactDirection(StrEnum):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class PolicyStatus(StrEnum):
    PROPOSED = "PROPOSED"
    IN_FORCE = "IN_FORCE"
    SUSPENDED = "SUSPENDED"
    LAPSED = "LAPSED"
    SURRENDERED = "SURRENDERED"
    MATURED = "MATURED"
    EXPIRED = "EXPIRED"
    CLAIMED = "CLAIMED"
    CANCELLED = "CANCELLED"
    DECLINED = "DECLINED"
    OTHER = "OTHER"


class PolicyRole(StrEnum):
    APPLICANT = "APPLICANT"
    INSURED = "INSURED"
    BENEFICIARY = "BENEFICIARY"
    PAYER = "PAYER"
    OTHER = "OTHER"


class RelationKind(StrEnum):
    """What the other one is to this customer. Each kind has its inverse, told on the other one's side."""

    SPOUSE = "SPOUSE"
    PARENT = "PARENT"
    CHILD = "CHILD"
    SIBLING = "SIBLING"
    GUARDIAN = "GUARDIAN"
    WARD = "WARD"
    EMPLOYER = "EMPLOYER"
    EMPLOYEE = "EMPLOYEE"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    REPRESENTED_ORGANIZATION = "REPRESENTED_ORGANIZATION"
    CONTACT_PERSON = "CONTACT_PERSON"
    CONTACT_PERSON_OF = "CONTACT_PERSON_OF"
    REFERRER = "REFERRER"
    REFERRED = "REFERRED"
    OTHER = "OTHER"


INVERSE = {
    RelationKind.SPOUSE: RelationKind.SPOUSE,
    RelationKind.PARENT: RelationKind.CHILD,
    RelationKind.CHILD: RelationKind.PARENT,
    RelationKind.SIBLING: RelationKind.SIBLING,
    RelationKind.GUARDIAN: RelationKind.WARD,
    RelationKind.WARD: RelationKind.GUARDIAN,
    RelationKind.EMPLOYER: RelationKind.EMPLOYEE,
    RelationKind.EMPLOYEE: RelationKind.EMPLOYER,
    RelationKind.LEGAL_REPRESENTATIVE: RelationKind.REPRESENTED_ORGANIZATION,
    RelationKind.REPRESENTED_ORGANIZATION: RelationKind.LEGAL_REPRESENTATIVE,
    RelationKind.CONTACT_PERSON: RelationKind.CONTACT_PERSON_OF,
    RelationKind.CONTACT_PERSON_OF: RelationKind.CONTACT_PERSON,
    RelationKind.REFERRER: RelationKind.REFERRED,
    RelationKind.REFERRED: RelationKind.REFERRER,
    RelationKind.OTHER: RelationKind.OTHER,
}


class TagSource(StrEnum):
    MANUAL = "MANUAL"
    RULE = "RULE"
    MODEL = "MODEL"
    IMPORT = "IMPORT"


class LeadStage(StrEnum):
    NEW = "NEW"
    ASSIGNED = "ASSIGNED"
    CONTACTED = "CONTACTED"
    QUOTED = "QUOTED"
    WON = "WON"
    LOST = "LOST"


OPEN_STAGES = (LeadStage.NEW, LeadStage.ASSIGNED, LeadStage.CONTACTED, LeadStage.QUOTED)


class BatchOrigin(StrEnum):
    """How a batch came."""

    FILE = "FILE"
    API = "API"


class IncomingOutcome(StrEnum):
    """What became of a record of a batch when it came: the outcomes of master/writes/sourced/rows.py."""

    ADDED = "ADDED"
    LINKED = "LINKED"
    REVIEW = "REVIEW"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    STALE = "STALE"
    REFUSED = "REFUSED"


class TakenBack(StrEnum):
    """What became of taking a record of a batch back; from SAID_SINCE on it was left."""

    TAKEN_BACK = "TAKEN_BACK"
    PARTLY = "PARTLY"
    NOTHING = "NOTHING"
    SAID_SINCE = "SAID_SINCE"
    CHANGED_SINCE = "CHANGED_SINCE"
    HAS_MORE = "HAS_MORE"
    MOVED = "MOVED"


# Why a record was left, and what to do.
LEFT_BECAUSE = {
    TakenBack.SAID_SINCE: "Its source has spoken of it since: take the later batch back first.",
    TakenBack.CHANGED_SINCE: "Somebody has changed since what it added: decide by hand what is right.",
    TakenBack.HAS_MORE: "Something that came later hangs on what it added: take that back first.",
    TakenBack.MOVED: "Its customer was merged since, or it was split off: undo that first.",
}


class ReviewStatus(StrEnum):
    """WITHDRAWN: the rules do not propose the pair any more, or one of the two is gone."""

    OPEN = "OPEN"
    DECIDED = "DECIDED"
    WITHDRAWN = "WITHDRAWN"


class ReviewAnswer(StrEnum):
    """What a steward says of a pair."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    UNSURE = "UNSURE"


class SuggestionStatus(StrEnum):
    """WITHDRAWN: nothing speaks for the pair any more, or one of the two is gone."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class OtherNameKind(StrEnum):
    FORMER = "FORMER"
    ALIAS = "ALIAS"
    LATIN = "LATIN"
    SHORT = "SHORT"


class BranchReason(StrEnum):
    """Why a customer belongs to a branch."""

    HOME = "HOME"
    POLICY = "POLICY"
    LEAD = "LEAD"
    SOURCE = "SOURCE"


class Occasion(StrEnum):
    """On what occasion somebody saw a customer."""

    READ = "READ"
    SEARCH = "SEARCH"
    EXPORT = "EXPORT"
    REVEAL = "REVEAL"
