"""Each documented or recorded refusal becomes the right exception, with all that it says."""

from __future__ import annotations

import pickle
from datetime import timedelta
from typing import Any

import pytest

from tests.recorder import Recorder
from threecommas_async import (
    ApiError,
    AuthenticationError,
    HmacCredentials,
    InvalidRequestError,
    IpBannedError,
    NotFoundError,
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    PermissionDeniedError,
    PlanError,
    RateLimitedError,
    ServerError,
    ThreeCommasClient,
    ThreeCommasError,
    UnknownRouteError,
    UnreadableResponseError,
)
from threecommas_async.sandbox import Sandbox
from threecommas_async.transport.simulated_clock import SimulatedClock

SIGNATURE = '{"error":"signature_invalid","error_description":"Provided signature is invalid"}'
EXPIRED = '{"error":"api_key_invalid_or_expired","error_description":"Unauthorized."}'
NO_PERMISSION = '{"error":"access_denied","error_description":"No permission"}'
FORBIDDEN = '{"error":"Forbidden. Unavailable for this account."}'
INVALID = '{"error":"record_invalid","error_description":"Invalid parameters"}'
NOT_DELETABLE = '{"error":"account_not_deletable","error_description":"There are deals"}'
IDS = {"X-Request-Id": "7f9c", "Cf-Ray": "8c5-AMS"}
HTML = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>"
PLAN = (
    '{"error":"The request type \'read\' is not available with your current subscription plan. '
    'Please upgrade your plan to use this type of request."}'
)


async def error_of_write(
    status: int, body: str, clock: SimulatedClock | None = None, headers: dict[str, str] | None = None
) -> Any:
    return await _error("write", status, body, clock, headers or {})


async def error_of_read(
    status: int, body: str, clock: SimulatedClock | None = None, headers: dict[str, str] | None = None
) -> Any:
    return await _error("read", status, body, clock, headers or {})


async def _error(
    call: str, status: int, body: str, clock: SimulatedClock | None, headers: dict[str, str]
) -> ThreeCommasError:
    async with Recorder(status, body, {**IDS, **headers}) as recorder:
        client = ThreeCommasClient(
            HmacCredentials("key", "secret"), base_url=recorder.url, clock=clock or SimulatedClock()
        )
        async with client:
            new = {"type": "binance", "name": "Main", "api_key": "canary-key", "secret": "canary-secret"}
            with pytest.raises(ThreeCommasError) as caught:
                await (client.accounts.create(**new) if call == "write" else client.accounts.get(1))
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert error.request_id == "7f9c"
    assert error.cf_ray == "8c5-AMS"
    assert "7f9c" in str(error)
    assert "8c5-AMS" in str(error)
    return error


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, SIGNATURE, AuthenticationError, "signature_invalid"),
        (401, EXPIRED, AuthenticationError, "api_key_invalid_or_expired"),
        (403, NO_PERMISSION, PermissionDeniedError, "access_denied"),
        (403, FORBIDDEN, PermissionDeniedError, "Forbidden. Unavailable for this account."),
        (404, '{"error":"not_found","error_description":"Not Found"}', NotFoundError, "not_found"),
        (400, '{"error":"not_found"}', NotFoundError, "not_found"),
        (400, '{"error":"Not found"}', NotFoundError, "Not found"),
        (400, INVALID, InvalidRequestError, "record_invalid"),
        (422, NOT_DELETABLE, InvalidRequestError, "account_not_deletable"),
        (429, PLAN, PlanError, None),
        (405, "", ApiError, None),
        (200, '{"error":"record_invalid"}', InvalidRequestError, "record_invalid"),
        (200, '{"error":"Something is wrong"}', ApiError, "Something is wrong"),
        (200, ' {"status": "x", "error": "signature_invalid"}', AuthenticationError, "signature_invalid"),
    ],
)
@pytest.mark.parametrize("ask", [error_of_read, error_of_write])
async def test_refusals(ask: Any, status: int, body: str, kind: type[ApiError], code: str | None) -> None:
    error = await ask(status, body)
    assert type(error) is kind
    assert error.outcome is Outcome.NOT_DONE
    assert error.status == status
    if code is not None:
        assert error.code == code
        assert code in str(error)
    assert error.body == body


async def test_which_field_is_wrong_and_why() -> None:
    error = await error_of_write(
        400,
        '{"error":"record_invalid","error_description":"Invalid parameters","error_attributes":{'
        '"name":["is too short (minimum is 2 characters)"],"secret":["is missing","is bad"],"units[value]":"no list"}}',
    )
    assert type(error) is InvalidRequestError
    assert error.description == "Invalid parameters"
    assert error.fields == {
        "name": ("is too short (minimum is 2 characters)",),
        "secret": ("is missing", "is bad"),
        "units[value]": ("no list",),
    }
    assert "name is too short (minimum is 2 characters)" in str(error)


async def test_a_duplicate_account() -> None:
    error = await error_of_write(
        400,
        '{"error":"record_invalid","error_description":"Invalid parameters",'
        '"error_attributes":{"api_key":["This account is already connected!"]}}',
    )
    assert error.fields == {"api_key": ("This account is already connected!",)}


async def test_too_many_requests(clock: SimulatedClock) -> None:
    began = clock.now()
    error = await error_of_write(429, '{"error":"Too many requests"}', clock)
    assert type(error) is RateLimitedError
    assert error.retry_at == began + timedelta(seconds=300)
    for seconds, heeded in (("900", 900), ("9999999", 3600), ("9" * 20, 3600)):
        error = await error_of_write(429, "", clock, {"Retry-After": seconds})
        assert isinstance(error, RateLimitedError)
        assert error.retry_at == began + timedelta(seconds=heeded)


async def test_a_ban(clock: SimulatedClock) -> None:
    error = await error_of_read(418, "", clock)
    assert type(error) is IpBannedError
    assert error.retry_at == clock.now() + timedelta(seconds=120)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 524])
async def test_a_servers_fault(status: int) -> None:
    error = await error_of_write(status, HTML, headers={"Content-Type": "text/html"})
    assert type(error) is OutcomeUnknownError
    assert error.outcome is Outcome.UNKNOWN
    assert error.status == status
    assert "is unknown" in str(error)
    error = await error_of_read(status, HTML, headers={"Content-Type": "text/html"})
    assert type(error) is ServerError
    assert "gateway" in str(error)


async def test_a_status_inside_a_200() -> None:
    body = '{"error":{"status_code":502}}'
    assert type(await error_of_write(200, body)) is OutcomeUnknownError
    assert type(await error_of_read(200, body)) is ServerError
    refused = await error_of_write(200, '{"error":{"status_code":403,"message":"No"}}')
    assert type(refused) is PermissionDeniedError
    assert refused.code == "No"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect(status: int) -> None:
    error = await error_of_write(status, "", headers={"Location": "https://example.org/"})
    assert type(error) is UnreadableResponseError
    assert error.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"id": NaN}', '{"id": 1'])
async def test_an_unreadable_success(body: str) -> None:
    error = await error_of_write(201, body)
    assert type(error) is UnreadableResponseError
    assert error.outcome is (Outcome.DONE if body in ("[]", "{}") else Outcome.UNKNOWN)
    assert error.body == body


async def test_a_gateways_page_in_place_of_a_success() -> None:
    error = await error_of_write(200, HTML)
    assert type(error) is UnreadableResponseError
    assert error.outcome is Outcome.UNKNOWN
    assert error.body == HTML


async def test_secrets_in_the_answer_are_hidden() -> None:
    for body in (
        '{"error":"bad key canary-key and canary-secret"}',
        '{"error":"record_invalid","error_attributes":{"api_key":["canary-key is bad"]}}',
        '{"api_key": "canary-new", "error": "x", "api_secret": "canary\\"quoted"}',
        "canary-secret",
    ):
        for error in (await error_of_write(400, body), await error_of_write(200, body)):
            assert "canary" not in str(error)
            assert "canary" not in str(vars(error))
            assert "hidden" in str(error.body)


async def test_what_was_sent_is_told_without_its_secrets() -> None:
    error = await error_of_write(502, "")
    assert error.sent == {"type": "binance", "name": "Main"}
    assert error.sent_at is not None


async def test_errors_can_be_pickled() -> None:
    for error in (
        await error_of_write(400, '{"error":"record_invalid","error_attributes":{"name":["is bad"]}}'),
        await error_of_write(502, ""),
        await error_of_read(418, ""),
        NotSentError("text", method="GET", path="/x"),
    ):
        again: ThreeCommasError = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again).keys() == vars(error).keys()
        assert again.outcome is error.outcome


def test_the_tree() -> None:
    for kind in (NotSentError, OutcomeUnknownError, UnreadableResponseError, ApiError):
        assert kind.__base__ is ThreeCommasError
    for refusal in (InvalidRequestError, AuthenticationError, RateLimitedError, IpBannedError, PlanError, ServerError):
        assert issubclass(refusal, ApiError)
    assert not issubclass(PlanError, RateLimitedError)


class TestWhereNothingIsServed:
    """A wrong ``base_url`` must not look like an object that is not there."""

    async def test_the_sandbox_is_asked_without_its_prefix(self) -> None:
        async with Sandbox() as sandbox:
            credentials, url = sandbox.add_key().credentials(), sandbox.url.removesuffix("/public/api")
            async with ThreeCommasClient(credentials, base_url=url, limits=None) as client:
                with pytest.raises(UnknownRouteError, match=r"/ver1/accounts/1 at .*is base_url right") as caught:
                    await client.accounts.get(1)
        assert not isinstance(caught.value, NotFoundError)
        assert caught.value.outcome is Outcome.NOT_DONE

    async def test_a_route_that_is_none(self) -> None:
        async with Sandbox() as sandbox, sandbox.client() as client:
            with pytest.raises(UnknownRouteError):
                await client.request("GET", "/ver1/nothing")
            with pytest.raises(NotFoundError) as caught:
                await client.accounts.get(1)
        assert "base_url" not in str(caught.value)

    @pytest.mark.parametrize("body", ["", HTML, "[]", "Not Found", '{"status":404}'])
    async def test_a_404_that_is_not_the_word_of_the_api(self, body: str) -> None:
        assert type(await error_of_read(404, body)) is UnknownRouteError

    async def test_a_404_of_the_api_below_another_prefix(self) -> None:
        async with Recorder(404, '{"error":"not_found"}') as recorder:
            async with ThreeCommasClient(HmacCredentials("key", "secret"), base_url=recorder.origin) as client:
                with pytest.raises(NotFoundError, match="base_url does not end in /public/api: is it right"):
                    await client.accounts.get(1)
