"""One call on its way: what is sent, what must not be shown, and what has become of it so far."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, final
from urllib.parse import quote, urlencode

from yarl import URL

from threecommas_async import codec
from threecommas_async.redaction import SECRET_NAMES, redact
from threecommas_async.transport.clock import Clock

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Id = int | Literal["summary"]
"""An account's number, or the word that the API takes for the sum over all of them."""

_LOGGER: Final = logging.getLogger("threecommas_async.transport")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


@final
class Call:
    """A request in the form in which each attempt sends it, byte for byte.

    :param path: the template; ``ids`` fill it, after a check that keeps ``1/../2`` and the like out of the path.
    """

    __slots__ = (
        "_given",
        "_query",
        "attempts",
        "body",
        "method",
        "path",
        "route",
        "sent_at",
        "signature",
        "started",
        "url",
        "writes",
    )

    def __init__(
        self,
        method: Method,
        path: str,
        base_url: str,
        *,
        ids: Mapping[str, object] | None,
        query: Mapping[str, object] | None,
        body: Mapping[str, object] | None,
        writes: bool,
    ) -> None:
        self.method: Final = method
        self.path: Final = path
        self.route: Final = f"{method} {path}"
        self.writes: Final = writes
        if ids is None and query is None:
            self.url = _url_of(base_url, path)
        else:
            self.url = URL(base_url + _filled(path, ids) + _encoded(query), encoded=True)
        self._query: Final = query or {}
        self._given: Final = {} if body is None else _given(body)
        self.body: Final = None if body is None else codec.encode_json(self._given)
        self.signature: str | None = None
        self.attempts = 0
        self.started = 0.0
        self.sent_at: datetime | None = None

    def __str__(self) -> str:
        return self.route

    @property
    def shown(self) -> dict[str, object]:
        """What was sent in query and body, secrets left out."""
        given = {**_given(self._query), **self._given}
        return {name: value for name, value in given.items() if name not in SECRET_NAMES}

    @property
    def secrets(self) -> list[str]:
        """What no text about this call may show."""
        values = [fields.get(name) for fields in (self._query, self._given) for name in SECRET_NAMES]
        return [value for value in (*values, self.signature) if isinstance(value, str)]

    def begin(self, clock: Clock) -> None:
        """Note that an attempt begins."""
        self.attempts += 1
        self.started = clock.monotonic()
        self.sent_at = clock.now()

    def log(self, clock: Clock, status: int | None, headers: Mapping[str, str]) -> None:
        """Write the record of an attempt that is over; ``status`` is None if no answer came."""
        if _LOGGER.isEnabledFor(logging.DEBUG):
            elapsed = clock.monotonic() - self.started
            request_id = redact(headers.get("X-Request-Id", ""), self.secrets) or None
            self._write(logging.DEBUG, "%s: %s after %.3f s", status or "no answer", elapsed, status, request_id)

    def log_wait(self, reason: str, seconds: float) -> None:
        """Write the record of a wait between two attempts, or before the first."""
        self._write(logging.INFO, "%s: waits because of %s, %.3f s", reason, seconds)

    def _write(
        self,
        level: int,
        text: str,
        word: object,
        seconds: float,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        extra = {
            "method": self.method,
            "path_template": self.path,
            "status": status,
            "attempt": self.attempts,
            "elapsed": seconds,
            "request_id": request_id,
        }
        _LOGGER.log(level, text, self, word, seconds, extra=extra)


@functools.lru_cache(maxsize=512)
def _url_of(base_url: str, path: str) -> URL:
    return URL(base_url + path, encoded=True)


def _filled(path: str, ids: Mapping[str, object] | None) -> str:
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
    given = _given(query) if query else None
    return "?" + urlencode(given, quote_via=quote, safe="") if given else ""
