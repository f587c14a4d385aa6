"""The controls of a sandbox over HTTP, for programs in any language."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, cast, final

import msgspec
from aiohttp import web

from threecommas_async.sandbox.control.commands import COMMANDS, Controls
from threecommas_async.sandbox.http.answers import json_response
from threecommas_async.sandbox.http.forms import WrongFieldsError, read_form

CONTROL_PREFIX: Final = "/sandbox"
KEY_HEADER: Final = "Sandbox-Key"

_LARGEST_BODY: Final = 64 * 2**20
_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)
_FIRST_WORD: Final = re.compile(r"[a-z_]+")


@final
class RemoteControl:
    """Serves ``POST /sandbox/<command>``: a JSON object in, a JSON object out.

    A command calls the method of the same name: ``prices/set`` takes ``{"market": "binance", "pair": "USDT_ETH",
    "price": "1980"}``. The header ``Sandbox-Key`` must contain the sandbox's ``control_key``. Commands meet neither
    faults nor limits, and are not listed in the sandbox's ``requests``. The response to a rejected command has
    ``error``, a text, and ``fields``, the reasons for each wrong parameter:

    - 400: a parameter is missing, unknown or wrong, or the body is not a JSON object
    - 401: the key is missing or wrong
    - 404: there is no such command
    - 405: a verb other than POST
    - 413: the body is too large
    """

    def __init__(self, controls: Controls, key: str) -> None:
        self._controls: Final = controls
        self._key: Final = key.encode()

    @staticmethod
    def concerns(request: web.Request) -> bool:
        """Tell whether a request is for the controls, not for the API."""
        return request.path == CONTROL_PREFIX or request.path.startswith(f"{CONTROL_PREFIX}/")

    async def answer(self, request: web.Request) -> web.Response:
        """Execute a command."""
        given = request.headers.get(KEY_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._key):
            return _refused(401, f"the header {KEY_HEADER} must contain the sandbox's control_key")
        command = COMMANDS.get(request.path.removeprefix(CONTROL_PREFIX).strip("/"))
        if command is None:
            return _refused(404, f"there is no such command; the commands are {', '.join(COMMANDS)}")
        if request.method != "POST":
            return _refused(405, "commands must be sent with POST")
        try:
            body = await request.clone(client_max_size=_LARGEST_BODY).read()
            sent = _object(body)
            form = read_form(command.form, sent)
        except web.HTTPRequestEntityTooLarge:
            return _refused(413, f"the body must not be larger than {_LARGEST_BODY} bytes")
        except WrongFieldsError as error:
            return _refused(400, "wrong parameters", error.by_name)
        except ValueError as error:
            return _refused(400, str(error))
        unknown = sent.keys() - {field.name or name for name, field in command.form.declared_fields.items()}
        if unknown:
            return _refused(400, "unknown parameters", {name: ["is unknown"] for name in sorted(unknown)})
        try:
            return json_response(200, await command.run(self._controls, form))
        except (ValueError, TypeError) as error:
            # Messages of the controls begin with the name of what is wrong.
            text = str(error)
            named = _FIRST_WORD.match(text)
            name = named.group() if named is not None and named.group() in command.form.declared_fields else None
            return _refused(400, text, {} if name is None else {name: [text]})


def _object(body: bytes) -> dict[str, object]:
    try:
        document: object = _DECODER.decode(body or b"{}")
    except (ValueError, ArithmeticError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004
    return cast("dict[str, object]", document)


def _refused(status: int, error: str, fields: Mapping[str, list[str]] | None = None) -> web.Response:
    return json_response(status, {"error": error, "fields": fields or {}})
