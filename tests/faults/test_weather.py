"""Each thing that can go wrong, by itself, for each kind of write."""

from __future__ import annotations

from random import Random

import pytest

from threecommas_async import ThreeCommasClient

from .harness import CALLS, EXECUTIONS, WRITES, Verdict, make_client, verdict_of
from .server import FaultServer, settle
from .weather import STRAY_ANSWERS, Fault, faults

ROWS = {row.name: row for row in faults("http://127.0.0.1:9/elsewhere")}
TRIES = 4


@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize("name", ROWS)
async def test_a_write_is_told_what_became_of_it(verb: str, name: str) -> None:
    row = ROWS[name]
    random = Random(f"{verb} {name}")  # noqa: S311 - the same faults each time
    for marker in range(2, 2 + TRIES):
        async with FaultServer() as server:
            timeout = 0.1 if row.hasty else 30.0
            async with make_client(server, timeout=timeout) as client:
                await _prepare(row, verb, client, server, random)
                verdict, error = await verdict_of(CALLS[verb], client, marker)
            await settle()
            executed = server.executed[marker]
        assert executed in EXECUTIONS[verdict], (verdict, error)
        assert row.hasty or verdict in row.verdicts, (verdict, error)
        assert row.hasty or server.received[marker] <= 1


async def _prepare(row: Fault, verb: str, client: ThreeCommasClient, server: FaultServer, random: Random) -> None:
    """Let ``row`` happen to the next call, on a connection that has been used before."""
    used, tries = False, 0
    while not used:  # a hasty client may be too hasty for a busy machine
        used = (await verdict_of(CALLS[verb], client, 1))[0] is Verdict.SUCCESS
        tries += 1
        assert tries < 100
    if row.script is not None:
        server.scripts.append(row.script(random))
    if row.before == "refuse":
        await server.refuse()
    elif row.before == "drop":
        await server.drop_all()
    elif row.before == "stray":
        server.send_stray(random.choice(STRAY_ANSWERS))
        await settle()
