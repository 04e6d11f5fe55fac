"""What a document comes to, with its fragments in their place: counts for all callers, costs by variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.http.limiter.amounts import Amount, Amounts, Sizes, size_given

Counts = Mapping[str, int]  # by the names of limits.toml


@dataclass(slots=True)
class Tally:
    """What a selection comes to. `once` is its cost; `each` that of one row, where it is of a connection."""

    depth: int = 0
    fields: int = 0
    root_fields: int = 0  # of the selection itself
    changes: Amount = field(default_factory=Amount)
    aliases: int = 0
    introspection: int = 0
    once: Amount = field(default_factory=Amount)
    each: Amount = field(default_factory=Amount)


@dataclass(frozen=True, slots=True)
class OperationMeasure:
    """`changes`: how many things it changes; `defaults`: the sizes that its variables have by themselves."""

    name: str | None
    counts: Counts
    changes: Amount
    cost: Amount
    defaults: Sizes


@dataclass(frozen=True, slots=True)
class Measure:
    """`sized`: the variables that say how long lists are, or fields of them ("input.tasks"); those of `first`
    are page sizes too."""

    counts: Counts
    operations: tuple[OperationMeasure, ...]
    amounts: Amounts
    first: int
    first_by: frozenset[str]
    sized: frozenset[str]

    def operation(self, name: str | None) -> OperationMeasure | None:
        """The one that would run; None where the name does not say which."""
        if name is None:
            return self.operations[0] if len(self.operations) == 1 else None
        return next((each for each in self.operations if each.name == name), None)

    def largest(self) -> Counts:
        """The document's counts, and of each count of operations the largest."""
        found = dict(self.counts)
        for operation in self.operations:
            for name, count in operation.counts.items():
                found[name] = max(count, found.get(name, 0))
        return found

    def sizes(self, operation: OperationMeasure, variables: Mapping[str, object]) -> Sizes:
        """What the operation's variables say about the lengths of lists."""
        sizes = {}
        for name in self.sized:
            variable, _, inside = name.partition(".")
            size = operation.defaults.get(name)
            if variable in variables:
                size = size_given(_value_of(variables[variable], inside))
            if size is not None:
                sizes[name] = size
        return sizes

    def cost(self, operation: OperationMeasure, sizes: Sizes) -> int:
        return self.amounts.evaluated(operation.cost, sizes)

    def changes(self, operation: OperationMeasure, sizes: Sizes) -> int:
        """Of a field that changes something one at least."""
        its = operation.changes
        return max(1, self.amounts.evaluated(its, sizes)) if its.fixed or its.parts else 0

    def page(self, sizes: Sizes) -> int:
        """The largest page that is asked for anywhere in the document."""
        return max((self.first, *(sizes.get(name, 0) for name in self.first_by)))


def _value_of(given: object, inside: str) -> object:
    """What is given; inside: the field of it that is meant, empty: all of it."""
    if not inside:
        return given
    return given.get(inside) if isinstance(given, dict) else None
