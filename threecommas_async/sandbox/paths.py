"""Which endpoints the API has, also those that the sandbox does not serve, and which of them a path is about."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator
from typing import Final

from threecommas_async.sandbox.routes import path_pattern

ENDPOINTS_OF_THE_API: Final = (
    "GET /ver1/accounts/types_to_connect",
    "POST /ver1/accounts/new",
    "GET /ver1/accounts/{account_id}",
    "POST /ver1/accounts/update",
    "GET /ver1/accounts",
    "GET /ver1/accounts/{account_id}/active_trading_entities",
    "POST /ver1/accounts/{account_id}/rename",
    "GET /ver1/accounts/{account_id}/balance_chart_data",
    "POST /ver1/accounts/{account_id}/load_balances",
    "POST /ver1/accounts/{account_id}/sell_all_to_btc",
    "POST /ver1/accounts/{account_id}/sell_all_to_usd",
    "GET /ver1/accounts/{account_id}/leverage_data",
    "GET /ver1/accounts/{account_id}/networks_info",
    "GET /ver1/accounts/{account_id}/deposit_data",
    "POST /ver1/accounts/{account_id}/remove",
    "POST /ver1/accounts/{account_id}/pie_chart_data",
    "POST /ver1/accounts/{account_id}/account_table_data",
    "POST /ver1/accounts/{account_id}/convert_dust_to_bnb",
    "GET /ver1/accounts/{account_id}/volume/daily",
    "GET /ver1/accounts/{account_id}/volume/monthly",
    "GET /ver1/accounts/{account_id}/volume/total",
    "GET /ver1/bots/strategy_list",
    "POST /ver1/bots/create_bot",
    "PATCH /ver1/bots/{bot_id}/update",
    "GET /ver1/bots/{bot_id}/show",
    "GET /ver1/bots",
    "POST /ver1/bots/{bot_id}/disable",
    "POST /ver1/bots/{bot_id}/enable",
    "POST /ver1/bots/{bot_id}/copy_and_create",
    "POST /ver1/bots/{bot_id}/panic_sell_all_deals",
    "POST /ver1/bots/{bot_id}/cancel_all_deals",
    "POST /ver1/bots/update_pairs_black_list",
    "GET /ver1/bots/pairs_black_list",
    "GET /ver1/bots/{bot_id}/profit_by_day",
    "GET /ver1/bots/stats",
    "GET /ver1/bots/stats_by_date",
    "POST /ver1/bots/{bot_id}/delete",
    "GET /ver1/bots/{bot_id}/deals_stats",
    "GET /ver1/deals/{deal_id}/show",
    "GET /ver1/deals",
    "PATCH /ver1/deals/{deal_id}/update_deal",
    "POST /ver1/deals/{deal_id}/panic_sell",
    "POST /ver1/deals/{deal_id}/panic_sell_step",
    "POST /ver1/deals/{deal_id}/cancel",
    "GET /ver1/deals/{deal_id}/market_orders",
    "GET /ver1/deals/{deal_id}/data_for_adding_funds",
    "POST /ver1/deals/{deal_id}/add_funds",
    "POST /ver1/deals/{deal_id}/update_max_safety_orders",
    "POST /ver1/deals/{deal_id}/cancel_order",
    "POST /ver1/deals/{deal_id}/convert_to_smart_trade",
    "POST /ver1/grid_bots/manual",
    "PATCH /ver1/grid_bots/{id}/manual",
    "GET /ver1/grid_bots/{id}",
    "GET /ver1/grid_bots",
    "GET /ver1/grid_bots/{id}/profits",
    "POST /ver1/grid_bots/{id}/disable",
    "POST /ver1/grid_bots/{id}/enable",
    "DELETE /ver1/grid_bots/{id}",
    "POST /ver1/grid_bots/{id}/note",
    "GET /ver1/grid_bots/{id}/required_balances",
    "GET /ver1/grid_bots/{id}/events",
    "GET /ver1/grid_bots/{id}/market_orders",
    "GET /ver1/accounts/market_list",
    "GET /ver1/accounts/market_pairs",
    "GET /ver1/accounts/currency_rates",
    "GET /ver1/accounts/currency_rates_with_leverage_data",
    "POST /v2/smart_trades",
    "PATCH /v2/smart_trades/{id}",
    "GET /v2/smart_trades/{id}",
    "GET /v2/smart_trades",
    "POST /v2/smart_trades/{id}/add_funds",
    "GET /v2/smart_trades/{id}/reduce_funds_info",
    "POST /v2/smart_trades/{id}/reduce_funds",
    "POST /v2/smart_trades/{id}/close_by_market",
    "POST /v2/smart_trades/{id}/set_note",
    "DELETE /v2/smart_trades/{id}",
    "POST /v2/smart_trades/{id}/force_start",
    "GET /v2/smart_trades/{smart_trade_id}/trades",
    "POST /v2/smart_trades/{smart_trade_id}/trades/{trade_id}/close_by_market",
    "DELETE /v2/smart_trades/{smart_trade_id}/trades/{trade_id}",
    "POST /ver1/trades",
    "GET /ver1/trades/{uuid}",
    "GET /ver1/trades",
    "GET /ver1/trades/history",
    "POST /ver1/trades/{uuid}/cancel",
    "GET /ver1/validate",
    "POST /ver1/users/change_mode",
    "GET /ver1/ping",
    "GET /ver1/time",
    "POST /ver1/accounts/{account_id}/leverage_data",
    # What may stand in the place of an account's id.
    "GET /ver1/accounts/summary",
    "GET /ver1/accounts/summary/balance_chart_data",
    "POST /ver1/accounts/summary/pie_chart_data",
    "POST /ver1/accounts/summary/account_table_data",
)

_PLACEHOLDER: Final = re.compile(r"{\w+}")
_NUMBER: Final = re.compile(r"[0-9]+")
_UUID: Final = re.compile(r"[0-9a-fA-F-]+")
_SOME_ID: Final = "0"
_SUGGESTED: Final = 3


def check_target(method: str | None, path: str | None) -> None:
    """Make sure that some endpoint is called with this verb and at this path.

    :param path: a path below the base URL; ``{...}`` in it is one segment, ``*`` is anything.
    :raises ValueError: none is; the message names paths that are close.
    """
    pattern = path_pattern("*" if path is None else path)
    verbs: dict[str, None] = {}
    for endpoint in ENDPOINTS_OF_THE_API:
        verb, _, template = endpoint.partition(" ")
        if any(pattern.fullmatch(one) for one in _with_ids(template, path or "")):
            verbs[verb] = None
    if path is not None and not verbs:
        close = _close_to(path)
        suggestion = f": did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise ValueError(f"no endpoint has the path {path!r}{suggestion}")
    if method is not None and method not in verbs:
        where = "" if path is None else f" {path!r}"
        raise ValueError(
            f"no endpoint is {method}{where}: {'the' if path is None else 'its'} verbs are {', '.join(verbs)}"
        )


def _with_ids(template: str, path: str) -> Iterator[str]:
    """Give a template's paths with any id that the path names in the place of each placeholder."""
    named = {segment.replace("*", "") for segment in path.split("/")}
    choices = [
        [part]
        if number % 2 == 0
        else [_SOME_ID, *(one for one in named if (_UUID if part == "{uuid}" else _NUMBER).fullmatch(one))]
        for number, part in enumerate(re.split(r"({\w+})", template))
    ]
    return map("".join, itertools.product(*choices))


def _close_to(path: str) -> list[str]:
    templates = dict.fromkeys(endpoint.partition(" ")[2] for endpoint in ENDPOINTS_OF_THE_API)
    by_shape = {_PLACEHOLDER.sub(_SOME_ID, template): template for template in templates}
    shape = _PLACEHOLDER.sub(_SOME_ID, re.sub(r"(?<=/)[0-9]+(?=/|$)", _SOME_ID, path))
    return [by_shape[close] for close in difflib.get_close_matches(shape, by_shape, _SUGGESTED)]
