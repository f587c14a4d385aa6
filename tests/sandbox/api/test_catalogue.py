"""Every endpoint of the three groups against the catalogue: verb, path, permission, status, shape, and every error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from attrs import field, frozen
from yarl import URL

from tests.sandbox.calling import Answer, Caller
from threecommas_async.models.base import JsonValue
from threecommas_async.sandbox import Permission
from threecommas_async.sandbox.api import ENDPOINTS

CATALOGUE = Path(__file__).parents[2] / "fixtures" / "catalogue"
GROUPS = ("accounts", "market_data", "users")
DOCUMENTED: dict[tuple[str, str], dict[str, Any]] = {
    (endpoint["method"], endpoint["path"]): endpoint
    for group in GROUPS
    for endpoint in json.loads((CATALOGUE / f"{group}.json").read_text())["endpoints"]
}
KEYS: dict[str, object] = {"api_key": "exchange-key", "secret": "exchange-secret"}
BINANCE: dict[str, object] = {"type": "binance", "name": "New account", **KEYS}
ID = "{account_id}"
TRADING = ("/ver1/bots", "/ver1/deals", "/ver1/grid_bots", "/ver1/trades", "/v2/smart_trades")
"""What ``test_trading_catalogue.py`` and its neighbours are about."""
ALSO_SERVED = {
    ("POST", f"/ver1/accounts/{ID}/leverage_data"): "the verb of the page since 2025-02",
    ("GET", "/ver1/users/current_mode"): "on no page any more, see test_undocumented.py",
}


@frozen
class Sent:
    """A call that succeeds, or one that provokes an error."""

    method: str
    path: str
    query: dict[str, object] | None = None
    body: dict[str, object] | None = None
    market: str = "binance"
    """The type of the account that the path is about."""
    prepare: str = ""
    """What to do to that account before: ``invalid keys``, ``deals``, ``the same call``."""
    signed: bool = True
    permissions: frozenset[Permission] = field(default=frozenset(Permission))


RATES: dict[str, object] = {"market_code": "binance", "pair": "BTC_ETH"}
SUCCESSES = [
    Sent("GET", "/ver1/accounts/types_to_connect", query=dict(BINANCE)),
    Sent("POST", "/ver1/accounts/new", body=dict(BINANCE)),
    Sent("GET", f"/ver1/accounts/{ID}"),
    Sent("POST", "/ver1/accounts/update", body={"account_id": ID, **KEYS}),
    Sent("GET", "/ver1/accounts"),
    Sent("GET", f"/ver1/accounts/{ID}/active_trading_entities"),
    Sent("POST", f"/ver1/accounts/{ID}/rename", query={"name": "new name"}),
    Sent("GET", f"/ver1/accounts/{ID}/balance_chart_data", query={"date_from": "2024-09-18T18:58:55.469Z"}),
    Sent("POST", f"/ver1/accounts/{ID}/load_balances"),
    Sent("POST", f"/ver1/accounts/{ID}/sell_all_to_btc"),
    Sent("POST", f"/ver1/accounts/{ID}/sell_all_to_usd"),
    Sent("GET", f"/ver1/accounts/{ID}/leverage_data", query={"pair": "USDT_DOGEUSDT"}, market="binance_futures"),
    Sent("GET", f"/ver1/accounts/{ID}/networks_info", query={"purpose": "withdraw"}),
    Sent("GET", f"/ver1/accounts/{ID}/deposit_data", query={"currency": "BTC", "network": "BTC"}),
    Sent("POST", f"/ver1/accounts/{ID}/remove"),
    Sent("POST", f"/ver1/accounts/{ID}/pie_chart_data"),
    Sent("POST", f"/ver1/accounts/{ID}/account_table_data"),
    Sent("POST", f"/ver1/accounts/{ID}/convert_dust_to_bnb", body={"codes": ["USDT"]}),
    Sent("GET", f"/ver1/accounts/{ID}/volume/daily", query={"date": "2024-09-30"}),
    Sent("GET", f"/ver1/accounts/{ID}/volume/monthly", query={"month": "2024-09"}),
    Sent("GET", f"/ver1/accounts/{ID}/volume/total"),
    Sent("GET", "/ver1/accounts/market_list", signed=False),
    Sent("GET", "/ver1/accounts/market_pairs", query={"market_code": "binance_us"}, signed=False),
    Sent("GET", "/ver1/accounts/currency_rates", query=dict(RATES), signed=False),
    Sent(
        "GET",
        "/ver1/accounts/currency_rates_with_leverage_data",
        query={"market_code": "binance_futures_eea", "pair": "BNFCR_1INCHUSDT"},
        signed=False,
    ),
    Sent("GET", "/ver1/validate"),
    Sent("POST", "/ver1/users/change_mode", body={"mode": "paper"}),
    Sent("GET", "/ver1/ping", signed=False),
    Sent("GET", "/ver1/time", signed=False),
]

NO_READ = frozenset({Permission.ACCOUNTS_WRITE})
DUST = f"/ver1/accounts/{ID}/convert_dust_to_bnb"
MISSING = "/ver1/accounts/1"
ERRORS: dict[tuple[str, str, int], Sent] = {
    (sent.method, sent.path.replace(MISSING, f"/ver1/accounts/{ID}"), status): sent
    for status, sent in [
        (400, Sent("GET", "/ver1/accounts/types_to_connect", query=BINANCE | {"type": "nowhere"})),
        (400, Sent("POST", "/ver1/accounts/new", body=dict(BINANCE), prepare="the same account")),
        (400, Sent("POST", "/ver1/accounts/update", body={"account_id": ID, **KEYS}, prepare="the same account")),
        (404, Sent("GET", f"{MISSING}/active_trading_entities")),
        (422, Sent("GET", f"/ver1/accounts/{ID}/active_trading_entities", prepare="invalid keys")),
        (401, Sent("POST", f"/ver1/accounts/{ID}/rename", query={"name": "new name"}, signed=False)),
        (400, Sent("GET", f"/ver1/accounts/{ID}/balance_chart_data", query={"date_from": "yesterday"})),
        (422, Sent("POST", f"/ver1/accounts/{ID}/load_balances", prepare="invalid keys")),
        (403, Sent("POST", f"/ver1/accounts/{ID}/sell_all_to_btc", market="binance_futures")),
        (401, Sent("POST", f"/ver1/accounts/{ID}/sell_all_to_usd", signed=False)),
        (400, Sent("GET", f"/ver1/accounts/{ID}/networks_info", query={"currency": "", "network": ""})),
        (403, Sent("GET", f"/ver1/accounts/{ID}/networks_info", market="kraken")),
        (400, Sent("GET", f"/ver1/accounts/{ID}/deposit_data")),
        (422, Sent("GET", f"/ver1/accounts/{ID}/deposit_data", query={"currency": "BTC", "network": "BNB"})),
        (404, Sent("POST", f"{MISSING}/remove")),
        (422, Sent("POST", f"/ver1/accounts/{ID}/remove", prepare="deals")),
        (400, Sent("POST", DUST, body={"codes": "USDT"})),
        (403, Sent("POST", DUST, body={"codes": ["USDT"]}, market="binance_us")),
        (422, Sent("POST", DUST, body={"codes": ["USDT"]}, prepare="the same call")),
        (403, Sent("GET", f"/ver1/accounts/{ID}/volume/daily", permissions=NO_READ)),
        (404, Sent("GET", f"/ver1/accounts/{ID}/volume/daily", query={"date": "2030-03-28"})),
        (403, Sent("GET", f"/ver1/accounts/{ID}/volume/monthly", permissions=NO_READ)),
        (404, Sent("GET", f"/ver1/accounts/{ID}/volume/monthly", query={"month": "2020-03"})),
        (403, Sent("GET", f"/ver1/accounts/{ID}/volume/total", permissions=NO_READ)),
        (401, Sent("GET", "/ver1/validate", signed=False)),
    ]
}


async def send(caller: Caller, sent: Sent) -> Answer:
    """Make an account, and what has to be before the call, and call."""
    accounts = caller.sandbox.accounts
    account_id = accounts.add(type=sent.market, balances={"BTC": "0.5", "USDT": "0.51389388", "ETH": "0.0000952"})
    if sent.prepare == "the same account":
        accounts.add(type=sent.market, api_key="exchange-key")
    elif sent.prepare == "invalid keys":
        accounts.set_keys_valid(account_id, False)
    elif sent.prepare == "deals":
        accounts.set_active(account_id, deals=1)
    key = caller.sandbox.add_key(permissions=sent.permissions)
    path = sent.path.replace(ID, str(account_id))
    body = None if sent.body is None else {name: account_id if v == ID else v for name, v in sent.body.items()}
    call = Caller(caller.sandbox, caller.session, key).call
    if sent.prepare == "the same call":
        assert (await call(sent.method, path, query=sent.query, body=body)).status == 201
    return await call(sent.method, path, query=sent.query, body=body, well_signed=sent.signed)


def differences(ours: JsonValue, documented: JsonValue, place: str = "") -> Iterator[str]:
    """Compare two documents by their keys and the types of their values.

    A list may be longer or shorter, but not empty where the documented one is not.
    Only a paper account requires nothing.
    """
    if isinstance(documented, dict) and isinstance(ours, dict):
        if documented.keys() != ours.keys():
            yield f"{place}: {sorted(documented.keys() ^ ours.keys())}"
        for name in documented.keys() & ours.keys():
            yield from differences(ours[name], documented[name], f"{place}.{name}")
    elif isinstance(documented, list) and isinstance(ours, list):
        if bool(documented) != bool(ours) and not place.endswith(".form_fields.required"):
            yield f"{place}: {len(ours)} items"
        for number, item in enumerate(ours):
            yield from differences(item, like(item, documented), f"{place}[{number}]")
    elif isinstance(documented, Decimal):
        if not isinstance(ours, Decimal | int) or isinstance(ours, bool):
            yield f"{place}: {ours!r} is not a number"
    elif type(ours) is not type(documented):
        yield f"{place}: {ours!r} instead of {documented!r}"


def like(item: JsonValue, documented: list[JsonValue]) -> JsonValue:
    """Return the documented item that has the same code as this one, or else the first."""
    code = item.get("code") if isinstance(item, dict) else None
    same = (one for one in documented if isinstance(one, dict) and code is not None and one.get("code") == code)
    return next(same, documented[0] if documented else item)


def example(endpoint: dict[str, Any]) -> tuple[int, str]:
    success = next(response for response in endpoint["responses"] if response["status"] < 300)
    return success["status"], success.get("example_json") or ""


def test_every_endpoint_of_the_three_groups_is_served_and_no_other() -> None:
    rows = [row for row in ENDPOINTS if not row.path.startswith(TRADING)]
    served = {(row.method, row.path): row for row in rows}
    assert served.keys() == DOCUMENTED.keys() | ALSO_SERVED.keys()
    assert len(served) == len(rows) == 29 + len(ALSO_SERVED)
    for key in DOCUMENTED:
        row = served[key]
        documented = DOCUMENTED[key]
        assert (row.permission or "NONE") == documented["permission"], key
        assert row.signed is (documented["security"] == "SIGNED"), key
        assert row.status == example(documented)[0], key


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_success_has_the_documented_status_and_shape(caller: Caller, sent: Sent) -> None:
    status, documented = example(DOCUMENTED[sent.method, sent.path])
    answer = await send(caller, sent)
    assert answer.status == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    if documented:
        document = answer.json
        for account in document if isinstance(document, list) else [document]:
            if isinstance(account, dict) and "api_keys_state" in account:
                account.pop("api_key")  # it was blanked out of the vendor's examples in 2025; every recording has it
        assert list(differences(document, json.loads(documented, parse_float=Decimal))) == []


def test_every_success_is_tried() -> None:
    assert sorted((sent.method, sent.path) for sent in SUCCESSES) == sorted(DOCUMENTED)


def documented_errors() -> list[tuple[str, str, int, object]]:
    return [
        (method, path, response["status"], json.loads(response["example_json"]))
        for (method, path), endpoint in DOCUMENTED.items()
        for response in endpoint["responses"]
        if response["status"] >= 400
    ]


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    documented_errors(),
    ids=[f"{status} {method} {path}" for method, path, status, _ in documented_errors()],
)
async def test_every_documented_error_can_be_provoked(
    caller: Caller, method: str, path: str, status: int, body: object
) -> None:
    answer = await send(caller, ERRORS[method, path, status])
    assert (answer.status, answer.json) == (status, body)


def test_every_documented_error_is_tried_once() -> None:
    assert len(ERRORS) == len(documented_errors()) == 25


@pytest.mark.parametrize("sent", SUCCESSES, ids=lambda sent: f"{sent.method} {sent.path}")
async def test_permissions_and_signatures_are_enforced(caller: Caller, sent: Sent) -> None:
    documented = DOCUMENTED[sent.method, sent.path]
    status, _ = example(documented)
    for permission in Permission:
        limited = Sent(
            sent.method, sent.path, sent.query, sent.body, market=sent.market, permissions=frozenset({permission})
        )
        for account_id in caller.sandbox.accounts.ids:  # an exchange key is good for one account
            caller.sandbox.accounts.remove(account_id)
        allowed = documented["permission"] in ("NONE", permission)
        assert (await send(caller, limited)).status == (status if allowed else 403)
    unsigned = Sent(sent.method, sent.path, sent.query, market=sent.market, signed=False)
    if documented["security"] == "SIGNED":
        assert (await send(caller, unsigned)).json["error"] == "signature_invalid"
    else:
        url = URL(caller.sandbox.url + sent.path).with_query(cast("dict[str, str]", sent.query or {}))
        async with caller.session.get(url) as answer:
            assert answer.status == status
