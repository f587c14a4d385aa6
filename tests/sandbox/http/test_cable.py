"""The rules of ActionCable, one by one, with a bare websocket."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.sandbox.trading import MARKET, NONSTOP, PAIR, Exchange
from tests.sandbox.wire import (
    DEALS,
    SMART_TRADES,
    Wire,
    hmac_signature,
    identifier,
    subscribing,
    user,
    wired,
)
from threecommas_async.sandbox import Permission, Sandbox


@pytest.fixture
async def wire(here: Exchange) -> AsyncIterator[Wire]:
    async with wired(here.sandbox) as wire:
        yield wire


# ---- welcome and pings -----------------------------------------------------------------------------------------------
async def test_welcome_comes_first_then_a_ping_every_three_seconds_with_the_time_of_the_sandbox(here: Exchange) -> None:
    async with wired(here.sandbox, greet=False) as wire:
        assert await wire.frame() == {"type": "welcome"}
        began = int(here.clock.now().timestamp())
        pings = [await wire.frame() for _ in range(5)]
        assert pings == [{"type": "ping", "message": began + 3 * number} for number in range(5)]
        assert here.clock.elapsed == pytest.approx(12)


# ---- subscriptions ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("options", [{}, {"indent": 1, "sort_keys": True}, {"ensure_ascii": False}])
async def test_identifier_comes_back_byte_for_byte(wire: Wire, options: dict[str, Any]) -> None:
    text = json.dumps({"users": [user(wire.sandbox.add_key())], "channel": DEALS, "more": "\u00e4 \u2713"}, **options)
    await wire.socket.send_str(subscribing(text))
    assert await wire.said() == {"identifier": text, "type": "confirm_subscription"}


@pytest.mark.parametrize("channel", [DEALS, SMART_TRADES])
async def test_each_channel_has_a_text_of_its_own_to_sign(wire: Wire, channel: str) -> None:
    key = wire.sandbox.add_key()
    other = b"/smart_trades" if channel == DEALS else b"/deals"
    wrong = json.dumps({"channel": channel, "users": [user(key, channel, hmac_signature(key, other))]})
    await wire.socket.send_str(subscribing(wrong))
    assert await wire.said() == {"identifier": wrong, "type": "reject_subscription"}
    await wire.subscribe(key, channel=channel)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "null",
        "[]",
        "{",
        '{"command": "subscribe"}',
        '{"type": "pong"}',
        subscribing({"channel": DEALS, "users": []}),
        subscribing("no JSON"),
        subscribing('["DealsChannel"]'),
        subscribing('{"channel": "DealsChannel"}'),
        subscribing('{"channel": "DealsChannel", "users": {"api_key": "a", "signature": "b"}}'),
        subscribing('{"channel": "BotsChannel", "users": []}'),
        '{"command": "message", "identifier": "{}", "data": "{}"}',
        '{"command": "unsubscribe", "identifier": "{}"}',
        "[" * 5000,
        subscribing('{"channel": "DealsChannel", "users": [{"api_key": "\\ud800", "signature": "\\ud800"}]}'),
    ],
)
async def test_what_cannot_be_executed_is_not_answered_and_does_no_harm(wire: Wire, command: str) -> None:
    await wire.socket.send_str(command)
    assert await wire.meanwhile() == []
    await wire.subscribe()


async def test_identifier_as_an_object_is_not_answered_even_if_it_is_right(wire: Wire) -> None:
    await wire.socket.send_str(subscribing(json.loads(identifier(wire.sandbox.add_key()))))
    await wire.socket.send_bytes(subscribing(identifier(wire.sandbox.add_key())).encode())
    assert await wire.meanwhile() == []


async def test_same_identifier_again_is_ignored(here: Exchange, wire: Wire) -> None:
    text = await wire.subscribe()
    await wire.socket.send_str(subscribing(text))
    assert await wire.meanwhile() == []
    await here.bot(strategy_list=[NONSTOP])
    assert len(await wire.messages()) == 1


async def test_identifiers_that_differ_in_a_space_are_two_subscriptions(here: Exchange, wire: Wire) -> None:
    key = here.sandbox.add_key()
    first = await wire.subscribe(key)
    second = first.replace(": ", ":")
    await wire.socket.send_str(subscribing(second))
    assert (await wire.said())["type"] == "confirm_subscription"
    await here.bot(strategy_list=[NONSTOP])
    frames = await wire.meanwhile()
    assert [frame["identifier"] for frame in frames] == [first, second]
    assert frames[0]["message"] == frames[1]["message"]


async def test_rejected_identifier_may_be_tried_again(wire: Wire) -> None:
    key = wire.sandbox.add_key()
    wire.sandbox.cable.faults.reject()
    await wire.socket.send_str(subscribing(identifier(key)))
    assert (await wire.said())["type"] == "reject_subscription"
    await wire.subscribe(key)


async def test_nothing_is_pushed_after_unsubscribing(here: Exchange, wire: Wire) -> None:
    text = await wire.subscribe()
    await wire.socket.send_str(json.dumps({"identifier": text, "command": "unsubscribe"}))
    assert await wire.meanwhile() == []
    await here.bot(strategy_list=[NONSTOP])
    assert await wire.meanwhile() == []
    await wire.socket.send_str(subscribing(text))
    assert (await wire.said())["type"] == "confirm_subscription"


# ---- keys ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("channel", "permission"), [(DEALS, Permission.BOTS_READ), (SMART_TRADES, Permission.SMART_TRADES_READ)]
)
async def test_channel_needs_its_permission_and_no_other(wire: Wire, channel: str, permission: Permission) -> None:
    enough = wire.sandbox.add_key(permissions=[permission])
    others = wire.sandbox.add_key(permissions=set(Permission) - {permission})
    await wire.subscribe(enough, channel=channel)
    await wire.socket.send_str(subscribing(identifier(others, channel=channel)))
    assert (await wire.said())["type"] == "reject_subscription"


@pytest.mark.parametrize("signature", ["", "0" * 64, "wrong", "\u00e4", "AAAA"])
async def test_wrong_signature_is_rejected_or_met_with_silence(wire: Wire, signature: str) -> None:
    key = wire.sandbox.add_key()
    text = json.dumps({"channel": DEALS, "users": [user(key, DEALS, signature)]})
    await wire.socket.send_str(subscribing(text))
    assert await wire.said() == {"identifier": text, "type": "reject_subscription"}
    wire.sandbox.cable.faults.answer_wrong_signatures("silence")
    await wire.socket.send_str(subscribing(text))
    assert await wire.meanwhile() == []
    await wire.subscribe(key)


async def test_key_that_is_not_known_and_no_key_at_all_are_rejected(wire: Wire) -> None:
    stranger = Sandbox().add_key()
    for text in (identifier(stranger), identifier()):
        await wire.socket.send_str(subscribing(text))
        assert await wire.said() == {"identifier": text, "type": "reject_subscription"}


async def test_rsa_key_signs_the_same_text(here: Exchange, wire: Wire) -> None:
    private = generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = here.sandbox.add_key(public_key=pem)
    signature = base64.b64encode(private.sign(b"/deals", PKCS1v15(), SHA256())).decode()
    for given, answer in ((signature, "confirm_subscription"), (signature[:-8], "reject_subscription")):
        text = json.dumps({"channel": DEALS, "users": [user(key, DEALS, given)]})
        await wire.socket.send_str(subscribing(text))
        assert await wire.said() == {"identifier": text, "type": answer}


async def test_several_keys_in_one_subscription_must_all_be_right(here: Exchange, wire: Wire) -> None:
    one, other = here.sandbox.add_key(), here.sandbox.add_key()
    await wire.subscribe(one, other)
    text = identifier(one, Sandbox().add_key())
    await wire.socket.send_str(subscribing(text))
    assert await wire.said() == {"identifier": text, "type": "reject_subscription"}
    await here.bot(strategy_list=[NONSTOP])
    assert len(await wire.messages()) == 1


async def test_each_connection_gets_its_own_identifier(here: Exchange, wire: Wire) -> None:
    first = await wire.subscribe(here.sandbox.add_key())
    async with wired(here.sandbox) as other:
        second = await other.subscribe(here.sandbox.add_key())
        await here.bot(strategy_list=[NONSTOP])
        one, two = await wire.said(), await other.said()
        assert (one["identifier"], two["identifier"]) == (first, second)
        assert one["message"] == two["message"]
        assert (here.sandbox.cable.connections, here.sandbox.cable.subscriptions) == (2, 2)


# ---- what is pushed when ---------------------------------------------------------------------------------------------
async def test_what_happened_before_the_confirmation_is_not_pushed_and_what_happens_after_it_is(
    here: Exchange, wire: Wire
) -> None:
    deal = await here.deal()
    await wire.subscribe()
    assert await wire.meanwhile() == []
    await here.to("1979")
    (pushed,) = await wire.messages()
    assert (pushed["id"], pushed["completed_safety_orders_count"]) == (deal.id, 1)


async def test_who_was_away_gets_nothing_for_it(here: Exchange) -> None:
    key = here.sandbox.add_key()
    async with wired(here.sandbox) as wire:
        await wire.subscribe(key)
    await here.bot(strategy_list=[NONSTOP])
    async with wired(here.sandbox) as wire:
        await wire.subscribe(key)
        assert await wire.meanwhile() == []


async def test_what_is_due_while_somebody_listens_is_pushed_without_any_other_request(
    here: Exchange, wire: Wire
) -> None:
    await here.bot(strategy_list=[NONSTOP], cooldown="60")
    await here.to("2050")
    await wire.subscribe()
    began = here.clock.elapsed
    assert (await wire.pushed())["status"] == "bought"
    assert 50 < here.clock.elapsed - began < 70


# ---- habits of foreign clients ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/websocket", "/websocket/deals", "/websocket/smart_trades"])
async def test_subscribing_without_waiting_for_the_welcome_works_on_each_path(here: Exchange, path: str) -> None:
    async with wired(here.sandbox, path, greet=False) as wire:
        text = identifier(here.sandbox.add_key())
        await wire.socket.send_str(subscribing(text))
        assert await wire.frame() == {"type": "welcome"}
        assert await wire.said() == {"identifier": text, "type": "confirm_subscription"}


async def test_answering_pings_is_harmless(wire: Wire) -> None:
    await wire.subscribe()
    for _ in range(3):
        await wire.frame()
        await wire.socket.send_str('{"type":"pong"}')
    assert await wire.meanwhile() == []


@pytest.mark.parametrize(
    ("wanted", "agreed"),
    [((), None), (("actioncable-v1-json", "actioncable-unsupported"), "actioncable-v1-json")],
)
async def test_protocol_of_the_official_client_is_agreed_to(
    here: Exchange, wanted: tuple[str, ...], agreed: str | None
) -> None:
    async with wired(here.sandbox, protocols=wanted) as wire:
        assert wire.socket.protocol == agreed


async def test_no_websocket_no_page(here: Exchange) -> None:
    url = here.sandbox.url.removesuffix("/public/api")
    async with aiohttp.ClientSession() as session:
        for path in ("/websocket", "/websocket/deals"):
            async with session.get(url + path) as answer:
                assert (answer.status, await answer.text()) == (404, "Page not found")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url + "/public/api/websocket")


async def test_websocket_is_not_part_of_the_api() -> None:
    async with Sandbox(limits=True) as sandbox:
        sandbox.faults.drop_next(times=3)
        async with wired(sandbox) as wire:
            await wire.subscribe()
        assert (sandbox.faults.pending, list(sandbox.requests)) == (3, [])


# ---- ends ------------------------------------------------------------------------------------------------------------
async def test_connection_that_was_closed_is_forgotten(here: Exchange) -> None:
    async with wired(here.sandbox) as wire:
        await wire.subscribe()
        assert repr(here.sandbox.cable) == "<SandboxCable: connections 1, subscriptions 1>"
    await here.clock.sleep(1)
    assert repr(here.sandbox.cable) == "<SandboxCable: connections 0, subscriptions 0>"
    await here.bot(strategy_list=[NONSTOP])


async def test_sandbox_that_stops_closes_its_websockets() -> None:
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        socket = await session.ws_connect(sandbox.url.removesuffix("/public/api") + "/websocket")
    ended = await Wire(sandbox, socket).end()
    assert ended.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING)
    async with sandbox:
        assert sandbox.cable.connections == 0
        await sandbox.prices.set(MARKET, PAIR, "2100")
