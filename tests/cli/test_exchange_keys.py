"""The keys of an exchange are secrets from the moment they are read, and in no traceback."""

from __future__ import annotations

import getpass
import io
import json
import sys

import pytest

from tests.faults.canaries import texts_of
from threecommas_async.cli import exchange_keys
from threecommas_async.cli.errors import CommandError
from threecommas_async.models.market import Market, MarketFormField, MarketFormFields
from threecommas_async.secret import Secret

MARKET = Market(
    market_name="OKX",
    market_code="okex",
    form_fields=MarketFormFields(
        required=tuple(MarketFormField(field=name) for name in ("api_key", "secret", "passphrase", "customer_id"))
    ),
)
PIPED = {"secret": "canary-secret", "passphrase": "canary-phrase"}


@pytest.fixture(autouse=True)
def an_environment_with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "SECRET", "PASSPHRASE"):
        monkeypatch.delenv(f"THREECOMMAS_EXCHANGE_{name}", raising=False)
    monkeypatch.setenv("THREECOMMAS_EXCHANGE_API_KEY", "canary-key")


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_what_is_secret_becomes_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, json.dumps(PIPED).encode())
    keys = exchange_keys.complete(MARKET, {"customer_id": "7", "address": None})
    assert keys == {
        "api_key": Secret("canary-key"),
        "secret": Secret("canary-secret"),
        "passphrase": Secret("canary-phrase"),
        "customer_id": "7",
    }
    assert "canary" not in repr(keys)


def test_what_is_typed_in_becomes_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_keys, "has_terminal", lambda: True)
    monkeypatch.setattr(getpass, "getpass", " canary of {}".format)
    keys = exchange_keys.complete(MARKET, {"customer_id": "7"})
    assert keys.get("secret") == Secret("canary of secret (hidden):")
    assert "canary" not in repr(keys)


def test_what_is_made_up_becomes_a_secret() -> None:
    keys = exchange_keys.make_up(MARKET, {})
    assert {name: type(value) for name, value in keys.items()} == {
        "api_key": Secret,
        "secret": Secret,
        "passphrase": Secret,
        "customer_id": str,
    }


@pytest.mark.parametrize(
    "data",
    [
        b'{"secret":"canary-secret',
        b'["canary-secret"]',
        b'{"secret":"canary\xff"}',
        json.dumps({**PIPED, "secert": "canary"}).encode(),
        json.dumps({**PIPED, "customer_id": 7}).encode(),
        json.dumps({**PIPED, "api_key": "canary-other-key"}).encode(),
        json.dumps(PIPED).encode(),
        b"",
    ],
)
def test_a_refusal_of_standard_input_remembers_nothing_of_it(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, data)
    with pytest.raises(CommandError) as caught:
        exchange_keys.complete(MARKET, {})
    assert "canary" not in "\n".join(text for _, text in texts_of(caught.value))
