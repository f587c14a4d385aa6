"""Removes nested layers of encoding from texts: JSON in JSON, HTML, percent-encoding."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from html.entities import html5
from typing import Final, final

_HEX: Final = "[0-9A-Fa-f]"
_IN_MARKUP: Final = re.compile(
    rf"%(?:u({_HEX}{{4}})|([C-Fc-f]{_HEX}(?:%[89ABab]{_HEX}){{1,3}}|{_HEX}{{2}}))"
    rf"|&(?:#[xX]0*+({_HEX}{{1,6}}+)|#0*+([0-9]{{1,7}}+))(?:;|(?![0-9A-Fa-f%&\\]))"
    r"|&([A-Za-z][A-Za-z0-9]{1,31});"
)
# Any number of backslashes counts as one: each level of JSON in JSON doubles them.
_IN_STRING: Final = re.compile(
    rf"\\\\*(?:u([Dd][89ABab]{_HEX}{{2}})\\+u([Dd][C-Fc-f]{_HEX}{{2}})|u({_HEX}{{4}})|u\{{({_HEX}{{1,6}})\}}"
    rf"|U({_HEX}{{8}})|x({_HEX}{{2}})|([bfnrt]))?"
)
_LINE_BREAK: Final = re.compile(r"[\r\n]\s*")
_CONTROLS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MOST_LAYERS: Final = 10


@final
class Layer:
    """A text with a layer of encoding removed, which knows the position of each character in the text before."""

    __slots__ = ("_before", "_begins", "_ends", "_from", "_to", "text")

    def __init__(self, text: str, before: Layer | None = None) -> None:
        self.text = text
        self._before: Final = before
        # The positions of each replaced piece, in this text and in the one before.
        self._begins: Final[list[int]] = []
        self._ends: Final[list[int]] = []
        self._from: Final[list[int]] = []
        self._to: Final[list[int]] = []

    def without(self, encoding: re.Pattern[str], character: Callable[[re.Match[str]], str]) -> Layer:
        """Return the next layer, or this one if it does not contain the encoding.

        :param encoding: matches an escape.
        :param character: returns what an escape stands for.
        """
        inner = Layer(self.text, self)
        parts: list[str] = []
        length = place = 0
        for found in encoding.finditer(self.text):
            begin, end = found.span()
            parts += (self.text[place:begin], stands_for := character(found))
            length += begin - place
            inner._begins.append(length)
            length += len(stands_for)
            inner._ends.append(length)
            inner._from.append(begin)
            inner._to.append(end)
            place = end
        inner.text = "".join([*parts, self.text[place:]])
        return self if inner.text == self.text else inner

    def original(self, begin: int, end: int) -> tuple[int, int]:
        """Return the span of the original text from which the characters from ``begin`` to ``end`` came."""
        layer = self
        while layer._before is not None:
            begin, end = layer._begin_before(begin), layer._end_before(end)
            layer = layer._before
        return begin, end

    def _begin_before(self, place: int) -> int:
        piece = bisect_left(self._begins, place)
        if piece < len(self._begins) and self._begins[piece] == place:
            return self._from[piece]
        piece -= 1
        if piece < 0:
            return place
        return self._from[piece] if self._ends[piece] > place else self._to[piece] + place - self._ends[piece]

    def _end_before(self, place: int) -> int:
        piece = bisect_right(self._begins, place - 1) - 1
        if piece < 0:
            return place
        return self._to[piece] + max(place - self._ends[piece], 0)


def layers(text: str) -> Iterator[Layer]:
    """Yield ``text`` itself, with one layer of encoding removed, with two, and so on; finally without line breaks."""
    layer = Layer(text)
    yield layer
    for _ in range(_MOST_LAYERS):
        inner = layer.without(_IN_MARKUP, _marked_up)
        if inner is layer:
            inner = layer.without(_IN_STRING, _escaped)
        if inner is layer:
            break
        yield (layer := inner)
    joined = layer.without(_LINE_BREAK, lambda _: "")
    if joined is not layer:
        yield joined


def _marked_up(found: re.Match[str]) -> str:
    wide, octets, in_hex, in_decimal, name = found.groups()
    if name is not None:
        return html5.get(f"{name};", found[0])
    if octets is not None:
        return _text(bytes.fromhex(octets.replace("%", "")))
    number = int(in_decimal) if in_decimal is not None else int(wide or in_hex, 16)
    return chr(number) if number <= sys.maxunicode else found[0]


def _escaped(found: re.Match[str]) -> str:
    """Return what an escape stands for; backslashes alone stand for nothing."""
    high, low, *numbers, control = found.groups()
    if control is not None:
        return _CONTROLS[control]
    if low is not None:
        return chr(0x10000 + (int(high, 16) - 0xD800 << 10) + int(low, 16) - 0xDC00)
    digits = next(filter(None, numbers), None)
    if digits is None:
        return ""
    number = int(digits, 16)
    return chr(number) if number <= sys.maxunicode else found[0]


def _text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")
