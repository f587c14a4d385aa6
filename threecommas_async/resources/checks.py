"""Checks of arguments that several resources share; each names the argument and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast


def required_text(name: str, value: object, *, shortest: int = 1, when: str = "") -> str:
    """Return ``value`` if it is a str of at least ``shortest`` characters."""
    if value is None or value == "":
        raise ValueError(f"{name} is required{when}")
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if len(value) < shortest:
        raise ValueError(f"{name} is too short: it takes at least {shortest} character{'s' if shortest > 1 else ''}")
    return value


def text(name: str, value: object, *, shortest: int = 1) -> str | None:
    """Return ``value`` if it is None or a str of at least ``shortest`` characters."""
    return None if value is None else required_text(name, value, shortest=shortest)


def texts(name: str, value: object, example: str) -> list[str] | None:
    """Return ``value`` as a list if it is None or a sequence of non-empty strs; one str is not taken for a sequence."""
    if value is None:
        return None
    items = list(cast("Iterable[object]", value)) if isinstance(value, Iterable) else []
    if isinstance(value, (str, bytes)) or not all(isinstance(item, str) and item for item in items) or not items:
        raise TypeError(f"{name} must be a sequence of strings, such as {example}")
    return cast("list[str]", items)


def in_range(name: str, value: object, lowest: int, highest: int | None = None) -> int | None:
    """Return ``value`` if it is None or an int from ``lowest`` to ``highest``."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < lowest or (highest is not None and value > highest):
        bounds = f"from {lowest} to {highest}" if highest is not None else f"at least {lowest}"
        raise ValueError(f"{name} must be {bounds}, not {value}")
    return value
