"""Tells what became of an attempt: from what aiohttp raised, or from an answer, to an exception of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import aiohttp
import attrs
from aiohttp import hdrs

from threecommas_async import codec
from threecommas_async.errors import (
    BODY_SHOWN,
    Answer,
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    ServerError,
    ThreeCommasError,
    UnreadableResponseError,
    error_from_answer,
    reference,
)
from threecommas_async.redaction import redact
from threecommas_async.transport.call import Call
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.retries import Repeat
from threecommas_async.transport.signing import ConnectionLostError, ForeignOriginError, ServerSpeaksFirstError

_LONGEST_ID: Final = 200
_SHORTEST_BAN: Final = timedelta(minutes=2)
_MOST_SEARCHED: Final = 1024 * 1024


@attrs.frozen
class Failure:
    """An attempt that failed.

    :ivar error: what its caller would be told.
    :ivar repeat: how far it may be repeated instead.
    """

    error: ThreeCommasError
    repeat: Repeat


@attrs.define(repr=False)
class Received:
    """An answer as it came.

    :ivar problem: why its body is not whole, if it is not.
    :ivar cut_short: whether that is because it ended early.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    problem: str | None = None
    cut_short: bool = False

    @property
    def is_success(self) -> bool:
        """Whether its status is a 2xx."""
        return 200 <= self.status < 300

    @property
    def is_html(self) -> bool:
        """Whether it is a page for people, as gateways send them."""
        return self.body.lstrip()[:1] == b"<" or "html" in self.headers.get(hdrs.CONTENT_TYPE, "").lower()

    def names_an_error(self) -> bool:
        """Tell whether it is an error in disguise: ``{"error": ...}`` inside a 200."""
        if b'"error"' not in self.body or self.body.lstrip()[:1] != b"{":
            return False
        try:
            decoded = codec.decode_json(self.body)
        except codec.DecodeError:
            return False
        return isinstance(decoded, dict) and bool(decoded.get("error"))


def failure_without_answer(error: Exception, call: Call) -> Failure:
    """Judge an attempt that no answer came to, by what was raised instead."""
    kind = type(error).__name__
    if isinstance(error, ForeignOriginError):
        return _unsent(call, "a middleware turned it to another host than the API's", Repeat.NEVER)
    if isinstance(error, ServerSpeaksFirstError):
        return _unsent(call, "the server speaks before it is asked", Repeat.NEVER)
    if isinstance(error, (aiohttp.ClientSSLError, aiohttp.ClientHttpProxyError)):
        return _unsent(call, f"no trusted connection to the host could be made ({kind})", Repeat.NEVER)
    if isinstance(error, aiohttp.InvalidURL):
        return _unsent(call, "its URL is not valid", Repeat.NEVER)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _unsent(call, "the host name cannot be resolved", Repeat.UNSENT)
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return _unsent(call, f"no connection to the host could be made ({kind})", Repeat.UNSENT)
    if isinstance(error, ConnectionLostError):
        kind = str(error)
    # A garbled status line comes as a ClientResponseError with a status 400 that nobody sent: no answer either.
    lost = "no answer came in time" if isinstance(error, TimeoutError) else f"no answer came ({kind})"
    advice = "whether it was carried out cannot be told" if call.writes else "it only reads, and may be repeated"
    unknown = OutcomeUnknownError(f"{call}: {lost}; {advice}", method=call.method, path=call.path)
    return Failure(unknown, Repeat.NEVER if call.writes else Repeat.READ)


def failure_of_answer(received: Received, call: Call, clock: Clock, *, pause: timedelta) -> Failure:
    """Judge an answer that is no success, or cannot be read.

    :param pause: for how long the API refuses after a 429, unless the answer says.
    """
    text = redact(received.body[:_MOST_SEARCHED].decode("utf-8", "replace"), call.secrets)
    answer = Answer(
        method=call.method,
        path=call.path,
        status=received.status,
        body=text[:BODY_SHOWN],
        is_html=received.is_html,
        request_id=_header(received, "X-Request-Id", call),
        cf_ray=_header(received, "Cf-Ray", call),
        received_at=clock.now(),
        retry_after=_retry_after(received.headers) or (_SHORTEST_BAN if received.status == 418 else pause),
    )
    if received.is_success and received.problem is not None:
        return _unreadable(received, answer, call)
    try:
        decoded = codec.decode_json(text)
    except codec.DecodeError:
        decoded = None
    error = error_from_answer(answer, decoded, writes=call.writes)
    return Failure(error, Repeat.READ if isinstance(error, ServerError) else Repeat.NEVER)


def _header(received: Received, name: str, call: Call) -> str | None:
    value = received.headers.get(name)
    return redact(value, call.secrets)[:_LONGEST_ID] if value else None


def _unsent(call: Call, reason: str, repeat: Repeat) -> Failure:
    return Failure(NotSentError(f"{call} was not sent: {reason}", method=call.method, path=call.path), repeat)


def _unreadable(received: Received, answer: Answer, call: Call) -> Failure:
    # A gateway's page inside a 200 is no word of 3Commas that anything was done.
    outcome = Outcome.UNKNOWN if received.is_html else Outcome.DONE
    verdict = "was carried out" if outcome is Outcome.DONE else "may have been carried out"
    error = UnreadableResponseError(
        f"{call} {verdict}: an answer came ({received.status}), but {received.problem}{reference(answer)}",
        outcome=outcome,
        method=call.method,
        path=call.path,
        answer=answer,
    )
    return Failure(error, Repeat.CUT_SHORT if received.cut_short and not call.writes else Repeat.NEVER)


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read ``Retry-After`` in its form of seconds; the API documents none at all."""
    value = headers.get(hdrs.RETRY_AFTER, "")
    return timedelta(seconds=int(value)) if value.isascii() and value.isdecimal() and len(value) < 8 else None
