"""Canary secrets through every error path and every way out: not one is to be found."""

from __future__ import annotations

import asyncio
import base64
import html
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, Final, cast
from urllib.parse import parse_qsl, quote

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from threecommas_async import HmacCredentials, RsaCredentials, ThreeCommasClient, ThreeCommasError
from threecommas_async.secret import Secret

from .canaries import Watch, all_ears, texts_of
from .harness import FakeClock, make_client
from .server import End, FaultServer, Request, Script, http, settle
from .test_cancellation import Stepped
from .weather import Fault, faults

# With characters that JSON, URLs and HTML write in another way.
API_SECRET: Final = "canaryApiSecret0123456789+/=&<abcdef"
EXCHANGE_KEY: Final = "canaryExchangeKey/0123456789&ab+cd=="
EXCHANGE_SECRET: Final = 'canaryExchange"Secret\\9876543210<é>'
PASSPHRASE: Final = "canary pass phrase & 5 words/long"

Call = Callable[[ThreeCommasClient], Awaitable[object]]

_KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_LARGE_KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=3072)


async def _create(client: ThreeCommasClient) -> object:
    return await client.accounts.create(
        type="binance", name="Main", api_key=EXCHANGE_KEY, secret=EXCHANGE_SECRET, passphrase=PASSPHRASE
    )


async def _update(client: ThreeCommasClient) -> object:
    return await client.accounts.update(
        1, name="Main", api_key=EXCHANGE_KEY, secret=EXCHANGE_SECRET, passphrase=PASSPHRASE
    )


async def _list(client: ThreeCommasClient) -> object:
    return await client.accounts.list(api_key=EXCHANGE_KEY)


async def _connectable(client: ThreeCommasClient) -> object:
    return await client.accounts.connectable_types(
        type="binance", name="Main", api_key=EXCHANGE_KEY, secret=EXCHANGE_SECRET
    )


async def _get(client: ThreeCommasClient) -> object:
    return await client.accounts.get(1)


CALLS: Final[dict[str, Call]] = {
    "create": _create,
    "update": _update,
    "list by key": _list,
    "connectable types": _connectable,
    "get": _get,
}


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _secrets_of(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.private_numbers()
    return {
        "private key": "".join(_pem(key).splitlines()[5:8]),
        "a line of the private key": _pem(key).splitlines()[7],
        "private exponent": str(numbers.d)[:60],
        "private exponent in hex": f"{numbers.d:x}"[:60],
        "a prime": str(numbers.p)[:60],
    }


CREDENTIALS: Final[dict[str, HmacCredentials | RsaCredentials]] = {
    "HMAC": HmacCredentials("public-key", API_SECRET),
    "RSA": RsaCredentials("public-key", _pem(_KEY)),
    "RSA in a thread": RsaCredentials("public-key", _pem(_LARGE_KEY)),
}


@pytest.fixture
def watch() -> Watch:
    return Watch(
        {
            "API secret": API_SECRET,
            "exchange key": EXCHANGE_KEY,
            "exchange secret": EXCHANGE_SECRET,
            "passphrase": PASSPHRASE,
            **_secrets_of(_KEY),
            **_secrets_of(_LARGE_KEY),
        }
    )


def _echo_as_error(status: str, write: Callable[[Request], str], kind: str = "application/json") -> Script:
    """An answer that repeats what the request had in it, as debug pages and gateways do."""

    def answer(request: Request) -> bytes:
        return http(status, write(request).encode("utf-8", "replace"), content_type=kind)

    return Script(executes=False, answer=answer)


def _all_of(request: Request) -> str:
    return request.raw.decode()


ECHOES: Final[dict[str, Callable[[Request], str]]] = {
    "whole request as text": _all_of,
    "whole request as JSON": lambda request: json.dumps({"error": "bad", "error_description": _all_of(request)}),
    "body as the error": lambda request: json.dumps({"error": request.body.decode()}),
    "fields": lambda request: json.dumps({"error": "record_invalid", "error_attributes": {"x": [_all_of(request)]}}),
    "fields by name": lambda request: json.dumps({"error": "record_invalid", "request": _fields(request)}),
    "in a sentence": lambda request: json.dumps(
        {"error": " and ".join([*(str(value) for value in _fields(request).values()), _signature(request)])}
    ),
    "page": lambda request: f"<html><pre>{_all_of(request)}</pre></html>",
    "page, escaped": lambda request: f"<html><pre>{_all_of(request).replace('&', '&amp;').replace('<', '&lt;')}",
    "JSON of Rails": lambda request: (
        json.dumps({"error": _all_of(request)}).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    ),
    "JSON with escaped slashes": lambda request: json.dumps({"error": _all_of(request)}).replace("/", "\\/"),
    "JSON in JSON": lambda request: json.dumps({"error": json.dumps({"was": _all_of(request)})}),
    "JSON, all escaped": lambda request: f'{{"error":"{_as_units(_all_of(request), "04x")}"}}',
    "JSON, ALL ESCAPED": lambda request: (
        f'{{"error":"bad","error_description":"{_as_units(_all_of(request), "04X")}"}}'
    ),
    "JSON for scripts": lambda request: re.sub(
        "[=&<>+/'-]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps({"error": _all_of(request)})
    ),
    "JSON in JSON in JSON": lambda request: json.dumps({"error": json.dumps(json.dumps({"was": _all_of(request)}))}),
    "JSON in JSON, named": lambda request: json.dumps(
        {"error": json.dumps(_fields(request)), "was": [_all_of(request)]}
    ),
    "page, entities": lambda request: f"<html><pre>{_as_entities(_all_of(request), '#{}')}</pre></html>",
    "page, hexadecimal entities": lambda request: f"<html>{_as_entities(_all_of(request), '#x{:X}')}</html>",
    "page, escaped twice": lambda request: f"<html><pre>{html.escape(html.escape(_all_of(request)))}</pre></html>",
    "entities in JSON": lambda request: json.dumps({"error": _as_entities(_all_of(request), "#x{:x}")}),
    "URL in JSON": lambda request: json.dumps({"error": quote(_all_of(request), safe="")}),
    "URL in URL": lambda request: json.dumps({"error": quote(quote(_all_of(request), safe=""))}),
    "URL, lower and all": lambda request: "".join(f"%{octet:02x}" for octet in _all_of(request).encode()),
    "JSON in URL": lambda request: quote(json.dumps({"was": _all_of(request)}), safe=""),
    "repr": lambda request: f"bad request {request.raw!r} and {_all_of(request)!r}",
    "hexadecimal": lambda request: json.dumps({"error": request.raw.hex()}),
    "Base64 in lines": lambda request: json.dumps({"error": base64.encodebytes(request.raw).decode()}),
    "keys": lambda request: json.dumps(
        {str(value): 1 for value in _fields(request).values()} | {_signature(request): 2}
    ),
    "keys of an account": lambda request: json.dumps(
        {"id": 1, **{str(value): 1 for value in _fields(request).values()}, _signature(request): [2]}
    ),
    "keys of reasons": lambda request: json.dumps(
        {
            "error": "record_invalid",
            "error_attributes": {f"{value}\n\x1b[31m": ["is bad"] for value in _fields(request).values()},
        }
    ),
    "cut": lambda request: json.dumps({"error": "bad", **_fields(request), "secret": EXCHANGE_SECRET})[:-6],
    "at the end of what is kept": lambda request: "x" * 1980 + _all_of(request),
    "behind a megabyte": lambda request: "x" * (1024 * 1024 - 12) + _all_of(request),
}


def _as_units(text: str, form: str) -> str:
    return "".join(f"\\u{unit:{form}}" for unit in memoryview(text.encode("utf-16-le")).cast("H"))


def _as_entities(text: str, form: str) -> str:
    return "".join(
        letter if letter.isalnum() and letter.isascii() else f"&{form.format(ord(letter))};" for letter in text
    )


def _signature(request: Request) -> str:
    for line in request.head.decode().splitlines():
        name, _, value = line.partition(": ")
        if name.lower() == "signature":
            return value
    return ""


def _fields(request: Request) -> dict[str, object]:
    """What was asked, from the body or from the query."""
    if request.body:
        return cast("dict[str, object]", json.loads(request.body))
    return dict(parse_qsl(request.raw.split(b" ")[1].decode().partition("?")[2]))


def _spoken_headers(request: Request) -> bytes:
    """Headers with control characters and with bytes that are not ASCII, around the secrets."""
    values = [str(value).encode() for value in _fields(request).values()]
    text = b" caf\xe9 \x1b[31m \xe2\x80\xa8 " + b" ".join([*values, _signature(request).encode()])
    lines = [name + b":" + text for name in (b"X-Request-Id", b"Cf-Ray", b"X-Debug")]
    return b"\r\n".join([b"HTTP/1.1 400 Bad Request", *lines, b"Content-Length: 0", b"", b""])


def _echoing_headers(request: Request) -> bytes:
    """The secrets in the headers of the answer, the request id among them."""
    # What cannot stand in a header stays out.
    text = " ".join([*(str(value) for value in _fields(request).values() if str(value).isascii()), _signature(request)])
    return http(
        "400 Bad Request", b"", f"X-Request-Id: {text}", f"Cf-Ray: {text}", f"Retry-After: {text}", f"X-Debug: {text}"
    )


async def _run(watch: Watch, name: str, client: ThreeCommasClient, call: Call, server: FaultServer) -> str:
    """Make a call, and look at all that comes of it."""
    del server.requests[:]
    outcome = "result"
    with all_ears(watch):
        try:
            result = await call(client)
        except ThreeCommasError as error:
            outcome = type(error).__name__
            _know_signatures(watch, server)
            watch.look_at_error(name, error)
        else:
            _know_signatures(watch, server)
            watch.look_at_result(name, result)
        watch.look(
            f"{name}: the client", repr([client, vars(client), client._transport, client._transport._credentials])
        )
        await settle()
    watch.judge()
    return outcome


def _know_signatures(watch: Watch, server: FaultServer) -> None:
    for known in [known for known in watch.secrets if known.startswith("Signature")]:
        del watch.secrets[known]
    for number, request in enumerate(server.requests):
        watch.secrets[f"Signature {number}"] = _signature(request)


def _rows() -> Iterator[Fault]:
    return (row for row in faults("http://127.0.0.1:9/elsewhere") if row.script is not None or row.before)


# One call shows how signing in a thread goes wrong.
@pytest.mark.parametrize(
    ("key", "name"),
    [(key, name) for key in CREDENTIALS for name in CALLS if key != "RSA in a thread" or name == "create"],
)
async def test_every_fault(watch: Watch, name: str, key: str) -> None:
    outcomes: set[str] = set()
    random = Random(7)  # noqa: S311 - the same faults each time
    clock = FakeClock()
    async with FaultServer(keeps_requests=True) as server:
        for row in _rows():
            for _ in range(2 if key == "HMAC" else 1):
                timeout = 0.05 if row.hasty else 30.0
                async with make_client(server, credentials=CREDENTIALS[key], clock=clock, timeout=timeout) as client:
                    if row.before == "refuse":
                        await server.refuse()
                    if row.script is not None:
                        server.scripts.append(row.script(random))
                    outcomes.add(await _run(watch, row.name, client, CALLS[name], server))
                    if row.before == "refuse":
                        await server.listen()
                server.scripts.clear()
                clock.advance(30 * 24 * 3600)
    assert watch.leaks == []
    assert watch.looked > 10_000
    if name == "create":
        assert {"NotSentError", "OutcomeUnknownError", "UnreadableResponseError", "IpBannedError"} <= outcomes


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("echo", ECHOES)
async def test_an_answer_that_repeats_the_request(watch: Watch, name: str, echo: str) -> None:
    for status in ("200 OK", "400 Bad Request", "429 Too Many Requests", "500 Internal Server Error"):
        await _run_one(watch, name, _echo_as_error(status, ECHOES[echo]))


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("end", [End.CLOSE, End.KEEP])
async def test_headers_that_repeat_the_request(watch: Watch, name: str, end: End) -> None:
    await _run_one(watch, name, Script(executes=False, answer=_echoing_headers, end=end))


@pytest.mark.parametrize("name", CALLS)
async def test_headers_that_are_no_text(watch: Watch, name: str) -> None:
    await _run_one(watch, name, Script(executes=False, answer=_spoken_headers))


async def test_no_header_and_no_name_in_a_response_forges_a_record(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    forged = "x\n2026-01-01 CRITICAL all is well\x1b[2J\u2028"
    refusal = {"error": forged, "error_description": forged, "error_attributes": {forged: [forged]}}
    answers: list[Callable[[Request], bytes]] = [
        _spoken_headers,
        lambda _: http("200 OK", json.dumps({"id": 1, forged: 1}).encode()),
        lambda _: http("400 Bad Request", json.dumps(refusal).encode(), "X-Request-Id: a\tb"),
        lambda _: http("429 Too Many Requests", json.dumps(refusal).encode()),
        lambda _: http("500 Internal Server Error", forged.encode(), content_type="text/plain"),
        lambda _: b"HTTP/1.1 400 Bad\x1b[2J\r\nContent-Length: 0\r\n\r\n",
    ]
    caplog.set_level(logging.DEBUG, "threecommas_async")
    said: list[str] = []
    for answer in answers:
        async with FaultServer(keeps_requests=True) as server, make_client(server) as client:
            server.scripts.extend([Script(executes=False, answer=answer)] * 4)
            try:
                await _create(client)
            except ThreeCommasError as error:
                said += [str(error), str(error.request_id), str(error.cf_ray)]
    said += [record.getMessage() for record in caplog.records if record.name.startswith("threecommas_async")]
    said += [str(getattr(record, "request_id", "")) for record in caplog.records]
    assert len(said) > 20
    assert [text for text in said if not text.isprintable()] == []
    for text in said:
        text.encode()


@pytest.mark.parametrize("name", CALLS)
async def test_a_status_line_that_repeats_the_request(watch: Watch, name: str) -> None:
    def answer(request: Request) -> bytes:
        return http(f"400 {_signature(request)} {' '.join(map(str, _fields(request).values()))}", b"")

    await _run_one(watch, name, Script(executes=False, answer=answer))


@pytest.mark.parametrize("name", CALLS)
async def test_garbage_that_repeats_the_request(watch: Watch, name: str) -> None:
    await _run_one(watch, name, Script(executes=False, answer=lambda request: request.raw + b"\r\n\r\n", end=End.CLOSE))


@pytest.mark.parametrize("name", CALLS)
async def test_a_redirect_that_repeats_the_request(watch: Watch, name: str) -> None:
    def answer(request: Request) -> bytes:
        target = request.raw.split(b" ")[1].decode()
        return http("302 Found", request.body, f"Location: http://127.0.0.1:9{target}#{_signature(request)}")

    await _run_one(watch, name, Script(answer=answer))


async def test_an_account_with_its_key(watch: Watch) -> None:
    body = {"id": 1, "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "passphrase": PASSPHRASE, "x": [EXCHANGE_KEY]}
    for name, data in (("get", body), ("create", body), ("list by key", [body, body])):
        answer = http("200 OK", json.dumps(data).encode())
        assert await _run_one(watch, name, Script(answer=lambda _, answer=answer: answer)) == "result"  # type: ignore[misc]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("key", CREDENTIALS)
async def test_cancelled(watch: Watch, name: str, key: str) -> None:
    steps = 0
    async with FaultServer(keeps_requests=True) as server:
        while True:
            del server.requests[:]
            async with make_client(server, credentials=CREDENTIALS[key]) as client:
                with all_ears(watch):
                    call = Stepped(_made(CALLS[name], client), steps)
                    task = asyncio.ensure_future(_awaited(call))
                    try:
                        await task
                    except asyncio.CancelledError as error:
                        _know_signatures(watch, server)
                        watch.look_at_error(f"cancelled at {steps}", error)
                    except ThreeCommasError:
                        pass
                    watch.look("the task", repr(task))
                    await settle()
            if call.steps <= steps:
                break
            steps += 1
    watch.judge()
    assert watch.leaks == []
    assert steps > 1


class _OwnError(Exception):
    """What a user's own code raises."""


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("key", CREDENTIALS)
@pytest.mark.parametrize("after", [False, True])
async def test_an_exception_of_a_middleware(watch: Watch, name: str, key: str, after: bool) -> None:
    async def fail(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if after:
            await handler(request)
        raise _OwnError

    async with FaultServer(keeps_requests=True) as server:
        async with make_client(server, credentials=CREDENTIALS[key], middlewares=[fail]) as client:
            with pytest.raises((_OwnError, ThreeCommasError)) as caught:
                await CALLS[name](client)
            _know_signatures(watch, server)
            watch.look_at_error("middleware", caught.value)
    watch.judge()
    assert watch.leaks == []


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("key", CREDENTIALS)
@pytest.mark.parametrize("header", ["a\r\nX-Injected: 1", "a\udce4", "a\0b"])
async def test_a_default_header_of_a_borrowed_session_that_cannot_be_sent(
    watch: Watch, name: str, key: str, header: str
) -> None:
    async with FaultServer(keeps_requests=True) as server:
        async with aiohttp.ClientSession(headers={"X-Team": header}) as session:
            async with make_client(server, credentials=CREDENTIALS[key], session=session) as client:
                with pytest.raises(ThreeCommasError) as caught:
                    await CALLS[name](client)
        watch.secrets["Signature"] = _expected_signature(caught.value)
        watch.look_at_error("header", caught.value)
    watch.judge()
    assert watch.leaks == []
    assert "Signature" not in "".join(text for _, text in texts_of(caught.value))


def _expected_signature(error: BaseException) -> str:
    """The signature that frames on the error would hold, if any does."""
    for _, text in texts_of(error):
        if found := re.search(r"'Signature': '([^']+)'", text):
            return found[1]
    return "a signature that is in no frame"


@pytest.mark.parametrize("field", ["secret", "passphrase", "api_key"])
@pytest.mark.parametrize("broken", [f"{EXCHANGE_SECRET}\udce4", f"\ud800{EXCHANGE_SECRET}"])
async def test_a_secret_that_cannot_be_encoded(watch: Watch, field: str, broken: str) -> None:
    arguments: dict[str, Any] = {"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "passphrase": PASSPHRASE}
    async with FaultServer() as server, make_client(server) as client:
        for call in (client.accounts.create, client.accounts.connectable_types):
            given = {"type": "binance", "name": "Main", **arguments, field: broken}
            if call == client.accounts.connectable_types:
                del given["passphrase"]
                if field == "passphrase":
                    continue
            with pytest.raises(ValueError, match=f"{field} has a lone surrogate") as caught:
                await call(**given)
            assert caught.value.__context__ is None
            watch.look_at_error(field, caught.value)
        assert server.accepted == 0
    watch.judge()
    assert watch.leaks == []


async def test_a_raw_call(watch: Watch) -> None:
    secrets: dict[str, object] = {
        "api_key": EXCHANGE_KEY,
        "secret": EXCHANGE_SECRET,
        "extra": [{"passphrase": PASSPHRASE}],
    }
    fields = [secrets, {**secrets, "price": 1.5}, {**secrets, "name": "\ud800"}]
    async with FaultServer(keeps_requests=True) as server, make_client(server) as client:
        for given in fields:
            for place in ("query", "body"):
                arguments: dict[str, Any] = {place: given}
                server.scripts.append(_echo_as_error("400 Bad Request", _all_of))
                with pytest.raises((ThreeCommasError, ValueError, TypeError)) as caught:
                    await client.request("POST", "/ver1/accounts/new", **arguments)
                server.scripts.clear()
                watch.look_at_error("raw", caught.value)
    watch.judge()
    assert watch.leaks == []


async def test_a_raw_call_with_secrets_that_are_refused_for_something_else(watch: Watch) -> None:
    held = {"api_key": Secret(EXCHANGE_KEY), "secret": Secret(EXCHANGE_SECRET), "nested": [Secret(PASSPHRASE)]}
    async with FaultServer() as server, make_client(server) as client:
        for place in ("query", "body"):
            arguments: dict[str, Any] = {place: {**held, "price": 1.5}}
            with pytest.raises(TypeError, match="float") as caught:
                await client.request("POST", "/ver1/accounts/new", **arguments)
            watch.look_at_error("raw", caught.value)
        assert server.accepted == 0
    watch.judge()
    assert watch.leaks == []


async def test_the_key_of_an_account_is_sent_in_plain_and_not_as_it_shows() -> None:
    async with FaultServer(keeps_requests=True) as server, make_client(server) as client:
        server.scripts.append(Script(answer=lambda _: http("200 OK", b"[]")))
        await client.accounts.list(api_key=Secret(EXCHANGE_KEY))
        assert _fields(server.requests[0])["api_key"] == EXCHANGE_KEY


@pytest.mark.parametrize("key", CREDENTIALS)
def test_credentials(watch: Watch, key: str) -> None:
    credentials = CREDENTIALS[key]
    watch.look("repr", f"{credentials!r} {credentials} {[credentials]} {credentials.__class__}")
    for refused in (b"not a key " + _pem(_KEY).encode()[60:], _pem(_KEY)[:400], _pem(_KEY).replace("A", "B", 40)):
        with pytest.raises(ValueError) as caught:
            RsaCredentials("public-key", refused)
        watch.look_at_error("refused key", caught.value)
    refusals: list[tuple[Callable[..., object], tuple[object, ...]]] = [
        *((HmacCredentials, ("public-key", f"{API_SECRET}{end}")) for end in ("\n", " ", "\udce4")),
        (HmacCredentials, ("public-key", API_SECRET.encode())),
        (HmacCredentials, ("my key\n", API_SECRET)),
        (HmacCredentials, (f"{API_SECRET}\n", API_SECRET)),
        (RsaCredentials, ("my key\n", _pem(_KEY))),
        (RsaCredentials, ("public-key", f"{_pem(_KEY)}\udce4")),
        (RsaCredentials, ("public-key", Path(_pem(_KEY)))),
    ]
    for refuse, arguments in refusals:
        with pytest.raises((ValueError, TypeError)) as refusal:
            refuse(*arguments)
        watch.look_at_error("refused key", refusal.value)
    watch.judge()
    assert watch.leaks == []


async def test_arguments_that_are_refused(watch: Watch) -> None:
    calls: list[dict[str, Any]] = [
        {"type": "", "name": "Main", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET},
        {"type": "binance", "name": "M", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET},
        {"type": "binance", "name": "Main", "api_key": [EXCHANGE_KEY], "secret": EXCHANGE_SECRET},
        {"type": "binance", "name": "Main", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET.encode()},
        {"type": "coinbase", "name": "Main", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "passphrase": 5},
        {"type": "binance", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "passphrase": PASSPHRASE},
        {"type": "binance", "name": "Main", "api_key": EXCHANGE_KEY, "secert": EXCHANGE_SECRET},
    ]
    async with FaultServer() as server, make_client(server) as client:
        for arguments in calls:
            with pytest.raises((ValueError, TypeError)) as caught:
                await client.accounts.create(**arguments)
            watch.look_at_error(str(arguments["type"]), caught.value)
        with pytest.raises(TypeError) as caught:
            await cast("Any", client.accounts.create)("binance", "Main", EXCHANGE_KEY, EXCHANGE_SECRET)
        watch.look_at_error("without names", caught.value)
        assert server.accepted == 0
    watch.judge()
    assert watch.leaks == []


def test_the_watch_sees() -> None:
    """What would not be noticed proves nothing."""
    for shown in (
        API_SECRET,
        repr(API_SECRET),
        json.dumps(API_SECRET),
        API_SECRET.encode().hex(),
        quote(API_SECRET, safe=""),
        quote(quote(API_SECRET, safe="")),
        _as_units(API_SECRET, "04x"),
        _as_entities(API_SECRET, "#x{:X}"),
        html.escape(html.escape(API_SECRET)),
        json.dumps(json.dumps(API_SECRET)),
        *(base64.b64encode(b"x" * before + API_SECRET.encode() + b"yz").decode() for before in range(5)),
    ):
        watch = Watch({"API secret": API_SECRET})
        watch.look("here", f"... {shown} ...")
        watch.judge()
        assert watch.leaks, shown


def test_the_watch_sees_into_the_frames_of_other_libraries() -> None:
    watch = Watch({"API secret": API_SECRET})
    with pytest.raises(TypeError) as caught:
        json.dumps([API_SECRET, object()])
    watch.look_at_error("here", caught.value)
    watch.judge()
    assert watch.leaks


async def _run_one(watch: Watch, name: str, script: Script) -> str:
    async with FaultServer(keeps_requests=True) as server:
        async with make_client(server, credentials=CREDENTIALS["HMAC"]) as client:
            server.scripts.extend([script] * 4)
            outcome = await _run(watch, name, client, CALLS[name], server)
    assert watch.leaks == []
    return outcome


def _made(call: Call, client: ThreeCommasClient) -> Any:
    return call(client)


async def _awaited(call: Stepped[Any]) -> Any:
    return await call
