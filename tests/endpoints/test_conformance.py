"""Whether the library does what the vendor's documentation says, endpoint by endpoint: see ``endpoints.py``."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Final, cast, get_args, get_origin
from urllib.parse import parse_qsl

import attrs
import pytest
from aiohttp import BytesPayload
from aioresponses import aioresponses

from tests.endpoints import GROUPS, ROWS, Row, catalogue
from tests.endpoints.comparison import differences, model_in, rewritten, unrecognized
from tests.endpoints.reading import provoke, read_example
from tests.endpoints.rows import Call
from tests.loopback import Loopback
from threecommas_async import (
    ApiError,
    AuthenticationError,
    HmacCredentials,
    InvalidRequestError,
    NotFoundError,
    Outcome,
    PermissionDeniedError,
    ServerError,
    ThreeCommasClient,
    codec,
)
from threecommas_async.codec.drift import Memory
from threecommas_async.codec.reading import Reader
from threecommas_async.models import (
    Account,
    DcaBot,
    Deal,
    GridBot,
    JsonValue,
    Model,
    SimpleTrade,
    SmartTrade,
    SmartTradeTrade,
)
from threecommas_async.transport.transport import Transport

BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    422: InvalidRequestError,
    500: ServerError,
}

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.method)


def _examples(*, successes: bool) -> list[Any]:
    return [
        pytest.param(row, example, id=f"{row.method}-{example.status}")
        for row in ROWS
        for example in row.known.responses
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
    wanted = catalogue.all_endpoints()
    assert {row.key for row in ROWS} == wanted.keys()
    assert len(ROWS) == len(wanted) == 89
    assert {row.key: group for group, rows in GROUPS.items() for row in rows} == wanted


# What calls a list or two other endpoints, and has none of its own.
_MADE_OF_OTHERS: Final = {"iterate", "iterate_history", "find_created", "edit"}


def test_every_method_has_a_row() -> None:
    client = ThreeCommasClient()
    names = [name for name, value in vars(ThreeCommasClient).items() if isinstance(value, cached_property)]
    offered = {name: getattr(client, name) for name in names}
    groups = {name: group for name, group in offered.items() if ".resources." in type(group).__module__}
    assert groups.keys() == GROUPS.keys()
    methods = {f"{name}.{each}" for name, group in groups.items() for each in dir(group) if not each.startswith("_")}
    assert {row.method for row in ROWS} == {one for one in methods if one.partition(".")[2] not in _MADE_OF_OTHERS}


def test_every_group_has_examples_of_successes_and_refusals() -> None:
    for group in GROUPS.keys() - {"market_data", "users"}:
        for examples in (SUCCESSES, REFUSALS):
            assert any(example.id.startswith(f"{group}.") for example in examples)


# --- what goes out


@each_row
def test_what_deviates_from_the_catalogue_is_stated(row: Row) -> None:
    known = row.known
    names = known.query_names | known.body_names
    assert row.not_in_table.keys().isdisjoint(names)
    assert row.not_sent.keys() <= names
    assert set(re.findall(r"\{(\w+)\}", row.path)) == known.path_names


@each_row
async def test_the_call_with_every_parameter_puts_each_in_its_place(row: Row) -> None:
    verb, path, query, body = await _request_of(row, row.with_every_parameter)
    assert verb == row.verb
    assert re.fullmatch(re.sub(r"\{\w+\}", "[0-9a-f-]+", row.path), path)
    assert (frozenset(query), frozenset(body)) == (row.query, row.body)


@pytest.mark.parametrize("row", [row for row in ROWS if row.known.requests], ids=lambda row: row.method)
async def test_the_request_is_that_of_the_example(row: Row) -> None:
    # Of several forms of one request, which users.change_mode alone has, the last is the JSON one.
    example = row.known.requests[-1]
    verb, path, query, body = await _request_of(row, row.call)
    expected = {**example.body, **{name: value for name, (value, _) in row.otherwise.items()}}
    for name in row.otherwise.keys() - body.keys():
        assert expected.pop(name) is None
    assert expected.keys() == body.keys()
    for name, value in body.items():
        assert expected[name] == "..." or _by_value(value) == _by_value(expected[name]), name
    if not row.foreign_example:
        assert (verb, path) == (example.verb, example.path)
        assert query == {name: value for name, value in example.query.items() if name not in row.otherwise}


def _by_value(value: object) -> object:
    """Numbers are sent as strings, so that no reader makes a binary fraction of them."""
    if isinstance(value, dict):
        return {key: _by_value(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_by_value(item) for item in cast("list[object]", value)]
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value


async def _request_of(row: Row, call: Call) -> tuple[str, str, Mapping[str, str], catalogue.Json]:
    """Return verb, path, query and JSON body of the request that ``call`` makes, seen where aiohttp takes it over."""
    with aioresponses() as mocked:
        mocked.add(re.compile(".*"), row.verb, body=row.success)  # pyright: ignore[reportUnknownMemberType]
        async with ThreeCommasClient(HmacCredentials("key", "secret"), limits=None) as client:
            await call(client)
    recorded: Any = mocked.requests
    ((verb, url), (request,)), *more = recorded.items()
    assert more == []
    data: BytesPayload | None = request.kwargs["data"]
    body = {} if data is None else codec.decode_json(data.decode())
    assert isinstance(body, dict)
    assert str(url).startswith("https://api.3commas.io/public/api/")
    return verb, url.path.removeprefix("/public/api"), dict(url.query), body


@each_row
async def test_what_must_be_signed_is_and_nothing_else(row: Row, server: Loopback) -> None:
    known = row.known
    server.text = row.success
    async with server.client(signs=known.is_signed) as client:
        await row.with_every_parameter(client)
    (asked,) = server.asked
    assert asked.is_signed == known.is_signed
    assert dict(parse_qsl(asked.query)).keys() == row.query
    assert (asked.headers.get("Content-Type") == "application/json") == bool(row.body)
    if known.is_signed:
        async with server.client(signs=False) as client:
            with pytest.raises(ValueError, match="must be signed"):
                await row.call(client)
        assert len(server.asked) == 1


@each_row
async def test_what_only_reads_is_marked_as_a_read(row: Row, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    marks: list[tuple[bool, bool]] = []
    request: Callable[..., Any] = Transport.request

    async def noted(transport: Transport, method: str, *arguments: Any, **options: Any) -> object:
        reads = options.get("reads")
        marks.append((method == "GET" if reads is None else reads, options.get("public", False)))
        return await request(transport, method, *arguments, **options)

    monkeypatch.setattr(Transport, "request", noted)
    server.text = row.success
    async with server.client() as client:
        await row.call(client)
    assert marks == [(row.reads, not row.known.is_signed)]


# --- what comes back


@pytest.mark.parametrize(("row", "example"), SUCCESSES)
async def test_an_example_comes_through_whole(row: Row, example: catalogue.Response, server: Loopback) -> None:
    reading = await read_example(server, row, example)
    assert reading.unrecognized == ()
    assert reading.differences == ()


async def test_times_are_aware_datetimes_and_dates_whatever_they_came_as(server: Loopback) -> None:
    examples = {row.method: one.text for row in ROWS for one in row.known.responses if one.is_success}
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


ENTITIES: Final[Mapping[str, type[Model]]] = {
    "Account": Account,
    "DcaBot": DcaBot,
    "Deal": Deal,
    "GridBot": GridBot,
    "SmartTrade": SmartTrade,
    "SmartTradeTrade": SmartTradeTrade,
    "Trade": SimpleTrade,
}
MISSPELT: Final = {"SmartTrade": ["data.editale", "data.create_at"]}
"""What the vendor's table of an entity calls otherwise than all its examples do."""


@pytest.mark.parametrize(
    "entity",
    [entity for group in GROUPS for entity in catalogue.entities(group) if entity.name != "Error"],
    ids=lambda entity: entity.name,
)
def test_the_example_of_an_entity_comes_through_whole(entity: catalogue.Entity) -> None:
    kind = ENTITIES[entity.name]
    came = codec.decode_json(entity.example)
    read = codec.from_decoded(came, kind, entity.envelope)
    assert list(unrecognized(read)) == []
    assert list(differences(codec.from_decoded(came, None, entity.envelope), rewritten(read))) == []
    assert _missing(entity.fields, kind) == MISSPELT.get(entity.name, [])
    without_learning = Reader(kind, entity.envelope, Memory(most=0))
    assert without_learning.read(entity.example) == read


@pytest.mark.parametrize("row", [row for row in ROWS if row.model], ids=lambda row: row.method)
def test_every_documented_field_has_a_place(row: Row) -> None:
    fields = row.known.fields
    if row.inside is not None and [field.name for field in fields] == [row.inside]:
        fields = fields[0].fields
    assert row.model is not None
    assert _missing(fields, row.model) == []


def _missing(fields: Iterable[catalogue.DocumentedField], model: type[Model]) -> list[str]:
    attrs.resolve_types(model)
    places: dict[str, Any] = {field.metadata.get("json_key", field.name): field.type for field in attrs.fields(model)}
    missing = [field.name for field in fields if field.name not in places]
    for field in fields:
        # Fields that are named after currencies are kept as they come.
        if field.fields and field.name in places and not _is_mapping(places[field.name]):
            inner = model_in(places[field.name])
            assert inner is not None, f"{field.name} has fields"
            missing += [f"{field.name}.{name}" for name in _missing(field.fields, inner)]
    return missing


def _is_mapping(annotation: Any) -> bool:
    return any(get_origin(one) is Mapping for one in get_args(annotation))


@pytest.mark.parametrize(("row", "example"), REFUSALS)
async def test_an_example_of_a_refusal_becomes_the_right_exception(
    row: Row, example: catalogue.Response, server: Loopback
) -> None:
    error = await provoke(server, row, example)
    said = codec.decode_json(example.text)
    assert isinstance(said, dict)
    # A bot without deals, or a SmartTrade, is 400 on some pages, and yet not found.
    is_missing = said["error"] in ("not_found", "Not found")
    assert type(error) is (NotFoundError if is_missing else BY_STATUS[example.status])
    assert (error.status, error.outcome) == (example.status, Outcome.NOT_DONE)
    assert (error.method, error.path) == row.key
    assert (error.code, error.description) == (said["error"], said.get("error_description"))
    assert error.fields == _reasons(said)
    for reason in (str(said["error"]), *(reason for reasons in error.fields.values() for reason in reasons)):
        assert reason in str(error)
    assert len(server.asked) == (4 if row.reads and example.status >= 500 else 1)


@pytest.mark.parametrize("entity", catalogue.entities("users"), ids=lambda entity: entity.name)
async def test_the_example_of_an_error_becomes_an_exception(entity: catalogue.Entity, server: Loopback) -> None:
    (row,) = (row for row in ROWS if row.method == "accounts.create")
    error = await provoke(server, row, catalogue.Response(400, entity.example))
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
    "row", [row for row in ROWS if {"api_key", "secret"} & (row.query | row.body)], ids=lambda row: row.method
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
