"""``python -m tests.endpoints`` reads every example of the vendor's documentation, and prints how that went."""

from __future__ import annotations

import asyncio
import sys

from tests.endpoints import ROWS, catalogue
from tests.endpoints.reading import provoke, read_example
from tests.loopback import Loopback


async def _table() -> tuple[list[str], bool]:
    lines, whole = list[str](), True
    totals = [0, 0, 0, 0]
    lines.append(f"{'method':34} {'endpoint':78} {'examples':>8} {'unrecognized':>12} {'lost':>5} {'refusals':>8}")
    async with Loopback() as server:
        for row in ROWS:
            counts = [0, 0, 0, 0]
            for example in row.known.responses:
                if example.is_success:
                    reading = await read_example(server, row, example)
                    counts[0] += 1
                    counts[1] += len(reading.unrecognized)
                    counts[2] += len(reading.differences)
                else:
                    counts[3] += (await provoke(server, row, example)) is not None
            whole = whole and counts[1] == counts[2] == 0
            totals = [total + count for total, count in zip(totals, counts, strict=True)]
            lines.append(_line(row.method, row.endpoint, counts))
    everything = catalogue.all_endpoints().keys()
    missing = everything - {row.key for row in ROWS}
    lines.append(_line(f"{len(ROWS)} of {len(everything)} endpoints", "", totals))
    lines.append(f"without a row: {len(missing)}")
    return lines, whole and not missing


def _line(method: str, endpoint: str, counts: list[int]) -> str:
    return f"{method:34} {endpoint:78} {counts[0]:8} {counts[1]:12} {counts[2]:5} {counts[3]:8}"


if __name__ == "__main__":
    table, is_whole = asyncio.run(_table())
    sys.stdout.writelines(f"{line}\n" for line in table)
    sys.exit(0 if is_whole else 1)
