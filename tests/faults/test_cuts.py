"""A cut after every single byte of request and response: close and reset, fresh and reused connections."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from threecommas_async import OutcomeUnknownError, ThreeCommasClient, UnreadableResponseError
from threecommas_async.errors import ThreeCommasError

from .harness import CALLS, CREATE, DELETE, PUT, FakeClock, Verdict, make_client, verdict_of
from .server import FINE, Answer, End, FaultServer, Request, Script, http, success
from .weather import in_chunks, zipped

FIRST_MARKER = 100_000  # so that all have the same number of digits

ENDS = pytest.mark.parametrize("end", [End.CLOSE, End.RESET])
REUSED = pytest.mark.parametrize("reused", [False, True], ids=["fresh", "reused"])
VERBS = pytest.mark.parametrize("verb", [CREATE, "PATCH", DELETE, PUT, "POST empty"])


class Scene:
    """A server and a client, and calls that are each told how to fail."""

    def __init__(self, server: FaultServer, client: ThreeCommasClient, clock: FakeClock) -> None:
        self.server = server
        self.client = client
        self.clock = clock
        self.marker = FIRST_MARKER

    async def warm(self, *, reused: bool) -> None:
        """Have a connection in the pool, or none."""
        if not reused:
            await self.server.drop_all()
            return
        while len(self.server.connections) != 1:
            self.marker += 1
            assert (await verdict_of(CALLS["POST empty"], self.client, self.marker))[0] is Verdict.SUCCESS

    async def call(self, verb: str, script: Script, *, reused: bool) -> tuple[Verdict, ThreeCommasError | None, int]:
        """Make one call, and tell how it ended and how often it was carried out."""
        await self.warm(reused=reused)
        self.marker += 1
        accepted = self.server.accepted
        self.server.scripts.append(script)
        verdict, error = await verdict_of(CALLS[verb], self.client, self.marker)
        assert not self.server.scripts
        assert (self.server.accepted == accepted) is reused, "another connection than was meant, or one more"
        return verdict, error, self.server.executed[self.marker]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    clock = FakeClock()
    async with FaultServer(keeps_requests=True) as server, make_client(server, clock=clock) as client:
        yield Scene(server, client, clock)


@VERBS
@REUSED
@ENDS
async def test_every_byte_of_the_request(scene: Scene, verb: str, end: End, *, reused: bool) -> None:
    assert (await scene.call(verb, FINE, reused=False))[0] is Verdict.SUCCESS
    length = len(scene.server.requests[-1].raw)
    for place in range(length):
        verdict, error, executed = await scene.call(verb, Script(reads=place, end=end), reused=reused)
        assert executed == 0, place
        # Of a fresh connection that breaks at once the client may know that nothing was sent on it.
        if place == 0 and not reused and verdict is Verdict.NOT_DONE:
            continue
        assert verdict is Verdict.UNKNOWN, (place, error)
        assert type(error) is OutcomeUnknownError, (place, error)


@VERBS
@REUSED
@ENDS
async def test_every_byte_of_the_answer(scene: Scene, verb: str, end: End, *, reused: bool) -> None:
    await _cut_answer(scene, verb, success, end, reused=reused)


@REUSED
@ENDS
@pytest.mark.parametrize("answer", [in_chunks, zipped])
async def test_every_byte_of_other_answers(scene: Scene, answer: Answer, end: End, *, reused: bool) -> None:
    await _cut_answer(scene, "POST", answer, end, reused=reused)


@ENDS
@pytest.mark.parametrize("status", ["400 Bad Request", "429 Too Many Requests", "502 Bad Gateway"])
async def test_every_byte_of_a_refusal(scene: Scene, status: str, end: End) -> None:
    refusal = http(status, b'{"error":"record_invalid","error_description":"No"}')
    head = refusal.index(b"\r\n\r\n") + 4
    answered = Verdict.UNKNOWN if status.startswith("5") else Verdict.NOT_DONE
    for place in range(len(refusal) + 1):
        script = Script(executes=False, answer=lambda _: refusal, writes=place, end=end)
        verdict, error, executed = await scene.call("PATCH", script, reused=False)
        assert executed == 0
        assert verdict is (Verdict.UNKNOWN if place < head else answered), (place, error)


async def _cut_answer(scene: Scene, verb: str, answer: Answer, end: End, *, reused: bool) -> None:
    wholes: list[bytes] = []

    def kept(request: Request) -> bytes:
        wholes.append(answer(request))
        return wholes[-1]

    place = 0
    verdict = Verdict.UNKNOWN
    while verdict is not Verdict.SUCCESS:
        script = Script(answer=lambda request: kept(request)[:place], end=end)  # noqa: B023
        verdict, error, executed = await scene.call(verb, script, reused=reused)
        head = wholes[-1].index(b"\r\n\r\n") + 4
        assert executed == 1, place
        if place < head:
            assert type(error) is OutcomeUnknownError, (place, error)
        elif place < len(wholes[-1]):
            # What is missing could be a refusal.
            assert type(error) is UnreadableResponseError, (place, error)
            assert verdict is Verdict.UNKNOWN, place
        else:
            assert verdict is Verdict.SUCCESS, (place, error)
        place += 1
    assert place > len(wholes[-1])
