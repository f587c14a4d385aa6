"""What a response says about the write that it answers: a verdict for each, and no word taken for what it is not."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from types import NoneType
from typing import Any, Final, cast

import attrs
import pytest

from threecommas_async import (
    ApiError,
    InvalidRequestError,
    Outcome,
    OutcomeUnknownError,
    PermissionDeniedError,
    ServerError,
    ThreeCommasClient,
    ThreeCommasError,
    UnreadableResponseError,
)

from .harness import CALLS, READS, WRITES, Verdict, create, make_client
from .server import Answer, End, FaultServer, Script, chunked, http
from .weather import HTML

SUCCESS: Final = frozenset({Verdict.SUCCESS})
DONE: Final = frozenset({Verdict.DONE})
UNKNOWN: Final = frozenset({Verdict.UNKNOWN})
NOT_DONE: Final = frozenset({Verdict.NOT_DONE})

REFUSAL: Final = b'{"error":"access_denied","error_description":"Api key doesn\'t have enough permissions"}'


@attrs.frozen
class Body:
    """The body of a 200, and what it says.

    :ivar of_account: the right verdicts for a call that is to return an account.
    :ivar of_nothing: the right ones for a call that is to return nothing.
    """

    name: str
    data: bytes
    of_account: frozenset[Verdict]
    of_nothing: frozenset[Verdict]


def _same(name: str, data: bytes, verdicts: frozenset[Verdict]) -> Body:
    return Body(name, data, verdicts, verdicts)


_DEEP: Final = b"[" * 100_000 + b"]" * 100_000

BODIES: Final = (
    # The API's own word, as it is documented or nearly so.
    Body("an account", b'{"id":1}', SUCCESS, SUCCESS),
    Body("true", b"true", DONE, SUCCESS),
    Body("true, with blanks around", b"\r\n true \t", DONE, SUCCESS),
    Body("null", b"null", DONE, SUCCESS),
    Body("a number", b"7", DONE, SUCCESS),
    Body("a string", b'"ok"', DONE, SUCCESS),
    Body("an empty object", b"{}", DONE, SUCCESS),
    Body("an empty list", b"[]", DONE, SUCCESS),
    Body("an object without id", b'{"name":"x"}', DONE, SUCCESS),
    Body("an id that is null", b'{"id":null}', DONE, SUCCESS),
    Body("an id that is a fraction", b'{"id":1.5}', DONE, SUCCESS),
    Body("no error", b'{"id":1,"error":null}', SUCCESS, SUCCESS),
    Body("an empty error", b'{"id":1,"error":""}', SUCCESS, SUCCESS),
    Body("an error further down", b'{"id":1,"x":{"error":"y"}}', SUCCESS, SUCCESS),
    Body("empty", b"", UNKNOWN, SUCCESS),
    # A refusal in disguise.
    _same("a refusal", REFUSAL, NOT_DONE),
    _same("a refusal with blanks", b'\n { "error" : "record_invalid" } ', NOT_DONE),
    _same("a refusal beside an id", b'{"id":1,"error":"record_invalid"}', NOT_DONE),
    _same("a refusal that names its status", b'{"error":{"status_code":422}}', NOT_DONE),
    _same("a refusal that names its status as text", b'{"error":{"status_code":"404"}}', NOT_DONE),
    _same("a refusal under an escaped key", b'{"\\u0065rror":"access_denied"}', NOT_DONE | UNKNOWN),
    _same("a refusal under a key all escaped", b'{"\\u0065\\u0072\\u0072\\u006f\\u0072":"x"}', NOT_DONE | UNKNOWN),
    # A failure in disguise leaves open what was done before it.
    *(
        _same(
            f"a failure that names {status.decode()}", b'{"error":{"status_code":%s,"message":"x"}}' % status, UNKNOWN
        )
        for status in (b"502", b'"502"', b"408", b'"408"', b"500", b"599", b"600", b'"600"', b"999", b'"999"')
    ),
    # Not the API's own readable word: a refusal may hide in it, or nothing at all.
    _same("a page", HTML, UNKNOWN),
    _same("a page behind blanks", b"\n\n  " + HTML, UNKNOWN),
    _same("a text", b"upstream timed out", UNKNOWN),
    _same("another text", b"Success", UNKNOWN),
    _same("a text that is documented elsewhere", b"NONE", UNKNOWN),
    _same("another text that is documented elsewhere", b"None", UNKNOWN),
    _same("blank", b" \r\n\t ", UNKNOWN),
    _same("NUL", b"\x00" * 10, UNKNOWN),
    _same("cut", b'{"id":1,"name":"x', UNKNOWN),
    _same("a bracket too many", b'{"id":1}}', UNKNOWN),
    _same("two documents", b'{"id":1}{"error":"access_denied"}', UNKNOWN),
    _same("a comma too many", b'{"id":1,"x":[1,],"error":"access_denied"}', UNKNOWN),
    _same("a refusal and a latin-1 byte", b'{"error":"access_denied","name":"caf\xe9"}', UNKNOWN),
    _same("a refusal in UTF-16", REFUSAL.decode().encode("utf-16"), UNKNOWN),
    _same("a refusal behind a byte order mark", b"\xef\xbb\xbf" + REFUSAL, UNKNOWN),
    _same("a refusal and NaN", b'{"error":"access_denied","x":NaN}', UNKNOWN),
    _same("a refusal and Infinity", b'{"error":"access_denied","x":-Infinity}', UNKNOWN),
    _same("a refusal and a lone surrogate", b'{"error":"access_denied","x":"\\ud800"}', UNKNOWN),
    _same("a refusal and an encoded surrogate", b'{"error":"access_denied","x":"\xed\xa0\x80"}', UNKNOWN),
    _same("a refusal too deep to read", b'{"error":"access_denied","x":%s}' % _DEEP, UNKNOWN),
    _same("a refusal in single quotes", b"{'error':'access_denied'}", UNKNOWN),
    _same("an account and a latin-1 byte", b'{"id":1,"name":"caf\xe9"}', UNKNOWN),
    _same("an account behind a byte order mark", b'\xef\xbb\xbf{"id":1}', UNKNOWN),
    _same("an account and NaN", b'{"id":1,"btc_amount":NaN}', UNKNOWN),
    _same("an account too deep to read", b'{"id":1,"x":%s}' % _DEEP, UNKNOWN),
)


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as server:
        yield server


@pytest.fixture
async def client(server: FaultServer) -> AsyncIterator[ThreeCommasClient]:
    async with make_client(server) as client:
        yield client


async def _remove(client: ThreeCommasClient) -> None:
    await client.accounts.remove(1)


async def _create(client: ThreeCommasClient) -> object:
    return await create(client, 1)


async def _verdict_of(call: Awaitable[object]) -> tuple[Verdict, ThreeCommasError | None]:
    try:
        await call
    except ThreeCommasError as error:
        return Verdict(error.outcome.value), error
    return Verdict.SUCCESS, None


def _in_one_piece(status: str, data: bytes) -> tuple[bytes, End]:
    return http(status, data), End.KEEP


def _in_chunks(status: str, data: bytes) -> tuple[bytes, End]:
    chunks = [data[:7], data[7:]] if len(data) > 7 else [data]
    return chunked(status, *filter(None, chunks), headers=("Content-Type: application/json",)), End.KEEP


def _zipped(status: str, data: bytes) -> tuple[bytes, End]:
    return http(status, gzip.compress(data), "Content-Encoding: gzip"), End.KEEP


FRAMINGS: Final = {"in one piece": _in_one_piece, "in chunks": _in_chunks, "compressed": _zipped}


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "299 Strange"])
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
async def test_what_a_success_says_is_the_verdict(
    client: ThreeCommasClient, server: FaultServer, body: Body, status: str, framing: str
) -> None:
    answer, end = FRAMINGS[framing](status, body.data)
    calls: tuple[tuple[Callable[[ThreeCommasClient], Awaitable[object]], frozenset[Verdict]], ...] = (
        (_create, body.of_account),
        (_remove, body.of_nothing),
    )
    for call, verdicts in calls:
        server.scripts.append(Script(answer=lambda _: answer, end=end))
        verdict, error = await _verdict_of(call(client))
        assert verdict in verdicts, error
        if verdict is Verdict.DONE or (
            verdict is Verdict.UNKNOWN and verdicts == UNKNOWN and b"status" not in body.data
        ):
            assert type(error) is UnreadableResponseError
            assert error.status == int(status[:3])
        if verdict is Verdict.NOT_DONE:
            assert isinstance(error, ApiError)


async def test_a_refusal_inside_a_200_keeps_its_kind(client: ThreeCommasClient, server: FaultServer) -> None:
    for inside, kind in ((REFUSAL, PermissionDeniedError), (b'{"error":"record_invalid"}', InvalidRequestError)):
        for call in (_create, _remove):
            server.scripts.append(Script(answer=lambda _, inside=inside: http("200 OK", inside)))  # type: ignore[misc]
            with pytest.raises(kind):
                await call(client)


async def test_an_answer_without_content_is_success_where_nothing_is_expected(
    client: ThreeCommasClient, server: FaultServer
) -> None:
    server.scripts.append(Script(answer=lambda _: b"HTTP/1.1 204 No Content\r\n\r\n"))
    await client.accounts.remove(1)


@pytest.mark.parametrize("text", [b"NONE", b"    NONE", b"None\n"])
async def test_a_documented_text_is_the_api_s_word_where_it_is_documented(
    client: ThreeCommasClient, server: FaultServer, text: bytes
) -> None:
    request = cast("Callable[..., Awaitable[None]]", client._transport.request)
    arguments: dict[str, Any] = {"ids": {"id": 1}, "texts": (b"NONE", b"None")}
    server.scripts.append(Script(answer=lambda _: http("200 OK", text, content_type="text/plain")))
    await request("DELETE", "/ver1/grid_bots/{id}", NoneType, **arguments)
    server.scripts.append(Script(answer=lambda _: http("200 OK", b"upstream timed out", content_type="text/plain")))
    with pytest.raises(UnreadableResponseError) as caught:
        await request("DELETE", "/ver1/grid_bots/{id}", NoneType, **arguments)
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("end", [End.CLOSE, End.RESET])
async def test_half_a_body_that_ends_with_its_connection_says_nothing(
    client: ThreeCommasClient, server: FaultServer, end: End
) -> None:
    """HTTP/1.0 has no other end of a body than that of the connection: a cut cannot be told from it."""
    whole = b'{"id":1,"name":"m1","is_locked":false}'
    for call in (_create, _remove):
        for place in range(len(whole)):
            answer = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + whole[:place]
            server.scripts.append(Script(answer=lambda _, answer=answer: answer, end=end))  # type: ignore[misc]
            with pytest.raises(UnreadableResponseError) as caught:
                await call(client)
            assert caught.value.outcome is Outcome.UNKNOWN, place


def _statuses() -> dict[int, frozenset[Verdict]]:
    refused = dict.fromkeys([*range(400, 408), *range(409, 452), 499], NOT_DONE)
    failed = dict.fromkeys([408, *range(500, 512), *range(520, 531), 561, 598, 599, 600, 601, 700, 888, 999], UNKNOWN)
    strange = dict.fromkeys([300, 301, 302, 303, 304, 305, 307, 308, 399], UNKNOWN)
    return {**refused, **failed, **strange}


STATUSES: Final = _statuses()


def _bodies(status: int) -> tuple[bytes, ...]:
    line = f"{status} Something"
    return (
        http(line, b""),
        http(line, b'{"error":"record_invalid"}'),
        http(line, b'{"id":1}'),
        http(line, HTML, content_type="text/html"),
        http(line, b"\xff\xfe"),
    )


@pytest.mark.parametrize("verb", WRITES)
async def test_what_a_status_says_is_the_verdict(verb: str) -> None:
    for status, verdicts in STATUSES.items():
        async with FaultServer() as server, make_client(server) as client:
            for answer in _bodies(status)[: 1 if status in (304, 418) else None]:
                server.scripts.append(Script(executes=False, answer=lambda _, answer=answer: answer))  # type: ignore[misc]
                verdict, error = await _verdict_of(CALLS[verb](client, 1))
                assert verdict in verdicts, (status, error)
                assert error is not None
                assert error.status == status
                if status >= 500 or status == 408:
                    assert type(error) is OutcomeUnknownError
                assert server.received[1] == 1
                server.received.clear()


@pytest.mark.parametrize("verb", sorted(READS))
@pytest.mark.parametrize("status", [408, 500, 502, 529, 600, 999])
async def test_a_read_is_tried_again_after_any_failure_of_the_server(verb: str, status: int) -> None:
    async with FaultServer() as server, make_client(server) as client:
        server.scripts.append(Script(answer=lambda _: http(f"{status} Oh", HTML)))
        assert (await _verdict_of(CALLS[verb](client, 1)))[0] is Verdict.SUCCESS
        server.scripts.extend([Script(answer=lambda _: http(f"{status} Oh", HTML))] * 9)
        with pytest.raises(ServerError):
            await CALLS[verb](client, 2)
        assert server.received[2] > 1


def _nested(depth: int, opening: bytes, closing: bytes) -> Answer:
    body = b'{"error":"record_invalid","error_attributes":{"x":%s1%s}}' % (opening * depth, closing * depth)
    return lambda _: http("400 Bad Request", body)


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
async def test_deeply_nested_attributes_of_a_refusal_are_no_crash(opening: bytes, closing: bytes) -> None:
    """Where reading gives up, and where writing what was read gives up, depends on what stands on the stack."""
    async with FaultServer() as server, make_client(server) as client:
        for depth in (1, 2, 100, *range(300, 1100), 5000, 100_000):
            server.scripts.append(Script(executes=False, answer=_nested(depth, opening, closing)))
            with pytest.raises(ApiError) as caught:
                await create(client, 1)
            assert caught.value.status == 400
            assert caught.value.outcome is Outcome.NOT_DONE
            assert len(str(caught.value)) < 100_000
