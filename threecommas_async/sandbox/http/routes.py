"""Patterns of paths below the base URL, and the check that an endpoint with a verb and path exists."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from threecommas_async.sandbox.reference.endpoints import ENDPOINTS_OF_THE_API, WEBHOOKS

PREFIX: Final = "/public/api"

_PART: Final = re.compile(r"(\{\w+\}|\*)")
_PLACEHOLDER: Final = re.compile(r"{\w+}")
_NUMBER: Final = re.compile(r"[0-9]+")
_UUID: Final = re.compile(r"[0-9a-fA-F-]+")
_SOME_ID: Final = "0"
_SUGGESTED: Final = 3
_TARGETS: Final = (*ENDPOINTS_OF_THE_API, *(f"POST {path}" for path in WEBHOOKS))


@lru_cache(maxsize=256)
def path_pattern(path: str) -> re.Pattern[str]:
    """Compile a path such as ``/ver1/accounts/{account_id}``: ``{...}`` is one segment, ``*`` is anything.

    :raises ValueError: the path is not below the base URL.
    """
    if not path.startswith(("/", "*")) or path.startswith(PREFIX):
        raise ValueError(f"path must be below the base URL, such as '/ver1/accounts/{{account_id}}', not {path!r}")
    parts = (_part_pattern(part) for part in _PART.split(path))
    return re.compile("".join(parts))


def path_below_base_url(raw_path: str) -> str:
    """Return the path of a request target, without its query and without the prefix of the base URL."""
    return raw_path.partition("?")[0].removeprefix(PREFIX)


def _part_pattern(part: str) -> str:
    if part == "*":
        return ".*"
    return "[^/]+" if part.startswith("{") else re.escape(part)


def check_target(method: str | None, path: str | None) -> None:
    """Check that an endpoint or a webhook has this verb and path.

    :param path: a path below the base URL, or that of a webhook; ``{...}`` in it is one segment, ``*`` is anything.
    :raises ValueError: no endpoint has; the message names similar paths.
    """
    pattern = path_pattern("*" if path is None else path)
    verbs: dict[str, None] = {}
    for endpoint in _TARGETS:
        verb, _, template = endpoint.partition(" ")
        if any(pattern.fullmatch(one) for one in _with_ids(template, path or "")):
            verbs[verb] = None
    if path is not None and not verbs:
        close = _close_to(path)
        suggestion = f": did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise ValueError(f"no endpoint has the path {path!r}{suggestion}")
    if method is not None and method not in verbs:
        where = "" if path is None else f" at {path!r}"
        raise ValueError(f"no endpoint{where} has the verb {method}, only {', '.join(verbs)}")


def _with_ids(template: str, path: str) -> Iterator[str]:
    """Yield the paths that a template has with the segments of ``path`` in place of its placeholders."""
    named = {segment.replace("*", "") for segment in path.split("/")}
    choices = [
        [part]
        if number % 2 == 0
        else [_SOME_ID, *(one for one in named if (_UUID if part == "{uuid}" else _NUMBER).fullmatch(one))]
        for number, part in enumerate(re.split(r"({\w+})", template))
    ]
    return map("".join, itertools.product(*choices))


def _close_to(path: str) -> list[str]:
    templates = dict.fromkeys(endpoint.partition(" ")[2] for endpoint in _TARGETS)
    by_shape = {_PLACEHOLDER.sub(_SOME_ID, template): template for template in templates}
    shape = _PLACEHOLDER.sub(_SOME_ID, re.sub(r"(?<=/)[0-9]+(?=/|$)", _SOME_ID, path))
    return [by_shape[close] for close in difflib.get_close_matches(shape, by_shape, _SUGGESTED)]
