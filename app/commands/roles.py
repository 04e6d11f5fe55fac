"""roles: what each role may do and sees, told from the same data by which the hub decides."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import click
from graphql import GraphQLObjectType

from app.commands.context import Finding, settings
from app.graphql import schema
from master.access import MOST_READ_ON, MOST_ROWS, MOST_ROWS_EXPORTED
from master.roles import (
    ALL_BRANCHES,
    CLASSES,
    CONTACT,
    DOCUMENT,
    EXPORT,
    FRAGMENTS,
    NAME,
    NOTES,
    OPEN,
    POLICY,
    READ,
    Role,
    Roles,
    read_roles,
    role_named,
)
from schema.classes import ASKS, classes
from schema.fields import Commanded, Loaded, Masked

# A value of each class that can be masked, and what its mask goes by beside it.
EXAMPLES = {
    NAME: ("张三丰",),
    DOCUMENT: ("110101199003071234",),
    CONTACT: ("13800138000", "MOBILE"),
    NOTES: ("a note",),
    POLICY: ("PDAA20264403381059609",),
}
CLEAR, MASKED, REFUSED = "CLEAR", "MASKED", "REFUSED"


@click.group()
def roles() -> None:
    """Roles: who may do and see what."""


@roles.command()
@click.argument("role", required=False)
@click.argument("type_name", metavar="[TYPE]", required=False)
def check(role: str | None, type_name: str | None) -> None:
    """Tell what a role does and sees, of one type of the API or of all; without a role, all roles in a table.

    Reads the file that KEHU_ROLES names, and says what is wrong in it.
    """
    known = read_roles(settings().roles)
    if role is None:
        told: Iterable[Sequence[str]] = _table(known)
    else:
        told = _explained(role_named(known, role), type_name)
    for line in aligned(list(told)):
        click.echo(line)


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Down to a blank row, each column as wide as its widest cell but for the last one of a row."""
    end = rows.index(()) if () in rows else len(rows)
    widths = [
        max((len(row[at]) for row in rows[:end] if at < len(row) - 1), default=0)
        for at in range(max(map(len, rows[:end]), default=0))
    ]
    for row in rows[:end]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
    if end < len(rows):
        yield ""
        yield from aligned(rows[end + 1 :])


def _table(known: Roles) -> Iterator[Sequence[str]]:
    yield "role", "branches", *CLASSES
    for role in known.values():
        yield (
            role.name,
            role.branches,
            *(_seen(role, each) if READ in role.permissions else "-" for each in CLASSES),
        )


def _seen(role: Role, of: str) -> str:
    return REFUSED if of in role.refused else MASKED if of in role.masked else CLEAR


def _explained(role: Role, type_name: str | None) -> Iterator[Sequence[str]]:
    fields = _fields_told(role) if type_name is None else _fields_of(role, type_name)
    yield role.name, role.title
    yield "permissions", ", ".join(sorted(role.permissions)) or "none"
    if READ not in role.permissions:
        yield "sees", "no customer, and nothing of any: it lacks the permission read"
        return
    yield "branches", _branches(role)
    yield "unassigned", _unassigned(role)
    yield (
        "own rows",
        (
            "only policies, leads and contacts of branches in sight"
            if role.own_rows_only
            else "all that hangs on a customer in sight"
        ),
    )
    yield "parts", _parts(role)
    yield "wholes", _wholes(role)
    yield (
        "pages",
        f"of {MOST_ROWS_EXPORTED} rows at most, without an end"
        if EXPORT in role.permissions
        else f"of {MOST_ROWS} rows at most, {MOST_READ_ON} rows of a list",
    )
    yield ()
    yield from fields


def _branches(role: Role) -> str:
    if role.branches == ALL_BRANCHES:
        return "all of them, whatever the token says"
    return "those of its token and all below; all of them with a token for all"


def _unassigned(role: Role) -> str:
    if role.sees_unassigned or role.branches == ALL_BRANCHES:
        return "customers without a branch: in sight"
    return "customers without a branch: in sight with a token for all branches only"


def _parts(role: Role) -> str:
    if not role.masked:
        return "nothing is masked: finds by parts of every value it may see"
    if FRAGMENTS not in role.permissions:
        return "finds masked values as wholes only"
    return f"finds by parts of masked values, {role.fragments_a_day} times a day"


def _wholes(role: Role) -> str:
    if not role.masked & {DOCUMENT, CONTACT, POLICY}:
        return "looks up every number that it may filter by, without a limit"
    return (
        f"looks up masked numbers that somebody has, and {role.misses_a_day} times a day such that nobody has"
    )


def _fields_told(role: Role) -> Iterator[Sequence[str]]:
    """Every field that is not open to all, by class."""
    told = [name for name, of in classes().items() if of != OPEN and not ASKS.search(name)]
    for name in sorted(told, key=lambda name: (CLASSES.index(classes()[name]), name)):
        yield _field(role, *name.split("."))
    yield "all others", OPEN, CLEAR


def _fields_of(role: Role, type_name: str) -> list[Sequence[str]]:
    """Every field of a type. Raises Finding for one that the API does not have."""
    types = dict.fromkeys(name.split(".")[0] for name in classes())
    if type_name not in types:
        near = get_close_matches(type_name, types, n=1, cutoff=0.5)
        raise Finding(
            f"the API has no type {type_name}: {f'did you mean {near[0]}?' if near else 'see `kehu schema`'}"
        )
    return [
        _field(role, type_name, name.split(".")[1]) for name in classes() if name.startswith(f"{type_name}.")
    ]


def _field(role: Role, type_name: str, name: str) -> Sequence[str]:
    """The field, its class, how it is seen, and an example or the reason."""
    field = f"{type_name}.{name}"
    of = classes().get(field, OPEN)
    told = _asked(role, field, of) if ASKS.search(field) else _shown(role, _how(type_name, name), of)
    return field, of, *told


def _shown(role: Role, how: object, of: str) -> Sequence[str]:
    seen = _seen(role, of)
    if isinstance(how, Commanded):
        return ("by permission",)
    if isinstance(how, Loaded) and how.relation.rows.permission not in role.permissions:
        return REFUSED, f"lacks the permission {how.relation.rows.permission}"
    if isinstance(how, Masked) and seen == MASKED:
        return seen, _example(how)
    if isinstance(how, Masked) and seen == CLEAR and how.whose and role.branches != ALL_BRANCHES:
        return seen, f"of customers out of sight MASKED: {_example(how)}"
    return (seen,)


def _asked(role: Role, field: str, of: str) -> Sequence[str]:
    """How lists may be filtered and put in order by this."""
    seen = _seen(role, of)
    if seen != MASKED:
        return (seen,)
    if "OrderField." not in field:
        return seen, "by whole values"
    return (
        (CLEAR, "as by parts")
        if FRAGMENTS in role.permissions
        else (REFUSED, "an order tells of masked values")
    )


def _example(how: Masked) -> str:
    value, *beside = EXAMPLES[how.of]
    return f"{value} → {how.rule(value, *beside[: len(how.beside)])}"


def _how(type_name: str, name: str) -> Any:
    """The field's declaration; none for values of enums and fields of inputs."""
    found = schema._schema.type_map[type_name]
    if not isinstance(found, GraphQLObjectType):
        return None
    return found.fields[name].extensions["strawberry-definition"].metadata.get("how")
