"""Whether the library does what the vendor's documentation says, endpoint by endpoint: see ``endpoints.py``."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from types import NoneType
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import attrs
import pytest
from aioresponses import aioresponses

from tests import catalogue, endpoints
from tests.comparison import differences, model_in, rewritten, unrecognized
from tests.endpoints import ANSWERS_OF_OUR_OWN, GROUPS_NOT_BUILT, ROWS, Row
from tests.loopback import Loopback
from threecommas_async import (
    Account,
    ApiError,
    AuthenticationError,
    HmacCredentials,
    InvalidRequestError,
    NotFoundError,
    Outcome,
    PermissionDeniedError,
    ThreeCommasClient,
    codec,
)
from threecommas_async.models.base import JsonValue, Model
from threecommas_async.transport.transport import Transport

KNOWN: Final = endpoints.endpoints_built()
BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    422: InvalidRequestError,
}

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.method)


def _examples(*, successes: bool) -> list[Any]:
    return [
        pytest.param(row, example, id=f"{row.method}-{example.status}")
        for row in ROWS
        for example in KNOWN[row.key].responses
        if example.is_success == successes
    ]


SUCCESSES: Final = _examples(successes=True)
REFUSALS: Final = _examples(successes=False)


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


# --- none is missing


def test_every_endpoint_has_a_row() -> None:
    groups = catalogue.all_endpoints()
    assert len(groups) == 89
    assert set(GROUPS_NOT_BUILT) < set(groups.values())
    wanted = {key for key, group in groups.items() if group not in GROUPS_NOT_BUILT}
    assert {row.key for row in ROWS} == wanted == KNOWN.keys()
    assert len(ROWS) == len(wanted)


def test_every_method_has_a_row() -> None:
    client = ThreeCommasClient()
    groups = [name for name, value in vars(ThreeCommasClient).items() if isinstance(value, cached_property)]
    assert len(groups) == 3
    methods = {f"{name}.{each}" for name in groups for each in dir(getattr(client, name)) if not each.startswith("_")}
    calling_list = {"accounts.iterate", "accounts.find_created"}
    assert {row.method for row in ROWS} == methods - calling_list


def test_every_example_of_the_groups_is_read() -> None:
    assert (len(SUCCESSES), len(REFUSALS)) == (26, 25)


# --- what goes out


@each_row
def test_the_row_says_what_the_catalogue_says(row: Row) -> None:
    known = KNOWN[row.key]
    assert row.permission == known.permission
    sent = {*row.query, *row.body}
    assert sent - known.query_names - known.body_names == row.not_in_table.keys()
    assert (known.query_names | known.body_names) - sent == row.not_sent.keys()
    assert set(row.query) - row.not_in_table.keys() <= known.query_names
    assert set(row.body) - row.not_in_table.keys() <= known.body_names
    assert set(re.findall(r"\{(\w+)\}", row.path)) == known.path_names


@each_row
async def test_the_call_with_every_parameter_puts_each_in_its_place(row: Row) -> None:
    verb, path, query, body = await _request_of(row, row.with_every_parameter)
    assert verb == row.verb
    assert re.fullmatch(re.sub(r"\{\w+\}", "[0-9]+", row.path), path)
    assert (set(query), set(body)) == (set(row.query), set(row.body))


@pytest.mark.parametrize("row", [row for row in ROWS if KNOWN[row.key].requests], ids=lambda row: row.method)
async def test_the_request_is_that_of_the_example(row: Row) -> None:
    # Of several forms of one request, which users.change_mode alone has, the last is the JSON one.
    example = KNOWN[row.key].requests[-1]
    verb, path, query, body = await _request_of(row, row.call)
    secrets = {name: value for name, value in body.items() if _is_left_out(example.body.get(name))}
    assert path == example.path
    assert {**example.body, **secrets} == body
    assert (verb, query) == (example.verb, example.query)


def _is_left_out(value: JsonValue) -> bool:
    return value == "..."


async def _request_of(row: Row, call: endpoints.Call) -> tuple[str, str, Mapping[str, str], catalogue.Json]:
    """Return verb, path, query and JSON body of the request that ``call`` makes, seen where aiohttp takes it over."""
    answer = next((one.text for one in KNOWN[row.key].responses if one.is_success), ANSWERS_OF_OUR_OWN.get(row.key, ""))
    with aioresponses() as mocked:
        mocked.add(re.compile(".*"), row.verb, body=answer)  # pyright: ignore[reportUnknownMemberType]
        async with ThreeCommasClient(HmacCredentials("key", "secret"), limits=None) as client:
            await call(client)
    recorded: Any = mocked.requests
    ((verb, url), (request,)), *more = recorded.items()
    assert more == []
    data: bytes | None = request.kwargs["data"]
    body = {} if data is None else codec.decode_json(data)
    assert isinstance(body, dict)
    assert str(url).startswith("https://api.3commas.io/public/api/")
    return verb, url.path.removeprefix("/public/api"), dict(url.query), body


@each_row
async def test_what_must_be_signed_is_and_nothing_else(row: Row, server: Loopback) -> None:
    known = KNOWN[row.key]
    server.text = next((one.text for one in known.responses if one.is_success), ANSWERS_OF_OUR_OWN.get(row.key, ""))
    async with server.client(signs=known.is_signed) as client:
        await row.with_every_parameter(client)
    (asked,) = server.asked
    assert asked.is_signed == known.is_signed
    assert dict(parse_qsl(asked.query)).keys() == set(row.query)
    assert (asked.headers.get("Content-Type") == "application/json") == bool(row.body)
    if known.is_signed:
        async with server.client(signs=False) as client:
            with pytest.raises(ValueError, match="must be signed"):
                await row.call(client)
        assert len(server.asked) == 1


@each_row
async def test_what_only_reads_is_marked_as_a_read(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    marks: list[tuple[bool, bool]] = []

    async def request(_: object, method: str, _path: str, kind: type[Any], **options: Any) -> object:
        reads = options.get("reads")
        marks.append((method == "GET" if reads is None else reads, options.get("public", False)))
        answer = ANSWERS_OF_OUR_OWN.get(row.key) or KNOWN[row.key].responses[0].text
        return None if kind is NoneType else codec.from_json(answer, kind)

    if row.method == "users.change_mode":
        monkeypatch.setitem(cast("dict[Any, str]", ANSWERS_OF_OUR_OWN), row.key, "true")
    monkeypatch.setattr(Transport, "request", request)
    await row.call(ThreeCommasClient())
    assert marks == [(row.reads, not KNOWN[row.key].is_signed)]


# --- what comes back


@pytest.mark.parametrize(("row", "example"), SUCCESSES)
async def test_an_example_comes_through_whole(row: Row, example: catalogue.Response, server: Loopback) -> None:
    reading = await endpoints.read_example(server, row, example)
    assert reading.unrecognized == ()
    assert reading.differences == ()


async def test_times_are_aware_datetimes_and_dates_whatever_they_came_as(server: Loopback) -> None:
    examples = {row.method: one.text for row in ROWS for one in KNOWN[row.key].responses if one.is_success}
    async with server.client() as client:
        server.text = examples["accounts.get"]
        assert (await client.accounts.get(1)).updated_at == datetime(2024, 9, 26, 12, 24, 40, 64000, tzinfo=UTC)
        server.text = examples["accounts.balance_chart"]
        points = await client.accounts.balance_chart(1, date_from=date(2024, 9, 18))
        assert [point.date for point in points] == [
            datetime(2024, 9, 18, tzinfo=UTC),
            datetime(2024, 10, 2, 12, 56, 40, tzinfo=UTC),
        ]
        server.text = examples["accounts.convert_dust_to_bnb"]
        converted = (await client.accounts.convert_dust_to_bnb(1)).transfer_result
        assert converted is not None
        assert converted[0].operate_time == datetime(2025, 2, 17, 13, 35, 33, 228000, tzinfo=UTC)
        server.text = examples["accounts.volume_daily"]
        assert (await client.accounts.volume_daily(1)).utc_date == date(2025, 3, 28)
        server.text = examples["accounts.volume_monthly"]
        assert (await client.accounts.volume_monthly(1)).utc_month == date(2025, 3, 1)


@pytest.mark.parametrize("entity", catalogue.entities("accounts"), ids=lambda entity: entity.name)
def test_the_example_of_an_entity_comes_through_whole(entity: catalogue.Entity) -> None:
    account = codec.from_json(entity.example, Account)
    assert list(unrecognized(account)) == []
    assert list(differences(codec.decode_json(entity.example), rewritten(account))) == []
    assert _missing(entity.fields, Account) == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.model], ids=lambda row: row.method)
def test_every_documented_field_has_a_place(row: Row) -> None:
    fields = KNOWN[row.key].fields
    if row.inside is not None:
        (wrapper,) = fields
        assert wrapper.name == row.inside
        fields = wrapper.fields
    assert row.model is not None
    assert _missing(fields, row.model) == []


def _missing(fields: Iterable[catalogue.DocumentedField], model: type[Model]) -> list[str]:
    attrs.resolve_types(model)
    places = {field.metadata.get("json_key", field.name): field.type for field in attrs.fields(model)}
    missing = [field.name for field in fields if field.name not in places]
    for field in fields:
        if field.fields and field.name in places:
            inner = model_in(places[field.name])
            assert inner is not None, f"{field.name} has fields"
            missing += [f"{field.name}.{name}" for name in _missing(field.fields, inner)]
    return missing


@pytest.mark.parametrize(("row", "example"), REFUSALS)
async def test_an_example_of_a_refusal_becomes_the_right_exception(
    row: Row, example: catalogue.Response, server: Loopback
) -> None:
    error = await endpoints.provoke(server, row, example)
    said = codec.decode_json(example.text)
    assert isinstance(said, dict)
    assert type(error) is BY_STATUS[example.status]
    assert (error.status, error.outcome) == (example.status, Outcome.NOT_DONE)
    assert (error.method, error.path) == row.key
    assert (error.code, error.description) == (said["error"], said.get("error_description"))
    assert error.fields == _reasons(said)
    for reason in (str(said["error"]), *(reason for reasons in error.fields.values() for reason in reasons)):
        assert reason in str(error)
    assert len(server.asked) == 1


@pytest.mark.parametrize("entity", catalogue.entities("users"), ids=lambda entity: entity.name)
async def test_the_example_of_an_error_becomes_an_exception(entity: catalogue.Entity, server: Loopback) -> None:
    (row,) = (row for row in ROWS if row.method == "accounts.create")
    error = await endpoints.provoke(server, row, catalogue.Response(400, entity.example))
    said = codec.decode_json(entity.example)
    assert isinstance(said, dict)
    assert type(error) is InvalidRequestError
    assert (error.code, error.description) == ("record_invalid", "Invalid parameters")
    assert error.fields == _reasons(said)
    assert len(error.fields) == 3


def _reasons(said: catalogue.Json) -> dict[str, tuple[JsonValue, ...]]:
    attributes = said.get("error_attributes", {})
    assert isinstance(attributes, dict)
    return {name: tuple(reasons) for name, reasons in attributes.items() if isinstance(reasons, list)}


# --- secrets stay at home


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "api_key" in (*row.query, *row.body)], ids=lambda row: row.method
)
async def test_no_refusal_remembers_the_secrets(row: Row, server: Loopback) -> None:
    server.status, server.text = 400, '{"error": "record_invalid"}'
    async with server.client() as client:
        with pytest.raises(InvalidRequestError) as caught:
            await row.with_every_parameter(client)
    assert server.asked[0].query or server.asked[0].body
    frames: list[Mapping[str, object]] = []
    trace = caught.value.__traceback__
    while trace is not None:
        if "threecommas_async" in trace.tb_frame.f_code.co_filename:
            frames.append(trace.tb_frame.f_locals)
        trace = trace.tb_next
    shown = f"{caught.value!r} {vars(caught.value)} {frames}"
    for secret in ("exchange-key", "its-secret", "its-passphrase"):
        assert secret not in shown
