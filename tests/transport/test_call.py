"""What a call is made of: the path, the query and the body, and what may be shown of them."""

from __future__ import annotations

import enum
import json
from uuid import UUID

import pytest

from threecommas_async.secret import Secret
from threecommas_async.transport.call import Call

KEY = UUID("0b1c6f64-38b5-4f3a-9f0a-0b1c6f6438b5")


class Ids(int, enum.Enum):
    MAIN = 7


def call(
    path: str = "/ver1/x",
    ids: dict[str, object] | None = None,
    query: dict[str, object] | None = None,
    body: dict[str, object] | None = None,
) -> Call:
    return Call("POST", path, "https://api.example.org/public/api", ids=ids, query=query, body=body, writes=True)


@pytest.mark.parametrize(
    ("value", "segment"), [(0, "0"), (7, "7"), (Ids.MAIN, "7"), (KEY, str(KEY)), ("summary", "summary")]
)
def test_ids_fill_the_path(value: object, segment: str) -> None:
    made = call("/ver1/trades/{id}/x", {"id": value})
    assert str(made.url) == f"https://api.example.org/public/api/ver1/trades/{segment}/x"
    assert made.path == "/ver1/trades/{id}/x"
    assert str(made) == f"POST /ver1/trades/{segment}/x at api.example.org"


@pytest.mark.parametrize("value", [-1, True, 1.0, None, "", "1/../2", "..", "a b", "%2e", "ä", b"1"])
def test_what_is_no_segment_of_a_path_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="id must be an int of at least 0, a UUID or a plain word, not "):
        call("/ver1/trades/{id}/x", {"id": value})


def test_a_placeholder_without_its_id_is_refused() -> None:
    with pytest.raises(ValueError, match="ids must have trade_id"):
        call("/v2/{id}/trades/{trade_id}", {"id": 1})
    with pytest.raises(ValueError, match="ids must have id"):
        call("/v2/{id}")


def test_what_is_shown_leaves_secrets_out_however_deep() -> None:
    made = call(
        query={"api_key": Secret("canary-1"), "page": 2},
        body={
            "name": "Main",
            "secret": "canary-2",
            "plan": {"token": "canary-3", "steps": [{"password": "canary-4", "price": "1"}]},
            "held": Secret("canary-5"),
        },
    )
    assert made.shown == {"page": 2, "name": "Main", "plan": {"steps": [{"price": "1"}]}}
    assert sorted(made.secrets) == [f"canary-{number}" for number in range(1, 6)]
    assert made.details.get("sent") == made.shown
    assert "canary" not in repr(made.payload)


async def test_the_body_is_exactly_what_was_given() -> None:
    made = call(body={"secret": Secret("canary"), "nothing": None})
    assert made.payload is not None
    assert json.loads(await made.payload.as_bytes()) == {"secret": "canary", "nothing": None}
    assert call().payload is None


def test_a_secret_in_a_query_goes_out_in_plain() -> None:
    assert str(call(query={"api_key": Secret("plain text")}).url).endswith("/ver1/x?api_key=plain%20text")
