"""Why two are alike, or are not."""

from schema.described import described


@described
class MatchReason:
    """How one compared field speaks for or against: weight in bits, positive for."""

    field: str
    """What was compared."""
    level: str
    """How well it agrees."""
    weight: float
    """In bits; positive speaks for."""
