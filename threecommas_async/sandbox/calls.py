"""What a handler is given, and the row that declares an endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Literal

from attrs import define, field, frozen

from threecommas_async.sandbox.accounts import Accounts
from threecommas_async.sandbox.answers import Refusal, not_permitted
from threecommas_async.sandbox.keys import Permission
from threecommas_async.sandbox.parameters import Parameters

Mode = Literal["paper", "real"]


@define
class State:
    """All that a sandbox remembers of its one user."""

    accounts: Accounts = field(factory=Accounts)
    mode: Mode = "real"
    transfer_ids: count[int] = field(factory=lambda: count(243_385_046_044))


@frozen
class Call:
    """One request that was authenticated and is allowed."""

    state: State
    path: Mapping[str, str]
    """The values of the placeholders in the endpoint's path."""
    parameters: Parameters
    now: datetime


@frozen
class Endpoint:
    """One endpoint: where it is, who may call it, and the function that answers.

    The function returns the document to send with ``status``, or raises a ``Refusal``. It does not await: nothing
    happens between its reading and its writing.
    """

    method: str
    path: str
    status: int
    answer: Callable[[Call], object]
    permission: Permission | None = None
    signed: bool = True
    denied: Callable[[], Refusal] = not_permitted
    """What is said to a key without the permission."""
