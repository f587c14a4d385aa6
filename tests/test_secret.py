"""A Secret shows nothing to whatever prints, writes or copies it, and is taken in without a trace."""

from __future__ import annotations

import copy
import csv
import functools
import io
import json
import pickle
import pprint
import sqlite3
import traceback
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

import attrs
import msgspec
import pytest
from rich.console import Console
from rich.pretty import pretty_repr

from threecommas_async.codec import from_json, to_json
from threecommas_async.models.account import Account
from threecommas_async.secret import Secret, concealed, secret_text

TEXT = "canary-of-the-secret"


def pickled_and_back(value: Any, protocol: int = pickle.HIGHEST_PROTOCOL) -> Any:
    return pickle.loads(pickle.dumps(value, protocol))  # noqa: S301


def rich_of(value: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(value)
    console.print([value])
    return f"{console.file.getvalue()}{pretty_repr({'key': value})}"  # type: ignore[attr-defined]


SHOWN_BY: dict[str, Callable[[Any], object]] = {
    "repr": repr,
    "str": str,
    "format": "{:>40}".format,
    "f-string": lambda value: f"{value}{value!r}{value!s}{value:20}",
    "percent": lambda value: "%s %r" % (value, value),  # noqa: UP031
    "list": lambda value: str([value, {value: value}]),
    "pprint": pprint.pformat,
    "rich": rich_of,
    "json with default=str": lambda value: json.dumps({"key": value}, default=str),
    "json with default=repr": lambda value: json.dumps([value], default=repr),
    "urlencode": lambda value: urlencode({"key": value}),
    "dir": lambda value: [getattr(value, name) for name in dir(value) if name not in ("reveal", "_held")],
    "getstate": lambda value: value.__getstate__(),
    "pickle": lambda value: [pickle.dumps(value, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)],
}


@pytest.mark.parametrize("way", SHOWN_BY)
def test_nothing_shows_it(way: str) -> None:
    assert TEXT not in str(SHOWN_BY[way](Secret(TEXT)))


def test_it_gives_its_text_on_demand_only() -> None:
    assert Secret(TEXT).reveal() == TEXT
    assert type(Secret(type("Word", (str,), {})(TEXT)).reveal()) is str
    assert Secret(Secret(TEXT)).reveal() == TEXT
    assert f"{Secret(TEXT)}" == repr(Secret(TEXT)) == "<hidden>"


def test_it_is_no_str_and_nothing_like_one() -> None:
    secret: Any = Secret(TEXT)
    assert not isinstance(secret, str)
    for use in (
        lambda: json.dumps(secret),
        lambda: json.dumps({secret: 1}),
        lambda: msgspec.json.encode({"key": secret}),
        lambda: "x" + secret,
        lambda: str.join("", (secret,)),
        lambda: list(secret),
        lambda: len(secret),
        lambda: "canary" in secret,
        lambda: secret[0],
        lambda: bytes(secret),
    ):
        with pytest.raises(TypeError):
            use()
    assert not hasattr(secret, "encode")
    assert not hasattr(secret, "__dict__")


def test_a_database_refuses_it_and_a_table_hides_it() -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE keys (key TEXT)")
        with pytest.raises(sqlite3.Error):
            database.execute("INSERT INTO keys VALUES (?)", (Secret(TEXT),))
    database.close()
    table = io.StringIO()
    csv.writer(table).writerow([Secret(TEXT)])
    assert table.getvalue() == "<hidden>\r\n"


def test_it_equals_its_like_only() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret(TEXT.upper())
    assert Secret(TEXT) != TEXT
    assert Secret(TEXT) not in (TEXT, TEXT.encode(), None)
    assert Secret("é\ud800") == Secret("é\ud800")
    assert Secret("\ud800") != Secret("?")
    assert {Secret(TEXT): 1}[Secret(TEXT)] == 1
    assert len({Secret("a"), Secret("a"), Secret("\ud800")}) == 2


def test_its_hash_is_not_that_of_its_text() -> None:
    assert hash(Secret(TEXT)) == hash(Secret(TEXT))
    assert hash(Secret(TEXT)) != hash(TEXT)


def test_it_is_true_if_it_has_a_text() -> None:
    assert Secret("0")
    assert not Secret("")
    assert not pickled_and_back(Secret(TEXT))


def test_copies_keep_the_text() -> None:
    account = Account(id=1, api_key=Secret(TEXT), unrecognized={"token": Secret(TEXT)})
    for copied in (copy.copy(account), copy.deepcopy(account), attrs.evolve(account, id=2)):
        assert copied.api_key == Secret(TEXT)
        assert copied.api_key is not None
        assert copied.api_key.reveal() == TEXT
        assert copied.unrecognized == {"token": Secret(TEXT)}


def test_a_pickle_drops_the_text_and_says_so() -> None:
    account = Account(id=1, name="Main", api_key=Secret(TEXT), unrecognized={"token": Secret(TEXT), "new": 1})
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert TEXT.encode() not in pickle.dumps(account, protocol)
        again = pickled_and_back(account, protocol)
        assert (again.id, again.name, again.unrecognized["new"]) == (1, "Main", 1)
        for dropped in (again.api_key, again.unrecognized["token"]):
            assert repr(dropped) == "<hidden>"
            assert dropped == dropped
            assert dropped != Secret(TEXT)
            assert hash(dropped) == hash(dropped)
            with pytest.raises(ValueError, match="a pickle never holds the text"):
                dropped.reveal()
        with pytest.raises(ValueError, match="a pickle never holds the text"):
            to_json(again)


def test_what_a_model_is_turned_into_shows_nothing() -> None:
    account = Account(id=1, api_key=Secret(TEXT), unrecognized={"password": Secret(TEXT)})
    plain = attrs.asdict(account)
    for shown in (repr(account), repr(plain), json.dumps(plain, default=str), rich_of(account), rich_of(plain)):
        assert TEXT not in shown
    with pytest.raises(TypeError):
        json.dumps(plain)


def test_the_codec_writes_it_on_purpose() -> None:
    account = Account(id=1, api_key=Secret(TEXT))
    assert json.loads(to_json(account))["api_key"] == TEXT
    assert from_json(to_json(account), Account) == account


def frames_of(error: BaseException) -> str:
    """The local variables of every frame of the library on the error and on all that it hangs together with."""
    chain, shown = [error], [f"{error!r} {error.args!r}"]
    for link in chain:
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if "/threecommas_async/" in frame.f_code.co_filename:
                shown += [repr(value) for value in frame.f_locals.values()]
        chain += [other for other in (link.__cause__, link.__context__) if other is not None and other not in chain]
    return "\n".join(shown)


@pytest.mark.parametrize("value", [TEXT.encode(), [TEXT], {TEXT: TEXT}, (TEXT,), bytearray(TEXT.encode())])
def test_another_type_is_refused_by_its_name_only(value: object) -> None:
    refusals: tuple[Callable[[Any], object], ...] = (cast("Any", Secret), functools.partial(secret_text, "passphrase"))
    for refuse in refusals:
        with pytest.raises(TypeError, match=f"str.*, not {type(value).__name__}") as caught:
            refuse(value)
        assert TEXT not in frames_of(caught.value)


@pytest.mark.parametrize("wrap", [str, Secret])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "passphrase is required"),
        ("abcd", "passphrase is too short: it must have at least 5 characters"),
        (f"{TEXT}\ud800", "passphrase has a lone surrogate"),
        (f"\udce4{TEXT}", "passphrase has a lone surrogate"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_without_quoting_it(
    text: str, problem: str, wrap: Callable[[str], object]
) -> None:
    with pytest.raises(ValueError, match=problem) as caught:
        secret_text("passphrase", wrap(text), shortest=5)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert TEXT not in frames_of(caught.value)
    assert "abcd" not in frames_of(caught.value)


def test_what_can_be_sent_becomes_a_secret() -> None:
    assert secret_text("passphrase", TEXT) == Secret(TEXT)
    assert secret_text("passphrase", "", shortest=0) == Secret("")
    assert secret_text("passphrase", Secret(TEXT), shortest=len(TEXT)) == Secret(TEXT)
    with pytest.raises(ValueError, match="passphrase is required"):
        secret_text("passphrase", None)
    with pytest.raises(ValueError, match="passphrase no longer has a text"):
        secret_text("passphrase", pickled_and_back(Secret(TEXT)))


def test_whatever_is_concealed_shows_nothing_and_nothing_raises() -> None:
    class Proxy:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError(TEXT)

    for value in (TEXT, TEXT.encode(), 5, None, Proxy(), Secret(TEXT), object()):
        assert repr(concealed(value)) == "<hidden>"
    with pytest.raises(ValueError, match="was given as bytes"):
        concealed(b"x").reveal()
