"""The parameters of a request, merged as Rails does, and read with the vendor's words for what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final, cast
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from threecommas_async.sandbox.answers import invalid
from threecommas_async.sandbox.authentication import FORM

MISSING: Final = "is missing"
INVALID: Final = "is invalid"
UNKNOWN_VALUE: Final = "does not have a valid value"

_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class Parameters:
    """Parameters of one request. What is wrong with them is collected, so that one refusal names every field."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values: Final = values
        self._wrong: Final[dict[str, list[str]]] = {}

    @classmethod
    def of(cls, request: web.Request, body: bytes) -> Parameters:
        """Read query string and body; where both have a parameter, the query wins.

        :raises Refusal: the body says that it is JSON and is not a JSON object.
        """
        query = request.raw_path.partition("?")[2].encode(errors="surrogateescape")
        return cls(_decoded_body(request.content_type, body) | _decoded_form(query))

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def is_sent_empty(self, name: str) -> bool:
        """Tell whether a parameter is there without a value."""
        return name in self._values and self._values[name] in ("", None)

    def refuse(self, name: str, reason: str) -> None:
        """Note that a parameter is wrong; ``check`` will say so."""
        reasons = self._wrong.setdefault(name, [])
        if reason not in reasons:
            reasons.append(reason)

    def check(self) -> None:
        """Refuse the request if anything was found wrong with it."""
        if self._wrong:
            raise invalid(self._wrong)

    def text(self, name: str, *, required: bool = False, minimum: int = 0) -> str | None:
        """Return a text of at least ``minimum`` characters; numbers count as text, as they do in a form."""
        value = self._values.get(name)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            value = str(value)
        if value is None or (value == "" and not minimum):
            if required:
                self.refuse(name, MISSING)
        elif not isinstance(value, str):
            self.refuse(name, INVALID)
        elif len(value) < minimum:
            self.refuse(name, f"is too short (minimum is {minimum} characters)")
        else:
            return value
        return None

    def number(self, name: str, *, default: int, minimum: int, maximum: int = 999_999_999) -> int:
        """Return a whole number between two bounds."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum:
            return value
        self.refuse(name, INVALID)
        return default

    def flag(self, name: str) -> bool | None:
        """Return yes or no; as a word it is one in a query or a form."""
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return value == "true"
        self.refuse(name, INVALID)
        return None

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str | None:
        """Return one of a few words."""
        value = self.text(name, required=required)
        if value is not None and value not in allowed:
            self.refuse(name, UNKNOWN_VALUE)
            return None
        return value

    def words(self, name: str, allowed: Collection[str]) -> list[str]:
        """Return a list of words, each of them one of ``allowed``, without repetitions."""
        value = self._values.get(name)
        if value is None:
            return []
        words = cast("list[object]", value) if isinstance(value, list) else None
        if words is None or not all(isinstance(word, str) for word in words):
            self.refuse(name, INVALID)
            return []
        if not all(word in allowed for word in words):
            self.refuse(name, UNKNOWN_VALUE)
        return [str(word) for word in dict.fromkeys(words)]


def _decoded_form(form: bytes) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, value in parse_qsl(form.decode(errors="replace"), keep_blank_values=True):
        if name.endswith("[]"):
            items = values.setdefault(name.removesuffix("[]"), [])
            if isinstance(items, list):
                cast("list[object]", items).append(value)
        else:
            values[name] = value
    return values


def _decoded_body(content_type: str, body: bytes) -> dict[str, object]:
    """Decode what Rails would decode: a form, or JSON that says so. The parameters of any other body are not seen."""
    if content_type == FORM:
        return _decoded_form(body)
    if not body or not (content_type == "application/json" or content_type.endswith("+json")):
        return {}
    try:
        document: object = _DECODER.decode(body)
    except (ValueError, ArithmeticError, RecursionError):
        # `from None`: the message of the decoder may quote the body.
        raise invalid() from None
    if not isinstance(document, dict):
        raise invalid()
    return cast("dict[str, object]", document)
