"""The class of each field (classes.toml), and from it what a role sees masked or may not ask for."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

from master.access import Viewer
from master.errors import Forbidden
from master.roles import OPEN, Role

# Types by which lists are asked for: they have classes too, but no values that are shown.
ASKS = re.compile(r"(Filter|Key|Order|OrderField)\.")


@lru_cache(maxsize=1)
def classes() -> Mapping[str, str]:
    """By "Type.field": its class."""
    given = tomllib.loads(files("schema").joinpath("classes.toml").read_text(encoding="utf-8"))
    return {
        f"{type_name}.{field}": name
        for name, types in given.items()
        for type_name, fields in types.items()
        for field in fields
    }


def masked_fields(role: Role) -> list[str]:
    """As "Type.field", sorted."""
    return list(_fields_of(role.masked))


def refused_fields(role: Role) -> list[str]:
    """As "Type.field", sorted."""
    return list(_fields_of(role.refused))


@lru_cache(maxsize=100)
def _fields_of(names: frozenset[str]) -> tuple[str, ...]:
    fields = (field for field, name in classes().items() if name in names and not ASKS.search(field))
    return tuple(sorted(fields))


def require_by(viewer: Viewer, type_name: str, field: str, path: list[str]) -> None:
    """That lists may be filtered, or a thing looked up, by this: by whole values, which the caller knows.
    Raises Forbidden where the role refuses their class."""
    if viewer.refuses(classes().get(f"{type_name}.{field}", OPEN)):
        raise Forbidden(f"The role {viewer.role.name} may not filter by this.", path)


def require_clear(viewer: Viewer, of: Iterable[str], path: list[str]) -> None:
    """That all fields of these classes are shown as they are. Raises Forbidden."""
    if not all(map(viewer.sees_clear, of)):
        message = (
            f"The role {viewer.role.name} does not see all that this tells of, and may not filter by it."
        )
        raise Forbidden(message, path)


def require_order(viewer: Viewer, type_name: str, value: str) -> None:
    """That a list may be put in this order. Raises Forbidden: an order tells of values that are not shown."""
    if not viewer.finds_parts(classes().get(f"{type_name}.{value}", OPEN)):
        raise Forbidden(f"The role {viewer.role.name} may not order by this.", ["orderBy", "field"])
