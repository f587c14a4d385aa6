"""Sends a message to a webhook, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

from threecommas_async.redaction import redact
from threecommas_async.secret import Secret
from threecommas_async.signals.lanes import Lanes
from threecommas_async.signals.receipts import SignalReceipt
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.transport import Transport

_SHOWN: Final = 500


@final
class Sender:
    """One webhook: unsigned, on a host of its own, never asked twice.

    :param transport: sends to that host.
    """

    def __init__(self, transport: Transport, path: str, lanes: Lanes) -> None:
        self._transport: Final = transport
        self._path: Final = path
        self._lanes: Final = lanes

    @property
    def clock(self) -> Clock:
        """Where time comes from."""
        return self._transport.clock

    async def send(self, message: Mapping[str, object], *, action: str, bot: str, secret: Secret) -> SignalReceipt:
        """Send a message, in its turn.

        :raises NotSentError: it did not leave.
        :raises OutcomeUnknownError: nobody knows what became of it. It was not, and will not be, repeated.
        :raises ApiError: the host refused it.
        """
        async with self._lanes.turn(bot):
            sent_at = self.clock.now()
            response = await self._transport.deliver(self._path, message)
        body = redact(response.body[:_SHOWN].decode(errors="replace"), [secret.reveal()])
        return SignalReceipt(response.status, body, sent_at, action, bot)
