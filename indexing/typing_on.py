"""Whether a search is the one before, typed on: a number that grows under the fingers counts once."""

import time
from dataclasses import dataclass, field

TYPED_ON_SECONDS = 60.0  # so long after the last keystroke a longer or shorter text is still the same search


@dataclass
class Typing:
    """What each caller of this process typed last."""

    _last: dict[str, tuple[str, float]] = field(default_factory=dict)

    def goes_on(self, caller: str, text: str) -> bool:
        """Whether this is what the caller typed before, with characters more or less at its end."""
        now = time.monotonic()
        before, at = self._last.get(caller, ("", 0.0))
        self._last[caller] = text, now
        is_same = bool(before) and (text.startswith(before) or before.startswith(text))
        return is_same and now - at < TYPED_ON_SECONDS
