"""Lets the rows' methods receive the examples of the vendor's documentation over the wire."""

from __future__ import annotations

from typing import cast

from attrs import frozen

from tests.endpoints import catalogue
from tests.endpoints.comparison import differences, rewritten, unrecognized
from tests.endpoints.rows import Row
from tests.loopback import Loopback
from threecommas_async import ApiError, codec
from threecommas_async.transport.simulated_clock import SimulatedClock


@frozen
class Reading:
    """What became of an example of a successful response."""

    unrecognized: tuple[str, ...]
    differences: tuple[str, ...]


async def read_example(server: Loopback, row: Row, example: catalogue.Response) -> Reading:
    """Let the row's method receive the example; read it, write it back, and compare."""
    server.status, server.text = example.status, example.text
    async with server.client() as client:
        result = await row.call(client)
    came = codec.decode_json(example.text)
    if row.inside is not None:
        assert isinstance(came, dict)
        assert came.keys() == {row.inside}
        came = came[row.inside]
    if result is None:  # a bare true says no more than that all went well
        return Reading((), () if came is True else (f"{came!r} became None",))
    parts: object = [*cast("dict[str, object]", result).values()] if isinstance(result, dict) else result
    return Reading(tuple(unrecognized(parts)), tuple(differences(came, rewritten(result))))


async def provoke(server: Loopback, row: Row, example: catalogue.Response) -> ApiError | None:
    """Let the row's method receive the example of a refusal; return the exception that it raises."""
    server.status, server.text = example.status, example.text
    async with server.client(clock=SimulatedClock()) as client:
        try:
            await row.call(client)
        except ApiError as error:
            return error
    return None
