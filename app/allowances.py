"""How much a viewer may ask for: the limits of the role, and what its permissions and masks allow."""

from app.http.limiter.allowance import Allowance
from app.limits import Limits
from master.access import Viewer
from master.roles import EXPORT
from schema.classes import refused_fields


def allowance_of(viewer: Viewer, limits: Limits, *, introspection: bool) -> Allowance:
    return Allowance(
        limits=limits.of_role(viewer.role.name),
        most_rows=viewer.most_rows,
        may_export=viewer.may(EXPORT),
        may_introspect=introspection,
        refused=frozenset(refused_fields(viewer.role)),
    )
