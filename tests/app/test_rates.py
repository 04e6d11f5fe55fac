"""How often callers may come: tokens, addresses, and what is noted of tokens that open nothing."""

import asyncio
from dataclasses import replace
from itertools import islice

import httpx
import pytest

from master.session import Master
from tests.app.asking import only_error
from tests.app.rated import HELD, Callers, Hub

CHANGE = {"query": 'mutation{change(to:"x")}'}


def refusal(response: httpx.Response) -> tuple[int, str, str, str]:
    """Status, code, message and Retry-After."""
    error = only_error(response)
    told = (error["extensions"]["code"], error["message"])
    return response.status_code, *told, response.headers.get("retry-after", "")


def test_a_token_may_ask_so_often_a_minute(master: Master) -> None:
    hub = Hub(master, operations_a_minute=5)
    token, other = hub.token(), hub.token()

    async def asked(callers: Callers) -> None:
        assert await callers.statuses(5, token) == [200] * 5
        hub.seconds.now += 20.5
        assert refusal(await callers.ask(token)) == (
            429,
            "RATE_LIMITED",
            "More than 5 operations of one token within a minute: try again in 40 s.",
            "40",
        )
        assert await callers.statuses(5, other) == [200] * 5
        hub.seconds.now += 40
        assert await callers.statuses(6, token) == [200] * 5 + [429]

    hub.asked(asked)


def test_a_token_may_ask_so_often_a_second(master: Master) -> None:
    hub = Hub(master, burst=3)
    token = hub.token()

    async def asked(callers: Callers) -> None:
        assert await callers.statuses(3, token) == [200] * 3
        assert refusal(await callers.ask(token)) == (
            429,
            "RATE_LIMITED",
            "More than 3 operations of one token within a second: try again in 1 s.",
            "1",
        )
        hub.seconds.now += 1.1
        assert await callers.statuses(4, token) == [200] * 3 + [429]

    hub.asked(asked)


def test_a_token_s_own_rate_goes_before_its_role_s(master: Master) -> None:
    hub = Hub(master, operations_a_minute=5, burst=5)
    slower, faster, free = hub.token(rate=2), hub.token(rate=10), hub.token(rate=0)

    async def asked(callers: Callers) -> None:
        assert await callers.statuses(3, slower) == [200, 200, 429]
        assert await callers.statuses(11, faster) == [200] * 10 + [429]
        assert await callers.statuses(20, free) == [200] * 20
        assert await callers.statuses(20, free, CHANGE) == [200] * 20

    hub.asked(asked)


def test_a_role_has_rates_of_its_own(master: Master) -> None:
    hub = Hub(master)
    hub.limits = replace(hub.limits, roles={"AGENT": {"operations_a_minute": 2}})
    token = hub.token()

    async def asked(callers: Callers) -> None:
        assert await callers.statuses(3, token) == [200, 200, 429]

    hub.asked(asked)


def test_requests_that_can_not_run_count_too(master: Master) -> None:
    hub = Hub(master, operations_a_minute=3)
    token = hub.token()

    async def asked(callers: Callers) -> None:
        assert await callers.statuses(4, token, {"query": "{"}) == [200] * 3 + [429]

    hub.asked(asked)


def test_changes_have_a_rate_of_their_own(master: Master) -> None:
    hub = Hub(master, mutations_a_minute=3)
    token = hub.token()

    async def asked(callers: Callers) -> None:
        assert await callers.statuses(3, token, CHANGE) == [200] * 3
        assert refusal(await callers.ask(token, CHANGE)) == (
            429,
            "RATE_LIMITED",
            "More than 3 changes by one token within a minute: try again in 60 s.",
            "60",
        )
        assert await callers.statuses(1, token) == [200]

    hub.asked(asked)


@pytest.mark.parametrize(
    "document",
    [
        'mutation{a:change(to:"x") b:change(to:"x")}',
        'mutation Named{a:change(to:"x") b:change(to:"x")}',
        'mutation{...Both} fragment Both on Mutation{a:change(to:"x") ...on Mutation{b:change(to:"x")}}',
        "{a:previewMerge hello ...Another} fragment Another on Query{b:previewMerge}",
    ],
)
def test_every_root_field_of_a_mutation_is_a_change_and_every_preview_of_one(
    master: Master, document: str
) -> None:
    hub = Hub(master, mutations_a_minute=5)
    token = hub.token()

    async def asked(callers: Callers) -> None:
        assert await callers.statuses(3, token, {"query": document}) == [200, 200, 429]
        assert await callers.statuses(2, token, CHANGE) == [200, 429]

    hub.asked(asked)


def test_a_token_has_so_many_turns_at_once(master: Master) -> None:
    hub = Hub(master, at_once=2, operations_at_once=6)
    token, other, free = hub.token(), hub.token(), hub.token(rate=0)

    async def asked(callers: Callers) -> None:
        for own, most in ((token, 2), (free, 3)):
            asking = [asyncio.create_task(callers.ask(own, HELD)) for _ in range(most + 1)]
            assert refusal(await next(asyncio.as_completed(asking))) == (
                429,
                "RATE_LIMITED",
                f"More than {most} operations of one token at once: wait until one has ended.",
                "1",
            )
            hub.let_go.set()
            answers = await asyncio.gather(*asking)
            assert sorted(answer.status_code for answer in answers) == [200] * most + [429]
            hub.let_go.clear()
        assert await callers.statuses(1, token) == await callers.statuses(1, other) == [200]

    hub.asked(asked)


def test_one_caller_does_not_starve_the_others(master: Master) -> None:
    hub = Hub(master, at_once=2, operations_at_once=4)
    greedy, other = hub.token(), hub.token()

    async def asked(callers: Callers) -> None:
        flood = [asyncio.create_task(callers.ask(greedy, HELD)) for _ in range(20)]
        refused = [await answer for answer in islice(asyncio.as_completed(flood), 18)]
        assert {answer.status_code for answer in refused} == {429}
        polite = await asyncio.gather(*(callers.ask(other) for _ in range(2)))
        assert [answer.status_code for answer in polite] == [200, 200]
        hub.let_go.set()
        assert (
            sorted([answer.status_code for answer in await asyncio.gather(*flood)]) == [200] * 2 + [429] * 18
        )

    hub.asked(asked)


def test_an_address_may_come_without_a_token_so_often(master: Master) -> None:
    hub = Hub(master, visits_a_minute=2)
    token = hub.token()

    async def asked(callers: Callers) -> None:
        assert await callers.statuses(2, None) == [401, 401]
        assert refusal(await callers.ask(None)) == (
            429,
            "RATE_LIMITED",
            "More than 2 requests without a token from one address within a minute: try again in 60 s.",
            "60",
        )
        assert (await callers.ask(None, address="192.0.2.2")).status_code == 401
        assert await callers.statuses(1, token) == [200]

    hub.asked(asked)
    assert hub.failures == ["missing"] * 4
    assert hub.noted() == []


def test_bad_tokens_are_limited_and_good_ones_from_the_same_address_are_not(master: Master) -> None:
    hub = Hub(master, bad_tokens_a_minute=3)
    token = hub.token()

    async def asked(callers: Callers) -> None:
        assert await callers.statuses(5, "kehu_1_2") == [401, 401, 401, 429, 429]
        assert await callers.statuses(3, token) == [200] * 3
        assert refusal(await callers.ask("")) == (
            429,
            "RATE_LIMITED",
            "More than 3 requests with a wrong token from one address within a minute: try again in 60 s.",
            "60",
        )
        assert (await callers.ask("kehu_1_2", address="192.0.2.2")).status_code == 401
        hub.seconds.now += 61
        assert await callers.statuses(1, "kehu_1_2") == [401]

    hub.asked(asked)


def test_an_ipv6_address_counts_as_its_64_bits(master: Master) -> None:
    hub = Hub(master, bad_tokens_a_minute=1)

    async def asked(callers: Callers) -> None:
        seen = [
            (await callers.ask("kehu_1_2", address=address)).status_code
            for address in (
                "2001:db8::1",
                "2001:db8::ffff:1",
                "2001:db8:0:1::1",
                "::ffff:192.0.2.7",
                "192.0.2.7",
            )
        ]
        assert seen == [401, 429, 401, 401, 429]

    hub.asked(asked)
    assert [address for address, _ in hub.noted()] == ["2001:db8::/64", "2001:db8:0:1::/64", "192.0.2.7"]
