"""Roles as data: the shipped ones (roles.toml), and those of a hub's own file."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

READ = "read"
EXPORT = "export"
FRAGMENTS = "fragments"
REVEAL = "reveal"
AUDIT_READ = "audit.read"
PERMISSIONS = (
    READ, FRAGMENTS, REVEAL, "customers.write", "customers.put", "tags.write", "contacts.write",
    "leads.write", EXPORT, AUDIT_READ, "tokens.write",
)  # fmt: skip

# Classes of fields. Each field of the API is of one of them, or open, which is clear to all.
NAME, DOCUMENT, CONTACT, PERSON, NOTES, POLICY, MONEY = (
    "name", "document", "contact", "person", "notes", "policy", "money",
)  # fmt: skip
CLASSES = (NAME, DOCUMENT, CONTACT, PERSON, NOTES, POLICY, MONEY)
MASKABLE = (NAME, DOCUMENT, CONTACT, NOTES, POLICY)  # those whose fields are all text


@dataclass(frozen=True)
class Role:
    """What the holders of a role may do and see; roles.toml says what each value means."""

    name: str
    title: str
    permissions: frozenset[str]
    masked: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    branches: str = "own"
    own_rows_only: bool = False
    sees_unassigned: bool = False
    fragments_a_day: int = 300


Roles = Mapping[str, Role]


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
    kinds: dict[str, Any] = {each.name: each.type for each in fields(Role) if each.name != "name"}
    for key, value in given.items():
        if key not in kinds:
            yield f"[{name}] {key} is not known: write one of {', '.join(kinds)}."
        elif key in ("permissions", "masked", "refused"):
            yield from _wrong_names(f"[{name}] {key}", value, _choices(key))
        elif key == "branches" and value not in ("own", "all"):
            yield f'[{name}] branches is {value!r}: write "own" or "all".'
        elif not isinstance(value, kinds[key]) or (kinds[key] is int and value < 0):
            wanted = "true or false" if kinds[key] is bool else "a number of 0 or more"
            yield f"[{name}] {key} is {value!r}: write {wanted}."
    if isinstance(given.get("masked"), list) and isinstance(given.get("refused"), list):
        for each in sorted(set(given["masked"]) & set(given["refused"])):
            yield f"[{name}] {each} is both masked and refused: say one of them."


def _choices(key: str) -> tuple[str, ...]:
    return {"permissions": PERMISSIONS, "masked": MASKABLE, "refused": CLASSES}[key]


def _wrong_names(where: str, value: Any, choices: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where} is {value!r}: write a list."
        return
    for each in value:
        if each not in choices:
            yield f"{where}: {each!r} is not one of {', '.join(choices)}."
