"""Keeps secrets out of texts and tracebacks."""

from __future__ import annotations

import base64
import functools
import html
import json
import re
import traceback
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import quote, quote_plus

HIDDEN: Final = "<hidden>"

SECRET_NAMES: Final = ("api_key", "secret", "passphrase")
"""Parameters whose values no text of ours may show."""

_NAMED_LIKE_ONE: Final = r'(?:[^"\\]*_)?(?:api_key|secret|passphrase|signature)'
_SECRET_NAME: Final = re.compile(_NAMED_LIKE_ONE, re.IGNORECASE)
_IN_JSON: Final = re.compile(rf'("{_NAMED_LIKE_ONE}"\s*:\s*")(?:[^"\\]|\\.)*("?)', re.IGNORECASE)
_SHORTEST: Final = 4

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


def is_secret_name(name: str) -> bool:
    """Tell whether a JSON field of this name is likely to hold a secret."""
    return _SECRET_NAME.fullmatch(name) is not None


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Hide every one of ``secrets``, however an answer may have encoded it, and every JSON field named like one."""
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
    if forms:
        longest_first = sorted(forms, key=len, reverse=True)
        text = re.sub("|".join(map(re.escape, longest_first)), HIDDEN, text, flags=re.IGNORECASE)
    return _IN_JSON.sub(rf"\g<1>{HIDDEN}\g<2>", text)


def _forms(secret: str) -> set[str]:
    data = secret.encode()
    in_json = json.dumps(secret)[1:-1]
    in_html_safe_json = re.sub("[<>&']", lambda found: f"\\u{ord(found[0]):04x}", in_json)
    forms = {
        secret,
        repr(secret)[1:-1],
        in_json,
        json.dumps(secret, ensure_ascii=False)[1:-1],
        in_json.replace("/", "\\/"),
        in_html_safe_json,
        html.escape(secret),
        html.escape(secret, quote=False),
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        data.hex(),
    }
    # In Base64 the characters that stand for it depend on where in the encoded text it begins.
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        of_it_alone = encoded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        forms |= {of_it_alone, of_it_alone.replace("+", "-").replace("/", "_")}
    return {form for form in forms if len(form) >= _SHORTEST}


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
