"""Source systems and what they said."""

from datetime import datetime

from schema.described import described, described_input


@described
class SourceRecord:
    """A record of a source system that makes up the customer."""

    source: str
    """The source system's code."""
    key: str
    """The source system's own key."""
    received_at: datetime
    """When the hub last received it."""


@described_input
class SourceKey:
    """A source system's own key for something."""

    source: str
    """The source system's code."""
    key: str
    """The key there."""
