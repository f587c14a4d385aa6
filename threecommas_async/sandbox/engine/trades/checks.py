"""What the API refuses of a new simple trade."""

from __future__ import annotations

from typing import Final

from threecommas_async.sandbox.engine.exact import times
from threecommas_async.sandbox.engine.orders import worth
from threecommas_async.sandbox.engine.trades.refusals import invalid_trade
from threecommas_async.sandbox.engine.trades.settings import TradeSettings
from threecommas_async.sandbox.engine.trades.trade import SimpleTrade

_WHOLE: Final = 100


def check_settings(settings: TradeSettings) -> None:
    """Refuse what does not go together.

    Assumptions: trailing takes either a value or a percentage, below 100; a timeout is for a condition, without which
    it is refused; the price of a market order is ignored.

    :raises RefusedError: There is something wrong with them (422).
    """
    trailing = settings.trailing
    if settings.units <= 0 or (settings.type == "limit" and (settings.price is None or settings.price <= 0)):
        raise invalid_trade()
    if settings.condition is not None and settings.condition.price <= 0:
        raise invalid_trade()
    if trailing is not None:
        given = [one for one in (trailing.value, trailing.percent) if one is not None]
        if len(given) != 1 or given[0] <= 0 or (trailing.percent is not None and trailing.percent >= _WHOLE):
            raise invalid_trade()
    if settings.timeout is not None and (settings.condition is None or settings.timeout <= 0):
        raise invalid_trade()


def check_size(trade: SimpleTrade) -> None:
    """Refuse an order below the pair's smallest.

    Assumption: of one that waits, at the price that it waits for.

    :raises RefusedError: It is (422).
    """
    condition, pair = trade.settings.condition, trade.book.pair
    price = trade.limit
    if price is None:
        price = trade.price_at_creation if condition is None else condition.price
    quantity = trade.quantity
    if quantity <= 0 or price <= 0 or quantity < pair.min_lot or times(quantity, price) < pair.min_total:
        raise invalid_trade()


def check_funds(trade: SimpleTrade) -> None:
    """Refuse an order that the account cannot pay, if it is to be placed at once.

    Assumptions: the description is the exchange's text; a trade that waits locks nothing, and fails when its order
    cannot be paid.

    :raises RefusedError: It has too little (422).
    """
    if not trade.settings.is_immediate:
        return
    pair, price = trade.book.pair, trade.limit or trade.price_at_creation
    if trade.settings.side == "buy":
        currency, needed = pair.quote, worth("BUY", price, trade.quantity, trade.account.fee)
    else:
        currency, needed = pair.base, trade.quantity
    if trade.account.funds.available(currency) < needed:
        raise invalid_trade(f"Insufficient funds. ERR_805Y Not enough {currency}.")
