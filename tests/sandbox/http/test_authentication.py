"""Who the sandbox lets in. Signatures are computed here by hand, or are the vendor's own."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from yarl import URL

from threecommas_async.sandbox import Permission, Sandbox

SECRET = "secret"
FIXTURES = Path(__file__).parents[2] / "fixtures"
SIGNING = json.loads((FIXTURES / "signing.json").read_text())
REST_VECTORS = [vector for vector in SIGNING["vectors"] if "path" in vector]
NEW = "/public/api/ver1/accounts/new"
LIST = "/public/api/ver1/accounts"
ACCOUNT = {"type": "binance", "name": "Main", "api_key": "exchange-key", "secret": "exchange-secret"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        running.add_key(api_key="key", secret="secret")
        yield running


def hex_signature(text: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def private_key() -> rsa.RSAPrivateKey:
    pem = (FIXTURES / "signing-example-rsa.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def base64_signature(text: str) -> str:
    return base64.b64encode(private_key().sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


async def call(
    sandbox: Sandbox,
    method: str,
    target: str,
    signature: str | None,
    *,
    body: str | None = None,
    content_type: str | None = None,
    api_key: str | None = "key",
) -> tuple[int, Any]:
    """Send exactly this target and this body."""
    headers = {"Apikey": api_key, "Signature": signature, "Content-Type": content_type}
    origin = "http://{0.hostname}:{0.port}".format(urlsplit(sandbox.url))
    async with (
        aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as session,
        session.request(
            method,
            URL(origin + target, encoded=True),
            data=None if body is None else body.encode(),
            headers={name: value for name, value in headers.items() if value is not None},
        ) as response,
    ):
        assert response.content_type == JSON
        assert response.headers["X-Request-Id"]
        assert response.headers["Cf-Ray"]
        return response.status, await response.json()


async def raw_call(sandbox: Sandbox, request: bytes) -> bytes:
    """Send bytes that no client library would."""
    address = urlsplit(sandbox.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(65536), 5)
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize("vector", REST_VECTORS, ids=lambda vector: f"{vector['algorithm']}-{vector['content_type']}")
async def test_the_vendors_signatures_are_valid(vector: dict[str, str]) -> None:
    async with Sandbox() as sandbox:
        if vector["algorithm"] == "hmac-sha256":
            sandbox.add_key(api_key=SIGNING["api_key"], secret=SIGNING["hmac_secret"])
        else:
            sandbox.add_key(api_key=SIGNING["api_key"], public_key=public_pem(private_key()))
        target = vector["path"] + (f"?{vector['query']}" if vector["query"] else "")
        sent = {
            "body": vector["body"],
            "content_type": vector["content_type"],
            "api_key": SIGNING["api_key"],
        }
        assert await call(sandbox, "POST", target, vector["signature"], **sent) == (201, {"mode": "paper"})
        assert sandbox.mode == "paper"
        wrong = vector["signature"].replace("0", "1", 1)
        assert (await call(sandbox, "POST", target, wrong, **sent))[0] == 401


@pytest.mark.parametrize("separator", ["?", ""])
async def test_hmac_signs_json_with_or_without_a_question_mark(sandbox: Sandbox, separator: str) -> None:
    body = json.dumps(ACCOUNT | {"name": "Größe 北"}, ensure_ascii=False)
    status, account = await call(
        sandbox, "POST", NEW, hex_signature(NEW + separator + body), body=body, content_type=JSON
    )
    assert (status, account["name"]) == (201, "Größe 北")


@pytest.mark.parametrize("separator", ["", "?"])
async def test_rsa_signs_json_with_or_without_a_question_mark(sandbox: Sandbox, separator: str) -> None:
    sandbox.add_key(api_key="rsa", public_key=public_pem(private_key()).decode())
    body = json.dumps(ACCOUNT)
    signature = base64_signature(NEW + separator + body)
    answer = await call(sandbox, "POST", NEW, signature, body=body, content_type=JSON, api_key="rsa")
    assert answer[0] == 201
    signature = base64_signature(f"{NEW}&{body}")
    assert (await call(sandbox, "POST", NEW, signature, body=body, content_type=JSON, api_key="rsa"))[0] == 401


@pytest.mark.parametrize("signature", ["", "not base64!", "QUJD", "ünïcode"])
async def test_an_rsa_signature_that_is_none_is_refused(sandbox: Sandbox, signature: str) -> None:
    sandbox.add_key(api_key="rsa", public_key=public_pem(private_key()))
    assert (await call(sandbox, "GET", LIST, signature, api_key="rsa"))[0] == 401


async def test_a_form_is_signed_as_it_is_encoded(sandbox: Sandbox) -> None:
    body = "type=binance&name=a%2Fb:c,%20d+e%C3%A9&api_key=abcde&secret=abcde&types_to_create[]=binance_margin"
    status, account = await call(sandbox, "POST", NEW, hex_signature(f"{NEW}?{body}"), body=body, content_type=FORM)
    assert (status, account["name"]) == (201, "a/b:c, d eé")
    assert (await call(sandbox, "POST", NEW, hex_signature(NEW + body), body=body, content_type=FORM))[0] == 401


@pytest.mark.parametrize("encoded", ["a:b/c,d", "a%3Ab%2Fc%2Cd", "a%3ab%2fc%2cd"])
async def test_a_query_string_is_signed_as_it_goes_over_the_wire(sandbox: Sandbox, encoded: str) -> None:
    target = f"{NEW}?type=binance&name={encoded}&secret=abcde&api_key=abcde"
    status, account = await call(sandbox, "POST", target, hex_signature(target))
    assert (status, account["name"]) == (201, "a:b/c,d")


async def test_the_order_of_a_query_string_is_that_of_the_wire(sandbox: Sandbox) -> None:
    assert (await call(sandbox, "GET", f"{LIST}?per_page=5&page=1", hex_signature(f"{LIST}?page=1&per_page=5")))[
        0
    ] == 401


@pytest.mark.parametrize("target", [LIST, f"{LIST}?"])
@pytest.mark.parametrize("signed", [LIST, f"{LIST}?"])
async def test_a_question_mark_with_nothing_after_it_is_accepted(sandbox: Sandbox, target: str, signed: str) -> None:
    request = f"GET {target} HTTP/1.1\r\nHost: x\r\nApikey: key\r\nSignature: {hex_signature(signed)}\r\n\r\n"
    assert b" 200 OK\r\n" in await raw_call(sandbox, request.encode())


async def test_a_hexadecimal_signature_may_be_in_capitals(sandbox: Sandbox) -> None:
    assert await call(sandbox, "GET", LIST, hex_signature(LIST).upper()) == (200, [])


@pytest.mark.parametrize(("content_type", "separator"), [(JSON, ""), (JSON, "?"), (FORM, "&")])
async def test_query_and_body_are_signed_together_and_the_query_wins(
    sandbox: Sandbox, content_type: str, separator: str
) -> None:
    target = f"{NEW}?name=From%20query"
    body = json.dumps(ACCOUNT) if content_type == JSON else "&".join(f"{k}={quote(v)}" for k, v in ACCOUNT.items())
    signature = hex_signature(target + separator + body)
    status, account = await call(sandbox, "POST", target, signature, body=body, content_type=content_type)
    assert (status, account["name"]) == (201, "From query")


@pytest.mark.parametrize("signed", [f"{NEW}?name=Other", NEW, f"{NEW}?", ""])
async def test_a_body_is_never_accepted_unsigned(sandbox: Sandbox, signed: str) -> None:
    for content_type in (JSON, FORM, "text/plain", None):
        answer = await call(
            sandbox,
            "POST",
            f"{NEW}?name=Other",
            hex_signature(signed),
            body=json.dumps(ACCOUNT),
            content_type=content_type,
        )
        assert answer[0] == 401
    assert (await call(sandbox, "GET", LIST, hex_signature(LIST))) == (200, [])


@pytest.mark.parametrize("api_key", [None, "", "unknown", "KEY", "keyx"])
async def test_an_unknown_key(sandbox: Sandbox, api_key: str | None) -> None:
    assert await call(sandbox, "GET", LIST, hex_signature(LIST), api_key=api_key) == (
        401,
        {
            "error": "api_key_invalid_or_expired",
            "error_description": "Unauthorized. Invalid or expired api key.",
        },
    )


@pytest.mark.parametrize("signature", [None, "", hex_signature(LIST, "other"), hex_signature(f"{LIST}/new"), "ünïcode"])
async def test_a_wrong_signature(sandbox: Sandbox, signature: str | None) -> None:
    assert await call(sandbox, "GET", LIST, signature) == (
        401,
        {"error": "signature_invalid", "error_description": "Provided signature is invalid"},
    )


@pytest.mark.parametrize("kept", list(Permission))
async def test_permissions(sandbox: Sandbox, kept: Permission) -> None:
    sandbox.add_key(api_key="limited", secret="secret", permissions={kept})
    body = json.dumps(ACCOUNT)
    created = await call(
        sandbox, "POST", NEW, hex_signature(f"{NEW}?{body}"), body=body, content_type=JSON, api_key="limited"
    )
    listed = await call(sandbox, "GET", LIST, hex_signature(LIST), api_key="limited")
    assert created[0] == (201 if kept is Permission.ACCOUNTS_WRITE else 403)
    assert listed[0] == (200 if kept is Permission.ACCOUNTS_READ else 403)
    refused = {"error": "access_denied", "error_description": "Api key doesn't have enough permissions"}
    assert refused in (created[1], listed[1])


async def test_signature_then_permission_then_parameters(sandbox: Sandbox) -> None:
    sandbox.add_key(api_key="limited", secret="secret", permissions=[])
    body = "{broken"
    good = hex_signature(f"{NEW}?{body}")
    orders = {("limited", "x"): 401, ("limited", good): 403, ("key", "x"): 401, ("key", good): 500}
    for (api_key, signature), status in orders.items():
        answer = await call(sandbox, "POST", NEW, signature, body=body, content_type=JSON, api_key=api_key)
        assert answer[0] == status


async def test_validate_needs_a_signature_and_no_permission(sandbox: Sandbox) -> None:
    sandbox.add_key(api_key="limited", secret="secret", permissions=[])
    path = "/public/api/ver1/validate"
    assert await call(sandbox, "GET", path, hex_signature(path), api_key="limited") == (200, {"valid": True})
    assert (await call(sandbox, "GET", path, None, api_key="limited"))[0] == 401
