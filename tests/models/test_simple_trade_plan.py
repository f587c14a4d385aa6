"""Plans of simple trades: the vendor's examples, what is refused by name, and what goes on the wire."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, Literal, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threecommas_async import codec
from threecommas_async.models.base import OMITTED
from threecommas_async.models.simple_trade_plan import (
    SimpleTradePlan,
    TradeCondition,
    TradeLeverage,
    TradeOrder,
    TradeTimeout,
    TradeTrailing,
    TradeTriggerPrice,
)
from threecommas_async.models.smart_trade_parts import LimitPrice, Units

OFF: Final[dict[str, object]] = {
    "conditional": {"enabled": False},
    "trailing": {"enabled": False},
    "timeout": {"enabled": False},
}
AT_LEAST_90000: Final = {
    "enabled": True,
    "value": "greater_or_equal",
    "price": {"value": "90000.0", "type": "last"},
}


def written(plan: SimpleTradePlan) -> dict[str, Any]:
    return cast("dict[str, Any]", codec.value_of(plan, "plan"))


def body(kind: str, side: str, **more: object) -> dict[str, object]:
    return {"pair": "USDT_BTC", "order": {"type": kind, "side": side}, "units": {"value": "1.0"}, **OFF, **more}


# The request bodies of the vendor's page, without the account.
EXAMPLES: list[tuple[str, SimpleTradePlan, dict[str, object]]] = [
    ("market buy", SimpleTradePlan.buy_market(pair="USDT_BTC", units="1.0"), body("market", "buy")),
    ("market sell", SimpleTradePlan.sell_market(pair="USDT_BTC", units="1.0"), body("market", "sell")),
    (
        "limit buy",
        SimpleTradePlan.buy_limit(pair="USDT_BTC", units="1.0", price="10000.0"),
        body("limit", "buy", price={"value": "10000.0"}),
    ),
    (
        "limit sell",
        SimpleTradePlan.sell_limit(pair="USDT_BTC", units="1.0", price="100000.0"),
        body("limit", "sell", price={"value": "100000.0"}),
    ),
    (
        "conditional market buy",
        SimpleTradePlan.buy_market(pair="USDT_BTC", units="1.0", when=TradeCondition.at_most("10000.0")),
        body(
            "market",
            "buy",
            conditional={"enabled": True, "value": "less_or_equal", "price": {"value": "10000.0", "type": "last"}},
        ),
    ),
    (
        "conditional limit sell",
        SimpleTradePlan.sell_limit(
            pair="USDT_BTC", units="1.0", price="100000.0", when=TradeCondition.at_least("90000.0")
        ),
        body("limit", "sell", price={"value": "100000.0"}, conditional=AT_LEAST_90000),
    ),
    (
        "conditional trailing sell",
        SimpleTradePlan.sell_market(
            pair="USDT_BTC",
            units="1.0",
            when=TradeCondition.at_least("90000.0"),
            trailing=TradeTrailing.by_percent("1.0"),
        ),
        body("market", "sell", conditional=AT_LEAST_90000, trailing={"enabled": True, "percent": "1.0"}),
    ),
    (
        "conditional + timeout",
        SimpleTradePlan.sell_market(pair="USDT_BTC", units="1.0", when=TradeCondition.at_least("90000.0"), timeout=300),
        body("market", "sell", conditional=AT_LEAST_90000, timeout={"enabled": True, "value": 300}),
    ),
]


@pytest.mark.parametrize(("plan", "expected"), [one[1:] for one in EXAMPLES], ids=[one[0] for one in EXAMPLES])
def test_the_factories_make_the_vendors_examples(plan: SimpleTradePlan, expected: dict[str, object]) -> None:
    assert written(plan) == expected


def test_a_plan_can_be_made_of_its_parts() -> None:
    plan = SimpleTradePlan(
        pair="USDT_BTC",
        order=TradeOrder(type="limit", side="sell", strategy="post_only", position_side="short", reduce_only=True),
        units=Units(value="0.5"),
        price=LimitPrice(value=100000),
        conditional=TradeCondition(enabled=True, value="greater", price=TradeTriggerPrice(value="90000", type="bid")),
        trailing=TradeTrailing(enabled=True, value="10.5"),
        timeout=TradeTimeout(enabled=True, value=5),
        leverage=TradeLeverage(type="cross"),
    )
    assert written(plan) == {
        "pair": "USDT_BTC",
        "order": {
            "type": "limit",
            "side": "sell",
            "strategy": "post_only",
            "position_side": "short",
            "reduce_only": True,
        },
        "units": {"value": "0.5"},
        "price": {"value": "100000"},
        "conditional": {"enabled": True, "value": "greater", "price": {"value": "90000", "type": "bid"}},
        "trailing": {"enabled": True, "value": "10.5"},
        "timeout": {"enabled": True, "value": 5},
        "leverage": {"type": "cross"},
    }
    made = SimpleTradePlan.sell_limit(
        pair="USDT_BTC",
        units=Decimal("0.50"),
        price="100000.0",
        when=TradeCondition.above("90000", price_type="bid"),
        trailing=TradeTrailing.by_value("10.50"),
        timeout=5,
        strategy="post_only",
        position_side="short",
        reduce_only=True,
        leverage="cross",
    )
    assert made == plan


def test_an_option_of_none_is_as_if_not_given() -> None:
    options: dict[str, Any] = dict.fromkeys(
        ("when", "trailing", "timeout", "strategy", "position_side", "reduce_only", "leverage")
    )
    assert SimpleTradePlan.buy_market(pair="USDT_BTC", units=1, **options) == SimpleTradePlan.buy_market(
        pair="USDT_BTC", units=1
    )


@pytest.mark.parametrize(
    ("condition", "comparison"),
    [
        (TradeCondition.below("1", price_type="ask"), "less"),
        (TradeCondition.at_most("1", price_type="ask"), "less_or_equal"),
        (TradeCondition.above("1", price_type="ask"), "greater"),
        (TradeCondition.at_least("1", price_type="ask"), "greater_or_equal"),
    ],
)
def test_conditions_say_how_prices_are_compared(condition: TradeCondition, comparison: str) -> None:
    assert codec.value_of(condition, "condition") == {
        "enabled": True,
        "value": comparison,
        "price": {"value": "1", "type": "ask"},
    }


BUY: Final[Callable[..., SimpleTradePlan]] = SimpleTradePlan.buy_market
LIMIT: Final[Callable[..., SimpleTradePlan]] = SimpleTradePlan.buy_limit
ANY: Final[Any] = None

WRONG: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: BUY(pair="BTC", units=1), ValueError, "pair must be a pair with the quote currency first"),
    (lambda: BUY(pair="USDT_BTC", units=0), ValueError, "units.value must be above 0, not 0"),
    (lambda: BUY(pair="USDT_BTC", units=1.5), TypeError, "units must be a Decimal or a str, not a float"),
    (lambda: BUY(pair="USDT_BTC", units="NaN"), ValueError, "units must be a finite number"),
    (lambda: BUY(pair="USDT_BTC", units=1, price=2), TypeError, "SimpleTradePlan has no option 'price'"),
    (lambda: BUY(pair="USDT_BTC", units=1, tiemout=3), TypeError, "SimpleTradePlan has no option 'tiemout'"),
    (lambda: BUY(pair="USDT_BTC", units=1, when="1950"), TypeError, "conditional must be of class TradeCondition"),
    (lambda: BUY(pair="USDT_BTC", units=1, trailing="1"), TypeError, "trailing must be of class TradeTrailing"),
    (lambda: BUY(pair="USDT_BTC", units=1, timeout=300), ValueError, "timeout is for conditional trades"),
    (
        lambda: BUY(pair="USDT_BTC", units=1, timeout=0, when=TradeCondition.below(1)),
        ValueError,
        "timeout.value must be at least 1, not 0",
    ),
    (
        lambda: BUY(pair="USDT_BTC", units=1, timeout="300", when=TradeCondition.below(1)),
        TypeError,
        "timeout.value must be an int, not str",
    ),
    (
        lambda: BUY(pair="USDT_BTC", units=1, strategy="day"),
        ValueError,
        "order.strategy must be 'gtc' or 'ioc' or 'fok' or 'post_only', not 'day'",
    ),
    (
        lambda: BUY(pair="USDT_BTC", units=1, position_side="up"),
        ValueError,
        "order.position_side must be 'both' or 'long' or 'short', not 'up'",
    ),
    (lambda: BUY(pair="USDT_BTC", units=1, reduce_only="yes"), TypeError, "order.reduce_only must be a bool, not str"),
    (
        lambda: BUY(pair="USDT_BTC", units=1, leverage="custom"),
        ValueError,
        "leverage.type must be 'isolated' or 'cross', not 'custom'",
    ),
    (lambda: LIMIT(pair="USDT_BTC", units=1, price="-1"), ValueError, "price.value must be above 0, not -1"),
    (
        lambda: LIMIT(pair="USDT_BTC", units=1, price=None),
        TypeError,
        "price must be a Decimal, a str or an int, not NoneType",
    ),
    (lambda: TradeCondition.at_most("-1"), ValueError, "conditional.price.value must be above 0, not -1"),
    (
        lambda: TradeCondition.at_most("1", price_type=cast("Any", "mid")),
        ValueError,
        "conditional.price.type must be 'bid' or 'ask' or 'last', not 'mid'",
    ),
    (lambda: TradeCondition(enabled=True), ValueError, "conditional.value is required when conditional is on"),
    (
        lambda: TradeCondition(enabled=True, value="less"),
        ValueError,
        "conditional.price is required when conditional is on",
    ),
    (
        lambda: TradeCondition(enabled=False, value="less"),
        ValueError,
        "conditional.value must not be given when conditional is off",
    ),
    (
        lambda: TradeTrailing(enabled=True),
        ValueError,
        "either trailing.value or trailing.percent is required when trailing is on",
    ),
    (
        lambda: TradeTrailing(enabled=True, value=1, percent=1),
        ValueError,
        "either trailing.value or trailing.percent is required when trailing is on",
    ),
    (
        lambda: TradeTrailing(enabled=False, percent=1),
        ValueError,
        "trailing.percent must not be given when trailing is off",
    ),
    (lambda: TradeTrailing.by_percent(0), ValueError, "trailing.percent must be above 0, not 0"),
    (lambda: TradeTrailing(enabled=cast("Any", 1)), TypeError, "trailing.enabled must be a bool, not int"),
    (lambda: TradeTimeout(enabled=True), ValueError, "timeout.value is required when timeout is on"),
    (
        lambda: TradeTimeout(enabled=False, value=3),
        ValueError,
        "timeout.value must not be given when timeout is off",
    ),
    (
        lambda: SimpleTradePlan(pair="USDT_BTC", order=TradeOrder(type="limit", side="buy"), units=Units(value=1)),
        ValueError,
        "price is required for a limit order",
    ),
    (
        lambda: SimpleTradePlan(
            pair="USDT_BTC",
            order=TradeOrder(type="market", side="buy"),
            units=Units(value=1),
            price=LimitPrice(value=1),
        ),
        ValueError,
        "price must not be given with a market order",
    ),
    (
        lambda: SimpleTradePlan(pair="USDT_BTC", order=cast("Any", {"type": "market"}), units=Units(value=1)),
        TypeError,
        "order must be of class TradeOrder, not dict",
    ),
    (
        lambda: TradeOrder(type=cast("Any", "stop"), side="buy"),
        ValueError,
        "order.type must be 'market' or 'limit', not 'stop'",
    ),
    (lambda: TradeOrder(type="market", side=cast("Any", "long")), ValueError, "order.side must be 'buy' or 'sell'"),
]


@pytest.mark.parametrize(("make", "kind", "message"), WRONG, ids=[message for _, _, message in WRONG])
def test_what_cannot_be_right_is_refused_by_name(
    make: Callable[[], object], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value).startswith(message)


AMOUNTS: Final = st.decimals(min_value="1e-12", max_value="1e12", allow_nan=False, allow_infinity=False, places=12)
Side = Literal["buy", "sell"]


@given(
    side=st.sampled_from(["buy", "sell"]),
    units=AMOUNTS,
    price=st.none() | AMOUNTS,
    trigger=st.none() | AMOUNTS,
    trailing=st.none() | st.tuples(st.sampled_from(["value", "percent"]), AMOUNTS),
    timeout=st.none() | st.integers(1, 10**9),
)
def test_what_goes_on_the_wire_is_what_was_given_digit_by_digit(
    side: str,
    units: Decimal,
    price: Decimal | None,
    trigger: Decimal | None,
    trailing: tuple[str, Decimal] | None,
    timeout: int | None,
) -> None:
    options: dict[str, Any] = {
        "when": None if trigger is None else TradeCondition.at_most(trigger),
        "trailing": None if trailing is None else TradeTrailing(enabled=True, **{trailing[0]: trailing[1]}),
        "timeout": None if trigger is None else timeout,
    }
    if price is None:
        make = SimpleTradePlan.buy_market if side == "buy" else SimpleTradePlan.sell_market
        plan = make(pair="USDT_BTC", units=units, **options)
    else:
        make_limit = SimpleTradePlan.buy_limit if side == "buy" else SimpleTradePlan.sell_limit
        plan = make_limit(pair="USDT_BTC", units=units, price=str(price), **options)
    sent = cast("dict[str, Any]", codec.decode_json(codec.write_body({"plan": plan})))["plan"]
    assert sent["order"] == {"type": "market" if price is None else "limit", "side": side}
    expected = {"units": units, "price": price, "conditional.price": trigger}
    for place, value in expected.items():
        found: Any = sent
        for name in place.split("."):
            found = found.get(name, {})
        if value is None:
            assert found == {}
        else:
            assert "E" not in found["value"]
            assert Decimal(found["value"]).as_tuple() == value.as_tuple()
    assert sent["conditional"]["enabled"] == (trigger is not None)
    assert sent["timeout"] == ({"enabled": True, "value": timeout} if options["timeout"] else {"enabled": False})
    if trailing is None:
        assert sent["trailing"] == {"enabled": False}
    else:
        assert sent["trailing"].keys() == {"enabled", trailing[0]}
        assert Decimal(sent["trailing"][trailing[0]]) == trailing[1]
    assert plan.leverage is OMITTED
