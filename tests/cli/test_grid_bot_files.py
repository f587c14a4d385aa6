"""Settings of grid bots as TOML: the same files as those of DCA bots, with other tables and other settings."""

from __future__ import annotations

import json

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.trading_server import example
from threecommas_async import codec
from threecommas_async.cli.bot_files import (
    BotEntry,
    BotFileError,
    Difference,
    differences,
    entry_of,
    from_assignments,
    from_toml,
    to_toml,
    updated,
)
from threecommas_async.cli.bot_kinds import GRID_BOTS
from threecommas_async.models.base import OMITTED
from threecommas_async.models.grid_bot import GridBot
from threecommas_async.models.grid_bot_settings import GridBotSettings

BOTS = codec.from_json(
    json.dumps(
        [
            example("grid_bots", "get_grid_bot"),
            *example("grid_bots", "get_the_list_of_grid_bots"),
            example("grid_bots", "edit_grid_bot"),
            example("grid_bots", "create_grid_bot", 201),
        ]
    ),
    list[GridBot],
)

PRICES = st.decimals("0.00000001", 10**12, allow_nan=False)
SETTINGS: dict[str, st.SearchStrategy[object]] = {
    "name": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    "pair": st.sampled_from(["USDT_ETH", "BNFCR_VETUSDT"]),
    "upper_price": PRICES,
    "lower_price": PRICES,
    "grids_quantity": st.integers(2, 500),
    "grid_type": st.sampled_from(["geometric", "arithmetic"]),
    "mode": st.sampled_from(["long", "short", "reversal"]),
    "upper_stop_loss_price": PRICES | st.none(),
    "trailing_down_enabled": st.booleans(),
    "note": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300) | st.none(),
}
ENTRIES = st.lists(
    st.builds(
        BotEntry,
        id=st.integers(1, 2**63 - 1),
        settings=st.fixed_dictionaries({}, optional=SETTINGS),
        account_id=st.integers(1, 2**40) | st.none(),
    ),
    unique_by=lambda entry: entry.id,
    max_size=2,
)


@given(ENTRIES)
def test_what_is_written_is_read_back(entries: list[BotEntry]) -> None:
    text = to_toml(GRID_BOTS, entries)
    assert from_toml(GRID_BOTS, text) == entries
    assert updated(GRID_BOTS, text, entries) == text


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: f"{bot.id} {bot.updated_at}")
def test_the_vendors_grid_bots_are_written_whole_and_differ_in_nothing(bot: GridBot) -> None:
    entry = entry_of(bot)
    text = to_toml(GRID_BOTS, [entry])
    assert from_toml(GRID_BOTS, text) == [entry]
    assert differences(GRID_BOTS, entry, from_toml(GRID_BOTS, text)[0]) == []
    settings = bot.settings()
    sent = {field.name for field in attrs.fields(GridBotSettings) if getattr(settings, field.name) is not OMITTED}
    assert entry.settings.keys() == sent
    assert settings.evolved(dict(entry.settings)) == settings


def test_the_form_of_a_file() -> None:
    settings = {"name": "Grid", "pair": "USDT_ETH", "upper_price": BOTS[0].upper_price, "mode": "long", "note": None}
    assert to_toml(GRID_BOTS, [BotEntry(7, settings, 32849081)]) == (
        "# Settings of grid bots. `threecommas grid-bots diff FILE` shows what would change,"
        " `threecommas grid-bots apply FILE`\n"
        "# changes it. A setting that is not here stays as it is; `unset` names those that are null.\n"
        "\n"
        "[[grid_bots]]\n"
        "id = 7\n"
        'name = "Grid"\n'
        'upper_price = "0.022503"\n'
        'unset = ["note"]\n'
        "# Fixed when the bot was created; `apply` refuses to change them.\n"
        "account_id = 32849081\n"
        'pair = "USDT_ETH"\n'
        'mode = "long"\n'
    )


def test_a_setting_that_the_api_never_returns_is_unknown_and_differs() -> None:
    wanted = BotEntry(BOTS[0].id, {"trailing_down_enabled": False})
    assert differences(GRID_BOTS, entry_of(BOTS[0]), wanted) == [Difference("trailing_down_enabled", OMITTED, False)]


def test_a_bot_that_cannot_be_read_whole_is_not_written() -> None:
    document = example("grid_bots", "get_grid_bot") | {"upper_price": "much"}
    with pytest.raises(ValueError, match="upper_price"):
        entry_of(codec.from_json(json.dumps(document), GridBot))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("grid_bots = 1", r"grid_bots must be tables, each headed by \[\[grid_bots\]\]"),
        ("[[grid_bots]]\nname = 'x'", r"each of \[\[grid_bots\]\] needs an id, a whole number above 0"),
        ("[[grid_bots]]\nid = 7\n[[grid_bots]]\nid = 7", "grid bot 7 is listed twice"),
        ("[[grid_bots]]\nid = 7\ntake_profit = 1", "grid bot 7: a grid bot has no setting 'take_profit'"),
        ("[[grid_bots]]\nid = 7\nuper_price = 1", "did you mean 'upper_price'"),
        ("[[grid_bots]]\nid = 7\nupper_price = 0", "upper_price must be"),
        ("[[grid_bots]]\nid = 7\ngrids_quantity = '81'", "grids_quantity must be a whole number, not a text"),
        ("[[grid_bots]]\nid = 7\ntrailing_up_enabled = 'true'", "must be true or false, not a text"),
        ("[[grid_bots]]\nid = 7\nunset = ['upper_price']", "upper_price cannot be unset"),
    ],
)
def test_what_is_wrong_is_named(text: str, error: str) -> None:
    with pytest.raises(BotFileError, match=error):
        from_toml(GRID_BOTS, text)


def test_assignments_know_what_is_fixed() -> None:
    assert from_assignments(GRID_BOTS, ["grids_quantity=12"], ["note"]) == {"grids_quantity": 12, "note": None}
    with pytest.raises(BotFileError, match="mode cannot be changed: a grid bot is given it when it is created"):
        from_assignments(GRID_BOTS, ["mode='long'"], [])
    assert {field.name for field in attrs.fields(GridBotSettings)} >= GRID_BOTS.fixed - {"account_id"}
