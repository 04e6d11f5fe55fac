"""How much each viewer may ask for."""

from dataclasses import replace

import pytest

from app.allowances import allowance_of
from app.http.limiter.allowance import Allowance
from app.limits import shipped_limits
from master.access import Viewer
from master.roles import shipped_roles


def allowed(role: str) -> Allowance:
    limits = replace(shipped_limits(), roles={"PARTNER": {"cost": 5000, "aliases": 5}})
    return allowance_of(Viewer("desk", shipped_roles()[role], "t1"), limits, introspection=True)


@pytest.mark.parametrize(
    ("role", "cost", "aliases", "most_rows"),
    [
        ("AGENT", ("cost", 20000), 30, 100),
        ("PARTNER", ("cost", 5000), 5, 100),
        ("STEWARD", ("cost_with_export", 500000), 30, 1000),
    ],
)
def test_the_role_and_its_permissions_say_how_much(
    role: str, cost: tuple[str, int], aliases: int, most_rows: int
) -> None:
    allowance = allowed(role)
    assert (allowance.cost, allowance.limits.aliases, allowance.most_rows) == (cost, aliases, most_rows)
