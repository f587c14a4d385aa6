"""Every frame of a stream holds a signature: none gets out, whatever goes wrong and whoever listens."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable

import pytest

from tests.faults.canaries import Watch, all_ears
from tests.streams.exchange import DealExchange
from threecommas_async import Credentials, ThreeCommasError
from threecommas_async.sandbox.control.cable import CableFaults
from threecommas_async.sandbox.state.keys import Permission
from threecommas_async.streams import DealChanged, Stream

KEY, SECRET = "the-api-key-canary", "the-secret-canary"


def refuse_in_silence(exchange: DealExchange) -> None:
    exchange.faults.ignore_subscribe(100)
    exchange.refused_with = 401


BEGINNINGS: dict[str, Callable[[DealExchange], object]] = {
    "all well": lambda exchange: None,
    "rejected": lambda exchange: exchange.faults.reject(),
    "silence, and the key is refused": lambda exchange: refuse_in_silence(exchange),
    "no handshake": lambda exchange: exchange.faults.refuse(503, times=200),
    "closed under way": lambda exchange: None,
}
"""What goes wrong when the stream is opened."""


def troubles(faults: CableFaults, exchange: DealExchange) -> list[Callable[[], object]]:
    """Return what goes wrong later; some of it echoes credentials."""
    return [
        faults.drop_now,
        faults.half_frame,
        faults.stall,
        lambda: faults.send(f'{{"identifier": "{echo(exchange)}", "message": nonsense'),
        lambda: faults.send("[1, 2, 3]"),
        lambda: faults.disconnect("server_restart"),
        lambda: faults.disconnect(f"a reason with {echo(exchange)}"),
        lambda: faults.send(f'{{"type": "reject_subscription", "identifier": "{echo(exchange)}"}}'),
        lambda: faults.send(f'{{"type": "confirm_subscription", "identifier": "{echo(exchange)}"}}'),
    ]


def echo(exchange: DealExchange) -> str:
    """Return the identifier of a subscription, as a server would echo it."""
    identifiers = [identifier for connection in exchange.cable.connections for identifier in connection.subscriptions]
    return identifiers[0].replace('"', "'") if identifiers else SECRET


@pytest.mark.parametrize("beginning", BEGINNINGS)
async def test_no_signature_or_identifier_gets_out_whatever_goes_wrong(beginning: str) -> None:
    async with DealExchange() as exchange:
        credentials = exchange.keys.add(KEY, SECRET, None, [*Permission]).credentials()
        watch = Watch({"api key": KEY, "secret": SECRET, "signature": credentials.sign(b"/deals")})
        exchange.open(1)
        with all_ears(watch):
            for seed in range(4):
                exchange.faults.clear()
                exchange.refused_with = None
                BEGINNINGS[beginning](exchange)
                await live(exchange, watch, credentials, random.Random(seed), beginning)  # noqa: S311 - which troubles
        watch.judge()
        assert watch.leaks == []
        assert watch.looked > 10_000


async def live(
    exchange: DealExchange, watch: Watch, credentials: Credentials, rng: random.Random, beginning: str
) -> None:
    client = exchange.client(credentials)
    streams = client.streams
    try:
        async with streams.deals(snapshot="active", open_timeout=40) as deals:
            reading = asyncio.ensure_future(read(deals, watch))
            for _ in range(6):
                await exchange.clock.sleep(1)
                exchange.change(1)
                rng.choice(troubles(exchange.faults, exchange))()
                watch.look("reprs", f"{deals!r} {streams!r} {streams.status!r} {client!r} {asyncio.all_tasks()!r}")
            if beginning == "closed under way":
                await client.close()
            await exchange.clock.sleep(20)
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
    except ThreeCommasError as error:
        watch.look_at_error("on entering", error)
    finally:
        await client.close()


async def read(deals: Stream[DealChanged], watch: Watch) -> None:
    try:
        async for event in deals:
            watch.look("event", repr(event))
            if isinstance(event, DealChanged):
                watch.look("deal", str(event.deal))
    except ThreeCommasError as error:
        watch.look_at_error("on reading", error)
