"""Who may do and see what: the one door, in which rows in sight and masked fields are decided too."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from master.errors import Forbidden
from master.session import Actor

READ = "read"
EXPORT = "export"


@dataclass(frozen=True)
class Role:
    """What the holders of a role may do (master/roles.toml)."""

    name: str
    title: str
    permissions: frozenset[str]


@dataclass(frozen=True)
class Viewer:
    """Who asks: a role, and the branches (ids) whose customers are in sight; None: every branch.

    scopes: the permissions to which the token narrows those of its role; None: all of them.
    """

    name: str
    role: Role
    token_id: str
    branches: tuple[int, ...] | None = None
    scopes: frozenset[str] | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """What the viewer may do: what the role allows and the token does not take away."""
        return self.role.permissions if self.scopes is None else self.role.permissions & self.scopes

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises Forbidden."""
        if not self.may(permission):
            lacking = "token" if permission in self.role.permissions else f"role {self.role.name}"
            raise Forbidden(f"The {lacking} may not do this: it lacks the permission {permission}.")

    @property
    def most_rows(self) -> int:
        """The largest page this viewer may ask for."""
        return 1000 if self.may(EXPORT) else 100

    def actor(self, request_id: str | None = None, address: str | None = None) -> Actor:
        """The viewer as the one who changes something."""
        return Actor(f"token:{self.token_id}", self.role.name, self.token_id, request_id, address)


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """The shipped roles by name."""
    shipped = tomllib.loads(files("master").joinpath("roles.toml").read_text(encoding="utf-8"))
    return {name: Role(name, role["title"], frozenset(role["permissions"])) for name, role in shipped.items()}
