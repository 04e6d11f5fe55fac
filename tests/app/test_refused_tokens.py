"""Tokens that open nothing: all answered alike, counted by their reason, noted once a minute."""

import asyncio
import json

import pytest

from app.auth import Caller, Gate
from app.refused_tokens import MOST_PLACES, Refused, RefusedTokens
from master.session import Master
from master.writes.tokens import revoke_token
from tests.app.asking import only_error
from tests.app.conftest import Logged
from tests.app.rated import Callers, Hub
from tests.conftest import TESTER, SetTime


@pytest.mark.parametrize(
    "forged",
    [
        "kehu_{id}_{other_secret}",
        "kehu_{other_id}_{secret}",
        "kehu_{id}_{secret}0",
        "kehu_{id}_{short}",
        "kehu_{id}_",
        "kehu_{id}",
        "kehu_{id}_{secret}\n",
        " kehu_{id}_{secret}",
        "KEHU_{id}_{secret}",
        "kehu_{id}_{upper}",
        "kehu_{id}__{secret}",
        "kehu_%_{secret}",
        "kehu_' OR ''='_{secret}",
        "{secret}",
        "{id}",
    ],
)
def test_a_forged_token_opens_nothing(master: Master, forged: str) -> None:
    hub = Hub(master)
    _, id, secret = hub.token().split("_")
    _, other_id, other_secret = hub.token().split("_")
    parts = {"id": id, "secret": secret, "other_id": other_id, "other_secret": other_secret}
    token = forged.format(**parts, short=secret[:-1], upper=secret.upper())
    assert isinstance(asyncio.run(Gate(master).caller(token)), Refused)
    assert isinstance(asyncio.run(Gate(master).caller(f"kehu_{id}_{secret}")), Caller)


def test_refused_tokens_are_counted_by_reason_and_noted_once_without_their_secrets(
    master: Master, time: SetTime, logged: Logged
) -> None:
    hub = Hub(master, bad_tokens_a_minute=2)
    expired, revoked, good = hub.token(days=1), hub.token(days=9), hub.token(days=9)
    ids = [token.split("_")[1] for token in (expired, revoked, good)]
    with master.transaction(TESTER) as tx:
        revoke_token(tx, ids[1])
    time.forward(days=2)

    async def asked(callers: Callers) -> None:
        bad = (expired, revoked, good[:-4] + "0000", "kehu_00_11", "odd", "odd")
        seen = [(await callers.ask(token)).status_code for token in bad]
        assert seen == [401, 401, 429, 429, 429, 429]

    hub.asked(asked)
    assert hub.failures == ["expired", "revoked", "wrong", "unknown", "malformed", "malformed"]
    assert hub.noted() == [
        (
            "192.0.2.1",
            {
                "attempts": 6,
                "reasons": {"expired": 1, "malformed": 2, "revoked": 1, "unknown": 1, "wrong": 1},
                "tokens": sorted(ids),
            },
        )
    ]
    assert "192.0.2.1" not in json.dumps(logged())


def test_a_flood_of_bad_tokens_is_one_entry_for_each_of_the_first_addresses(master: Master) -> None:
    hub = Hub(master)

    async def flooded() -> None:
        refused = RefusedTokens(master)
        for number in range(2000):
            refused.count(Refused("unknown"), f"10.0.{number // 250}.{number % 250}")
        await refused.close()

    asyncio.run(flooded())
    noted = hub.noted()
    assert len(noted) == MOST_PLACES + 1
    assert noted[-1] == ("elsewhere", {"attempts": 1500, "reasons": {"unknown": 1500}, "tokens": []})


def test_an_address_is_noted_again_in_the_next_minute(master: Master) -> None:
    hub = Hub(master)

    async def flooded() -> None:
        refused = RefusedTokens(master, every_seconds=0)
        for attempts in (3, 2):
            for _ in range(attempts):
                refused.count(Refused("unknown"), "192.0.2.1")
            while len(hub.noted()) < 4 - attempts:
                await asyncio.sleep(0.01)
        await refused.close()

    asyncio.run(flooded())
    assert [details["attempts"] for _, details in hub.noted()] == [3, 2]


def test_every_cause_of_a_401_has_the_same_answer(master: Master, time: SetTime) -> None:
    hub = Hub(master)
    expired, good = hub.token(days=1), hub.token(days=9)
    time.forward(days=2)
    told: list[object] = []

    async def asked(callers: Callers) -> None:
        for token in (None, "", "odd", "kehu_00_11", good[:-4] + "0000", expired):
            response = await callers.ask(token)
            headers = {name: text for name, text in response.headers.items() if name != "x-request-id"}
            told.append((response.status_code, headers, only_error(response)))

    hub.asked(asked)
    assert told == [told[0]] * 6
