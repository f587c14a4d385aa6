"""Creating, changing, noting and deleting; what is refused; accounts and pairs that go."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from tests.sandbox.engine.grid_bots.grids import (
    E13,
    USDT,
    created,
    grid,
    lines,
    messages,
    resting,
    rows,
    running,
    sides,
)
from tests.sandbox.engine.trading import ACCOUNT, MARKET, PAIR, START, D, after, to, world
from threecommas_async.sandbox.engine import Engine
from threecommas_async.sandbox.engine.refusals import RefusedError


def refused(call: Any) -> tuple[int, str, dict[str, tuple[str, ...]] | None]:
    with pytest.raises(RefusedError) as caught:
        call()
    fields = caught.value.fields
    return caught.value.status, caught.value.code, None if fields is None else dict(fields)


def test_a_name_is_made_from_the_pair_and_all_lines_may_be_active() -> None:
    bot = created(world("2010", USDT), name="")
    assert bot.settings.name == "ETH/USDT"
    assert (bot.settings.max_active_buy_lines, bot.settings.max_active_sell_lines) == (5, 5)


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"pair": "USDT_NO"}, "pair", "USDT_NO is not available on this exchange"),
        ({"upper_price": D(1800)}, "upper_price", "must be greater than 1800.0"),
        ({"upper_stop_loss_enabled": True}, "upper_stop_loss_price", "is missing"),
        ({"lower_stop_loss_enabled": True}, "lower_stop_loss_price", "is missing"),
        ({"expansion_up_enabled": True}, "expansion_up_stop_price", "is missing"),
        ({"expansion_down_enabled": True}, "expansion_down_stop_price", "is missing"),
        ({"lower_price": D("0.001")}, "lower_price", "must be greater than or equal to 0.01"),
        ({"upper_price": D("1800.03")}, "grids_quantity", "Grid step is too small. Min: 0.01"),
        ({"quantity_per_grid": D("4.99")}, "quantity_per_grid", "Grid order size is too small. Min: 5.0, USDT_ETH"),
        (
            {"quantity_per_grid": D("0.0027"), "order_currency_type": "base"},
            "quantity_per_grid",
            "Grid order size is too small. Min: 0.0028, USDT_ETH",
        ),
    ],
)
def test_settings_that_make_no_grid_are_refused(changes: dict[str, Any], field: str, text: str) -> None:
    engine = world("2010", USDT)
    assert refused(lambda: created(engine, **changes)) == (400, "record_invalid", {field: (text,)})
    assert engine.grid_bots.select() == []
    bot = created(engine)
    if field != "pair":
        wrong = evolve(bot.settings, **changes)
        assert refused(lambda: engine.grid_bots.update(bot.id, wrong))[2] == {field: (text,)}
        assert bot.settings.layout == E13.layout


def test_the_smallest_orders_are_taken() -> None:
    engine = world("2010", USDT)
    assert created(engine, quantity_per_grid=D(5)).settings.quantity_per_grid == 5
    assert created(engine, quantity_per_grid=D("0.0028"), order_currency_type="base").id == 2


def test_ids_ascend_and_what_is_not_there_is_not_found() -> None:
    engine = world("2010", USDT)
    first, second = created(engine), created(engine)
    assert (first.id, second.id, first.lines[0].id, second.lines[0].id) == (1, 2, 1, 6)
    operations = engine.grid_bots
    for call in (
        lambda: operations.get(7),
        lambda: operations.enable(7),
        lambda: operations.disable(7),
        lambda: operations.delete(7),
        lambda: operations.set_note(7, "x"),
        lambda: operations.update(7, E13),
        lambda: operations.required_balances(7),
        lambda: created(engine, account_id=8),
    ):
        assert refused(call) == (404, "not_found", None)


def test_a_bot_whose_account_has_too_little_is_not_enabled_and_stays_as_it_is() -> None:
    engine = world("2010", {"USDT": D(300)})
    bot = created(engine)
    to(engine, "1850")
    assert refused(lambda: engine.grid_bots.enable(bot.id)) == (
        422,
        "record_invalid",
        {"base": ("Insufficient funds. ERR_805Y Not enough ETH.",)},
    )
    assert (bot.is_enabled, sides(bot), bot.events, bot.start_price) == (False, "bb-ss", [], None)
    needed = engine.grid_bots.required_balances(bot.id)
    assert (needed.balancing, needed.is_balancing_available) == (("BUY", D("0.093")), False)
    engine = world("2010", {"USDT": D(150)})
    bot = created(engine)
    needed = engine.grid_bots.required_balances(bot.id)
    assert (needed.balancing, needed.is_balancing_available, needed.necessary) == (None, False, (D("0.093"), "ETH"))


def test_coins_that_the_lines_need_are_not_sold_for_what_is_missing() -> None:
    engine = world("2010", {"USDT": D(150), "ETH": D("0.1179")})
    bot = created(engine)
    needed = engine.grid_bots.required_balances(bot.id)
    assert (needed.balancing, needed.is_balancing_available) == (("SELL", D("0.025")), False)
    engine.set_free(ACCOUNT, "ETH", D("0.118"))
    assert engine.grid_bots.required_balances(bot.id).is_balancing_available


def test_purchases_are_not_given_up_for_what_is_missing() -> None:
    engine = world("2010", {"USDT": D("387.15")})
    bot = created(engine)
    assert not engine.grid_bots.required_balances(bot.id).is_balancing_available
    engine.set_free(ACCOUNT, "USDT", D("387.15677"))
    assert engine.grid_bots.required_balances(bot.id).is_balancing_available


def test_an_amount_below_the_smallest_of_the_pair_is_refused() -> None:
    engine = Engine(START)
    engine.add_pair(MARKET, PAIR, price=D(2010), tick=D("0.01"), lot=D("0.0001"), min_lot=D("0.05"))
    engine.add_account(ACCOUNT, MARKET, balances=USDT)
    text = "Grid order size is too small. Min: {}, USDT_ETH"
    in_quote = refused(lambda: created(engine, quantity_per_grid=D("109.99")))
    assert in_quote[2] == {"quantity_per_grid": (text.format("110.0"),)}
    in_base = refused(lambda: created(engine, quantity_per_grid=D("0.0499"), order_currency_type="base"))
    assert in_base[2] == {"quantity_per_grid": (text.format("0.05"),)}
    assert created(engine, quantity_per_grid=D(110)).id == 1


def test_balances_are_not_known_of_lines_without_marks() -> None:
    engine, bot = grid()
    needed = engine.grid_bots.required_balances(bot.id)
    assert (needed.missing_base, needed.missing_quote, needed.necessary) == (D(0), D(0), (D(0), "USDT"))
    assert needed.is_balancing_available
    engine.set_free(ACCOUNT, "USDT", D(0))
    assert not engine.grid_bots.required_balances(bot.id).needs_balancing
    engine.grid_bots.disable(bot.id)
    assert refused(lambda: engine.grid_bots.required_balances(bot.id)) == (500, "grid_lines_not_marked", None)


def test_an_enabled_bot_is_not_deleted() -> None:
    engine, bot = grid()
    assert refused(lambda: engine.grid_bots.delete(bot.id)) == (403, "Forbidden", None)
    engine.grid_bots.disable(bot.id)
    engine.grid_bots.delete(bot.id)
    assert engine.grid_bots.select() == []
    to(engine, "1800")
    assert engine.book(MARKET, PAIR).resting == 0


def test_a_note_is_kept() -> None:
    engine, bot = grid()
    after(engine, 5)
    assert engine.grid_bots.set_note(bot.id, "mine").settings.note == "mine"
    assert bot.updated_at == engine.now


# ---- edits -----------------------------------------------------------------------------------------------------------
def test_an_edit_of_a_disabled_bot_lays_and_marks_its_lines_anew() -> None:
    engine = world("2010", USDT)
    bot = created(engine)
    before = {line.id for line in bot.lines}
    after(engine, 9)
    engine.grid_bots.update(bot.id, evolve(bot.settings, lower_price=D(1900), grids_quantity=4))
    assert lines(bot) == [
        ("1900.0", "buy", False),
        ("2000.0", None, False),
        ("2100.0", "sell", False),
        ("2200.0", "sell", False),
    ]
    assert not before & {line.id for line in bot.lines}
    assert (bot.settings.max_active_buy_lines, bot.updated_at, bot.orders) == (5, engine.now, [])


def test_an_edit_of_a_running_bot_replaces_its_orders() -> None:
    engine, bot = grid()
    to(engine, "1900", "2000")
    engine.grid_bots.update(bot.id, evolve(bot.settings, upper_price=D(2400), grids_quantity=7))
    assert sides(bot) == "bb-ssss"
    assert not any(engine.account(ACCOUNT).funds.locked.values())
    engine.settle()
    assert sides(bot) == "BB-SSSS"
    assert bot.is_enabled
    assert "Settings are changed, the orders are placed again" in messages(bot)
    # 0.093 of 0.178 were there.
    assert bot.balancing_orders[0].quantity == D("0.085")
    assert (bot.total_profits_count, bot.start_price, len(resting(bot))) == (1, D(2000), 6)
    assert engine.account(ACCOUNT).funds.locked["ETH"] == bot.held == D("0.178")


def test_an_edit_that_moves_no_line_keeps_the_orders() -> None:
    engine, bot = grid()
    before, ids = rows(bot), [line.id for line in bot.lines]
    settings = evolve(bot.settings, name="Other", lower_stop_loss_enabled=True, lower_stop_loss_price=D(1500))
    engine.grid_bots.update(bot.id, settings)
    engine.settle()
    assert (rows(bot), [line.id for line in bot.lines], bot.settings.name) == (before, ids, "Other")
    engine.grid_bots.update(bot.id, evolve(settings, max_active_buy_lines=1))
    assert sides(bot) == "bB-SS"
    to(engine, "1500")
    assert not bot.is_enabled


def test_an_edit_can_stop_a_bot_at_once() -> None:
    engine, bot = grid()
    settings = evolve(bot.settings, lower_stop_loss_enabled=True, lower_stop_loss_price=D(2010))
    assert not engine.grid_bots.update(bot.id, settings).is_enabled


def test_a_bot_that_is_disabled_before_its_orders_are_placed_places_none() -> None:
    engine = world("2010", USDT, settle_automatically=False)
    bot = created(engine)
    engine.grid_bots.enable(bot.id)
    engine.grid_bots.disable(bot.id)
    engine.settle()
    assert (bot.orders, bot.is_trading, sides(bot)) == ([], False, "-----")


def test_a_disabled_bot_is_marked_again_by_an_edit_that_moves_no_line() -> None:
    engine, bot = grid()
    engine.grid_bots.disable(bot.id)
    engine.grid_bots.update(bot.id, evolve(bot.settings, name="Other"))
    assert sides(bot) == "bb-ss"
    assert engine.grid_bots.required_balances(bot.id).base == D("0.093")


def test_an_edit_before_the_orders_are_placed() -> None:
    engine = world("2010", USDT, settle_automatically=False)
    bot = created(engine)
    engine.grid_bots.enable(bot.id)
    engine.grid_bots.update(bot.id, evolve(bot.settings, grids_quantity=3))
    engine.grid_bots.disable(bot.id)
    engine.grid_bots.enable(bot.id)
    engine.settle()
    assert sides(bot) == "B-S"
    [balancing] = bot.balancing_orders
    assert bot.cost == balancing.total


# ---- accounts and pairs ----------------------------------------------------------------------------------------------
def test_a_pair_that_a_grid_bot_trades_stays() -> None:
    engine, bot = grid()
    with pytest.raises(ValueError, match="a grid bot trades USDT_ETH at binance"):
        engine.remove_pair(MARKET, PAIR)
    engine.grid_bots.disable(bot.id)
    engine.grid_bots.delete(bot.id)
    engine.remove_pair(MARKET, PAIR)


def test_an_account_takes_its_grid_bots_with_it() -> None:
    engine, bot = grid()
    other = engine.add_account(8, MARKET, balances=USDT)
    stays = running(engine, account_id=other.id)
    engine.remove_account(ACCOUNT)
    assert (engine.grid_bots.select(), bot.is_enabled) == ([stays], False)
    assert engine.grid_bots.select(account_id=8, is_enabled=True) == [stays]
    assert engine.book(MARKET, PAIR).resting == 4


def test_futures_have_no_required_balances_and_trade_like_spot() -> None:
    engine = Engine(START)
    engine.add_pair(MARKET, "USDT_ETHUSDT", price=D(2010), tick=D("0.01"), lot=D("0.0001"), market_type="futures")
    engine.add_account(ACCOUNT, MARKET, balances=USDT)
    bot = running(engine, pair="USDT_ETHUSDT", mode="long")
    assert sides(bot) == "BB-SS"
    assert refused(lambda: engine.grid_bots.required_balances(bot.id))[0] == 422


def test_the_listener_is_told_of_every_change() -> None:
    engine, bot = grid()
    told = list[object]()
    engine.listener = told.append
    to(engine, "1950")
    assert told == []
    to(engine, "1900")
    assert told == [bot]
