"""What the tests of the application share: logs that can be read back."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from app.logging import configure_logging

Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def logged() -> Iterator[Logged]:
    """What was logged so far, line by line."""
    stream = io.StringIO()
    configure_logging(stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
