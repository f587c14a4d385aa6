"""The credentials of signals, and what became of those that were received."""

from __future__ import annotations

import base64
import secrets
from collections import deque
from itertools import count
from typing import Final
from uuid import uuid4

import msgspec
from attrs import define, field

from threecommas_async.sandbox.engine.signals.messages import SignalRecord

_KEPT: Final = 10_000


def _kept() -> deque[SignalRecord]:
    return deque(maxlen=_KEPT)


@define
class Webhooks:
    """What the user has for the two webhooks. No response of the API shows any of it."""

    email_token: str = field(factory=lambda: str(uuid4()), repr=False)
    """The user's, for all DCA bots and accounts."""
    secrets: dict[str, str] = field(factory=dict[str, str], repr=False)
    """Those of Signal Bots, by UUID."""
    log: deque[SignalRecord] = field(factory=_kept, repr=False)
    """What became of signals; the latest 10,000, oldest first."""
    wrong_token: int = 401
    unknown_bot: int = 404
    wrong_message: int = 400
    _sources: count[int] = field(factory=lambda: count(210_431), repr=False)

    def add_bot(self, secret: str | None) -> tuple[str, str]:
        """Return the UUID and the secret of a new Signal Bot."""
        uuid = str(uuid4())
        self.secrets[uuid] = new = self._new_secret() if secret is None else secret
        return uuid, new

    def _new_secret(self) -> str:
        """Return a text in the form that was seen: a JWT with a number in it, and a signature of nothing."""
        parts = ({"alg": "HS256"}, {"signals_source_id": next(self._sources)})
        encoded = [base64.urlsafe_b64encode(msgspec.json.encode(part)).decode().rstrip("=") for part in parts]
        return ".".join((*encoded, secrets.token_urlsafe(32)))
