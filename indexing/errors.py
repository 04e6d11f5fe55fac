"""What can go wrong between the hub and its search engine."""


class SearchUnavailable(Exception):
    """The index can not answer now; the rest of the hub still can."""


class SearchTooSlow(SearchUnavailable):
    """A search was not done within its seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The search took longer than {seconds:g} seconds.")
        self.seconds = seconds


class SearchBusy(SearchUnavailable):
    """Searches that took too long still run: no other is begun."""


class DocumentRefused(Exception):
    """One document can not be indexed; the message names the customer's id and nothing personal."""
