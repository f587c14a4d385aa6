"""``Secret``, a text that is not shown, and the conversion of arguments to it without showing them."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from typing import Final, cast, final

HIDDEN: Final = "<hidden>"

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_KEY: Final = os.urandom(32)
_PICKLED: Final = "it came out of a pickle, and a pickle never holds the text of a Secret"


@final
class Secret:
    """A text that shows as ``<hidden>`` wherever it is printed, formatted, logged or written by a serializer.

    :meth:`reveal` returns the text. It is not a ``str``: where one is needed (a header, ``json.dumps``, ``+``), it
    raises ``TypeError``. It equals only a Secret with the same text, can be a key of a dict, and is false if its text
    is empty or gone. Copies keep the text; pickles drop it.

    :param text: the text, or a Secret.
    :raises TypeError: ``text`` is neither.
    """

    __slots__ = ("_held",)

    def __init__(self, text: str | Secret) -> None:
        held = _held_of(text)
        del text  # a traceback would keep it
        if isinstance(held, _WrongType):
            raise TypeError(f"a Secret must be made from a str, not {held.kind}")
        self._held: str | _Absent = held

    def reveal(self) -> str:
        """Return the plain text.

        :raises ValueError: the text is gone, because the Secret came out of a pickle.
        """
        if isinstance(self._held, str):
            return self._held
        raise ValueError(f"this Secret cannot be revealed: {self._held}")

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, _specification: str, /) -> str:
        return HIDDEN

    def __bool__(self) -> bool:
        return isinstance(self._held, str) and self._held != ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if isinstance(self._held, str) and isinstance(other._held, str):
            return hmac.compare_digest(_bytes(self._held), _bytes(other._held))
        return self is other

    def __hash__(self) -> int:
        # Keyed, since the hash of a short secret could be found by trying all of them.
        if isinstance(self._held, str):
            return int.from_bytes(hashlib.blake2b(_bytes(self._held), key=_KEY, digest_size=8).digest())
        return object.__hash__(self)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self

    def __getstate__(self) -> None:
        return None

    def __reduce__(self) -> tuple[object, ...]:
        return _without_text, ()


class _Absent:
    """Takes the place of the text of a Secret, and says why there is none."""

    __slots__ = ()

    def __str__(self) -> str:
        return _PICKLED


@final
class _WrongType(_Absent):
    """Takes the place of a value that is not a text and was not kept."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind: Final = kind

    def __str__(self) -> str:
        return f"it was given as {self.kind}, which is not a text"


def concealed(value: object) -> Secret:
    """Wrap an argument where a secret is expected; never raises.

    A text can be revealed; of anything else, the Secret keeps only the name of its type, for :func:`secret_text` to
    reject.
    """
    if type(value) is Secret:
        return value
    made = object.__new__(Secret)
    made._held = value if type(value) is str else _held_of(value)  # pyright: ignore[reportPrivateUsage]
    return made


def secret_text(name: str, value: object, *, shortest: int = 1) -> Secret:
    """Return ``value`` as a Secret if it can be sent: a text with at least ``shortest`` characters that UTF-8 can
    encode.

    :param name: the argument's name, for the message; ``value`` is never quoted.
    :raises TypeError: it is neither a str nor a Secret.
    :raises ValueError: it is empty or too short, cannot be encoded, or is a Secret whose text is gone.
    """
    if type(value) is not Secret:
        value = concealed(value)
    problem = problem_of(name, value, shortest=shortest)
    if problem is not None:
        raise problem
    return value


def problem_of(
    name: str, secret: Secret, *, shortest: int = 1, kinds: str = "a str or a Secret"
) -> TypeError | ValueError | None:
    """Return what :func:`secret_text` would raise, or None.

    :param kinds: what it may be given as, for the message.
    """
    held = secret._held  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    if isinstance(held, str) and len(held) >= shortest and held.isascii():
        return None  # as nearly every one is
    if (held == "" and shortest) or (isinstance(held, _WrongType) and held.kind == "NoneType"):
        return ValueError(f"{name} is required")
    if isinstance(held, _WrongType):
        return TypeError(f"{name} must be {kinds}, not {held.kind}")
    if not isinstance(held, str):
        return ValueError(f"{name} no longer has a text: {held}")
    if len(held) < shortest:
        return ValueError(f"{name} is too short: it must have at least {shortest} characters")
    if not is_encodable(held):
        return ValueError(f"{name} {UNENCODABLE}")
    return None


UNENCODABLE: Final = "has a lone surrogate, which is half a character and cannot be encoded as UTF-8"


def is_encodable(text: str) -> bool:
    """Tell whether ``text`` can be encoded, without raising an exception that would quote it."""
    return text.isascii() or _SURROGATE.search(text) is None


def _held_of(value: object) -> str | _Absent:
    # Not isinstance(): a proxy may return anything, or raise.
    if type(value) is Secret:
        return value._held  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return str.__str__(cast("str", value)) if issubclass(type(value), str) else _WrongType(type(value).__name__)


def _without_text() -> Secret:
    made = object.__new__(Secret)
    made._held = _Absent()  # pyright: ignore[reportPrivateUsage]
    return made


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
