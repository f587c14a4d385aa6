"""All 29 endpoints of bots and deals, against the catalogue and through the client.

Verb, path, permission, status and shape; nothing that the client does not know; every documented refusal.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import attrs
import pytest
from attrs import frozen

from tests.sandbox.api.test_catalogue import differences
from tests.sandbox.calling import Caller
from tests.sandbox.trading import E1, PAIR, RSI, D, Exchange
from threecommas_async import HmacCredentials, ThreeCommasClient
from threecommas_async.errors import (
    ApiError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    Outcome,
    PermissionDeniedError,
)
from threecommas_async.models import DcaBot, Deal, SmartTrade, TakeProfitStepSettings
from threecommas_async.models.base import Model
from threecommas_async.sandbox import Permission
from threecommas_async.sandbox.api import ENDPOINTS

CATALOGUE: Final = Path(__file__).parents[2] / "fixtures" / "catalogue"
DOCUMENTED: Final[dict[tuple[str, str], dict[str, Any]]] = {
    (endpoint["method"], endpoint["path"]): endpoint
    for group in ("bots", "deals")
    for endpoint in json.loads((CATALOGUE / f"{group}.json").read_text())["endpoints"]
}
UNDOCUMENTED: Final = {("POST", "/ver1/bots/{bot_id}/start_new_deal")}
"""On no page any more, see ``test_undocumented.py``."""
MISSPELT: Final = {"SMART_TRADE_WRITE": "SMART_TRADES_WRITE"}
RECORDED_LATER: Final = {"safety_order_calculation_mode", "custom_safety_steps"}
"""In every recording of 2025, not in the examples of 2024."""
STEPS: Final = [
    TakeProfitStepSettings(amount_percentage=50, profit_percentage=2),
    TakeProfitStepSettings(amount_percentage=50, profit_percentage=3),
]


# ---- the rows ----------------------------------------------------------------------------------------------------
def test_every_endpoint_of_the_two_groups_is_served_and_no_other() -> None:
    served = {(row.method, row.path): row for row in ENDPOINTS if row.path.startswith(("/ver1/bots", "/ver1/deals"))}
    assert served.keys() == DOCUMENTED.keys() | UNDOCUMENTED
    assert len(DOCUMENTED) == 29
    for key in DOCUMENTED:
        row = served[key]
        documented = DOCUMENTED[key]["permission"]
        assert row.permission == MISSPELT.get(documented, documented), key
        assert row.signed
        assert row.status == success(key)[0], key


def success(key: tuple[str, str]) -> tuple[int, str]:
    response = next(one for one in DOCUMENTED[key]["responses"] if one["status"] < 300)
    return response["status"], response["example_json"]


# ---- as it comes over the wire -----------------------------------------------------------------------------------
@frozen
class Sent:
    """A call that succeeds."""

    method: str
    path: str
    query: dict[str, object] | None = None
    body: dict[str, object] | None = None
    state: str = "running"
    """What there is: a deal that is ``running``, ``waiting`` for a signal, with ``steps``, or none (``idle``)."""


BOT: Final = "/ver1/bots/{bot_id}"
DEAL: Final = "/ver1/deals/{deal_id}"
SETTINGS: Final[dict[str, object]] = {
    "name": "name DCA Bot",
    "pairs": PAIR,
    "strategy_list": [{"options": {}, "strategy": "nonstop"}],
    "base_order_volume": "100.0",
    "take_profit_type": "total",
    "take_profit": None,
    "take_profit_steps": [
        {"amount_percentage": 50, "profit_percentage": 10},
        {"amount_percentage": 50, "profit_percentage": 20},
    ],
    "stop_loss_percentage": "8",
    "close_deals_timeout": "100",
    "max_safety_orders": 3,
    "active_safety_orders_count": 3,
    "safety_order_volume": "20.0",
    "safety_order_step_percentage": "1.0",
    "min_profit_type": None,
    "martingale_volume_coefficient": "2",
    "martingale_step_coefficient": "2",
}
"""The body of the vendor's example of an edit."""
SUCCESSES: Final = [
    Sent("GET", "/ver1/bots/strategy_list"),
    Sent("POST", "/ver1/bots/create_bot", body={**SETTINGS, "take_profit_steps": [], "take_profit": "2"}),
    Sent("PATCH", f"{BOT}/update", body=SETTINGS, state="idle"),
    Sent("GET", f"{BOT}/show", query={"include_events": "false"}, state="idle"),
    Sent("GET", "/ver1/bots", state="signals"),
    Sent("POST", f"{BOT}/disable"),
    Sent("POST", f"{BOT}/enable"),
    Sent("POST", f"{BOT}/copy_and_create", body={"name": "Copy", "secret": "{url_secret}"}),
    Sent("POST", f"{BOT}/panic_sell_all_deals", state="signals"),
    Sent("POST", f"{BOT}/cancel_all_deals"),
    Sent("POST", "/ver1/bots/update_pairs_black_list", query={"pairs": "1INCH_1INCH-USD-SWAP"}),
    Sent("GET", "/ver1/bots/pairs_black_list", state="black list"),
    Sent("GET", f"{BOT}/profit_by_day", state="finished"),
    Sent("GET", "/ver1/bots/stats", state="finished"),
    Sent("GET", "/ver1/bots/stats_by_date", query={"date": "2025-01-01T04:00:00.000Z"}, state="finished"),
    Sent("POST", f"{BOT}/delete", state="idle"),
    Sent("GET", f"{BOT}/deals_stats"),
    Sent("GET", f"{DEAL}/show"),
    Sent("GET", "/ver1/deals", query={"bot_id": "{bot_id}"}),
    Sent(
        "PATCH",
        f"{DEAL}/update_deal",
        body={"stop_loss_type": "stop_loss", "stop_loss_percentage": "4", "max_safety_orders": 6},
        state="steps",
    ),
    Sent("POST", f"{DEAL}/panic_sell"),
    Sent("POST", f"{DEAL}/panic_sell_step", query={"trade_id": "{trade_id}"}, state="steps"),
    Sent("POST", f"{DEAL}/cancel"),
    Sent("GET", f"{DEAL}/market_orders"),
    Sent("GET", f"{DEAL}/data_for_adding_funds"),
    Sent(
        "POST",
        f"{DEAL}/add_funds",
        body={"quantity": 0.01, "is_market": False, "response_type": "market_order", "rate": 1700.5},
    ),
    Sent("POST", f"{DEAL}/update_max_safety_orders", query={"max_safety_orders": "6"}, state="steps"),
    Sent("POST", f"{DEAL}/cancel_order", body={"order_id": "{order_id}"}),
    Sent("POST", f"{DEAL}/convert_to_smart_trade", query={"stop_bot": "false"}),
]


async def prepared(here: Exchange, state: str) -> dict[str, str]:
    """Bring about a state, and return what placeholders stand for."""
    if state == "idle":
        bot = await here.bot()
        return {"bot_id": str(bot.id), "url_secret": "", "deal_id": "0", "trade_id": "0", "order_id": "0"}
    if state == "signals":
        deal = await here.deal(close_strategy_list=[RSI], take_profit=0, min_profit_percentage=2)
    elif state == "steps":
        deal = await here.deal(take_profit=0, take_profit_steps=STEPS, stop_loss_percentage=8)
    else:
        deal = await here.deal(stop_loss_percentage=8)
    bot = await here.client.bots.get(deal.bot_id or 0)
    orders = await here.client.deals.market_orders(deal.id)
    if state == "finished":
        await here.to("2100")
    if state == "black list":
        await here.client.bots.set_blacklist(["BTC_SUI"])
    safety = next(order for order in orders if order.deal_order_type == "Safety")
    assert bot.url_secret is not None
    return {
        "bot_id": str(bot.id),
        "deal_id": str(deal.id),
        "order_id": safety.order_id,
        "trade_id": str(deal.take_profit_steps[0].trade_id) if deal.take_profit_steps else "0",
        "url_secret": bot.url_secret.reveal(),
    }


def filled(given: dict[str, object] | None, values: dict[str, str]) -> dict[str, object] | None:
    if given is None:
        return None
    return {name: one.format(**values) if isinstance(one, str) else one for name, one in given.items()}


async def send(here: Exchange, caller: Caller, sent: Sent, *, well_signed: bool = True) -> Any:
    values = await prepared(here, sent.state)
    body = filled(sent.body, values)
    if sent.path.endswith("create_bot") and body is not None:
        body["account_id"] = here.account_id
    path = sent.path.format(**values)
    return await caller.call(sent.method, path, query=filled(sent.query, values), body=body, well_signed=well_signed)


def without_what_was_recorded_later(document: Any) -> Any:
    if isinstance(document, dict):
        return {
            name: without_what_was_recorded_later(one) for name, one in document.items() if name not in RECORDED_LATER
        }
    return [without_what_was_recorded_later(one) for one in document] if isinstance(document, list) else document


NULL_OR_NOT: Final = (
    "crypto_widget",
    "stop_loss_price",
    "stopLosses",
    "take_profit",
    "min_profit_percentage",
    "min_profit_type",
    "trailing_enabled",
    "reinvesting_percentage",
    "risk_reduction_percentage",
    "leverage_custom_value",
    "close_deals_timeout",
    "take_profit_steps",
    "close_strategy_list",
    "options",
    "buySteps",
    "steps",
    "bot_required_amount",
    "stop_loss",
    "marks",
    "overall_stats",
    "today_stats",
    "stats",
)
"""What the example's deal or bot has and this one lacks, or the other way round."""


def real_differences(ours: Any, documented: Any) -> Iterator[str]:
    for difference in differences(without_what_was_recorded_later(ours), documented):
        place = difference.partition(":")[0].rstrip("]0123456789[")
        if not place.endswith(NULL_OR_NOT):
            yield difference


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_success_has_the_documented_status_and_shape(here: Exchange, sent: Sent) -> None:
    answer = await send(here, here.caller, sent)
    status, example = success((sent.method, sent.path))
    assert answer.status == status, answer.text
    documented = json.loads(example, parse_float=Decimal)
    if sent.path.endswith("strategy_list"):
        assert documented.keys() <= answer.json.keys()
        documented = {name: answer.json[name] for name in answer.json}
    if isinstance(documented, bool):
        assert answer.json is documented
        return
    assert list(real_differences(answer.json, documented)) == []


def test_every_success_is_tried() -> None:
    assert sorted((sent.method, sent.path) for sent in SUCCESSES) == sorted(DOCUMENTED)
    assert len(SUCCESSES) == 29


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_permissions_and_signatures_are_enforced(here: Exchange, sent: Sent) -> None:
    documented = DOCUMENTED[sent.method, sent.path]["permission"]
    needed = str(MISSPELT.get(documented, documented))
    others = here.caller.with_key(here.sandbox.add_key(permissions=[one for one in Permission if one != needed]))
    denied = await send(here, others, sent)
    assert (denied.status, denied.json["error"]) == (403, "access_denied")
    only = here.caller.with_key(here.sandbox.add_key(permissions=[needed]))
    assert (await send(here, only, sent)).status == success((sent.method, sent.path))[0]
    forged = await send(here, here.caller, sent, well_signed=False)
    assert (forged.status, forged.json["error"]) == (401, "signature_invalid")


# ---- as the client reads it ----------------------------------------------------------------------------------------
def strange(found: object) -> Iterator[str]:
    """Give what the client did not know, however deep."""
    if isinstance(found, Model):
        yield from (f"{type(found).__name__}.{name}" for name in found.unrecognized)
        for name in attrs.fields_dict(type(found)):
            yield from strange(getattr(found, name))
    elif isinstance(found, list | tuple):
        for one in found:
            yield from strange(one)
    elif isinstance(found, dict):
        yield from strange(list(found.values()))


async def test_the_client_knows_all_that_the_29_endpoints_answer(here: Exchange) -> None:
    client, account_id = here.client, here.account_id
    bots, deals = client.bots, client.deals
    bot = await bots.create(account_id=account_id, settings=E1)
    stepped = await here.deal(take_profit=0, take_profit_steps=STEPS, stop_loss_percentage=8)
    deal = await here.deal()
    assert stepped.take_profit_steps is not None
    assert stepped.take_profit_steps[0].trade_id is not None
    assert bot.url_secret is not None
    order = await deals.add_funds(deal.id, quantity="0.01", is_market=False, rate=1700, response_type="market_order")
    answers: dict[str, object] = {
        "strategies": await bots.strategies(account_id=account_id, strategy="long", type="simple"),
        "create": bot,
        "update": await bots.update(bot.id, E1.evolved({"name": "Other"})),
        "edit": await bots.edit(bot.id, name="Another"),
        "get": await bots.get(deal.bot_id or 0, include_events=True),
        "list": await bots.list(),
        "enable": await bots.enable(bot.id),
        "disable": await bots.disable(bot.id),
        "copy": await bots.copy(bot.id, name="Copy", secret=bot.url_secret, amount=100),
        "blacklist": await bots.set_blacklist(["BTC_SUI"]),
        "on the blacklist": await bots.blacklist(),
        "market_orders": await deals.market_orders(deal.id),
        "data_for_adding_funds": await deals.data_for_adding_funds(deal.id),
        "order": order,
        "add_funds": await deals.add_funds(deal.id, quantity="0.01", is_market=True, response_type="deal"),
        "cancel_order": await deals.cancel_order(deal.id, order.order_id),
        "update_deal": await deals.update(deal.id, take_profit=3, note="mine", stop_loss_percentage=10),
        "max": await deals.update_max_safety_orders(deal.id, 5),
        "step": await deals.panic_sell_step(stepped.id, stepped.take_profit_steps[0].trade_id),
        "deals": await deals.list(),
        "deal": await deals.get(stepped.id),
        "added": await deals.add_funds(stepped.id, quantity="0.01", is_market=True, response_type="market_order"),
        "panic_sell": await deals.panic_sell(stepped.id),
        "smart trade": await deals.convert_to_smart_trade(deal.id, stop_bot=True),
        "cancel": await deals.cancel((await here.deal()).id),
        "stats": await bots.stats(account_id=account_id),
        "stats_by_date": await bots.stats_by_date(here.clock.now(), bot_id=stepped.bot_id),
        "profit_by_day": await bots.profit_by_day(stepped.bot_id or 0, days=7),
        "deals_stats": await bots.deals_stats(stepped.bot_id or 0),
        "panic_sell_all_deals": await bots.panic_sell_all_deals(stepped.bot_id or 0),
        "cancel_all_deals": await bots.cancel_all_deals(stepped.bot_id or 0),
    }
    await bots.delete(bot.id)
    assert list(strange(answers)) == []
    called = {(one.method, _template(one.path)) for one in here.sandbox.requests}
    assert called >= DOCUMENTED.keys()
    converted = answers["smart trade"]
    assert isinstance(converted, SmartTrade)
    assert converted.note == f"Created from deal {deal.id}"


def _template(path: str) -> str:
    parts = path.removeprefix("/public/api").split("/")
    name = "{bot_id}" if "bots" in parts else "{deal_id}"
    return "/".join(name if part.isdecimal() else part for part in parts)


# ---- refusals ----------------------------------------------------------------------------------------------------
@frozen
class Refused:
    """A call that is refused, and as what the client raises it."""

    status: int
    kind: type[ApiError]
    code: str
    fields: dict[str, tuple[str, ...]]
    call: Callable[[Exchange], Awaitable[object]]
    documented: tuple[str, str] | None = None


async def _finished(here: Exchange) -> Deal:
    deal = await here.deal()
    await here.to("2100")
    return deal


async def _of_running_bot(here: Exchange, do: Callable[[Exchange, int], Awaitable[object]]) -> object:
    return await do(here, (await here.deal()).bot_id or 0)


async def _on_finished(here: Exchange, do: Callable[[Exchange, int], Awaitable[object]]) -> object:
    return await do(here, (await _finished(here)).id)


async def _too_small(here: Exchange) -> DcaBot:
    small = E1.evolved({"base_order_volume": "4", "safety_order_volume": "3"})
    return await here.client.bots.create(account_id=here.account_id, settings=small)


async def _stop_loss(here: Exchange) -> DcaBot:
    bot = await here.bot()
    return await here.client.bots.update(bot.id, E1.evolved({"stop_loss_percentage": 7}))


async def _raw(here: Exchange, method: Literal["POST", "PATCH"], path: str, **body: object) -> object:
    """Send what the client would refuse to send, through its transport, so that its verdict is the same."""
    return await here.client._transport.request(method, path, None, body=body)


async def _copy(here: Exchange, **body: object) -> object:
    bot = await here.bot()
    return await _raw(here, "POST", f"/ver1/bots/{bot.id}/copy_and_create", **body)


async def _cancel_order(here: Exchange, kind: str) -> object:
    deal = await here.deal()
    orders = await here.client.deals.market_orders(deal.id)
    order = next(one for one in orders if one.deal_order_type == kind)
    return await here.client.deals.cancel_order(deal.id, order.order_id)


async def _cancel_twice(here: Exchange) -> object:
    deal = await here.deal()
    orders = await here.client.deals.market_orders(deal.id)
    order = next(one for one in orders if one.deal_order_type == "Safety")
    await here.client.deals.cancel_order(deal.id, order.order_id)
    return await here.client.deals.cancel_order(deal.id, order.order_id)


async def _forged_copy(here: Exchange) -> object:
    bot = await here.bot()
    assert bot.url_secret is not None
    key = here.sandbox.add_key()
    async with ThreeCommasClient(
        HmacCredentials(key.api_key, "another-secret"), base_url=here.sandbox.url, limits=None
    ) as stranger:
        return await stranger.bots.copy(bot.id, name="Copy", secret=bot.url_secret)


NO: Final[dict[str, tuple[str, ...]]] = {}
MISSING: Final = ("is missing",)
POORER: Final = "Insufficient funds. ERR_805Y Not enough USDT."
NO_SUCH_DEAL: Final[dict[str, Callable[[Exchange], Awaitable[object]]]] = {
    "show": lambda here: here.client.deals.get(7),
    "market_orders": lambda here: here.client.deals.market_orders(7),
    "data_for_adding_funds": lambda here: here.client.deals.data_for_adding_funds(7),
    "panic_sell": lambda here: here.client.deals.panic_sell(7),
    "cancel": lambda here: here.client.deals.cancel(7),
    "update_deal": lambda here: here.client.deals.update(7, take_profit=2),
    "add_funds": lambda here: here.client.deals.add_funds(7, quantity=1, is_market=True),
}
REFUSED: Final[dict[str, Refused]] = {
    "create: no name": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"name": MISSING},
        lambda here: _raw(
            here,
            "POST",
            "/ver1/bots/create_bot",
            **{**SETTINGS, "name": None, "account_id": here.account_id},
        ),
        ("POST", "/ver1/bots/create_bot"),
    ),
    "create: no such account": Refused(
        404,
        NotFoundError,
        "not_found",
        NO,
        lambda here: here.client.bots.create(account_id=7, settings=E1),
        ("POST", "/ver1/bots/create_bot"),
    ),
    "create: orders too small": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {
            "base_order_volume": ("Base order size is too small. Min: 5.0, USDT_ETH",),
            "safety_order_volume": ("Safety trade size is too small. Min: 5.0, USDT_ETH",),
        },
        _too_small,
    ),
    "create: more deals than pairs": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"max_active_deals": ("must be less than or equal to 1",)},
        lambda here: here.bot(max_active_deals=2),
    ),
    "create: a pair that is not traded": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"pairs": ("USDT_NO is not available on this exchange",)},
        lambda here: here.bot(pairs=["USDT_NO"]),
    ),
    "create: a single take profit and steps": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"take_profit_steps": ("must be empty if take_profit is set",)},
        lambda here: _raw(
            here, "POST", "/ver1/bots/create_bot", **{**SETTINGS, "take_profit": "2", "account_id": here.account_id}
        ),
    ),
    "create: wrong values, all of them named": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {
            "strategy_list[0][strategy]": MISSING,
            "base_order_volume": ("is invalid",),
            "take_profit_type": ("does not have a valid value",),
            "martingale_step_coefficient": ("must be less than or equal to 10",),
            "take_profit_steps[1][profit_percentage]": MISSING,
        },
        lambda here: _raw(
            here,
            "POST",
            "/ver1/bots/create_bot",
            **{
                **SETTINGS,
                "account_id": here.account_id,
                "strategy_list": [{"options": {}}],
                "base_order_volume": "much",
                "take_profit_type": "some",
                "martingale_step_coefficient": 11,
                "take_profit_steps": [{"amount_percentage": 50, "profit_percentage": 1}, {"amount_percentage": 50}],
            },
        ),
    ),
    "update: a stop loss before the last safety order": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"stop_loss_percentage": ("Stop Loss should be below the last safety order (7.0)",)},
        _stop_loss,
        ("PATCH", "/ver1/bots/{bot_id}/update"),
    ),
    "update: trailing that is neither on nor off": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"trailing_enabled": ("is not included in the list",)},
        lambda here: _raw_update(here, trailing_enabled=None),
    ),
    "show: no such bot": Refused(
        404, NotFoundError, "Not found", NO, lambda here: here.client.bots.get(7), ("GET", "/ver1/bots/{bot_id}/show")
    ),
    "list: a scope that the docs once had": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"scope": ("does not have a valid value",)},
        lambda here: here.client._transport.request("GET", "/ver1/bots", None, query={"scope": "enable"}),
    ),
    "copy: no name": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"name": MISSING},
        lambda here: _copy(here, secret="x"),
        ("POST", "/ver1/bots/{bot_id}/copy_and_create"),
    ),
    "copy: another secret": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"secret": ("is invalid",)},
        lambda here: _copy(here, name="x", secret="x"),
    ),
    "copy: a wrong signature": Refused(
        401,
        AuthenticationError,
        "signature_invalid",
        NO,
        _forged_copy,
        ("POST", "/ver1/bots/{bot_id}/copy_and_create"),
    ),
    "panic_sell_all_deals: no such bot": Refused(
        404,
        NotFoundError,
        "not_found",
        NO,
        lambda here: here.client.bots.panic_sell_all_deals(7),
        ("POST", "/ver1/bots/{bot_id}/panic_sell_all_deals"),
    ),
    "delete: active deals": Refused(
        403,
        PermissionDeniedError,
        "Forbidden",
        NO,
        lambda here: _of_running_bot(here, lambda here, bot_id: here.client.bots.delete(bot_id)),
        ("POST", "/ver1/bots/{bot_id}/delete"),
    ),
    "delete: no such bot": Refused(
        404,
        NotFoundError,
        "not_found",
        NO,
        lambda here: here.client.bots.delete(7),
        ("POST", "/ver1/bots/{bot_id}/delete"),
    ),
    "deals_stats: no such bot": Refused(
        400,
        NotFoundError,
        "not_found",
        NO,
        lambda here: here.client.bots.deals_stats(7),
        ("GET", "/ver1/bots/{bot_id}/deals_stats"),
    ),
    "disable: as a fault, for its cause is not known": Refused(
        403,
        PermissionDeniedError,
        "Forbidden",
        NO,
        lambda here: _disable(here),
        ("POST", "/ver1/bots/{bot_id}/disable"),
    ),
    "update_deal: a finished deal": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"base": ("Can't be edit",)},
        lambda here: _on_finished(here, lambda here, deal_id: here.client.deals.update(deal_id, take_profit=3)),
        ("PATCH", "/ver1/deals/{deal_id}/update_deal"),
    ),
    "panic_sell: a finished deal": Refused(
        422,
        InvalidRequestError,
        "record_invalid",
        {"base": ("Deal cannot be closed in the current status",)},
        lambda here: _on_finished(here, lambda here, deal_id: here.client.deals.panic_sell(deal_id)),
    ),
    "cancel: a finished deal": Refused(
        422,
        InvalidRequestError,
        "record_invalid",
        {"base": ("Deal cannot be cancelled in the current status",)},
        lambda here: _on_finished(here, lambda here, deal_id: here.client.deals.cancel(deal_id)),
    ),
    "convert: a finished deal": Refused(
        422,
        InvalidRequestError,
        "record_invalid",
        {"base": ("Deal cannot be converted in the current status",)},
        lambda here: _on_finished(
            here, lambda here, deal_id: here.client.deals.convert_to_smart_trade(deal_id, stop_bot=False)
        ),
    ),
    "panic_sell_step: a deal without steps": Refused(
        422,
        InvalidRequestError,
        "record_invalid",
        {"base": ("Step cannot be closed in the current status",)},
        lambda here: _with_deal(here, lambda here, deal_id: here.client.deals.panic_sell_step(deal_id, 7)),
    ),
    "add_funds: a limit order without a price": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"rate": MISSING},
        lambda here: _with_deal(
            here,
            lambda here, deal_id: _raw(
                here, "POST", f"/ver1/deals/{deal_id}/add_funds", quantity="0.1", is_market=False
            ),
        ),
        ("POST", "/ver1/deals/{deal_id}/add_funds"),
    ),
    "add_funds: more than the account has": Refused(
        422,
        InvalidRequestError,
        "record_invalid",
        {"base": (POORER,)},
        lambda here: _with_deal(
            here, lambda here, deal_id: here.client.deals.add_funds(deal_id, quantity=5000, is_market=True)
        ),
    ),
    "update_max_safety_orders: no such deal": Refused(
        404,
        NotFoundError,
        "not_found",
        NO,
        lambda here: here.client.deals.update_max_safety_orders(7, 6),
        ("POST", "/ver1/deals/{deal_id}/update_max_safety_orders"),
    ),
    "cancel_order: no order": Refused(
        400,
        InvalidRequestError,
        "record_invalid",
        {"order_id": MISSING},
        lambda here: _with_deal(here, lambda here, deal_id: _raw(here, "POST", f"/ver1/deals/{deal_id}/cancel_order")),
        ("POST", "/ver1/deals/{deal_id}/cancel_order"),
    ),
    "cancel_order: the take profit": Refused(
        422,
        InvalidRequestError,
        "Cant be cancelled",
        NO,
        lambda here: _cancel_order(here, "Take Profit"),
        ("POST", "/ver1/deals/{deal_id}/cancel_order"),
    ),
    "cancel_order: the base order": Refused(
        422, InvalidRequestError, "Cant be cancelled", NO, lambda here: _cancel_order(here, "Base")
    ),
    "cancel_order: twice": Refused(422, InvalidRequestError, "Cant be cancelled", NO, _cancel_twice),
    **{
        f"{name}: no such deal": Refused(404, NotFoundError, "not_found", NO, call)
        for name, call in NO_SUCH_DEAL.items()
    },
}


async def _with_deal(here: Exchange, do: Callable[[Exchange, int], Awaitable[object]]) -> object:
    return await do(here, (await here.deal()).id)


async def _raw_update(here: Exchange, **changes: object) -> object:
    bot = await here.bot()
    return await _raw(here, "PATCH", f"/ver1/bots/{bot.id}/update", **{**SETTINGS, **changes})


async def _disable(here: Exchange) -> object:
    bot = await here.bot()
    here.sandbox.faults.fail_next(403, body={"error": "Forbidden"}, path="/ver1/bots/{bot_id}/disable")
    return await here.client.bots.disable(bot.id)


@pytest.mark.parametrize("case", REFUSED)
async def test_refusal_has_its_class_code_and_fields(here: Exchange, case: str) -> None:
    refused = REFUSED[case]
    with pytest.raises(ApiError) as caught:
        await refused.call(here)
    error = caught.value
    assert type(error) is refused.kind
    assert (error.status, error.code, error.outcome) == (refused.status, refused.code, Outcome.NOT_DONE)
    assert {name: tuple(texts) for name, texts in error.fields.items()} == refused.fields
    if refused.documented is not None:
        bodies = [
            json.loads(response["example_json"])
            for response in DOCUMENTED[refused.documented]["responses"]
            if response["status"] == refused.status
        ]
        [body] = bodies
        assert body["error"] == error.code
        assert body.get("error_description") == error.description
        assert {name: tuple(texts) for name, texts in body.get("error_attributes", {}).items()} == refused.fields


def test_every_documented_refusal_is_tried() -> None:
    documented = [
        (*key, response["status"])
        for key, endpoint in DOCUMENTED.items()
        for response in endpoint["responses"]
        if response["status"] >= 400
    ]
    tried = [(*one.documented, one.status) for one in REFUSED.values() if one.documented is not None]
    assert sorted(tried) == sorted(documented)


async def test_a_time_in_milliseconds_is_a_500(here: Exchange) -> None:
    for path in ("/ver1/bots", "/ver1/deals"):
        answer = await here.caller.call("GET", path, query={"from": "1735689600000"})
        assert (answer.status, answer.json["error"]) == (500, "unknown_error")
        since = (here.clock.now() - timedelta(seconds=1)).isoformat()
        assert (await here.caller.call("GET", path, query={"from": since})).status == 200


async def test_refused_calls_change_nothing(here: Exchange) -> None:
    deal = await here.deal()
    before = await here.client.deals.get(deal.id), await here.held(), await here.client.deals.market_orders(deal.id)
    for case in ("cancel_order: no order", "add_funds: a limit order without a price"):
        with pytest.raises(ApiError):
            await REFUSED[case].call(here)
    with pytest.raises(InvalidRequestError):
        await here.client.deals.add_funds(deal.id, quantity=5000, is_market=True)
    after = await here.client.deals.get(deal.id), await here.held(), await here.client.deals.market_orders(deal.id)
    assert after[0] == before[0]
    assert after[2] == before[2]
    assert after[1]["ETH"] == before[1]["ETH"] + D("0.1")  # the two deals that were opened to be refused
