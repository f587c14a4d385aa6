"""The vendor's documentation as data, from ``fixtures/catalogue``: facts and example values, none of its texts."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from attrs import field, frozen
from yarl import URL

from threecommas_async import codec
from threecommas_async.models.base import JsonValue

_FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "catalogue"

Json = dict[str, JsonValue]


@frozen
class Request:
    """A request as the vendor's example shows it."""

    verb: str
    path: str
    query: Mapping[str, str]
    body: Json


@frozen
class Response:
    """An answer as the vendor's example shows it, to the letter."""

    status: int
    text: str = field(repr=False)

    @property
    def is_success(self) -> bool:
        return self.status < 300


@frozen
class DocumentedField:
    """A field of an answer, with the fields of the objects in it."""

    name: str
    fields: tuple[DocumentedField, ...]


@frozen
class Endpoint:
    """What the vendor says of an endpoint."""

    group: str
    verb: str
    path: str
    permission: str
    is_signed: bool
    path_names: frozenset[str]
    query_names: frozenset[str]
    body_names: frozenset[str]
    requests: tuple[Request, ...] = field(repr=False)
    responses: tuple[Response, ...] = field(repr=False)
    fields: tuple[DocumentedField, ...] = field(repr=False)

    @property
    def key(self) -> tuple[str, str]:
        return self.verb, self.path


@frozen
class Entity:
    """What the vendor says of an entity."""

    name: str
    fields: tuple[DocumentedField, ...] = field(repr=False)
    example: str = field(repr=False)
    envelope: str | None


def all_endpoints() -> dict[tuple[str, str], str]:
    """Return the group of each of the API's endpoints, by verb and path."""
    return {(_text(row, "method"), _text(row, "path")): _text(row, "group") for row in _objects(_load("endpoints"))}


def endpoints(group: str) -> Iterator[Endpoint]:
    """Return what is known of the endpoints of a group."""
    for row in _objects(_object(_load(group))["endpoints"]):
        yield Endpoint(
            group,
            _text(row, "method"),
            _text(row, "path"),
            _text(row, "permission"),
            row["security"] == "SIGNED",
            _names(row["path_params"]),
            _names(row["query_params"]),
            _names(row["body_params"]),
            tuple(_request(one) for one in _objects(row["request_examples"])),
            tuple(
                Response(cast("int", one["status"]), _text(one, "example_json"))
                for one in _objects(row["responses"])
                if "example_json" in one
            ),
            _fields(row["response_fields"]),
        )


@functools.cache
def _by_key() -> dict[tuple[str, str], Endpoint]:
    return {one.key: one for group in set(all_endpoints().values()) for one in endpoints(group)}


def endpoint(key: tuple[str, str]) -> Endpoint:
    """Return what is known of one endpoint, by verb and path."""
    return _by_key()[key]


def entities(group: str) -> list[Entity]:
    """Return the entities of a group."""
    rows = _objects(_object(_load(group))["entities"])
    return [
        Entity(
            _text(row, "name"),
            _fields(row["fields"]),
            _text(row, "example_json"),
            _text(row, "example_envelope") if "example_envelope" in row else None,
        )
        for row in rows
    ]


def _request(row: Json) -> Request:
    url = URL(_text(row, "path"))
    body = _object(codec.decode_json(_text(row, "example_json"))) if "example_json" in row else {}
    return Request(_text(row, "method"), url.path, dict(url.query), body)


def _names(value: JsonValue) -> frozenset[str]:
    return frozenset(_text(row, "name") for row in _objects(value))


def _fields(value: JsonValue) -> tuple[DocumentedField, ...]:
    return tuple(DocumentedField(_text(row, "name"), _fields(row.get("fields", []))) for row in _objects(value))


def _load(name: str) -> JsonValue:
    return codec.decode_json((_FOLDER / f"{name}.json").read_bytes())


def _object(value: JsonValue) -> Json:
    assert isinstance(value, dict)
    return value


def _objects(value: JsonValue) -> list[Json]:
    assert isinstance(value, list)
    return [_object(item) for item in value]


def _text(row: Json, name: str) -> str:
    value = row[name]
    assert isinstance(value, str)
    return value
