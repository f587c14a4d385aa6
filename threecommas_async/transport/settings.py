"""What a client is told when it is built, and the checks of it."""

from __future__ import annotations

import ipaddress
import math
from typing import Literal

from aiohttp import hdrs
from yarl import URL

from threecommas_async.transport.bodies import ACCEPTED_ENCODINGS
from threecommas_async.version import __version__

Mode = Literal["paper", "real"]


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
    """Return ``text`` without a slash at its end, if the API may be asked there."""
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


def checked_seconds(name: str, seconds: object, *, above_zero: bool) -> float:
    """Return ``seconds`` if it is a finite number of seconds."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(seconds).__name__}")
    if not 0 <= seconds < math.inf or (above_zero and seconds == 0):
        raise ValueError(f"{name} must be a finite number of seconds{' above 0' if above_zero else ''}, not {seconds}")
    return seconds
