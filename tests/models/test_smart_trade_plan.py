"""Plans of SmartTrades: what the factories make, what is refused by name, what goes out, and what is read back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.endpoints import catalogue
from threecommas_async import codec
from threecommas_async.models.base import OMITTED
from threecommas_async.models.editable import may_be_null
from threecommas_async.models.smart_trade import SmartTrade
from threecommas_async.models.smart_trade_parts import (
    EntryCondition,
    Leverage,
    LimitPrice,
    Position,
    Trailing,
    TriggerPrice,
    Units,
)
from threecommas_async.models.smart_trade_plan import (
    CREATE_ONLY,
    SmartTradeChanges,
    SmartTradeEdits,
    SmartTradePlan,
    as_new,
)
from threecommas_async.models.smart_trade_targets import (
    StopLoss,
    StopLossCondition,
    StopLossTimeout,
    TakeProfit,
    TakeProfitStep,
)

Document = dict[str, Any]

PAIR: Final = "USDT_ETH"
STOP: Final = StopLoss.at(price="1900")
TRAILING_ENTRY: Final = EntryCondition.at("1950", trailing="0.5")
TWO_STEPS: Final = TakeProfit.of(
    TakeProfitStep.at(percent="5", volume="50"), TakeProfitStep.at(percent="10", volume="50")
)


def written(plan: object) -> Document:
    return cast("Document", codec.value_of(plan, "plan"))


def half(**given: Any) -> TakeProfitStep:
    return TakeProfitStep.at(volume=50, **given)


def examples() -> list[Document]:
    """Every SmartTrade that the vendor's pages show."""
    texts = [one.text for row in catalogue.endpoints("smart_trades") for one in row.responses if one.is_success]
    found = [json.loads(text) for text in [*texts, catalogue.entities("smart_trades")[0].example]]
    rows = [row for answer in found for row in (answer if isinstance(answer, list) else [answer])]
    return [row for row in rows if "take_profit" in row]


# --- what the factories make


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (
            SmartTradePlan.buy(PAIR, units="0.1"),
            {"pair": PAIR, "position": {"type": "buy", "order_type": "market", "units": {"value": "0.1"}}},
        ),
        (
            SmartTradePlan.sell(PAIR, units=Decimal("0.10"), price=2000),
            {
                "pair": PAIR,
                "position": {
                    "type": "sell",
                    "order_type": "limit",
                    "units": {"value": "0.10"},
                    "price": {"value": "2000"},
                },
            },
        ),
        (
            SmartTradePlan.buy(PAIR, units="0.1", when=EntryCondition.at("1950")),
            {
                "pair": PAIR,
                "position": {
                    "type": "buy",
                    "order_type": "conditional",
                    "units": {"value": "0.1"},
                    "conditional": {
                        "order_type": "market",
                        "price": {"value": "1950"},
                        "trailing": {"enabled": False},
                    },
                },
            },
        ),
        (
            SmartTradePlan.sell(
                PAIR,
                units="0.1",
                price="2010",
                when=EntryCondition.at("2000", order_type="limit", trailing="0.5", price_type="bid"),
            ),
            {
                "pair": PAIR,
                "position": {
                    "type": "sell",
                    "order_type": "conditional",
                    "units": {"value": "0.1"},
                    "price": {"value": "2010"},
                    "conditional": {
                        "order_type": "limit",
                        "price": {"type": "bid", "value": "2000"},
                        "trailing": {"enabled": True, "percent": "0.5"},
                    },
                },
            },
        ),
        (
            SmartTradePlan.smart_sell(PAIR, units="0.1", price="1500", stop_loss=STOP),
            {
                "pair": PAIR,
                "position": {
                    "type": "buy",
                    "order_type": "market",
                    "units": {"value": "0.1"},
                    "price": {"value": "1500"},
                },
                "stop_loss": written(STOP),
                "skip_enter_step": True,
            },
        ),
        (
            SmartTradePlan.smart_buy(PAIR, units="0.1", take_profit=TakeProfit.at(price=1800)),
            {
                "pair": PAIR,
                "position": {"type": "sell", "order_type": "market", "units": {"value": "0.1"}},
                "take_profit": written(TakeProfit.at(price=1800)),
                "skip_enter_step": True,
            },
        ),
        (
            SmartTradePlan.simple_buy(PAIR, units="0.1", leverage=Leverage.isolated("5"), note="mine"),
            {
                "pair": PAIR,
                "position": {"type": "buy", "order_type": "market", "units": {"value": "0.1"}},
                "leverage": {"enabled": True, "type": "isolated", "value": "5"},
                "instant": True,
                "note": "mine",
            },
        ),
        (
            SmartTradePlan.simple_sell(PAIR, units="0.1", price="2100.00", leverage=Leverage.cross()),
            {
                "pair": PAIR,
                "position": {
                    "type": "sell",
                    "order_type": "limit",
                    "units": {"value": "0.1"},
                    "price": {"value": "2100.00"},
                },
                "leverage": {"enabled": True, "type": "cross"},
                "instant": True,
            },
        ),
    ],
    ids=["buy", "sell", "conditional", "trailing", "smart sell", "smart buy", "simple buy", "simple sell"],
)
def test_a_factory_makes_what_it_is_called(plan: SmartTradePlan, expected: Document) -> None:
    assert written(plan) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            TWO_STEPS,
            {
                "enabled": True,
                "steps": [
                    {
                        "order_type": "limit",
                        "volume": "50",
                        "price": {"type": "last", "percent": percent},
                        "trailing": {"enabled": False},
                    }
                    for percent in ("5", "10")
                ],
            },
        ),
        (
            TakeProfit.at(price="2200.50", trailing="0.5", order_type="market", price_type="bid"),
            {
                "enabled": True,
                "steps": [
                    {
                        "order_type": "market",
                        "volume": "100",
                        "price": {"type": "bid", "value": "2200.50"},
                        "trailing": {"enabled": True, "percent": "0.5"},
                    }
                ],
            },
        ),
        (TakeProfit.off(), {"enabled": False, "steps": []}),
        (
            StopLoss.at(price="1900", limit="1895", trailing=True, timeout=60, breakeven=True, price_type="ask"),
            {
                "enabled": True,
                "order_type": "limit",
                "price": {"value": "1895"},
                "conditional": {"price": {"type": "ask", "value": "1900"}, "trailing": {"enabled": True}},
                "breakeven": True,
                "timeout": {"enabled": True, "value": 60},
            },
        ),
        (
            StopLoss.at(percent="5"),
            {
                "enabled": True,
                "order_type": "market",
                "conditional": {"price": {"type": "last", "percent": "5"}, "trailing": {"enabled": False}},
                "breakeven": False,
                "timeout": {"enabled": False},
            },
        ),
        (StopLoss.off(), {"enabled": False}),
        (Leverage.custom("12"), {"enabled": True, "type": "custom", "value": "12"}),
        (Leverage.off(), {"enabled": False}),
    ],
    ids=["steps", "one step", "no profit", "stop loss", "in percent", "no stop loss", "custom", "no leverage"],
)
def test_a_part_is_sent_in_the_form_of_the_entity(part: object, expected: Document) -> None:
    assert written(part) == expected


# --- what is refused


WRONG: list[tuple[Any, type[Exception], str]] = [
    # values
    (lambda: Position.buy(units=0), ValueError, r"units\.value must be above 0, not 0"),
    (lambda: Position.buy(units=0.1), TypeError, r"units\.value must be a Decimal or a str, not a float"),  # type: ignore[arg-type]
    (lambda: Position.buy(units="NaN"), ValueError, r"units\.value must be a finite number"),
    (lambda: Position.buy(units=1, price="-5"), ValueError, r"price\.value must be above 0, not -5"),
    (lambda: TakeProfitStep.at(percent=5.0), TypeError, r"price\.percent must be a Decimal or a str, not a float"),  # type: ignore[arg-type]
    (lambda: TakeProfitStep.at(price=1, volume=101), ValueError, r"take_profit\.steps\[\]\.volume must be from 0 to"),
    (
        lambda: TakeProfitStep.at(price=1, price_type="mid"),  # type: ignore[arg-type]
        ValueError,
        r"price\.type must be 'bid' or 'ask' or 'last', not 'mid'",
    ),
    (
        lambda: TakeProfitStep.at(price=1, order_type="stop"),  # type: ignore[arg-type]
        ValueError,
        r"take_profit\.steps\[\]\.order_type must be 'market' or 'limit', not 'stop'",
    ),
    (lambda: StopLoss.at(price=1, trailing="0.5"), TypeError, "trailing must be a bool, not str"),  # type: ignore[arg-type]
    (lambda: StopLoss.at(price=1, timeout=-1), ValueError, r"stop_loss\.timeout\.value must be at least 0, not -1"),
    (lambda: StopLoss.at(price=1, timeout="60"), TypeError, r"stop_loss\.timeout\.value must be an int"),  # type: ignore[arg-type]
    (lambda: Leverage.isolated(0), ValueError, r"leverage\.value must be above 0"),
    (lambda: Leverage(enabled=1), TypeError, r"leverage\.enabled must be a bool, not int"),  # type: ignore[arg-type]
    (lambda: SmartTradePlan.buy("ETH/USDT", units=1), ValueError, "pair must be a pair with the quote currency first"),
    (lambda: SmartTradePlan.buy(PAIR, units=1, note=""), ValueError, "note must have from 1 to 300 characters, not 0"),
    (
        lambda: SmartTradePlan.buy(PAIR, units=1, note="x" * 301),
        ValueError,
        "note must have from 1 to 300 characters, not 301",
    ),
    (
        lambda: SmartTradePlan.buy(PAIR, units=1, stop_loss={"enabled": False}),  # type: ignore[arg-type]
        TypeError,
        "stop_loss must be of class StopLoss, not dict",
    ),
    (lambda: SmartTradePlan.buy(PAIR, units=1, take_profit=None), TypeError, "take_profit must not be None"),  # type: ignore[arg-type]
    # a value or a percentage
    (lambda: TakeProfitStep.at(price=1, percent=5), ValueError, r"price\.value and price\.percent exclude each other"),
    (lambda: TakeProfitStep.at(), ValueError, r"price\.value or price\.percent is required"),
    (lambda: StopLoss.at(), ValueError, r"price\.value or price\.percent is required"),
    (lambda: StopLoss.at(price=1, percent=5), ValueError, "exclude each other"),
    (
        lambda: TakeProfitStep(order_type="limit", volume=100, price=TriggerPrice(value=1)),
        ValueError,
        r"take_profit\.steps\[\]\.price\.type is required",
    ),
    # conditions
    (
        lambda: EntryCondition(order_type="market", price=TriggerPrice(percent=5)),
        ValueError,
        r"position\.conditional\.price\.value is required",
    ),
    (
        lambda: EntryCondition(order_type="market", price=TriggerPrice(value=5), trailing=Trailing(enabled=True)),
        ValueError,
        r"position\.conditional\.trailing\.percent is required",
    ),
    (
        lambda: Position.buy(units=1, when=EntryCondition.at(5, order_type="limit")),
        ValueError,
        r"position\.price is required for a limit order",
    ),
    (
        lambda: Position(type="buy", order_type="limit", units=Units(value=1)),
        ValueError,
        r"position\.price is required for a limit order",
    ),
    (
        lambda: Position(type="buy", order_type="conditional", units=Units(value=1)),
        ValueError,
        r"position\.conditional goes with order_type 'conditional', and is required there",
    ),
    (
        lambda: Position(type="buy", order_type="market", units=Units(value=1), conditional=EntryCondition.at(5)),
        ValueError,
        r"position\.conditional goes with order_type 'conditional'",
    ),
    # steps
    (lambda: TakeProfit.of(half(price=1)), ValueError, r"the volumes of take_profit\.steps must sum to 100, not 50"),
    (
        lambda: TakeProfit.of(*[half(price=1)] * 3),
        ValueError,
        r"the volumes of take_profit\.steps must sum to 100, not 150",
    ),
    (
        lambda: TakeProfit.of(half(price=1, trailing=1), half(price=2)),
        ValueError,
        r"take_profit\.steps\[0\]\.trailing: the last step alone can follow the price",
    ),
    (
        lambda: TakeProfitStep.at(price=1, trailing="0.009"),
        ValueError,
        r"take_profit\.steps\[\]\.trailing\.percent must be from 0\.01 to 100, not 0\.009",
    ),
    (lambda: TakeProfitStep.at(price=1, trailing=101), ValueError, "must be from 0.01 to 100, not 101"),
    (
        lambda: TakeProfitStep(
            order_type="limit",
            volume=100,
            price=TriggerPrice(type="last", value=1),
            trailing=Trailing(enabled=True),
        ),
        ValueError,
        r"take_profit\.steps\[\]\.trailing\.percent is required",
    ),
    (lambda: TakeProfit.of(), ValueError, r"take_profit\.steps must not be empty when it is on"),
    (
        lambda: TakeProfit(enabled=False, steps=[TakeProfitStep.at(price=1)]),
        ValueError,
        r"take_profit\.steps must be empty when it is off",
    ),
    (lambda: TakeProfit(enabled=True, steps=TakeProfitStep.at(price=1)), TypeError, "take_profit.steps must be a seq"),  # type: ignore[arg-type]
    (lambda: TakeProfit(enabled=True, steps=[5]), TypeError, r"take_profit\.steps\[0\] must be of class TakeProfitS"),  # type: ignore[list-item]
    # stop losses
    (lambda: StopLoss(enabled=True), ValueError, r"stop_loss\.order_type is required when it is on"),
    (
        lambda: StopLoss(enabled=True, order_type="market"),
        ValueError,
        r"stop_loss\.conditional is required when it is on",
    ),
    (
        lambda: attrs.evolve(STOP, order_type="limit"),
        ValueError,
        r"stop_loss\.price is required for a limit order",
    ),
    (
        lambda: attrs.evolve(STOP, price=LimitPrice(value=1)),
        ValueError,
        r"stop_loss\.price must not be given with a market order",
    ),
    (
        lambda: attrs.evolve(STOP, enabled=False),
        ValueError,
        r"stop_loss\.price and stop_loss\.conditional must not be given when it is off",
    ),
    (
        lambda: StopLossCondition(price=TriggerPrice(value=1), trailing=Trailing.by(1)),
        ValueError,
        r"stop_loss\.conditional\.trailing\.percent cannot be given",
    ),
    (lambda: StopLossTimeout(enabled=True), ValueError, r"stop_loss\.timeout\.value is required"),
    (
        lambda: SmartTradePlan.buy(PAIR, units=1, stop_loss=StopLoss.at(percent=5)),
        ValueError,
        r"stop_loss\.conditional\.price\.percent goes only with a position that trails",
    ),
    (
        lambda: SmartTradePlan.buy(PAIR, units=1, stop_loss=StopLoss.at(price=1, breakeven=True)),
        ValueError,
        r"stop_loss\.breakeven wants at least two steps of take_profit",
    ),
    (
        lambda: SmartTradePlan.buy(
            PAIR, units=1, take_profit=TakeProfit.at(price=9), stop_loss=StopLoss.at(price=1, breakeven=True)
        ),
        ValueError,
        r"stop_loss\.breakeven wants at least two steps of take_profit",
    ),
    # what goes together
    (
        lambda: SmartTradePlan(pair=PAIR, position=attrs.evolve(Position.buy(units=1), price=LimitPrice(value=5))),
        ValueError,
        r"position\.price must not be given with a market order",
    ),
    (
        lambda: SmartTradePlan.simple_buy(PAIR, units=1).evolve(stop_loss=STOP),
        ValueError,
        "instant goes without take_profit and stop_loss",
    ),
    (
        lambda: SmartTradePlan.simple_buy(PAIR, units=1).evolve(skip_enter_step=True),
        ValueError,
        "instant and skip_enter_step exclude each other",
    ),
    (lambda: SmartTradePlan.smart_sell(PAIR, units=1), ValueError, "take_profit or stop_loss is required"),
    (
        lambda: SmartTradePlan.smart_buy(PAIR, units=1, stop_loss=StopLoss.off()),
        ValueError,
        "take_profit or stop_loss is required",
    ),
    (
        lambda: SmartTradePlan.buy(PAIR, units=1).evolve(stop_los=STOP),  # type: ignore[call-arg]
        TypeError,
        "SmartTradePlan has no field 'stop_los'; did you mean 'stop_loss'",
    ),
]


@pytest.mark.parametrize(
    ("make", "kind", "message"), WRONG, ids=lambda value: value[:60] if isinstance(value, str) else ""
)
def test_what_is_wrong_is_refused_by_name(make: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        make()
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "plan",
    [
        SmartTradePlan.buy(PAIR, units=1, note="x" * 300),
        SmartTradePlan.buy(PAIR, units=1, when=TRAILING_ENTRY, stop_loss=StopLoss.at(percent="5")),
        SmartTradePlan.buy(PAIR, units=1, take_profit=TWO_STEPS, stop_loss=StopLoss.at(price=1, breakeven=True)),
        SmartTradePlan.buy(PAIR, units=1, take_profit=TakeProfit.of(half(price=1), half(price=2, trailing="0.01"))),
        SmartTradePlan.simple_sell(PAIR, units=1).evolve(take_profit=TakeProfit.off(), stop_loss=StopLoss.off()),
        SmartTradePlan.smart_sell(PAIR, units=1, price=1500, take_profit=TWO_STEPS),
    ],
    ids=["longest note", "percent", "breakeven", "last step trails", "off", "held"],
)
def test_what_just_goes_is_taken(plan: SmartTradePlan) -> None:
    assert as_new(plan) == plan


def test_a_plan_shows_what_was_given_and_no_more() -> None:
    plan = SmartTradePlan.buy(PAIR, units=1, when=TRAILING_ENTRY)
    assert repr(plan).startswith("SmartTradePlan(pair='USDT_ETH', position=Position(type='buy', order_type='cond")
    assert "OMITTED" not in repr(plan)


def test_the_changes_name_the_fields_and_no_others() -> None:
    names = {field.name for field in attrs.fields(SmartTradePlan)}
    assert SmartTradeChanges.__annotations__.keys() == names
    assert SmartTradeEdits.__annotations__.keys() == names - CREATE_ONLY
    assert not any(may_be_null(SmartTradePlan, name) for name in names)


def test_steps_of_another_smart_trade_are_sent_without_their_numbers() -> None:
    steps = [attrs.evolve(step, id=7) for step in TWO_STEPS.steps]
    plan = SmartTradePlan.buy(PAIR, units=1).evolve(take_profit=TakeProfit(enabled=True, steps=steps))
    assert [step["id"] for step in written(plan)["take_profit"]["steps"]] == [7, 7]
    assert written(as_new(plan)) == written(plan.evolve(take_profit=TWO_STEPS))
    rest = plan.evolve(take_profit=TakeProfit(enabled=True, steps=steps[:1]))  # one was cancelled
    with pytest.raises(ValueError, match=r"the volumes of take_profit\.steps must sum to 100, not 50"):
        as_new(rest)


# --- what is the same


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        (half(price="1.0"), half(price="1.000"), True),
        (half(price=1), attrs.evolve(half(price=1), id=5), True),
        (half(price=1), attrs.evolve(half(price=1), trailing=OMITTED), True),
        (half(price=1), half(price=1, trailing=1), False),
        (half(price=1), half(percent=1), False),
        (STOP, attrs.evolve(STOP, timeout=OMITTED, breakeven=OMITTED), True),
        (STOP, StopLoss.at(price=1900, timeout=60), False),
        (STOP, StopLoss.at(price=1900, breakeven=True), False),
        (STOP, StopLoss.at(price=1900, trailing=True), False),
    ],
)
def test_what_is_off_is_the_same_as_what_is_not_there(one: object, other: object, *, are_same: bool) -> None:
    assert (one == other) == are_same


# --- what goes out: every digit


AMOUNTS: Final = st.decimals(min_value="1e-18", max_value="1e12", allow_nan=False, allow_infinity=False).filter(
    lambda value: value > 0
)
PERCENTS: Final = st.decimals(min_value="0.01", max_value=100, places=8)


@st.composite
def shares(draw: st.DrawFn) -> list[Decimal]:
    """Shares that sum to 100, digit by digit."""
    cuts = sorted(draw(st.sets(st.integers(1, 9_999_999_999), max_size=5)))
    return [Decimal(end - begin).scaleb(-8) for begin, end in zip([0, *cuts], [*cuts, 10_000_000_000], strict=True)]


@given(AMOUNTS, AMOUNTS, shares(), st.data())
def test_every_digit_goes_out_as_it_was_given(
    units: Decimal, price: Decimal, volumes: list[Decimal], data: st.DataObject
) -> None:
    targets = [data.draw(AMOUNTS) for _ in volumes]
    trailing = data.draw(PERCENTS)
    last = len(volumes) - 1
    steps = [
        TakeProfitStep.at(price=target, volume=volume, trailing=trailing if place == last else None)
        for place, (target, volume) in enumerate(zip(targets, volumes, strict=True))
    ]
    plan = SmartTradePlan.buy(
        PAIR,
        units=units,
        price=str(price),
        take_profit=TakeProfit.of(*steps),
        stop_loss=StopLoss.at(price=price, limit=price),
    )
    body = json.loads(codec.write_body({"plan": plan}), parse_float=pytest.fail)["plan"]
    assert exactly(body["position"]["units"]["value"], units)
    assert exactly(body["position"]["price"]["value"], price)
    assert exactly(body["stop_loss"]["price"]["value"], price)
    assert exactly(body["stop_loss"]["conditional"]["price"]["value"], price)
    sent = body["take_profit"]["steps"]
    assert all(exactly(step["price"]["value"], target) for step, target in zip(sent, targets, strict=True))
    assert all(exactly(step["volume"], volume) for step, volume in zip(sent, volumes, strict=True))
    assert exactly(sent[-1]["trailing"]["percent"], trailing)
    assert sum(Decimal(step["volume"]) for step in sent) == 100


def exactly(text: object, value: Decimal) -> bool:
    """Tell whether ``text`` is the number to the last digit, in plain notation."""
    return isinstance(text, str) and "E" not in text.upper() and Decimal(text) == value


@given(shares(), st.integers(-(10**9), 10**9).filter(bool))
def test_shares_that_miss_the_whole_by_any_digit_are_refused(volumes: list[Decimal], missing: int) -> None:
    wrong = [*volumes[:-1], volumes[-1] + Decimal(missing).scaleb(-18)]
    if not 0 <= wrong[-1] <= 100:
        return
    with pytest.raises(ValueError, match="must sum to 100"):
        TakeProfit.of(*[TakeProfitStep.at(percent=5, volume=volume) for volume in wrong])


# --- what is read becomes a plan again


@pytest.mark.parametrize("document", examples(), ids=lambda document: f"{document['id']}-{document['status']['type']}")
def test_every_example_becomes_a_plan_that_says_what_it_said(document: Document) -> None:
    trade = codec.from_json(json.dumps(document), SmartTrade)
    plan = written(trade.plan())
    position = document["position"]
    assert plan["pair"] == document["pair"]
    assert (plan["instant"], plan["skip_enter_step"]) == (document["instant"], document["skip_enter_step"])
    assert plan["leverage"] == document["leverage"]
    assert plan["position"]["type"] == position["type"]
    assert plan["position"]["units"]["value"] == position["units"]["value"]
    assert ("price" in plan["position"]) == (position["order_type"] != "market" or document["skip_enter_step"])
    steps = document["take_profit"]["steps"]
    assert [step["id"] for step in plan["take_profit"]["steps"]] == [step["id"] for step in steps]
    for step, read in zip(plan["take_profit"]["steps"], steps, strict=True):
        kept = "value" if read["price"]["percent"] is None else "percent"
        assert step["price"] == {"type": "last", kept: read["price"][kept]}
        assert (step["volume"], step["order_type"]) == (read["volume"], read["order_type"])
    stop_loss = document["stop_loss"]
    assert plan["stop_loss"]["enabled"] == stop_loss["enabled"]
    if stop_loss["enabled"]:
        trigger = stop_loss["conditional"]["price"]
        assert plan["stop_loss"]["conditional"]["price"] == {"type": "last", "value": trigger["value"]}
        assert plan["stop_loss"]["timeout"] == {"enabled": False}


def read(**changes: object) -> SmartTrade:
    """Read the vendor's conditional sale, with other fields."""
    (document,) = [one for one in examples() if one["position"]["order_type"] == "conditional"]
    return codec.from_json(json.dumps({**document, **changes}), SmartTrade)


def test_a_limit_price_is_read_without_the_fees_that_it_has_once_it_is_filled() -> None:
    position = read().plan().position
    assert position.price == LimitPrice(value="0.255")
    assert position.conditional == EntryCondition.at("0.255", order_type="limit", price_type="bid")
    assert position.order_type == "conditional"


def test_a_held_position_keeps_the_price_that_it_was_entered_at() -> None:
    (document,) = [one for one in examples() if one["skip_enter_step"]]
    plan = codec.from_json(json.dumps(document), SmartTrade).plan()
    assert plan.position == attrs.evolve(Position.buy(units="20.0"), price=LimitPrice(value="0.10268"))


def test_a_take_profit_of_which_no_step_is_left_is_off() -> None:
    assert read(take_profit={"enabled": True, "price_type": "value", "steps": []}).plan().take_profit == (
        TakeProfit.off()
    )


def test_steps_that_are_left_of_the_whole_are_a_plan_all_the_same() -> None:
    (document,) = [one for one in examples() if one["skip_enter_step"]]
    take_profit = codec.from_json(json.dumps(document), SmartTrade).plan().take_profit
    assert take_profit is not OMITTED
    assert sum(step.volume for step in take_profit.steps) == 70


STOP_AS_READ: Final[Document] = {
    "enabled": True,
    "price_type": "value",
    "breakeven": True,
    "order_type": "limit",
    "price": {"value": "1895.0", "percent": None},
    "conditional": {
        "price": {"value": "1900.0", "type": "ask", "percent": None},
        "trailing": {"enabled": True, "percent": "-5.0"},
    },
    "timeout": {"enabled": True, "value": 60},
}


def test_a_stop_loss_is_read_whole() -> None:
    stop_loss = read(stop_loss=STOP_AS_READ).plan().stop_loss
    assert stop_loss == StopLoss.at(price=1900, limit=1895, trailing=True, timeout=60, breakeven=True, price_type="ask")


@pytest.mark.parametrize(("is_entered", "kept"), [(True, {"value": "1900.0"}), (False, {"percent": "5.0"})])
def test_a_stop_loss_in_percent_is_a_price_once_there_is_one_of_entry(*, is_entered: bool, kept: Document) -> None:
    conditional = {"price": {"value": "1900.0", "type": "last", "percent": "5.0"}, "trailing": {"enabled": False}}
    trade = read(stop_loss={**STOP_AS_READ, "conditional": conditional}, is_position_not_filled=not is_entered)
    assert written(trade.plan().stop_loss)["conditional"]["price"] == {"type": "last", **kept}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stop_loss": {"enabled": "perhaps"}}, "enabled of SmartTradeStopLoss"),
        ({"stop_loss": {**STOP_AS_READ, "conditional": None}}, "conditional of SmartTradeStopLoss"),
        ({"stop_loss": {**STOP_AS_READ, "timeout": {"enabled": True, "value": "a while"}}}, "SmartTradeTimeout"),
        ({"stop_loss": {**STOP_AS_READ, "timeout": {"enabled": True, "value": "1.5"}}}, "not in whole seconds"),
        (
            {"stop_loss": {**STOP_AS_READ, "conditional": {"price": {"value": "1"}, "new": 1}}},
            r"SmartTradeConditional.* has what this library does not know",
        ),
        ({"leverage": {"enabled": True, "type": "isolated", "mode": "hedge"}}, "SmartTradeLeverage.* does not know"),
        ({"leverage": "much"}, r"leverage of SmartTrade\(.* could not be read"),
        ({"position": None}, r"position of SmartTrade\(.*\) did not come"),
        ({"position": {"type": "buy", "order_type": "market"}}, "units of SmartTradePosition.* did not come"),
        ({"pair": None}, r"pair of SmartTrade\(.*\) did not come"),
        (
            {"take_profit": {"enabled": True, "steps": [{"id": 1, "order_type": "limit", "volume": "all"}]}},
            "volume of SmartTradeTakeProfitStep.* could not be read",
        ),
    ],
)
def test_what_would_be_lost_is_named(changes: Document, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(**changes).plan()


def test_what_is_new_beside_the_settings_costs_no_plan() -> None:
    document = next(one for one in examples() if one["stop_loss"]["enabled"])
    for part in (document["position"], document["take_profit"], document["stop_loss"]):
        part["shown_since"] = "2026-01-01"
    document["take_profit"]["steps"][0]["shown_since"] = "2026-01-01"
    trade = codec.from_json(json.dumps(document), SmartTrade)
    assert trade.position is not None
    assert "shown_since" in trade.position.unrecognized
    assert trade.plan().stop_loss == StopLoss.at(price=document["stop_loss"]["conditional"]["price"]["value"])


# --- what a trader asks at once


@pytest.mark.parametrize(
    ("state", "is_not_filled", "expected"),
    [
        ("created", True, {"is_active", "is_waiting"}),
        ("waiting_position", True, {"is_active", "is_waiting"}),
        ("waiting_targets", False, {"is_active", "is_entered"}),
        ("panic_sell_pending", False, {"is_active", "is_entered", "is_closing"}),
        ("stop_loss_in_progress", False, {"is_active", "is_entered", "is_closing"}),
        ("cancellation_pending", True, {"is_active", "is_waiting", "is_closing"}),
        ("finished", False, {"is_finished", "is_entered"}),
        ("stop_loss_finished", False, {"is_finished", "is_entered"}),
        ("panic_sold", False, {"is_finished", "is_entered"}),
        ("cancelled", True, {"is_finished"}),
        ("failed", True, {"is_finished"}),
        ("a word of tomorrow", False, {"is_active", "is_entered"}),
    ],
)
def test_the_status_alone_tells_how_it_stands(state: str, expected: set[str], *, is_not_filled: bool) -> None:
    trade = read(status={"type": state}, is_position_not_filled=is_not_filled)
    names = ("is_active", "is_waiting", "is_entered", "is_closing", "is_finished")
    assert {name for name in names if getattr(trade, name)} == expected


def test_a_position_that_is_held_already_is_entered_from_the_beginning() -> None:
    trade = read(status={"type": "created"}, skip_enter_step=True, is_position_not_filled=True)
    assert trade.is_entered
    assert not trade.is_waiting


def test_what_is_not_there_is_none() -> None:
    trade = SmartTrade(id=1)
    assert (trade.state, trade.kind, trade.account_id, trade.created_at, trade.updated_at) == (None,) * 5
    assert not any((trade.is_entered, trade.is_short, trade.is_finished))
    assert (trade.quote_currency, trade.base_currency) == (None, None)


def test_the_entry_tells_where_the_flag_is_missing() -> None:
    trade = read(is_position_not_filled=None)
    assert trade.is_entered
    assert trade.is_short
    assert trade.account_id == 32402783
