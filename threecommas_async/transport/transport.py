"""One call, from verb and path to a result or an exception: the only place that awaits aiohttp."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeVar, final
from urllib.parse import urlencode

import aiohttp
from aiohttp import hdrs
from yarl import URL

from threecommas_async import codec
from threecommas_async.credentials import Credentials
from threecommas_async.errors import (
    BODY_SHOWN,
    Answer,
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    ThreeCommasError,
    UnreadableResponseError,
    error_from_answer,
)
from threecommas_async.redaction import SECRET_NAMES, redact
from threecommas_async.transport.bodies import ACCEPTED_ENCODINGS, UnreadableBodyError, read_body
from threecommas_async.transport.signing import ForeignOriginError, SigningMiddleware
from threecommas_async.version import __version__

T = TypeVar("T")

Id = int | Literal["summary"]
Mode = Literal["paper", "real"]

LARGEST_BODY: Final = 8 * 1024 * 1024
_LONGEST_CONNECT: Final = 10.0


@final
class Transport:
    """Sends the calls of all resources over one aiohttp session, its own or a borrowed one.

    :param credentials: signs the calls that must be signed; None leaves only the public ones.
    :param base_url: where the API is, path prefix included.
    :param session: a session to borrow; it is not closed. None makes an own one at the first call.
    :param timeout: seconds for a whole call.
    :param mode: ``paper`` or ``real`` sends the header ``Forced-Mode``.
    """

    def __init__(
        self,
        credentials: Credentials | None,
        *,
        base_url: str,
        session: aiohttp.ClientSession | None,
        timeout: float,
        mode: Mode | None,
    ) -> None:
        self._credentials: Final = credentials
        self._base_url: Final = _checked_base_url(base_url)
        self._timeout: Final = _checked_timeout(timeout)
        self._headers: Final = _headers(mode)
        self._middlewares: Final = (SigningMiddleware(credentials, URL(self._base_url)),) if credentials else ()
        self._session = session
        self._owns_session: Final = session is None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def request(
        self,
        method: Literal["GET", "POST", "PATCH", "DELETE"],
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
        :param ids: the values for the template's placeholders.
        :param public: whether the API wants no signature.
        :param reads: whether the call changes nothing; by default that is so for GET alone.
        """
        writes = method != "GET" if reads is None else not reads
        secrets = _secrets(query, body)
        url = URL(self._base_url + _filled(path, ids) + _encoded(query), encoded=True)
        session = self._usable_session(method, path, public=public)
        try:
            async with session.request(
                method,
                url,
                data=codec.encode_json(_given(body)) if body is not None else None,
                headers=self._headers if body is None else {**self._headers, hdrs.CONTENT_TYPE: "application/json"},
                middlewares=() if public else self._middlewares,
                timeout=aiohttp.ClientTimeout(total=self._timeout, connect=min(_LONGEST_CONNECT, self._timeout / 2)),
                allow_redirects=False,
                raise_for_status=False,
                auto_decompress=False,
            ) as response:
                status, headers = response.status, response.headers
                secrets.append(response.request_info.headers.get("Signature", ""))
                problem: str | None = None
                try:
                    data = await read_body(response, LARGEST_BODY)
                except (aiohttp.ClientError, OSError) as error:
                    problem, data = f"it is cut short ({type(error).__name__})", b""
                except UnreadableBodyError as error:
                    problem, data = str(error), error.start
        except (aiohttp.ClientError, OSError, ForeignOriginError) as error:
            failure = _unanswered(error, method, path, writes=writes)
        else:
            if status < 300 and problem is None and not _names_an_error(data):
                try:
                    return codec.from_json(data, kind)
                except codec.DecodeError as error:
                    problem = str(error)
            failure = _refused(method, path, status, headers, data, problem, secrets, writes=writes)
        # Raised here, outside of any except block: aiohttp's exceptions print headers and bodies, and would otherwise
        # stay on ours as __context__.
        raise failure

    async def close(self) -> None:
        """Close the session, if it is an own one."""
        self._closed = True
        if self._owns_session and self._session is not None:
            await self._session.close()
            self._session = None

    def _usable_session(self, method: str, path: str, *, public: bool) -> aiohttp.ClientSession:
        if self._credentials is None and not public:
            raise ValueError(f"{method} {path} must be signed: give ThreeCommasClient its credentials")
        loop = asyncio.get_running_loop()
        if self._session is None and not self._closed:
            self._loop = loop
            self._session = aiohttp.ClientSession(
                middlewares=self._middlewares, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        if self._session is None or self._session.closed:
            raise NotSentError(f"{method} {path} was not sent: the client is closed", method=method, path=path)
        if self._loop not in (None, loop):
            raise NotSentError(
                f"{method} {path} was not sent: the client belongs to another event loop", method=method, path=path
            )
        return self._session


def _headers(mode: Mode | None) -> dict[str, str]:
    headers: dict[str, str] = {
        hdrs.ACCEPT: "application/json",
        hdrs.ACCEPT_ENCODING: ACCEPTED_ENCODINGS,
        hdrs.USER_AGENT: f"threecommas-async/{__version__}",
    }
    if mode is not None:
        if mode not in ("paper", "real"):
            raise ValueError(f"mode must be 'paper', 'real' or None, not {mode!r}")
        headers["Forced-Mode"] = mode
    return headers


def _checked_base_url(text: str) -> str:
    try:
        url = URL(text)
    except (ValueError, TypeError):
        url = URL()
    if url.scheme not in ("https", "http") or not url.host or url.user or url.query_string or url.fragment:
        raise ValueError("base_url must be an absolute http(s) URL without user, query or fragment")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise ValueError("base_url may use plain http for loopback hosts only; use https")
    return str(url).rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked_timeout(seconds: object) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"timeout must be a number of seconds, not {type(seconds).__name__}")
    if not 0 < seconds < math.inf:
        raise ValueError(f"timeout must be a finite number of seconds above 0, not {seconds}")
    return seconds


_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def _filled(path: str, ids: Mapping[str, object] | None) -> str:
    """Put the ids into the template, after a check that keeps ``1/../2`` and the like out of the path."""
    if ids is None:
        return path
    for name, value in ids.items():
        if value != "summary" and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise ValueError(f"{name} must be an int of at least 0, not {value!r}")
    return _PLACEHOLDER.sub(lambda found: str(ids[found[1]]), path)


def _given(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def _encoded(query: Mapping[str, object] | None) -> str:
    """Write the query once; what is signed and what is sent are these very characters."""
    given = _given(query or {})
    return "?" + urlencode(given) if given else ""


def _secrets(*fields: Mapping[str, object] | None) -> list[str]:
    named = (mapping.get(name) for mapping in fields if mapping for name in SECRET_NAMES)
    return [value for value in named if isinstance(value, str)]


def _names_an_error(data: bytes) -> bool:
    """Tell whether a 200 is an error in disguise: ``{"error": ...}``, which some refusals come as."""
    if b'"error"' not in data or data.lstrip()[:1] != b"{":
        return False
    try:
        decoded = codec.decode_json(data)
    except codec.DecodeError:
        return False
    return isinstance(decoded, dict) and bool(decoded.get("error"))


def _unanswered(error: Exception, method: str, path: str, *, writes: bool) -> ThreeCommasError:
    """Tell what became of a request that no answer came to."""
    subject, kind = f"{method} {path}", type(error).__name__
    if isinstance(error, ForeignOriginError):
        reason = "a middleware turned it to another host than the API's"
    elif isinstance(error, aiohttp.ClientConnectorDNSError):
        reason = "the host name cannot be resolved"
    elif isinstance(error, (aiohttp.ClientSSLError, aiohttp.ClientHttpProxyError)):
        reason = f"no trusted connection to the host could be made ({kind})"
    elif isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)):
        reason = f"no connection to the host could be made ({kind})"
    else:
        lost = "no answer came in time" if isinstance(error, TimeoutError) else f"no answer came ({kind})"
        advice = "whether it was carried out cannot be told" if writes else "it only reads, and may be repeated"
        return OutcomeUnknownError(f"{subject}: {lost}; {advice}", method=method, path=path)
    return NotSentError(f"{subject} was not sent: {reason}", method=method, path=path)


def _refused(
    method: str,
    path: str,
    status: int,
    headers: Mapping[str, str],
    data: bytes,
    problem: str | None,
    secrets: list[str],
    *,
    writes: bool,
) -> ThreeCommasError:
    """Tell what became of a request whose answer is an error, or cannot be read."""
    text = redact(data[: LARGEST_BODY // 8].decode("utf-8", "replace"), secrets)
    answer = Answer(
        method=method,
        path=path,
        status=status,
        body=text[:BODY_SHOWN],
        is_html=text.lstrip()[:1] == "<" or "html" in headers.get(hdrs.CONTENT_TYPE, ""),
        request_id=headers.get("X-Request-Id"),
        cf_ray=headers.get("Cf-Ray"),
        received_at=datetime.now(UTC),
        retry_after=_retry_after(headers.get(hdrs.RETRY_AFTER, "")),
    )
    if status < 300 and problem is not None:
        # A gateway's page inside a 200 is no word of 3Commas that anything was done.
        outcome = Outcome.UNKNOWN if answer.is_html else Outcome.DONE
        verdict = "cannot be told" if outcome is Outcome.UNKNOWN else "is certain"
        return UnreadableResponseError(
            f"{method} {path}: an answer came ({status}), but {problem}; that it was carried out {verdict}",
            outcome=outcome,
            method=method,
            path=path,
            answer=answer,
        )
    try:
        decoded = codec.decode_json(text)
    except codec.DecodeError:
        decoded = None
    return error_from_answer(answer, decoded, writes=writes)


def _retry_after(value: str) -> timedelta | None:
    """Read ``Retry-After`` in its form of seconds; the API documents none at all."""
    return timedelta(seconds=int(value)) if value.isascii() and value.isdecimal() and len(value) < 8 else None
