"""The filled hub, made once for all tests of these rooms, on each database and each way of execution."""

from collections.abc import Iterator

import pytest

from tests.conftest import empty
from tests.leaks.opening import HUBS, Hub, served


@pytest.fixture(scope="package", params=HUBS)
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    way, _, database = request.param.partition(" ")
    folder, url = tmp_path_factory.mktemp("leaks"), None
    if database == "postgresql":
        master = request.getfixturevalue("postgresql_master")
        empty(master)
        url = master.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    else:
        (folder / "master.db").write_bytes(request.getfixturevalue("empty_sqlite").read_bytes())
    with served(folder, way, url) as hub:
        yield hub
