"""One call is one request, to one origin: no hidden re-send, no redirect followed, no proxy nobody asked for."""

from __future__ import annotations

import aiohttp
import pytest

from threecommas_async import (
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    UnreadableResponseError,
)

from .harness import CALLS, WRITES, Verdict, make_client, verdict_of
from .server import End, FaultServer, Script, http, settle
from .weather import REDIRECTS, STRAY_ANSWERS

ALL = pytest.mark.parametrize("verb", CALLS)


@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize("end", [End.CLOSE, End.RESET])
@pytest.mark.parametrize("reads", [None, 1], ids=["received", "cut"])
@pytest.mark.parametrize("own_session", [True, False], ids=["own session", "borrowed session"])
async def test_a_write_on_a_dropped_connection_is_sent_once(
    verb: str, end: End, reads: int | None, *, own_session: bool
) -> None:
    async with FaultServer() as server, aiohttp.ClientSession() as borrowed:
        async with make_client(server, session=None if own_session else borrowed) as client:
            assert (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
            server.scripts.append(Script(reads=reads, writes=0, end=end))
            accepted = server.accepted
            with pytest.raises(OutcomeUnknownError):
                await CALLS[verb](client, 2)
            assert server.received[2] == (1 if reads is None else 0)
            assert server.accepted == accepted, "it was sent again over another connection"


@ALL
@pytest.mark.parametrize("status", REDIRECTS)
async def test_no_redirect_is_followed(verb: str, status: str) -> None:
    async with FaultServer() as elsewhere, FaultServer(keeps_requests=True) as server:
        places = (
            f"{elsewhere.url}/ver1/accounts",
            elsewhere.url.removeprefix("http:"),
            f"http://127.0.0.1:{server.port}@127.0.0.1:{elsewhere.port}/",
            f"http:\\\\127.0.0.1:{elsewhere.port}/",
            "/public/api/ver1/accounts/99",
            "?again",
            "",
            "http://[",
            "javascript:alert(1)",
        )
        async with make_client(server) as client:
            for marker, place in enumerate(places, 1):
                answer = http(status, b"", f"Location: {place}", f"URI: {place}", f"Refresh: 0; url={place}")
                server.scripts.append(Script(answer=lambda _, answer=answer: answer))  # type: ignore[misc]
                with pytest.raises(UnreadableResponseError) as caught:
                    await CALLS[verb](client, marker)
                assert caught.value.outcome is Outcome.UNKNOWN
                assert server.received[marker] == 1
                await settle()
        assert len(server.requests) == len(places)
        assert (elsewhere.accepted, elsewhere.bytes_received) == (0, 0)


@ALL
async def test_proxies_of_the_environment_are_not_used(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FaultServer() as proxy, FaultServer() as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with make_client(server) as client:
            assert (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
        assert proxy.accepted == 0


@ALL
async def test_cookies_are_not_kept(verb: str) -> None:
    async with FaultServer(keeps_requests=True) as server, make_client(server) as client:
        body = b'{"id":1,"valid":true}'
        server.scripts.append(Script(answer=lambda _: http("200 OK", body, "Set-Cookie: session=1; Path=/")))
        assert (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
        assert (await verdict_of(CALLS[verb], client, 2))[0] is Verdict.SUCCESS
        assert b"cookie" not in server.requests[1].head.lower()


@ALL
@pytest.mark.parametrize("stray", STRAY_ANSWERS, ids=["408", "400", "200"])
@pytest.mark.parametrize("borrowed", [False, True], ids=["own", "borrowed"])
async def test_an_answer_that_nobody_asked_for_is_nobody_s(verb: str, stray: bytes, *, borrowed: bool) -> None:
    async with (
        FaultServer() as server,
        aiohttp.ClientSession() as session,
        make_client(server, session=session if borrowed else None) as client,
    ):
        assert (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
        server.send_stray(stray)
        await settle()
        assert (await verdict_of(CALLS[verb], client, 2))[0] is Verdict.SUCCESS
        assert server.executed[2] == 1


@ALL
async def test_a_dead_server_is_refused_for_sure(verb: str) -> None:
    async with FaultServer() as server, make_client(server) as client:
        await server.refuse()
        with pytest.raises(NotSentError) as caught:
            await CALLS[verb](client, 1)
        assert caught.value.outcome is Outcome.NOT_DONE
        assert server.bytes_received == 0


async def test_idle_connections_that_were_closed_are_noticed() -> None:
    """The most common cause of an unknown outcome elsewhere: a kept connection that the server has closed meanwhile."""
    async with FaultServer() as server, make_client(server) as client:
        for marker in range(1, 60):
            verb = list(CALLS)[marker % len(CALLS)]
            assert (await verdict_of(CALLS[verb], client, marker))[0] is Verdict.SUCCESS
            await server.drop_all(End.RESET if marker % 2 else End.CLOSE)
        assert server.executed.total() == 59
