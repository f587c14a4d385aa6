"""Which requests something holds for: a verb and a path below the base URL."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

PREFIX: Final = "/public/api"

_PART: Final = re.compile(r"(\{\w+\}|\*)")


@lru_cache(maxsize=256)
def path_pattern(path: str) -> re.Pattern[str]:
    """Compile a path such as ``/ver1/accounts/{account_id}``: ``{...}`` is one segment, ``*`` is anything.

    :raises ValueError: the path is not one below the base URL.
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
