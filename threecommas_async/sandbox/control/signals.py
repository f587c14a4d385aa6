"""The control of the signals that bots wait for, and of the webhooks: a sandbox has no indicators and no charts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Final, final, get_args

from attrs import field, frozen

from threecommas_async.sandbox.control.arguments import (
    Amount,
    checked_amount,
    checked_count,
    checked_id,
    checked_text,
)
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.signals.messages import SignalRecord
from threecommas_async.sandbox.engine.signals.signal_bot import SignalBot, SignalBotDirection, SignalBotKind
from threecommas_async.sandbox.reference.instruments import pair_of
from threecommas_async.sandbox.reference.markets import ListedMarket
from threecommas_async.sandbox.state.platform import Platform
from threecommas_async.transport.clock import Clock


@final
@frozen
class SignalResult:
    """The result of a signal to open a deal."""

    deal_id: int | None
    """The deal that was opened."""
    due_at: datetime | None
    """When the deal will be opened, if the bot starts deals with a delay."""
    obstacle: str | None
    """Why there is no deal, such as ``"the bot is disabled"``."""


@final
@frozen
class SandboxSignalBot:
    """A Signal Bot, as returned by :meth:`SandboxSignals.create_bot`. No response of the API shows it."""

    uuid: str
    secret: str = field(repr=False)


@final
class SandboxSignals:
    """The signals of a sandbox: start and close conditions that are met when a test says so, and the webhooks.

    The start and close conditions of bots, other than ``nonstop`` and signals to the webhook::

        opened = await sandbox.signals.open(bot.id, "USDT_ETH")
        await sandbox.signals.close(opened.deal_id)

    The webhooks, to which programs send signals themselves::

        bot = client.signals.dca(bot_id, email_token=sandbox.signals.email_token)
        await bot.start_deal("USDT_ETH")
        assert sandbox.signals.log[-1].verdict == "executed"

    A signal that is received and authentic gets a 200, whatever becomes of it; the :attr:`log` says what did. Signals
    count towards no rate limit. Faults are planned with ``sandbox.faults`` and the paths of the webhooks,
    ``"/trade_signal/trading_view"`` and ``"/signal_bots/webhooks"``.
    """

    def __init__(self, platform: Platform, clock: Clock) -> None:
        self._platform: Final = platform
        self._trading: Final = platform.trading
        self._webhooks: Final = platform.webhooks
        self._clock: Final = clock
        self._trading.engine.signals.listener = self._webhooks.log.append

    def __repr__(self) -> str:
        return f"<SandboxSignals: log {len(self._webhooks.log)}, waiting {self._trading.engine.signals.waiting}>"

    # ---- conditions -------------------------------------------------------------------------------------------------
    async def open(self, bot_id: int, pair: str | None = None) -> SignalResult:
        """Let all start conditions of a bot be met for a moment.

        :param pair: the pair; may be omitted for a bot with one pair.
        :raises ValueError: there is no such bot, or it does not trade the pair.
        """
        number = checked_id("bot_id", bot_id)
        code = None if pair is None else checked_text("pair", pair)
        self._trading.bring_to(self._clock.now())
        try:
            opening = self._trading.engine.bots.open_signal(number, code)
        except RefusedError as error:
            reasons = dict(error.fields or {}).get("pair")
            raise ValueError(f"pair {' '.join(reasons)}" if reasons else f"bot_id: there is no bot {number}") from None
        await asyncio.sleep(0)
        deal = opening.deal
        return SignalResult(None if deal is None else deal.id, opening.due_at, opening.obstacle)

    async def close(self, deal_id: int) -> str:
        """Let the close conditions of a deal be met: it is completed, or waits for its minimum profit.

        :returns: the status of the deal afterwards.
        :raises ValueError: there is no such deal, it is not active, or its bot has no ``close_strategy_list``.
        """
        number = checked_id("deal_id", deal_id)
        self._trading.bring_to(self._clock.now())
        try:
            deal = self._trading.engine.deals.close_signal(number)
        except RefusedError as error:
            known = error.status != 404
            what = f"deal {number} cannot be closed by a signal" if known else f"there is no deal {number}"
            raise ValueError(f"deal_id: {what}") from None
        await asyncio.sleep(0)
        return deal.status

    # ---- webhooks ---------------------------------------------------------------------------------------------------
    @property
    def email_token(self) -> str:
        """The user's token for signals to DCA bots and accounts. It is random, and no response of the API shows it."""
        return self._webhooks.email_token

    @property
    def log(self) -> deque[SignalRecord]:
        """What became of the signals that were received, by now: the latest 10,000, oldest first. May be cleared.

        Signals that were refused, or that wait for their delay, are not in it.
        """
        self._trading.bring_to(self._clock.now())
        return self._webhooks.log

    @property
    def waiting(self) -> int:
        """The number of signals that wait for their delay."""
        self._trading.bring_to(self._clock.now())
        return self._trading.engine.signals.waiting

    def create_bot(
        self,
        account_id: int,
        *,
        instruments: Sequence[str],
        kind: SignalBotKind = "custom",
        direction: SignalBotDirection = "long",
        amount: Amount = 100,
        entries: int = 1,
        reverse: bool = False,
        min_profit: Amount | None = None,
        secret: str | None = None,
    ) -> SandboxSignalBot:
        """Create a Signal Bot, enabled. At 3Commas, only a person can do that, on its page.

        :param account_id: the account on which it trades, by SmartTrades.
        :param instruments: what it trades, as charts call it: ``["BTCUSDT"]``.
        :param kind: ``custom`` for the actions ``enter_long`` and others, ``strategy`` for ``buy`` and ``sell``.
        :param direction: ``long``, ``short`` or ``both``.
        :param amount: of an entry whose signal has no order, in quote currency.
        :param entries: how many entries a position may have.
        :param reverse: whether an entry the other way closes a position and turns it. On an account for futures it
            always does.
        :param min_profit: the profit in percent below which an exit is rejected.
        :param secret: that of another Signal Bot, to share it; by default a new one.
        :raises ValueError: an argument is not valid.
        """
        account = self._platform.accounts.find(checked_id("account_id", account_id))
        if account is None:
            raise ValueError(f"account_id: there is no account {account_id}")
        if kind not in get_args(SignalBotKind):
            raise ValueError(f"kind must be one of {', '.join(get_args(SignalBotKind))}, not {kind!r}")
        if direction not in get_args(SignalBotDirection):
            raise ValueError(f"direction must be one of {', '.join(get_args(SignalBotDirection))}, not {direction!r}")
        if checked_count("entries", entries) < 1:
            raise ValueError("entries must be at least 1, not 0")
        spent = checked_amount("amount", amount)
        profit = None if min_profit is None else checked_amount("min_profit", min_profit)
        pairs = self._pairs(account.market, instruments)
        if secret is not None and secret not in self._webhooks.secrets.values():
            raise ValueError("secret must be that of a Signal Bot of this sandbox")
        uuid, secret = self._webhooks.add_bot(secret)
        engine = self._trading.engine
        engine.signals.add_bot(
            SignalBot(uuid, engine.account(account.id), pairs, kind, direction, spent, entries, reverse, profit)
        )
        return SandboxSignalBot(uuid, secret)

    def enable_bot(self, uuid: str) -> None:
        """Enable a Signal Bot again. At 3Commas, only a person can do that, on its page.

        :raises ValueError: there is no such Signal Bot.
        """
        bot = self._trading.engine.signals.bot(checked_text("uuid", uuid))
        if bot is None:
            raise ValueError(f"uuid: there is no Signal Bot {uuid}")
        bot.is_enabled = True

    def refuse_with(
        self, *, wrong_token: int | None = None, unknown_bot: int | None = None, wrong_message: int | None = None
    ) -> None:
        """Choose the statuses of refusals; what 3Commas responds is not known.

        :param wrong_token: for a wrong ``email_token`` or ``secret``; at first 401.
        :param unknown_bot: for a bot or an account that does not exist; at first 404.
        :param wrong_message: for what is not JSON, or not a message; at first 400.
        :raises ValueError: a status is not between 400 and 499.
        """
        chosen = {"wrong_token": wrong_token, "unknown_bot": unknown_bot, "wrong_message": wrong_message}
        for name, status in chosen.items():
            if status is not None and not 400 <= status <= 499:
                raise ValueError(f"{name} must be between 400 and 499, not {status}")
        for name, status in chosen.items():
            if status is not None:
                setattr(self._webhooks, name, status)

    def _pairs(self, market: ListedMarket, instruments: Sequence[str]) -> tuple[str, ...]:
        if isinstance(instruments, str) or not instruments:
            raise ValueError("instruments must be a list of tickers, such as ['BTCUSDT']")
        traded = self._trading.pairs_of(market)
        pairs = list[str]()
        for instrument in instruments:
            pair = pair_of(market, traded, checked_text("instruments", instrument))
            if pair is None:
                raise ValueError(f"instruments has {instrument!r}, which {market.code} does not trade")
            pairs.append(pair)
        return tuple(pairs)
