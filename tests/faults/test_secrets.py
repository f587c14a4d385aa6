"""Canary secrets through every error path and every way out: not one is to be found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from random import Random
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from threecommas_async import HmacCredentials, RsaCredentials, ThreeCommasClient, ThreeCommasError

from .canaries import Watch, all_ears
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
    "cut": lambda request: json.dumps({"error": "bad", **_fields(request), "secret": EXCHANGE_SECRET})[:-6],
    "at the end of what is kept": lambda request: "x" * 1980 + _all_of(request),
    "behind a megabyte": lambda request: "x" * (1024 * 1024 - 12) + _all_of(request),
}


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


@pytest.mark.parametrize("key", CREDENTIALS)
def test_credentials(watch: Watch, key: str) -> None:
    credentials = CREDENTIALS[key]
    watch.look("repr", f"{credentials!r} {credentials} {[credentials]} {credentials.__class__}")
    for refused in (b"not a key " + _pem(_KEY).encode()[60:], _pem(_KEY)[:400], _pem(_KEY).replace("A", "B", 40)):
        with pytest.raises(ValueError) as caught:
            RsaCredentials("public-key", refused)
        watch.look_at_error("refused key", caught.value)
    for bad in (f"{API_SECRET}\n", f"{API_SECRET} ", API_SECRET.encode()):
        with pytest.raises((ValueError, TypeError)) as refusal:
            HmacCredentials("public-key", bad)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        watch.look_at_error("refused secret", refusal.value)
    watch.judge()
    assert watch.leaks == []


async def test_arguments_that_are_refused(watch: Watch) -> None:
    calls: list[dict[str, Any]] = [
        {"type": "", "name": "Main", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET},
        {"type": "binance", "name": "M", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET},
        {"type": "binance", "name": "Main", "api_key": [EXCHANGE_KEY], "secret": EXCHANGE_SECRET},
        {"type": "binance", "name": "Main", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET.encode()},
        {"type": "coinbase", "name": "Main", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "passphrase": 5},
    ]
    async with FaultServer() as server, make_client(server) as client:
        for arguments in calls:
            with pytest.raises((ValueError, TypeError)) as caught:
                await client.accounts.create(**arguments)
            watch.look_at_error(str(arguments["type"]), caught.value)
        assert server.accepted == 0
    watch.judge()
    assert watch.leaks == []


def test_the_watch_sees() -> None:
    """What would not be noticed proves nothing."""
    import base64
    from urllib.parse import quote

    for shown in (
        API_SECRET,
        repr(API_SECRET),
        json.dumps(API_SECRET),
        API_SECRET.encode().hex(),
        quote(API_SECRET, safe=""),
        *(base64.b64encode(b"x" * before + API_SECRET.encode() + b"yz").decode() for before in range(5)),
    ):
        watch = Watch({"API secret": API_SECRET})
        watch.look("here", f"... {shown} ...")
        watch.judge()
        assert watch.leaks, shown


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
