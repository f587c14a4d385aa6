"""Settings of grid bots: what is taken in, what is refused by name, and what goes on the wire."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threecommas_async import codec
from threecommas_async.models.base import OMITTED
from threecommas_async.models.editable import may_be_null
from threecommas_async.models.grid_bot_settings import CREATE_ONLY, GridBotChanges, GridBotEdits, GridBotSettings

SETTINGS: Final = GridBotSettings(
    name="ETH grid",
    pair="USDT_ETH",
    upper_price="2200.0",
    lower_price=1800,
    grids_quantity=5,
    quantity_per_grid=Decimal("100.50"),
)
NAMES: Final = {field.name for field in attrs.fields(GridBotSettings)}
NEEDED: Final = {field.name for field in attrs.fields(GridBotSettings) if field.default is attrs.NOTHING}


def written(settings: GridBotSettings) -> dict[str, object]:
    return cast("dict[str, object]", codec.value_of(settings, "settings"))


def test_the_changes_name_the_fields_and_no_others() -> None:
    assert GridBotChanges.__annotations__.keys() == NAMES
    assert GridBotEdits.__annotations__.keys() == NAMES - CREATE_ONLY
    assert {"pair", "order_currency_type", "profit_currency_type", "mode"} == CREATE_ONLY


def test_the_changes_may_be_null_where_the_fields_may() -> None:
    annotations = GridBotChanges.__annotations__
    nullable = {name for name, annotation in annotations.items() if "None" in str(annotation)}
    assert nullable == {name for name in NAMES if may_be_null(GridBotSettings, name)}
    omissible = {name for name, annotation in annotations.items() if "Omitted" in str(annotation)}
    assert omissible == NAMES - NEEDED


def test_what_is_not_given_is_not_sent() -> None:
    assert written(SETTINGS) == {
        "name": "ETH grid",
        "pair": "USDT_ETH",
        "upper_price": "2200.0",
        "lower_price": "1800",
        "grids_quantity": 5,
        "quantity_per_grid": "100.50",
    }


def test_every_setting_is_sent_under_its_own_name() -> None:
    given_ones: dict[str, Any] = {
        "grid_type": "geometric",
        "order_currency_type": "quote",
        "profit_currency_type": "base",
        "mode": "reversal",
        "max_active_buy_lines": 3,
        "max_active_sell_lines": 0,
        "upper_stop_loss_enabled": True,
        "upper_stop_loss_price": "2300",
        "upper_stop_loss_action": "stop_bot_and_buy",
        "lower_stop_loss_enabled": True,
        "lower_stop_loss_price": "1700",
        "lower_stop_loss_action": "stop_bot_and_sell",
        "leverage_type": "a new word",
        "leverage_custom_value": "2.5",
        "trailing_up_enabled": True,
        "trailing_down_enabled": False,
        "expansion_down_enabled": True,
        "expansion_down_stop_price": "1500",
        "expansion_up_enabled": True,
        "expansion_up_stop_price": "2500",
        "note": "x" * 300,
        "ignore_warnings": True,
    }
    whole = SETTINGS.evolve(**given_ones)
    assert written(whole).keys() == NAMES
    assert written(whole) == {**written(SETTINGS), **given_ones}


def test_null_and_not_sent_differ() -> None:
    taken_away = SETTINGS.evolve(
        note=None, upper_stop_loss_price=None, expansion_down_stop_price=OMITTED, leverage_custom_value=None
    )
    assert written(taken_away) == {
        **written(SETTINGS),
        "note": None,
        "upper_stop_loss_price": None,
        "leverage_custom_value": None,
    }


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"name": ""}, ValueError, "name must have from 1 to 40 characters, not 0"),
    ({"name": "x" * 41}, ValueError, "name must have from 1 to 40 characters, not 41"),
    ({"name": None}, TypeError, "name must not be None"),
    ({"pair": "ETH/USDT"}, ValueError, "pair must be a pair with the quote currency first, such as 'USDT_BTC'"),
    ({"pair": ["USDT_ETH"]}, TypeError, "pair must be a str, not list"),
    ({"upper_price": 2200.0}, TypeError, "upper_price must be a Decimal or a str, not a float"),
    ({"upper_price": "Infinity"}, ValueError, "upper_price must be a finite number"),
    ({"lower_price": 0}, ValueError, "lower_price must be above 0, not 0"),
    ({"lower_price": OMITTED}, TypeError, "lower_price must"),
    ({"lower_price": 2200}, ValueError, "lower_price must be below upper_price, 2200.0, not 2200"),
    ({"upper_price": "1799.9"}, ValueError, "lower_price must be below upper_price, 1799.9, not 1800"),
    ({"grids_quantity": 1}, ValueError, "grids_quantity must be at least 2, not 1"),
    ({"grids_quantity": "5"}, TypeError, "grids_quantity must be an int, not str"),
    ({"grids_quantity": True}, TypeError, "grids_quantity must be an int, not bool"),
    ({"quantity_per_grid": "-1"}, ValueError, "quantity_per_grid must be above 0, not -1"),
    ({"quantity_per_grid": 0.5}, TypeError, "quantity_per_grid must be a Decimal or a str, not a float"),
    ({"grid_type": "linear"}, ValueError, "grid_type must be 'geometric' or 'arithmetic', not 'linear'"),
    ({"order_currency_type": "USDT"}, ValueError, "order_currency_type must be 'base' or 'quote', not 'USDT'"),
    ({"profit_currency_type": None}, TypeError, "profit_currency_type must not be None"),
    ({"mode": "neutral"}, ValueError, "mode must be 'reversal' or 'long' or 'short', not 'neutral'"),
    ({"max_active_buy_lines": -1}, ValueError, "max_active_buy_lines must be at least 0, not -1"),
    ({"max_active_sell_lines": "3"}, TypeError, "max_active_sell_lines must be an int, not str"),
    ({"upper_stop_loss_enabled": "true"}, TypeError, "upper_stop_loss_enabled must be a bool, not str"),
    (
        {"upper_stop_loss_action": "stop_bot_and_sell"},
        ValueError,
        "upper_stop_loss_action must be 'stop_bot' or 'stop_bot_and_buy' or 'stop_bot_and_close_position'",
    ),
    (
        {"lower_stop_loss_action": "stop_bot_and_buy"},
        ValueError,
        "lower_stop_loss_action must be 'stop_bot' or 'stop_bot_and_sell' or 'stop_bot_and_close_position'",
    ),
    (
        {"upper_stop_loss_enabled": True, "upper_stop_loss_action": "stop_bot"},
        ValueError,
        "upper_stop_loss_price is required when upper_stop_loss_enabled is on",
    ),
    (
        {"lower_stop_loss_enabled": True, "lower_stop_loss_price": None, "lower_stop_loss_action": "stop_bot"},
        ValueError,
        "lower_stop_loss_price is required when lower_stop_loss_enabled is on",
    ),
    (
        {"lower_stop_loss_enabled": True, "lower_stop_loss_price": "1700"},
        ValueError,
        "lower_stop_loss_action is required when lower_stop_loss_enabled is on",
    ),
    ({"lower_stop_loss_price": 0}, ValueError, "lower_stop_loss_price must be above 0, not 0"),
    (
        {"expansion_down_enabled": True},
        ValueError,
        "expansion_down_stop_price is required when expansion_down_enabled is on",
    ),
    ({"expansion_up_enabled": True}, ValueError, "expansion_up_stop_price is required when expansion_up_enabled is on"),
    ({"expansion_up_stop_price": None}, TypeError, "expansion_up_stop_price must not be None"),
    ({"leverage_type": ""}, ValueError, "leverage_type must not be empty"),
    ({"leverage_custom_value": 2.5}, TypeError, "leverage_custom_value must be a Decimal or a str, not a float"),
    ({"note": ""}, ValueError, "note must have from 1 to 300 characters, not 0"),
    ({"note": "x" * 301}, ValueError, "note must have from 1 to 300 characters, not 301"),
    ({"ignore_warnings": 1}, TypeError, "ignore_warnings must be a bool, not int"),
    ({"grid_quantity": 5}, TypeError, "GridBotSettings has no field 'grid_quantity'; did you mean"),
]


@pytest.mark.parametrize(("changes", "kind", "message"), WRONG, ids=lambda value: str(value)[:40])
def test_what_cannot_be_right_is_refused_by_name(changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        SETTINGS.evolve(**changes)
    assert str(caught.value).startswith(message)
    assert SETTINGS.grids_quantity == 5


def test_what_is_switched_off_needs_nothing() -> None:
    off = SETTINGS.evolve(
        upper_stop_loss_enabled=False,
        lower_stop_loss_enabled=False,
        expansion_down_enabled=False,
        expansion_up_enabled=False,
    )
    assert written(off).keys() - written(SETTINGS).keys() == {
        "upper_stop_loss_enabled",
        "lower_stop_loss_enabled",
        "expansion_down_enabled",
        "expansion_up_enabled",
    }


AMOUNTS: Final = st.decimals(min_value="1e-12", max_value="1e12", allow_nan=False, allow_infinity=False, places=12)


@given(low=AMOUNTS, span=AMOUNTS, size=AMOUNTS, count=st.integers(2, 500), as_text=st.booleans(), trails=st.booleans())
def test_what_goes_on_the_wire_is_what_was_given_digit_by_digit(
    low: Decimal, span: Decimal, size: Decimal, count: int, as_text: bool, trails: bool
) -> None:
    give: Callable[[Decimal], Decimal | str] = str if as_text else Decimal
    settings = GridBotSettings(
        name="Grid",
        pair="USDT_ETH",
        lower_price=give(low),
        upper_price=give(low + span),
        grids_quantity=count,
        quantity_per_grid=give(size),
        trailing_up_enabled=trails,
    )
    body = codec.decode_json(codec.write_body({"settings": settings}))
    assert isinstance(body, dict)
    sent = cast("dict[str, Any]", body["settings"])
    for name, value in (("lower_price", low), ("upper_price", low + span), ("quantity_per_grid", size)):
        assert type(sent[name]) is str
        assert "E" not in sent[name]
        assert Decimal(sent[name]).as_tuple() == value.as_tuple()
    assert (sent["grids_quantity"], sent["trailing_up_enabled"]) == (count, trails)
    assert len(sent) == 7
