"""The middleware signs what goes over the wire: seen by a server on loopback that records it."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.recorder import Recorder
from threecommas_async import Credentials, HmacCredentials, NotSentError, RsaCredentials, ThreeCommasClient
from threecommas_async.transport.signing import SigningMiddleware

ACCOUNT = '{"id": 1}'


def credentials_of(vector: dict[str, Any], signing: dict[str, Any], rsa_pem: str) -> Credentials:
    if vector["algorithm"] == "hmac-sha256":
        return HmacCredentials(signing["api_key"], signing["hmac_secret"])
    return RsaCredentials(signing["api_key"], rsa_pem)


@pytest.mark.parametrize("number", range(6))
async def test_the_printed_requests(number: int, signing: dict[str, Any], rsa_pem: str) -> None:
    vector = signing["vectors"][number]
    async with Recorder() as recorder:
        middleware = SigningMiddleware(credentials_of(vector, signing, rsa_pem), URL(recorder.url))
        target = vector["path"] + (f"?{vector['query']}" if vector["query"] else "")
        headers = {"Content-Type": vector["content_type"]} if vector["content_type"] else None
        async with (
            aiohttp.ClientSession(middlewares=[middleware]) as session,
            session.request(
                vector["method"], URL(recorder.origin + target, encoded=True), data=vector["body"], headers=headers
            ),
        ):
            pass
        (arrived,) = recorder.arrived
    assert arrived.target == target
    assert arrived.body == (vector["body"] or "").encode()
    assert arrived.headers["Apikey"] == signing["api_key"]
    assert arrived.headers["Signature"] == vector["signature"]


def hmac_of(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(min_size=5), min_size=3, max_size=3),
    prefix=st.sampled_from(["", "/public/api", "/a%2Fb/c"]),
)
def test_signature_and_wire_never_differ(texts: list[str], prefix: str) -> None:
    async def run() -> None:
        async with Recorder(body=ACCOUNT) as recorder:
            credentials = HmacCredentials("key", "secret")
            async with ThreeCommasClient(credentials, base_url=recorder.origin + prefix) as client:
                await client.accounts.create(type="binance", name=texts[0], api_key=texts[1], secret=texts[2])
                recorder.body = b"[]"
                await client.accounts.list(api_key=texts[1])
            created, listed = recorder.arrived
        assert created.target == f"{prefix}/ver1/accounts/new"
        assert created.headers["Signature"] == hmac_of("secret", created.target.encode() + b"?" + created.body)
        assert listed.target.startswith(f"{prefix}/ver1/accounts?api_key=")
        assert listed.headers["Signature"] == hmac_of("secret", listed.target.encode())

    import asyncio

    asyncio.run(run())


async def test_a_json_body_signed_with_rsa(rsa_pem: str) -> None:
    credentials = RsaCredentials("key", rsa_pem)
    async with Recorder(body=ACCOUNT) as recorder, ThreeCommasClient(credentials, base_url=recorder.url) as client:
        await client.accounts.create(type="binance", name="Main")
    (arrived,) = recorder.arrived
    assert arrived.body == b'{"type":"binance","name":"Main"}'
    assert arrived.headers["Signature"] == credentials.sign(b"/public/api/ver1/accounts/new" + arrived.body)


async def test_public_calls_are_not_signed() -> None:
    async with Recorder(body="[]") as recorder:
        async with ThreeCommasClient(HmacCredentials("key", "secret"), base_url=recorder.url) as client:
            await client.market_data.markets()
        async with ThreeCommasClient(base_url=recorder.url) as client:
            await client.market_data.markets()
    for arrived in recorder.arrived:
        assert "Signature" not in arrived.headers
        assert "Apikey" not in arrived.headers


async def test_no_redirect_is_followed() -> None:
    async with Recorder() as elsewhere, Recorder(307, headers={"Location": f"{elsewhere.url}/x"}) as recorder:
        async with ThreeCommasClient(HmacCredentials("key", "secret"), base_url=recorder.url) as client:
            with pytest.raises(Exception, match="redirect"):
                await client.accounts.create(type="binance", name="Main", api_key="canary", secret="canary")
    assert elsewhere.arrived == []
    assert len(recorder.arrived) == 1


async def test_a_middleware_that_turns_a_request_elsewhere_is_stopped() -> None:
    async with Recorder(body=ACCOUNT) as elsewhere, Recorder(body=ACCOUNT) as recorder:

        async def turn(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
            request.url = URL(elsewhere.url)
            return await handler(request)

        async with ThreeCommasClient(
            HmacCredentials("key", "secret"), base_url=recorder.url, middlewares=[turn]
        ) as client:
            with pytest.raises(NotSentError, match="another host"):
                await client.accounts.create(type="binance", name="Main")
    assert elsewhere.arrived == recorder.arrived == []


async def test_a_users_middleware_runs_before_the_signature() -> None:
    async def add(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        assert "Signature" not in request.headers
        request.headers["X-Trace"] = "1"
        return await handler(request)

    async with (
        Recorder(body=ACCOUNT) as recorder,
        ThreeCommasClient(HmacCredentials("key", "secret"), base_url=recorder.url, middlewares=[add]) as client,
    ):
        assert (await client.accounts.get(1)).id == 1
    assert recorder.arrived[0].headers["X-Trace"] == "1"
    assert "Signature" in recorder.arrived[0].headers


async def test_decimals_go_out_as_plain_strings() -> None:
    async with Recorder(body=ACCOUNT) as recorder:
        async with ThreeCommasClient(HmacCredentials("key", "secret"), base_url=recorder.url) as client:
            await client._transport.request(
                "POST", "/ver1/x", type(None), body={"amount": Decimal("1E-9"), "none": None}
            )
    assert recorder.arrived[0].body == b'{"amount":"0.000000001","none":null}'
