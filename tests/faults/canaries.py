"""Secrets that must not get out, every form in which they could, and every way by which they might."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import pickle
import traceback
import warnings
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, quote_plus

import attrs

import threecommas_async

PACKAGE: Final = str(Path(threecommas_async.__file__).parent)
_MOST_ERRORS: Final = 50


def forms_of(secret: str) -> dict[str, str]:
    """All texts that would give ``secret`` away."""
    data = secret.encode()
    forms = {
        "raw": secret,
        "repr": repr(secret)[1:-1],
        "JSON": json.dumps(secret)[1:-1],
        "JSON for HTML": "".join(
            f"\\u{ord(letter):04x}" if letter in "<>&'" else letter for letter in json.dumps(secret)[1:-1]
        ),
        "JSON with slashes": json.dumps(secret)[1:-1].replace("/", "\\/"),
        "hex": data.hex(),
        "HEX": data.hex().upper(),
        "URL": quote(secret, safe=""),
        "URL path": quote(secret),
        "URL lower": quote(secret, safe="").lower(),
        "form": quote_plus(secret),
        "escaped": secret.replace("&", "&amp;").replace("<", "&lt;"),
    }
    # Base64 of a text that the secret stands in, wherever it stands: the characters that depend on it alone.
    for offset in range(3):
        for name, encode in (("Base64", base64.b64encode), ("Base64 URL", base64.urlsafe_b64encode)):
            encoded = encode(b"\0" * offset + data).decode().rstrip("=")
            first = -(-offset * 8 // 6)
            forms[f"{name} at {offset}"] = encoded[first : (offset + len(data)) * 8 // 6]
    return {name: form for name, form in forms.items() if len(form) >= 8}


@attrs.define
class Leak:
    """A secret found where it must not be."""

    secret: str
    form: str
    where: str
    around: str


@attrs.define
class Watch:
    """Looks for secrets in all that it is shown.

    :ivar secrets: the secrets, by name.
    :ivar leaks: what was found.
    :ivar looked: how many characters were looked through.
    """

    secrets: dict[str, str]
    leaks: list[Leak] = attrs.Factory(list[Leak])
    looked: int = 0
    _forms: dict[str, dict[str, str]] = attrs.Factory(dict[str, dict[str, str]])
    _texts: list[tuple[str, str]] = attrs.Factory(list[tuple[str, str]])

    def look(self, where: str, text: str) -> None:
        """Keep a text; :meth:`judge` looks through it."""
        self._texts.append((where, text))

    def judge(self) -> None:
        """Look for every secret in all that was kept since the last time."""
        everything = "\n".join(text for _, text in self._texts)
        self.looked += len(everything)
        for name, secret in self.secrets.items():
            if secret not in self._forms:
                self._forms[secret] = forms_of(secret)
            for form, shown in self._forms[secret].items():
                if shown in everything:
                    self._tell(name, form, shown)
        self._texts.clear()

    def _tell(self, secret: str, form: str, shown: str) -> None:
        for where, text in self._texts:
            place = text.find(shown)
            if place >= 0:
                self.leaks.append(Leak(secret, form, where, text[max(place - 60, 0) : place + len(shown) + 20]))

    def look_at_bytes(self, where: str, data: bytes) -> None:
        self.look(where, data.decode("latin-1"))

    def look_at_error(self, where: str, error: BaseException) -> None:
        """Look at everything that an exception carries, and at all that it hangs together with."""
        for link in _chain(error):
            kind = type(link).__name__
            self.look(f"{where}: {kind} repr", repr(link))
            self.look(f"{where}: {kind} str", str(link))
            self.look(f"{where}: {kind} args", repr(link.args))
            self.look(f"{where}: {kind} vars", repr(vars(link)))
            self.look(f"{where}: {kind} notes", repr(getattr(link, "__notes__", ())))
            if type(link).__module__.partition(".")[0] == "threecommas_async":
                for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                    pickled = pickle.dumps(link, protocol)
                    self.look_at_bytes(f"{where}: {kind} pickled", pickled)
                    assert type(pickle.loads(pickled)) is type(link)  # noqa: S301 - written a line above
        self.look(f"{where}: traceback", "".join(traceback.format_exception(error)))
        self._look_at_locals(where, traceback.TracebackException.from_exception(error, capture_locals=True))

    def look_at_result(self, where: str, result: object) -> None:
        items = cast("list[object]", result) if isinstance(result, list) else [result]
        for item in items:
            self.look(f"{where}: result repr", repr(item))
            self.look(f"{where}: result str", f"{item} {item!r}")
            if attrs.has(type(item)):
                model = cast("attrs.AttrsInstance", item)
                self.look(f"{where}: result asdict", repr(attrs.asdict(model, filter=_known)))
                self.look(f"{where}: result astuple", repr(attrs.astuple(model, filter=_known)))
            try:
                self.look_at_bytes(f"{where}: result pickled", pickle.dumps(item))
            except TypeError as refused:
                self.look(f"{where}: refusal to pickle", repr(refused))

    def _look_at_locals(self, where: str, summary: traceback.TracebackException) -> None:
        seen: list[traceback.TracebackException | None] = [summary]
        for found in seen:
            if found is None or len(seen) > _MOST_ERRORS:
                continue
            for frame in found.stack:
                if frame.filename.startswith(PACKAGE):
                    self.look(f"{where}: locals of {frame.name}", repr(frame.locals))
            seen += [found.__cause__, found.__context__, *(found.exceptions or ())]


def _known(attribute: attrs.Attribute[Any], _value: object) -> bool:
    # What the library does not know stays as it came: nobody can tell which of it is secret.
    return attribute.name != "unrecognized"


def _chain(error: BaseException) -> Iterable[BaseException]:
    chain = [error]
    for link in chain:
        inner = link.exceptions if isinstance(link, BaseExceptionGroup) else ()
        for other in (link.__cause__, link.__context__, *inner):
            if isinstance(other, BaseException) and other not in chain and len(chain) < _MOST_ERRORS:
                chain.append(other)
    return chain


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: Final[list[str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(logging.Formatter("%(name)s %(message)s").format(record))
        self.texts.append(repr(vars(record)))


@contextmanager
def all_ears(watch: Watch) -> Generator[None]:
    """Listen to all loggers at DEBUG, to asyncio's debug mode, to its exception handler, and to warnings."""
    loop = asyncio.get_running_loop()
    root = logging.getLogger()
    records = _Records()
    levels: dict[logging.Logger, int] = {root: root.level}
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            levels[logger] = logger.level
    contexts: list[str] = []

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        contexts.append(repr(context))

    debug, slow = loop.get_debug(), loop.slow_callback_duration
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0
    loop.set_exception_handler(handle)
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    root.addHandler(records)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
    finally:
        root.removeHandler(records)
        for logger, level in levels.items():
            logger.setLevel(level)
        loop.set_exception_handler(None)
        loop.slow_callback_duration = slow
        loop.set_debug(debug)
    watch.look("logging", "\n".join(records.texts))
    watch.look("asyncio's exception handler", "\n".join(contexts))
    watch.look("warnings", "\n".join(str(warning.message) for warning in caught))
