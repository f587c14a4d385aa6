"""Settings of bots as TOML: what is written is read back, what differs is found, and what is wrong is named."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threecommas_async import codec
from threecommas_async.cli.bot_files import (
    BotEntry,
    BotFileError,
    Difference,
    differences,
    entry_of,
    from_assignments,
    from_toml,
    reverse,
    text_of_setting,
    to_toml,
    updated,
)
from threecommas_async.cli.bot_kinds import DCA_BOTS
from threecommas_async.models.base import OMITTED
from threecommas_async.models.dca_bot import DcaBot
from threecommas_async.models.dca_bot_settings import DcaBotSettings
from threecommas_async.models.dca_steps import BreakevenSettings, SafetyStepSettings, TakeProfitStepSettings
from threecommas_async.models.strategy import StrategySettings

CATALOGUE = json.loads((Path(__file__).parent.parent / "fixtures/catalogue/bots.json").read_text())
EXAMPLES = {
    (endpoint["name"], response["status"]): response["example_json"]
    for endpoint in CATALOGUE["endpoints"]
    for response in endpoint["responses"]
}
ENTITIES = ("edit_dca_bot", "get_dca_bot")


def example_bots() -> list[DcaBot]:
    """The bots that the vendor prints."""
    listed = codec.from_json(EXAMPLES["get_the_list_of_dca_bots", 200], list[DcaBot])
    return [*(codec.from_json(EXAMPLES[name, 200], DcaBot) for name in ENTITIES), *listed]


def changed(**fields: object) -> DcaBot:
    """One of them, with other fields."""
    document = json.loads(EXAMPLES["get_dca_bot", 200]) | fields
    return codec.from_json(json.dumps(document), DcaBot)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WORDS = TEXTS.filter(bool)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12) | st.builds(
    Decimal.scaleb, st.integers(-(10**9), 10**9).map(Decimal), st.integers(-60, 30)
)
POSITIVE = st.decimals("0.1", 10, places=6)
COUNTS = st.integers(0, 199)
PAIRS = st.sampled_from(["USDT_BTC", "USDT_ETH", "BTC_ETH", "USDT_1INCH", "BNFCR_BTCUSDT", 'USDT_"', "USDT_Ä\nB"])
OPTION = TEXTS | st.integers(-(2**63), 2**63 - 1) | st.booleans()
OPTIONS = st.dictionaries(
    WORDS.filter(lambda name: not name.lower().endswith(("secret", "token", "key", "password"))),
    st.recursive(
        OPTION, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner), max_leaves=4
    ),
    max_size=3,
)
STRATEGIES = st.lists(st.builds(StrategySettings, strategy=WORDS, options=OPTIONS), max_size=2).map(tuple)
SETTINGS: dict[str, st.SearchStrategy[object]] = {
    "name": TEXTS.filter(bool),
    "pairs": st.lists(PAIRS, min_size=1, max_size=7, unique=True).map(tuple),
    "strategy": st.sampled_from(["long", "short"]),
    "take_profit": NUMBERS | st.none(),
    "base_order_volume": NUMBERS,
    "martingale_volume_coefficient": POSITIVE,
    "max_safety_orders": COUNTS,
    "trailing_enabled": st.booleans(),
    "min_price": NUMBERS | st.none(),
    "disable_after_deals_count": COUNTS | st.none(),
    "leverage_type": WORDS,
    "strategy_list": STRATEGIES,
    "close_strategy_list": STRATEGIES,
    "safety_strategy_list": STRATEGIES,
    "take_profit_steps": st.lists(
        st.builds(TakeProfitStepSettings, amount_percentage=st.integers(1, 100), profit_percentage=NUMBERS), max_size=4
    ).map(tuple),
    "custom_safety_steps": st.lists(
        st.builds(SafetyStepSettings, deviation=st.integers(-100, 100), size=NUMBERS), max_size=3
    ).map(tuple),
    "sl_to_breakeven_data": st.builds(BreakevenSettings, upper_breakeven_limit=COUNTS) | st.none(),
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


# --- round trips


@given(ENTRIES)
def test_what_is_written_is_read_back(entries: list[BotEntry]) -> None:
    assert from_toml(DCA_BOTS, to_toml(DCA_BOTS, entries)) == entries


@given(ENTRIES)
def test_written_twice_it_is_the_same_text(entries: list[BotEntry]) -> None:
    text = to_toml(DCA_BOTS, entries)
    assert to_toml(DCA_BOTS, from_toml(DCA_BOTS, text)) == text


@given(ENTRIES, TEXTS)
def test_comments_are_comments_whatever_they_hold(entries: list[BotEntry], words: str) -> None:
    text = to_toml(DCA_BOTS, [attrs.evolve(entry, left_out={"name": words}) for entry in entries], [words])
    assert from_toml(DCA_BOTS, text) == entries


@given(ENTRIES)
def test_a_file_that_is_up_to_date_is_left_as_it_is(entries: list[BotEntry]) -> None:
    text = to_toml(DCA_BOTS, entries)
    assert updated(DCA_BOTS, text, entries) == text


@given(ENTRIES, ENTRIES)
def test_an_update_takes_over_what_the_file_names(entries: list[BotEntry], now: list[BotEntry]) -> None:
    bots = {entry.id: attrs.evolve(other, id=entry.id) for entry, other in zip(entries, now, strict=False)}
    after = {
        entry.id: entry for entry in from_toml(DCA_BOTS, updated(DCA_BOTS, to_toml(DCA_BOTS, entries), bots.values()))
    }
    assert after.keys() == {entry.id for entry in entries}
    for entry in entries:
        wanted = bots.get(entry.id, entry).settings
        assert not differences(
            DCA_BOTS,
            BotEntry(entry.id, wanted),
            BotEntry(entry.id, after[entry.id].settings),
        )
        assert after[entry.id].settings.keys() <= entry.settings.keys()


@given(ENTRIES, ENTRIES)
def test_a_change_and_its_reverse_cancel_each_other(entries: list[BotEntry], others: list[BotEntry]) -> None:
    for now, other in zip(entries, others, strict=False):
        wanted = BotEntry(now.id, {name: value for name, value in other.settings.items() if name in now.settings})
        found = differences(DCA_BOTS, now, wanted)
        after = BotEntry(now.id, {**now.settings, **{one.name: one.new for one in found}})
        back = from_toml(DCA_BOTS, to_toml(DCA_BOTS, [reverse(now, [one.name for one in found])])) if found else []
        assert {one.name for entry in back for one in differences(DCA_BOTS, after, entry)} == {
            one.name for one in found
        }
        for entry in back:
            restored = {**after.settings, **entry.settings}
            assert not differences(DCA_BOTS, now, BotEntry(now.id, restored))


@pytest.mark.parametrize("bot", example_bots(), ids=lambda bot: str(bot.id))
def test_the_vendors_bots_are_written_whole_and_differ_in_nothing(bot: DcaBot) -> None:
    entry = entry_of(bot)
    text = to_toml(DCA_BOTS, [entry])
    assert from_toml(DCA_BOTS, text) == [entry]
    assert differences(DCA_BOTS, entry_of(bot), from_toml(DCA_BOTS, text)[0]) == []
    settings = bot.settings()
    sent = {field.name for field in attrs.fields(DcaBotSettings) if getattr(settings, field.name) is not OMITTED}
    assert entry.settings.keys() == sent
    assert bot.settings().evolved(dict(entry.settings)) == settings


# --- the form


def test_the_form_of_a_file() -> None:
    entry = BotEntry(
        7,
        {
            "name": 'A "bot"',
            "take_profit": Decimal("2.50"),
            "pairs": ("USDT_BTC", "USDT_ETH"),
            "strategy_list": (StrategySettings(strategy="rsi", options={"time": "3m", "points": 30}),),
            "max_safety_orders": 3,
            "trailing_enabled": False,
            "strategy": "long",
            "min_price": None,
        },
        32849081,
    )
    assert to_toml(DCA_BOTS, [entry], ["Mine."]) == (
        "# Mine.\n"
        "\n"
        "[[bots]]\n"
        "id = 7\n"
        'name = "A \\"bot\\""\n'
        'take_profit = "2.50"\n'
        'pairs = ["USDT_BTC", "USDT_ETH"]\n'
        'strategy_list = [{strategy = "rsi", options = {time = "3m", points = 30}}]\n'
        "max_safety_orders = 3\n"
        "trailing_enabled = false\n"
        'unset = ["min_price"]\n'
        "# Fixed when the bot was created; `apply` refuses to change them.\n"
        "account_id = 32849081\n"
        'strategy = "long"\n'
    )


def test_no_secret_is_written() -> None:
    bot = changed(url_secret="0123456789")
    assert bot.url_secret is not None
    assert "0123456789" not in to_toml(DCA_BOTS, [entry_of(bot)])
    strategies = [{"strategy": "webhook", "options": {"time": "3m", "token": "0123456789"}}]
    entry = entry_of(changed(strategy_list=strategies))
    assert entry.left_out == {"strategy_list": "it contains a secret (token)"}
    text = to_toml(DCA_BOTS, [entry])
    assert "0123456789" not in text
    assert "# strategy_list is left out: it contains a secret (token)\n" in text
    assert "strategy_list" not in from_toml(DCA_BOTS, text)[0].settings


def test_a_null_within_a_setting_is_not_lost_but_left_out() -> None:
    entry = entry_of(changed(strategy_list=[{"strategy": "qfl", "options": {"percent": None}}]))
    assert entry.left_out == {"strategy_list": "it contains a null, which TOML does not have"}


def test_a_bot_that_cannot_be_read_whole_is_not_written() -> None:
    with pytest.raises(ValueError, match="base_order_volume"):
        entry_of(changed(base_order_volume="much"))


def test_an_update_keeps_comments_and_layout() -> None:
    text = (
        "# Our bots\n\n[[bots]] # the first\nid = 7\n"
        "take_profit    = 2.5   # Anna chose it\n"
        'min_price = "1" # soon\nname = "Main"\n'
    )
    entry = BotEntry(7, {"take_profit": Decimal(3), "min_price": None, "name": "Main", "max_safety_orders": 3})
    assert updated(DCA_BOTS, text, [entry]) == (
        "# Our bots\n\n[[bots]] # the first\nid = 7\n"
        'take_profit    = "3"   # Anna chose it\n'
        'name = "Main"\nunset = ["min_price"]\n'
    )


def test_an_update_sets_what_was_unset_and_adds_bots_at_the_end() -> None:
    text = '[[bots]]\nid = 7\nunset = ["min_price", "max_price"]\n'
    first = BotEntry(7, {"min_price": Decimal(1), "max_price": None})
    after = updated(DCA_BOTS, text, [first, BotEntry(8, {"name": "New"})])
    assert from_toml(DCA_BOTS, after) == [first, BotEntry(8, {"name": "New"})]
    assert after.startswith("[[bots]]\nid = 7\n")


# --- differences


def test_differences() -> None:
    now = entry_of(changed())
    wanted = from_toml(
        DCA_BOTS,
        f"""
        [[bots]]
        id = {now.id}
        account_id = 1
        name = "Other"
        take_profit = 2.00
        pairs = ["BNFCR_BTCUSDT"]
        cooldown = "300.0"
        sl_to_breakeven_enabled = true
        unset = ["min_price", "leverage_custom_value"]
        """,
    )[0]
    assert differences(DCA_BOTS, now, wanted) == [
        Difference("name", "BTCUSDT/BNFCR Classic trading", "Other"),
        Difference("sl_to_breakeven_enabled", OMITTED, True),
        Difference("leverage_custom_value", Decimal("1.0"), None),
        Difference("account_id", 32833909, 1),
    ]


def test_the_order_of_pairs_is_no_difference() -> None:
    now = BotEntry(7, {"pairs": ("USDT_BTC", "USDT_ETH")})
    assert not differences(DCA_BOTS, now, BotEntry(7, {"pairs": ("USDT_ETH", "USDT_BTC")}))
    assert differences(DCA_BOTS, now, BotEntry(7, {"pairs": ("USDT_ETH",)}))


def test_the_reverse_says_what_it_cannot_give_back() -> None:
    text = to_toml(DCA_BOTS, [reverse(BotEntry(7, {"name": "Main"}), ["name", "sl_to_breakeven_enabled"])], [])
    assert text == (
        '[[bots]]\nid = 7\nname = "Main"\n# sl_to_breakeven_enabled is left out: 3Commas did not say what it was\n'
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (OMITTED, "?"),
        (None, "unset"),
        (Decimal("1E-7"), "0.0000001"),
        (True, "true"),
        ((), "none"),
        (("USDT_BTC", "USDT_ETH"), "USDT_BTC, USDT_ETH"),
        ((StrategySettings(strategy="nonstop"),), "nonstop"),
        ((StrategySettings(strategy="rsi", options={"time": "3m", "points": 7}),), "rsi time=3m points=7"),
        (
            (TakeProfitStepSettings(amount_percentage=100, profit_percentage="2.5"),),
            "amount_percentage=100 profit_percentage=2.5",
        ),
    ],
)
def test_values_for_people(value: object, text: str) -> None:
    assert text_of_setting(value) == text


# --- what is wrong


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[[bots]", "not valid TOML: .*line 1"),
        ("bot = 1", r"bot does not belong here: a file of DCA bots has \[\[bots\]\] and nothing else"),
        ("bots = 1", r"bots must be tables, each headed by \[\[bots\]\]"),
        ("[[bots]]\nname = 'x'", r"each of \[\[bots\]\] needs an id, a whole number above 0"),
        ("[[bots]]\nid = '7'", "needs an id"),
        ("[[bots]]\nid = true", "needs an id"),
        ("[[bots]]\nid = 7\n[[bots]]\nid = 7", "bot 7 is listed twice"),
        ("[[bots]]\nid = 7\naccount_id = 'x'", "bot 7: account_id must be a whole number"),
        ("[[bots]]\nid = 7\nurl_secret = 'x'", "bot 7: a bot has no setting 'url_secret'"),
        ("[[bots]]\nid = 7\ntake_profti = 1", "no setting 'take_profti'; did you mean 'take_profit'?"),
        ("[[bots]]\nid = 7\ntake_profit = true", "take_profit must be a number, not true or false"),
        ("[[bots]]\nid = 7\ntake_profit = inf", "take_profit must be a finite number"),
        ("[[bots]]\nid = 7\ntake_profit = 'much'", "take_profit must be a finite number"),
        ("[[bots]]\nid = 7\nmax_safety_orders = 2.5", "a whole number, not a number with a point"),
        ("[[bots]]\nid = 7\nmax_safety_orders = 201", "must be from 0 to 200, not 201"),
        ("[[bots]]\nid = 7\nstrategy = 'up'", "strategy must be 'long' or 'short'"),
        ("[[bots]]\nid = 7\npairs = 'USDT_BTC'", "pairs must be a list"),
        ("[[bots]]\nid = 7\nstrategy_list = ['nonstop']", "takes tables, such as {strategy = ...}"),
        ("[[bots]]\nid = 7\nstrategy_list = [{option = {}}]", "strategy_list has no field option"),
        ("[[bots]]\nid = 7\nstrategy_list = [{options = {}}]", "strategy_list needs strategy"),
        ("[[bots]]\nid = 7\nstrategy_list = [{strategy = 'x', options = {a = 2024-09-17}}]", "contains a date"),
        ("[[bots]]\nid = 7\nunset = 'min_price'", "unset must be a list of names"),
        ("[[bots]]\nid = 7\nunset = ['name']", "bot 7: name cannot be unset"),
        ("[[bots]]\nid = 7\nunset = ['x']", "no setting 'x'"),
        ("[[bots]]\nid = 7\nmin_price = 1\nunset = ['min_price']", "min_price is given twice, or both set and unset"),
    ],
)
def test_what_is_wrong_is_named(text: str, error: str) -> None:
    with pytest.raises(BotFileError, match=error):
        from_toml(DCA_BOTS, text)


def test_numbers_without_quotes_are_exact() -> None:
    (entry,) = from_toml(
        DCA_BOTS, "[[bots]]\nid = 7\nbase_order_volume = 0.1000000000000000055511151231257827\nmin_price = 7"
    )
    assert str(entry.settings["base_order_volume"]) == "0.1000000000000000055511151231257827"
    assert entry.settings["min_price"] == Decimal(7)


def test_no_bots() -> None:
    assert from_toml(DCA_BOTS, "# nothing yet\n") == []
    assert tomllib.loads(to_toml(DCA_BOTS, [])) == {}


# --- assignments


def test_assignments() -> None:
    settings = from_assignments(
        DCA_BOTS,
        ["take_profit=2.5", "name = 'A = B'", "pairs=['USDT_BTC']", "trailing_enabled=false"],
        ["min_profit_type"],
    )
    assert settings == {
        "take_profit": Decimal("2.5"),
        "name": "A = B",
        "pairs": ("USDT_BTC",),
        "trailing_enabled": False,
        "min_profit_type": None,
    }


@pytest.mark.parametrize(
    ("assignment", "error"),
    [
        ("take_profit", "'take_profit' is not of the form name=value"),
        ("=1", "not of the form"),
        ("name=Main", "the value of name is not TOML; text needs quotes: 'name=\"...\"'"),
        ("name=1\nmax_safety_orders=2", "is not TOML"),
        ("take_profti=1", "did you mean 'take_profit'"),
        ("max_safety_orders='3'", "must be a whole number, not a text"),
        ("strategy='long'", "strategy cannot be changed: a bot is given it when it is created"),
        ("account_id=1", "no setting 'account_id'|cannot be changed"),
    ],
)
def test_assignments_that_cannot_be_used(assignment: str, error: str) -> None:
    with pytest.raises(BotFileError, match=error):
        from_assignments(DCA_BOTS, [assignment], [])


def test_a_setting_is_given_once() -> None:
    with pytest.raises(BotFileError, match="take_profit is given twice"):
        from_assignments(DCA_BOTS, ["take_profit=1", "take_profit=2"], [])
    with pytest.raises(BotFileError, match="take_profit is given twice"):
        from_assignments(DCA_BOTS, ["take_profit=1"], ["take_profit"])


def test_what_is_fixed_are_settings_and_the_account() -> None:
    known: set[Any] = {field.name for field in attrs.fields(DcaBotSettings)}
    assert known >= DCA_BOTS.fixed - {"account_id"}
