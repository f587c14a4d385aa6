"""A connection on which something has come in that nobody asked for is not used."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from yarl import URL

from threecommas_async import NotSentError
from threecommas_async.transport.attempt import Attempt
from threecommas_async.transport.call import Call
from threecommas_async.transport.signing import SigningMiddleware
from threecommas_async.transport.stray_answers import ServerSpeaksFirstError, send_on_clean_connection
from threecommas_async.transport.verdicts import Failure, judge_exception


class Request:
    """As much of aiohttp's request as is needed."""

    def __init__(self) -> None:
        self.sent_on: list[object] = []

    async def send(self, conn: object) -> object:
        self.sent_on.append(conn)
        return "response"


@pytest.mark.parametrize("clean_at", [1, 3, None])
async def test_nothing_is_sent_where_the_server_has_spoken_first(clean_at: int | None) -> None:
    tries: list[object] = []
    handed_over: list[bool] = []

    async def connect_and_send(request: Any) -> Any:
        tries.append(request)
        spoken_first = len(tries) != clean_at
        return await request.send(SimpleNamespace(protocol=SimpleNamespace(should_close=spoken_first)))

    request: Any = Request()
    if clean_at is None:
        with pytest.raises(ServerSpeaksFirstError):
            await send_on_clean_connection(request, connect_and_send, lambda: handed_over.append(True))
        assert len(tries) < 1000
        assert (request.sent_on, handed_over) == ([], [])
    else:
        response: object = await send_on_clean_connection(request, connect_and_send, lambda: handed_over.append(True))
        assert response == "response"
        assert (len(tries), len(request.sent_on), len(handed_over)) == (clean_at, 1, 1)
    assert "send" not in vars(request)


def test_a_server_that_speaks_first_was_not_sent_to() -> None:
    call = Call("POST", "/x", "http://127.0.0.1", ids=None, query=None, body=None, writes=True)
    signing = SigningMiddleware(None, URL("http://127.0.0.1"))
    attempt = Attempt(100, signing.sign, writes=True, keeps_readable=False)
    verdict = judge_exception(ServerSpeaksFirstError(), attempt, call, is_closed=False)
    assert isinstance(verdict, Failure)
    assert type(verdict.error) is NotSentError
