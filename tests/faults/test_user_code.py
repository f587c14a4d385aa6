"""User code around a call: whatever it does, a write is carried out once at most, and its caller is told the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import aiohttp
import attrs
import pytest
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse

from threecommas_async import NotSentError, Outcome, OutcomeUnknownError, ThreeCommasClient, ThreeCommasError

from .harness import CALLS, CREATE, DELETE, EXECUTIONS, GET, PUT, READS, WRITES, Verdict, connected, verdict_of
from .server import Answer, End, FaultServer, Script, chunked, http, settle, success
from .user_code import (
    AFTER_SENDING,
    AIOHTTP,
    BEFORE_SENDING,
    ERRORS,
    OWN,
    READERS,
    Meddler,
    Raise,
    UserError,
    abandons,
    after,
    answers_itself,
    before,
    hedges,
    hook,
    hooks,
    logs,
    meddling,
    meddling_hooks,
    passes,
    raises_for_status,
    reads,
    repeats,
    repeats_and_takes_the_first,
    replaces,
    retries_on_anything,
    retries_on_exception,
    retries_on_status,
    runs_in_a_task,
    translates,
)
from .virtual_time import in_virtual_time
from .weather import HTML, in_chunks, old_fashioned, too_long_a_length, zipped, zipped_without_length

BORROWED: Final = pytest.mark.parametrize("borrowed", [False, True], ids=["own session", "borrowed session"])
ERROR: Final = pytest.mark.parametrize("error", ERRORS)

# Such an exception says what the response to the request was, and that is known here.
_ABOUT_A_RESPONSE: Final = frozenset(
    {"ClientResponseError", "ContentTypeError", "ClientHttpProxyError", "TooManyRedirects", "ClientPayloadError"}
)


class Remembered:
    """Makes exceptions of one kind, and keeps those that it made."""

    def __init__(self, error: Raise) -> None:
        self._error: Final = error
        self.made: Final[list[BaseException]] = []

    def __call__(self) -> BaseException:
        self.made.append(self._error())
        return self.made[-1]


def _chain(error: BaseException) -> Iterator[BaseException]:
    links = [error]
    for link in links:
        yield link
        links += [other for other in (link.__cause__, link.__context__) if other is not None and other not in links]


def _assert_unknown(error: ThreeCommasError | None, name: str, raised: list[BaseException]) -> None:
    """Assert that ``error`` says what must be said after user code raised ``raised`` behind the request."""
    assert type(error) is OutcomeUnknownError
    assert error.outcome is Outcome.UNKNOWN
    if name in OWN:
        assert error.__cause__ in raised
    else:
        assert error.__cause__ is None or error.__cause__ in raised
        assert name not in AIOHTTP or error.__cause__ is None
    assert not any(_is_of_aiohttp(link) for link in _chain(error))


def _is_of_aiohttp(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "aiohttp"


@BORROWED
@ERROR
@in_virtual_time
async def test_what_a_middleware_raises_after_the_response_is_unknown_and_not_repeated(
    error: str, *, borrowed: bool
) -> None:
    raising = Remembered(ERRORS[error])
    async with FaultServer() as server, connected(server, borrowed=borrowed, middlewares=[after(raising)]) as client:
        for marker, verb in enumerate(CALLS, 1):
            verdict, told = await verdict_of(CALLS[verb], client, marker)
            await settle()
            assert server.received[marker] == 1, verb
            if verdict is Verdict.SUCCESS:
                assert error in _ABOUT_A_RESPONSE
            else:
                _assert_unknown(told, error, raising.made)


@BORROWED
@ERROR
@pytest.mark.parametrize("signal", AFTER_SENDING)
@in_virtual_time
async def test_what_a_hook_raises_after_sending_is_unknown_and_not_repeated(
    error: str, signal: str, *, borrowed: bool
) -> None:
    raising = Remembered(ERRORS[error])
    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, trace_configs=[hook(signal, raising)]) as client,
    ):
        for marker, verb in enumerate(CALLS, 1):
            raising.made.clear()
            verdict, told = await verdict_of(CALLS[verb], client, marker)
            await settle()
            assert server.received[marker] <= 1, verb
            if signal == "request_end":
                assert server.received[marker] == 1
            if not raising.made:  # the signal did not come up
                assert verdict is Verdict.SUCCESS
            elif verdict is Verdict.SUCCESS:
                assert error in _ABOUT_A_RESPONSE
                assert server.executed[marker] == 1
            elif signal == "request_chunk_sent":  # aiohttp puts one of its own in the place of whatever it is
                assert type(told) is OutcomeUnknownError
            else:
                _assert_unknown(told, error, raising.made)


@BORROWED
@pytest.mark.parametrize("error", OWN)
@in_virtual_time
async def test_what_a_hook_raises_at_the_failure_of_a_sent_request_is_unknown(error: str, *, borrowed: bool) -> None:
    raising = Remembered(ERRORS[error])
    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, trace_configs=[hook("request_exception", raising)]) as client,
    ):
        for marker, verb in enumerate(CALLS, 1):
            server.scripts.append(Script(writes=0, end=End.CLOSE))
            _, told = await verdict_of(CALLS[verb], client, marker)
            assert server.received[marker] == 1, verb
            _assert_unknown(told, error, raising.made)


@BORROWED
@pytest.mark.parametrize("error", OWN)
@in_virtual_time
async def test_what_a_middleware_raises_before_sending_passes_unchanged(error: str, *, borrowed: bool) -> None:
    raising = Remembered(ERRORS[error])
    async with FaultServer() as server, connected(server, borrowed=borrowed, middlewares=[before(raising)]) as client:
        for marker, verb in enumerate(CALLS, 1):
            assert await _raised_by(verb, client, marker) is raising.made[-1]
            assert len(raising.made) == marker
        assert server.bytes_received == 0


@BORROWED
@pytest.mark.parametrize("error", OWN)
@pytest.mark.parametrize("signal", [signal for signal in BEFORE_SENDING if "queued" not in signal])
@in_virtual_time
async def test_what_a_hook_raises_before_sending_passes_unchanged(error: str, signal: str, *, borrowed: bool) -> None:
    host = "localhost" if signal.startswith("dns") else "127.0.0.1"
    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, host=host, trace_configs=[meddling_hooks()]) as client,
    ):
        for marker, verb in enumerate(CALLS, 1):
            if signal in ("connection_reuseconn", "dns_cache_hit"):
                assert (await verdict_of(CALLS["POST empty"], client, 99))[0] is Verdict.SUCCESS
            if signal != "connection_reuseconn":
                await server.drop_all()
            before_it = server.bytes_received
            meddler = Meddler(signal, signal=signal, error=OWN[error])
            with meddling(meddler):
                raised = await _raised_by(verb, client, marker)
            assert [raised] == meddler.raised
            assert server.bytes_received == before_it
        await server.drop_all()


@pytest.mark.parametrize("error", OWN)
@pytest.mark.parametrize("signal", ["connection_queued_start", "connection_queued_end"])
@in_virtual_time
async def test_what_a_hook_raises_in_the_queue_for_a_connection_passes_unchanged(error: str, signal: str) -> None:
    refusal = http("400 Bad Request", b"")
    async with (
        FaultServer() as server,
        connected(server, borrowed=True, connections=1, trace_configs=[meddling_hooks()]) as client,
    ):
        for marker, verb in enumerate(CALLS, 101):
            server.scripts.append(Script(answer=lambda _: refusal[:9], later=refusal[9:]))
            first = asyncio.create_task(verdict_of(CALLS[CREATE], client, 1))
            await settle()
            meddler = Meddler(signal, signal=signal, error=OWN[error])
            with meddling(meddler):
                raised = await _raised_by(verb, client, marker)
            assert [raised] == meddler.raised
            assert (await first)[0] is Verdict.NOT_DONE
            assert server.received[marker] == 0


@BORROWED
@pytest.mark.parametrize("error", OWN)
@in_virtual_time
async def test_what_a_hook_raises_at_a_refused_connection_passes_unchanged(error: str, *, borrowed: bool) -> None:
    raising = Remembered(ERRORS[error])
    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, trace_configs=[hook("request_exception", raising)]) as client,
    ):
        await server.refuse()
        for marker, verb in enumerate(CALLS, 1):
            assert await _raised_by(verb, client, marker) is raising.made[-1]
        assert server.bytes_received == 0


@BORROWED
@pytest.mark.parametrize("error", AIOHTTP)
@in_virtual_time
async def test_an_exception_of_aiohttp_before_sending_is_not_sent(error: str, *, borrowed: bool) -> None:
    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, middlewares=[before(AIOHTTP[error])]) as client,
    ):
        for marker, verb in enumerate(CALLS, 1):
            with pytest.raises(NotSentError) as caught:
                await CALLS[verb](client, marker)
            assert not any(_is_of_aiohttp(link) for link in _chain(caught.value))
        assert server.bytes_received == 0


async def _raised_by(verb: str, client: ThreeCommasClient, marker: int) -> BaseException:
    try:
        await CALLS[verb](client, marker)
    except Exception as error:  # noqa: BLE001 - which one it is, the caller asserts
        return error
    raise AssertionError(f"{verb} raised nothing")


# What the server does with one request after the other.
LOST: Final = Script(writes=0, end=End.CLOSE)
CUT: Final = Script(reads=30, end=End.RESET)
_REFUSAL: Final = b'{"error":"record_invalid","error_description":"Invalid parameters"}'


def _answering(status: str, body: bytes = _REFUSAL, *, executes: bool = False) -> Script:
    return Script(executes=executes, answer=lambda _: http(status, body))


REFUSED: Final = _answering("400 Bad Request")
LIMITED: Final = _answering("429 Too Many Requests")
FINE: Final = Script()


@attrs.frozen
class Retry:
    """A middleware that sends again, on a server that behaves so, and what must come of a write.

    :ivar received: how many requests the server may get whole.
    """

    name: str
    middleware: ClientMiddlewareType
    scripts: tuple[Script, ...]
    verdicts: frozenset[Verdict]
    received: int = 1


UNKNOWN: Final = frozenset({Verdict.UNKNOWN})
SUCCESS: Final = frozenset({Verdict.SUCCESS})
NOT_DONE: Final = frozenset({Verdict.NOT_DONE})
CARRIED_OUT: Final = frozenset({Verdict.SUCCESS, Verdict.DONE, Verdict.UNKNOWN})

RETRIES: Final = (
    Retry("no answer", retries_on_exception(), (LOST,), UNKNOWN),
    Retry("no answer, then none", retries_on_exception(), (LOST, LOST, LOST), UNKNOWN),
    Retry("no answer, then a refusal", retries_on_exception(), (LOST, REFUSED), UNKNOWN),
    Retry("cut", retries_on_exception(), (CUT,), UNKNOWN, 0),
    Retry("cut, then a refusal", retries_on_exception(), (CUT, REFUSED), UNKNOWN, 0),
    Retry("502", retries_on_status(), (_answering("502 Bad Gateway", executes=True),), UNKNOWN),
    Retry("502, then a refusal", retries_on_status(), (_answering("502 Bad Gateway"), REFUSED), UNKNOWN),
    Retry("408", retries_on_status(), (_answering("408 Request Timeout", executes=True),), UNKNOWN),
    Retry("600", retries_on_status(), (_answering("600 Strange", executes=True),), UNKNOWN),
    Retry("redirect", retries_on_status(), (_answering("302 Found", executes=True),), UNKNOWN),
    Retry("no answer, whatever comes", retries_on_anything(), (LOST, REFUSED, FINE), UNKNOWN),
    Retry("400", retries_on_status(), (REFUSED,), SUCCESS, 2),
    Retry("400, twice", retries_on_status(), (REFUSED, REFUSED), SUCCESS, 3),
    Retry("400, always", retries_on_status(), (REFUSED, REFUSED, REFUSED), NOT_DONE, 3),
    Retry("429", retries_on_status(), (LIMITED,), SUCCESS, 2),
    Retry("400, then no answer", retries_on_anything(), (REFUSED, LOST), UNKNOWN, 2),
    Retry("400, then 502", retries_on_status(), (REFUSED, _answering("502 Bad Gateway", executes=True)), UNKNOWN, 2),
    Retry("all is well, sent twice", repeats, (), CARRIED_OUT),
    Retry("all is well, sent twice, the first is taken", repeats_and_takes_the_first, (), SUCCESS),
    Retry("no answer, sent twice at once", hedges, (LOST,), UNKNOWN),
    Retry("all is well, sent twice at once", hedges, (), CARRIED_OUT),
    Retry("all is well, in a task", runs_in_a_task, (), SUCCESS),
    Retry("no answer, in a task", runs_in_a_task, (LOST,), UNKNOWN),
    Retry("all is well, looked at", logs, (), SUCCESS),
)


@BORROWED
@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize("retry", RETRIES, ids=lambda retry: retry.name)
@in_virtual_time
async def test_a_middleware_that_retries_does_not_send_a_write_twice(
    retry: Retry, verb: str, *, borrowed: bool
) -> None:
    for reused in (False, True):
        async with (
            FaultServer() as server,
            connected(server, borrowed=borrowed, middlewares=[_quiet_for(1, retry.middleware)]) as client,
        ):
            if reused:
                assert (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
            server.scripts.extend(retry.scripts)
            verdict, error = await verdict_of(CALLS[verb], client, 2)
            await settle()
            assert verdict in retry.verdicts, error
            assert server.executed[2] in EXECUTIONS[verdict], error
            assert server.received[2] == retry.received
            assert server.executed[2] <= 1


def _quiet_for(calls: int, middleware: ClientMiddlewareType) -> ClientMiddlewareType:
    """Return ``middleware`` for the calls with another marker than ``calls``."""

    async def quiet(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        body = await request.body.as_bytes() if request.body else b""
        is_quiet = f"/{calls}" in f"{request.url.path}/" or b'"m%d"' % calls in body
        return await (passes if is_quiet else middleware)(request, handler)

    return quiet


@BORROWED
@pytest.mark.parametrize("verb", sorted(READS))
@pytest.mark.parametrize(
    ("middleware", "script"),
    [
        (retries_on_exception(), LOST),
        (retries_on_exception(), CUT),
        (retries_on_status(), _answering("502 Bad Gateway")),
        (retries_on_status(), REFUSED),
        (repeats, FINE),
        (repeats_and_takes_the_first, FINE),
    ],
    ids=["no answer", "cut", "502", "400", "twice", "twice, the first is taken"],
)
@in_virtual_time
async def test_a_middleware_may_repeat_a_read(
    verb: str, middleware: ClientMiddlewareType, script: Script, *, borrowed: bool
) -> None:
    async with FaultServer() as server, connected(server, borrowed=borrowed, middlewares=[middleware]) as client:
        server.scripts.append(script)
        assert (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
        assert server.received[1] + (script is CUT) == 2


@BORROWED
@pytest.mark.parametrize("verb", WRITES)
@in_virtual_time
async def test_a_refused_connection_after_an_uncertain_attempt_is_still_unknown(verb: str, *, borrowed: bool) -> None:
    async with FaultServer() as server:

        async def retries(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
            try:
                return await handler(request)
            except Exception:  # noqa: BLE001 - as careless as such code is
                await server.refuse()
                return await handler(request)

        async with connected(server, borrowed=borrowed, middlewares=[retries]) as client:
            server.scripts.append(LOST)
            verdict, error = await verdict_of(CALLS[verb], client, 1)
        assert verdict is Verdict.UNKNOWN, error
        assert server.executed[1] == 1


@BORROWED
@pytest.mark.parametrize("verb", CALLS)
@in_virtual_time
async def test_a_middleware_may_send_again_what_was_not_sent(verb: str, *, borrowed: bool) -> None:
    async with FaultServer() as server:

        async def retries(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
            try:
                return await handler(request)
            except aiohttp.ClientConnectorError:
                await server.listen()
                return await handler(request)

        async with connected(server, borrowed=borrowed, middlewares=[retries]) as client:
            await server.refuse()
            assert (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
        assert server.received[1] == 1


@BORROWED
@pytest.mark.parametrize("verb", WRITES)
@in_virtual_time
async def test_the_middleware_sees_why_its_second_pass_is_refused(verb: str, *, borrowed: bool) -> None:
    seen: list[Exception] = []

    async def retries(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        for _ in range(2):
            try:
                return await handler(request)
            except Exception as error:  # noqa: BLE001 - they are what is asserted on
                seen.append(error)
        raise UserError

    async with FaultServer() as server, connected(server, borrowed=borrowed, middlewares=[retries]) as client:
        server.scripts.append(LOST)
        _, error = await verdict_of(CALLS[verb], client, 1)
        assert isinstance(error, OutcomeUnknownError)
        assert isinstance(error.__cause__, UserError)
        assert len(seen) == 2
        assert type(seen[0]) is not type(seen[1])
        assert server.received[1] == 1


@BORROWED
@pytest.mark.parametrize(
    "script", [FINE, LOST, _answering("502 Bad Gateway", executes=True)], ids=["fine", "lost", "502"]
)
@pytest.mark.parametrize("verb", WRITES)
@in_virtual_time
async def test_a_write_is_not_sent_when_its_call_is_over(verb: str, script: Script, *, borrowed: bool) -> None:
    kept: list[Callable[[], Awaitable[ClientResponse]]] = []

    async def keeps(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        kept.append(lambda: handler(request))
        return await handler(request)

    async with FaultServer() as server, connected(server, borrowed=borrowed, middlewares=[keeps]) as client:
        server.scripts.append(script)
        await verdict_of(CALLS[verb], client, 1)
        for again in kept:
            with pytest.raises(Exception):  # noqa: B017 - which one is nobody's business here
                await again()
        await settle()
        assert (server.received[1], server.executed[1]) == (1, 1)


@BORROWED
@in_virtual_time
async def test_the_user_s_translation_of_a_lost_connection_is_the_cause(*, borrowed: bool) -> None:
    raising = Remembered(UserError)
    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, middlewares=[translates(raising)]) as client,
    ):
        for marker, verb in enumerate(CALLS, 1):
            server.scripts.append(LOST)
            verdict, error = await verdict_of(CALLS[verb], client, marker)
            assert verdict is Verdict.UNKNOWN
            assert error is not None
            assert error.__cause__ is raising.made[-1]
            assert server.received[marker] == 1


@BORROWED
@in_virtual_time
async def test_the_user_s_translation_of_a_refusal_carries_no_exception_of_aiohttp(*, borrowed: bool) -> None:
    """Those print the headers of the request, its signature among them."""

    async def translates_refusals(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        response = await handler(request)
        try:
            response.raise_for_status()
        except aiohttp.ClientResponseError as refusal:
            raise UserError("refused") from refusal
        return response

    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, middlewares=[translates_refusals]) as client,
    ):
        for marker, verb in enumerate(CALLS, 1):
            server.scripts.append(REFUSED)
            verdict, error = await verdict_of(CALLS[verb], client, marker)
            assert verdict is Verdict.UNKNOWN
            assert error is not None
            assert isinstance(error.__cause__, UserError)
            assert not any(_is_of_aiohttp(link) for link in _chain(error))


@BORROWED
@in_virtual_time
async def test_the_user_s_translation_of_a_refused_connection_passes_unchanged(*, borrowed: bool) -> None:
    raising = Remembered(UserError)
    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, middlewares=[translates(raising)]) as client,
    ):
        await server.refuse()
        for marker, verb in enumerate(CALLS, 1):
            assert await _raised_by(verb, client, marker) is raising.made[-1]


@BORROWED
@pytest.mark.parametrize("error", [*OWN, "TimeoutError", "ClientConnectorError", "ServerDisconnectedError"])
@in_virtual_time
async def test_a_request_that_is_left_behind_is_not_sent_after_its_call_is_over(error: str, *, borrowed: bool) -> None:
    """``wait_for(shield(handler(request)))`` and the like: what was said to be unsent may not be sent later."""
    for turns in range(25):
        raising = Remembered(ERRORS[error])
        left: set[asyncio.Future[ClientResponse]] = set()
        async with (
            FaultServer() as server,
            connected(server, borrowed=borrowed, middlewares=[abandons(raising, left, turns=turns)]) as client,
        ):
            for marker, verb in enumerate(CALLS, 1):
                try:
                    verdict, _ = await verdict_of(CALLS[verb], client, marker)
                except Exception as passed:
                    if passed not in raising.made:
                        raise
                    verdict = Verdict.PASSED
                await asyncio.gather(*left, return_exceptions=True)
                left.clear()
                assert verb in READS or server.executed[marker] in EXECUTIONS[verdict], (turns, verb, verdict)


def _fixed(answer: bytes) -> Answer:
    return lambda _: answer


# What the API says, and whether it is text that a middleware can read, and JSON.
ANSWERS: Final[dict[str, tuple[Answer, End, bool, bool]]] = {
    "success": (success, End.KEEP, True, True),
    "success in chunks": (in_chunks, End.KEEP, True, True),
    "success, compressed": (zipped, End.KEEP, True, True),
    "success, compressed, ends with the connection": (zipped_without_length, End.CLOSE, True, True),
    "success, ends with the connection": (old_fashioned, End.CLOSE, True, True),
    "201": (lambda request: success(request).replace(b"200 OK", b"201 Created"), End.KEEP, True, True),
    "empty": (_fixed(http("200 OK", b"")), End.KEEP, True, False),
    "204": (_fixed(b"HTTP/1.1 204 No Content\r\n\r\n"), End.KEEP, True, False),
    "true": (_fixed(http("200 OK", b"true")), End.KEEP, True, True),
    "refusal": (_fixed(http("400 Bad Request", _REFUSAL, "X-Request-Id: 1-2-3")), End.KEEP, True, True),
    "refusal in chunks": (_fixed(chunked("422 Oh", _REFUSAL[:9], _REFUSAL[9:])), End.KEEP, True, True),
    "refusal in a 200": (_fixed(http("200 OK", b'{"error":"access_denied"}')), End.KEEP, True, True),
    "502 in a 200": (_fixed(http("200 OK", b'{"error":{"status_code":"502"}}')), End.KEEP, True, True),
    "401": (_fixed(http("401 Unauthorized", b'{"error":"signature_invalid"}')), End.KEEP, True, True),
    "404": (_fixed(http("404 Not Found", b'{"error":"not_found"}')), End.KEEP, True, True),
    "429": (_fixed(http("429 Too Many Requests", b'{"error":"x"}', "Retry-After: 7")), End.KEEP, True, True),
    "500": (_fixed(http("500 Oh", b'{"error":"internal"}')), End.KEEP, True, True),
    "502": (_fixed(http("502 Bad Gateway", HTML, content_type="text/html")), End.KEEP, True, False),
    "600": (_fixed(http("600 Strange", b"{}")), End.KEEP, True, True),
    "101": (
        _fixed(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        End.KEEP,
        True,
        False,
    ),
    "302": (_fixed(http("302 Found", b"", "Location: /")), End.KEEP, True, False),
    "page in a 200": (_fixed(http("200 OK", HTML, content_type="text/html")), End.KEEP, True, False),
    "text in a 200": (_fixed(http("200 OK", b"upstream timed out")), End.KEEP, True, False),
    "latin-1": (_fixed(http("200 OK", b'{"error":"access_denied","x":"\xe9"}')), End.KEEP, False, False),
    "cut": (too_long_a_length, End.CLOSE, True, True),
    "cut by a reset": (too_long_a_length, End.RESET, True, True),
    "cut in chunks": (lambda request: in_chunks(request)[:-9], End.CLOSE, True, True),
    "cut, compressed": (lambda request: zipped_without_length(request)[:-9], End.CLOSE, True, True),
    "cut before the body": (lambda request: success(request).partition(b"{")[0], End.CLOSE, True, True),
    "cut refusal": (_fixed(http("400 Bad Request", _REFUSAL, length=900)), End.CLOSE, True, True),
    "cut 502": (_fixed(http("502 Bad Gateway", HTML, length=900)), End.CLOSE, True, True),
    "no gzip": (_fixed(http("200 OK", b'{"id":1}', "Content-Encoding: gzip")), End.KEEP, True, True),
    "another compression": (_fixed(http("200 OK", b'{"id":1}', "Content-Encoding: br")), End.KEEP, True, True),
    "too large": (_fixed(http("200 OK", b'{"id":1,"x":"' + b"y" * 5000 + b'"}')), End.CLOSE, True, True),
}
_CAP: Final = 4096


@BORROWED
@pytest.mark.parametrize("how", READERS)
@pytest.mark.parametrize("answer", ANSWERS)
@in_virtual_time
async def test_a_middleware_that_reads_the_body_changes_nothing(answer: str, how: str, *, borrowed: bool) -> None:
    _, _, is_text, is_json = ANSWERS[answer]
    if (how == "text" and not is_text) or (how == "json" and not is_json):
        return  # the middleware fails by itself
    await _assert_same(answer, reads(how), borrowed=borrowed)


@BORROWED
@pytest.mark.parametrize("answer", ANSWERS)
@in_virtual_time
async def test_a_middleware_that_raises_for_status_changes_nothing(answer: str, *, borrowed: bool) -> None:
    await _assert_same(answer, raises_for_status, borrowed=borrowed)


async def _assert_same(answer: str, middleware: ClientMiddlewareType, *, borrowed: bool) -> None:
    """Assert that calls end as they do without ``middleware``."""
    write, end, _, _ = ANSWERS[answer]
    script = Script(answer=write, end=end)
    async with FaultServer() as server:
        ends: list[list[object]] = []
        for middlewares in ([], [middleware]):
            async with connected(server, borrowed=borrowed, middlewares=middlewares, max_body=_CAP) as client:
                told: list[object] = []
                for marker, name in enumerate(ENDINGS, 1):
                    received = server.received.total()
                    server.scripts.extend([script] * 2)
                    told += [name, await _end_of(ENDINGS[name](client, marker)), server.received.total() - received]
                    server.scripts.clear()
                connector = client._transport._session.get().connector
                assert connector is not None
                assert not connector._acquired, "a connection is neither used nor closed"
                ends.append(told)
        assert ends[1] == ends[0]


async def _remove(client: ThreeCommasClient, marker: int) -> object:
    await client.accounts.remove(marker)
    return None


async def _markets(client: ThreeCommasClient, marker: int) -> object:
    return await client.market_data.markets()


ENDINGS: Final[dict[str, Callable[[ThreeCommasClient, int], Awaitable[object]]]] = {
    CREATE: CALLS[CREATE],
    DELETE: CALLS[DELETE],
    PUT: CALLS[PUT],
    GET: CALLS[GET],
    "remove": _remove,
    "markets": _markets,
}


async def _end_of(call: Awaitable[object]) -> object:
    """Return all that a caller can see of a call's end."""
    try:
        return await call
    except ThreeCommasError as error:
        known = {name: value for name, value in vars(error).items() if name not in ("sent_at", "retry_at")}
        return type(error), str(error), known, error.__cause__, error.__context__


@BORROWED
@in_virtual_time
async def test_a_middleware_reads_what_the_api_says(*, borrowed: bool) -> None:
    texts: list[str] = []

    async def reads_text(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        response = await handler(request)
        texts.append(await response.text())
        return response

    async with FaultServer() as server, connected(server, borrowed=borrowed, middlewares=[reads_text]) as client:
        for marker, answer in enumerate((success, in_chunks, zipped, old_fashioned, zipped_without_length), 1):
            server.scripts.append(Script(answer=answer, end=End.CLOSE))
            assert (await verdict_of(CALLS[CREATE], client, marker))[0] is Verdict.SUCCESS
            await settle()
            assert texts[-1].startswith(f'{{"id": {marker}, ')
            assert texts[-1].endswith("}")


@BORROWED
@pytest.mark.parametrize("how", ["text", "json"])
@in_virtual_time
async def test_a_middleware_that_cannot_read_the_body_leaves_the_outcome_unknown(how: str, *, borrowed: bool) -> None:
    """That it failed is its own doing; the truth about the write is told all the same."""
    async with FaultServer() as server, connected(server, borrowed=borrowed, middlewares=[reads(how)]) as client:
        for marker, body in enumerate((b"\xff\xfe", b"nothing \xe9 of the kind"), 1):
            server.scripts.append(Script(answer=_fixed(http("200 OK", body))))
            verdict, error = await verdict_of(CALLS[CREATE], client, marker)
            assert verdict is Verdict.UNKNOWN, error
            assert server.received[marker] == 1


@BORROWED
@pytest.mark.parametrize("verb", CALLS)
@in_virtual_time
async def test_a_response_that_a_middleware_made_up_is_taken_for_the_response(verb: str, *, borrowed: bool) -> None:
    made_up = b'{"id": 1, "name": "from a cache"}'
    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, middlewares=[answers_itself(200, made_up)]) as client,
    ):
        account = await CALLS[verb](client, 1)
        assert account.name == "from a cache"
        assert server.accepted == 0


@BORROWED
@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize("status", [200, 400, 404, 502])
@in_virtual_time
async def test_a_response_that_a_middleware_replaced_does_not_hide_what_was_done(
    verb: str, status: int, *, borrowed: bool
) -> None:
    async with (
        FaultServer() as server,
        connected(server, borrowed=borrowed, middlewares=[replaces(status, _REFUSAL)]) as client,
    ):
        verdict, error = await verdict_of(CALLS[verb], client, 1)
        assert server.executed[1] == 1
        assert 1 in EXECUTIONS[verdict], error


@BORROWED
@pytest.mark.parametrize("place", ["before", "after", "at request_start", "at request_end"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_ends_the_program_passes(error: type[BaseException], place: str, *, borrowed: bool) -> None:
    middlewares: list[ClientMiddlewareType] = []
    trace_configs: list[aiohttp.TraceConfig] = []
    if place.startswith("at "):
        trace_configs.append(hook(place.removeprefix("at "), error))
    else:
        middlewares.append((before if place == "before" else after)(error))

    async def main(server: FaultServer, verb: str) -> None:
        async with (
            server,
            connected(server, borrowed=borrowed, middlewares=middlewares, trace_configs=trace_configs) as client,
        ):
            await CALLS[verb](client, 1)

    for verb in CALLS:
        with asyncio.Runner() as runner:
            server = FaultServer()
            with pytest.raises(error):
                runner.run(main(server, verb))
            assert server.received[1] == (0 if place in ("before", "at request_start") else 1)
            runner.run(server.refuse())


@BORROWED
@in_virtual_time
async def test_hooks_that_look_at_everything_change_nothing(*, borrowed: bool) -> None:
    seen: set[str] = set()

    async def react(signal: str) -> None:
        seen.add(signal)

    async with FaultServer() as server, connected(server, borrowed=borrowed, trace_configs=[hooks(react)]) as client:
        for marker, verb in enumerate(CALLS, 1):
            assert (await verdict_of(CALLS[verb], client, marker))[0] is Verdict.SUCCESS
    assert {"request_start", "connection_create_start", "request_headers_sent", "request_end"} <= seen
