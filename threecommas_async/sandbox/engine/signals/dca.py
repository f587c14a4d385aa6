"""What signals do to DCA bots and their deals.

Assumptions, wherever nothing is known: signals are looked at when they are due, not when they arrive; equal ones are
all carried out; where a pair has several deals, all of them are closed or cancelled, and the oldest one gets the funds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, final

from threecommas_async.sandbox.engine.bots.bot import Bot
from threecommas_async.sandbox.engine.bots.operations import BotOperations
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.operations import DealOperations
from threecommas_async.sandbox.engine.exact import floor_to
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.engine.signals.messages import (
    AccountSignal,
    DcaSignal,
    Effect,
    executed,
    failed,
    rejected,
    words,
)

_BY_SIGNAL: Final = "tv_custom_signal"
_ALWAYS_MET: Final = (_BY_SIGNAL, "nonstop")
_NO_PAIR: Final = "the bot has several pairs, and the signal names none"
_FOREIGN_PAIR: Final = "the bot does not trade the pair"
_NO_DEAL: Final = "there is no open deal"

_ToDeal = Callable[[Deal], object]


@final
class DcaSignals:
    """Carries out signals to DCA bots."""

    def __init__(self, bots: BotOperations, deals: DealOperations) -> None:
        self._bots = bots
        self._deals = deals
        self._to_deals: Mapping[str, _ToDeal] = {
            "close_at_market_price": lambda deal: deals.panic_sell(deal.id),
            "cancel": lambda deal: deals.cancel(deal.id),
            "start_trailing": lambda deal: deals.start_trailing(deal.id),
        }

    def carry_out(self, signal: DcaSignal, *, is_delayed: bool) -> Effect | timedelta:
        """Carry a signal out.

        :param is_delayed: Whether the bot's own delay of starts is over.
        :returns: What it did; for how long its start is to wait, if the bot delays starts.
        """
        try:
            bot = self._bots.get(signal.bot_id)
        except RefusedError:
            return rejected("the bot was deleted")
        # `..._all_and_stop_bot` does to all deals what `...` does to one.
        to_one = self._to_deals.get(signal.action.removesuffix("_and_stop_bot").removesuffix("_all"))
        if to_one is not None:
            return self._all(bot, signal, to_one) if "_all" in signal.action else self._each(bot, signal, to_one)
        match signal.action:
            case "start_bot":
                self._bots.enable(bot.id)
                return executed()
            case "stop_bot":
                self._bots.disable(bot.id)
                return executed()
            case "add_funds_in_quote":
                return self._add_funds(bot, signal)
            case _:
                if signal.action == "start_bot_and_start_deal" and not is_delayed:
                    self._bots.enable(bot.id)
                return self._start(bot, signal.pair, is_delayed=is_delayed)

    def stop_all(self, signal: AccountSignal) -> Effect:
        """Disable the bots of an account that go one way. Assumption: their deals go on, as after ``stop_bot``."""
        bots = self._bots.select(account_id=signal.account_id, is_enabled=True)
        stopped = [bot for bot in bots if bot.settings.strategy == signal.side]
        for bot in stopped:
            self._bots.disable(bot.id)
        return executed() if stopped else rejected(f"no {signal.side} bot of the account is enabled")

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _start(self, bot: Bot, pair: str | None, *, is_delayed: bool) -> Effect | timedelta:
        settings = bot.settings
        if pair is None and len(settings.pairs) > 1:
            return rejected(_NO_PAIR)
        code = pair or next(iter(settings.pairs))
        if code not in settings.pairs:
            return rejected(_FOREIGN_PAIR, code)
        strategies = [condition.strategy for condition in settings.strategy_list]
        if _BY_SIGNAL not in strategies:
            return rejected(f"{_BY_SIGNAL} is no start condition of the bot", code)
        others = [strategy for strategy in strategies if strategy not in _ALWAYS_MET]
        if others:
            # Assumption: indicators never agree by themselves, as nowhere in the sandbox.
            return rejected(f"not all start conditions are met: {', '.join(others)}", code)
        if settings.deal_start_delay_seconds and not is_delayed:
            return timedelta(seconds=settings.deal_start_delay_seconds)
        opening = self._bots.open_signal(bot.id, code, skips_delay=True)
        deal = opening.deal
        if deal is None:
            return rejected(opening.obstacle or "no deal was opened", code)
        if deal.status == "failed":
            return failed(deal.error_message or "the deal failed", deal, pair=code)
        return executed(deal, pair=code)

    def _each(self, bot: Bot, signal: DcaSignal, carry_out: _ToDeal) -> Effect:
        """Do something with the deals on the signal's pair."""
        deals = _on_pair(bot, signal.pair)
        return deals if isinstance(deals, Effect) else _with(deals, carry_out)

    def _all(self, bot: Bot, signal: DcaSignal, carry_out: _ToDeal) -> Effect:
        """Do something with all deals, and disable the bot if the signal says so."""
        stops = signal.action.endswith("_and_stop_bot")
        if stops:
            self._bots.disable(bot.id)
        deals = list(bot.active_deals.values())
        if not deals:
            return executed() if stops else rejected(_NO_DEAL)
        return _with(deals, carry_out)

    def _add_funds(self, bot: Bot, signal: DcaSignal) -> Effect:
        """Buy for so much quote currency. Assumption: fees come on top; without a volume nothing is done."""
        deals = _on_pair(bot, signal.pair)
        if isinstance(deals, Effect):
            return deals
        deal = deals[0]
        if signal.volume is None:
            return rejected("there is no volume", deal.pair)
        price = deal.book.price if signal.price is None else signal.price
        quantity = floor_to(signal.volume, deal.book.pair.lot, per=price)
        try:
            order = self._deals.add_funds(deal.id, quantity, is_market=signal.price is None, rate=signal.price)
        except RefusedError as error:
            return failed(words(error), deal, pair=deal.pair)
        if order.status == "Inactive":
            return failed("the order is smaller than the exchange takes", deal, pair=deal.pair)
        return executed(deal, pair=deal.pair)


def _on_pair(bot: Bot, pair: str | None) -> list[Deal] | Effect:
    """Return the deals on a pair, or why there are none."""
    if pair is None and len(bot.settings.pairs) > 1:
        return rejected(_NO_PAIR)
    deals = [deal for deal in bot.active_deals.values() if pair in (None, deal.pair)]
    if deals:
        return deals
    if pair is not None and pair not in bot.settings.pairs:
        return rejected(_FOREIGN_PAIR, pair)
    return rejected(_NO_DEAL, pair)


def _with(deals: list[Deal], carry_out: _ToDeal) -> Effect:
    """Do something with each of the deals whose status allows it."""
    done, pair, refusal = list[Deal](), deals[0].pair if len({deal.pair for deal in deals}) == 1 else None, None
    for deal in deals:
        try:
            carry_out(deal)
        except RefusedError as error:
            refusal = refusal or error
        else:
            done.append(deal)
    if refusal is not None and not done:
        return failed(words(refusal), *deals, pair=pair)
    return executed(*done, pair=pair)
