"""The two hubs, made once for all tests of this room, on each database."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import structlog

from app import noting
from app.logging import configure_logging
from tests.conftest import DATABASES
from tests.execution import pair
from tests.execution.both import Both

AS_LONG_AS_IT_TAKES = 60.0


@pytest.fixture(scope="package", params=DATABASES)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    template: Path = request.getfixturevalue("empty_sqlite")
    made = (
        pair.server(folder, request.getfixturevalue("postgresql_master"))
        if request.param == "postgresql"
        else pair.embedded(folder, template)
    )
    patched = pytest.MonkeyPatch()
    # So that all is noted when it is compared.
    patched.setattr(noting, "PATIENCE_SECONDS", AS_LONG_AS_IT_TAKES)
    patched.setattr(noting, "told_by_audit", lambda context: False)
    configure_logging(stream=StringIO())
    with made as found:
        yield found
    structlog.reset_defaults()
    patched.undo()
