"""One call, from verb and path to a result or an exception: the only place that awaits aiohttp."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Final, TypeVar, cast, final

import aiohttp
from aiohttp import hdrs
from yarl import URL

from threecommas_async import codec
from threecommas_async.credentials import Credentials
from threecommas_async.errors import NotSentError, RateLimitedError
from threecommas_async.transport.admission import Admission
from threecommas_async.transport.bans import Ban, shared_ban
from threecommas_async.transport.bodies import UnreadableBodyError, read_body
from threecommas_async.transport.call import Call, Method
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.limits import Limit, Limits, shared_limiter
from threecommas_async.transport.retries import Retries
from threecommas_async.transport.settings import Mode, checked_base_url, checked_seconds, request_headers
from threecommas_async.transport.signing import (
    ConnectionLostError,
    ForeignOriginError,
    ServerSpeaksFirstError,
    SigningMiddleware,
)
from threecommas_async.transport.verdicts import Failure, Received, failure_of_answer, failure_without_answer

T = TypeVar("T")

_LONGEST_CONNECT: Final = 10.0
_NO_BODY: Final = (hdrs.CONTENT_TYPE,)
_SHORTEST_TIMEOUT: Final = 0.001  # to aiohttp, 0 means none
_BANNED: Final = 418
_MOST_REFUSALS: Final = 3  # going on after a 429 earns a ban, whatever pause the answer names
# Servers and gateways keep an idle connection for a minute and longer. One that has idled for a quarter of that is not
# used again: a write on it could meet the server's closing it, and nobody could tell what became of it.
_KEEP_ALIVE: Final = 15.0
_IDLE: Final = 0.1


@final
class Transport:
    """Sends the calls of all resources over one aiohttp session, its own or a borrowed one.

    The parameters are those of :class:`~threecommas_async.ThreeCommasClient`, where they are described.
    """

    def __init__(
        self,
        credentials: Credentials | None,
        *,
        base_url: str,
        session: aiohttp.ClientSession | None,
        timeout: float,
        mode: Mode | None,
        limits: Sequence[Limit] | Limits | None,
        max_wait: float,
        max_body: int,
        middlewares: Sequence[aiohttp.ClientMiddlewareType],
        trace_configs: Sequence[aiohttp.TraceConfig],
        clock: Clock,
    ) -> None:
        if session is not None and trace_configs:
            raise ValueError("trace_configs are for the client's own session; give them to the session that you pass")
        self._base_url: Final = checked_base_url(base_url)
        self._credentials: Final = credentials
        self._timeout: Final = checked_seconds("timeout", timeout, above_zero=True)
        self._write_timeout: Final = _attempt_timeout(self._timeout, writes=True)
        self._read_timeout: Final = _attempt_timeout(self._timeout, writes=False)
        self._headers: Final = request_headers(mode)
        self._json_headers: Final = {**self._headers, hdrs.CONTENT_TYPE: "application/json"}
        self._limits: Final = limits
        self._max_wait: Final = checked_seconds("max_wait", max_wait, above_zero=False)
        self._max_body: Final = max_body
        self._signed: Final = _chain(middlewares, SigningMiddleware(credentials, URL(self._base_url)))
        self._unsigned: Final = _chain(middlewares, SigningMiddleware(None, URL(self._base_url)))
        self._trace_configs: Final = list(trace_configs)
        self._clock: Final = clock
        self._retries: Final = Retries()
        self._session = session
        self._owns_session: Final = session is None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._admission = Admission(None, Ban(clock), self._max_wait, clock)
        self._last_answer = 0.0
        self._closed = False

    async def request(
        self,
        method: Method,
        path: str,
        kind: type[T],
        *,
        ids: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        public: bool = False,
        reads: bool | None = None,
    ) -> T:
        """Send one call and return its result as ``kind``. What is None in ``query`` and ``body`` is not sent.

        :param path: the path template below the base URL: ``/ver1/accounts/{account_id}``.
        :param kind: a model, a list of one, or ``NoneType`` where the answer says no more than that all went well.
        :param ids: the values for the template's placeholders.
        :param public: whether the API wants no signature.
        :param reads: whether the call changes nothing; by default that is so for GET alone.
        """
        writes = method != "GET" if reads is None else not reads
        call = Call(method, path, self._base_url, ids=ids, query=query, body=body, writes=writes)
        self._usable_session(call, public=public)
        deadline = self._clock.monotonic() + self._timeout
        while True:
            probes = not self._admission.is_open and await self._admission.admit(call, deadline)
            outcome = await (self._probe if probes else self._attempt)(call, deadline, public=public)
            result = outcome if isinstance(outcome, Failure) else await self._result(outcome, call, kind)
            if not isinstance(result, Failure):
                return result
            if not await self._may_repeat(result, call, deadline):
                break
        error = result.error
        error.sent, error.sent_at = call.shown, call.sent_at
        # Raised here, outside of any except block: aiohttp's exceptions print headers and bodies, and would otherwise
        # stay on ours as __context__.
        raise error

    @property
    def clock(self) -> Clock:
        """Where this transport's time comes from."""
        return self._clock

    async def close(self) -> None:
        """Close the session, if it is an own one."""
        self._closed = True
        if self._owns_session and self._session is not None:
            await self._session.close()
            self._session = None

    async def _attempt(self, call: Call, deadline: float, *, public: bool) -> Received | Failure:
        """Send the call once."""
        session = self._usable_session(call, public=public)
        if call.writes and self._clock.monotonic() - self._last_answer > _IDLE:
            # Lets the event loop see the end of connections that the server has closed in the meantime.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        call.begin(self._clock)
        timeout = self._write_timeout if call.writes else self._read_timeout
        left = deadline - call.started
        if self._timeout - left > _SHORTEST_TIMEOUT:
            timeout = _attempt_timeout(max(left, _SHORTEST_TIMEOUT), writes=call.writes)
        try:
            async with session.request(
                call.method,
                call.url,
                data=call.body,
                headers=self._headers if call.body is None else self._json_headers,
                middlewares=self._unsigned if public else self._signed,
                timeout=timeout,
                allow_redirects=False,
                raise_for_status=False,
                skip_auto_headers=_NO_BODY if call.body is None else None,
                auto_decompress=False,
            ) as response:
                status, headers = response.status, response.headers
                call.signature = response.request_info.headers.get("Signature")
                chunks: list[bytes] = []
                problem, cut_short = None, False
                try:
                    await read_body(response, self._max_body, chunks)
                except (aiohttp.ClientError, OSError) as error:
                    problem, cut_short = f"its body is cut short ({type(error).__name__})", True
                except UnreadableBodyError as error:
                    problem, cut_short = str(error), error.cut_short
        except asyncio.CancelledError as error:
            if call.writes:
                error.add_note(f"{call} was cancelled under way: whether it was carried out cannot be told")
            raise
        except (aiohttp.ClientError, OSError, ConnectionLostError, ForeignOriginError, ServerSpeaksFirstError) as error:
            call.log(self._clock, None, {})
            return failure_without_answer(error, call)
        self._last_answer = self._clock.monotonic()
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        received = Received(status, headers, body, problem, cut_short)
        call.log(self._clock, status, headers)
        return received

    async def _probe(self, call: Call, deadline: float, *, public: bool) -> Received | Failure:
        """Send the first call after a ban, and note whether the ban is over."""
        try:
            outcome = await self._attempt(call, deadline, public=public)
        except BaseException:
            self._admission.probed(answered=False)
            raise
        if isinstance(outcome, Failure) or outcome.status != _BANNED:
            self._admission.probed(answered=isinstance(outcome, Received))
        return outcome

    async def _result(self, received: Received, call: Call, kind: type[T]) -> T | Failure:
        """Read an answer; heed what it says about limits and bans."""
        if received.is_success and received.problem is None:
            # Documented JSON has no "error" at its top: only what is more or less than that needs a second look.
            result = None if kind is NoneType else codec.from_documented_json(received.body, kind)
            if result is not None:
                self._retries.succeeded()
                return result
            if not received.names_an_error():
                try:
                    result = _read(received, kind)
                except codec.DecodeError as problem:
                    received.problem = str(problem)
                else:
                    self._retries.succeeded()
                    return result
        failure = failure_of_answer(received, call, self._clock, pause=self._admission.pause_of(call))
        await self._admission.heed(failure, call)
        return failure

    async def _may_repeat(self, failure: Failure, call: Call, deadline: float) -> bool:
        """Wait for the next attempt, if there is to be one."""
        left = deadline - self._clock.monotonic()
        if isinstance(failure.error, RateLimitedError):
            pause = self._admission.wait_after(failure.error, left) if call.attempts < _MOST_REFUSALS else None
        else:
            pause = self._retries.pause(failure.repeat, call.attempts)
        if pause is None or pause >= left:
            return False
        call.log_wait(type(failure.error).__name__, pause)
        await self._clock.sleep(pause)
        return True

    def _usable_session(self, call: Call, *, public: bool) -> aiohttp.ClientSession:
        if self._credentials is None and not public:
            raise ValueError(f"{call} must be signed: give ThreeCommasClient its credentials")
        loop = asyncio.get_running_loop()
        if self._loop is None and not self._closed:
            self._loop = loop
            self._admission = self._make_admission()
            if self._session is None:
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(keepalive_timeout=_KEEP_ALIVE),
                    middlewares=self._signed,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    trace_configs=self._trace_configs,
                    trust_env=False,
                )
        if self._session is None or self._session.closed or self._closed:
            reason = "the client is closed"
        elif self._loop is not loop:
            reason = "the client belongs to another event loop"
        else:
            return self._session
        raise NotSentError(f"{call} was not sent: {reason}", method=call.method, path=call.path)

    def _make_admission(self) -> Admission:
        limiter = None
        if self._limits is not None:
            api_key = self._credentials.api_key if self._credentials is not None else ""
            limiter = shared_limiter(self._base_url, api_key, self._limits, self._clock)
        return Admission(limiter, shared_ban(self._base_url, self._clock), self._max_wait, self._clock)


def _read(received: Received, kind: type[T]) -> T:
    if kind is not NoneType:
        return codec.from_json(received.body, kind)
    if received.is_html:
        raise codec.DecodeError("it is an HTML page")
    return cast("T", None)


def _attempt_timeout(seconds: float, *, writes: bool) -> aiohttp.ClientTimeout:
    """Bound an attempt: a read leaves time for another one, a write has no other."""
    total = seconds if writes else seconds / 2
    return aiohttp.ClientTimeout(total=total, connect=min(_LONGEST_CONNECT, total / 2))


def _chain(
    middlewares: Sequence[aiohttp.ClientMiddlewareType], last: aiohttp.ClientMiddlewareType
) -> tuple[aiohttp.ClientMiddlewareType, ...]:
    return (*middlewares, last)
