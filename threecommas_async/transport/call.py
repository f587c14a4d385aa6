"""One call on its way: what is sent, what must not be shown, and what has become of it so far."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, Literal, cast, final
from uuid import UUID

from aiohttp import BytesPayload
from yarl import URL

from threecommas_async import codec
from threecommas_async.errors import ErrorDetails
from threecommas_async.redaction import is_secret_name, printable, redact
from threecommas_async.secret import Secret
from threecommas_async.transport.clock import Clock

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Id = int | str | UUID
"""What may fill a placeholder of a path: a number, a UUID, or a plain word such as ``summary``."""

_LOGGER: Final = logging.getLogger("threecommas_async.transport")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]+")


@final
class Call:
    """A request in the form in which each attempt sends it, byte for byte.

    :param path: the template; ``ids`` fill it, after a check that keeps ``1/../2`` and the like out of the path.
    """

    __slots__ = (
        "_body",
        "_filled",
        "_query",
        "attempts",
        "ids",
        "method",
        "path",
        "payload",
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
        self.ids: Final[Mapping[str, object]] = ids or {}
        self._query: Final[Mapping[str, object]] = query or {}
        self._body: Final[Mapping[str, object]] = body or {}
        written = codec.write_query(query) if query else ""
        self._filled: Final = _filled(path, self.ids) if "{" in path else path
        if self._filled is path and not written:
            self.url = _url_of(base_url, path)
        else:
            target = f"{self._filled}?{written}" if written else self._filled
            self.url = URL(base_url + target, encoded=True)
        # A payload object, so that no frame of aiohttp has the bytes for a local variable.
        self.payload: Final = None if body is None else BytesPayload(codec.write_body(body))
        self.signature: str | None = None
        self.attempts = 0
        self.started = 0.0
        self.sent_at: datetime | None = None

    def __str__(self) -> str:
        """Return verb and path, ids filled in, and the host."""
        return f"{self.method} {self._filled} at {self.host}"

    @property
    def host(self) -> str:
        """The host that is asked, with its port if it is not the usual one."""
        return self.url.host_port_subcomponent or ""

    @property
    def details(self) -> ErrorDetails:
        """What an error says of the request."""
        return ErrorDetails(
            method=self.method, path=self.path, ids=self.ids, host=self.host, sent=self.shown, sent_at=self.sent_at
        )

    @property
    def shown(self) -> dict[str, object]:
        """What was sent in query and body, secrets left out."""
        return {**_without_secrets(self._query), **_without_secrets(self._body)}

    @property
    def secrets(self) -> list[str]:
        """What no text about this call may show."""
        found = [*_secrets_in(self._query, ""), *_secrets_in(self._body, "")]
        return found if self.signature is None else [*found, self.signature]

    def begin(self, clock: Clock) -> None:
        """Note that an attempt begins."""
        self.attempts += 1
        self.started = clock.monotonic()
        self.sent_at = clock.now()

    def log(self, clock: Clock, status: int | None, headers: Mapping[str, str]) -> None:
        """Write the record of an attempt that is over; ``status`` is None if no response came."""
        if _LOGGER.isEnabledFor(logging.DEBUG):
            elapsed = clock.monotonic() - self.started
            request_id = printable(redact(headers.get("X-Request-Id", ""), self.secrets)) or None
            self._write(logging.DEBUG, "%s: %s after %.3f s", status or "no response", elapsed, status, request_id)

    def log_wait(self, reason: str, seconds: float) -> None:
        """Write the record of a wait that begins: before the first attempt, or between two."""
        self._write(logging.INFO, "%s: waiting because of %s, %.3f s", reason, seconds)

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
            "ids": self.ids,
            "status": status,
            "attempt": self.attempts,
            "elapsed": seconds,
            "request_id": request_id,
        }
        _LOGGER.log(level, text, self, word, seconds, extra=extra)


@functools.lru_cache(maxsize=512)
def _url_of(base_url: str, path: str) -> URL:
    return URL(base_url + path, encoded=True)


def _filled(path: str, ids: Mapping[str, object]) -> str:
    return _PLACEHOLDER.sub(lambda found: _segment(found[1], ids), path)


def _segment(name: str, ids: Mapping[str, object]) -> str:
    """Write an id as one segment of a path. Which words an endpoint takes is for its resource to know."""
    if name not in ids:
        raise ValueError(f"ids must have {name}: the path has a placeholder for it")
    value = ids[name]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(int(value))
    if isinstance(value, UUID) or (isinstance(value, str) and _SEGMENT.fullmatch(value)):
        return str(value)
    raise ValueError(f"{name} must be an int of at least 0, a UUID or a plain word, not {value!r}")


def _without_secrets(value: Mapping[str, object]) -> dict[str, object]:
    return {
        name: _cleared(item)
        for name, item in value.items()
        if not is_secret_name(name) and not isinstance(item, Secret)
    }


def _cleared(value: object) -> object:
    if isinstance(value, Mapping):
        return _without_secrets(cast("Mapping[str, object]", value))
    if isinstance(value, (list, tuple)):
        return [_cleared(item) for item in cast("list[object]", value)]
    return value


def _secrets_in(value: object, name: str) -> Iterator[str]:
    if isinstance(value, Secret):
        yield value.reveal()
    elif isinstance(value, str):
        if is_secret_name(name):
            yield value
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            yield from _secrets_in(item, key)
    elif isinstance(value, (list, tuple)):
        for item in cast("list[object]", value):
            yield from _secrets_in(item, name)
