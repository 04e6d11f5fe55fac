"""What can go wrong between the hub and its search engine."""


class SearchUnavailable(Exception):
    """The index can not answer now; the rest of the hub still can."""


class DocumentRefused(Exception):
    """One document can not be indexed; the message names the customer's id and nothing personal."""
