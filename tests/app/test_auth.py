"""Which tokens open the hub, and to whom."""

import asyncio
from contextlib import closing

import pytest
from sqlalchemy import insert, select, text, update

from app.auth import Caller, Gate
from app.http.asgi import Call
from app.refused_tokens import Refused
from master.access import Viewer
from master.answering import Answering, Away
from master.clock import Clock
from master.errors import Unavailable
from master.keys import Keys
from master.reads.tokens import token_by_id
from master.roles import shipped_roles
from master.session import Master
from master.stopping import Deadlines
from master.tables.base import table
from master.tables.branches import BranchRow
from master.tables.tokens import ApiTokenRow
from master.writes.tokens import NewToken, create_token, revoke_token
from tests.conftest import DATABASES, TESTER, SetTime


def made(master: Master, *, role: str = "AGENT", days: int = 30) -> str:
    with master.transaction(TESTER) as tx:
        return create_token(tx, NewToken("desk", role, None, expires_days=days))


def asked(gate: Gate, token: str) -> Caller | Refused:
    return asyncio.run(gate.caller(token))


def token_id(token: str) -> str:
    return token.split("_")[1]


def test_a_token_names_its_viewer(master: Master) -> None:
    token = made(master)
    viewer = Viewer("desk", shipped_roles()["AGENT"], token_id(token), None)
    assert asked(Gate(master), token) == Caller(viewer, registered_only=False)


def test_a_token_brings_the_sources_that_it_feeds(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        token = create_token(tx, NewToken("broker", "PARTNER", None, sources=("CORE", "WEB")))
    caller = asked(Gate(master), token)
    assert isinstance(caller, Caller)
    assert caller.viewer.sources == {"CORE", "WEB"}


def test_a_wrong_unknown_or_odd_token_names_nobody(master: Master) -> None:
    token = made(master)
    gate = Gate(master)
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert asked(gate, wrong) == Refused("wrong", token_id(token))
    assert asked(gate, f"kehu_0000_{token[-64:]}") == Refused("unknown")
    for odd in ("kehu__", "", "x", f"{token}\n", f" {token}"):
        assert asked(gate, odd) == Refused("malformed")


def test_a_token_ends_at_its_instant(master: Master, time: SetTime) -> None:
    token = made(master, days=1)
    gate = Gate(master)
    time.forward(days=1, milliseconds=-1)
    assert isinstance(asked(gate, token), Caller)
    time.forward(milliseconds=1)
    assert asked(gate, token) == Refused("expired", token_id(token))


def test_a_revoked_token_is_refused_at_once(master: Master) -> None:
    token = made(master)
    gate = Gate(master)
    assert isinstance(asked(gate, token), Caller)
    with master.transaction(TESTER) as tx:
        revoke_token(tx, token_id(token))
    assert asked(gate, token) == Refused("revoked", token_id(token))


def test_a_use_is_noted_once_a_minute(master: Master, time: SetTime) -> None:
    token = made(master)
    gate = Gate(master)
    first = time.instant

    async def used() -> None:
        assert isinstance(await gate.authenticate(token, Call("r")), Viewer)
        await gate.noted()

    def last_used() -> object:
        with master.reading() as connection:
            row = token_by_id(connection, token_id(token))
        return row and row.last_used_at

    asyncio.run(used())
    time.forward(seconds=59)
    asyncio.run(used())
    assert last_used() == first
    time.forward(seconds=1)
    asyncio.run(used())
    assert last_used() == time.instant


def test_the_caller_is_logged_by_the_token_s_id(master: Master) -> None:
    token = made(master)
    call = Call("r")

    async def used() -> None:
        gate = Gate(master)
        await gate.authenticate(token, call)
        await gate.close()

    asyncio.run(used())
    assert call.facts == {"caller": token_id(token)}


def test_a_master_that_is_away_is_told_as_unavailable(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Answering, *asked: object) -> object:
        raise Away

    monkeypatch.setattr(Answering, "told", away)
    with pytest.raises(Unavailable) as raised, closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(Gate(master).authenticate("kehu_1_2", Call("r")))
    assert raised.value.message == "The master can not be reached."


def test_a_master_that_answers_no_look_in_time_is_told_as_unavailable(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the look itself does not end: a cancel needs the server too."""

    async def asked() -> list[str]:
        gone = asyncio.Event()

        async def silent(self: Answering, *asked: object) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await gone.wait()

        monkeypatch.setattr(Answering, "told", silent)
        gate, told = Gate(master, 0.05), list[str]()
        for _ in range(3):
            with pytest.raises(Unavailable) as raised:
                await gate.authenticate("kehu_1_2", Call("r"))
            told.append(raised.value.message)
        gone.set()
        await gate.close()
        return told

    assert asyncio.run(asked()) == ["The master can not be reached."] * 3


@pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL: see .ci/run")
def test_a_look_that_waits_too_long_for_a_lock_is_told_as_unavailable(
    postgresql_master: Master, keys: Keys, clock: Clock
) -> None:
    token = made(postgresql_master)
    url = postgresql_master.engine.url.render_as_string(hide_password=False)
    with closing(Master.open(url, keys, clock, Deadlines(30, 0.05, 10))) as master:
        with postgresql_master.engine.connect() as other:
            other.execute(text("LOCK TABLE api_tokens"))
            with pytest.raises(Unavailable, match=r"^The master can not be reached\.$"):
                asyncio.run(Gate(master).authenticate(token, Call("r")))
        assert isinstance(asked(Gate(master), token), Caller)


def test_a_token_that_did_not_change_is_read_once(master: Master, monkeypatch: pytest.MonkeyPatch) -> None:
    token = made(master)
    gate = Gate(master)
    first = asked(gate, token)
    monkeypatch.setattr(Master, "reading", None)  # which nobody may call
    assert asked(gate, token) is first


def test_a_branch_that_is_moved_is_in_sight_of_whom_it_was_moved_below(master: Master) -> None:
    branches = table(BranchRow)
    with master.transaction(TESTER) as tx:
        rows = [{"code": code, "name": code, "parent_id": None} for code in ("NORTH", "SOUTH")]
        tx.execute(insert(branches), rows)
        token = create_token(tx, NewToken("desk", "AGENT", ("NORTH",)))
    gate = Gate(master)

    def seen() -> int:
        caller = asked(gate, token)
        assert isinstance(caller, Caller)
        assert caller.viewer.sight is not None
        return len(caller.viewer.sight.ids)

    assert seen() == 1
    with master.transaction(TESTER) as tx:
        north = tx.connection.scalar(select(branches.c.id).where(branches.c.code == "NORTH"))
        tx.execute(update(branches).where(branches.c.code == "SOUTH").values(parent_id=north))
    assert seen() == 2


def test_what_is_known_of_a_token_is_of_the_state_that_its_stamp_tells_of(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = table(ApiTokenRow)
    token = made(master)

    def narrowed(scopes: str | None) -> None:
        with master.transaction(TESTER) as tx:
            tx.execute(update(tokens).values(scopes=scopes))

    narrowed("customers.read")
    gate = Gate(master)
    looked = gate._stamp_of

    async def widened_meanwhile(id: str) -> bytes | None:
        monkeypatch.undo()
        seen = await looked(id)
        narrowed(None)
        return seen

    monkeypatch.setattr(gate, "_stamp_of", widened_meanwhile)
    asked(gate, token)
    narrowed("customers.read")
    caller = asked(gate, token)
    assert isinstance(caller, Caller)
    assert caller.viewer.scopes == {"customers.read"}


@pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL: see .ci/run")
def test_of_connections_that_died_while_they_were_kept_none_is_tried_again(
    postgresql_master: Master, keys: Keys, clock: Clock
) -> None:
    token = made(postgresql_master)
    url = postgresql_master.engine.url.render_as_string(hide_password=False)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    others += " WHERE datname = current_database() AND pid <> pg_backend_pid()"

    async def kept_and_lost(gate: Gate) -> list[Caller | Refused]:
        await asyncio.gather(*(gate.caller(token) for _ in range(8)))
        with postgresql_master.engine.connect() as connection:
            connection.execute(text(others))
        return [await gate.caller(token) for _ in range(3)]

    with closing(Master.open(url, keys, clock)) as master:
        assert {type(each) for each in asyncio.run(kept_and_lost(Gate(master)))} == {Caller}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE branches SET parent_id = (SELECT id FROM branches WHERE code = 'N') WHERE code = 'S'",
        "UPDATE branches SET code = 'M' WHERE code = 'N'",
        "INSERT INTO branches (code, name, parent_id) SELECT 'E', 'E', id FROM branches WHERE code = 'N'",
        "DELETE FROM branches WHERE code = 'NN'",
        "DELETE FROM token_branches WHERE branch_id = (SELECT id FROM branches WHERE code = 'W')",
        "INSERT INTO token_branches (token_id, branch_id) SELECT api_tokens.id, branches.id"
        " FROM api_tokens CROSS JOIN branches WHERE branches.code = 'S'",
    ],
)
def test_what_another_client_changes_of_branches_is_seen_at_once(master: Master, change: str) -> None:
    branches = table(BranchRow)
    with master.transaction(TESTER) as tx:
        tx.execute(insert(branches), [{"code": code, "name": code} for code in ("N", "S", "W")])
        north = tx.connection.scalar(select(branches.c.id).where(branches.c.code == "N"))
        tx.execute(insert(branches), [{"code": "NN", "name": "NN", "parent_id": north}])
        token = create_token(tx, NewToken("desk", "AGENT", ("N", "W")))
    gate = Gate(master)
    before = asked(gate, token)
    assert asked(gate, token) is before
    with master.committing() as connection:
        connection.execute(text(change))
    after = asked(gate, token)
    assert isinstance(before, Caller)
    assert isinstance(after, Caller)
    assert after.viewer.sight != before.viewer.sight
    assert asked(gate, token) is after


def test_a_branch_that_is_only_named_anew_lets_nobody_be_read_again(master: Master) -> None:
    with master.transaction(TESTER) as tx:
        tx.execute(insert(table(BranchRow)), [{"code": "N", "name": "North"}])
        token = create_token(tx, NewToken("desk", "AGENT", ("N",)))
    gate = Gate(master)
    first = asked(gate, token)
    with master.transaction(TESTER) as tx:
        tx.execute(update(table(BranchRow)).values(name="Far North"))
    assert asked(gate, token) is first
