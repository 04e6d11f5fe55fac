"""How much one caller may ask for."""

from dataclasses import dataclass

from app.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The limits of the caller's role, and what its permissions and the hub's settings allow.

    refused: fields ("Type.field") that must not be asked for.
    """

    limits: Limits
    most_rows: int
    may_export: bool = False
    may_introspect: bool = True
    refused: frozenset[str] = frozenset()

    @property
    def cost(self) -> tuple[str, int]:
        """The name and the value of the limit that holds for the cost."""
        name = "cost_with_export" if self.may_export else "cost"
        return name, getattr(self.limits, name)
