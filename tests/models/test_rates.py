"""Amounts and prices that a pair's steps allow, and the limits of its orders."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threecommas_async.models.rates import CurrencyRates

RATES = CurrencyRates(
    price_step=Decimal("0.05"),
    lot_step=Decimal("0.001"),
    min_price=Decimal("0.05"),
    max_price=Decimal(1000),
    min_lot_size=Decimal("0.01"),
    max_lot_size=Decimal(100),
    min_total=Decimal(10),
    min_market_total=Decimal(12),
    max_total=Decimal(0),
)
AMOUNTS = st.decimals(0, 10**12, places=12)
STEPS = st.sampled_from(["1", "0.5", "0.001", "0.00000001", "25", "0.3"]).map(Decimal)


@pytest.mark.parametrize(
    ("amount", "floored"), [("1.23456", "1.234"), ("0.0009999", "0.000"), ("5", "5.000"), ("1.234", "1.234")]
)
def test_an_amount_is_rounded_down_to_its_step(amount: str, floored: str) -> None:
    assert RATES.floor_amount(amount) == Decimal(floored)


@pytest.mark.parametrize(("price", "rounded"), [("1.024", "1.00"), ("1.025", "1.05"), ("1.07", "1.05"), ("3", "3")])
def test_a_price_is_rounded_to_the_nearest_step(price: str, rounded: str) -> None:
    assert RATES.round_price(price) == Decimal(rounded)


@given(AMOUNTS, STEPS)
def test_rounding_is_exact(value: Decimal, step: Decimal) -> None:
    rates = CurrencyRates(price_step=step, lot_step=step)
    amount, price = rates.floor_amount(value), rates.round_price(value)
    assert amount % step == price % step == 0
    assert 0 <= value - amount < step
    assert abs(value - price) * 2 <= step


def test_a_float_is_refused() -> None:
    for call in (RATES.floor_amount, RATES.round_price):
        with pytest.raises(TypeError, match="not a float"):
            call(1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_rates_without_steps_say_so() -> None:
    for call, name in ((CurrencyRates().floor_amount, "lot_step"), (CurrencyRates().round_price, "price_step")):
        with pytest.raises(ValueError, match=f"the rates have no {name}"):
            call(1)


@pytest.mark.parametrize(
    ("amount", "price", "market", "message"),
    [
        ("1", "0.01", False, "price is 0.01, and must be at least 0.05"),
        ("1", "1000.05", False, "price is 1000.05, and must be at most 1000"),
        ("0.009", "999", False, "amount is 0.009, and must be at least 0.01"),
        ("101", "1", False, "amount is 101, and must be at most 100"),
        ("1", "9.95", False, r"amount \* price is 9.95, and must be at least 10"),
        ("1", "11", True, r"amount \* price is 11, and must be at least 12"),
    ],
)
def test_an_order_outside_of_the_limits_is_refused_by_name(amount: str, price: str, market: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RATES.check_order(amount=amount, price=price, market=market)


def test_an_order_within_the_limits_passes() -> None:
    RATES.check_order(amount="1", price="11")
    RATES.check_order(amount="1", price="12", market=True)
    CurrencyRates().check_order(amount="1", price="1")
