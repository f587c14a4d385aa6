"""What the API refuses of a SmartTrade, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.exact import ONE, ZERO, floor_to, plus, shown, times
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.orders import OrderSide, worth
from threecommas_async.sandbox.engine.pairs import MAX_LOT, MAX_TOTAL
from threecommas_async.sandbox.engine.refusals import RefusedError, wrong_parameters
from threecommas_async.sandbox.engine.smart_trades.plan import SmartTradePlan, StepPlan, StopLossPlan
from threecommas_async.sandbox.engine.smart_trades.trade import WHOLE

_CENT: Final = Decimal("0.00000001")
_FEWEST_STEPS_FOR_BREAKEVEN: Final = 2


def not_found() -> RefusedError:
    return RefusedError(404, "Not found", "Smart Trade not found")


def trade_not_found() -> RefusedError:
    """Say that a SmartTrade has no such trade. Assumption: the answer is like that for the SmartTrade."""
    return RefusedError(404, "Not found", "Trade not found")


def not_in_this_status(what: str) -> RefusedError:
    """Say that the status does not allow it. Assumption: all but ``Reduce funds``, which is documented."""
    return RefusedError(400, "Wrong param(s)", f"{what} is not allowed in the current status")


def foreign_account() -> RefusedError:
    return RefusedError(403, "Forbidden", "Account not owned by current user.")


def at_most(limit: Decimal) -> str:
    return f"must be less than or equal to {shown(limit)}"


def at_least(limit: Decimal) -> str:
    return f"must be greater than or equal to {shown(limit)}"


def check_plan(plan: SmartTradePlan) -> None:
    """Refuse a plan whose parts do not go together.

    Assumption: the texts, and that simple buys and sells can have no targets and skip no entry.

    :raises RefusedError: They do not (400).
    """
    if plan.instant and (plan.take_profit or plan.stop_loss is not None):
        raise wrong_parameters(instant="is not available with take_profit or stop_loss")
    if plan.instant and plan.skip_enter_step:
        raise wrong_parameters(instant="is not available with skip_enter_step")
    check_steps(plan.take_profit)
    check_breakeven(plan.stop_loss, len(plan.take_profit))


def check_steps(steps: Sequence[StepPlan]) -> None:
    """Refuse steps that do not add up, or of which another than the last one trails.

    :raises RefusedError: They do not, or one does (400).
    """
    if steps and plus(ZERO, *(step.volume for step in steps)) != WHOLE:
        raise wrong_parameters(400, **{"take_profit[steps]": "volume must add up to 100"})
    for place, step in enumerate(steps[:-1]):
        if step.trailing is not None:
            where = f"take_profit[steps][{place}][trailing]"
            raise wrong_parameters(400, **{where: "is available for the last step only"})


def check_breakeven(stop_loss: StopLossPlan | None, steps: int) -> None:
    """Refuse a stop loss that is to move to breakeven with fewer than two steps.

    :raises RefusedError: It is (400).
    """
    if stop_loss is not None and stop_loss.breakeven and steps < _FEWEST_STEPS_FOR_BREAKEVEN:
        raise wrong_parameters(400, **{"stop_loss[breakeven]": "requires at least two take profit steps"})


def check_size(book: Book, side: OrderSide, units: Decimal, price: Decimal) -> None:
    """Refuse a position that is larger or smaller than the pair's orders may be.

    Assumption: the texts on one that is too small.

    :raises RefusedError: It is (422).
    """
    pair, total = book.pair, times(units, price)
    wrong = dict[str, str]()
    if total > MAX_TOTAL:
        wrong["position.total"] = at_most(MAX_TOTAL)
    elif total < pair.min_total:
        wrong["position.total"] = at_least(pair.min_total)
    if units > MAX_LOT:
        wrong[_units(side)] = at_most(MAX_LOT)
    elif units < pair.min_lot or units <= 0:
        wrong[_units(side)] = at_least(pair.min_lot)
    if wrong:
        raise wrong_parameters(422, position="is invalid", **wrong)


def check_funds(
    account: Account, book: Book, side: OrderSide, units: Decimal, price: Decimal, *, locked: Decimal = ZERO
) -> None:
    """Refuse a position that the account cannot pay.

    Assumption: in the words for one that is too large, the limits being what the account has.

    :param locked: What is locked for it already.
    :raises RefusedError: The account has too little (422).
    """
    most = affordable(account, book, side, units, price, locked=locked)
    if most is not None:
        total = floor_to(times(most, price), _CENT)
        raise wrong_parameters(
            422, position="is invalid", **{"position.total": at_most(total), _units(side): at_most(most)}
        )


def affordable(
    account: Account, book: Book, side: OrderSide, units: Decimal, price: Decimal, *, locked: Decimal = ZERO
) -> Decimal | None:
    """Return how much the account can pay, if that is less than the units."""
    pair = book.pair
    currency = pair.quote if side == "BUY" else pair.base
    available = plus(account.funds.available(currency), locked)
    if (worth("BUY", price, units, account.fee) if side == "BUY" else units) <= available:
        return None
    if side == "SELL":
        return floor_to(available, pair.lot)
    return floor_to(available, pair.lot, per=times(price, plus(ONE, account.fee)))


def _units(side: OrderSide) -> str:
    """Return the name under which the amount of a position is refused. Assumption: that of a sale."""
    return "units_to_buy" if side == "BUY" else "units_to_sell"
