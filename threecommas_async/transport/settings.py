"""The settings of a client, and their checks."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Iterable
from typing import Final, Literal, cast

import aiohttp
from aiohttp import hdrs
from yarl import URL

from threecommas_async.transport.bodies import ACCEPTED_ENCODINGS
from threecommas_async.transport.clock import Clock
from threecommas_async.version import __version__

Mode = Literal["paper", "real"]

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PATH: Final = re.compile(r"(?:/(?:[A-Za-z0-9_-]+|\{\w+\}))+")


def request_headers(mode: Mode | None) -> dict[str, str]:
    """Return the headers that every request carries."""
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


def checked_base_url(text: str) -> str:
    """Return ``text`` without a trailing slash, if it is a URL that the client may use."""
    try:
        url = URL(text)
    except (ValueError, TypeError):
        url = URL()
    given = (url.user, url.password, url.query_string or None, url.fragment or None)
    if url.scheme not in ("https", "http") or not url.host or any(part is not None for part in given):
        raise ValueError("base_url must be an absolute http(s) URL without user, password, query or fragment")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise ValueError("base_url must use https; plain http is allowed for loopback hosts only")
    return str(url).rstrip("/")


_STREAM_URLS: Final = {"https://api.3commas.io": "wss://ws.3commas.io/websocket"}


def stream_url_of(base_url: str) -> str | None:
    """Return the URL of an API's websocket, if it is known."""
    url = URL(base_url)
    if url.host is not None and _is_loopback(url.host):
        return str(url.origin().with_scheme("wss" if url.scheme == "https" else "ws").with_path("/websocket"))
    return _STREAM_URLS.get(str(url.origin()))


def loopback_origin(base_url: str) -> str | None:
    """Return the origin of an API on this machine, where everything else of it is, too."""
    url = URL(base_url)
    return str(url.origin()) if url.host is not None and _is_loopback(url.host) else None


def checked_signals_url(text: str) -> str:
    """Return ``text`` without a slash at its end, if signals may be sent there."""
    try:
        return checked_base_url(text)
    except ValueError as error:
        problem = str(error)
    raise ValueError(problem.replace("base_url", "signals_url"))


def checked_stream_url(text: object) -> str:
    """Return ``text`` if it is a URL at which a websocket may be opened."""
    try:
        url = URL(cast("str", text))
    except (ValueError, TypeError):
        url = URL()
    given = (url.user, url.password, url.query_string or None, url.fragment or None)
    if url.scheme not in ("wss", "ws") or not url.host or any(part is not None for part in given):
        raise ValueError("stream_url must be an absolute ws(s) URL without user, password, query or fragment")
    if url.scheme == "ws" and not _is_loopback(url.host):
        raise ValueError("stream_url must use wss; plain ws is allowed for loopback hosts only")
    return str(url)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_seconds(name: str, seconds: object, *, above_zero: bool) -> float:
    """Return ``seconds`` if it is a finite number of seconds."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(seconds).__name__}")
    if not 0 <= seconds < math.inf or (above_zero and seconds == 0):
        raise ValueError(f"{name} must be a finite number of seconds{' above 0' if above_zero else ''}, not {seconds}")
    return seconds


def checked_max_body(size: object) -> int:
    """Return ``size`` if it is a number of bytes above 0."""
    if not isinstance(size, int) or isinstance(size, bool):
        raise TypeError(f"max_body must be an int, not {type(size).__name__}")
    if size < 1:
        raise ValueError(f"max_body must be at least 1, not {size}")
    return size


def checked_middlewares(middlewares: object) -> tuple[aiohttp.ClientMiddlewareType, ...]:
    """Return ``middlewares`` if they are callable."""
    listed = _listed("middlewares", middlewares, "aiohttp client middlewares")
    for item in listed:
        if not callable(item):
            raise TypeError(f"middlewares must be aiohttp client middlewares, not {type(item).__name__}")
    return cast("tuple[aiohttp.ClientMiddlewareType, ...]", listed)


def checked_trace_configs(configs: object, session: object) -> tuple[aiohttp.TraceConfig, ...]:
    """Return ``configs`` if they are aiohttp's, and the client has a session of its own."""
    listed = _listed("trace_configs", configs, "aiohttp.TraceConfig")
    for item in listed:
        if not isinstance(item, aiohttp.TraceConfig):
            raise TypeError(f"trace_configs must be aiohttp.TraceConfig, not {type(item).__name__}")
    if listed and session is not None:
        raise ValueError("trace_configs cannot be used with session: give them to that session")
    return cast("tuple[aiohttp.TraceConfig, ...]", listed)


def checked_session(session: aiohttp.ClientSession | None) -> aiohttp.ClientSession | None:
    """Return ``session`` if requests can be made with it."""
    if session is not None and not callable(getattr(session, "request", None)):
        raise TypeError(f"session must be an aiohttp.ClientSession, not {type(session).__name__}")
    return session


def checked_clock(clock: Clock) -> Clock:
    """Return ``clock`` if it has what a clock needs."""
    for name in ("monotonic", "now", "sleep"):
        if not callable(getattr(clock, name, None)):
            raise TypeError(f"clock must be a Clock: {type(clock).__name__} has no method {name}()")
    return clock


def _listed(name: str, value: object, of: str) -> tuple[object, ...]:
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes)):
        raise TypeError(f"{name} must be a sequence of {of}, not {type(value).__name__}")
    return tuple(cast("Iterable[object]", value))


def checked_route(method: object, path: object) -> None:
    """Check the verb and path template of a raw call."""
    if method not in _METHODS:
        raise ValueError(f"method must be one of {', '.join(_METHODS)}, not {method!r}")
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise ValueError(
            "path must be a template below the base URL, such as '/ver1/bots/{bot_id}/show', without a query"
        )
