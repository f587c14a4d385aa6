"""What the library does not know of a response: guarded if it is named like a secret, named if that is safe."""

from __future__ import annotations

import json
import logging
import secrets
import string
from random import Random
from typing import Any

import pytest

from threecommas_async import codec
from threecommas_async.codec import converter
from threecommas_async.models.account import Account
from threecommas_async.secret import Secret


@pytest.fixture(autouse=True)
def nothing_warned_of_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converter, "_WARNED", set())


def read(**fields: Any) -> Account:
    return codec.from_json(json.dumps({"id": 1, **fields}), Account)


@pytest.mark.parametrize(
    "name", ["apiKey", "apiSecret", "password", "token", "url_secret", "private_key", "new_api_key"]
)
def test_a_text_that_is_named_like_a_secret_is_a_secret(name: str) -> None:
    account = read(**{name: "canary", "word": "shown"})
    assert account.unrecognized == {name: Secret("canary"), "word": "shown"}
    assert "canary" not in repr(account.unrecognized)


def test_it_is_guarded_however_deep_it_is() -> None:
    unknown = {
        "new": {"keys": [{"token": "canary"}], "count": 1},
        "secret": ["canary", ["canary", 12], {"name": "canary", "is_set": True, "of": None}],
        "password": 123456,
    }
    account = read(**unknown)
    assert account.unrecognized == {
        "new": {"keys": [{"token": Secret("canary")}], "count": 1},
        "secret": [
            Secret("canary"),
            [Secret("canary"), Secret("12")],
            {"name": Secret("canary"), "is_set": True, "of": None},
        ],
        "password": Secret("123456"),
    }
    assert "canary" not in str(account.unrecognized)
    assert "123456" not in str(account.unrecognized)


def test_a_known_field_that_cannot_be_read_is_guarded_too() -> None:
    assert read(api_key=["canary"]).unrecognized == {"api_key": [Secret("canary")]}


def test_it_is_written_and_read_again() -> None:
    account = read(api_key="canary-key", token="canary", new={"password": ["canary", 5]}, tokens_count=3)
    written = codec.to_json(account)
    fields = json.loads(written)
    assert (fields["api_key"], fields["token"], fields["tokens_count"]) == ("canary-key", "canary", 3)
    assert fields["new"] == {"password": ["canary", "5"]}
    assert codec.from_json(written, Account) == account


@pytest.mark.parametrize(
    "name",
    ["new_field", "finished?", "min_volume_btc_24h", "camelCase", "_private", "x2", "a" * 16, "_".join(["word"] * 12)],
)
def test_a_new_field_is_named(name: str, caplog: pytest.LogCaptureFixture) -> None:
    read(**{name: 1})
    assert [record.getMessage() for record in caplog.records] == [
        f"Account.{name} is not known to this library; it is kept under 'unrecognized'"
    ]


def keys() -> list[str]:
    random = Random(1)  # noqa: S311 - the same keys each time
    letters = string.ascii_letters + string.digits
    return [
        *("", "line\nWARNING forged", "\x1b[31m", "\u2028", "caf\xe9", "two words", "a" * 17, "word_" * 20),
        *("canaryExchangeKey/0123456789&ab+cd==", "4ce4943c-f478-46c3-b50b-70de4d1bc34d", "\ud800"),
        f"{random.getrandbits(256):064x}",
        *("".join(random.choices(letters, k=length)) for length in (24, 32, 43, 64)),
    ]


@pytest.mark.parametrize("key", keys(), ids=range(len(keys())))
def test_what_may_be_a_secret_or_forge_a_record_is_not_named(key: str, caplog: pytest.LogCaptureFixture) -> None:
    account = converter.the_converter().structure({"id": 1, key: "x"}, Account)
    assert account.unrecognized == {key: "x"}
    (record,) = caplog.records
    assert record.getMessage() == (
        f"Account.<a name of {len(key)} characters> is not known to this library; it is kept under 'unrecognized'"
    )
    assert key == "" or key not in str(vars(record))
    assert all(key not in warned for warned in converter._WARNED)


def test_secrets_as_keys_are_warned_of_once_for_each_length(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(20):
        read(**{secrets.token_hex(32): 1})
    assert len(caplog.records) == 1
