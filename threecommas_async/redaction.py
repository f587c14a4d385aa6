"""Keeps secrets out of texts and out of the frames of tracebacks."""

from __future__ import annotations

import asyncio
import base64
import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar, cast

from threecommas_async.secret import HIDDEN as HIDDEN
from threecommas_async.secret import UNENCODABLE, Secret, concealed, is_encodable

if TYPE_CHECKING:
    from threecommas_async.decoding import Layer

SECRET_NAMES: Final = ("api_key", "secret", "passphrase")
"""Parameters whose values no text may show."""

_SHORTEST: Final = 4


def _layers(text: str) -> Iterator[Layer]:
    from threecommas_async.decoding import layers  # imported where used: only errors need it, and its tables are large

    return layers(text)


P = ParamSpec("P")
S = TypeVar("S")
R = TypeVar("R")


# Names


# The end of a name decides: `api_key` is the name of a secret, `api_key_invalid` is not. The first of these words are
# so plain that they may end any word; with the others a word begins: `url_token` and `urlToken`, not `betoken`.
_UNMISTAKABLE: Final = r"(?:secret|password|passphrase|passcode|passwd|(?:api|private|secret)[ _.-]?key)s?"
_WORD: Final = (
    r"(?:token|(?:access|auth|bearer|refresh|session)[ _.-]?tokens?|signature|authorization|bearer|credentials?|pwd|jwt"
    r"|totp|otp|mnemonic|seed[ _.-]?phrase|(?:access|encryption|signing)[ _.-]?key)"
)
_SECRET_NAME: Final = re.compile(
    rf"(?:.*(?i:{_UNMISTAKABLE})|(?:.*[^A-Za-z0-9]|.*[a-z0-9](?=[A-Z]))?(?i:{_WORD}))"
    r"(?i:[ _.-]?(?:confirmation|[0-9]{1,3}))?",
    re.DOTALL,
)
_LONGEST_NAME: Final = 100


def is_secret_name(name: str) -> bool:
    """Tell whether a field, parameter or header of this name is likely to hold a secret."""
    return len(name) <= _LONGEST_NAME and _SECRET_NAME.fullmatch(name) is not None


# Texts


def redact(text: str, secrets: Iterable[str | Secret] = ()) -> str:
    """Hide all ``secrets``, however they are encoded, and the value of every JSON field that is named like a secret.

    Secrets are found in JSON, HTML, percent-encoding and ``repr``, even nested and repeated, and in Base64 and
    hexadecimal. Secrets of fewer than four characters are not searched for: they would be found everywhere.
    """
    return _without_named(_without(text, secrets))


def _without(text: str, secrets: Iterable[str | Secret]) -> str:
    forms = {
        form for secret in secrets if secret for form in _forms(secret if isinstance(secret, str) else secret.reveal())
    }
    if not forms:
        return text
    spans = sorted(
        layer.original(begin, begin + len(form))
        for layer in _layers(text)
        for comparable in (_comparable(layer.text),)
        for form in forms
        for begin in _places(comparable, form)
    )
    parts: list[str] = []
    place = 0
    for begin, end in spans:
        if begin >= place:
            parts += (text[place:begin], HIDDEN)
        place = max(place, end)
    return "".join([*parts, text[place:]])


def _places(text: str, form: str) -> Iterator[int]:
    place = text.find(form)
    while place >= 0:
        yield place
        place = text.find(form, place + len(form))


def _comparable(text: str) -> str:
    """Return ``text`` in a form in which upper and lower case, and a space and its form in a query, are equal."""
    # The only letter whose lower case is two characters; positions must be kept.
    return text.replace("\u0130", "i").lower().replace("+", " ")


def _forms(secret: str) -> set[str]:
    """Return the forms of a secret to search for in each layer."""
    if len(secret) < _SHORTEST:
        return set()
    data = secret.encode("utf-8", "surrogatepass")
    # It may look encoded itself, and would then be decoded together with the text around it.
    forms = {layer.text for layer in _layers(secret)}
    if not secret.isascii():
        forms |= {left for form in forms for left in _left_of(form)}
    forms.add(data.hex())
    # In Base64, its characters depend on its position in the encoded text.
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        of_it_alone = encoded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        forms |= {of_it_alone, of_it_alone.replace("+", "-").replace("/", "_")}
    return {_comparable(form) for form in forms if len(form) >= _SHORTEST}


def _left_of(text: str) -> tuple[str, ...]:
    """Return the forms that other encodings give a text that is not ASCII."""
    octets = text.encode("utf-8", "surrogatepass")
    read_as_utf8 = text.encode("latin-1", "replace").decode("utf-8", "replace")
    return octets.decode("latin-1"), read_as_utf8, text.encode("ascii", "replace").decode()


_FIELD: Final = re.compile(r'(?<!\\)(\\*+)"((?:[^"\\]|\\++(?!")){1,100}+)\1"\s*+(?::|=>)\s*+')
_TOKEN: Final = re.compile(r'["\[\]{}]|-?[0-9][0-9.eE+-]*')
_IS_FIELD: Final = re.compile(r"\s*+(?::|=>)")
_REASONS: Final = ("error_attributes", "errors")
"""Objects that contain lists of reasons why fields are wrong; the reasons are not secrets."""


def _without_named(text: str) -> str:
    parts: list[str] = []
    place = searched = reasons_end = 0
    while found := _FIELD.search(text, searched):
        searched = found.end()
        level = len(found[1])
        name = _decoded(found[2])
        if name in _REASONS and searched > reasons_end:
            _, reasons_end = _values(text, searched, level)
        elif is_secret_name(name) and not (searched < reasons_end and text.startswith("[", searched)):
            spans, searched = _values(text, searched, level)
            for begin, end, hidden in spans:
                parts += (text[place:begin], hidden)
                place = end
    return "".join([*parts, text[place:]])


def _decoded(name: str) -> str:
    if "\\" not in name:
        return name
    *_, innermost = _layers(name)
    return innermost.text


_Spans = list[tuple[int, int, str]]


def _values(text: str, place: int, level: int) -> tuple[_Spans, int]:
    """Return the spans of the texts and numbers in a JSON value, with their replacements, and the end of the value.

    :param level: the number of backslashes before each quote: 0, in JSON inside JSON 1, and so on.
    """
    quote = "\\" * level + '"'
    spans: _Spans = []
    depth = 0
    found = _TOKEN.match(text, place + level if text.startswith(quote, place) else place)
    while found:
        place = found.end()
        if found[0] == '"':
            if not text.startswith(quote, place - len(quote)):
                break  # the end of the string that contains all this
            begin, end = place, _end_of_string(text, place, level)
            place = end + len(quote)
            if depth == 0 or not _IS_FIELD.match(text, place):
                spans.append((begin, end, HIDDEN))
        elif found[0] in "[{":
            depth += 1
        elif found[0] in "]}":
            depth -= 1
        else:
            spans.append((*found.span(), quote + HIDDEN + quote))
        if depth <= 0:
            break
        found = _TOKEN.search(text, place)
    return spans, place


def _end_of_string(text: str, begin: int, level: int) -> int:
    """Return the end of the string that begins at ``begin``: before the quote, or where the text was cut."""
    place = begin
    while (place := text.find('"', place)) >= 0:
        run = place
        while run > begin and text[run - 1] == "\\":
            run -= 1
        backslashes = place - run
        # Fewer backslashes end the enclosing string. More belong to this one, unless all but the quote's own are
        # escaped.
        if backslashes < level:
            return run
        if (backslashes - level) % (2 * level + 2) == 0:
            return place - level
        place += 1
    return len(text)


def printable(text: str) -> str:
    r"""Return ``text`` with invisible or unencodable characters (line breaks, ESC, lone surrogates) escaped."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def encodable(name: str, text: str) -> str:
    """Return ``text`` if it can be encoded as UTF-8.

    :param name: its name in the message; the text is not quoted.
    :raises ValueError: it has a lone surrogate.
    """
    if is_encodable(text):
        return text
    del text  # a traceback would keep it
    raise ValueError(f"{name} {UNENCODABLE}")


# Arguments


def conceals_arguments(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Decorate a method that takes secrets: each becomes a :class:`Secret` before any frame could keep it.

    An exception carries the frames that it passed, and crash reporters print their local variables. This conceals the
    arguments for the parameters in :data:`SECRET_NAMES`, arguments for unknown parameters (a misspelt ``secert``), and
    texts in a dict that are named like secrets.
    """
    parameters = list(inspect.signature(method).parameters.values())[1:]
    kinds = {one.kind for one in parameters}
    positions = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    shown = frozenset(one.name for one in parameters if one.name not in SECRET_NAMES)
    takes_more = inspect.Parameter.VAR_POSITIONAL in kinds
    takes_any_name = inspect.Parameter.VAR_KEYWORD in kinds

    def taken_in(args: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(
            _concealed(value, name in SECRET_NAMES if name else not takes_more)
            for name, value in zip_longest(positions[: len(args)], args)
        )

    def take_in(kwargs: dict[str, object]) -> None:
        for name, value in kwargs.items():
            if name in shown or (takes_any_name and name not in SECRET_NAMES):
                kind = type(value)
                if kind is dict or kind is list:
                    kwargs[name] = _with_concealed_fields(value, within=False, depth=0)
            elif value is not None:
                kwargs[name] = concealed(value)

    @functools.wraps(method)
    def concealing(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if args:
            args = cast("Any", taken_in(args))
        take_in(kwargs)
        return method(self, *args, **kwargs)

    if inspect.iscoroutinefunction(method):
        _mark_as_coroutine_function(concealing)
    return concealing


def _concealed(value: object, is_secret: bool) -> object:
    if is_secret:
        return value if value is None else concealed(value)
    return _with_concealed_fields(value, within=False, depth=0)


_DEEPEST: Final = 50


def _with_concealed_fields(value: object, *, within: bool, depth: int) -> object:
    # Exact types: no method of an unknown class is called, since it could raise here, where secrets are still plain
    # text.
    kind = type(value)
    if within and kind in (str, bytes):
        return concealed(value)
    if depth > _DEEPEST:
        return value
    if kind is dict:
        return {
            name: _with_concealed_fields(item, within=within or _is_named_like_one(name), depth=depth + 1)
            for name, item in cast("dict[object, object]", value).items()
        }
    if kind is list:
        return [_with_concealed_fields(item, within=within, depth=depth + 1) for item in cast("list[object]", value)]
    return value


def _is_named_like_one(name: object) -> bool:
    return type(name) is str and is_secret_name(name)


def _mark_as_coroutine_function(function: Any) -> None:
    if sys.version_info >= (3, 12):
        inspect.markcoroutinefunction(function)
    else:
        function._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined] # noqa: SLF001
