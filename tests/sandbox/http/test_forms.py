"""Forms: typed values out of what was sent, and everything that is wrong with it at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from threecommas_async.sandbox.http.forms import (
    Draft,
    Form,
    WrongFieldsError,
    exclusive,
    list_of,
    nested,
    optional,
    read_form,
    required,
    required_if,
)
from threecommas_async.sandbox.http.readers import choice, day, flag, member, moment, text, whole_number, words

MISSING, INVALID, NOT_VALID = "is missing", "is invalid", "does not have a valid value"


class Traded:
    """What the form is about."""

    pairs = ("USDT_BTC",)


class Price(Form):
    value: str = required(text())
    type: str = required(choice(("bid", "ask")))


class Step(Form):
    price: Price = required(nested(Price))
    volume: int = optional(whole_number(minimum=1, maximum=100), default=100)


class TakeProfit(Form):
    enabled: bool = required(flag())
    steps: list[Step] | None = required_if(lambda draft: draft.value("enabled", bool) is True, list_of(nested(Step)))


class Order(Form):
    """A form with each kind of field."""

    pair: str = required(choice(lambda draft: draft.about(Traded).pairs))
    note: str | None = optional(text(minimum=2))
    since: datetime | None = optional(moment(), name="from")
    network: str | None = optional(text(), may_be_blank=False)
    address: str = required(text(), also_named="to")
    mode: int = optional(member({"paper": 1, "real": 2}), default=2)
    days: list[str] = optional(words(lambda _: ("mon", "tue"), minimum=1), default=[])
    first: date | None = optional(day("%Y-%m-%d"))
    take_profit: TakeProfit | None = optional(nested(TakeProfit))


TRADED = Traded()
LEAST = {"pair": "USDT_BTC", "address": "x"}


def wrong(**sent: object) -> dict[str, list[str]]:
    with pytest.raises(WrongFieldsError) as caught:
        read_form(Order, sent, TRADED)
    return caught.value.by_name


def test_values_are_typed() -> None:
    form = read_form(
        Order,
        LEAST
        | {
            "note": 12,
            "from": "2024-09-17T02:00:00+02:00",
            "mode": "paper",
            "days": ["tue", "mon", "tue"],
            "first": "2024-09-17",
            "take_profit": {
                "enabled": "true",
                "steps": [{"price": {"value": Decimal("1.50"), "type": "bid"}, "volume": "7"}],
            },
        },
        TRADED,
    )
    assert (form.pair, form.note, form.mode, form.days) == ("USDT_BTC", "12", 1, ["tue", "mon"])
    assert (form.since, form.first) == (datetime(2024, 9, 17, tzinfo=UTC), date(2024, 9, 17))
    assert form.take_profit is not None
    assert form.take_profit.enabled is True
    assert form.take_profit.steps is not None
    [step] = form.take_profit.steps
    assert (step.price.value, step.price.type, step.volume) == ("1.50", "bid", 7)


def test_what_is_left_out_has_its_default() -> None:
    form = read_form(Order, LEAST | {"note": None, "from": "", "days": None, "unknown": 1}, TRADED)
    assert (form.note, form.since, form.network, form.days, form.mode, form.take_profit) == (
        None,
        None,
        None,
        [],
        2,
        None,
    )


def test_everything_that_is_wrong_is_named_at_once_however_deep() -> None:
    steps: list[object] = [
        {"price": {"value": "1", "type": "bid"}},
        {"price": {"type": "last"}, "volume": 101},
        {"volume": 1},
        "step",
        {"price": []},
    ]
    assert wrong(pair="X", note="x", days=["sun"], mode="y", take_profit={"enabled": True, "steps": steps}) == {
        "pair": [NOT_VALID],
        "note": ["is too short (minimum is 2 characters)"],
        "address": [MISSING],
        "mode": [NOT_VALID],
        "days": [NOT_VALID],
        "take_profit[steps][1][price][value]": [MISSING],
        "take_profit[steps][1][price][type]": [NOT_VALID],
        "take_profit[steps][1][volume]": [INVALID],
        "take_profit[steps][2][price]": [MISSING],
        "take_profit[steps][2][price][value]": [MISSING],
        "take_profit[steps][2][price][type]": [MISSING],
        "take_profit[steps][3]": [INVALID],
        "take_profit[steps][4][price]": [INVALID],
    }


def test_a_field_is_required_under_its_condition_alone() -> None:
    assert wrong(**LEAST, take_profit={"enabled": True}) == {"take_profit[steps]": [MISSING]}
    form = read_form(Order, LEAST | {"take_profit": {"enabled": False}}, TRADED)
    assert form.take_profit is not None
    # The condition is about a value that is wrong: that is said, and no more.
    assert wrong(**LEAST, take_profit={"enabled": 1}) == {"take_profit[enabled]": [INVALID]}


def test_of_two_fields_that_exclude_each_other_both_are_named() -> None:
    class Target(Form):
        value: str | None = optional(text())
        percent: str | None = optional(text())

    class Exits(Form):
        steps: list[Target] = required(list_of(exclusive(nested(Target), "value", "percent")))
        stop: Target | None = optional(exclusive(nested(Target), "value", "percent"))

    both = {"value": "1", "percent": "2"}
    with pytest.raises(WrongFieldsError) as caught:
        read_form(Exits, {"steps": [{"value": "1", "percent": None}, both], "stop": both})
    assert caught.value.by_name == {
        "steps[1][value],steps[1][percent]": ["are mutually exclusive"],
        "stop[value],stop[percent]": ["are mutually exclusive"],
    }
    with pytest.raises(WrongFieldsError) as caught:
        read_form(Exits, {"steps": ["both"]})
    assert caught.value.by_name == {"steps[0]": [INVALID]}


def test_a_field_may_have_another_name() -> None:
    assert read_form(Order, {"pair": "USDT_BTC", "to": "y"}, TRADED).address == "y"
    assert read_form(Order, LEAST | {"to": "y"}, TRADED).address == "x"
    assert wrong(pair="USDT_BTC", to=[]) == {"to": [INVALID]}
    assert wrong(pair="USDT_BTC") == {"address": [MISSING]}
    assert wrong(**LEAST, **{"from": "yesterday"}) == {"from": [INVALID]}


@pytest.mark.parametrize("blank", ["", None])
def test_a_field_may_refuse_to_be_blank(blank: str | None) -> None:
    assert wrong(**LEAST, network=blank) == {"network": [MISSING]}


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("note", True, INVALID),
        ("note", {"a": 1}, INVALID),
        ("days", "mon", INVALID),
        ("days", [], INVALID),
        ("days", [1], INVALID),
        ("first", "2024-9-17", INVALID),
        ("first", "2024-02-30", INVALID),
        ("from", "12:00", INVALID),
        ("from", 7, INVALID),
        ("take_profit", [], INVALID),
    ],
)
def test_values_that_are_wrong(name: str, value: object, reason: str) -> None:
    assert wrong(**LEAST, **{name: value}) == {name: [reason]}


@pytest.mark.parametrize("value", [0, 101, "1.5", "٣", "", True, Decimal(5), "9" * 30])
def test_what_is_not_a_whole_number_in_its_bounds(value: object) -> None:
    with pytest.raises(WrongFieldsError) as caught:
        read_form(Step, {"price": {"value": "1", "type": "ask"}, "volume": value})
    assert caught.value.by_name == {"volume": [INVALID]}


def test_a_form_inherits_fields() -> None:
    class NotedPrice(Price):
        note: str | None = optional(text())

    form = read_form(NotedPrice, {"value": "1", "type": "ask", "note": "n"})
    assert (form.value, form.note) == ("1", "n")
    assert [*NotedPrice.declared_fields] == ["value", "type", "note"]
    assert [*Price.declared_fields] == ["value", "type"]


def test_a_form_that_is_about_something_else_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="the form is about NoneType, not Traded"):
        Draft({}, None).about(Traded)


class Page(Form):
    number: int = required(whole_number(), missing=(MISSING, NOT_VALID))
    note: str | None = optional(text(maximum=3, too_long="too long. Max is 3 symbols"))
    name: str | None = optional(text(maximum=3))


def test_a_missing_field_may_be_refused_for_several_reasons() -> None:
    with pytest.raises(WrongFieldsError) as caught:
        read_form(Page, {})
    assert caught.value.by_name == {"number": [MISSING, NOT_VALID]}
    with pytest.raises(WrongFieldsError) as caught:
        read_form(Page, {"number": "x"})
    assert caught.value.by_name == {"number": [INVALID]}


def test_a_text_may_be_too_long() -> None:
    with pytest.raises(WrongFieldsError) as caught:
        read_form(Page, {"number": 1, "note": "1234", "name": "1234"})
    reasons = {"note": ["too long. Max is 3 symbols"], "name": ["is too long (maximum is 3 characters)"]}
    assert caught.value.by_name == reasons
    assert read_form(Page, {"number": 1, "note": "123", "name": "123"}).name == "123"
