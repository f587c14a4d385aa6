"""A websocket server in a process of its own, that pushes deals as fast as they are read.

Who subscribes gets a confirmation, then so many pushes of so many deals, each in a new state, and at last one of the
deal 1. Lists are empty.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import WSMsgType, web

from . import documents
from .rounds import ROOT

_START: Final = datetime(2025, 1, 1, tzinfo=UTC)
LAST: Final = 1
"""The id of the deal that is pushed last."""
_BATCH: Final = 64


def states(pushes: int, deals: int) -> Generator[str]:
    """Yield the deals as JSON, in the order in which they are pushed."""
    deal = json.loads(documents.deal())
    for number in range(pushes):
        moment = _START + timedelta(milliseconds=number + 1)
        deal["id"] = LAST + 1 + number % deals if number < pushes - 1 else LAST
        deal["updated_at"] = deal["bot_events"][-1]["created_at"] = moment.isoformat(timespec="milliseconds")
        deal["bought_volume"] = f"{number}.25"
        yield json.dumps(deal)


def _application(pushes: int, deals: int) -> web.Application:
    bodies = [*states(pushes, deals)]

    async def listen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_str('{"type":"welcome"}')
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            identifier = json.dumps(json.loads(message.data)["identifier"])
            await socket.send_str(f'{{"identifier":{identifier},"type":"confirm_subscription"}}')
            for number, body in enumerate(bodies):
                await socket.send_str(f'{{"identifier":{identifier},"message":{body}}}')
                if number % _BATCH == 0:
                    await asyncio.sleep(0)
        return socket

    async def nothing(_: web.Request) -> web.Response:
        return web.json_response([])

    app = web.Application()
    app.router.add_get("/websocket", listen)
    app.router.add_get("/public/api/{path:.*}", nothing)
    return app


async def _serve(pushes: int, deals: int) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    runner = web.AppRunner(_application(pushes, deals), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    def wait_for_parent() -> None:
        sys.stdin.buffer.read()  # ends when the parent does
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait_for_parent, daemon=True).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await over.wait()
    await runner.cleanup()


@contextmanager
def pushing(pushes: int, deals: int) -> Generator[int]:
    """Run the server in its own process, and give the port."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(pushes), str(deals)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
