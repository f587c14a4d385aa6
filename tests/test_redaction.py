"""Secrets stay out of texts and out of what tracebacks remember."""

from __future__ import annotations

import asyncio
import inspect
import logging
import traceback
from typing import Any
from urllib.parse import quote_plus

import pytest

from tests.recorder import Recorder
from threecommas_async import HmacCredentials, ThreeCommasClient, ThreeCommasError
from threecommas_async.redaction import conceals_arguments, redact

CANARIES = {"api_key": "canary/key+1", "secret": "canary secret?", "passphrase": "canary&phrase"}


@pytest.mark.parametrize(
    "text",
    [
        "the key canary/key+1 is bad",
        f"GET /x?api_key={quote_plus('canary/key+1')}",
        f"GET /x?secret={quote_plus('canary secret?')}",
        "GET /x?secret=canary%20secret%3F",
        '{"api_key": "canary-unknown"}',
        '{"exchange_api_key" :"canary-unknown", "API_SECRET":"canary-unknown"}',
        '{"passphrase":"canary \\" quoted canary"}',
        '{"secret":"canary cut sho',
    ],
)
def test_texts(text: str) -> None:
    assert "canary" not in redact(text, CANARIES.values())
    assert "hidden" in redact(text, CANARIES.values())


def test_what_is_no_secret_stays() -> None:
    text = '{"error_attributes":{"api_key":["This account is already connected!"]},"api_keys_state":"ok"}'
    assert redact(text, ["abc", ""]) == text


def shown_by(error: BaseException) -> str:
    """All that a crash reporter could print of our frames: repr, chain and local variables."""
    texts = [repr(error), str(error), repr(vars(error))]
    chain: list[BaseException] = [error]
    while chain:
        link = chain.pop()
        summary = traceback.TracebackException.from_exception(link, capture_locals=True)
        texts += [str(frame.locals) for frame in summary.stack if "threecommas_async" in frame.filename]
        chain += [other for other in (link.__cause__, link.__context__) if other is not None]
    return "\n".join(texts)


def new_account(**changes: Any) -> dict[str, Any]:
    return {"type": "okex", "name": "Main", **CANARIES, **changes}


@pytest.mark.parametrize(
    "arguments",
    [
        new_account(),
        new_account(name="A"),
        new_account(secret=1),
        new_account(types_to_create="x"),
        new_account(type=""),
    ],
)
@pytest.mark.parametrize(("status", "body"), [(400, '{"error":"record_invalid"}'), (502, ""), (201, "no json")])
async def test_no_frame_of_ours_remembers_a_secret(
    arguments: dict[str, Any], status: int, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    async with Recorder(status, body) as recorder:
        async with ThreeCommasClient(HmacCredentials("key", "canary-own"), base_url=recorder.url) as client:
            with pytest.raises((ThreeCommasError, ValueError, TypeError)) as caught:
                await client.accounts.create(**arguments)
    assert "canary" not in shown_by(caught.value)
    assert "canary" not in caplog.text


async def test_nor_when_it_is_cancelled() -> None:
    arrived = asyncio.Event()

    async def stall(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await _reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(stall, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        ThreeCommasClient(HmacCredentials("key", "canary-own"), base_url=f"http://127.0.0.1:{port}") as client,
    ):
        task = asyncio.ensure_future(client.accounts.create(**new_account()))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
    assert "canary" not in shown_by(caught.value)
    await asyncio.sleep(0.01)


async def test_a_concealed_method_looks_like_itself() -> None:
    class Resource:
        @conceals_arguments
        async def ask(self, secret: str, *, more: int = 1) -> str:
            """Ask."""
            return f"{len(secret)} {more}"

    assert await Resource().ask("abc", more=2) == "3 2"
    assert inspect.iscoroutinefunction(Resource.ask)
    assert Resource.ask.__doc__ == "Ask."
    assert list(inspect.signature(Resource.ask).parameters) == ["self", "secret", "more"]
