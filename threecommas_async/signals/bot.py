"""Signals to Signal Bots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, final
from uuid import UUID

from threecommas_async.models.request import Money
from threecommas_async.secret import Secret
from threecommas_async.signals.messages import (
    checked_amount,
    checked_exchange,
    checked_instrument,
    checked_raw,
    checked_secret,
    checked_uuid,
    checked_whole,
    written_moment,
)
from threecommas_async.signals.orders import (
    EntryOrder,
    SignalStopLoss,
    SignalTakeProfit,
    StrategyPosition,
    with_numbers,
)
from threecommas_async.signals.receipts import SignalReceipt
from threecommas_async.signals.sender import Sender

_WHOLE: Final = Decimal(100)
_MAX_LAG: Final = 300
_FILLED_IN: Final = {"secret", "bot_uuid"}


@final
class SignalBotSignals:
    """The signals of one Signal Bot; made by :meth:`Signals.bot`.

    Each is sent once, whatever happens, and ends in a :class:`SignalReceipt`, which says that 3Commas has received it.
    What became of it cannot be confirmed: a Signal Bot trades by SmartTrades, and no field of these is known that names
    the bot. Parameters that the methods share:

    - ``instrument``: what charts call it, base currency first: ``"BTCUSDT"``.
    - ``trigger_price``: the price at the signal; shown on the bot's page.
    - ``max_lag``: how many seconds old it may be when it is to be executed; above 0.
    - ``timestamp``: when it arose, aware; by default the time of sending. Both are always sent: they are the only
      protection from a signal that is delivered late.

    Errors are those of :class:`DcaBotSignals`.
    """

    def __init__(self, sender: Sender, uuid: UUID | str, secret: str | Secret, exchange: str) -> None:
        self._sender: Final = sender
        self._secret: Final = checked_secret(secret)
        self.uuid: Final = checked_uuid(uuid)
        self.exchange: Final = checked_exchange(exchange)

    def __repr__(self) -> str:
        return f"<SignalBotSignals of bot {self.uuid} on {self.exchange}>"

    async def enter_long(
        self,
        instrument: str,
        *,
        trigger_price: Money | None = None,
        order: EntryOrder | None = None,
        take_profit: SignalTakeProfit | None = None,
        stop_loss: SignalStopLoss | None = None,
        max_lag: int = _MAX_LAG,
        timestamp: datetime | None = None,
    ) -> SignalReceipt:
        """Open a long position, or enter it further; for bots of the custom kind.

        ``POST /signal_bots/webhooks``, ``enter_long``.

        :param order: how much and how; None for the bot's own setting.
        :param take_profit: targets in place of the bot's own.
        :param stop_loss: a stop in place of the bot's own.
        """
        more = _parts(order=order, take_profit=take_profit, stop_loss=stop_loss)
        return await self._signal("enter_long", instrument, trigger_price, max_lag, timestamp, more)

    async def enter_short(
        self,
        instrument: str,
        *,
        trigger_price: Money | None = None,
        order: EntryOrder | None = None,
        take_profit: SignalTakeProfit | None = None,
        stop_loss: SignalStopLoss | None = None,
        max_lag: int = _MAX_LAG,
        timestamp: datetime | None = None,
    ) -> SignalReceipt:
        """Open a short position, or enter it further; for bots of the custom kind.

        ``POST /signal_bots/webhooks``, ``enter_short``.

        :param order: how much and how; None for the bot's own setting.
        :param take_profit: targets in place of the bot's own.
        :param stop_loss: a stop in place of the bot's own.
        """
        more = _parts(order=order, take_profit=take_profit, stop_loss=stop_loss)
        return await self._signal("enter_short", instrument, trigger_price, max_lag, timestamp, more)

    async def exit_long(
        self,
        instrument: str,
        *,
        percent: Money | None = None,
        trigger_price: Money | None = None,
        max_lag: int = _MAX_LAG,
        timestamp: datetime | None = None,
    ) -> SignalReceipt:
        """Close a long position by market, or a part of it; for bots of the custom kind.

        ``POST /signal_bots/webhooks``, ``exit_long``.

        :param percent: which part of the position, above 0 and at most 100; None for what the bot is set to.
        """
        return await self._signal("exit_long", instrument, trigger_price, max_lag, timestamp, _exit(percent))

    async def exit_short(
        self,
        instrument: str,
        *,
        percent: Money | None = None,
        trigger_price: Money | None = None,
        max_lag: int = _MAX_LAG,
        timestamp: datetime | None = None,
    ) -> SignalReceipt:
        """Close a short position by market, or a part of it; for bots of the custom kind.

        ``POST /signal_bots/webhooks``, ``exit_short``.

        :param percent: which part of the position, above 0 and at most 100; None for what the bot is set to.
        """
        return await self._signal("exit_short", instrument, trigger_price, max_lag, timestamp, _exit(percent))

    async def disable(self, *, positions: Literal["market_close", "cancel"] | None = None) -> SignalReceipt:
        """Disable the bot. Only a person can enable it again, on its page.

        ``POST /signal_bots/webhooks``, ``disable``.

        :param positions: what becomes of its positions: ``"market_close"``, ``"cancel"``, or None.
        """
        if positions not in (None, "market_close", "cancel"):
            raise ValueError(f"positions must be 'market_close', 'cancel' or None, not {positions!r}")
        more: dict[str, object] = {} if positions is None else {"positions_sub_action": positions}
        moment = written_moment(self._sender.clock.now())
        return await self._send("disable", {"timestamp": moment, "max_lag": str(_MAX_LAG), **more})

    async def strategy(
        self,
        side: Literal["buy", "sell"],
        instrument: str,
        *,
        position: StrategyPosition,
        previous: StrategyPosition,
        amount: Money,
        trigger_price: Money | None = None,
        max_lag: int = _MAX_LAG,
        timestamp: datetime | None = None,
    ) -> SignalReceipt:
        """Tell of an order of a strategy; 3Commas derives from the two positions what to do. For the strategy kind.

        ``POST /signal_bots/webhooks``, ``buy`` or ``sell``.

        :param side: ``"buy"`` or ``"sell"``.
        :param position: the position after the order.
        :param previous: the position before it.
        :param amount: the size of the order, in base currency or contracts, above 0.
        """
        if side not in ("buy", "sell"):
            raise ValueError(f"side must be 'buy' or 'sell', not {side!r}")
        more = {
            "order": {"amount": checked_amount("amount", amount), "currency_type": "base"},
            "strategy_info": {
                "market_position": position.side,
                "market_position_size": position.size,
                "prev_market_position": previous.side,
                "prev_market_position_size": previous.size,
            },
        }
        return await self._signal(side, instrument, trigger_price, max_lag, timestamp, more)

    async def raw(self, fields: Mapping[str, object]) -> SignalReceipt:
        """Send a message with fields of your own, for what has no method; secret and bot are filled in.

        :param fields: such as ``{"action": "...", "tv_exchange": "BINANCE", ...}``.
        """
        fields = checked_raw(fields, _FILLED_IN)
        message = {"secret": self._secret, "bot_uuid": self.uuid, **fields}
        return await self._sender.send(
            message, action=str(fields.get("action", "")), bot=self.uuid, secret=self._secret
        )

    async def _signal(
        self,
        action: str,
        instrument: str,
        trigger_price: Money | None,
        max_lag: int,
        timestamp: datetime | None,
        more: Mapping[str, object],
    ) -> SignalReceipt:
        fields: dict[str, object] = {
            "tv_exchange": self.exchange,
            "tv_instrument": checked_instrument(instrument),
            "timestamp": written_moment(self._sender.clock.now() if timestamp is None else timestamp),
            "max_lag": str(checked_whole("max_lag", max_lag, 1)),
        }
        if trigger_price is not None:
            fields["trigger_price"] = checked_amount("trigger_price", trigger_price)
        return await self._send(action, {**fields, **more})

    async def _send(self, action: str, fields: Mapping[str, object]) -> SignalReceipt:
        message = {"secret": self._secret, "bot_uuid": self.uuid, "action": action, **fields}
        return await self._sender.send(message, action=action, bot=self.uuid, secret=self._secret)


def _parts(**parts: object) -> dict[str, object]:
    classes = {"order": EntryOrder, "take_profit": SignalTakeProfit, "stop_loss": SignalStopLoss}
    for name, part in parts.items():
        if part is not None and not isinstance(part, classes[name]):
            raise TypeError(f"{name} must be of class {classes[name].__name__}, not {type(part).__name__}")
    # Amounts and prices are texts in the vendor's own messages; percentages of targets and stops are numbers.
    return {name: part if name == "order" else with_numbers(part) for name, part in parts.items() if part is not None}


def _exit(percent: Money | None) -> dict[str, object]:
    if percent is None:
        return {}
    share = checked_amount("percent", percent)
    if share > _WHOLE:
        raise ValueError(f"percent must be at most 100, not {share:f}")
    return {"order": {"amount": share, "currency_type": "position_percent", "order_type": "market"}}
