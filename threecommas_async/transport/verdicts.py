"""Tells what became of an attempt: from what was raised, or from the response, to an exception of ours."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, cast

import aiohttp
import attrs
from aiohttp import hdrs

from threecommas_async import codec
from threecommas_async.errors import (
    ApiError,
    AuthenticationError,
    ErrorDetails,
    Fields,
    InvalidRequestError,
    IpBannedError,
    NotFoundError,
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    PermissionDeniedError,
    PlanError,
    RateLimitedError,
    ServerError,
    ThreeCommasError,
    UnknownRouteError,
    UnreadableResponseError,
)
from threecommas_async.redaction import printable, redact
from threecommas_async.transport.attempt import (
    Attempt,
    ConnectionLostError,
    MiddlewareFailedError,
    RepeatedWriteError,
    Response,
)
from threecommas_async.transport.call import Call
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.frames import cut_from_aiohttp
from threecommas_async.transport.retries import Repeat
from threecommas_async.transport.signing import ForeignOriginError, UnsafeHeaderError
from threecommas_async.transport.stray_answers import ServerSpeaksFirstError

_BODY_SHOWN: Final = 2000
_REASON_SHOWN: Final = 300
_ID_SHOWN: Final = 200
_MOST_SEARCHED: Final = 1024 * 1024
_MOST_FIELDS: Final = 100
_USUAL_PREFIX: Final = "/public/api/"
_SHORTEST_BAN: Final = timedelta(minutes=2)
_LONGEST_BAN: Final = timedelta(days=3)
# Twelve times the longest pause that is documented. A header that says more stops nobody for days.
_LONGEST_PAUSE: Final = timedelta(hours=1)

_BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    422: InvalidRequestError,
}
_BY_CODE: Final[Mapping[str, type[ApiError]]] = {
    "access_denied": PermissionDeniedError,
    "api_key_invalid_or_expired": AuthenticationError,
    "not_found": NotFoundError,
    "record_invalid": InvalidRequestError,
    "signature_invalid": AuthenticationError,
}
_PLAN: Final = re.compile(r"\b(subscription|upgrade your) plan\b", re.IGNORECASE)


@attrs.frozen
class Failure:
    """An attempt that failed.

    :ivar error: what its caller would be told.
    :ivar repeat: how far it may be repeated instead.
    :ivar cause: what user code raised after the request was handed over.
    """

    error: ThreeCommasError
    repeat: Repeat
    cause: Exception | None = None


def judge_exception(
    error: BaseException, attempt: Attempt, call: Call, *, is_closed: bool
) -> Response | Failure | None:
    """Judge what came out of an attempt instead of a response.

    :param is_closed: whether the session is closed by now.
    :returns: a failure; the response, where the exception says no more than that does; None if the exception has to
        pass: a cancellation, or the user's own before anything was sent.
    """
    if not isinstance(error, Exception):
        if isinstance(error, asyncio.CancelledError) and call.writes:
            sent = attempt.handed_over or not attempt.started
            fate = "under way: whether it was carried out is unknown" if sent else "before it was sent"
            error.add_note(f"{call} was cancelled {fate}")
        return None
    if attempt.handed_over:
        return _after_sending(error, attempt, call)
    if is_closed and isinstance(error, (RuntimeError, AssertionError)):  # that is how aiohttp says it
        return _unsent(call, "the session is closed")
    return _before_sending(error, attempt, call)


def _before_sending(error: Exception, attempt: Attempt, call: Call) -> Failure | None:
    if isinstance(error, ForeignOriginError):
        return _unsent(call, "a middleware directed it to another host than the API's")
    if isinstance(error, UnsafeHeaderError):
        return _unsent(call, "one of its headers holds a line break or another character that cannot be sent")
    if isinstance(error, ServerSpeaksFirstError):
        return _unsent(call, "the server speaks before it is asked")
    if isinstance(error, (aiohttp.ClientSSLError, aiohttp.ClientHttpProxyError, aiohttp.ServerFingerprintMismatch)):
        return _unsent(call, f"no trusted connection to the host could be made ({_reason(error, call)})")
    if isinstance(error, aiohttp.InvalidURL):
        return _unsent(call, "its URL is not valid")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _unsent(call, f"the host name cannot be resolved ({_reason(error, call)})", Repeat.UNSENT)
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return _unsent(call, f"no connection to the host could be made ({_reason(error, call)})", Repeat.UNSENT)
    if not isinstance(error, (aiohttp.ClientError, TimeoutError)):
        return None
    if not attempt.started:  # a mock stands in for the session, and tells no more than this
        return _unanswered(error, call)
    return _unsent(call, f"it failed before a connection was made ({_reason(error, call)})")


def _unanswered(error: Exception, call: Call) -> Failure:
    reason = "no response came in time" if isinstance(error, TimeoutError) else f"no response came ({_kind(error)})"
    return Failure(_unknown(call, reason), Repeat.NEVER if call.writes else Repeat.READ)


def _after_sending(error: Exception, attempt: Attempt, call: Call) -> Response | Failure:
    response = attempt.response
    if response is None and isinstance(error, (ConnectionLostError, TimeoutError)):
        return _unanswered(error, call)
    if isinstance(error, RepeatedWriteError):
        return Failure(_unknown(call, "it was about to be sent once more, which was prevented"), Repeat.NEVER)
    if response is not None and (
        (isinstance(error, aiohttp.ClientPayloadError) and response.problem is not None)
        or (isinstance(error, TimeoutError) and response.came_late)
        or (isinstance(error, aiohttp.ClientResponseError) and error.status == response.status >= 400)
    ):
        return response  # a middleware that reads it, or calls raise_for_status()
    came = "" if response is None else f" after the response ({response.status}) had come"
    unknown = _unknown(call, f"a middleware or trace hook failed{came} ({_kind(error)})")
    if isinstance(error, aiohttp.ClientError):
        return Failure(unknown, Repeat.NEVER)
    cut_from_aiohttp(error)
    return Failure(unknown, Repeat.NEVER, error)


def failure_of_response(response: Response, call: Call, clock: Clock, *, pause: timedelta) -> Failure:
    """Judge a response that is not a success, or cannot be read.

    :param pause: for how long the API refuses after a 429, unless the response says.
    """
    secrets = call.secrets
    text = redact(response.body[:_MOST_SEARCHED].decode("utf-8", "replace"), secrets)
    request_id = _header(response, "X-Request-Id", secrets)
    cf_ray = _header(response, "Cf-Ray", secrets)
    details: ErrorDetails = {
        **call.details,
        "status": response.status,
        "body": text[:_BODY_SHOWN],
        "request_id": request_id,
        "cf_ray": cf_ray,
    }
    reference = _reference(request_id, cf_ray)
    if response.is_success and response.problem is not None:
        return _unreadable(response, call, details, reference)
    try:
        decoded = codec.decode_json(text)
    except codec.DecodeError:
        decoded = None
    code, description, fields, status = _refusal(decoded, response.status)
    said = _said(response, status, code, description)
    if call.writes and (_is_undecided(status) or response.replaces_another):
        unknown = OutcomeUnknownError(f"{call}: {said}; whether it was carried out is unknown{reference}", **details)
        return Failure(unknown, Repeat.NEVER)
    if _is_undecided(status):
        return Failure(
            ServerError(f"{call}: {said}{reference}", code=code, description=description, fields=fields, **details),
            Repeat.READ,
        )
    if status < 200 or 300 <= status < 400:
        what = "a redirect, which is never followed" if status >= 300 else "an interim response"
        error = UnreadableResponseError(
            f"{call}: status {status} came back, {what}{reference}", outcome=Outcome.UNKNOWN, **details
        )
        return Failure(error, Repeat.NEVER)
    kind = _kind_of_refusal(status, code, f"{code} {description}", is_word_of_api=_is_word_of_api(decoded))
    message = f"{call}: {said}{_wrong_fields(fields)}{_doubt_of_base_url(kind, call)}{reference}"
    if issubclass(kind, (RateLimitedError, IpBannedError)):
        longest, usual = (_LONGEST_PAUSE, pause) if kind is RateLimitedError else (_LONGEST_BAN, _SHORTEST_BAN)
        retry_at = clock.now() + min(_retry_after(response.headers) or usual, longest)
        refusal: ApiError = kind(
            message, retry_at=retry_at, code=code, description=description, fields=fields, **details
        )
    else:
        refusal = kind(message, code=code, description=description, fields=fields, **details)
    return Failure(refusal, Repeat.NEVER)


def _unsent(call: Call, reason: str, repeat: Repeat = Repeat.NEVER) -> Failure:
    return Failure(NotSentError(f"{call} was not sent: {reason}", **call.details), repeat)


def _unknown(call: Call, reason: str) -> OutcomeUnknownError:
    advice = "whether it was carried out is unknown" if call.writes else "it only reads, and may be repeated"
    return OutcomeUnknownError(f"{call}: {reason}; {advice}", **call.details)


def _unreadable(response: Response, call: Call, details: ErrorDetails, reference: str) -> Failure:
    outcome = Outcome.DONE if response.is_word_of_api else Outcome.UNKNOWN
    verdict = "was carried out" if outcome is Outcome.DONE else "may have been carried out"
    error = UnreadableResponseError(
        f"{call} {verdict}: a response came ({response.status}), but {response.problem}{reference}",
        outcome=outcome,
        **details,
    )
    return Failure(error, Repeat.CUT_SHORT if response.cut_short and not call.writes else Repeat.NEVER)


def _is_undecided(status: int) -> bool:
    """Tell whether a status leaves open what became of the request: 408, 5xx, and those that HTTP does not know."""
    return status == 408 or status >= 500


def _kind_of_refusal(status: int, code: str | None, text: str, *, is_word_of_api: bool) -> type[ApiError]:
    if status == 429:
        return PlanError if _PLAN.search(text) else RateLimitedError
    if status == 418:
        return IpBannedError
    if status == 404 and not is_word_of_api:
        return UnknownRouteError
    by_code = _BY_CODE.get((code or "").strip().lower().replace(" ", "_"))
    if by_code is not None and (status < 400 or by_code is NotFoundError):
        return by_code
    return _BY_STATUS.get(status, ApiError)


def _doubt_of_base_url(kind: type[ApiError], call: Call) -> str:
    """Tell a caller who finds nothing where the mistake may lie."""
    if kind is UnknownRouteError:
        return "; nothing is served at this path: is base_url right?"
    if kind is NotFoundError and _USUAL_PREFIX not in call.url.path:
        return f"; base_url does not end in {_USUAL_PREFIX.rstrip('/')}: is it right?"
    return ""


def _is_word_of_api(decoded: object) -> bool:
    return isinstance(decoded, dict) and bool(cast("dict[str, object]", decoded).get("error"))


def _refusal(data: object, status: int) -> tuple[str | None, str | None, Fields, int]:
    """Read code, description, wrong fields and true status out of an error body, whatever its shape."""
    body = _object(data)
    error = body.get("error")
    code = error if isinstance(error, str) else None
    if inner := _object(error):
        inner_status = _status_inside(inner.get("status_code"))
        if status < 400 and inner_status is not None:
            status = inner_status
        code = next((value for value in (inner.get("code"), inner.get("message")) if isinstance(value, str)), None)
    description = body.get("error_description")
    return code, description if isinstance(description, str) else None, _fields(body.get("error_attributes")), status


def _status_inside(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) == 3:
        value = int(value)
    return value if isinstance(value, int) and 400 <= value < 1000 else None


def _fields(attributes: object) -> Fields:
    fields: dict[str, tuple[str, ...]] = {}
    for name, reasons in list(_object(attributes).items())[:_MOST_FIELDS]:
        listed = cast("list[object]", reasons) if isinstance(reasons, list) else [reasons]
        fields[printable(name)] = tuple(map(_text, listed))
    return fields


def _text(reason: object) -> str:
    try:
        return str(reason)[:_BODY_SHOWN]
    except RecursionError:
        return "(nested too deeply to be shown)"


def _object(data: object) -> dict[str, object]:
    return cast("dict[str, object]", data) if isinstance(data, dict) else {}


def _said(response: Response, status: int, code: str | None, description: str | None) -> str:
    inside = f" inside a {response.status}" if status != response.status else ""
    if response.is_html:
        return f"a gateway in front of 3Commas answered {status} with an HTML page"
    words = printable(": ".join(text for text in (code, description) if text))
    if status < 400:
        return f"3Commas refused with an error inside a {status}: {words or 'without a reason'}"
    return f"3Commas answered {status}{inside}{f' {words}' if words else ' without a reason'}"


def _wrong_fields(fields: Fields) -> str:
    return "".join(f"; {name} {printable(', '.join(reasons))}" for name, reasons in fields.items())


def _reference(request_id: str | None, cf_ray: str | None) -> str:
    """Return the numbers that 3Commas' support asks for, in the form in which they end a message."""
    named = {"request id": request_id, "cf-ray": cf_ray}
    known = ", ".join(f"{name} {value}" for name, value in named.items() if value)
    return f" [{known}]" if known else ""


def _header(response: Response, name: str, secrets: list[str]) -> str | None:
    value = response.headers.get(name)
    return printable(redact(value, secrets))[:_ID_SHOWN] if value else None


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read ``Retry-After`` in its form of seconds; the API documents none at all."""
    value = headers.get(hdrs.RETRY_AFTER, "")
    if not value.isascii() or not value.isdecimal():
        return None
    return timedelta(seconds=int(value)) if len(value) < 9 else _LONGEST_BAN


def _kind(error: Exception) -> str:
    return str(error) if isinstance(error, (ConnectionLostError, MiddlewareFailedError)) else type(error).__name__


def _reason(error: Exception, call: Call) -> str:
    """Return why no connection came about, in the system's words, if they are known."""
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if isinstance(error, aiohttp.ClientHttpProxyError):
        words = f"the proxy answered {error.status}"
    else:
        words = getattr(inner, "verify_message", None) or getattr(inner, "strerror", None) or ""
    text = printable(redact(str(words), call.secrets))[:_REASON_SHOWN]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
