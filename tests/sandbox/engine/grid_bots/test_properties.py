"""What must hold of grid bots whatever happens: of money, of orders, of lines, of what is disabled."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, localcontext
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.engine.grid_bots.histories import (
    Happening,
    History,
    histories,
    picture,
    pictures,
    plain_settings,
    play,
)
from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR, START, D
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.exact import minus, plus, times
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.orders import Order

ZERO = D(0)


def flows(orders: Iterable[Order], fee: Decimal) -> dict[str, Decimal]:
    """Return what the rows of filled orders say that has come and gone."""
    eth = usdt = ZERO
    for order in orders:
        if order.status == "Filled":
            price, paid = times(order.price, order.quantity), times(order.price, order.quantity, fee)
            sign = D(1) if order.side == "BUY" else D(-1)
            eth = plus(eth, times(sign, order.quantity))
            usdt = minus(minus(usdt, times(sign, price)), paid)
    return {"ETH": eth, "USDT": usdt}


@given(history=histories)
def test_money_is_conserved_to_the_last_digit(history: History) -> None:
    orders, seen = dict[int, Order](), {"ETH": ZERO, "USDT": ZERO}
    has = dict(history.balances)

    def watch(engine: Engine, happening: Happening) -> None:
        funds = engine.account(ACCOUNT).funds
        orders.update({order.id: order for bot in engine.grid_bots.select() for order in bot.orders})
        now = flows(orders.values(), history.fee)
        for currency in has:
            if happening[0] == "deposit":
                has[currency] = funds.of(currency)
            else:
                has[currency] = plus(has[currency], minus(now[currency], seen[currency]))
            assert funds.of(currency) == has[currency]
        seen.update(now)

    play(history, watch)


@given(history=histories)
def test_orders_never_spend_more_than_the_account_holds(history: History) -> None:
    def watch(engine: Engine, _: Happening) -> None:
        funds = engine.account(ACCOUNT).funds
        assert all(amount >= 0 for amount in (*funds.free.values(), *funds.locked.values()))
        active = [order for bot in engine.grid_bots.select() for order in bot.orders if order.status == "Active"]
        for currency in history.balances:
            needed = (order.spending(order.price, order.quantity) for order in active if order.currency == currency)
            assert plus(ZERO, *needed) == funds.locked.get(currency, ZERO)

    play(history, watch)


@given(history=histories)
def test_orders_rest_on_their_own_side_of_the_price_the_nearest_and_not_too_many(history: History) -> None:
    def watch(engine: Engine, _: Happening) -> None:
        resting = 0
        for bot in engine.grid_bots.select():
            active = [order for order in bot.orders if order.status == "Active"]
            resting += len(active)
            assert all((order.place is not None) == (order in active) for order in bot.orders)
            for side, limit in (
                ("BUY", bot.settings.max_active_buy_lines),
                ("SELL", bot.settings.max_active_sell_lines),
            ):
                own = [order for order in active if order.side == side]
                assert limit is not None
                assert len(own) <= limit
                assert all(o.price < bot.book.price if side == "BUY" else o.price > bot.book.price for o in own)
            assert sum(line.order_placed for line in bot.lines) == len(active)
        assert engine.book(MARKET, PAIR).resting == resting

    play(history, watch)


@given(history=histories)
def test_lines_ascend_and_stay_as_many_as_were_wanted(history: History) -> None:
    def watch(engine: Engine, _: Happening) -> None:
        for bot in engine.grid_bots.select():
            prices = [line.price for line in bot.lines]
            assert len(prices) == bot.settings.grids_quantity
            assert all(below < above for below, above in pairwise(prices))
            assert all(line.price % D("0.01") == 0 for line in bot.lines)
            marked = {cell.side for cell in bot.cells}
            assert (None in marked) <= (marked == {None})
            assert not bot.is_enabled or None not in marked

    play(history, watch)


@given(history=histories)
def test_a_disabled_bot_never_changes_by_itself(history: History) -> None:
    before = dict[int, dict[str, object]]()

    def watch(engine: Engine, happening: Happening) -> None:
        now = {bot.id: picture(bot) for bot in engine.grid_bots.select(is_enabled=False)}
        if happening[0] not in ("update", "note", "enable"):
            assert all(now[number] == before[number] for number in now.keys() & before.keys())
        before.clear()
        before.update(now)

    play(history, watch)


@given(history=histories)
def test_profits_are_those_of_the_rows(history: History) -> None:
    def watch(engine: Engine, _: Happening) -> None:
        for bot in engine.grid_bots.select():
            assert bot.current_profit == plus(ZERO, *(profit.profit for profit in bot.profits))
            sold = [o for o in bot.orders if o.kind == "Grid Line" and o.side == "SELL" and o.status == "Filled"]
            assert bot.total_profits_count == len(sold)

    play(history, watch)


@given(history=histories)
def test_the_same_inputs_give_the_same_world(history: History) -> None:
    assert pictures(play(history)) == pictures(play(history))


@given(history=histories)
def test_the_decimal_context_of_the_caller_has_no_part_in_it(history: History) -> None:
    expected = pictures(play(history))
    with localcontext(Context(prec=3, traps=[Inexact])):
        got = pictures(play(history))
    assert got == expected


@given(history=histories)
def test_nothing_is_left_once_all_are_disabled(history: History) -> None:
    engine = play(history)
    for bot in engine.grid_bots.select():
        engine.grid_bots.disable(bot.id)
        engine.grid_bots.delete(bot.id)
    assert not any(engine.account(ACCOUNT).funds.locked.values())
    assert engine.book(MARKET, PAIR).resting == 0
    assert engine.grid_bots.select() == []


# ---- one bot that only trades ----------------------------------------------------------------------------------------
def trading(seed: int, balances: dict[str, Decimal]) -> tuple[Engine, GridBot]:
    engine = Engine(START)
    engine.add_pair(MARKET, PAIR, price=D(2000), tick=D("0.01"), lot=D("0.0001"), min_total=D(5))
    engine.add_account(ACCOUNT, MARKET, balances=balances)
    bot = engine.grid_bots.create(plain_settings(Random(seed)))  # noqa: S311
    engine.grid_bots.enable(bot.id)
    engine.settle()
    return engine, bot


seeds = st.integers(0, 2**32)
paths = st.lists(st.decimals(1300, 3300, places=2), min_size=1, max_size=12)


@given(seed=seeds, path=paths, coins=st.sampled_from([D(0), D("0.3"), D(100)]))
def test_profit_and_what_is_held_make_up_what_was_gained(seed: int, path: list[Decimal], coins: Decimal) -> None:
    engine, bot = trading(seed, {"USDT": D(100_000), "ETH": coins})
    funds, held = engine.account(ACCOUNT).funds, bot.held
    # Coins that it did not need were never its own; those that it did were worth the price of the start.
    spare = max(minus(coins, held), ZERO)
    began_with = plus(D(100_000), times(min(coins, held), D(2000)))
    for price in path:
        engine.set_price(MARKET, PAIR, price)
        gained = minus(plus(funds.of("USDT"), times(minus(funds.of("ETH"), spare), price)), began_with)
        both = bot.current_profit_loss
        assert both is not None
        if bot.takes_profit_in_base:
            # What a sale brought too much, less than a lot of coins each time, is not counted.
            left = minus(gained, times(both, price))
            assert D("-0.0001") <= left <= times(D("0.35"), D(1 + bot.total_profits_count))
        else:
            assert both == gained


@given(seed=seeds, path=paths)
def test_a_price_may_move_in_one_step_or_in_many(seed: int, path: list[Decimal]) -> None:
    (jumping, one), (walking, other) = (trading(seed, {"USDT": D(100_000), "ETH": D(100)}) for _ in range(2))
    last = D(2000)
    for price in path:
        jumping.set_price(MARKET, PAIR, price)
        for part in range(1, 8):
            walking.set_price(MARKET, PAIR, (last + (price - last) * part / 7).quantize(D("0.01")))
        last = price
        assert [(line.price, line.side, line.order_placed) for line in one.lines] == [
            (line.price, line.side, line.order_placed) for line in other.lines
        ]
        assert one.current_profit_loss == other.current_profit_loss
        assert dict(jumping.account(ACCOUNT).funds.totals()) == dict(walking.account(ACCOUNT).funds.totals())
