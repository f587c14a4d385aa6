"""What becomes of bodies and queries that are not what they should be."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
from urllib.parse import urlencode

import pytest
from yarl import URL

from tests.sandbox.calling import BINANCE, MISSING, Caller

NEW = "/ver1/accounts/new"
NO_OBJECTS = [b"", b"[]", b'"text"', b"null"]
NO_JSON = [
    b"{",
    b"\xff",
    b'{"name":"\xff"}',
    b"[" * 9999,
    b'{"n":NaN}',
    b'{"n":1e999999999999999999999}',
]


@pytest.mark.parametrize("body", NO_JSON, ids=lambda body: body[:9])
async def test_a_json_body_that_is_no_json_is_a_server_error(caller: Caller, body: bytes) -> None:
    answer = await caller.send("POST", NEW, body, "application/json; charset=utf-8")
    assert answer.status == 500
    assert answer.json == {"error": "unknown_error", "error_description": "Unknown error occurred#JSON::ParserError"}


@pytest.mark.parametrize("body", NO_OBJECTS, ids=lambda body: body[:9])
async def test_a_json_body_that_is_no_object(caller: Caller, body: bytes) -> None:
    answer = await caller.send("POST", NEW, body, "application/json; charset=utf-8")
    assert (answer.status, answer.json["error"]) == (400, "record_invalid")
    assert ("error_attributes" in answer.text) == (not body)


@pytest.mark.parametrize("content_type", [None, "text/plain", "multipart/form-data; boundary=x", "nonsense"])
async def test_a_body_that_does_not_say_what_it_is_has_no_parameters(caller: Caller, content_type: str | None) -> None:
    answer = await caller.send("POST", NEW, json.dumps(BINANCE).encode(), content_type)
    assert answer.wrong == {"type": [MISSING], "name": [MISSING]}


async def test_a_form_without_brackets_is_no_list(caller: Caller) -> None:
    answer = await caller.call("POST", NEW, form={**BINANCE, "types_to_create": "binance_margin"})
    assert answer.wrong == {"types_to_create": ["is invalid"]}
    answer = await caller.call("POST", NEW, form={**BINANCE, "types_to_create[]": "binance_margin"})
    assert (answer.status, len(caller.sandbox.accounts)) == (201, 2)


async def test_a_query_wins_over_a_body(caller: Caller) -> None:
    target = f"{NEW}?{urlencode({'name': 'From query'})}"
    answer = await caller.send("POST", target, urlencode(BINANCE).encode(), "application/x-www-form-urlencoded")
    assert (answer.status, answer.json["name"]) == (201, "From query")


async def test_a_body_without_end_is_refused(caller: Caller) -> None:
    async with caller.session.post(f"{caller.sandbox.url}{NEW}", data=io.BytesIO(b"x" * 2**21)) as answer:
        assert answer.status == 413
        assert (await answer.json())["error"].endswith("Too Large")  # the word before it depends on the Python


async def test_bytes_that_are_no_utf8_in_a_query(caller: Caller) -> None:
    target = b"/public/api/ver1/accounts/new?type=kraken&api_key=abcde&secret=abcde&name=ab\xff"
    assert caller.key.secret is not None
    signature = hmac.new(caller.key.secret.encode(), target, hashlib.sha256).hexdigest()
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(caller.sandbox.url).port)
    head = f" HTTP/1.1\r\nHost: x\r\nApikey: {caller.key.api_key}\r\nSignature: {signature}\r\n\r\n"
    writer.write(b"POST " + target + head.encode())
    answer = await asyncio.wait_for(reader.read(65536), 5)
    writer.close()
    await writer.wait_closed()
    assert answer.startswith((b"HTTP/1.1 201", b"HTTP/1.0 400"))
