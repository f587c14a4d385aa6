"""What must not be: faults to put back into the package, each with the tests that must turn red."""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class Patch:
    """A replacement in one file; ``old`` must stand there exactly once."""

    file: str
    old: str
    new: str


@attrs.frozen
class Sabotage:
    """Something that must not be, and the tests to ask about it: paths below ``tests/``."""

    name: str
    patches: tuple[Patch, ...]
    tests: tuple[str, ...]


_ADMISSION: Final = "transport/admission.py"
_ATTEMPT: Final = "transport/attempt.py"
_BODIES: Final = "transport/bodies.py"
_CONTACT: Final = "transport/contact.py"
_LIMITS: Final = "transport/limits.py"
_REDIS: Final = "transport/redis_limits.py"
_SESSION: Final = "transport/session.py"
_SHARING: Final = "transport/sharing.py"
_SIGNING: Final = "transport/signing.py"
_STRAY: Final = "transport/stray_answers.py"
_TRANSPORT: Final = "transport/transport.py"
_VERDICTS: Final = "transport/verdicts.py"

_REDIS_TESTS: Final = "transport/test_redis_limits.py"
_BODY_TESTS: Final = "faults/test_bodies.py"
_CUTS: Final = "faults/test_cuts.py"
_DEADLINES: Final = "faults/test_deadlines.py"
_ONE_SEND: Final = "faults/test_one_send.py"
_SCHEDULES: Final = "faults/test_schedules.py"
_SECRETS: Final = "faults/test_secrets.py"
_USER_CODE: Final = "faults/test_user_code.py"
_WEATHER: Final = "faults/test_weather.py"
_WORDS: Final = "faults/test_words.py"

_PASSES: Final = "        if self._writes and (self._may_be_done or self._under_way):\n"
_SECOND_PASS: Final = Patch(_ATTEMPT, _PASSES, "        if False:\n")

SABOTAGES: Final = (
    Sabotage(
        "the hidden re-send is back",
        (
            _SECOND_PASS,
            Patch(_ATTEMPT, "            if not self._may_be_done:\n                raise\n", "            raise\n"),
        ),
        (_ONE_SEND, _CUTS, _SCHEDULES),
    ),
    Sabotage(
        "redirects are followed",
        (Patch(_TRANSPORT, "allow_redirects=False", "allow_redirects=True"),),
        (_ONE_SEND, _SCHEDULES),
    ),
    Sabotage(
        "redirects are followed, and signed for any host",
        (
            _SECOND_PASS,
            Patch(_TRANSPORT, "allow_redirects=False", "allow_redirects=True"),
            Patch(_SIGNING, "if request.url.origin() != self._origin:", "if False:"),
        ),
        (_ONE_SEND, _SCHEDULES),
    ),
    Sabotage(
        "the invented status 400 is trusted",
        (
            Patch(
                _VERDICTS,
                "def _unanswered(error: Exception, call: Call) -> Failure:\n",
                "def _unanswered(error: Exception, call: Call) -> Failure:\n"
                '    if _kind(error) == "ClientResponseError":\n'
                '        return _unsent(call, "the server answered 400")\n',
            ),
        ),
        (_SCHEDULES, _WEATHER),
    ),
    Sabotage(
        "the repr of credentials shows them",
        (
            Patch(
                "credentials.py",
                '        return f"{type(self).__name__}(<hidden>)"\n',
                "        key = getattr(self, '_private_key', None)\n"
                "        shown = key.private_numbers() if key else self._shown\n"
                "        return f\"{type(self).__name__}({shown!r}, {getattr(shown, 'd', None)})\"\n",
            ),
            Patch(
                "credentials.py",
                '    __slots__ = ("_keyed", "api_key")\n',
                '    __slots__ = ("_keyed", "_shown", "api_key")\n',
            ),
            Patch(
                "credentials.py",
                "        self._keyed: Final = hmac.new(",
                "        self._shown = secret.reveal()\n        self._keyed: Final = hmac.new(",
            ),
        ),
        (_SECRETS,),
    ),
    Sabotage(
        "the repr of an account shows its key",
        (
            Patch(
                "models/account.py",
                "    api_key: Secret | None = attrs.field(default=None, repr=False)\n",
                "    api_key: str | None = None\n",
            ),
        ),
        (_SECRETS,),
    ),
    Sabotage(
        "the repr of a Secret shows it",
        (
            Patch(
                "secret.py",
                "    def __repr__(self) -> str:\n        return HIDDEN\n",
                "    def __repr__(self) -> str:\n        return repr(self._held)\n",
            ),
        ),
        (_SECRETS, "test_secret.py"),
    ),
    Sabotage(
        "answers are not redacted",
        (
            Patch(
                _VERDICTS,
                '    text = redact(response.body[:_MOST_SEARCHED].decode("utf-8", "replace"), secrets)\n',
                '    text = response.body[:_MOST_SEARCHED].decode("utf-8", "replace")\n',
            ),
        ),
        (_SECRETS,),
    ),
    Sabotage(
        "tracebacks keep the arguments",
        (
            Patch(
                "redaction.py",
                "        return value if value is None else concealed(value)\n",
                "        return value\n",
            ),
            Patch("redaction.py", "                kwargs[name] = concealed(value)\n", "                pass\n"),
        ),
        (_SECRETS,),
    ),
    Sabotage(
        "tracebacks keep arguments without a name",
        (Patch("redaction.py", '            args = cast("Any", taken_in(args))\n', "            pass\n"),),
        (_SECRETS,),
    ),
    Sabotage(
        "the wrapper keeps its arguments plain",
        (
            Patch(
                "redaction.py",
                "        take_in(kwargs)\n        return",
                "        plain = dict(kwargs)\n        take_in(kwargs)\n        return",
            ),
        ),
        (_SECRETS,),
    ),
    Sabotage(
        "a POST is sent again after a 5xx",
        (
            Patch(
                _VERDICTS,
                "        return Failure(unknown, Repeat.NEVER)\n    if _is_undecided(status):\n",
                "        return Failure(unknown, Repeat.READ)\n    if _is_undecided(status):\n",
            ),
        ),
        ("faults/test_repeats.py", _SCHEDULES),
    ),
    Sabotage(
        "a write is sent again after a lost connection",
        (Patch(_VERDICTS, "Repeat.NEVER if call.writes else Repeat.READ", "Repeat.READ"),),
        (_ONE_SEND, _CUTS, _SCHEDULES),
    ),
    Sabotage(
        "everything is unknown",
        (Patch("errors.py", "        self.outcome = outcome\n", "        self.outcome = Outcome.UNKNOWN\n"),),
        (_SCHEDULES, _CUTS, _ONE_SEND),
    ),
    Sabotage(
        "nothing is unknown",
        (Patch("errors.py", "        self.outcome = outcome\n", "        self.outcome = Outcome.NOT_DONE\n"),),
        (_SCHEDULES, _CUTS),
    ),
    Sabotage(
        "idle connections are not looked at before they are used",
        (
            Patch(
                _STRAY,
                "        if conn.protocol is None or conn.protocol.should_close:\n",
                "        if conn.protocol is None:\n",
            ),
        ),
        (_ONE_SEND, _WEATHER),
    ),
    Sabotage(
        "bodies have no cap",
        (
            Patch(_BODIES, "        length = min(most - size, _SLICE)\n", "        length = _SLICE\n"),
            Patch(_BODIES, "if len(chunks[-1]) < length or size == most:", "if len(chunks[-1]) < length:"),
            Patch("client.py", "DEFAULT_MAX_BODY: Final = 8 * 1024 * 1024", "DEFAULT_MAX_BODY: Final = 1 << 40"),
        ),
        (_BODY_TESTS,),
    ),
    Sabotage(
        "what stands behind the end of a compression is not counted",
        (
            Patch(_BODIES, "        if raw > cap:\n", "        if False:\n"),
            Patch(
                _BODIES,
                "        while chunk:\n            if stream.eof:",
                "        while chunk and not stream.eof:\n            if stream.eof:",
            ),
        ),
        (_BODY_TESTS, _WEATHER),
    ),
    Sabotage(
        "a cancellation becomes an error",
        (
            Patch(
                _VERDICTS,
                "    if not isinstance(error, Exception):\n",
                "    if isinstance(error, asyncio.CancelledError):\n"
                '        return Failure(_unknown(call, "it was cancelled"), Repeat.NEVER)\n'
                "    if not isinstance(error, Exception):\n",
            ),
        ),
        ("faults/test_cancellation.py",),
    ),
    Sabotage(
        "proxies of the environment are used",
        (Patch(_SESSION, "trust_env=False", "trust_env=True"),),
        (_ONE_SEND,),
    ),
    Sabotage(
        "cookies are kept",
        (
            Patch(
                _SESSION,
                "self._middlewares,\n            cookie_jar=aiohttp.DummyCookieJar()",
                "self._middlewares,\n            cookie_jar=aiohttp.CookieJar(unsafe=True)",
            ),
        ),
        (_ONE_SEND,),
    ),
    Sabotage(
        "nobody notes that a request was handed over",
        (
            Patch(
                _ATTEMPT, "        self.handed_over = self._may_be_done = True\n", "        self._may_be_done = True\n"
            ),
        ),
        (_USER_CODE, _CUTS),
    ),
    Sabotage(
        "a write may pass a second time",
        (_SECOND_PASS,),
        (_USER_CODE, _SCHEDULES),
    ),
    Sabotage(
        "two passes of a write at once",
        (Patch(_ATTEMPT, _PASSES, "        if self._writes and self._may_be_done:\n"),),
        (_USER_CODE, _SCHEDULES),
    ),
    Sabotage(
        "a call that is over still sends",
        (
            Patch(
                _ATTEMPT,
                '            raise CallIsOverError("the call is over")\n        self.handed_over',
                "            pass\n        self.handed_over",
            ),
        ),
        (_USER_CODE, _SCHEDULES),
    ),
    Sabotage(
        "aiohttp repeats a read because a middleware failed",
        (
            Patch(
                _ATTEMPT,
                "        raise MiddlewareFailedError(kind)\n",
                "        raise aiohttp.ServerDisconnectedError(kind)\n",
            ),
        ),
        (_USER_CODE,),
    ),
    Sabotage(
        "aiohttp's exceptions hang on the user's",
        (Patch(_VERDICTS, "    cut_from_aiohttp(error)\n", ""),),
        (_USER_CODE,),
    ),
    Sabotage(
        "bodies are read behind the middlewares",
        (
            Patch(
                _ATTEMPT,
                "            self.response = response = await self._read(raw)\n            self.raw = raw\n",
                "            self.response = response = Response(raw.status, raw.headers)\n",
            ),
            Patch(_ATTEMPT, "            if self._keeps_readable:\n", "            if False:\n"),
        ),
        (_USER_CODE,),
    ),
    Sabotage(
        "what user code raises after sending passes",
        (
            Patch(
                _VERDICTS,
                "    if attempt.handed_over:\n",
                "    if attempt.handed_over and isinstance(error, (aiohttp.ClientError, TimeoutError)):\n",
            ),
        ),
        (_USER_CODE, _SCHEDULES),
    ),
    Sabotage(
        "statuses that HTTP does not know are trusted",
        (Patch(_VERDICTS, "status == 408 or status >= 500", "status == 408 or 500 <= status < 600"),),
        (_WORDS, _WEATHER),
    ),
    Sabotage(
        "any text in a 200 says that it was done",
        (
            Patch(
                _VERDICTS,
                "Outcome.DONE if response.is_word_of_api else Outcome.UNKNOWN",
                "Outcome.UNKNOWN if response.is_html else Outcome.DONE",
            ),
        ),
        (_WORDS, _BODY_TESTS, _WEATHER),
    ),
    Sabotage(
        "a request holds a function that holds the request",
        (Patch(_STRAY, "            del request.send", "            del handler"),),
        ("faults/test_garbage.py",),
    ),
    Sabotage(
        "the frames of aiohttp's exceptions keep what a call held",
        (Patch(_TRANSPORT, "                drop_frames(error)\n", "                pass\n"),),
        ("faults/test_garbage.py",),
    ),
    Sabotage(
        "nobody looks at the deadline when a turn has come",
        (
            Patch(
                _ADMISSION,
                "            in_time = self._clock.monotonic() < self._deadline\n",
                "            in_time = True\n",
            ),
        ),
        (_DEADLINES,),
    ),
    Sabotage(
        "the wait for a turn knows no deadline",
        (
            Patch(
                _ADMISSION,
                "            async with asyncio.timeout(left):\n",
                "            async with asyncio.timeout(None):\n",
            ),
        ),
        (_DEADLINES,),
    ),
    Sabotage(
        "a 429 is told to all processes beyond the deadline",
        (Patch(_ADMISSION, "asyncio.timeout(max(left, 0.0))", "asyncio.timeout(None)"),),
        (_DEADLINES,),
    ),
    Sabotage(
        "middlewares go on with a response that came too late",
        (Patch(_ATTEMPT, "            if response.came_late:\n", "            if False:\n"),),
        (_DEADLINES,),
    ),
    Sabotage(
        "Redis keeps a log longer at some requests only",
        (
            Patch(
                _REDIS,
                "redis.call('PEXPIRE', log, math.max(last - now, 0) + 2 * interval)\n",
                "if before % 50 == 0 then redis.call('PEXPIRE', log, 2 * interval) end\n",
            ),
        ),
        (_REDIS_TESTS,),
    ),
    Sabotage(
        "what a process knows it sent is ignored where Redis has forgotten it",
        (
            Patch(
                _REDIS,
                "        if self.own.enter(turn.window, sent) > 0:\n",
                "        if self.own.enter(turn.window, sent) < 0:\n",
            ),
        ),
        (_REDIS_TESTS, "transport/test_fleet.py"),
    ),
    Sabotage(
        "Redis counts as unavailable when a caller is impatient",
        (Patch(_REDIS, "        if self._fleet.processes > 1:\n            self._try()\n", "        if False:\n"),),
        (_REDIS_TESTS,),
    ),
    Sabotage(
        "Redis is never found unavailable where all callers give up early",
        (Patch(_REDIS, "            self._forgone[turn.name] = turn.window\n", "            pass\n"),),
        (_REDIS_TESTS,),
    ),
    Sabotage(
        "a request to Redis that gets no reply ends a silence",
        (Patch(_REDIS, "'seen', seen, 'awake'", "'seen', now, 'awake'"),),
        (_REDIS_TESTS,),
    ),
    Sabotage(
        "contact that is made again after a while is not confirmed",
        (
            Patch(
                _CONTACT,
                "        return self.has_others and now > self._last_at",
                "        return False and now > self._last_at",
            ),
        ),
        (_REDIS_TESTS,),
    ),
    Sabotage(
        "requests are sent alone although Redis may be available again",
        (Patch(_CONTACT, "        return self._failed_asking_at >= self._held_until\n", "        return True\n"),),
        (_REDIS_TESTS,),
    ),
    Sabotage(
        "what is sent alone while Redis is tried is not reported",
        (
            Patch(
                _REDIS,
                "            if all(sent.shared for sent in itertools",
                "            if True or all(sent.shared for sent in itertools",
            ),
        ),
        (_REDIS_TESTS,),
    ),
    Sabotage(
        "what is known of Redis ends with the event loop",
        (Patch(_REDIS, "            if older.contact.is_later_than(self.contact):\n", "            if False:\n"),),
        (_REDIS_TESTS,),
    ),
    Sabotage(
        "a 429 closes the gate of its own route only",
        (
            Patch(
                _LIMITS,
                "window.queue or now < self._opens_at or",
                "window.queue or (now < self._opens_at and not window.limit.routes) or",
            ),
            Patch(
                _LIMITS,
                "allowed\n        slot = max(now, self._opens_at, window.held_until)\n",
                "allowed\n        slot = max(now, now if window.limit.routes else self._opens_at, window.held_until)\n",
            ),
        ),
        ("transport/test_limits.py",),
    ),
    Sabotage(
        "limiters are never forgotten",
        (Patch(_SHARING, "                self._table.pop(key, None)\n", "                pass\n"),),
        ("transport/test_sharing.py",),
    ),
    Sabotage(
        "a query says True",
        (
            Patch(
                "codec/writing.py",
                '("true" if value else "false") if isinstance(value, bool) else str(value)',
                "str(value)",
            ),
        ),
        ("codec/test_writing.py",),
    ),
)
