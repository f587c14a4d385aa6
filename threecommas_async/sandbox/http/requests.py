"""The request that a handler receives, and the row that declares an endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import field, frozen

from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.http.forms import F, WrongFieldsError, read_form
from threecommas_async.sandbox.http.refusals import Refusal, invalid, not_permitted
from threecommas_async.sandbox.state.keys import Permission
from threecommas_async.sandbox.state.platform import Platform


@frozen
class HandledRequest:
    """A request that is authenticated and permitted."""

    platform: Platform
    path: Mapping[str, str]
    """The values of the placeholders in the endpoint's path."""
    parameters: Mapping[str, object] = field(repr=False)
    """The parameters of query and body."""
    now: datetime

    @property
    def engine(self) -> Engine:
        """The engine, which trades."""
        return self.platform.trading.engine

    def read(self, form: type[F], *, about: object = None) -> F:
        """Return the parameters as a form.

        :param about: what the form is about, if it depends on that.
        :raises Refusal: parameters are wrong; it names all of them.
        """
        try:
            return read_form(form, self.parameters, about)
        except WrongFieldsError as error:
            wrong = error.by_name
        raise invalid(wrong)


@frozen
class Endpoint:
    """An endpoint: its verb and path, the permission to call it, and its handler.

    The handler returns the document to send with ``status``, or raises a ``Refusal``. It is synchronous, so that
    nothing happens between its reading and its writing.
    """

    method: str
    path: str
    status: int
    answer: Callable[[HandledRequest], object]
    permission: Permission | None = None
    signed: bool = True
    denied: Callable[[], Refusal] = not_permitted
    """The refusal of a key without the permission."""
