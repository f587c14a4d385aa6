"""Keeps secrets out of texts and tracebacks."""

from __future__ import annotations

import functools
import re
import traceback
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import quote, quote_plus

HIDDEN: Final = "<hidden>"

SECRET_NAMES: Final = ("api_key", "secret", "passphrase")
"""Parameters whose values no text of ours may show."""

_IN_JSON: Final = re.compile(
    r'("(?:[^"\\]*_)?(?:api_key|secret|passphrase|signature)"\s*:\s*")(?:[^"\\]|\\.)*("?)', re.IGNORECASE
)
_SHORTEST: Final = 4

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Hide every one of ``secrets``, as it is or URL-encoded, and every JSON field that is named like one."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            for form in {secret, quote(secret, safe=""), quote_plus(secret)}:
                text = text.replace(form, HIDDEN)
    return _IN_JSON.sub(rf"\g<1>{HIDDEN}\g<2>", text)


def conceals_arguments(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """Decorate a coroutine method that takes secrets: no traceback that leaves it remembers its arguments.

    An exception carries the frames it went through, and crash reporters print their local variables.
    """

    @functools.wraps(method)
    async def concealed(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        call = method(self, *args, **kwargs)
        del args, kwargs
        try:
            return await call
        except BaseException as error:
            _clear_frames(error)
            raise

    return concealed


def _clear_frames(error: BaseException | None) -> None:
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
