"""Grid bots as they come in one state or another, what is made of them, and what is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from tests.endpoints import catalogue
from tests.endpoints.comparison import differences, rewritten, unrecognized
from threecommas_async import codec
from threecommas_async.models.base import OMITTED
from threecommas_async.models.grid_bot import GridBot, GridBotOrder
from threecommas_async.models.grid_bot_settings import GridBotSettings

BOT: Final[dict[str, Any]] = json.loads(catalogue.entities("grid_bots")[0].example)
CREATED: Final[dict[str, Any]] = next(
    json.loads(response.text)
    for endpoint in catalogue.endpoints("grid_bots")
    if endpoint.verb == "POST" and endpoint.path.endswith("manual")
    for response in endpoint.responses
    if response.is_success
)


def bot(example: dict[str, Any] = BOT, **changes: object) -> GridBot:
    return codec.from_json(json.dumps({**example, **changes}), GridBot)


def test_a_bot_shows_what_tells_it_from_another() -> None:
    assert repr(bot()) == (
        "GridBot(id=2338357, name='VETUSDT/BNFCR', pair='BNFCR_VETUSDT', is_enabled=True,"
        " lower_price=Decimal('0.016352'), upper_price=Decimal('0.022503'), grids_quantity=81)"
    )


def test_an_empty_note_is_no_note() -> None:
    assert bot(note="").settings().note is None


def test_texts_for_numbers_and_booleans_are_what_they_mean_and_are_written_back_as_texts() -> None:
    read = bot(CREATED)
    assert (read.grids_quantity, read.total_profits_count) == (50, 0)
    assert (read.max_active_buy_lines, read.max_active_sell_lines) == (50, 50)
    assert (read.trailing_up_enabled, read.expansion_down_enabled) == (True, True)
    back = rewritten(read)
    assert isinstance(back, dict)
    assert (back["grids_quantity"], back["trailing_up_enabled"]) == ("50", "true")


def test_numbers_and_booleans_are_read_as_well() -> None:
    read = bot(grids_quantity=81, trailing_up_enabled=False, total_profits_count=18, upper_stop_loss_enabled="true")
    assert (read.grids_quantity, read.total_profits_count) == (81, 18)
    assert (read.trailing_up_enabled, read.upper_stop_loss_enabled) == (False, True)
    assert list(unrecognized(read)) == []


def test_every_digit_of_a_step_is_kept() -> None:
    text = "1.00399920581210916146041542739112586575949572812639182"
    assert bot().grid_price_step == Decimal(text)
    assert str(bot().grid_price_step) == text


def test_a_strange_value_costs_neither_the_bot_nor_its_lines() -> None:
    read = bot(grid_lines=[{"id": 1, "price": "2000", "side": "hold"}, {"id": 2, "price": "many"}], new_field=7)
    assert read.unrecognized == {"new_field": 7}
    assert read.grid_lines is not None
    assert [(line.id, line.side, line.price) for line in read.grid_lines] == [
        (1, "hold", Decimal(2000)),
        (2, None, None),
    ]
    assert read.grid_lines[1].unrecognized == {"price": "many"}
    assert [line.id for line in read.lines_by_price] == [1]


def test_lines_are_sorted_by_price_the_highest_first() -> None:
    assert [line.price for line in bot(CREATED).lines_by_price] == [
        Decimal("72000.0"),
        Decimal("65142.86"),
        Decimal("64816.33"),
    ]
    assert GridBot(id=1).lines_by_price == ()


@pytest.mark.parametrize(("word", "currency"), [("quote", "USDT"), ("base", "DOGE_USDT"), (None, None), ("usd", None)])
def test_a_bot_knows_its_currencies(word: str | None, currency: str | None) -> None:
    read = bot(pair="USDT_DOGE_USDT", profit_currency_type=word)
    assert (read.quote_currency, read.base_currency, read.profit_currency) == ("USDT", "DOGE_USDT", currency)
    assert GridBot(id=1).quote_currency is None
    assert GridBot(id=1).base_currency is None
    assert GridBot(id=1, profit_currency_type="base").profit_currency is None


def test_settings_are_what_the_bot_has() -> None:
    settings = bot(CREATED).settings()
    assert settings == GridBotSettings(
        name="USDT_BTC EXAMPLE",
        pair="USDT_BTC",
        upper_price="72000",
        lower_price="56000",
        grids_quantity=50,
        quantity_per_grid=15,
        grid_type="arithmetic",
        order_currency_type="quote",
        profit_currency_type="quote",
        max_active_buy_lines=50,
        max_active_sell_lines=50,
        upper_stop_loss_enabled=True,
        upper_stop_loss_price="75000",
        upper_stop_loss_action="stop_bot",
        lower_stop_loss_enabled=True,
        lower_stop_loss_price="50000",
        lower_stop_loss_action="stop_bot_and_sell",
        leverage_type="not_specified",
        leverage_custom_value=None,
        trailing_up_enabled=True,
        expansion_down_enabled=True,
        expansion_down_stop_price="54000",
        note="Example bot",
    )
    assert settings.mode is OMITTED


def test_what_the_api_never_returns_can_be_given() -> None:
    settings = bot().settings(trailing_down_enabled=True, expansion_up_enabled=True, expansion_up_stop_price="0.03")
    assert (settings.trailing_down_enabled, settings.expansion_up_enabled) == (True, True)
    assert settings.expansion_up_stop_price == Decimal("0.03")
    assert bot().settings().expansion_up_enabled is OMITTED


def test_an_action_that_cannot_be_sent_is_left_alone_while_the_stop_loss_is_off() -> None:
    read = bot(upper_stop_loss_action="stop_bot_and_sell", lower_stop_loss_action="stop_bot_and_buy")
    settings = read.settings()
    assert settings.upper_stop_loss_action is OMITTED
    assert settings.lower_stop_loss_action is OMITTED
    armed = bot(lower_stop_loss_enabled=True, lower_stop_loss_price="0.01", lower_stop_loss_action="stop_bot_and_buy")
    with pytest.raises(ValueError, match="lower_stop_loss_action is required when lower_stop_loss_enabled is on"):
        armed.settings()


@pytest.mark.parametrize("field", ["upper_price", "grids_quantity", "trailing_up_enabled", "lower_stop_loss_price"])
def test_a_setting_that_could_not_be_read_is_not_made_up(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} of GridBot\\(.*\\) could not be read"):
        bot(BOT, **{field: "some"}).settings()


def test_a_setting_that_is_always_sent_must_have_come() -> None:
    with pytest.raises(ValueError, match=r"quantity_per_grid of GridBot\(.*\) did not come"):
        bot(quantity_per_grid=None).settings()


def test_an_order_knows_how_it_stands_and_when_it_changed() -> None:
    row = {"order_id": 1, "status_string": "Active", "updated_at": "2024-10-03T19:53:51.202Z"}
    order = codec.from_json(json.dumps(row), GridBotOrder)
    assert (order.is_active, order.is_filled) == (True, False)
    assert order.changed_at == datetime(2024, 10, 3, 19, 53, 51, 202000, tzinfo=UTC)
    balancing = codec.from_json('{"status_string": "Filled", "update_at": "2024-10-03T19:53:41.227Z"}', GridBotOrder)
    assert (balancing.is_active, balancing.is_filled) == (False, True)
    assert balancing.changed_at == datetime(2024, 10, 3, 19, 53, 41, 227000, tzinfo=UTC)
    assert list(differences(codec.decode_json(json.dumps(row)), rewritten(order))) == []
