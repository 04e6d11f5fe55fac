"""A hub to ask."""

from collections.abc import Iterator

import pytest

from master.session import Master
from tests.schema.hub import Hub, counted


@pytest.fixture
def hub(master: Master) -> Hub:
    return Hub(master)


@pytest.fixture
def selects(master: Master) -> Iterator[list[str]]:
    """The SELECTs that a test runs."""
    with counted(master) as seen:
        yield seen
