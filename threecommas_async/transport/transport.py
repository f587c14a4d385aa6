"""One call, from verb and path to a result or an exception: the only place that awaits an aiohttp request."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Collection, Mapping, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, final, overload

import aiohttp
import attrs
from aiohttp import hdrs
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from threecommas_async import codec
from threecommas_async.credentials import Credentials
from threecommas_async.errors import NotSentError, RateLimitedError
from threecommas_async.models.base import JsonValue
from threecommas_async.transport.admission import Admission
from threecommas_async.transport.attempt import Attempt, Response
from threecommas_async.transport.call import Call, Method
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.frames import drop_frames, without_aiohttp
from threecommas_async.transport.limits import Limit, Limits
from threecommas_async.transport.retries import Retries
from threecommas_async.transport.session import Session, UnusableSessionError
from threecommas_async.transport.settings import Mode, request_headers
from threecommas_async.transport.signing import SigningMiddleware
from threecommas_async.transport.verdicts import Failure, failure_of_response, judge_exception

if TYPE_CHECKING:
    from threecommas_async.transport.cable import Cable

T = TypeVar("T")

_LONGEST_CONNECT: Final = 10.0
_NO_BODY: Final = (hdrs.CONTENT_TYPE,)
_SHORTEST_TIMEOUT: Final = 0.001  # to aiohttp, 0 means none
_NEVER_ROUNDED: Final = float("inf")  # aiohttp rounds timeouts up to whole seconds where they exceed this
_MOST_REFUSALS: Final = 3  # going on after a 429 earns a ban, whatever pause the response names
_IDLE: Final = 0.1


@attrs.frozen
class CallOptions:
    """What may differ between two views of one client.

    :ivar timeout: seconds for a whole call.
    :ivar max_wait: seconds that a call may wait for its turn.
    :ivar mode: the trading mode that the calls see.
    """

    timeout: float
    max_wait: float
    mode: Mode | None
    write_timeout: aiohttp.ClientTimeout = attrs.field(init=False)
    read_timeout: aiohttp.ClientTimeout = attrs.field(init=False)
    headers: CIMultiDictProxy[str] = attrs.field(init=False)
    json_headers: CIMultiDictProxy[str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        # In the form in which aiohttp takes them as they are: it would make that of a dict, for each request.
        headers = CIMultiDict(request_headers(self.mode))
        json_headers = CIMultiDict(headers)
        json_headers[hdrs.CONTENT_TYPE] = "application/json"
        object.__setattr__(self, "write_timeout", _attempt_timeout(self.timeout, writes=True))
        object.__setattr__(self, "read_timeout", _attempt_timeout(self.timeout, writes=False))
        object.__setattr__(self, "headers", CIMultiDictProxy(headers))
        object.__setattr__(self, "json_headers", CIMultiDictProxy(json_headers))


@final
class Transport:
    """Sends the calls of all resources over one aiohttp session, its own or a borrowed one.

    The parameters are those of :class:`~threecommas_async.ThreeCommasClient`, where they are described and checked.
    """

    def __init__(
        self,
        credentials: Credentials | None,
        *,
        base_url: str,
        session: aiohttp.ClientSession | Session | None,
        options: CallOptions,
        limits: tuple[Limit, ...] | Limits | None,
        max_body: int,
        middlewares: Sequence[aiohttp.ClientMiddlewareType],
        trace_configs: Sequence[aiohttp.TraceConfig],
        clock: Clock,
    ) -> None:
        self._base_url: Final = base_url
        self._credentials: Final = credentials
        self.options = options
        self._max_body: Final = max_body
        self._middlewares: Final = tuple(middlewares)
        signing = SigningMiddleware(credentials, URL(base_url))
        self._sign: Final = signing.sign
        self._leave_unsigned: Final = SigningMiddleware(None, URL(base_url)).sign
        self._clock: Final = clock
        self._retries: Final = Retries()
        self._session: Final = (
            session if isinstance(session, Session) else Session(session, (*middlewares, signing), trace_configs)
        )
        api_key = credentials.api_key if credentials is not None else ""
        self._admission: Final = Admission(base_url, api_key, limits, clock)
        self._last_response = 0.0
        self._cables: Final[list[Cable]] = []  # at most one, the same for all views

    def with_options(self, options: CallOptions) -> Transport:
        """Return a view of this transport with other options: session, limits and bans are the same."""
        view = copy.copy(self)
        view.options = options
        return view

    @property
    def base_url(self) -> str:
        """The API that is asked."""
        return self._base_url

    @property
    def credentials(self) -> Credentials | None:
        """The key that signs."""
        return self._credentials

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is sent."""
        return self._session.is_closed

    @overload
    async def request(
        self,
        method: Method,
        path: str,
        kind: type[T],
        *,
        ids: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        envelope: str | None = None,
        public: bool = False,
        reads: bool | None = None,
        texts: Collection[bytes] = (),
    ) -> T: ...

    @overload
    async def request(
        self,
        method: Method,
        path: str,
        kind: type[T],
        *,
        ids: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        envelope: str | None = None,
        public: bool = False,
        reads: bool | None = None,
        texts: Collection[bytes] = (),
        may_be_empty: Literal[True],
    ) -> T | None: ...

    @overload
    async def request(
        self,
        method: Method,
        path: str,
        kind: None,
        *,
        ids: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        envelope: str | None = None,
        public: bool = False,
        reads: bool | None = None,
        texts: Collection[bytes] = (),
    ) -> JsonValue: ...

    async def request(
        self,
        method: Method,
        path: str,
        kind: type[T] | None,
        *,
        ids: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        envelope: str | None = None,
        public: bool = False,
        reads: bool | None = None,
        texts: Collection[bytes] = (),
        may_be_empty: bool = False,
    ) -> T | JsonValue:
        """Send one call and return its result as ``kind``.

        :param path: the path template below the base URL: ``/ver1/accounts/{account_id}``.
        :param kind: a model, a list of one, ``NoneType`` where the response says no more than that all went well, or
            None for the exact JSON.
        :param ids: the values for the template's placeholders.
        :param query: what goes into the query; None is not sent.
        :param body: what goes into the JSON body; None is null.
        :param envelope: the key of the JSON object that the result is wrapped in, if it is.
        :param public: whether the API wants no signature.
        :param reads: whether the call changes nothing; by default that is so for GET alone.
        :param texts: what the API is documented to answer instead of JSON, where it does.
        :param may_be_empty: whether the API answers some of these calls without a body; the result is then None.
        """
        writes = method != "GET" if reads is None else not reads
        call = Call(method, path, self._base_url, ids=ids, query=query, body=body, writes=writes)
        if self._credentials is None and not public:
            raise ValueError(f"{call} must be signed: give ThreeCommasClient its credentials")
        self._usable_session(call)
        deadline = self._clock.monotonic() + self.options.timeout
        while True:
            async with self._admission.turn(call, deadline, self.options.max_wait) as turn:
                outcome = await self._attempt(call, deadline, public=public)
                if isinstance(outcome, Response):
                    turn.saw(outcome)
            if isinstance(outcome, Response):
                is_large = len(outcome.body) >= codec.LARGE and not call.writes
                result: T | JsonValue = await _large_list(outcome, kind, envelope) if is_large else None
                if result is None:
                    result = _result(outcome, kind, envelope, texts, may_be_empty=may_be_empty)
                if result is not _UNREAD:
                    self._retries.succeeded()
                    return result
                failure = failure_of_response(outcome, call, self._clock, pause=self._admission.pause_of(call))
                await self._admission.heed(failure, deadline - self._clock.monotonic())
            else:
                failure = outcome
            if not await self._may_repeat(failure, call, deadline):
                break
        # Raised here, outside of any except block: aiohttp's exceptions print headers and bodies, and would otherwise
        # stay on ours as __context__.
        try:
            raise failure.error from failure.cause
        finally:
            del failure, outcome  # the error's traceback holds this frame, which would hold the error

    @property
    def cable(self) -> Cable | None:
        """The websocket that all views of the client share, if it was ever wanted."""
        return self._cables[0] if self._cables else None

    def open_cable(self, url: str) -> Cable:
        """Return the websocket that all views of the client share."""
        from threecommas_async.transport.cable import Cable  # imported where used: most programs have no stream

        if not self._cables:
            self._cables.append(Cable(self._session.detached(), url, self._clock, self._admission.banned_for))
        return self._cables[0]

    def elsewhere(self, base_url: str) -> Transport:
        """Return a transport over the same connections to another host: unsigned, and without what the user put in.

        What is sent there has its credential in the body, which no middleware and no trace hook is to see.
        """
        return Transport(
            None,
            base_url=base_url,
            session=self._session.detached(),
            options=attrs.evolve(self.options, mode=None),
            limits=None,
            max_body=self._max_body,
            middlewares=(),
            trace_configs=(),
            clock=self._clock,
        )

    async def deliver(self, path: str, body: Mapping[str, object]) -> Response:
        """Send a message once, unsigned, and return the response if it is any 2xx that names no error.

        :raises ThreeCommasError: it is none, or there is none.
        """
        call = Call("POST", path, self._base_url, ids=None, query=None, body=body, writes=True)
        self._usable_session(call)
        deadline = self._clock.monotonic() + self.options.timeout
        async with self._admission.turn(call, deadline, self.options.max_wait) as turn:
            outcome = await self._attempt(call, deadline, public=True)
            if isinstance(outcome, Response):
                turn.saw(outcome)
        if isinstance(outcome, Response):
            if outcome.is_success and outcome.problem is None and not _refuses(outcome):
                return outcome
            failure = failure_of_response(outcome, call, self._clock, pause=self._admission.pause_of(call))
        else:
            failure = outcome
        try:
            raise failure.error from failure.cause
        finally:
            del failure, outcome  # as in request

    async def wait_for_slack(self, method: Method, path: str) -> None:
        """Return once a call leaves room for others: for what should wait behind the program's own calls."""
        while (wait := self._admission.slack_in(f"{method} {path}")) > 0:
            await self._clock.sleep(wait)

    @property
    def clock(self) -> Clock:
        """Where this transport's time comes from."""
        return self._clock

    async def close(self) -> None:
        """Close the session, if it is an own one, and leave the limits that were shared."""
        for cable in self._cables:
            await cable.close(NotSentError("the stream ended: the client is closed"))
        self._admission.leave()
        await self._session.close()

    async def _attempt(self, call: Call, deadline: float, *, public: bool) -> Response | Failure:
        """Send the call once."""
        if call.writes and self._clock.monotonic() - self._last_response > _IDLE:
            # Lets the event loop see the end of connections that the server has closed in the meantime.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        session = self._usable_session(call)
        call.begin(self._clock)
        options = self.options
        timeout = options.write_timeout if call.writes else options.read_timeout
        left = deadline - call.started
        if options.timeout - left > _SHORTEST_TIMEOUT:
            timeout = _attempt_timeout(max(left, _SHORTEST_TIMEOUT), writes=call.writes)
        sign = self._leave_unsigned if public else self._sign
        attempt = Attempt(self._max_body, sign, writes=call.writes, keeps_readable=bool(self._middlewares))
        chain: tuple[aiohttp.ClientMiddlewareType, ...] = (attempt,)
        if self._middlewares:
            chain = (attempt.begin, *self._middlewares, attempt)
        outcome: Response | Failure
        try:
            async with session.request(
                call.method,
                call.url,
                data=call.payload,
                headers=options.headers if call.payload is None else options.json_headers,
                middlewares=chain,
                timeout=timeout,
                allow_redirects=False,
                raise_for_status=False,
                skip_auto_headers=_NO_BODY if call.payload is None else None,
                auto_decompress=False,
            ) as raw:
                response = attempt.response if raw is attempt.raw else None
                outcome = response or await attempt.read_another(raw)
        except BaseException as error:
            attempt.close()
            call.signature = attempt.signature
            judged = judge_exception(error, attempt, call, is_closed=session.closed)
            if judged is None:
                error.__traceback__ = without_aiohttp(error.__traceback__)
                raise
            outcome = judged
            if not isinstance(outcome, Failure) or outcome.cause is None:
                drop_frames(error)
        attempt.close()
        call.signature = attempt.signature
        if isinstance(outcome, Response):
            self._last_response = self._clock.monotonic()
            call.log(self._clock, outcome.status, outcome.headers)
        else:
            call.log(self._clock, None, {})
        return outcome

    async def _may_repeat(self, failure: Failure, call: Call, deadline: float) -> bool:
        """Wait for the next attempt, if there is to be one."""
        left = deadline - self._clock.monotonic()
        if isinstance(failure.error, RateLimitedError):
            patience = min(left, self.options.max_wait)
            pause = self._admission.wait_after(failure.error, patience) if call.attempts < _MOST_REFUSALS else None
        else:
            pause = self._retries.pause(failure.repeat, call.attempts)
        if pause is None or pause >= left:
            return False
        call.log_wait(type(failure.error).__name__, pause)
        await self._clock.sleep(pause)
        return self._clock.monotonic() < deadline

    def _usable_session(self, call: Call) -> aiohttp.ClientSession:
        try:
            return self._session.get()
        except UnusableSessionError as error:
            reason = str(error)
        raise NotSentError(f"{call} was not sent: {reason}", **call.details)


_UNREAD: Final = object()


def _refuses(response: Response) -> bool:
    """Tell whether the body of a 2xx names an error."""
    try:
        decoded = codec.decode_json(response.body)
    except codec.DecodeError:
        return False
    return isinstance(decoded, dict) and bool(decoded.get("error"))


async def _large_list(response: Response, kind: Any, envelope: str | None) -> Any:
    """Read a list, with a turn for others after each slice; return None if it is none, or cannot be read."""
    if not response.is_success or response.problem is not None:
        return None
    slices = codec.from_json_in_slices(response.body, kind, envelope)
    while True:
        try:
            next(slices)
        except StopIteration as end:
            return end.value
        await asyncio.sleep(0)


def _result(
    response: Response, kind: Any, envelope: str | None, texts: Collection[bytes], *, may_be_empty: bool
) -> Any:
    """Read the result out of a response; what is none, or cannot be read, is left to the verdict."""
    if not response.is_success or response.problem is not None:
        return _UNREAD
    if may_be_empty and not response.body:
        return None
    if kind is NoneType or kind is None:
        if not response.body or response.body.strip() in texts:
            return None
    elif (quick := codec.from_documented_json(response.body, kind, envelope)) is not None:
        return (
            quick  # documented JSON has no "error" at its top: only what is more or less than that is looked at twice
        )
    try:
        decoded = codec.decode_json(response.body)
    except codec.DecodeError as problem:
        response.problem = "it is an HTML page" if response.is_html else str(problem)
        return _UNREAD
    if isinstance(decoded, dict) and decoded.get("error"):
        return _UNREAD
    response.is_word_of_api = True
    if kind is NoneType:
        return None
    try:
        return codec.from_decoded(decoded, kind, envelope)
    except codec.DecodeError as problem:
        response.problem = str(problem)
        return _UNREAD


def _attempt_timeout(seconds: float, *, writes: bool) -> aiohttp.ClientTimeout:
    """Bound an attempt: a read leaves time for another one, a write has no other."""
    total = seconds if writes else seconds / 2
    connect = min(_LONGEST_CONNECT, total / 2)
    return aiohttp.ClientTimeout(total=total, connect=connect, ceil_threshold=_NEVER_ROUNDED)
