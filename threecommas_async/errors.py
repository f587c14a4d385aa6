"""The exceptions, and what each says of the request: whether it was carried out.

::

    ThreeCommasError
    ├── NotSentError               NOT_DONE  no byte of the request left this machine
    ├── OutcomeUnknownError        UNKNOWN   a request whose outcome is unknown: look before you repeat a write
    ├── UnreadableResponseError    DONE for the API's own readable 2xx, else UNKNOWN: a response that cannot be read
    ├── ConflictError              NOT_DONE  what was to be changed has changed since it was read
    ├── NotAppliedError            DONE      the response differs from what was asked for, in the fields it names
    └── ApiError                   NOT_DONE  3Commas rejected the request
        ├── InvalidRequestError    400, 422
        ├── AuthenticationError    401
        ├── PermissionDeniedError  403
        ├── NotFoundError          404, and 400 with not_found: no such object
        ├── UnknownRouteError      404 that is not the API's own: nothing is served at this path
        ├── PlanError              429 whose text speaks of the subscription plan
        ├── RateLimitedError       429, with retry_at
        ├── IpBannedError          418, with retry_at
        └── ServerError            408, 5xx and higher, on a read
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypedDict, Unpack, cast

Fields = Mapping[str, tuple[str, ...]]

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
_NO_FIELDS: Final[Fields] = MappingProxyType({})


class Outcome(enum.Enum):
    """Whether a request that ended in an error was carried out."""

    NOT_DONE = "not done"
    """It was not carried out. Repeating it, once the cause is fixed, is safe."""

    UNKNOWN = "unknown"
    """It cannot be known. Ask the API for its present state before you repeat a write."""

    DONE = "done"
    """It was carried out; only the response was lost. Do not repeat a write."""


class ErrorDetails(TypedDict, total=False):
    """The keyword arguments of every :class:`ThreeCommasError`: details of the request and its response."""

    method: str
    path: str
    ids: Mapping[str, object]
    host: str | None
    status: int | None
    body: str | None
    request_id: str | None
    cf_ray: str | None
    sent: Mapping[str, object]
    sent_at: datetime | None


class ThreeCommasError(Exception):
    """Base of all errors of a call.

    :ivar outcome: whether the request was carried out.
    :ivar method: the HTTP verb.
    :ivar path: the path template, such as ``/ver1/accounts/{account_id}``.
    :ivar ids: the values that filled the template: ``{"account_id": 99}``.
    :ivar host: the host that was asked, with its port if it is not the usual one.
    :ivar status: the HTTP status, if a response came.
    :ivar body: the start of the response's body, secrets hidden, if a response came.
    :ivar request_id: the ``X-Request-Id`` of the response; 3Commas' support asks for it.
    :ivar cf_ray: the ``Cf-Ray`` of the response; 3Commas' support asks for it.
    :ivar sent: the query and body of the request, without secrets.
    :ivar sent_at: when the last attempt began, if one was made.
    """

    def __init__(self, message: str, *, outcome: Outcome = Outcome.UNKNOWN, **details: Unpack[ErrorDetails]) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.method = details.get("method", "")
        self.path = details.get("path", "")
        self.ids = details.get("ids", _NOTHING)
        self.host = details.get("host")
        self.status = details.get("status")
        self.body = details.get("body")
        self.request_id = details.get("request_id")
        self.cf_ray = details.get("cf_ray")
        self.sent = details.get("sent", _NOTHING)
        self.sent_at = details.get("sent_at")

    def __reduce__(self) -> tuple[object, ...]:
        return _recreate, (type(self), self.args), {name: _picklable(value) for name, value in vars(self).items()}


class NotSentError(ThreeCommasError):
    """The request was not sent: refused connection, DNS, connect timeout, TLS, closed client. Repeating it is safe."""

    def __init__(self, message: str, **details: Unpack[ErrorDetails]) -> None:
        super().__init__(message, outcome=Outcome.NOT_DONE, **details)


class OutcomeUnknownError(ThreeCommasError):
    """A request was sent, and its outcome is unknown. Look before you repeat a write."""

    def __init__(self, message: str, **details: Unpack[ErrorDetails]) -> None:
        super().__init__(message, outcome=Outcome.UNKNOWN, **details)


class UnreadableResponseError(ThreeCommasError):
    """A response came that cannot be read; its start is kept in ``body``, secrets hidden."""


Differences = Mapping[str, tuple[object, object]]
"""By field, the expected and the actual value."""


class ConflictError(ThreeCommasError):
    """What was to be changed has changed since it was read; nothing was sent. Read it again, then decide.

    :ivar differences: by field, the value that was read before, and the present one.
    """

    def __init__(self, message: str, *, differences: Differences, **details: Unpack[ErrorDetails]) -> None:
        super().__init__(message, outcome=Outcome.NOT_DONE, **details)
        self.differences = differences


class NotAppliedError(ThreeCommasError):
    """The change was carried out, but the response differs from what was asked for: the API dropped it, or somebody
    else changed the same thing at the same time.

    :ivar differences: by field, the value that was asked for, and that of the response.
    """

    def __init__(self, message: str, *, differences: Differences, **details: Unpack[ErrorDetails]) -> None:
        super().__init__(message, outcome=Outcome.DONE, **details)
        self.differences = differences


class ApiError(ThreeCommasError):
    """3Commas rejected the request; nothing was done.

    :ivar code: the API's error code (``record_invalid``), or the sentence in its place.
    :ivar description: the API's explanation, if it gave one.
    :ivar fields: which parameter is wrong, and why: ``{"name": ("is too short (minimum is 2 characters)",)}``.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        description: str | None = None,
        fields: Fields = _NO_FIELDS,
        **details: Unpack[ErrorDetails],
    ) -> None:
        super().__init__(message, outcome=Outcome.NOT_DONE, **details)
        self.code = code
        self.description = description
        self.fields = fields


class InvalidRequestError(ApiError):
    """400 or 422: a parameter is wrong (see ``fields``), or the present state does not allow the call."""


class AuthenticationError(ApiError):
    """401: unknown or expired API key, or an invalid signature."""


class PermissionDeniedError(ApiError):
    """403: the API key lacks a permission, or a gateway in front of 3Commas rejected the request."""


class NotFoundError(ApiError):
    """404, or 400 with ``not_found``: there is no such object."""


class UnknownRouteError(ApiError):
    """404 that is not the API's own: nothing is served at this path. Usually ``base_url`` is wrong."""


class PlanError(ApiError):
    """429 whose text is about the subscription plan: waiting does not help, another plan does."""


class _RefusedForNowError(ApiError):
    def __init__(
        self,
        message: str,
        *,
        retry_at: datetime,
        code: str | None = None,
        description: str | None = None,
        fields: Fields = _NO_FIELDS,
        **details: Unpack[ErrorDetails],
    ) -> None:
        super().__init__(message, code=code, description=description, fields=fields, **details)
        self.retry_at = retry_at


class RateLimitedError(_RefusedForNowError):
    """429: too many requests; or the client did not send the request, which would have been one too many.

    :ivar retry_at: when to try again, with time zone.
    """


class IpBannedError(_RefusedForNowError):
    """418: this IP address is banned; or the client did not send the request, since that would extend the ban.

    :ivar retry_at: when the ban is expected to be over, with time zone.
    """


class ServerError(ApiError):
    """408, 5xx or higher, on a read: 3Commas, or a gateway in front of it, failed."""


def _recreate(kind: type[ThreeCommasError], arguments: tuple[object, ...]) -> ThreeCommasError:
    return kind.__new__(kind, *arguments)


def _picklable(value: object) -> object:
    return dict(cast("Mapping[str, object]", value)) if isinstance(value, MappingProxyType) else value
