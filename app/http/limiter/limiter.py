"""Compares what a document comes to with what its caller may ask for: refuses, or warns and lets it run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from app.http.asgi import Call
from app.http.limiter.allowance import Allowance
from app.http.limiter.measure import Measure
from app.limits import Limits
from master.errors import Forbidden, LimitExceeded, Refusal

ADVICE = {
    "depth": "Fields are nested {value} deep, more than {limit}: ask for what lies deeper by its id.",
    "aliases": "The operation has {value} aliases, more than {limit}: ask for many alike by a list.",
    "fields": "The operation has {value} fields, more than {limit}: leave some out, or ask twice.",
    "root_fields": "The operation has {value} root fields, more than {limit}: make several of it.",
    "directives": "The document has {value} directives, more than {limit}: leave some out.",
    "directives_on_one": "{value} directives stand in one place, more than {limit}: leave some out.",
    "fragments": "The document has {value} fragments, more than {limit}: put some in their place.",
    "variables": "The document has {value} variables, more than {limit}: put some into one input.",
    "operations": "The document has {value} operations, more than {limit}: send only what is to run.",
    "introspection": "About {value} values of the schema are asked for, more than {limit}: ask for fewer.",
    "cost": "The operation may cost {value}, more than {limit}: ask for smaller pages (first), or for less.",
}


Told: TypeAlias = Mapping[str, int]  # cost, its limit, and the counts by the names of limits.toml


@dataclass(frozen=True, slots=True)
class Over:
    """A limit, by its name in limits.toml, and what was asked."""

    name: str
    limit: int
    value: int

    def refusal(self) -> LimitExceeded:
        advice = ADVICE[self.name.removesuffix("_with_export")]
        message = advice.format(value=self.value, limit=self.limit)
        return LimitExceeded(message, self.limit, what=self.name, value=self.value)


class OverLimits(Exception):
    """The document asks for more than its caller may: each limit that is in the way."""

    def __init__(self, refusals: list[Refusal], told: Told | None) -> None:
        super().__init__("The document is over its limits.")
        self.refusals = refusals
        self.told = told


@dataclass(frozen=True, slots=True)
class Asking:
    """A measured document, the operation of it that is to run, and with which variables."""

    measure: Measure
    operation_name: str | None
    variables: Mapping[str, object]


class Limiter:
    """`count(name)` hears of each limit that was exceeded."""

    def __init__(self, count: Callable[[str], None]) -> None:
        self.count = count

    def admit(self, asking: Asking, allowance: Allowance, call: Call) -> Told | None:
        """What it comes to and costs, as told to callers who ask. Raises OverLimits.

        None where the operation's name does not say which is to run: it never will.
        """
        measure, told = asking.measure, None
        refusals = list(_forbidden(measure, allowance))
        over = list(_counts_over(measure, allowance.limits))
        operation = measure.operation(asking.operation_name)
        if operation is not None:
            sizes = measure.sizes(operation, asking.variables)
            name, most = allowance.cost
            cost = measure.cost(operation, sizes)
            told = {"cost": cost, "limit": most, **operation.counts, **measure.counts}
            if cost > most:
                over.append(Over(name, most, cost))
            if (page := measure.page(sizes)) > allowance.most_rows:
                self.count("first")
                refusals.append(_page_refused(page, allowance.most_rows))
        self._note(over, call)
        if not allowance.limits.warn_only:
            refusals += [each.refusal() for each in over]
        if refusals:
            raise OverLimits(refusals, told)
        return told

    def _note(self, over: list[Over], call: Call) -> None:
        for each in over:
            self.count(each.name)
        if over:  # the request's log line tells it, with the request's id and the caller's
            call.facts["over_limits"] = {each.name: each.value for each in over}


def _counts_over(measure: Measure, limits: Limits) -> Iterator[Over]:
    for name, value in measure.largest().items():
        limit = getattr(limits, name)
        if value > limit:
            yield Over(name, limit, value)


def _forbidden(measure: Measure, allowance: Allowance) -> Iterator[Refusal]:
    if not allowance.may_introspect and measure.largest().get("introspection", 0):
        yield Forbidden("Introspection is switched off here: the hub's operator gives out the schema.")


def _page_refused(page: int, most: int) -> LimitExceeded:
    return LimitExceeded(f"first may be at most {most}.", most, ["first"], what="first", value=page)
