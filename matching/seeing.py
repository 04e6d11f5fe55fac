"""What may be compared of records and customers for whoever brings the records."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from matching.block import MADE_OF
from matching.normalized import NormalRecord, normalized
from matching.records import CustomerRecord


@dataclass(frozen=True)
class Seeing:
    """hidden: fields that are left out; true: but for whole values that both have."""

    hidden: Mapping[str, bool] = field(default_factory=dict)

    def normalized(self, record: CustomerRecord) -> NormalRecord:
        """What is compared of it; nothing is read out of documents that are hidden."""
        return normalized(record, reads_documents="document" not in self.hidden)

    def looks_for(self, kind: str) -> bool:
        """Whether somebody may be found by this kind of key (matching/block.py)."""
        return all(self._is_told(field, kind) for field in MADE_OF[kind])

    def _is_told(self, field: str, kind: str) -> bool:
        return field not in self.hidden or (kind == field and self.hidden[field])


EVERYTHING = Seeing()  # for who runs the hub
