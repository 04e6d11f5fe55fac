"""What can go wrong between the hub and its search engine."""

from collections.abc import Mapping


class SearchUnavailable(Exception):
    """The index can not answer now; the rest of the hub still can."""


class OtherKeys(SearchUnavailable):
    """The index was made with other keys: no number in it can be found with these."""

    def __init__(self) -> None:
        super().__init__(
            "The search index was made with other keys: let KEHU_KEYS name its key file, or run"
            " `kehu index rebuild`."
        )


class SearchTooSlow(SearchUnavailable):
    """A search was not done within its seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The search took longer than {seconds:g} seconds.")
        self.seconds = seconds


class SearchBusy(SearchUnavailable):
    """Searches that took too long still run: no other is begun."""


class DocumentsRefused(Exception):
    """Some documents can not be indexed; the reasons, by customers' ids, hold nothing personal."""

    def __init__(self, reasons: Mapping[int, str]) -> None:
        super().__init__("; ".join(f"customer {id}: {reason}" for id, reason in reasons.items()))
        self.reasons = dict(reasons)
