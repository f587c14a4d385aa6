"""Arithmetic: exact where it can be, rounded where it is asked to."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.engine.trading import D
from threecommas_async.sandbox.engine.exact import (
    ceil_to,
    decimals,
    floor_to,
    grown,
    half_up,
    minus,
    nearest_to,
    on_curve,
    percent,
    plus,
    shown,
    times,
)

numbers = st.decimals(-(10**9), 10**9, places=8)
positive = st.decimals("0.0001", 10**6, places=4)
units = st.sampled_from([D("0.01"), D("0.0001"), D("0.05"), D(1), D(25)])


def test_sums_and_products_keep_every_digit() -> None:
    long = D("1." + "3" * 60)
    with localcontext(Context(prec=5, traps=[Inexact])):
        assert plus(long, long, D(1)) == D("3." + "6" * 60)
        assert minus(long, D(1)) == D("0." + "3" * 60)
        assert str(times(long, long)).startswith("1.7777777777")
        assert len(str(times(long, long)).replace(".", "")) == 121


def test_percentages() -> None:
    assert percent(D(250), D("1.5")) == D("3.75")
    assert grown(D(2000), D(-3)) == 1940
    assert grown(D(2000), D(3)) == 2060


@given(value=numbers, unit=units, per=positive)
def test_floor_is_the_last_multiple_below(value: Decimal, unit: Decimal, per: Decimal) -> None:
    count = Fraction(floor_to(value, unit, per=per)) / Fraction(unit)
    assert count == Fraction(value) / Fraction(per) // Fraction(unit)


@given(value=numbers, unit=units, per=positive)
def test_ceiling_is_the_first_multiple_above(value: Decimal, unit: Decimal, per: Decimal) -> None:
    count = Fraction(ceil_to(value, unit, per=per)) / Fraction(unit)
    assert count == -(-Fraction(value) / Fraction(per) // Fraction(unit))


@given(value=numbers, places=st.integers(0, 36), per=positive)
def test_half_up_is_nearest_and_a_half_goes_away_from_zero(value: Decimal, places: int, per: Decimal) -> None:
    exact = Fraction(value) / Fraction(per) * 10**places
    nearest = (abs(exact) * 2 + 1) // 2
    assert Fraction(half_up(value, places, per=per)) * 10**places == (nearest if exact >= 0 else -nearest)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [("0.125", 2, "0.13"), ("-0.125", 2, "-0.13"), ("0.1249", 2, "0.12"), ("2.5", 0, "3")],
)
def test_halves(value: str, places: int, rounded: str) -> None:
    assert half_up(D(value), places) == D(rounded)


@pytest.mark.parametrize(("unit", "count"), [("0.01", 2), ("0.0100", 2), ("0.25", 2), ("1", 0), ("50", 0)])
def test_decimals_of_a_unit(unit: str, count: int) -> None:
    assert decimals(D(unit)) == count


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0.0"), ("-0", "0.0"), ("25", "25.0"), ("0.0500", "0.05"), ("1E+3", "1000.0"), ("-3.40", "-3.4")],
)
def test_numbers_are_shown_with_one_decimal_at_least(value: str, text: str) -> None:
    assert shown(D(value)) == text


@given(value=numbers, unit=units, per=positive)
def test_the_nearest_multiple_is_at_most_half_a_unit_away(value: Decimal, unit: Decimal, per: Decimal) -> None:
    found = Fraction(nearest_to(value, unit, per))
    assert found / Fraction(unit) == int(found / Fraction(unit))
    assert abs(found - Fraction(value) / Fraction(per)) <= Fraction(unit) / 2


def test_a_middle_is_rounded_away_from_zero() -> None:
    assert nearest_to(D("0.075"), D("0.05")) == D("0.1")
    assert nearest_to(D("-0.075"), D("0.05")) == D("-0.1")


@given(first=positive, factor=st.integers(2, 9), whole=st.integers(1, 40), part=st.integers(0, 60))
def test_a_curve_of_equal_factors_has_fifty_right_digits(first: Decimal, factor: int, whole: int, part: int) -> None:
    with localcontext(Context(prec=3, traps=[Inexact])):
        found = on_curve(first, times(first, D(factor**whole)), part, whole)
    expected = Fraction(first) * factor**part
    assert abs(Fraction(found) - expected) * 10**50 <= expected
    assert on_curve(first, D(7), 0, whole) == first
    assert on_curve(first, D(7), whole, whole) == D(7)
