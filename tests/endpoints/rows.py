"""What the table says of an endpoint: all that the vendor's documentation tells is taken from there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property

import attrs

from tests.endpoints import catalogue
from threecommas_async import ThreeCommasClient
from threecommas_async.models import JsonValue, Model

Call = Callable[[ThreeCommasClient], Awaitable[object]]


@attrs.define(slots=False, frozen=True)
class Row:
    """An endpoint, and the method that calls it.

    :ivar method: the method of the client.
    :ivar endpoint: verb and path.
    :ivar model: what the response, or each item of it, becomes.
    :ivar call: the call that makes the request of the vendor's example.
    :ivar every: the call with every parameter, where the example leaves some out.
    :ivar inside: the key of the response that holds what is returned.
    :ivar not_in_table: the parameters that are sent though the vendor's table lacks them, and why.
    :ivar not_sent: the parameters of the vendor's table that are not sent, and why.
    :ivar otherwise: what is sent otherwise than in the vendor's example (None: not at all), and why.
    :ivar foreign_example: why the vendor's example is not one of this endpoint.
    :ivar response: what the API answers, where no page shows it.
    """

    method: str
    endpoint: str
    model: type[Model] | None
    call: Call
    every: Call | None = None
    inside: str | None = None
    not_in_table: Mapping[str, str] = attrs.field(factory=dict[str, str])
    not_sent: Mapping[str, str] = attrs.field(factory=dict[str, str])
    otherwise: Mapping[str, tuple[JsonValue, str]] = attrs.field(factory=dict[str, tuple[JsonValue, str]])
    foreign_example: str = ""
    response: str = ""

    @property
    def key(self) -> tuple[str, str]:
        verb, _, path = self.endpoint.partition(" ")
        return verb, path

    @property
    def verb(self) -> str:
        return self.key[0]

    @property
    def path(self) -> str:
        return self.key[1]

    @cached_property
    def known(self) -> catalogue.Endpoint:
        """What the vendor says of it."""
        return catalogue.endpoint(self.key)

    @property
    def query(self) -> frozenset[str]:
        """The parameters that go into the query."""
        more = self.not_in_table if self.verb == "GET" else {}
        return (self.known.query_names | more.keys()) - self.not_sent.keys()

    @property
    def body(self) -> frozenset[str]:
        """The parameters that go into the body."""
        more = {} if self.verb == "GET" else self.not_in_table
        return (self.known.body_names | more.keys()) - self.not_sent.keys()

    @property
    def with_every_parameter(self) -> Call:
        return self.every or self.call

    @property
    def reads(self) -> bool:
        """Whether the call may be repeated: it changes nothing."""
        return self.verb == "GET" or self.known.permission.endswith("_READ")

    @property
    def success(self) -> str:
        """A response that says that all went well."""
        return next((one.text for one in self.known.responses if one.is_success), self.response)
