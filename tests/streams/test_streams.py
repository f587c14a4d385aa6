"""``client.streams`` on loopback: what a program sees of a connection that is well, lost, silent, refused."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.streams.exchange import DealExchange
from tests.streams.watcher import Watcher
from threecommas_async import (
    AuthenticationError,
    HmacCredentials,
    Limit,
    NotFoundError,
    NotSentError,
    PermissionDeniedError,
    RsaCredentials,
    SimulatedClock,
    ThreeCommasClient,
    ThreeCommasError,
)
from threecommas_async.sandbox.state.keys import Permission
from threecommas_async.streams import DealChanged, Gap, Resynced, Stream
from threecommas_async.transport.cable import Cable

Event = DealChanged | Gap | Resynced


@pytest.fixture
async def exchange() -> AsyncGenerator[DealExchange]:
    async with DealExchange() as running:
        yield running


@pytest.fixture
async def client(exchange: DealExchange) -> AsyncGenerator[ThreeCommasClient]:
    async with exchange.client() as running:
        yield running


async def events(stream: Stream[DealChanged], count: int) -> list[Event]:
    return [await anext(stream) for _ in range(count)]


def changes(told: list[Event]) -> list[tuple[int, int, str]]:
    """Return id, state and origin of each change."""
    return [
        (event.deal.id, event.deal.max_safety_orders or 0, event.origin)
        for event in told
        if isinstance(event, DealChanged)
    ]


async def test_change_after_entering_is_told_once(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.open(1)
    async with client.streams.deals() as deals:
        exchange.change(1)
        assert changes(await events(deals, 1)) == [(1, 2, "push")]
        exchange.tick(1)
        await exchange.clock.sleep(1000)  # several audits
        exchange.change(1)
        assert changes(await events(deals, 1)) == [(1, 3, "push")]
        assert client.streams.status.deals.audit_found == 0


async def test_what_was_there_before_is_not_told(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.open(1)
    await exchange.clock.sleep(10)
    async with client.streams.deals() as deals:
        await exchange.clock.sleep(1000)
        exchange.open(2)
        assert changes(await events(deals, 1)) == [(2, 1, "push")]


async def test_snapshot_is_told_first_and_ends_with_resynced(exchange: DealExchange, client: ThreeCommasClient) -> None:
    for number in (1, 2, 3):
        exchange.open(number)
    exchange.finish(3)
    await exchange.clock.sleep(100)
    async with client.streams.deals(snapshot="active") as deals:
        told = await events(deals, 3)
        assert sorted(changes(told)) == [(1, 1, "snapshot"), (2, 1, "snapshot")]
        assert told[-1] == Resynced(requests=2, changed=2)


async def test_what_changed_since_is_told_first(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.open(1)
    exchange.open(2)
    await exchange.clock.sleep(300)
    since = exchange.clock.now()
    await exchange.clock.sleep(1)
    exchange.finish(2)
    await exchange.clock.sleep(300)
    async with client.streams.deals(since=since) as deals:
        told = await events(deals, 2)
        assert changes(told) == [(2, 2, "backfill")]
        assert isinstance(told[-1], Resynced)


async def test_lost_connection_is_a_gap_that_is_filled(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.open(1)
    exchange.open(2)
    async with client.streams.deals(snapshot="active") as deals:
        await events(deals, 3)
        exchange.faults.drop_now()
        exchange.change(1)
        exchange.change(2, touch=False)
        told = await events(deals, 4)
        assert isinstance(told[0], Gap)
        assert told[0].reason == "closed with 1006"
        assert told[0].since <= exchange.deals[1].updated_at
        assert sorted(changes(told)) == [(1, 2, "backfill"), (2, 2, "backfill")]
        assert isinstance(told[-1], Resynced)
        assert told[-1].changed == 2
        assert client.streams.status.gap_since is None
        assert client.streams.status.connections == 2


@pytest.mark.parametrize("fault", ["half_frame", "stall", "disconnect", "drop"])
async def test_every_other_way_to_lose_it_is_a_gap_too(
    exchange: DealExchange, client: ThreeCommasClient, fault: str
) -> None:
    exchange.open(1)
    async with client.streams.deals(snapshot="active") as deals:
        await events(deals, 2)
        getattr(exchange.faults, fault)()
        exchange.change(1)
        told = await events(deals, 3)
        assert [type(event) for event in told] == [Gap, DealChanged, Resynced]
        assert changes(told)[0][:2] == (1, 2)


async def test_silence_is_found_within_the_time_of_a_few_pings(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    async with client.streams.deals() as deals:
        exchange.faults.stall()
        began = exchange.clock.monotonic()
        told = await anext(deals)
        assert isinstance(told, Gap)
        assert told.reason == "silence"
        assert exchange.clock.monotonic() - began < 15


async def test_program_that_stands_still_does_not_take_that_for_silence(exchange: DealExchange) -> None:
    clock = exchange.clock
    assert isinstance(clock, SimulatedClock)
    held_up = HeldUpClock(clock)
    async with exchange.client(clock=held_up) as client, client.streams.deals() as deals:
        await clock.sleep(7)
        held_up.stand_still(60)
        exchange.open(1)
        await clock.sleep(1)
        assert changes(await events(deals, 1)) == [(1, 1, "push")]
        assert client.streams.status.connections == 1


class HeldUpClock:
    """A clock on which time passes at once, as it does for who is stopped and goes on later."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._ahead = 0.0

    def stand_still(self, seconds: float) -> None:
        self._ahead += seconds

    def monotonic(self) -> float:
        return self._clock.monotonic() + self._ahead

    def now(self) -> Any:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


async def test_message_that_cannot_be_read_is_a_gap(exchange: DealExchange, client: ThreeCommasClient) -> None:
    async with client.streams.deals() as deals:
        exchange.faults.send('{"identifier": 7')
        told = await events(deals, 2)
        assert isinstance(told[0], Gap)
        assert told[0].reason == "unreadable"
        assert isinstance(told[1], Resynced)
        assert client.streams.status.deals.unreadable == 1


async def test_push_of_what_nobody_subscribed_to_is_dropped(exchange: DealExchange, client: ThreeCommasClient) -> None:
    async with client.streams.deals() as deals:
        exchange.faults.send('{"identifier": "another", "message": {"id": 5}}')
        exchange.open(1)
        assert changes(await events(deals, 1)) == [(1, 1, "push")]
        assert client.streams.status.stray == 1


async def test_filters_by_bot_and_account(exchange: DealExchange, client: ThreeCommasClient) -> None:
    async with (
        client.streams.deals(bot_id=8) as none,
        client.streams.deals(bot_id=7, account_id=1) as deals,
    ):
        await exchange.clock.sleep(1)
        exchange.open(1)
        assert changes(await events(deals, 1)) == [(1, 1, "push")]
        assert repr(none) == "<Stream of deals, open, 0 to be told>"


async def test_two_streams_share_one_connection_and_one_subscription(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    async with client.streams.deals() as one, client.streams.deals() as other:
        (connection,) = exchange.cable.connections
        assert len(connection.subscriptions) == 1
        await exchange.clock.sleep(1)
        exchange.open(1)
        assert changes(await events(one, 1)) == changes(await events(other, 1)) == [(1, 1, "push")]
    await exchange.clock.sleep(1)
    assert exchange.cable.connections == []


async def test_views_of_a_client_share_the_connection(exchange: DealExchange, client: ThreeCommasClient) -> None:
    async with client.streams.deals(), client.with_options(mode="paper").streams.deals() as deals:
        assert len(exchange.cable.connections) == 1
        exchange.open(1)
        assert changes(await events(deals, 1)) == [(1, 1, "push")]


async def test_slow_consumer_is_told_the_latest_state_and_how_many_it_skipped(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    async with client.streams.deals() as deals:
        exchange.open(1)
        for _ in range(4):
            exchange.change(1)
        await exchange.clock.sleep(1)
        (told,) = await events(deals, 1)
        assert isinstance(told, DealChanged)
        assert (told.deal.max_safety_orders, told.skipped) == (5, 4)


async def test_consumer_that_never_reads_holds_up_nobody_and_is_told_all_in_the_end(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    async with client.streams.deals(max_pending=5) as slow, client.streams.deals() as quick:
        for number in range(1, 21):
            exchange.open(number)
        assert len(changes(await events(quick, 20))) == 20
        watcher = Watcher(slow)
        reading = asyncio.create_task(watcher.read())
        await exchange.clock.sleep(600)
        reading.cancel()
        assert watcher.missed(exchange) == []
        assert watcher.kinds.count("Gap") == watcher.kinds.count("Resynced") == 1
        assert (watcher.backwards, watcher.repeated) == (0, 0)


async def test_gap_stays_open_while_lists_cannot_be_had(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.open(1)
    async with client.streams.deals(snapshot="active") as deals:
        await events(deals, 2)
        exchange.refused_with = 503
        exchange.faults.drop_now()
        exchange.change(1)
        assert isinstance(await anext(deals), Gap)
        await exchange.clock.sleep(100)
        assert client.streams.status.gap_since is not None
        exchange.change(1)
        assert changes(await events(deals, 1)) == [(1, 3, "push")]
        exchange.refused_with = None
        assert isinstance(await anext(deals), Resynced)


async def test_fill_leaves_room_for_the_calls_of_the_program(exchange: DealExchange) -> None:
    limits = [Limit(requests=4, per=60, pause=60)]
    async with exchange.client(limits=limits) as client, client.streams.deals(audit=1.0):
        for _ in range(20):
            await exchange.clock.sleep(7)
            began = exchange.clock.monotonic()
            await client.with_options(max_wait=0).deals.list(limit=1) if _ % 9 == 0 else None
            assert exchange.clock.monotonic() == began


# ---- what ends a stream ----------------------------------------------------------------------------------------------
async def test_rejected_subscription_is_an_error_at_once(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.faults.reject()
    with pytest.raises(AuthenticationError, match="rejected the subscription"):
        async with client.streams.deals():
            pass
    assert client.streams.status.connections == 1


async def test_wrong_secret_is_rejected(exchange: DealExchange) -> None:
    key = exchange.keys.add(None, None, None, [*Permission]).api_key
    options = {"base_url": exchange.url, "clock": exchange.clock, "limits": None}
    async with ThreeCommasClient(HmacCredentials(key, "wrong"), **options) as client:  # type: ignore[arg-type]
        with pytest.raises(AuthenticationError):
            async with client.streams.deals():
                pass


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (403, PermissionDeniedError)])
async def test_silence_on_a_subscription_is_asked_after_by_an_ordinary_call(
    exchange: DealExchange, client: ThreeCommasClient, status: int, error: type[ThreeCommasError]
) -> None:
    exchange.faults.ignore_subscribe(100)
    exchange.refused_with = status
    with pytest.raises(error):
        async with client.streams.deals():
            pass
    assert client.streams.status.connections == 1


async def test_subscription_that_was_not_heard_is_repeated_on_the_same_connection(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    exchange.faults.ignore_subscribe(3)
    async with client.streams.deals():
        assert client.streams.status.connections == 1


async def test_no_confirmation_with_a_good_key_is_tried_on_another_connection(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    exchange.faults.ignore_subscribe(5)
    async with client.streams.deals():
        assert client.streams.status.connections == 2
        assert client.streams.status.last_loss == "no confirmation"


async def test_disconnection_for_good_ends_all_streams(exchange: DealExchange, client: ThreeCommasClient) -> None:
    async with client.streams.deals() as one, client.streams.deals() as other:
        exchange.faults.disconnect("unauthorized", reconnect=False)
        for stream in (one, other):
            with pytest.raises(AuthenticationError, match="unauthorized"):
                await anext(stream)
    assert client.streams.status.connections == 1


async def test_no_connection_within_open_timeout_is_not_sent(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.faults.refuse(503, times=1000)
    began = exchange.clock.monotonic()
    with pytest.raises(NotSentError, match=r"not opened within 30 s: the handshake was answered with 503"):
        async with client.streams.deals():
            pass
    assert exchange.clock.monotonic() - began == pytest.approx(30)
    assert client.streams.status.state == "closed"


async def test_refused_handshakes_are_repeated(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.faults.refuse(502, times=2)
    async with client.streams.deals():
        assert client.streams.status.state == "live"


async def test_closing_the_client_ends_its_streams(exchange: DealExchange) -> None:
    client = exchange.client()
    async with client.streams.deals() as deals:
        reading = asyncio.ensure_future(anext(deals))
        await asyncio.sleep(0)
        await client.close()
        with pytest.raises(NotSentError, match="the client is closed"):
            await reading
    with pytest.raises(NotSentError, match="closed"):
        async with client.streams.deals():
            pass


async def test_key_that_is_refused_later_ends_the_stream(exchange: DealExchange, client: ThreeCommasClient) -> None:
    async with client.streams.deals(audit=10) as deals:
        exchange.refused_with = 401
        with pytest.raises(AuthenticationError):
            await anext(deals)


async def test_left_stream_ends_its_iteration(exchange: DealExchange, client: ThreeCommasClient) -> None:
    async with client.streams.deals() as deals:
        pass
    assert [event async for event in deals] == []
    with pytest.raises(RuntimeError, match="entered once"):
        async with deals:
            pass


async def test_stream_that_is_opened_while_the_last_one_is_left_is_told_everything_once(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    async with client.streams.deals():
        leaving = asyncio.ensure_future(client.streams.deals().__aenter__())
        other = await leaving
    for _ in range(3):
        left = asyncio.ensure_future(other.__aexit__(None, None, None))
        await asyncio.sleep(0)
        other = await client.streams.deals().__aenter__()
        await left
    await exchange.clock.sleep(1)
    exchange.open(1)
    assert changes(await events(other, 1)) == [(1, 1, "push")]
    assert client.streams.status.deals.pushes == 1
    await other.__aexit__(None, None, None)


async def test_stream_that_is_opened_after_another_was_refused_subscribes_anew(
    exchange: DealExchange, client: ThreeCommasClient
) -> None:
    async with client.streams.deals() as refused:
        exchange.faults.disconnect("unauthorized", reconnect=False)
        with pytest.raises(AuthenticationError):
            await anext(refused)
        async with client.streams.deals() as deals:
            await exchange.clock.sleep(1)
            exchange.open(1)
            assert changes(await events(deals, 1)) == [(1, 1, "push")]


async def test_connection_that_breaks_while_subscribing_is_made_again(
    exchange: DealExchange, client: ThreeCommasClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [aiohttp.ClientConnectionResetError("closing"), OSError()]
    send = aiohttp.ClientWebSocketResponse.send_str

    async def send_str(socket: Any, data: str, compress: int | None = None) -> None:
        if broken:
            raise broken.pop()
        await send(socket, data, compress)

    monkeypatch.setattr(aiohttp.ClientWebSocketResponse, "send_str", send_str)
    async with client.streams.deals():
        assert client.streams.status.last_loss == "broken while subscribing"
        assert client.streams.status.connections == 3


async def test_stream_is_entered_before_it_is_read(client: ThreeCommasClient) -> None:
    with pytest.raises(RuntimeError, match="enter the stream first"):
        await anext(client.streams.deals())


async def test_pauses_grow_where_connections_are_accepted_and_dropped(exchange: DealExchange) -> None:
    """Full jitter is drawn from nothing to a bound that doubles, and only a good connection sets it back."""
    bounds = list[float]()

    class Drawn(random.Random):
        def uniform(self, a: float, b: float) -> float:
            bounds.append(b)
            return b

    async with exchange.client() as client:
        stream = client.streams.deals()
        cable = client._transport.cable
        assert isinstance(cable, Cable)
        object.__setattr__(cable, "_random", Drawn())
        async with stream as deals:
            exchange.faults.drop_now()
            while len(bounds) < 8:
                exchange.faults.drop(after=1)
                await exchange.clock.sleep(0.1)
            exchange.faults.clear()
            await exchange.clock.sleep(100)
            exchange.faults.drop_now()
            await exchange.clock.sleep(5)
            assert isinstance(await anext(deals), Gap)
    assert bounds == [0.5, 1, 2, 4, 8, 16, 30, 30, 0.5]


# ---- the rest --------------------------------------------------------------------------------------------------------
async def test_poll_tells_changes_without_a_websocket(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.open(1)
    async with client.streams.deals(transport="poll", snapshot="active") as deals:
        assert changes(await events(deals, 2)) == [(1, 1, "snapshot")]
        exchange.change(1)
        exchange.open(2)
        assert sorted(changes(await events(deals, 2))) == [(1, 2, "audit"), (2, 1, "audit")]
        exchange.finish(1)
        assert changes(await events(deals, 1)) == [(1, 3, "audit")]
    assert exchange.cable.connections == []
    assert client.streams.status.connections == 0


async def test_poll_raises_on_entering_if_the_key_is_refused(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.refused_with = 403
    with pytest.raises(PermissionDeniedError):
        async with client.streams.deals(transport="poll"):
            pass


async def test_wait_for_deal_looks_first(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.open(1)
    assert (await client.streams.wait_for_deal(1, lambda deal: not deal.is_finished)).id == 1
    assert client.streams.status.connections == 0


async def test_wait_for_deal_waits(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.open(1)
    waiting = asyncio.create_task(client.streams.wait_for_deal(1, lambda deal: deal.is_finished, timeout=600))
    await exchange.clock.sleep(1)
    exchange.change(1)
    exchange.finish(1)
    deal = await waiting
    assert (deal.is_finished, deal.max_safety_orders) == (True, 3)


async def test_wait_for_deal_ends_in_a_timeout(exchange: DealExchange, client: ThreeCommasClient) -> None:
    exchange.open(1)
    began = exchange.clock.monotonic()
    with pytest.raises(TimeoutError):
        await client.streams.wait_for_deal(1, lambda deal: deal.is_finished, timeout=600)
    assert exchange.clock.monotonic() - began == pytest.approx(600)
    with pytest.raises(NotFoundError):
        await client.streams.wait_for_deal(99, lambda deal: deal.is_finished, timeout=600)
    await exchange.clock.sleep(1)
    assert exchange.cable.connections == []


async def test_rsa_key_subscribes(exchange: DealExchange) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = exchange.keys.add(None, None, public, [*Permission]).api_key
    credentials = RsaCredentials(key, pem)
    async with (
        ThreeCommasClient(credentials, base_url=exchange.url, clock=exchange.clock, limits=None) as client,
        client.streams.deals() as deals,
    ):
        exchange.open(1)
        assert changes(await events(deals, 1)) == [(1, 1, "push")]


def test_signatures_of_subscriptions_are_those_that_the_vendor_prints(signing: dict[str, Any]) -> None:
    credentials = HmacCredentials(signing["api_key"], signing["hmac_secret"])
    printed = {vector["signed"]: vector["signature"] for vector in signing["vectors"] if "channel" in vector}
    assert set(printed) == {"/deals", "/smart_trades"}
    assert {text: credentials.sign(text.encode()) for text in printed} == printed


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"snapshot": "all"}, "snapshot must be 'active' or None"),
        ({"transport": "udp"}, "transport must be 'websocket' or 'poll'"),
        ({"max_pending": 0}, "max_pending must be at least 1"),
        ({"audit": 0}, "audit must be a finite number of seconds above 0"),
        ({"open_timeout": -1}, "open_timeout must be a finite number of seconds"),
        ({"bot_id": -1}, "bot_id"),
    ],
)
async def test_wrong_argument_is_named(client: ThreeCommasClient, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        client.streams.deals(**options)


def test_place_of_the_websocket_follows_from_the_base_url_or_must_be_given() -> None:
    key = HmacCredentials("key", "secret")
    assert "wss://ws.3commas.io/websocket" in repr(ThreeCommasClient(key)._stream_url)
    assert ThreeCommasClient(key, base_url="http://127.0.0.1:1/public/api")._stream_url == "ws://127.0.0.1:1/websocket"
    elsewhere = ThreeCommasClient(key, base_url="https://proxy.example/public/api")
    with pytest.raises(ValueError, match="give ThreeCommasClient a stream_url"):
        elsewhere.streams.deals()
    with pytest.raises(ValueError, match="plain ws is allowed for loopback hosts only"):
        ThreeCommasClient(key, stream_url="ws://example.org/websocket")
    with pytest.raises(ValueError, match="a stream needs a key"):
        ThreeCommasClient().streams.deals()
