"""Signals to DCA bots, and to all deals of an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, final

from threecommas_async.codec import Number
from threecommas_async.models.request import Money
from threecommas_async.secret import Secret
from threecommas_async.signals.messages import (
    checked_amount,
    checked_id,
    checked_pair,
    checked_raw,
    checked_token,
    checked_whole,
)
from threecommas_async.signals.receipts import SignalReceipt
from threecommas_async.signals.sender import Sender

_FILLED_IN: Final = {"message_type", "bot_id", "account_id", "email_token"}


@final
class DcaBotSignals:
    """The signals of one DCA bot; made by :meth:`Signals.dca`.

    Each is sent once, whatever happens, and ends in a :class:`SignalReceipt`, which says that 3Commas has received it:
    see :meth:`Signals.confirm` for what became of it. Parameters that the methods share:

    - ``pair``: which of the bot's pairs, the quote currency first. A bot of several pairs needs it.
    - ``delay_seconds``: after how many seconds 3Commas acts; 0 for at once.

    Errors that they share:

    - :class:`ValueError`, :class:`TypeError`: an argument cannot be right; nothing was sent.
    - :class:`NotSentError`: it did not leave.
    - :class:`OutcomeUnknownError`: it may have been received; look at the bot before you send another.
    - :class:`ApiError`: the host refused it.
    """

    def __init__(self, sender: Sender, bot_id: int, email_token: str | Secret) -> None:
        self._sender: Final = sender
        self._token: Final = checked_token(email_token)
        self.bot_id: Final = checked_id("bot_id", bot_id)

    def __repr__(self) -> str:
        return f"<DcaBotSignals of bot {self.bot_id}>"

    async def start_deal(self, pair: str | None = None, *, delay_seconds: int = 0) -> SignalReceipt:
        """Start a deal. The bot must be enabled, and have ``tv_custom_signal`` for its start condition.

        ``POST /trade_signal/trading_view``, without an action.
        """
        return await self._send(None, pair, delay_seconds)

    async def close_deal(self, pair: str | None = None, *, delay_seconds: int = 0) -> SignalReceipt:
        """Close the deal on a pair at the market price.

        ``POST /trade_signal/trading_view``, ``close_at_market_price``.
        """
        return await self._send("close_at_market_price", pair, delay_seconds)

    async def close_all(self, *, stop_bot: bool = False, delay_seconds: int = 0) -> SignalReceipt:
        """Close all deals of the bot at the market price.

        ``POST /trade_signal/trading_view``, ``close_at_market_price_all`` or ``..._and_stop_bot``.

        :param stop_bot: whether to disable the bot, too.
        """
        action = "close_at_market_price_all"
        return await self._send(f"{action}_and_stop_bot" if stop_bot else action, None, delay_seconds)

    async def cancel_deal(self, pair: str | None = None, *, delay_seconds: int = 0) -> SignalReceipt:
        """Cancel the deal on a pair; its coins stay in the account.

        ``POST /trade_signal/trading_view``, ``cancel``.
        """
        return await self._send("cancel", pair, delay_seconds)

    async def cancel_all(self, *, stop_bot: bool = False, delay_seconds: int = 0) -> SignalReceipt:
        """Cancel all deals of the bot; their coins stay in the account.

        ``POST /trade_signal/trading_view``, ``cancel_all`` or ``cancel_all_and_stop_bot``.

        :param stop_bot: whether to disable the bot, too.
        """
        return await self._send("cancel_all_and_stop_bot" if stop_bot else "cancel_all", None, delay_seconds)

    async def start_bot(
        self, *, start_deal: bool = False, pair: str | None = None, delay_seconds: int = 0
    ) -> SignalReceipt:
        """Enable the bot.

        ``POST /trade_signal/trading_view``, ``start_bot`` or ``start_bot_and_start_deal``.

        :param start_deal: whether to start a deal, too.
        :raises ValueError: a pair is given, but no deal is to be started.
        """
        if pair is not None and not start_deal:
            raise ValueError("pair is for start_deal=True")
        return await self._send("start_bot_and_start_deal" if start_deal else "start_bot", pair, delay_seconds)

    async def stop_bot(self, *, delay_seconds: int = 0) -> SignalReceipt:
        """Disable the bot; its deals go on.

        ``POST /trade_signal/trading_view``, ``stop_bot``.
        """
        return await self._send("stop_bot", None, delay_seconds)

    async def start_trailing(self, pair: str | None = None, *, delay_seconds: int = 0) -> SignalReceipt:
        """Begin to trail the take profit of the deal on a pair now.

        ``POST /trade_signal/trading_view``, ``start_trailing``.
        """
        return await self._send("start_trailing", pair, delay_seconds)

    async def add_funds(
        self, volume: Money, pair: str | None = None, *, price: Money | None = None, delay_seconds: int = 0
    ) -> SignalReceipt:
        """Buy more for the deal on a pair.

        ``POST /trade_signal/trading_view``, ``add_funds_in_quote``.

        :param volume: for how much, in the quote currency, above 0.
        :param price: at which price; None for the market's.
        """
        more: dict[str, object] = {"volume": Number(checked_amount("volume", volume))}
        if price is not None:
            more["price"] = Number(checked_amount("price", price))
        return await self._send("add_funds_in_quote", pair, delay_seconds, more)

    async def raw(self, fields: Mapping[str, object]) -> SignalReceipt:
        """Send a message with fields of your own, for what has no method; id and token are filled in.

        :param fields: such as ``{"action": "...", "pair": "USDT_BTC", "delay_seconds": 0}``.
        """
        message = {"message_type": "bot", "bot_id": self.bot_id, "email_token": self._token}
        message |= checked_raw(fields, _FILLED_IN)
        action = str(fields.get("action", "start_deal"))
        return await self._sender.send(message, action=action, bot=str(self.bot_id), secret=self._token)

    async def _send(
        self, action: str | None, pair: str | None, delay_seconds: int, more: Mapping[str, object] | None = None
    ) -> SignalReceipt:
        message: dict[str, object] = {
            "message_type": "bot",
            "bot_id": self.bot_id,
            "email_token": self._token,
            "delay_seconds": checked_whole("delay_seconds", delay_seconds, 0),
        }
        if checked_pair(pair) is not None:
            message["pair"] = pair
        if action is not None:
            message["action"] = action
        message |= more or {}
        return await self._sender.send(message, action=action or "start_deal", bot=str(self.bot_id), secret=self._token)


@final
class AccountSignals:
    """The signals of one account; made by :meth:`Signals.account`. Experimental: one author only has sent them."""

    def __init__(self, sender: Sender, account_id: int, email_token: str | Secret) -> None:
        self._sender: Final = sender
        self._token: Final = checked_token(email_token)
        self.account_id: Final = checked_id("account_id", account_id)

    def __repr__(self) -> str:
        return f"<AccountSignals of account {self.account_id}>"

    async def stop_all(self, side: Literal["long", "short"], *, delay_seconds: int = 0) -> SignalReceipt:
        """Stop all that is long, or all that is short, on the account. What exactly that stops is not known.

        ``POST /trade_signal/trading_view``, ``stop_all_long`` or ``stop_all_short``.

        :param side: ``"long"`` or ``"short"``.
        :param delay_seconds: after how many seconds 3Commas acts.
        :raises ValueError: an argument cannot be right; nothing was sent.
        :raises NotSentError: it did not leave.
        :raises OutcomeUnknownError: it may have been received; look before you send another.
        :raises ApiError: the host refused it.
        """
        if side not in ("long", "short"):
            raise ValueError(f"side must be 'long' or 'short', not {side!r}")
        message: dict[str, object] = {
            "message_type": "account",
            "account_id": self.account_id,
            "email_token": self._token,
            "delay_seconds": checked_whole("delay_seconds", delay_seconds, 0),
            "action": f"stop_all_{side}",
        }
        return await self._sender.send(
            message, action=f"stop_all_{side}", bot=f"account {self.account_id}", secret=self._token
        )
