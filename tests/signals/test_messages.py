"""What a signal looks like on the wire, and what is refused before it is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loopback import Loopback
from threecommas_async import Secret, SimulatedClock, ThreeCommasClient
from threecommas_async.signals import (
    FLAT,
    DcaBotSignals,
    EntryOrder,
    SignalBotSignals,
    SignalReceipt,
    SignalStopLoss,
    SignalTakeProfit,
    SignalTakeProfitStep,
    SignalTrailing,
    StrategyPosition,
)

TOKEN = "0f0e0d0c-0000-4000-8000-000000000001"
UUID = "0a0b0c0d-0000-4000-8000-000000000002"
HEAD = {"message_type": "bot", "bot_id": 1234567, "email_token": TOKEN, "delay_seconds": 0}
BOT_HEAD = {
    "secret": "s-EXAMPLE",
    "bot_uuid": UUID,
    "action": "",
    "tv_exchange": "BINANCE",
    "tv_instrument": "BTCUSDT",
    "timestamp": "2025-01-01T00:00:00Z",
    "max_lag": "300",
}

Call = Callable[[Any], Coroutine[Any, Any, SignalReceipt]]


@pytest.fixture
async def server() -> AsyncGenerator[Loopback]:
    async with Loopback() as running:
        yield running


@pytest.fixture
async def client(server: Loopback) -> AsyncGenerator[ThreeCommasClient]:
    async with ThreeCommasClient(base_url=server.client()._transport.base_url, clock=SimulatedClock()) as running:
        yield running


@pytest.fixture
def dca(client: ThreeCommasClient) -> DcaBotSignals:
    return client.signals.dca(1234567, email_token=TOKEN)


@pytest.fixture
def bot(client: ThreeCommasClient) -> SignalBotSignals:
    return client.signals.bot(UUID, secret="s-EXAMPLE", exchange="BINANCE")


DCA_MESSAGES: list[tuple[Call, dict[str, object]]] = [
    (lambda b: b.start_deal("USDT_BTC"), {"pair": "USDT_BTC"}),
    (lambda b: b.start_deal(), {}),
    (lambda b: b.start_deal("USD_BTC-PERP", delay_seconds=15), {"delay_seconds": 15, "pair": "USD_BTC-PERP"}),
    (lambda b: b.close_deal("USDT_BTC"), {"pair": "USDT_BTC", "action": "close_at_market_price"}),
    (lambda b: b.close_all(), {"action": "close_at_market_price_all"}),
    (lambda b: b.close_all(stop_bot=True), {"action": "close_at_market_price_all_and_stop_bot"}),
    (lambda b: b.cancel_deal("USDT_BTC"), {"pair": "USDT_BTC", "action": "cancel"}),
    (lambda b: b.cancel_all(), {"action": "cancel_all"}),
    (lambda b: b.cancel_all(stop_bot=True), {"action": "cancel_all_and_stop_bot"}),
    (lambda b: b.start_bot(), {"action": "start_bot"}),
    (
        lambda b: b.start_bot(start_deal=True, pair="USDT_BTC"),
        {"pair": "USDT_BTC", "action": "start_bot_and_start_deal"},
    ),
    (lambda b: b.stop_bot(), {"action": "stop_bot"}),
    (lambda b: b.start_trailing("USDT_BTC"), {"pair": "USDT_BTC", "action": "start_trailing"}),
    (lambda b: b.add_funds("10.5"), {"action": "add_funds_in_quote", "volume": Decimal("10.5")}),
    (
        lambda b: b.add_funds(10, "USDT_BTC", price="64000.10"),
        {
            "pair": "USDT_BTC",
            "action": "add_funds_in_quote",
            "volume": Decimal(10),
            "price": Decimal("64000.10"),
        },
    ),
    (lambda b: b.raw({"delay_seconds": 0, "action": "something_new"}), {"action": "something_new"}),
]


@pytest.mark.parametrize(("call", "fields"), DCA_MESSAGES)
async def test_message_of_a_dca_bot(
    server: Loopback, dca: DcaBotSignals, call: Call, fields: dict[str, object]
) -> None:
    receipt = await call(dca)
    (asked,) = server.asked
    assert (asked.verb, asked.path) == ("POST", "/trade_signal/trading_view")
    assert json.loads(asked.body, parse_float=Decimal) == HEAD | fields
    assert receipt.action == fields.get("action", "start_deal")
    assert (receipt.status, receipt.bot) == (200, "1234567")


BOT_MESSAGES: list[tuple[Call, dict[str, object]]] = [
    (lambda b: b.enter_long("BTCUSDT"), {"action": "enter_long"}),
    (
        lambda b: b.enter_long(
            "BTCUSDT",
            trigger_price="64000.5",
            order=EntryOrder(amount="50"),
            stop_loss=SignalStopLoss(trigger_price_percent=2),
        ),
        {
            "action": "enter_long",
            "trigger_price": "64000.5",
            "order": {"amount": "50", "currency_type": "quote", "order_type": "market"},
            "stop_loss": {"enabled": True, "order_type": "market", "trigger_price_percent": 2},
        },
    ),
    (
        lambda b: b.enter_short(
            "BTC/USDT",
            order=EntryOrder(
                amount=Decimal("0.5"),
                currency_type="base",
                order_type="limit",
                price_percent="-1.5",
                price_percent_ref_type="current_price",
            ),
            take_profit=SignalTakeProfit(
                steps=[
                    SignalTakeProfitStep(price_percent=1, volume_percent="40.5"),
                    SignalTakeProfitStep(
                        price_percent="2.5",
                        volume_percent="59.5",
                        order_type="market",
                        trailing=SignalTrailing(percent="0.5"),
                    ),
                ]
            ),
            max_lag=30,
            timestamp=datetime(2026, 3, 1, 12, tzinfo=UTC),
        ),
        {
            "action": "enter_short",
            "tv_instrument": "BTC/USDT",
            "max_lag": "30",
            "timestamp": "2026-03-01T12:00:00Z",
            "order": {
                "amount": "0.5",
                "currency_type": "base",
                "order_type": "limit",
                "price_percent": "-1.5",
                "price_percent_ref_type": "current_price",
            },
            "take_profit": {
                "enabled": True,
                "steps": [
                    {"order_type": "limit", "price_percent": 1, "volume_percent": Decimal("40.5")},
                    {
                        "order_type": "market",
                        "price_percent": Decimal("2.5"),
                        "volume_percent": Decimal("59.5"),
                        "trailing": {"enabled": True, "percent": Decimal("0.5")},
                    },
                ],
            },
        },
    ),
    (lambda b: b.exit_long("BTCUSDT"), {"action": "exit_long"}),
    (
        lambda b: b.exit_short("BTCUSDT", percent="33.3"),
        {
            "action": "exit_short",
            "order": {"amount": "33.3", "currency_type": "position_percent", "order_type": "market"},
        },
    ),
    (
        lambda b: b.strategy(
            "buy",
            "BTCUSDT",
            position=StrategyPosition(side="long", size="0.01"),
            previous=FLAT,
            amount="0.01",
        ),
        {
            "action": "buy",
            "order": {"amount": "0.01", "currency_type": "base"},
            "strategy_info": {
                "market_position": "long",
                "market_position_size": "0.01",
                "prev_market_position": "flat",
                "prev_market_position_size": "0",
            },
        },
    ),
]


@pytest.mark.parametrize(("call", "fields"), BOT_MESSAGES)
async def test_message_of_a_signal_bot(
    server: Loopback, bot: SignalBotSignals, call: Call, fields: dict[str, object]
) -> None:
    receipt = await call(bot)
    (asked,) = server.asked
    assert (asked.verb, asked.path) == ("POST", "/signal_bots/webhooks")
    assert json.loads(asked.body, parse_float=Decimal) == BOT_HEAD | fields
    assert (receipt.action, receipt.bot) == (fields["action"], UUID)


@pytest.mark.parametrize("positions", [None, "market_close", "cancel"])
async def test_message_that_disables_a_signal_bot(server: Loopback, bot: SignalBotSignals, positions: Any) -> None:
    await bot.disable(positions=positions)
    wanted = {"secret": "s-EXAMPLE", "bot_uuid": UUID, "action": "disable"}
    wanted |= {"timestamp": "2025-01-01T00:00:00Z", "max_lag": "300"}
    wanted |= {} if positions is None else {"positions_sub_action": positions}
    assert json.loads(server.asked[0].body) == wanted


async def test_message_of_an_account(server: Loopback, client: ThreeCommasClient) -> None:
    await client.signals.account(7, email_token=Secret(TOKEN)).stop_all("short")
    assert json.loads(server.asked[0].body) == {
        "message_type": "account",
        "account_id": 7,
        "email_token": TOKEN,
        "delay_seconds": 0,
        "action": "stop_all_short",
    }


async def test_nothing_of_the_signed_api_goes_along(server: Loopback) -> None:
    async with server.client() as signed:
        await signed.with_options(mode="paper").signals.dca(1, email_token=TOKEN).stop_bot()
    (asked,) = server.asked
    assert {name.lower() for name in asked.headers} == {
        "host",
        "accept",
        "accept-encoding",
        "user-agent",
        "content-type",
        "content-length",
    }
    assert asked.query == ""


WRONG_OF_DCA: list[tuple[Call, str]] = [
    (lambda b: b.start_deal("BTCUSDT"), "pair must be a pair of the bot, the quote currency first"),
    (lambda b: b.start_deal("usdt_btc"), "pair must be a pair of the bot"),
    (lambda b: b.start_deal(delay_seconds=-1), "delay_seconds must be at least 0, not -1"),
    (lambda b: b.start_bot(pair="USDT_BTC"), "pair is for start_deal=True"),
    (lambda b: b.add_funds(0), "volume must be above 0, not 0"),
    (lambda b: b.add_funds("NaN"), "volume must be a finite number"),
    (lambda b: b.add_funds(1, price="-2"), "price must be above 0"),
    (lambda b: b.raw({"bot_id": 8}), "bot_id is filled in"),
    (lambda b: b.raw({"price": "{{close}}"}), "price has a placeholder that only TradingView fills"),
]


@pytest.mark.parametrize(("call", "problem"), WRONG_OF_DCA)
async def test_wrong_argument_of_a_dca_bot_is_named_before_sending(
    server: Loopback, dca: DcaBotSignals, call: Call, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        await call(dca)
    assert server.asked == []


WRONG_OF_BOT: list[tuple[Callable[[Any], Any], str]] = [
    (lambda b: b.enter_long("USDT_BTC"), "instrument must be a ticker such as 'BTCUSDT'"),
    (lambda b: b.enter_long("{{ticker}}"), "instrument must be a ticker"),
    (lambda b: b.enter_long("BTCUSDT", max_lag=0), "max_lag must be at least 1"),
    (lambda b: b.enter_long("BTCUSDT", timestamp=datetime(2026, 1, 1)), "timestamp must be an aware datetime"),  # noqa: DTZ001
    (lambda b: b.exit_long("BTCUSDT", percent=101), "percent must be at most 100"),
    (lambda b: b.disable(positions="sell"), "positions must be 'market_close', 'cancel' or None"),
    (lambda b: b.strategy("hold", "BTCUSDT", position=FLAT, previous=FLAT, amount=1), "side must be"),
    (lambda b: EntryOrder(amount=1, order_type="limit"), "exactly one of price and price_percent"),
    (lambda b: EntryOrder(amount=1, price=2), "a market order has no price"),
    (lambda b: EntryOrder(amount=1, order_type="limit", price_percent=1), "price_percent_ref_type"),
    (lambda b: EntryOrder(amount=0), "amount must be above 0"),
    (lambda b: EntryOrder(amount=1, currency_type=cast("Any", "usd")), "currency_type must be"),
    (lambda b: SignalTakeProfit(steps=[]), "steps must not be empty"),
    (lambda b: SignalTakeProfit(steps=[step(50), step(40)]), "must add up to 100, not 90"),
    (lambda b: SignalTakeProfit(steps=[step("12.5")] * 9), "steps may be 8 at most"),
    (
        lambda b: SignalTakeProfit(
            steps=[
                SignalTakeProfitStep(price_percent=1, volume_percent=50, trailing=SignalTrailing()),
                step(50),
            ]
        ),
        "only the last step may trail",
    ),
    (lambda b: StrategyPosition(side="flat", size=1), "size must be 0 for a flat position"),
    (lambda b: StrategyPosition(side="long", size=0), "size must be 0 for a flat position"),
]


@pytest.mark.parametrize(("call", "problem"), WRONG_OF_BOT)
async def test_wrong_argument_of_a_signal_bot_is_named_before_sending(
    server: Loopback, bot: SignalBotSignals, call: Callable[[Any], Any], problem: str
) -> None:
    async def go() -> None:
        await call(bot)

    with pytest.raises(ValueError, match=problem):
        await go()
    assert server.asked == []


def step(volume: int | str) -> SignalTakeProfitStep:
    return SignalTakeProfitStep(price_percent=1, volume_percent=volume)


WRONG_HANDLES: list[tuple[Callable[[Any], Any], type[Exception], str]] = [
    (lambda s: s.dca(0, email_token=TOKEN), ValueError, "bot_id must be above 0"),
    (lambda s: s.dca("7", email_token=TOKEN), TypeError, "bot_id must be an int"),
    (lambda s: s.dca(7, email_token="token"), ValueError, "email_token must be the UUID in the message"),
    (lambda s: s.dca(7, email_token=None), ValueError, "email_token is required"),
    (lambda s: s.bot("7", secret="s", exchange="BINANCE"), ValueError, "uuid must be the bot_uuid"),
    (lambda s: s.bot(UUID, secret="", exchange="BINANCE"), ValueError, "secret is required"),
    (lambda s: s.bot(UUID, secret="{{secret}}", exchange="BINANCE"), ValueError, "secret must be the text"),
    (lambda s: s.bot(UUID, secret="s", exchange="{{exchange}}"), ValueError, "exchange must be what charts call"),
    (lambda s: s.account(-1, email_token=TOKEN), ValueError, "account_id must be above 0"),
    (lambda s: s.confirm(s.dca(7, email_token=TOKEN)), ValueError, "confirming needs an API key"),
]


@pytest.mark.parametrize(("make", "error", "problem"), WRONG_HANDLES)
def test_wrong_handle_is_named(make: Callable[[Any], Any], error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem) as caught:
        make(ThreeCommasClient().signals)
    assert "token" not in str(caught.value).replace("email_token", "")


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="not a float"):
        EntryOrder(amount=0.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@given(st.decimals(min_value="0.00000001", max_value=10**12, allow_nan=False, allow_infinity=False))
def test_numbers_go_out_with_every_digit_and_no_exponent(volume: Decimal) -> None:
    async def sent() -> bytes:
        async with (
            Loopback() as server,
            ThreeCommasClient(base_url=server.client()._transport.base_url, clock=SimulatedClock()) as client,
        ):
            await client.signals.dca(1, email_token=TOKEN).add_funds(volume)
            return server.asked[0].body

    body = asyncio.run(sent())
    written = body.partition(b'"volume":')[2].rstrip(b"}").decode()
    assert Decimal(written) == volume
    assert "e" not in written.lower()
