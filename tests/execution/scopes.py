"""Which names an answer's object has by now: fields of one name must be one and the same field."""

from dataclasses import dataclass, field
from itertools import count


@dataclass
class Scope:
    """The names of one object in the answer, each with what it is and the names below it.

    within: the object that a fragment is written for, where it stands first; what is written into the
    fragment stands there too.
    """

    within: "Scope | None" = None
    names: dict[str, tuple[str, "Scope"]] = field(default_factory=dict)

    def placed(self, what: str, wish: str) -> tuple[str, "Scope"]:
        """The name that this may have, as near to the wish as it goes, and the names below it."""
        for number in count():
            name = f"{wish}{number or ''}"
            if self._may_hold(name, what):
                return name, self._held(name, what)
        raise AssertionError

    def fits(self, fragment: "Scope") -> bool:
        """Whether the fragment, written for another place, may stand here too."""
        alike = all(
            self._may_hold(name, what) and (name not in self.names or self.names[name][1].fits(below))
            for name, (what, below) in fragment.names.items()
        )
        return alike and (self.within is None or self.within.fits(fragment))

    def take(self, fragment: "Scope") -> None:
        """The fragment stands here."""
        for name, (what, below) in fragment.names.items():
            self._held(name, what).take(below)

    def _may_hold(self, name: str, what: str) -> bool:
        is_free = name not in self.names or self.names[name][0] == what
        return is_free and (self.within is None or self.within._may_hold(name, what))

    def _held(self, name: str, what: str) -> "Scope":
        within = None if self.within is None else self.within._held(name, what)
        return self.names.setdefault(name, (what, Scope(within)))[1]
