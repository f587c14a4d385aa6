"""User code that is drawn at random for a call, and what it excuses."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

import attrs
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse

from .harness import Verdict
from .user_code import (
    AFTER_SENDING,
    BEFORE_SENDING,
    ERRORS,
    READERS,
    Meddler,
    abandons,
    after,
    answers_itself,
    before,
    hedges,
    logs,
    raises_for_status,
    reads,
    repeats,
    repeats_and_takes_the_first,
    replaces,
    retries_on_anything,
    retries_on_exception,
    retries_on_status,
    runs_in_a_task,
    sleeps,
    translates,
)

NONE: Final = frozenset[Verdict]()
LOSES_SIGHT: Final = frozenset({Verdict.UNKNOWN})
ANY: Final = frozenset(Verdict)


@attrs.frozen
class Kind:
    """One way to meddle.

    :ivar allows: the verdicts that are right besides those of the fault, as long as they are true.
    :ivar draw: makes one of the kind, for the call with a marker.
    """

    allows: frozenset[Verdict]
    weight: int
    draw: Callable[[Random, int], Meddler]


def _fixed(name: str, *middlewares: ClientMiddlewareType, repeats: bool = False) -> Callable[[Random, int], Meddler]:
    return lambda random, _: Meddler(name, random.choice(middlewares), repeats=repeats)


def _raising(name: str, make: Callable[[Callable[[], BaseException]], ClientMiddlewareType]) -> Kind:
    def draw(random: Random, _: int) -> Meddler:
        meddler = Meddler(name, error=ERRORS[random.choice(tuple(ERRORS))])
        meddler.middleware = make(meddler.raising)
        return meddler

    return Kind(ANY, 12, draw)


def _abandoning(random: Random, _: int) -> Meddler:
    meddler = Meddler("abandons", error=ERRORS[random.choice(tuple(ERRORS))])
    meddler.middleware = abandons(meddler.raising, meddler.left, turns=random.randrange(20))
    return meddler


def _hooked(name: str, allows: frozenset[Verdict], *signals: str) -> Kind:
    def draw(random: Random, _: int) -> Meddler:
        return Meddler(name, signal=random.choice(signals), error=ERRORS[random.choice(tuple(ERRORS))])

    return Kind(allows, 12, draw)


def _made_up(name: str, make: Callable[[int, bytes], ClientMiddlewareType]) -> Kind:
    def draw(random: Random, marker: int) -> Meddler:
        status = random.choice((200, 200, 201, 400, 404, 429, 502))
        body = random.choice((b'{"id":%d}' % marker, b'{"error":"record_invalid"}', b"", b"{}", b"oh"))
        return Meddler(name, make(status, body), makes_up=True)

    return Kind(ANY, 6, draw)


def _asleep(random: Random, _: int) -> Meddler:
    seconds = (0.0, 0.01, 0.7, 20.0, 1000.0)
    return Meddler("sleeps", sleeps(first=random.choice(seconds), then=random.choice(seconds)), sleeps=True)


def _several(random: Random, marker: int) -> Meddler:
    """One middleware around another."""
    inner = random.choice(_ALONE).draw(random, marker)
    outer = random.choice([kind for kind in _ALONE if kind is not _ABANDONS]).draw(random, marker)

    async def both(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        async def rest(request: ClientRequest) -> ClientResponse:
            return await (inner.middleware(request, handler) if inner.middleware else handler(request))

        return await (outer.middleware(request, rest) if outer.middleware else rest(request))

    outer.raised = inner.raised
    return Meddler(
        "several at once",
        both,
        repeats=outer.repeats or inner.repeats,
        makes_up=outer.makes_up or inner.makes_up,
        sleeps=outer.sleeps or inner.sleeps,
        raised=inner.raised,
        left=inner.left,
    )


_ABANDONS: Final = Kind(ANY, 12, _abandoning)
_SEES_ALL: Final = [reads(how) for how in READERS if how not in ("text", "json")]
_ALONE: Final = (
    Kind(NONE, 20, _fixed("looks", logs, runs_in_a_task)),
    Kind(NONE, 40, _fixed("reads", *_SEES_ALL)),
    Kind(NONE, 12, _fixed("raises for status", raises_for_status)),
    # It fails by itself where there is no such thing in the body.
    Kind(LOSES_SIGHT, 20, _fixed("reads text or JSON", reads("text"), reads("json"))),
    _raising("raises before", before),
    _raising("raises after", after),
    _raising("translates", translates),
    _ABANDONS,
    Kind(
        ANY,
        40,
        _fixed("retries", retries_on_exception(), retries_on_status(), retries_on_anything(), repeats=True),
    ),
    Kind(ANY, 20, _fixed("sends twice", repeats, repeats_and_takes_the_first, hedges, repeats=True)),
    Kind(ANY, 8, _asleep),
    _made_up("answers itself", answers_itself),
    _made_up("replaces", replaces),
    _hooked("hook before sending", ANY, *BEFORE_SENDING),
    _hooked("hook after sending", LOSES_SIGHT, *AFTER_SENDING),
    _hooked("hook at an exception", ANY, "request_exception"),
)
KINDS: Final = (*_ALONE, Kind(ANY, 30, _several))


def draw(random: Random, marker: int) -> tuple[Meddler, frozenset[Verdict]]:
    """Draw one, and the verdicts that it makes right besides those of the fault."""
    (kind,) = random.choices(KINDS, [kind.weight for kind in KINDS])
    return kind.draw(random, marker), kind.allows
