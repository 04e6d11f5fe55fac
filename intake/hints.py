"""What to do about findings that were kept by their codes."""

from intake.findings import NOTICES, REFUSALS, WARNINGS

_HINTS = {
    **{code: hint for code, (_, hint) in (*REFUSALS.items(), *WARNINGS.items())},
    **{outcome.upper(): hint for outcome, (_, hint) in NOTICES.items()},
}


def hint_of(code: str) -> str:
    """Empty for a code of an earlier version."""
    return _HINTS.get(code, "")
