"""Whoever takes a connection gets one whose server is there, which is asked only where there is a doubt."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select, text

from master import connecting
from master.clock import Clock
from master.keys import Keys
from master.session import Master
from tests.conftest import DATABASES

pytestmark = pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL: see .ci/run")

BACKEND = select(func.pg_backend_pid())


@pytest.fixture
def own(postgresql_master: Master, keys: Keys, clock: Clock) -> Iterator[Master]:
    """With connections that nobody else has."""
    url = postgresql_master.engine.url.render_as_string(hide_password=False)
    master = Master.open(url, keys, clock)
    yield master
    master.close()


@pytest.fixture
def asked(own: Master, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The connections whose server was asked whether it is there."""
    asked: list[Any] = []
    ask = own.engine.dialect.do_ping

    def heard(driver: Any) -> bool:
        asked.append(driver)
        return ask(driver)

    monkeypatch.setattr(own.engine.dialect, "do_ping", heard)
    return asked


def backend(master: Master) -> int:
    with master.reading() as connection:
        return connection.execute(BACKEND).scalar_one()


def end(master: Master, backend: int) -> None:
    with master.committing() as connection:
        ended = text("SELECT pg_terminate_backend(:pid, 10000)")
        assert connection.execute(ended, {"pid": backend}).scalar_one()


def test_a_server_that_just_answered_is_not_asked(own: Master, asked: list[Any]) -> None:
    assert len({backend(own) for _ in range(3)}) == 1
    assert asked == []


def test_a_server_is_asked_when_its_connection_lay_for_long(
    own: Master, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = backend(own)
    monkeypatch.setattr(connecting, "LAIN_SECONDS", -1.0)
    assert backend(own) == first
    assert len(asked) == 1


def test_of_connections_whose_server_has_ended_none_is_given_out(
    own: Master, postgresql_master: Master, asked: list[Any]
) -> None:
    with own.reading() as one, own.reading() as other:
        ended = [connection.execute(BACKEND).scalar_one() for connection in (one, other)]
    for each in ended:
        end(postgresql_master, each)
    assert backend(own) not in ended
    assert len(asked) == 1  # the other one is not even looked at
