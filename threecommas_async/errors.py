"""Everything that can go wrong, and what became of the request when it did.

::

    ThreeCommasError
    ├── NotSentError               NOT_DONE  no byte of the request left this machine
    ├── OutcomeUnknownError        UNKNOWN   a write whose fate cannot be told: look before you repeat it
    ├── UnreadableResponseError    DONE for the API's own 2xx, else UNKNOWN: an answer came that cannot be read
    └── ApiError                   NOT_DONE  3Commas answered and refused
        ├── InvalidRequestError    400, 422
        ├── AuthenticationError    401
        ├── PermissionDeniedError  403
        ├── NotFoundError          404, and 400 with not_found
        ├── PlanError              429 whose text speaks of the subscription plan
        ├── RateLimitedError       429, with retry_at
        ├── IpBannedError          418, with retry_at
        └── ServerError            408 and 5xx on a read
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NotRequired, TypedDict, Unpack, cast

import attrs

BODY_SHOWN: Final = 2000
"""How many characters of an answer an exception keeps."""


class Outcome(enum.Enum):
    """What became of a request that ended in an error."""

    NOT_DONE = "not done"
    """It was not carried out. Repeating it, once the cause is mended, is safe."""

    UNKNOWN = "unknown"
    """Nobody can tell. Ask the API what it holds before you repeat a write."""

    DONE = "done"
    """It was carried out; only the answer is lost. Do not repeat a write."""


@attrs.frozen(kw_only=True)
class Answer:
    """What an HTTP response said, with every secret already hidden: the ground of an error message."""

    method: str
    path: str
    status: int
    body: str
    is_html: bool = False
    request_id: str | None = None
    cf_ray: str | None = None
    received_at: datetime
    retry_after: timedelta


class ThreeCommasError(Exception):
    """Base of every error that a call can end in.

    :ivar outcome: whether the request was carried out.
    :ivar method: the HTTP verb.
    :ivar path: the path template, such as ``/ver1/accounts/{account_id}``.
    :ivar status: the HTTP status, if an answer came.
    :ivar body: the start of the answer's body, secrets hidden, if an answer came.
    :ivar request_id: the ``X-Request-Id`` of the answer; 3Commas' support asks for it.
    :ivar cf_ray: the ``Cf-Ray`` of the answer; 3Commas' support asks for it.
    :ivar sent: what the request had in its query and body, secrets left out.
    :ivar sent_at: when the last attempt began, if one was made.
    """

    sent: Mapping[str, object] = MappingProxyType({})
    sent_at: datetime | None = None

    def __init__(self, message: str, *, outcome: Outcome, method: str, path: str, answer: Answer | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.method = method
        self.path = path
        self.status = answer.status if answer else None
        self.body = answer.body if answer else None
        self.request_id = answer.request_id if answer else None
        self.cf_ray = answer.cf_ray if answer else None

    def __reduce__(self) -> tuple[object, ...]:
        return _recreate, (type(self), self.args), self.__dict__


class NotSentError(ThreeCommasError):
    """The request never left: refused connection, DNS, connect timeout, TLS. Repeating it is safe."""

    def __init__(self, message: str, *, method: str, path: str) -> None:
        super().__init__(message, outcome=Outcome.NOT_DONE, method=method, path=path)


class OutcomeUnknownError(ThreeCommasError):
    """A write was sent, and what became of it cannot be told. Look before you repeat it."""

    def __init__(self, message: str, *, method: str, path: str, answer: Answer | None = None) -> None:
        super().__init__(message, outcome=Outcome.UNKNOWN, method=method, path=path, answer=answer)


class UnreadableResponseError(ThreeCommasError):
    """An answer came that cannot be read; its start is kept in ``body``, secrets hidden."""


class _ApiErrorArguments(TypedDict):
    method: str
    path: str
    answer: NotRequired[Answer]
    code: NotRequired[str | None]
    description: NotRequired[str | None]
    fields: NotRequired[Fields]


class ApiError(ThreeCommasError):
    """3Commas answered and refused; nothing was done.

    :ivar code: the API's error code (``record_invalid``), or the sentence that stood in its place.
    :ivar description: the API's explanation, if it gave one.
    :ivar fields: which parameter is wrong, and why: ``{"name": ("is too short (minimum is 2 characters)",)}``.
    """

    def __init__(self, message: str, **arguments: Unpack[_ApiErrorArguments]) -> None:
        method, path, answer = arguments["method"], arguments["path"], arguments.get("answer")
        super().__init__(message, outcome=Outcome.NOT_DONE, method=method, path=path, answer=answer)
        self.code = arguments.get("code")
        self.description = arguments.get("description")
        self.fields = arguments.get("fields", {})


class InvalidRequestError(ApiError):
    """400 or 422: a parameter is wrong (see ``fields``), or the state of things forbids the call."""


class AuthenticationError(ApiError):
    """401: unknown or expired API key, or a signature that does not fit it."""


class PermissionDeniedError(ApiError):
    """403: the API key lacks a permission, or a gateway before 3Commas refused."""


class NotFoundError(ApiError):
    """404, or 400 with ``not_found``: no such thing."""


class PlanError(ApiError):
    """429 whose text speaks of the subscription plan: waiting does not help, another plan does."""


class _RefusedForNowError(ApiError):
    def __init__(self, message: str, *, retry_at: datetime, **arguments: Unpack[_ApiErrorArguments]) -> None:
        super().__init__(message, **arguments)
        self.retry_at = retry_at


class RateLimitedError(_RefusedForNowError):
    """429: too many requests; or the client held the request back, which would have been one too many.

    :ivar retry_at: when to try again, with time zone.
    """


class IpBannedError(_RefusedForNowError):
    """418: this IP address is banned; or the client held the request back during the ban, which would lengthen it.

    :ivar retry_at: when the ban is taken to be over, with time zone.
    """


class ServerError(ApiError):
    """408 or 5xx on a read: 3Commas, or a gateway before it, is in trouble."""


Fields = Mapping[str, tuple[str, ...]]

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
_UNDECIDED_STATUSES: Final = range(500, 600)


def is_undecided(status: int) -> bool:
    """Tell whether ``status`` leaves open what became of the request: 408 and 5xx, Cloudflare's 52x among them."""
    return status == 408 or status in _UNDECIDED_STATUSES


def error_from_answer(answer: Answer, data: object, *, writes: bool) -> ThreeCommasError:
    """Turn an answer that is no success into the exception that says so.

    :param answer: the answer; its status may be 200 with an ``error`` inside.
    :param data: the decoded JSON body, secrets hidden, or None if there was none.
    :param writes: whether the request could change something.
    """
    code, description, fields, status = _refusal(data, answer.status)
    subject = f"{answer.method} {answer.path}"
    if is_undecided(status) and writes:
        return OutcomeUnknownError(
            f"{subject}: {_said(answer, status, code, description)}; whether it was carried out cannot be told"
            f"{reference(answer)}",
            method=answer.method,
            path=answer.path,
            answer=answer,
        )
    if status < 200 or 300 <= status < 400:
        what = "a redirect, which is never followed" if status >= 300 else "no answer to it"
        return UnreadableResponseError(
            f"{subject}: status {status} came back, {what}{reference(answer)}",
            outcome=Outcome.UNKNOWN,
            method=answer.method,
            path=answer.path,
            answer=answer,
        )
    message = f"{subject}: {_said(answer, status, code, description)}{_wrong_fields(fields)}{reference(answer)}"
    kind = _kind(status, code, f"{code} {description}")
    arguments = _ApiErrorArguments(
        method=answer.method, path=answer.path, answer=answer, code=code, description=description, fields=fields
    )
    if issubclass(kind, (RateLimitedError, IpBannedError)):
        return kind(message, retry_at=answer.received_at + answer.retry_after, **arguments)
    return kind(message, **arguments)


def _kind(status: int, code: str | None, text: str) -> type[ApiError]:
    if status == 429:
        return PlanError if _PLAN.search(text) else RateLimitedError
    if status == 418:
        return IpBannedError
    if is_undecided(status):
        return ServerError
    by_code = _BY_CODE.get((code or "").strip().lower().replace(" ", "_"))
    if by_code is not None and (status < 400 or by_code is NotFoundError):
        return by_code
    return _BY_STATUS.get(status, ApiError)


def _refusal(data: object, status: int) -> tuple[str | None, str | None, Fields, int]:
    """Read code, description, wrong fields and true status out of an error body, whatever its shape."""
    body = _object(data)
    error = body.get("error")
    code = error if isinstance(error, str) else None
    if inner := _object(error):
        inner_status = inner.get("status_code")
        if status < 400 and isinstance(inner_status, int) and 400 <= inner_status < 600:
            status = inner_status
        code = next((value for value in (inner.get("code"), inner.get("message")) if isinstance(value, str)), None)
    description = body.get("error_description")
    attributes = body.get("error_attributes")
    return code, description if isinstance(description, str) else None, _fields(attributes), status


def _fields(attributes: object) -> Fields:
    return {
        name: tuple(str(reason) for reason in cast("list[object]", reasons))
        if isinstance(reasons, list)
        else (str(reasons),)
        for name, reasons in _object(attributes).items()
    }


def _object(data: object) -> dict[str, object]:
    return cast("dict[str, object]", data) if isinstance(data, dict) else {}


def _said(answer: Answer, status: int, code: str | None, description: str | None) -> str:
    inside = f" inside a {answer.status}" if status != answer.status else ""
    if answer.is_html:
        return f"a gateway before 3Commas answered {status} with an HTML page"
    words = ": ".join(text for text in (code, description) if text)
    if status < 400:
        return f"3Commas refused with an error inside a {status}: {words or 'without a reason'}"
    return f"3Commas answered {status}{inside}{f' {words}' if words else ' without a reason'}"


def _wrong_fields(fields: Fields) -> str:
    return "".join(f"; {name} {', '.join(reasons)}" for name, reasons in fields.items())


def reference(answer: Answer) -> str:
    """Return the numbers that 3Commas' support asks for, in the form in which they end a message."""
    named = {"request id": answer.request_id, "cf-ray": answer.cf_ray}
    known = ", ".join(f"{name} {value}" for name, value in named.items() if value)
    return f" [{known}]" if known else ""


def _recreate(kind: type[ThreeCommasError], arguments: tuple[object, ...]) -> ThreeCommasError:
    return kind.__new__(kind, *arguments)
