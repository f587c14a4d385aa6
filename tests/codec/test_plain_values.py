"""Models as plain values: exact, flat where a table wants it, and without secrets."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import attrs

from threecommas_async import codec
from threecommas_async.models.account import Account
from threecommas_async.models.base import CurrencyAmount
from threecommas_async.models.rates import CurrencyRatesWithLeverage
from threecommas_async.secret import Secret

ACCOUNT = Account(
    id=1,
    name="Main",
    api_key=Secret("canary-key"),
    created_at=datetime(2025, 8, 4, 12, tzinfo=UTC),
    btc_amount=Decimal("1E-30"),
    supported_market_types=("spot", "futures"),
    primary_display_currency_amount=CurrencyAmount(currency="USD", amount=Decimal("5.10")),
    unrecognized={"new": [Decimal("0.10")], "token": Secret("canary-token")},
)


def test_values_are_plain_and_exact() -> None:
    values = codec.to_dict(ACCOUNT)
    assert values["btc_amount"] == "0.000000000000000000000000000001"
    assert values["created_at"] == "2025-08-04T12:00:00.000Z"
    assert values["supported_market_types"] == ["spot", "futures"]
    assert values["primary_display_currency_amount"] == {"currency": "USD", "amount": "5.10", "unrecognized": {}}
    assert values["unrecognized"] == {"new": ["0.10"], "token": "<hidden>"}
    assert list(values) == [field.name for field in attrs.fields(Account)]
    json.dumps(values)


def test_secrets_show_on_purpose_only() -> None:
    assert "canary" not in json.dumps(codec.to_dict(ACCOUNT))
    assert "canary" not in json.dumps(codec.to_dict(ACCOUNT, flat=True))
    shown = codec.to_dict(ACCOUNT, secrets=True)
    assert shown["api_key"] == "canary-key"
    assert "canary-token" in json.dumps(shown)


def test_flat_rows_have_the_same_columns_whatever_came() -> None:
    row = codec.to_dict(ACCOUNT, flat=True)
    assert row["primary_display_currency_amount.amount"] == "5.10"
    assert row["supported_market_types"] == '["spot","futures"]'
    assert "unrecognized" not in row
    assert all(value is None or isinstance(value, (str, int)) for value in row.values())
    out = io.StringIO()
    writer = csv.DictWriter(out, row)
    writer.writerow(row)
    assert "0.000000000000000000000000000001" in out.getvalue()


def test_decimals_become_what_is_asked_for() -> None:
    assert codec.to_dict(ACCOUNT, decimals=Decimal)["btc_amount"] == Decimal("1E-30")
    assert codec.to_dict(ACCOUNT, decimals=float)["btc_amount"] == 1e-30
    assert codec.to_dict(ACCOUNT, flat=True, decimals=lambda _: 7)["primary_display_currency_amount.amount"] == 7


def test_nested_models_in_lists() -> None:
    rates = codec.from_json(b'{"leverage_data": [{"code": "cross", "name": "Cross"}]}', CurrencyRatesWithLeverage)
    listed = codec.to_dict(rates)["leverage_data"]
    assert isinstance(listed, list)
    assert listed[0]["code"] == "cross"
    assert isinstance(codec.to_dict(rates, flat=True)["leverage_data"], str)
