"""What a handler is given, and the row that declares an endpoint."""

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
    """One request that is authenticated and allowed."""

    platform: Platform
    path: Mapping[str, str]
    """The values of the placeholders in the endpoint's path."""
    parameters: Mapping[str, object] = field(repr=False)
    """What was sent, in the query or in the body."""
    now: datetime

    @property
    def engine(self) -> Engine:
        """What trades."""
        return self.platform.trading.engine

    def read(self, form: type[F], *, about: object = None) -> F:
        """Return the parameters as a form.

        :param about: what the form is about, if it depends on that.
        :raises Refusal: something is wrong with them: all of it is named.
        """
        try:
            return read_form(form, self.parameters, about)
        except WrongFieldsError as error:
            wrong = error.by_name
        raise invalid(wrong)


@frozen
class Endpoint:
    """One endpoint: where it is, who may call it, and the function that answers.

    The function returns the document to send with ``status``, or raises a ``Refusal``. It does not await: nothing
    happens between its reading and its writing.
    """

    method: str
    path: str
    status: int
    answer: Callable[[HandledRequest], object]
    permission: Permission | None = None
    signed: bool = True
    denied: Callable[[], Refusal] = not_permitted
    """What is said to a key without the permission."""
