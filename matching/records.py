"""What matching is told of a person or an organisation."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """One record as its source has it; what is not known is empty.

    birth: YYYYMMDD, an impossible date too: it still tells a typo from another person; the
    former ones are of whoever was merged into it. documents: pairs of
    type (a DocumentType) and number. contact points in any format, the preferred ones first.
    """

    id: Hashable
    name: str
    kind: str = "PERSON"
    former_names: tuple[str, ...] = ()
    former_births: tuple[str, ...] = ()
    gender: str = ""
    birth: str = ""
    documents: tuple[tuple[str, str], ...] = ()
    mobiles: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
