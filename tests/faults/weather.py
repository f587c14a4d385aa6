"""Everything that can go wrong with one call, and what a client can know about each.

A row says what the server does, and which verdicts are right for a write. Where certainty is possible, ``UNKNOWN`` is a
wrong verdict: a client that calls everything unknown fails these tests as surely as one that guesses.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from random import Random
from typing import Final

import attrs

from .harness import Verdict
from .server import End, Request, Script, chunked, http, success, success_body

SUCCESS: Final = frozenset({Verdict.SUCCESS})
NOT_DONE: Final = frozenset({Verdict.NOT_DONE})
UNKNOWN: Final = frozenset({Verdict.UNKNOWN})
DONE: Final = frozenset({Verdict.DONE})

HTML: Final = b"<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body>cloudflare</body></html>"
PLAN: Final = (
    b'{"error":"The request type \'read\' is not available with your current subscription plan. '
    b'Please upgrade your plan to use this type of request."}'
)
REFUSALS: Final = ("400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "422 Unprocessable Content")
TROUBLE: Final = (
    "408 Request Timeout",
    "500 Internal Server Error",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway Timeout",
    "520 Web Server Returned an Unknown Error",
    "522 Connection Timed Out",
    "524 A Timeout Occurred",
)
STRANGE: Final = ("600 Strange", "700 Strange", "999 Request Denied")
REDIRECTS: Final = (
    "301 Moved Permanently",
    "302 Found",
    "303 See Other",
    "307 Temporary Redirect",
    "308 Permanent Redirect",
)


@attrs.frozen(kw_only=True)
class Fault:
    """One thing that can go wrong.

    :ivar verdicts: the right ones, for a write.
    :ivar script: what the server does; None where the server does nothing wrong with the request itself.
    :ivar weight: how often it comes up in random schedules.
    :ivar hasty: the client needs a short timeout to get over it.
    :ivar before: what happens to the server before the call: ``refuse``, ``drop`` (idle connections are closed, and the
        client has had the time to notice), ``stray`` (an answer nobody asked for comes in on idle connections).
    :ivar pauses: the client may hold its next calls back after it.
    :ivar lingers: the server closes a connection that the client takes for good: another call could get hold of it
        before the client notices.
    """

    name: str
    verdicts: frozenset[Verdict]
    script: Callable[[Random], Script] | None = None
    weight: int = 10
    hasty: bool = False
    before: str = ""
    pauses: bool = False
    lingers: bool = False


def _head_length(answer: bytes) -> int:
    return answer.index(b"\r\n\r\n") + 4


def _one_of(random: Random, *ends: End) -> End:
    return random.choice(ends or (End.CLOSE, End.RESET))


def _cut_request(random: Random) -> Script:
    return Script(reads=random.randint(1, 500), end=_one_of(random))


def _cut_head(random: Random) -> Script:
    def answer(request: Request) -> bytes:
        whole = success(request)
        return whole[: place % (_head_length(whole) - 1) + 1]

    place = random.randrange(1 << 16)
    return Script(answer=answer, end=_one_of(random))


def _cut_body(random: Random) -> Script:
    def answer(request: Request) -> bytes:
        whole = variant(request)
        head = _head_length(whole)
        # Without a length, no byte at all is a whole body.
        least = 1 if variant is zipped_without_length else 0
        return whole[: head + least + place % (len(whole) - head - 6)]

    variant = random.choice((success, in_chunks, zipped, zipped_without_length))
    place = random.randrange(1 << 16)
    return Script(answer=answer, end=_one_of(random))


def in_chunks(request: Request) -> bytes:
    body = success_body(request)
    return chunked("200 OK", body[:9], body[9:], headers=("Content-Type: application/json",))


def zipped(request: Request) -> bytes:
    return http("201 Created", gzip.compress(success_body(request), 1, mtime=0), "Content-Encoding: gzip")


def zipped_without_length(request: Request) -> bytes:
    return http(
        "200 OK",
        gzip.compress(success_body(request), 1, mtime=0),
        "Content-Encoding: gzip",
        "Connection: close",
        length=-1,
    )


def old_fashioned(request: Request) -> bytes:
    return b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + success_body(request)


def half_old_fashioned(request: Request) -> bytes:
    """Half a body, and nothing that tells it from a whole one."""
    whole = old_fashioned(request)
    return whole[: (_head_length(whole) + len(whole)) // 2]


def in_members(request: Request) -> bytes:
    """A body of several gzip members, which is legal."""
    body = success_body(request)
    members = [gzip.compress(part, 1, mtime=0) for part in (body[:1], body[1:20], b"", body[20:])]
    return http("200 OK", b"".join(members), "Content-Encoding: gzip")


def zipped_and_more(request: Request) -> bytes:
    """A compressed body, and a lot behind its end that is none."""
    whole = gzip.compress(success_body(request), 1, mtime=0)
    return http("200 OK", whole + b"\xa5" * 300_000, "Content-Encoding: gzip")


def after_interim(request: Request) -> bytes:
    return b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + success(request)


def too_long_a_length(request: Request) -> bytes:
    body = success_body(request)
    return http("200 OK", body, length=len(body) + 7)


def too_short_a_length(request: Request) -> bytes:
    body = success_body(request)
    return http("200 OK", body, length=len(body) - 3)


def _answers(*answers: bytes, executes: bool | None = None, end: End = End.KEEP) -> Callable[[Random], Script]:
    """A server that gives one of these answers; ``executes`` None carries the request out at every other time."""

    def script(random: Random) -> Script:
        answer = random.choice(answers)
        carried_out = random.random() < 0.5 if executes is None else executes
        return Script(executes=carried_out, answer=lambda _: answer, end=end)

    return script


def _does(*answers: Callable[[Request], bytes], ends: tuple[End, ...] = (End.KEEP,)) -> Callable[[Random], Script]:
    """A server that carries the request out and then answers so."""
    return lambda random: Script(answer=random.choice(answers), end=random.choice(ends))


def _lost(random: Random) -> Script:
    return Script(writes=0, end=_one_of(random))


def _stall(random: Random) -> Script:
    place = random.randrange(3)
    if place == 0:
        return Script(reads=random.randint(0, 400), end=End.STALL)
    return Script(writes=0 if place == 1 else random.randint(1, 30), end=End.STALL)


def _and_one_more(random: Random) -> Script:
    stray = random.choice(STRAY_ANSWERS)
    return Script(answer=lambda request: success(request) + stray)


def _bad_chunks(random: Random) -> Script:
    answer = random.choice(_BAD_CHUNKS)
    head = _head_length(answer)
    return Script(answer=lambda _: answer[:head], later=answer[head:], end=End.CLOSE)


STRAY_ANSWERS: Final = (
    http("408 Request Timeout", b"", "Connection: close"),
    http("400 Bad Request", b"{}"),
    http("200 OK", b'{"id": 666, "name": "nobody asked"}'),
)

_REFUSING: Final = [
    http(status, body, "X-Request-Id: 1-2-3", content_type=kind)
    for status in REFUSALS
    for body, kind in (
        (b'{"error":"record_invalid","error_description":"Invalid parameters"}', "application/json"),
        (HTML, "text/html"),
        (b"", "text/plain"),
    )
]
_TROUBLED: Final = [
    http(status, body, content_type=kind)
    for status in TROUBLE
    for body, kind in ((HTML, "text/html"), (b'{"error":"internal"}', "application/json"), (b"", "text/plain"))
]
_STRANGE: Final = [
    http(status, body) for status in STRANGE for body in (b"", b'{"id":1}', b'{"error":"record_invalid"}', HTML)
]
_FAILED_INSIDE: Final = [
    http("200 OK", b'{"error":{"status_code":%s,"message":"x"}}' % status)
    for status in (b"500", b"502", b'"502"', b'"504"', b'"408"', b"600", b'"999"')
]
_NO_WORDS: Final = [
    http(status, body, content_type=kind)
    for status in ("200 OK", "201 Created")
    for body, kind in (
        (b'{"id": ', "application/json"),
        (b"", "application/json"),
        (b"ok", "text/plain"),
        (b"upstream timed out", "text/plain"),
        (b"NONE", "text/plain"),
        (b"\xff\xfe{}", "application/json"),
        (b'{"error":"access_denied","name":"caf\xe9"}', "application/json; charset=iso-8859-1"),
        (b'\xef\xbb\xbf{"error":"access_denied"}', "application/json"),
        (b'{"error":"access_denied","x":NaN}', "application/json"),
        (b'{"error":"access_denied","x":"\\ud83d"}', "application/json"),
        (b'{"id":1}{"error":"access_denied"}', "application/json"),
        (b"[" * 5000 + b"]" * 5000, "application/json"),
    )
]
_OTHER_WORDS: Final = [http("200 OK", body) for body in (b"{}", b"[]", b"null", b"true", b'"ok"', b'{"id":null}')]
_GARBAGE: Final = (
    b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\r\n\r\n",
    b"garbage in place of a status line\r\n\r\n",
    b"HTTP/1.1 abc OK\r\n\r\n",
    b"HTTP/9.9 200 OK\r\n\r\n{}",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"\r\n\r\n\x00\x00\x00",
)
_BAD_HEADERS: Final = (
    b"HTTP/1.1 200 OK\r\nno colon in this line\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}!",
    b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(5000)) + b"\r\n{}",
)
_BAD_CHUNKS: Final = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
)


def faults(elsewhere: str) -> tuple[Fault, ...]:
    """All rows.

    :param elsewhere: the URL of another origin, where redirects point to.
    """
    redirecting = [
        http(status, b"", f"Location: {place}")
        for status in REDIRECTS
        for place in (
            elsewhere,
            elsewhere.removeprefix("http:"),
            "/public/api/ver1/elsewhere",
            "",
            "http://[",
            "file:///etc",
        )
    ]
    return (
        Fault(name="none", verdicts=SUCCESS, weight=250),
        Fault(
            name="none, connection closed after the answer",
            verdicts=SUCCESS,
            script=_does(success, ends=(End.CLOSE, End.RESET)),
            lingers=True,
        ),
        Fault(
            name="none, other framings", verdicts=SUCCESS, script=_does(in_chunks, zipped, in_members, after_interim)
        ),
        Fault(
            name="none, ends with the connection",
            verdicts=SUCCESS,
            script=_does(zipped_without_length, old_fashioned, ends=(End.CLOSE,)),
        ),
        Fault(name="idle connection closed, and noticed", verdicts=SUCCESS, before="drop"),
        Fault(name="connection refused", verdicts=NOT_DONE, before="refuse"),
        # Whether the client has begun to send when the end comes is a matter of chance: both are true then.
        Fault(
            name="accepted and dropped",
            verdicts=NOT_DONE | UNKNOWN | SUCCESS,
            before="drop",
            script=lambda random: Script(reads=0, end=_one_of(random)),
        ),
        Fault(
            name="dropped at the first byte",
            verdicts=UNKNOWN,
            script=lambda random: Script(reads=1, end=_one_of(random)),
        ),
        Fault(name="request cut", verdicts=UNKNOWN, script=_cut_request),
        Fault(name="carried out, no answer", verdicts=UNKNOWN, script=_lost),
        Fault(name="answer cut in its head", verdicts=UNKNOWN, script=_cut_head),
        Fault(name="answer cut in its body", verdicts=UNKNOWN, script=_cut_body),
        Fault(name="stalled before the answer", verdicts=UNKNOWN, script=_stall, hasty=True, weight=3),
        Fault(
            name="stalled in the answer's body",
            verdicts=UNKNOWN,
            script=lambda _: Script(answer=too_long_a_length, end=End.STALL),
            hasty=True,
            weight=3,
        ),
        Fault(name="garbage for a status line", verdicts=UNKNOWN, script=_answers(*_GARBAGE, end=End.CLOSE)),
        Fault(name="bad headers", verdicts=UNKNOWN, script=_answers(*_BAD_HEADERS, end=End.CLOSE)),
        # aiohttp does not tell its reader of it: the call waits for its timeout.
        Fault(name="bad chunks", verdicts=UNKNOWN, script=_bad_chunks, hasty=True, weight=3),
        Fault(
            name="bad chunks in the packet of the head",
            verdicts=UNKNOWN,
            script=_answers(*_BAD_CHUNKS, executes=True, end=End.CLOSE),
        ),
        Fault(name="length too long", verdicts=UNKNOWN, script=_does(too_long_a_length, ends=(End.CLOSE, End.RESET))),
        Fault(name="length too short", verdicts=UNKNOWN, script=_does(too_short_a_length)),
        Fault(
            name="no gzip, though it says so",
            verdicts=UNKNOWN,
            script=_does(lambda request: http("200 OK", success_body(request), "Content-Encoding: gzip")),
        ),
        Fault(
            name="half a body, ended by the connection",
            verdicts=UNKNOWN,
            script=_does(half_old_fashioned, ends=(End.CLOSE, End.RESET)),
        ),
        Fault(name="a compressed body with more behind it", verdicts=UNKNOWN, script=_does(zipped_and_more), weight=2),
        # What cannot be read may be a refusal; what can be, and lacks the expected, is the API's own word.
        Fault(name="a 2xx that cannot be read", verdicts=UNKNOWN, script=_answers(*_NO_WORDS)),
        Fault(name="a 2xx that is another document", verdicts=DONE, script=_answers(*_OTHER_WORDS, executes=True)),
        Fault(
            name="a 2xx with a gateway's page",
            verdicts=UNKNOWN,
            script=_answers(http("200 OK", HTML, content_type="text/html")),
        ),
        Fault(
            name="a 200 that refuses",
            verdicts=NOT_DONE,
            script=_answers(http("200 OK", b'{"error":"record_invalid"}'), executes=False),
        ),
        Fault(
            name="a 200 that is a 502",
            verdicts=UNKNOWN,
            script=_answers(*_FAILED_INSIDE),
        ),
        Fault(name="refused by status", verdicts=NOT_DONE, script=_answers(*_REFUSING, executes=False), weight=40),
        Fault(
            name="refused by the plan",
            verdicts=NOT_DONE,
            script=_answers(http("429 Too Many Requests", PLAN), executes=False),
        ),
        Fault(
            name="too many requests",
            verdicts=NOT_DONE,
            script=_answers(
                http("429 Too Many Requests", b'{"error":"too_many_requests"}'),
                http("429 Too Many Requests", HTML, content_type="text/html"),
                executes=False,
            ),
            pauses=True,
        ),
        Fault(
            name="banned",
            verdicts=NOT_DONE,
            script=_answers(http("418 I'm a teapot", b""), executes=False),
            pauses=True,
            weight=3,
        ),
        Fault(name="trouble by status", verdicts=UNKNOWN, script=_answers(*_TROUBLED), weight=20),
        Fault(name="a status that HTTP does not know", verdicts=UNKNOWN, script=_answers(*_STRANGE)),
        Fault(name="redirected", verdicts=UNKNOWN, script=_answers(*redirecting)),
        Fault(
            name="protocol switched",
            verdicts=UNKNOWN,
            script=_answers(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", end=End.CLOSE
            ),
            weight=3,
        ),
        Fault(name="an answer too many, with the answer", verdicts=SUCCESS, script=_and_one_more),
        # It is in the pool when the next call begins: nobody could tell it from that one's own answer later.
        Fault(name="an answer too many, on an idle connection", verdicts=SUCCESS, before="stray"),
        Fault(
            name="endless headers",
            verdicts=UNKNOWN,
            script=lambda _: Script(answer=lambda _: b"HTTP/1.1 200 OK\r\n", flood=b"X-Flood: yes\r\n" * 50),
            weight=2,
        ),
        Fault(
            name="endless body",
            verdicts=UNKNOWN,
            script=lambda _: Script(answer=lambda _: b"HTTP/1.1 200 OK\r\n\r\n[", flood=b"1," * 32768),
            weight=0,
        ),
    )
