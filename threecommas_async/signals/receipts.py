"""What comes of a signal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, final

import attrs

if TYPE_CHECKING:
    from threecommas_async.models.dca_bot import DcaBot
    from threecommas_async.models.deal import Deal

Reason = Literal[
    "bot_disabled",
    "deal_limit_reached",
    "pair_not_in_bot",
    "deal_open_on_pair",
    "cooldown",
    "wrong_start_condition",
    "no_open_deal",
    "no_response",
]
"""Why a signal may have had no effect, as far as the bot's own state tells."""


@final
@attrs.frozen
class SignalReceipt:
    """3Commas has received a signal. That does not say that it was, or will be, executed.

    :ivar status: the HTTP status, a 2xx.
    :ivar body: the start of the response's body, secrets hidden. What 3Commas puts there is not known.
    :ivar sent_at: when the signal was sent.
    :ivar action: what was asked for.
    :ivar bot: whose signal it was: a bot's id or UUID, or an account's id.
    """

    status: int
    body: str
    sent_at: datetime
    action: str
    bot: str


@final
@attrs.frozen
class Confirmed:
    """A signal had the effect that it was sent for.

    :ivar deals: the deals that were opened, or ended.
    :ivar bot: the bot as it was read last, where the signal was about it.
    :ivar receipt: None if the response was lost, and the effect was seen all the same.
    """

    deals: tuple[Deal, ...] = ()
    bot: DcaBot | None = None
    receipt: SignalReceipt | None = None

    @property
    def deal(self) -> Deal:
        """The deal, where there is one.

        :raises ValueError: there is none, or more than one.
        """
        if len(self.deals) != 1:
            raise ValueError(f"there are {len(self.deals)} deals, not one")
        return self.deals[0]


@final
@attrs.frozen
class NotSeen:
    """A signal had no effect that could be seen in time. It may still have one: it is executed some time after receipt.

    :ivar reasons: why that may be, by the bot's own state; empty if that tells nothing.
    :ivar deals: the deals that were to end, and have not.
    :ivar receipt: None if the response was lost: nobody knows whether the signal was received.
    """

    reasons: tuple[Reason, ...] = ()
    deals: tuple[Deal, ...] = ()
    receipt: SignalReceipt | None = None
