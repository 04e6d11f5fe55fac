"""Look-ups that find nobody, counted: at once when they are asked, taken back when they found somebody."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class _Caller:
    """used: look-ups of the day that began then, without those that have found somebody."""

    day: datetime
    used: int


@dataclass
class Misses:
    """How many look-ups of each caller of this process found nobody today, or are not known to have found
    somebody. Other processes' are known from before the caller's first of the day only.

    As many callers are kept as the hub has tokens.
    """

    _callers: dict[str, _Caller] = field(default_factory=dict)

    def knows(self, caller: str, day: datetime) -> bool:
        """Whether this day of the caller, or a later one, is being counted."""
        return caller in self._callers and self._callers[caller].day >= day

    def learn(self, caller: str, day: datetime, noted: int) -> None:
        """The day begins with those that the audit has."""
        if not self.knows(caller, day):
            self._callers[caller] = _Caller(day, noted)

    def are_left(self, caller: str, most: int) -> bool:
        """False when there have been `most` of them."""
        return self._callers[caller].used < most

    def counted(self, caller: str, most: int) -> bool:
        """Counts another one, if any are left."""
        if not self.are_left(caller, most):
            return False
        self._callers[caller].used += 1
        return True

    def taken_back(self, caller: str, day: datetime) -> None:
        """One that was counted on this day has found somebody."""
        its = self._callers.get(caller)
        if its is not None and its.day == day:
            its.used = max(0, its.used - 1)
