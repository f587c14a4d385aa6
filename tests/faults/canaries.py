"""Secrets that must not get out, every form in which they could, and every way by which they might."""

from __future__ import annotations

import asyncio
import base64
import html
import json
import logging
import pickle
import re
import traceback
import warnings
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, quote_plus

import attrs

from threecommas_async.models.base import Model
from threecommas_async.redaction import is_secret_name

TESTS: Final = str(Path(__file__).parents[1])
"""Where the tests' own frames come from, which hold the secrets that they give."""
_MOST_ERRORS: Final = 50


def forms_of(secret: str) -> dict[str, str]:
    """All texts that would give ``secret`` away."""
    data = secret.encode()
    in_json = json.dumps(secret)[1:-1]
    in_url = quote(secret, safe="")
    units = memoryview(secret.encode("utf-16-le")).cast("H")
    marked = re.compile("[^A-Za-z0-9]")
    forms = {
        "raw": secret,
        "repr": repr(secret)[1:-1],
        "JSON": in_json,
        "JSON in UTF-8": json.dumps(secret, ensure_ascii=False)[1:-1],
        "JSON for HTML": re.sub("[<>&']", _as_json_escape, in_json),
        "JSON for scripts": re.sub("[<>&'=+/]", _as_json_escape, in_json),
        "JSON with slashes": in_json.replace("/", "\\/"),
        "JSON, all escaped": "".join(f"\\u{unit:04x}" for unit in units),
        "JSON, ALL ESCAPED": "".join(f"\\u{unit:04X}" for unit in units),
        "JSON in JSON": json.dumps(in_json)[1:-1],
        "JSON in JSON in JSON": json.dumps(json.dumps(in_json)[1:-1])[1:-1],
        "hex": data.hex(),
        "HEX": data.hex().upper(),
        "URL": in_url,
        "URL path": quote(secret),
        "URL lower": in_url.lower(),
        "URL, all": "".join(f"%{octet:02x}" for octet in data),
        "URL, ALL": "".join(f"%{octet:02X}" for octet in data),
        "URL in URL": quote(in_url, safe=""),
        "form": quote_plus(secret),
        "form in URL": quote(quote_plus(secret), safe=""),
        "escaped": secret.replace("&", "&amp;").replace("<", "&lt;"),
        "HTML": html.escape(secret),
        "HTML in HTML": html.escape(html.escape(secret)),
        "HTML, decimal": marked.sub(lambda found: f"&#{ord(found[0])};", secret),
        "HTML, hexadecimal": marked.sub(lambda found: f"&#x{ord(found[0]):X};", secret),
        "HTML, lower": marked.sub(lambda found: f"&#x{ord(found[0]):x};", secret),
        "HTML, all": "".join(f"&#{ord(letter)};" for letter in secret),
    }
    # Base64 of a text that the secret stands in, wherever it stands: the characters that depend on it alone.
    for offset in range(3):
        for name, encode in (("Base64", base64.b64encode), ("Base64 URL", base64.urlsafe_b64encode)):
            encoded = encode(b"\0" * offset + data).decode().rstrip("=")
            first = -(-offset * 8 // 6)
            forms[f"{name} at {offset}"] = encoded[first : (offset + len(data)) * 8 // 6]
    return {name: form for name, form in forms.items() if len(form) >= 8}


def _as_json_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def texts_of(error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield all that an exception shows, it and what it hangs together with, down to the local variables of its frames.

    The frames of the tests are left out, and no others: not aiohttp's, nor those of the standard library.
    """
    for link in _chain(error):
        kind = type(link).__name__
        yield f"{kind} repr", repr(link)
        yield f"{kind} str", str(link)
        yield f"{kind} args", repr(link.args)
        yield f"{kind} vars", repr(vars(link))
        yield f"{kind} notes", repr(getattr(link, "__notes__", ()))
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if not frame.f_code.co_filename.startswith(TESTS):
                for name, value in list(frame.f_locals.items()):
                    yield f"{kind}: {name} in {frame.f_code.co_qualname} of {frame.f_code.co_filename}", repr(value)
    yield "traceback", "".join(traceback.format_exception(error))


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
        for what, text in texts_of(error):
            self.look(f"{where}: {what}", text)
        for link in _chain(error):
            if type(link).__module__.partition(".")[0] == "threecommas_async":
                for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                    pickled = pickle.dumps(link, protocol)
                    self.look_at_bytes(f"{where}: {type(link).__name__} pickled", pickled)
                    assert type(pickle.loads(pickled)) is type(link)  # noqa: S301 - written a line above

    def look_at_result(self, where: str, result: object) -> None:
        items = cast("list[object]", result) if isinstance(result, list) else [result]
        for item in items:
            self.look(f"{where}: result repr", repr(item))
            self.look(f"{where}: result str", f"{item} {item!r}")
            if isinstance(item, Model):
                item = _without_strangers(item)
                self.look(f"{where}: result asdict", repr(attrs.asdict(item)))
                self.look(f"{where}: result astuple", repr(attrs.astuple(item)))
                self.look(f"{where}: result as JSON", json.dumps(attrs.asdict(item), default=str))
            self.look_at_bytes(f"{where}: result pickled", pickle.dumps(item))


def _without_strangers(model: Any) -> Any:
    # What the library does not know stays as it came, unless its name says more: nobody can tell which of it is secret.
    known = {name: value for name, value in model.unrecognized.items() if is_secret_name(name)}
    return attrs.evolve(model, unrecognized=known)


def _chain(error: BaseException) -> Iterable[BaseException]:
    chain = [error]
    for link in chain:
        inner = link.exceptions if isinstance(link, BaseExceptionGroup) else ()
        for other in (link.__cause__, link.__context__, *inner):
            if (
                isinstance(other, BaseException)
                and all(other is not known for known in chain)
                and len(chain) < _MOST_ERRORS
            ):
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
