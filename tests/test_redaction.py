"""Secrets stay out of texts and out of what tracebacks remember."""

from __future__ import annotations

import asyncio
import base64
import html
import inspect
import json
import logging
import re
import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import suppress
from typing import Any, Final, cast
from unittest.mock import AsyncMock, create_autospec
from urllib.parse import quote, quote_plus

import pytest

from tests.faults.canaries import texts_of
from tests.recorder import Recorder
from threecommas_async import HmacCredentials, ThreeCommasClient, ThreeCommasError
from threecommas_async.redaction import conceals_arguments, encodable, is_secret_name, printable, redact
from threecommas_async.resources.accounts import Accounts
from threecommas_async.secret import Secret

CANARIES = {"api_key": "canary/key+1", "secret": "canary secret?", "passphrase": "canary&phrase"}

HALF: Final = "canary\udce4"
NAMES_OF_SECRETS: Final = """
api_key secret passphrase apiKey apiSecret api-key api.key API_KEY API_SECRET apikey ApiKey APIKey
X-Api-Key exchange_api_key new_secret url_secret urlSecret client_secret CLIENTSECRET secrets
api_keys api_key_2 password Password passwd pwd userPassword password_confirmation passcode token
token2 email_token accessToken access_token accesstoken auth_tokens USER_TOKEN urlToken private_key
privateKey secretKey secret-key access_key signature Signature Authorization bearer credentials jwt
otp mnemonic seed_phrase exchange.secret
"""
ORDINARY_NAMES: Final = """
id name key keys keyboard market_key public_key tokens tokens_count token_name token_type tokenize
tokenId betoken secretary secretariat secret_name api_key_id api_key_invalid api_keys_state
apiKeyState key_api pass passport bypass compass passphrase_required password_changed_at
has_password_reset signature_valid signatures_count authorization_url author bearers description
error_attributes account_id hotp jwts_count
"""


class TestNames:
    @pytest.mark.parametrize("name", NAMES_OF_SECRETS.split())
    def test_a_name_of_a_secret(self, name: str) -> None:
        assert is_secret_name(name)

    @pytest.mark.parametrize("name", ORDINARY_NAMES.split())
    def test_an_ordinary_name(self, name: str) -> None:
        assert not is_secret_name(name)

    def test_an_endless_name_is_none(self) -> None:
        assert not is_secret_name("_a" * 100_000 + "_secret")


def utf16(text: str) -> Iterator[int]:
    return iter(memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H"))


ENCODINGS: Final[dict[str, Callable[[str], str]]] = {
    "raw": lambda text: text,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON with slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON for HTML": lambda text: re.sub("[<>&'=]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text)[1:-1]),
    "JSON, all escaped": lambda text: "".join(f"\\u{unit:04x}" for unit in utf16(text)),
    "JSON, ALL ESCAPED": lambda text: "".join(f"\\u{unit:04X}" for unit in utf16(text)),
    "JavaScript": lambda text: "".join(f"\\u{{{ord(letter):x}}}" for letter in text),
    "repr": lambda text: repr(text)[1:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "HTML": html.escape,
    "HTML, decimal": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#x{ord(letter):X};" for letter in text),
    "HTML, lower, padded": lambda text: "".join(f"&#x{ord(letter):06x};" for letter in text),
    "HTML, names": lambda text: re.sub(
        "[&<>\"'=+/? ]",
        lambda found: {
            "&": "&amp;",
            "<": "&lt;",
            ">": "&gt;",
            '"': "&quot;",
            "'": "&apos;",
            "=": "&equals;",
            "+": "&plus;",
            "/": "&sol;",
            "?": "&quest;",
            " ": " ",
        }[found[0]],
        text,
    ),
    "URL": lambda text: quote(text, safe=""),
    "URL path": quote,
    "URL lower": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    "URL, all": lambda text: "".join(f"%{octet:02X}" for octet in text.encode()),
    "URL, every other": lambda text: "".join(
        quote(letter, safe="")
        if place % 2 or not letter.isalnum()
        else f"%{ord(letter):02X}"
        if letter.isascii()
        else letter
        for place, letter in enumerate(text)
    ),
    "form": quote_plus,
}
SECRETS: Final = (
    "canaryApiSecret0123456789+/=&<abcdef",
    'canaryExchange"Secret\\9876543210<é>',
    "canary pass phrase & 5 words/long?",
    "canary%3D\\u003d&amp;\\n%25\U0001f600'",
    "nr41beef\\tab\\\\",
)


class TestEncodings:
    @pytest.mark.parametrize("outer", ENCODINGS)
    @pytest.mark.parametrize("inner", ENCODINGS)
    def test_a_secret_in_an_encoding_in_another(self, inner: str, outer: str) -> None:
        for secret in SECRETS:
            shown = ENCODINGS[outer](ENCODINGS[inner](f'"{secret}"'))
            redacted = redact(f"before {shown} after", [secret])
            assert "<hidden>" in redacted, (secret, shown)
            assert len(redacted) <= 250, redacted  # the quotes, encoded twice
            assert redacted.startswith("before ")
            assert redacted.endswith(" after")

    @pytest.mark.parametrize("secret", SECRETS)
    def test_json_in_json_to_any_depth(self, secret: str) -> None:
        text = secret
        for depth in range(1, 9):
            text = json.dumps({"was": text})
            assert "hidden" in redact(text, [secret]), depth

    @pytest.mark.parametrize("secret", SECRETS)
    def test_percent_encoding_and_entities_repeated(self, secret: str) -> None:
        in_url = in_html = secret
        for depth in range(1, 9):
            in_url, in_html = quote(in_url, safe=""), html.escape(in_html)
            assert "<hidden>" in redact(f"x={in_url}&y=1", [secret]), depth
            assert "<hidden>" in redact(f"<p>{in_html}</p>", [secret]), depth

    @pytest.mark.parametrize("secret", SECRETS)
    @pytest.mark.parametrize("before", range(5))
    def test_hexadecimal_and_base64_wherever_it_stands(self, secret: str, before: int) -> None:
        data = b"x" * before + secret.encode() + b"yz"
        for shown in (
            data.hex(),
            data.hex().upper(),
            base64.b64encode(data).decode(),
            base64.urlsafe_b64encode(data).decode(),
            json.dumps(base64.b64encode(data).decode()).replace("/", "\\/"),
            quote(base64.b64encode(data).decode(), safe=""),
        ):
            assert "<hidden>" in redact(f'{{"was":"{shown}"}}', [secret]), shown

    def test_base64_in_lines(self) -> None:
        data = b"some words before the secret, " + SECRETS[0].encode() + b", and some after it"
        lines = base64.encodebytes(data[:-4]).decode()
        assert "\n" in lines.strip()
        for shown in (lines, json.dumps(lines), lines.replace("\n", "\r\n")):
            assert "<hidden>" in redact(shown, [SECRETS[0]])

    def test_other_charsets(self) -> None:
        secret = "canary-é-secret"
        for shown in (
            secret.encode().decode("latin-1"),
            secret.encode("latin-1").decode("utf-8", "replace"),
            secret.encode("ascii", "replace").decode(),
            repr(secret.encode()),
            quote(secret, encoding="latin-1"),
        ):
            assert "<hidden>" in redact(f"it was {shown}!", [secret]), shown

    def test_upper_and_lower_case(self) -> None:
        assert redact("CANARY-SECRET canary-secret", ["Canary-Secret"]) == "<hidden> <hidden>"
        assert redact("İ canary-secret İ", ["canary-secret"]) == "İ <hidden> İ"

    def test_what_was_json_stays_json(self) -> None:
        for secret in SECRETS:
            for inner in ENCODINGS:
                text = json.dumps({"error": f'"{ENCODINGS[inner](secret)}"\n', "n": [1, "x"]})
                decoded = json.loads(redact(text, [secret]))
                assert decoded["n"] == [1, "x"]
                assert "<hidden>" in decoded["error"]

    def test_several_secrets_and_secrets_in_each_other(self) -> None:
        assert redact("canary canary-long canary-l", ["canary", Secret("canary-long")]) == (
            "<hidden> <hidden> <hidden>-l"
        )

    @pytest.mark.parametrize("secrets", [["abc", ""], [Secret("abc")], [Secret("")], []])
    def test_a_short_secret_is_not_looked_for(self, secrets: list[str | Secret]) -> None:
        assert redact("abc abc", secrets) == "abc abc"

    def test_a_secret_with_half_a_character(self) -> None:
        assert redact("it was canary\udce4!", ["canary\udce4"]) == "it was <hidden>!"

    @pytest.mark.parametrize(
        "text",
        [
            "\\" * 300_000,
            '\\"' * 150_000,
            "%25" * 100_000,
            "%" + "25" * 150_000,
            "&amp;" * 60_000,
            "&" + "amp;" * 75_000,
            ("&#" + "0" * 25) * 11_000,
            "\\u0041" * 50_000,
            "\\ud800" * 50_000,
            SECRETS[0][:-1] * 8_000,
            '"' * 300_000,
            '"secret":[' * 30_000,
            '"errors":{' * 30_000,
            '"secret":"' + '\\"' * 150_000,
            '"' + "\\a" * 150_000,
            "\n" + " " * 300_000,
            ("\n" + " " * 1_000) * 300,
        ],
        ids=range(17),
    )
    def test_a_text_that_is_all_escapes_takes_no_more_than_its_length(self, text: str) -> None:
        # A search that goes back over what it has seen would take hours for these.
        assert "canary" not in redact(f"{text} canary-secret", ["canary-secret", SECRETS[0]]).replace("canaryApi", "")


class TestFields:
    @pytest.mark.parametrize(
        "text",
        [
            "the key canary/key+1 is bad",
            f"GET /x?api_key={quote_plus('canary/key+1')}",
            f"GET /x?secret={quote_plus('canary secret?')}",
            "GET /x?secret=canary%20secret%3F",
            '{"api_key": "canary-unknown"}',
            '{"exchange_api_key" :"canary-unknown", "API_SECRET":"canary-unknown"}',
            '{"passphrase":"canary \\" quoted canary"}',
            '{"secret":"canary cut sho',
            '{"apiKey":"canary","url_secret":"canary","password":"canary","token":"canary","private_key":"canary"}',
            '{"\\u0061pi_key":"canary"}',
            '{"api_key"=>"canary", "x"=>1}',
            json.dumps({"was": json.dumps({"token": 'canary " quoted canary', "x": "\\"})}),
            json.dumps({"was": json.dumps({"was": json.dumps({"token": 'canary " quoted \\ canary\\', "x": 1})})}),
            json.dumps({"secret": ["canary", ["canary"], {"name": "canary"}]}),
            json.dumps(json.dumps({"secret": ["canary", {"name": ["canary"]}]})),
            '{"secret":["canary","canar',
        ],
    )
    def test_no_secret_is_left(self, text: str) -> None:
        assert "canar" not in redact(text, CANARIES.values())
        assert "hidden" in redact(text, CANARIES.values())

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('{"secret":123456,"n":1}', '{"secret":"<hidden>","n":1}'),
            ('{"secret":-1.5e+7}', '{"secret":"<hidden>"}'),
            ('{"was":"{\\"pwd\\":12}"}', '{"was":"{\\"pwd\\":\\"<hidden>\\"}"}'),
            ('{"token":["a",2],"n":["b"]}', '{"token":["<hidden>","<hidden>"],"n":["b"]}'),
            ('{"token":{"a":"b","c":[1]},"n":1}', '{"token":{"a":"<hidden>","c":["<hidden>"]},"n":1}'),
            ('{"was":"{\\"token\\":[1","n":2}', '{"was":"{\\"token\\":[\\"<hidden>\\"","n":2}'),
            ('{"token":[],"n":"a","secret":{}}', '{"token":[],"n":"a","secret":{}}'),
            ('{"x":"{\\"secret\\":\\"abc","n":1}', '{"x":"{\\"secret\\":\\"<hidden>","n":1}'),
        ],
    )
    def test_numbers_and_lists_are_hidden_and_all_else_stays(self, text: str, expected: str) -> None:
        assert redact(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            '{"error_attributes":{"api_key":["This account is already connected!"]},"api_keys_state":"ok"}',
            '{"errors":{"secret":["is invalid","taken"],"name":["x"]}}',
            json.dumps({"was": json.dumps({"error_attributes": {"secret": ["is too short"]}})}),
            '{"secret":null,"password":true,"token":false,"tokens_count":5,"secretary":"Ann"}',
            "a token: 5; secret",
            '"secret"',
            '"secret":',
        ],
    )
    def test_what_is_no_secret_stays(self, text: str) -> None:
        assert redact(text, ["abc", ""]) == text

    def test_reasons_end_where_their_object_ends(self) -> None:
        text = '{"error_attributes":{"secret":["taken"]},"secret":["canary"]}'
        assert redact(text) == '{"error_attributes":{"secret":["taken"]},"secret":["<hidden>"]}'


class TestPlainTexts:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("plain é 日", "plain é 日"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\x1b[31mred\x00\x7f\x85", "\\x1b[31mred\\x00\\x7f\\x85"),
            ("\u2028\u2029\u202e\ufeff", "\\u2028\\u2029\\u202e\\ufeff"),
            (b"caf\xe9".decode("utf-8", "surrogateescape"), "caf\\udce9"),
            ("\ud800", "\\ud800"),
            ("", ""),
        ],
    )
    def test_what_does_not_show_is_written_as_an_escape(self, text: str, expected: str) -> None:
        assert printable(text) == expected
        assert printable(text).encode().decode().isprintable()

    def test_a_text_that_can_be_encoded_passes(self) -> None:
        assert encodable("name", "é 日 \U0001f600") == "é 日 \U0001f600"

    def test_half_a_character_is_refused_without_quoting_the_text(self) -> None:
        with pytest.raises(ValueError, match=r"^name has a lone surrogate") as caught:
            encodable("name", HALF)
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None
        assert "canary" not in shown_by(caught.value)


def shown_by(error: BaseException) -> str:
    """All that a crash reporter could print: repr, chain, and the local variables of all frames but the tests'."""
    return "\n".join(text for _, text in texts_of(error))


class Resource:
    """Has methods as the resources have."""

    @conceals_arguments
    async def ask(self, secret: object, *, more: int = 1, api_key: object = None) -> tuple[object, int, object]:
        """Ask."""
        return secret, more, api_key

    @conceals_arguments
    async def fail(self, name: str, *, secret: str | Secret, passphrase: object = None) -> None:
        raise LookupError(name)

    @conceals_arguments
    def walk(self, *, api_key: str | Secret | None = None) -> AsyncIterator[object]:
        async def items() -> AsyncIterator[object]:
            yield api_key

        return items()

    @conceals_arguments
    async def send(self, path: str, *, body: object = None) -> object:
        if path == "fail":
            raise LookupError(path)
        return body

    @conceals_arguments
    async def change(self, /, *names: object, secret: object = None, **others: object) -> list[object]:
        return [names, secret, others]


class TestConcealing:
    async def test_a_concealed_method_looks_like_itself(self) -> None:
        assert await Resource().ask("abc", more=2) == (Secret("abc"), 2, None)
        assert Resource.ask.__doc__ == "Ask."
        assert Resource.ask.__name__ == "ask"
        assert list(inspect.signature(Resource.ask).parameters) == ["self", "secret", "more", "api_key"]

    def test_it_is_taken_for_a_coroutine_function(self) -> None:
        if sys.version_info >= (3, 12):
            assert inspect.iscoroutinefunction(Resource.ask)
            assert not inspect.iscoroutinefunction(Resource.walk)
        else:
            assert asyncio.iscoroutinefunction(Resource.ask)  # pyright: ignore[reportDeprecated]
            assert not asyncio.iscoroutinefunction(Resource.walk)  # pyright: ignore[reportDeprecated]
        assert isinstance(create_autospec(Accounts).create, AsyncMock)
        assert isinstance(create_autospec(Resource).ask, AsyncMock)

    async def test_what_it_returns_is_the_method_itself_running(self) -> None:
        call = Resource().ask("abc")
        assert asyncio.iscoroutine(call)
        assert call.cr_code is Resource.ask.__wrapped__.__code__  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
        await call

    async def test_secrets_of_every_kind_arrive_concealed_and_nothing_else_does(self) -> None:
        assert await Resource().ask(secret=Secret("abc"), api_key="def") == (Secret("abc"), 1, Secret("def"))
        secret, _, api_key = await Resource().ask(b"canary", api_key=["canary"])
        assert (repr(secret), repr(api_key)) == ("<hidden>", "<hidden>")
        assert await Resource().ask(None) == (None, 1, None)
        assert await Resource().change("a", b="c", secret="d") == [("a",), Secret("d"), {"b": "c"}]
        assert [item async for item in Resource().walk(api_key="abc")] == [Secret("abc")]

    @pytest.mark.parametrize(
        ("args", "kwargs", "problem"),
        [
            ((), {"secret": "canary", "passphrase": b"canary"}, "name"),
            (("a",), {"secret": "canary", "secert": "canary"}, "secert"),
            (("a",), {"secret": "canary", "Secret": b"canary"}, "Secret"),
            (("a", "canary", b"canary"), {}, "positional"),
            (("a",), {"name": "b", "secret": "canary"}, "name"),
            (("a",), {}, "secret"),
        ],
    )
    async def test_a_call_that_does_not_fit_leaves_no_secret(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], problem: str
    ) -> None:
        with pytest.raises(TypeError, match=problem) as caught:
            await Resource().fail(*args, **kwargs)
        assert "redaction" in str(caught.traceback[-1].path)
        assert "canary" not in shown_by(caught.value)

    async def test_what_is_named_like_a_secret_in_a_dict_arrives_concealed(self) -> None:
        body = {"name": "a", "api_key": "b", "plan": [{"token": ["c", 5, None, True]}, "d"], "secret": b"e", 7: "f"}
        arrived = cast("dict[object, Any]", await Resource().send("x", body=body))
        assert arrived.pop("secret").reveal
        assert arrived == {
            "name": "a",
            "api_key": Secret("b"),
            "plan": [{"token": [Secret("c"), 5, None, True]}, "d"],
            7: "f",
        }
        assert body["api_key"] == "b"
        with pytest.raises(LookupError) as caught:
            await Resource().send("fail", body={"x": [{"passphrase": "canary"}]})
        assert "canary" not in "".join(
            repr(frame.frame.f_locals) for frame in caught.traceback if frame.name in ("send", "concealing")
        )

    async def test_endless_nesting_is_left_alone(self) -> None:
        body: list[object] = []
        for _ in range(100_000):
            body = [body]
        assert await Resource().send("x", body=body) is not None
        while body:
            body = cast("list[object]", body.pop())

    async def test_an_error_inside_leaves_no_secret(self) -> None:
        with pytest.raises(LookupError) as caught:
            await Resource().fail("a", secret="canary", passphrase=("canary",))
        assert "canary" not in "".join(
            repr(frame.frame.f_locals) for frame in caught.traceback if frame.name in ("fail", "concealing")
        )
        assert [frame.name for frame in caught.traceback][-1] == "fail"

    async def test_a_call_that_was_cancelled_before_it_began_leaves_no_secret(self) -> None:
        call = Resource().fail("a", secret="canary")
        with pytest.raises(asyncio.CancelledError) as caught:
            call.throw(asyncio.CancelledError())
        assert "canary" not in "".join(repr(frame.frame.f_locals) for frame in caught.traceback if frame.name == "fail")


def new_account(**changes: Any) -> dict[str, Any]:
    return {"type": "okex", "name": "Main", **CANARIES, **changes}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in new_account().items() if key != name}


@pytest.mark.parametrize(
    "arguments",
    [
        new_account(),
        new_account(name="A"),
        new_account(secret=1),
        new_account(secret=b"canary"),
        new_account(secret=["canary"]),
        new_account(secret="canary\udce4"),
        new_account(passphrase="\ud800canary"),
        new_account(name="\ud800"),
        new_account(types_to_create="x"),
        new_account(type=""),
        new_account(secert="canary"),
        without("name"),
        without("type"),
    ],
)
@pytest.mark.parametrize(("status", "body"), [(400, '{"error":"record_invalid"}'), (502, ""), (201, "no json")])
async def test_no_frame_remembers_a_secret(
    arguments: dict[str, Any], status: int, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    async with Recorder(status, body) as recorder:
        async with ThreeCommasClient(HmacCredentials("key", "canary-own"), base_url=recorder.url) as client:
            with pytest.raises((ThreeCommasError, ValueError, TypeError)) as caught:
                await client.accounts.create(**arguments)
    assert "canary" not in shown_by(caught.value)
    assert "canary" not in caplog.text


async def test_nor_one_of_positional_arguments() -> None:
    async with ThreeCommasClient(HmacCredentials("key", "canary-own"), base_url="http://127.0.0.1:9") as client:
        with pytest.raises(TypeError) as caught:
            await client.accounts.create("okex", "Main", *CANARIES.values())  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert "canary" not in shown_by(caught.value)


async def test_nor_of_a_walk_through_accounts() -> None:
    async with Recorder(400, '{"error":"record_invalid"}') as recorder:
        async with ThreeCommasClient(HmacCredentials("key", "canary-own"), base_url=recorder.url) as client:
            with pytest.raises(ThreeCommasError) as caught:
                async for _ in client.accounts.iterate(api_key=CANARIES["api_key"]):
                    pass
    assert "canary" not in shown_by(caught.value)


async def test_nor_when_it_is_cancelled() -> None:
    arrived = asyncio.Event()

    async def stall(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await _reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(stall, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        ThreeCommasClient(HmacCredentials("key", "canary-own"), base_url=f"http://127.0.0.1:{port}") as client,
    ):
        task = asyncio.ensure_future(client.accounts.create(**new_account()))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
    assert "canary" not in shown_by(caught.value)


class TestWhatIsNotOurs:
    """An exception that the caller was handling when the call failed is the caller's, with all that hangs on it."""

    @staticmethod
    async def refused(client: ThreeCommasClient) -> None:
        with pytest.raises(ThreeCommasError):
            await client.accounts.create(**new_account())

    async def test_a_generator_and_a_coroutine_that_are_suspended_go_on(self) -> None:
        released = asyncio.Event()
        kept: list[str] = []

        def lines() -> Generator[str]:
            mine = "still here"
            try:
                yield "first"
            except KeyError:
                yield mine
            yield "last"

        async def worker() -> str:
            mine = "still here"
            with suppress(KeyError):
                await failing()
            await released.wait()
            return mine

        async def failing() -> None:
            mine = "the caller's"
            tracebacks.append(KeyError(mine))
            raise tracebacks[0]

        tracebacks: list[BaseException] = []
        generator = lines()
        async with Recorder(400, '{"error":"record_invalid"}') as recorder:
            async with ThreeCommasClient(HmacCredentials("key", "canary-own"), base_url=recorder.url) as client:
                task = asyncio.ensure_future(worker())
                await asyncio.sleep(0)
                next(generator)
                error = KeyError("handled")
                assert generator.throw(error) == "still here"  # suspended, and a frame of the error
                for handled in (error, tracebacks[0]):
                    try:
                        raise handled
                    except KeyError as raised:
                        await self.refused(client)
                        trace = raised.__traceback__
                        while trace is not None:
                            kept += trace.tb_frame.f_locals
                            trace = trace.tb_next
        released.set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert task.done()
        assert task.result() == "still here"
        assert next(generator) == "last"
        assert kept.count("mine") == 3

    async def test_a_circle_of_causes_hangs_nothing(self) -> None:
        first, second = KeyError("first"), KeyError("second")
        first.__context__, second.__context__ = second, first
        async with Recorder(400, '{"error":"record_invalid"}') as recorder:
            async with ThreeCommasClient(HmacCredentials("key", "canary-own"), base_url=recorder.url) as client:
                try:
                    raise first
                except KeyError:
                    await self.refused(client)
        assert second.__context__ is first
