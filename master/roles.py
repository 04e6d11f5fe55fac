"""Roles as data: the shipped ones (roles.toml), and those of a hub's own file."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from master.errors import Invalid

READ = "read"
EXPORT = "export"
FRAGMENTS = "fragments"
REVEAL = "reveal"
AUDIT_READ = "audit.read"
PUT = "customers.put"
PUT_ANY = "customers.put.any"
MERGE = "customers.merge"
PIN = "customers.pin"
BATCHES = "batches.read"
TAKE_BACK = "batches.take_back"
PERMISSIONS = (
    READ, FRAGMENTS, REVEAL, "customers.write", PUT, PUT_ANY, MERGE, PIN, "tags.write", "contacts.write",
    "leads.write", EXPORT, BATCHES, TAKE_BACK, AUDIT_READ, "tokens.write",
)  # fmt: skip

# Classes of fields. Each field of the API is of one of them, or open, which is clear to all.
OPEN = "open"
NAME, DOCUMENT, CONTACT, BIRTH, PERSON, NOTES, POLICY, MONEY = (
    "name", "document", "contact", "birth", "person", "notes", "policy", "money",
)  # fmt: skip
CLASSES = (NAME, DOCUMENT, CONTACT, BIRTH, PERSON, NOTES, POLICY, MONEY)
MASKABLE = (NAME, DOCUMENT, CONTACT, NOTES, POLICY)  # those whose fields are all text

OWN_BRANCHES, ALL_BRANCHES = "own", "all"

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,39}")


@dataclass(frozen=True)
class Role:
    """What the holders of a role may do and see; roles.toml says what each value means."""

    name: str
    title: str
    permissions: frozenset[str]
    masked: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    branches: str = OWN_BRANCHES
    own_rows_only: bool = False
    sees_unassigned: bool = False
    fragments_a_day: int = 300
    misses_a_day: int = 300
    reveals_a_day: int = 100


Roles = Mapping[str, Role]


def role_named(roles: Roles, name: str) -> Role:
    """Raises Invalid, with the role that may have been meant."""
    if name in roles:
        return roles[name]
    near = get_close_matches(name.upper(), roles, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise Invalid(f"There is no role {name}.{meant} Roles: {', '.join(roles)}.", ["role"])


class WrongRoles(Exception):
    """One sentence for each value of a roles file that may not stand: where, and what to write instead."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@lru_cache(maxsize=1)
def shipped_roles() -> Roles:
    return _roles(tomllib.loads(files("master").joinpath("roles.toml").read_text(encoding="utf-8")))


def read_roles(path: Path | None) -> Roles:
    """The shipped roles, with those of a hub's own file in their place and beside them. Raises WrongRoles."""
    if path is None:
        return shipped_roles()
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WrongRoles([f"{path} can not be read: {error}"]) from None
    if problems := [
        f"{path}: {problem}" for name, given in own.items() for problem in _problems(name, given)
    ]:
        raise WrongRoles(problems)
    return {**shipped_roles(), **_roles(own)}


def _roles(given: Mapping[str, Mapping[str, Any]]) -> Roles:
    return {
        name: Role(name, **{key: _frozen(value) for key, value in each.items()})
        for name, each in given.items()
    }


def _frozen(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


def _problems(name: str, given: Any) -> Iterator[str]:
    if not isinstance(given, dict) or not isinstance(given.get("title"), str) or "permissions" not in given:
        yield f"[{name}] is no role: write a table with title and permissions."
        return
    if not _NAME.fullmatch(name):
        yield f"[{name}] is no name for a role: write capital letters, digits and _."
    kinds: dict[str, Any] = {each.name: each.type for each in fields(Role) if each.name != "name"}
    for key, value in given.items():
        yield from _problems_of(f"[{name}] {key}", key, value, kinds)
    if isinstance(given.get("masked"), list) and isinstance(given.get("refused"), list):
        for each in (each for each in given["masked"] if each in given["refused"]):
            yield f"[{name}] {each} is both masked and refused: say one of them."


def _problems_of(where: str, key: str, value: Any, kinds: Mapping[str, Any]) -> Iterator[str]:
    if key not in kinds:
        near = get_close_matches(key, kinds, n=1)
        yield f"{where} is not known: write {near[0] if near else 'one of ' + ', '.join(kinds)}."
    elif key in ("permissions", "masked", "refused"):
        yield from _wrong_names(where, key, value)
    elif key == "branches":
        if value not in (OWN_BRANCHES, ALL_BRANCHES):
            yield f'{where} is {value!r}: write "own" or "all".'
    elif kinds[key] is bool:
        if not isinstance(value, bool):
            yield f"{where} is {value!r}: write true or false."
    elif kinds[key] is int and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        yield f"{where} is {value!r}: write a whole number of 0 or more."


def _wrong_names(where: str, key: str, value: Any) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where} is {value!r}: write a list."
        return
    choices = {"permissions": PERMISSIONS, "masked": MASKABLE, "refused": CLASSES}[key]
    for each in value:
        if key == "masked" and each in CLASSES and each not in MASKABLE:
            yield f"{where}: {each} is not text, so it can not be masked: refuse it, or leave it clear."
        elif each not in choices:
            yield f"{where}: {each!r} is not one of {', '.join(choices)}."
