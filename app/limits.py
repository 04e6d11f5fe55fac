"""How much may be asked of the hub, and how fast: the shipped table (limits.toml), and a hub's own values."""

import difflib
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

PER_ROLE = frozenset({
    "depth", "aliases", "fields", "cost", "cost_with_export",
    "operations_a_minute", "burst", "mutations_a_minute", "at_once", "body_bytes",
})  # fmt: skip


class WrongLimits(Exception):
    """One sentence for each value that may not stand: its name and what to write instead."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """limits.toml says what each one means. Rates are per minute; bytes, seconds as named."""

    warn_only: bool
    document_tokens: int
    document_nesting: int
    depth: int
    aliases: int
    fields: int
    root_fields: int
    directives: int
    directives_on_one: int
    fragments: int
    variables: int
    operations: int
    cost: int
    cost_with_export: int
    introspection: int
    comparisons: int
    errors_told: int
    body_bytes: int
    header_bytes: int
    headers: int
    json_depth: int
    number_characters: int
    answer_bytes: int
    operations_at_once: int
    header_seconds: float
    receive_seconds: float
    operation_seconds: float
    statement_seconds: float
    lock_seconds: float
    idle_seconds: float
    search_seconds: float
    operations_a_minute: int
    burst: int
    mutations_a_minute: int
    at_once: int
    visits_a_minute: int
    bad_tokens_a_minute: int
    roles: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    _of_roles: dict[str, "Limits"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of_role(self, role: str) -> "Limits":
        """With the values that the file gives for this role; made once."""
        own: Mapping[str, Any] = self.roles.get(role, {})
        if own and role not in self._of_roles:
            self._of_roles[role] = replace(self, **own)
        return self._of_roles[role] if own else self


@lru_cache(maxsize=1)
def shipped_limits() -> Limits:
    """The defaults."""
    return Limits(**tomllib.loads(files("app").joinpath("limits.toml").read_text(encoding="utf-8")))


def read_limits(path: Path | None) -> Limits:
    """The defaults, with the values of a hub's own file in their place. Raises WrongLimits."""
    if path is None:
        return shipped_limits()
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WrongLimits([f"{path} can not be read: {error}"]) from None
    problems = list(_problems(own))
    if problems:
        raise WrongLimits([f"{path}: {problem}" for problem in problems])
    shipped, roles = shipped_limits(), own.pop("roles", {})
    merged = {name: {**shipped.roles.get(name, {}), **values} for name, values in roles.items()}
    return replace(shipped, **own, roles={**shipped.roles, **merged})


def _problems(own: Mapping[str, Any]) -> Iterator[str]:
    kinds = {each.name: each.type for each in fields(Limits) if each.init and each.name != "roles"}
    for name, value in own.items():
        if name != "roles":
            yield from _problem(name, value, kinds)
    roles = own.get("roles", {})
    if not isinstance(roles, dict) or not all(isinstance(each, dict) for each in roles.values()):
        yield f"roles is {roles!r}: write the limits of a role below [roles.NAME]."
        return
    for role, values in roles.items():
        for name, value in values.items():
            yield from _problem(
                name, value, {key: kinds[key] for key in sorted(PER_ROLE)}, f" for the role {role}"
            )


def _problem(name: str, value: object, kinds: Mapping[str, Any], whose: str = "") -> Iterator[str]:
    if name not in kinds:
        near = difflib.get_close_matches(name, list(kinds), n=1)
        yield f"{name} is no limit{whose}: {f'write {near[0]}' if near else 'leave it out'}."
    elif kinds[name] is bool:
        if not isinstance(value, bool):
            yield f"{name} is {value!r}{whose}: write true or false."
    elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        yield f"{name} is {value!r}{whose}: write a number above 0."
    elif kinds[name] is int and not isinstance(value, int):
        yield f"{name} is {value!r}{whose}: write a whole number."
