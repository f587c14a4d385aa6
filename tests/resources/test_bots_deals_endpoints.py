"""Whether the calls of bots and deals do what the vendor's documentation says, endpoint by endpoint."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast, get_args, get_origin
from urllib.parse import parse_qsl

import attrs
import pytest

from tests import catalogue
from tests.comparison import differences, model_in, rewritten, unrecognized
from tests.endpoint_rows_bots_deals import NOT_AS_IN_THE_EXAMPLE, NOT_ITS_OWN_EXAMPLE, ROWS
from tests.endpoints import Row
from tests.loopback import Loopback
from threecommas_async import (
    ApiError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    Outcome,
    PermissionDeniedError,
    codec,
)
from threecommas_async.models.base import JsonValue, Model
from threecommas_async.models.dca_bot import DcaBot
from threecommas_async.models.deal import Deal
from threecommas_async.transport.transport import Transport

KNOWN: Final = {endpoint.key: endpoint for group in ("bots", "deals") for endpoint in catalogue.endpoints(group)}
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


def _success(row: Row) -> str:
    return next(one.text for one in KNOWN[row.key].responses if one.is_success)


def test_every_endpoint_has_a_row_and_every_example_is_read() -> None:
    assert {row.key for row in ROWS} == KNOWN.keys()
    assert len(ROWS) == len(KNOWN) == 29
    assert (len(SUCCESSES), len(REFUSALS)) == (29, 16)


@each_row
def test_the_row_says_what_the_catalogue_says(row: Row) -> None:
    known = KNOWN[row.key]
    assert row.permission == known.permission
    assert known.is_signed
    assert set(row.query) == known.query_names
    assert set(row.body) == known.body_names
    assert set(re.findall(r"\{(\w+)\}", row.path)) == known.path_names


@each_row
async def test_the_call_with_every_parameter_puts_each_in_its_place(row: Row, server: Loopback) -> None:
    server.text = _success(row)
    async with server.client() as client:
        await row.with_every_parameter(client)
    (asked,) = server.asked
    assert asked.verb == row.verb
    assert asked.is_signed
    assert re.fullmatch(re.sub(r"\{\w+\}", "[0-9]+", row.path), asked.path)
    assert {name for name, _ in parse_qsl(asked.query)} == set(row.query)
    assert _body_of(asked.body).keys() == set(row.body)


@pytest.mark.parametrize("row", [row for row in ROWS if KNOWN[row.key].requests], ids=lambda row: row.method)
async def test_the_request_is_that_of_the_example(row: Row, server: Loopback) -> None:
    server.text = _success(row)
    async with server.client() as client:
        await row.call(client)
    (asked,) = server.asked
    (example,) = KNOWN[row.key].requests
    otherwise = NOT_AS_IN_THE_EXAMPLE.get(row.method, {})
    assert asked.verb == example.verb or row.method in NOT_ITS_OWN_EXAMPLE
    if row.method not in NOT_ITS_OWN_EXAMPLE:
        assert asked.path == example.path
        assert dict(parse_qsl(asked.query)) == {
            name: value for name, value in example.query.items() if name not in otherwise
        }
    body = _body_of(asked.body)
    expected = {**example.body, **{name: value for name, (value, _) in otherwise.items()}}
    for name in otherwise.keys() - body.keys():
        assert expected.pop(name) is None
    assert expected.keys() == body.keys()
    for name, value in body.items():
        assert expected[name] == "..." or _by_value(value) == _by_value(expected[name]), name


def _body_of(data: bytes) -> catalogue.Json:
    body = codec.decode_json(data) if data else {}
    assert isinstance(body, dict)
    return body


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


@each_row
async def test_what_only_reads_is_marked_as_a_read(row: Row, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    marks: list[bool] = []
    request: Any = Transport.request

    async def noted(transport: Transport, method: str, *arguments: Any, **options: Any) -> object:
        reads = options.get("reads")
        marks.append(method == "GET" if reads is None else reads)
        return await request(transport, method, *arguments, **options)

    monkeypatch.setattr(Transport, "request", noted)
    server.text = _success(row)
    async with server.client() as client:
        await row.call(client)
    assert marks == [row.reads]


@pytest.mark.parametrize(("row", "example"), SUCCESSES)
async def test_an_example_comes_through_whole(row: Row, example: catalogue.Response, server: Loopback) -> None:
    server.status, server.text = example.status, example.text
    async with server.client() as client:
        result = await row.call(client)
    came = codec.decode_json(example.text)
    if row.inside is not None:
        assert isinstance(came, dict)
        assert came.keys() == {row.inside}
        came = came[row.inside]
    if result is None:
        assert came is True
        return
    parts: object = [*cast("dict[str, object]", result).values()] if isinstance(result, dict) else result
    assert list(unrecognized(parts)) == []
    assert list(differences(came, rewritten(result))) == []


ENTITIES: Final[Mapping[str, type[DcaBot | Deal]]] = {"DcaBot": DcaBot, "Deal": Deal}


@pytest.mark.parametrize(
    "entity", [*catalogue.entities("bots"), *catalogue.entities("deals")], ids=lambda one: one.name
)
def test_the_example_of_an_entity_comes_through_whole(entity: catalogue.Entity) -> None:
    kind = ENTITIES[entity.name]
    read = codec.from_json(entity.example, kind)
    assert list(unrecognized(read)) == []
    assert list(differences(codec.decode_json(entity.example), rewritten(read))) == []
    assert _missing(entity.fields, kind) == []
    assert codec.from_documented_json(entity.example, kind) == read


@pytest.mark.parametrize("row", [row for row in ROWS if row.model], ids=lambda row: row.method)
def test_every_documented_field_has_a_place(row: Row) -> None:
    assert row.model is not None
    assert _missing(KNOWN[row.key].fields, row.model) == []


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
    server.status, server.text = example.status, example.text
    async with server.client() as client:
        with pytest.raises(ApiError) as caught:
            await row.call(client)
    error, said = caught.value, codec.decode_json(example.text)
    assert isinstance(said, dict)
    # A bot without deals is 400 on one page, and yet not found.
    expected = NotFoundError if said["error"] == "not_found" else BY_STATUS[example.status]
    assert type(error) is expected
    assert (error.status, error.outcome) == (example.status, Outcome.NOT_DONE)
    assert (error.method, error.path) == row.key
    assert (error.code, error.description) == (said["error"], said.get("error_description"))
    assert error.fields == _reasons(said)
    assert len(server.asked) == 1


def _reasons(said: catalogue.Json) -> dict[str, tuple[JsonValue, ...]]:
    attributes = said.get("error_attributes", {})
    assert isinstance(attributes, dict)
    return {name: tuple(reasons) for name, reasons in attributes.items() if isinstance(reasons, list)}


async def test_no_refusal_remembers_the_code_of_a_bot(server: Loopback) -> None:
    (row,) = (row for row in ROWS if row.method == "bots.copy")
    server.status, server.text = 400, '{"error": "record_invalid", "error_attributes": {"secret": ["its-secret"]}}'
    async with server.client() as client:
        with pytest.raises(InvalidRequestError) as caught:
            await row.call(client)
    assert b"its-secret" in server.asked[0].body
    shown, trace = f"{caught.value!r} {vars(caught.value)}", caught.value.__traceback__
    while trace is not None:
        if "threecommas_async" in trace.tb_frame.f_code.co_filename:
            shown += repr(trace.tb_frame.f_locals)
        trace = trace.tb_next
    assert "its-secret" not in shown
