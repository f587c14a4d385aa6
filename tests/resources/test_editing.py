"""Edits: read, change, write, compare. What was dropped, or changed by others, is told; another notation is not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any, Final, cast

import attrs
import pytest

from tests.endpoints import catalogue
from tests.loopback import Asked, Loopback
from threecommas_async import (
    ConflictError,
    NotAppliedError,
    NotFoundError,
    NotSentError,
    Outcome,
    OutcomeUnknownError,
    ThreeCommasError,
    UnreadableResponseError,
    codec,
)
from threecommas_async.models.dca_bot import DcaBot
from threecommas_async.models.dca_bot_settings import CREATE_ONLY, DcaBotSettings
from threecommas_async.models.dca_steps import SafetyStepSettings, TakeProfitStepSettings
from threecommas_async.models.strategy import StrategySettings
from threecommas_async.resources.editing import Editor, fields_of

Document = dict[str, Any]

EXAMPLE: Final[Document] = json.loads(catalogue.entities("bots")[0].example)


class Server:
    """Holds one bot as a JSON document and serves it as 3Commas would, unless a test makes it do otherwise."""

    def __init__(self, **fields: object) -> None:
        self.document: Document = {**EXAMPLE, "id": 7, **fields}
        self.calls: list[str] = []
        self.written: list[Document] = []
        self.ignores: set[str] = set()
        self.before_reading: Callable[[], None] = lambda: None
        self.before_answering: Callable[[], None] = lambda: None
        self.editor: Final = Editor(
            DcaBot,
            what="bot",
            id_name="bot_id",
            method="PATCH",
            path="/ver1/bots/{bot_id}/update",
            base_url="https://api.3commas.io/public/api",
            read=self.read,
            write=self.write,
            settings_of=DcaBot.settings,
            fixed=CREATE_ONLY,
        )

    @property
    def bot(self) -> DcaBot:
        return codec.from_json(json.dumps(self.document), DcaBot)

    async def read(self, bot_id: int) -> DcaBot:
        assert bot_id == 7
        self.calls.append("read")
        self.before_reading()
        read = self.bot
        await asyncio.sleep(0)
        return read

    async def write(self, bot_id: int, settings: DcaBotSettings) -> DcaBot:
        assert bot_id == 7
        self.calls.append("write")
        sent = cast("Document", codec.value_of(fields_of(settings, without=CREATE_ONLY), "body"))
        self.written.append(sent)
        self.take(sent)
        await asyncio.sleep(0)
        self.before_answering()
        return self.bot

    def take(self, sent: Document) -> None:
        self.document |= {name: value for name, value in sent.items() if name not in self.ignores}
        if self.document["take_profit_steps"]:
            self.document["take_profit"] = None


@pytest.fixture
def server() -> Server:
    return Server()


# --- what is written


async def test_an_edit_writes_all_settings_with_the_change_and_nothing_else(server: Server) -> None:
    bot = await server.editor.edit(7, {"take_profit": "2.50"})
    assert server.calls == ["read", "write"]
    (written,) = server.written
    assert bot.take_profit == Decimal("2.5")
    assert written["take_profit"] == "2.50"
    never_returned = {"sl_to_breakeven_enabled", "sl_to_breakeven_data", "custom_safety_steps"}
    names = {field.name for field in attrs.fields(DcaBotSettings)}
    assert written.keys() == names - CREATE_ONLY - never_returned
    changed = {name for name in written if written[name] != EXAMPLE[name]}
    # Null is off, and only a real boolean can be sent.
    assert changed == {"take_profit", "trailing_enabled"}
    assert written["trailing_enabled"] is False


async def test_null_is_written_as_null_and_a_change_to_it_can_be_undone(server: Server) -> None:
    before = server.bot.settings()
    await server.editor.edit(
        server.bot,
        {
            "close_deals_timeout": 60,
            "min_profit_type": "base_order_volume",
            "trailing_enabled": True,
            "max_active_deals": 1,
        },
    )
    assert server.document["close_deals_timeout"] == 60
    assert server.document["trailing_enabled"] is True
    await server.editor.update(7, before)
    assert server.bot.settings() == before
    assert server.document["close_deals_timeout"] is None
    assert server.document["min_profit_type"] is None
    assert server.document["trailing_enabled"] is False


async def test_steps_go_with_a_take_profit_of_0_and_come_back_with_null(server: Server) -> None:
    steps = [
        TakeProfitStepSettings(amount_percentage=40, profit_percentage=2),
        TakeProfitStepSettings(amount_percentage="60.0", profit_percentage="3.5"),
    ]
    before = server.bot.settings()
    bot = await server.editor.edit(7, {"take_profit": 0, "take_profit_steps": steps})
    assert server.written[0]["take_profit"] == "0"
    assert server.written[0]["take_profit_steps"] == [
        {"amount_percentage": "40", "profit_percentage": "2"},
        {"amount_percentage": "60.0", "profit_percentage": "3.5"},
    ]
    assert bot.take_profit is None
    assert bot.settings().take_profit == 0
    await server.editor.edit(7, {"name": "Other"})
    assert server.written[1]["take_profit"] == "0"
    await server.editor.update(7, before)
    assert server.bot.take_profit == Decimal("2.0")


async def test_what_the_library_does_not_know_is_not_written() -> None:
    server = Server(new_setting="x", safety_order_calculation_mode="base")
    await server.editor.edit(7, {"name": "Other"})
    assert not {"new_setting", "safety_order_calculation_mode", "url_secret", "id"} & server.written[0].keys()


async def test_what_is_omitted_stays_as_it_is(server: Server) -> None:
    settings = server.bot.settings().evolve(cooldown=300)
    small = DcaBotSettings(
        **{
            field.name: getattr(settings, field.name)
            for field in attrs.fields(DcaBotSettings)
            if field.default is attrs.NOTHING
        }
    )
    await server.editor.update(7, small)
    assert len(server.written[0]) == 12
    assert server.document["cooldown"] == "0"


# --- what is the same, and what is not


async def test_numbers_are_compared_by_value_pairs_in_any_order_and_options_as_they_are_read() -> None:
    server = Server(pairs=["USDT_ETH", "USDT_BTC"], strategy_list=[{"strategy": "manual", "options": {}}])

    def as_the_api_writes() -> None:
        server.document["pairs"] = ["USDT_BTC", "USDT_ETH"]
        server.document["take_profit"] = "2.5000"
        server.document["strategy_list"] = [{"options": {"points": "30", "time": "5m"}, "strategy": "rsi"}]
        server.document["updated_at"] = "2025-01-01T00:00:00.000Z"
        server.document["active_deals_usd_profit"] = "-17.5"

    server.before_answering = as_the_api_writes
    rsi = StrategySettings(strategy="rsi", options={"time": "5m", "points": 30})
    bot = await server.editor.edit(7, {"take_profit": "2.5", "strategy_list": [rsi]})
    assert bot.take_profit == Decimal("2.5")


async def test_a_change_that_the_api_drops_is_told(server: Server) -> None:
    server.ignores = {"stop_loss_percentage"}
    with pytest.raises(
        NotAppliedError, match=r"bot 7 at api\.3commas\.io was written, but .* in stop_loss_p"
    ) as caught:
        await server.editor.edit(7, {"stop_loss_percentage": "12", "take_profit": 3})
    assert caught.value.outcome is Outcome.DONE
    assert caught.value.differences == {"stop_loss_percentage": (Decimal(12), Decimal("0.0"))}
    assert (caught.value.method, caught.value.path) == ("PATCH", "/ver1/bots/{bot_id}/update")
    assert caught.value.ids == {"bot_id": 7}
    assert server.document["take_profit"] == "3"


async def test_a_change_that_the_response_does_not_show_is_told(server: Server) -> None:
    server.ignores = {"custom_safety_steps"}
    steps = [SafetyStepSettings(deviation="-1.1", size=10)]
    with pytest.raises(NotAppliedError) as caught:
        await server.editor.edit(7, {"custom_safety_steps": steps})
    assert caught.value.differences == {"custom_safety_steps": (tuple(steps), None)}


async def test_a_change_that_somebody_makes_meanwhile_is_told(server: Server) -> None:
    server.before_answering = lambda: server.document.update(name="Mine", max_price="9")
    with pytest.raises(NotAppliedError) as caught:
        await server.editor.edit(7, {"take_profit": 3})
    assert caught.value.differences == {"name": (EXAMPLE["name"], "Mine"), "max_price": (None, Decimal(9))}


async def test_what_the_library_does_not_know_is_compared() -> None:
    server = Server(new_setting="before", safety_order_calculation_mode="base")

    def reset() -> None:
        server.document |= {"new_setting": "after", "safety_order_calculation_mode": "last_executed", "newer": 1}

    server.before_answering = reset
    with pytest.raises(NotAppliedError) as caught:
        await server.editor.edit(7, {"take_profit": 3})
    assert caught.value.differences == {
        "new_setting": ("before", "after"),
        "safety_order_calculation_mode": ("base", "last_executed"),
    }


async def test_what_is_no_setting_may_change_though_it_cannot_be_read() -> None:
    server = Server(active_deals_usd_profit="little")
    server.before_answering = lambda: server.document.update(active_deals_usd_profit="less")
    assert (await server.editor.edit(7, {"take_profit": 3})).take_profit == 3


async def test_a_setting_that_cannot_be_read_in_the_response_is_told(server: Server) -> None:
    server.before_answering = lambda: server.document.update(
        cooldown="a while", strategy_list=[{"strategy": "nonstop", "options": {}, "new": 1}]
    )
    with pytest.raises(NotAppliedError) as caught:
        await server.editor.edit(7, {"take_profit": 3})
    assert caught.value.differences.keys() == {"cooldown", "strategy_list"}
    assert caught.value.differences["cooldown"] == (Decimal(0), "a while")


# --- what was read before must still hold


async def test_a_bot_that_is_as_it_was_read_is_changed() -> None:
    server = Server(new_setting="x")
    known = server.bot
    server.document |= {"active_deals_count": 3, "new_setting_too": 1, "custom_safety_steps": []}
    assert (await server.editor.edit(known, {"name": "Other"})).name == "Other"


@pytest.mark.parametrize(
    ("change", "differences"),
    [
        ({"take_profit": "3.0"}, {"take_profit": (Decimal("2.0"), Decimal("3.0"))}),
        ({"pairs": ["USDT_ETH"]}, {"pairs": (("BNFCR_1INCHUSDT",), ("USDT_ETH",))}),
        ({"min_price": "1"}, {"min_price": (None, Decimal(1))}),
        ({"account_id": 1}, {"account_id": (32833909, 1)}),
        ({"new_setting": "y"}, {"new_setting": ("x", "y")}),
    ],
)
async def test_a_bot_that_is_not_is_left_alone(change: Document, differences: object) -> None:
    server = Server(new_setting="x")
    known = server.bot
    server.document |= change
    with pytest.raises(ConflictError, match=r"bot 7 at api\.3commas\.io was not changed: .* differ") as caught:
        await server.editor.edit(known, {"name": "Other"})
    assert caught.value.outcome is Outcome.NOT_DONE
    assert caught.value.differences == differences
    assert server.calls == ["read"]


# --- what would be lost


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("take_profit", "2 %"),
        ("max_price", {"value": 1}),
        ("trailing_enabled", "maybe"),
        ("strategy_list", [{"strategy": "nonstop", "options": {}, "new": 1}]),
        ("take_profit_steps", [{"id": 0, "amount_percentage": 100, "profit_percentage": "two"}]),
        ("custom_safety_steps", [{"deviation": "-1", "size": 1, "price": "9"}]),
    ],
)
async def test_a_setting_that_could_not_be_read_is_not_overwritten(field: str, value: object) -> None:
    server = Server(**{field: value})
    name = field if field != "strategy_list" else "BotStrategy"
    name = {"take_profit_steps": "BotTakeProfitStep", "custom_safety_steps": "SafetyStep"}.get(field, name)
    with pytest.raises(ValueError, match=name):
        await server.editor.edit(7, {"name": "Other"})
    assert server.calls == ["read"]
    with pytest.raises(ValueError, match=name):
        await server.editor.edit(server.bot, {"name": "Other"})
    assert server.calls == ["read"]


@pytest.mark.parametrize("value", [None, "absent"])
async def test_a_setting_that_is_always_sent_must_have_come(server: Server, value: object) -> None:
    server.document["max_safety_orders"] = None
    if value == "absent":
        del server.document["max_safety_orders"]
    with pytest.raises(ValueError, match=r"max_safety_orders of DcaBot\(.*\) did not come"):
        await server.editor.edit(7, {"name": "Other"})
    assert server.calls == ["read"]


async def test_what_is_never_null_and_did_not_come_is_left_alone(server: Server) -> None:
    del server.document["cooldown"], server.document["start_order_type"]
    await server.editor.edit(7, {"name": "Other"})
    assert not {"cooldown", "start_order_type"} & server.written[0].keys()


# --- what is refused before anything is sent


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({}, ValueError, "edit needs at least one change"),
        ({"take_profitt": 1}, TypeError, "DcaBotSettings has no field 'take_profitt'; did you mean 'take_profit'"),
        ({"take_profit": 2.5}, TypeError, "take_profit must be a Decimal or a str, not a float"),
        ({"name": ""}, ValueError, "name must have from 1 to 200 characters, not 0"),
        ({"strategy": "short"}, TypeError, "strategy cannot be changed: a bot is given it when it is created"),
        ({"min_price": 1}, TypeError, "min_price cannot be changed"),
        ({"pairs": "USDT_ETH"}, TypeError, "pairs must be a sequence"),
        ({"pairs": 5}, TypeError, "pairs must be a sequence"),
    ],
)
async def test_a_wrong_change_goes_nowhere(
    server: Server, changes: Document, kind: type[Exception], message: str
) -> None:
    for target in (7, server.bot):
        with pytest.raises(kind, match=message):
            await server.editor.edit(target, changes)
    assert server.calls == []


async def test_what_does_not_go_together_is_refused_before_anything_is_written(server: Server) -> None:
    steps = [TakeProfitStepSettings(amount_percentage=100, profit_percentage=2)]
    with pytest.raises(ValueError, match="take_profit must be 0 together with take_profit_steps"):
        await server.editor.edit(server.bot, {"take_profit_steps": steps})
    assert server.calls == []
    with pytest.raises(ValueError, match="take_profit must be 0 together with take_profit_steps"):
        await server.editor.edit(7, {"take_profit_steps": steps})
    assert server.calls == ["read"]


@pytest.mark.parametrize("target", ["7", -1, True, None, 7.0])
async def test_a_wrong_id_goes_nowhere(server: Server, target: Any) -> None:
    with pytest.raises(ValueError, match="bot_id must be an int of at least 0"):
        await server.editor.edit(target, {"name": "Other"})
    with pytest.raises(ValueError, match="bot_id must be an int of at least 0"):
        await server.editor.update(target, server.bot.settings())
    assert server.calls == []


async def test_an_update_takes_settings_alone(server: Server) -> None:
    wrong: Any = server.bot
    with pytest.raises(TypeError, match="settings must be DcaBotSettings, not DcaBot"):
        await server.editor.update(7, wrong)
    assert server.calls == []


# --- what fails


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknownError("GET: no response came"),
        UnreadableResponseError("GET: it cannot be read", outcome=Outcome.DONE),
        UnreadableResponseError("GET: it cannot be read", outcome=Outcome.UNKNOWN),
    ],
    ids=lambda error: f"{type(error).__name__}-{error.outcome.name}",
)
async def test_a_reading_that_fails_says_that_nothing_was_written(server: Server, error: ThreeCommasError) -> None:
    def fail() -> None:
        raise error

    server.before_reading = fail
    with pytest.raises(
        NotSentError, match=r"bot 7 at api\.3commas\.io was not changed, .* read first: GET: "
    ) as caught:
        await server.editor.edit(7, {"name": "Other"})
    assert caught.value.outcome is Outcome.NOT_DONE
    assert caught.value.__cause__ is error
    assert (caught.value.method, caught.value.ids) == ("PATCH", {"bot_id": 7})
    assert server.calls == ["read"]


async def test_a_reading_that_is_refused_is_told_as_it_is(server: Server) -> None:
    error = NotFoundError("GET: not found")

    def fail() -> None:
        raise error

    server.before_reading = fail
    with pytest.raises(NotFoundError) as caught:
        await server.editor.edit(7, {"name": "Other"})
    assert caught.value is error
    assert caught.value.outcome is Outcome.NOT_DONE


async def test_a_writing_whose_answer_is_lost_stays_unknown(server: Server) -> None:
    error = OutcomeUnknownError("PATCH: no response came")

    def fail() -> None:
        raise error

    server.before_answering = fail
    with pytest.raises(OutcomeUnknownError) as caught:
        await server.editor.edit(7, {"name": "Other"})
    assert caught.value is error
    with pytest.raises(OutcomeUnknownError):
        await server.editor.update(7, server.bot.settings())


async def test_a_cancellation_passes_and_lets_the_next_edit_in(server: Server) -> None:
    reached = asyncio.Event()

    def fail() -> None:
        reached.set()
        raise asyncio.CancelledError

    server.before_reading = fail
    with pytest.raises(asyncio.CancelledError):
        await server.editor.edit(7, {"name": "Other"})
    assert reached.is_set()
    server.before_reading = lambda: None
    assert (await server.editor.edit(7, {"name": "Other"})).name == "Other"


# --- side by side


async def test_edits_of_one_bot_wait_for_each_other_and_none_is_lost(server: Server) -> None:
    await asyncio.gather(
        server.editor.edit(7, {"take_profit": 3}),
        server.editor.edit(7, {"cooldown": 60}),
        server.editor.edit(7, {"name": "Other"}),
    )
    assert server.calls == ["read", "write"] * 3
    bot = server.bot
    assert (bot.take_profit, bot.cooldown, bot.name) == (Decimal(3), Decimal(60), "Other")
    assert len(server.editor._locks) == 0


# --- update


async def test_what_only_a_new_bot_is_given_is_not_sent_and_must_be_the_same(server: Server) -> None:
    settings = server.bot.settings()
    await server.editor.update(7, settings)
    assert not CREATE_ONLY & server.written[0].keys()
    with pytest.raises(NotAppliedError) as caught:
        await server.editor.update(7, settings.evolve(strategy="short", max_price=2))
    assert caught.value.differences == {"strategy": ("short", "long"), "max_price": (Decimal(2), None)}
    assert caught.value.outcome is Outcome.DONE


# --- over the wire


@pytest.fixture
async def loopback(server: Server) -> AsyncIterator[Loopback]:
    def answer(asked: Asked) -> str:
        if asked.verb == "PATCH":
            server.take(json.loads(asked.body))
        return json.dumps(server.document)

    async with Loopback(text=answer) as one:
        yield one


async def test_the_client_edits_and_updates(server: Server, loopback: Loopback) -> None:
    async with loopback.client() as client:
        bots = client.bots
        bot = await bots.edit(7, take_profit="2.5", name="Other")
        assert (bot.take_profit, bot.name) == (Decimal("2.5"), "Other")
        before = bot.settings()
        bot = await bots.edit(bot, stop_loss_percentage="12")
        assert bot.stop_loss_percentage == 12
        bot = await bots.update(7, before)
        assert bot.settings() == before
        server.ignores = {"name"}
        with pytest.raises(NotAppliedError, match=r"bot 7 at 127\.0\.0\.1:[0-9]+ was written") as caught:
            await bots.edit(7, name="Again")
    assert caught.value.differences == {"name": ("Again", "Other")}
    show, update = ("GET", "/ver1/bots/7/show"), ("PATCH", "/ver1/bots/7/update")
    assert [(asked.verb, asked.path) for asked in loopback.asked] == [show, update, show, update, update, show, update]
    assert "account_id" not in json.loads(loopback.asked[1].body)


async def test_a_bot_that_cannot_be_read_is_not_written(loopback: Loopback) -> None:
    loopback.status, loopback.text = 200, "<html>"
    async with loopback.client() as client:
        with pytest.raises(NotSentError, match="was not changed") as caught:
            await client.bots.edit(7, name="Other")
    assert caught.value.outcome is Outcome.NOT_DONE
    assert {asked.verb for asked in loopback.asked} == {"GET"}
