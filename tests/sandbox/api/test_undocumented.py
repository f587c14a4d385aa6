"""The calls that no page of the vendor has any more, through ``client.request`` and without the client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.trading import NONSTOP, PAIR, RSI, D, Exchange
from threecommas_async.errors import InvalidRequestError, NotFoundError, PermissionDeniedError
from threecommas_async.models import Deal
from threecommas_async.sandbox import Permission
from threecommas_async.sandbox.api import undocumented

OTHER = "USDT_BTC"


async def start(here: Exchange, bot_id: int, **body: object) -> Deal:
    path = "/ver1/bots/{bot_id}/start_new_deal"
    return await here.client.request("POST", path, ids={"bot_id": bot_id}, body=body, kind=Deal)


async def test_a_deal_is_started_and_shown(here: Exchange) -> None:
    bot = await here.bot()
    deal = await start(here, bot.id, pair=PAIR)
    assert (deal.status, deal.bot_id, deal.pair, deal.bought_volume) == ("bought", bot.id, PAIR, D("100.1"))
    assert deal == await here.client.deals.get(deal.id)
    assert not deal.unrecognized


async def test_a_bot_of_one_pair_needs_none_to_be_named_and_may_be_disabled(here: Exchange) -> None:
    bot = await here.bot(strategy_list=[NONSTOP])
    await here.client.bots.disable(bot.id)
    [running] = await here.client.deals.list(scope="active")
    await here.client.deals.cancel(running.id)
    deal = await start(here, bot.id)
    assert deal.status == "bought"
    assert (await here.client.bots.get(bot.id)).is_enabled is False


@pytest.mark.parametrize(
    ("settings", "body", "fields"),
    [
        ({"pairs": [PAIR, OTHER]}, {}, {"pair": ["is missing"]}),
        ({}, {"pair": OTHER}, {"pair": ["does not have a valid value"]}),
        ({}, {"skip_signal_checks": "perhaps"}, {"skip_signal_checks": ["is invalid"]}),
    ],
)
async def test_a_pair_that_is_none_is_a_400(
    here: Exchange, settings: dict[str, Any], body: dict[str, object], fields: dict[str, list[str]]
) -> None:
    bot = await here.bot(**settings)
    with pytest.raises(InvalidRequestError) as caught:
        await start(here, bot.id, **body)
    assert caught.value.status == 400
    assert {name: list(texts) for name, texts in caught.value.fields.items()} == fields


async def refused(here: Exchange, bot_id: int, **body: object) -> str:
    """Return why no deal was started."""
    before = await here.client.deals.list()
    with pytest.raises(InvalidRequestError) as caught:
        await start(here, bot_id, **body)
    assert (caught.value.status, caught.value.code) == (422, "record_invalid")
    assert await here.client.deals.list() == before
    return caught.value.fields["base"][0].removeprefix("No deal was started: ")


async def test_only_for_enabled_refuses_a_disabled_bot(here: Exchange) -> None:
    bot = await here.bot()
    await here.client.bots.disable(bot.id)
    assert await refused(here, bot.id, only_for_enabled=True) == "the bot is disabled"
    assert (await start(here, bot.id, only_for_enabled=False)).status == "bought"


async def test_signals_are_checked_unless_they_are_skipped(here: Exchange) -> None:
    bot = await here.bot(strategy_list=[RSI])
    assert await refused(here, bot.id, pair=PAIR) == "the start conditions are not met"
    assert (await start(here, bot.id, pair=PAIR, skip_signal_checks=True)).status == "bought"


async def test_open_deals_are_checked_unless_they_are_skipped(here: Exchange) -> None:
    bot = await here.bot(pairs=[PAIR, OTHER], max_active_deals=2)
    await start(here, bot.id, pair=PAIR)
    assert await refused(here, bot.id, pair=PAIR) == "allowed_deals_on_same_pair is reached"
    await start(here, bot.id, pair=PAIR, skip_open_deals_checks=True)
    assert await refused(here, bot.id, pair=OTHER, skip_open_deals_checks=True) == "max_active_deals is reached"


async def test_a_bot_with_a_delay_starts_the_deal_at_once(here: Exchange) -> None:
    bot = await here.bot(deal_start_delay_seconds=60)
    assert (await start(here, bot.id)).status == "bought"


async def test_a_bot_that_is_not_there_is_a_404(here: Exchange) -> None:
    with pytest.raises(NotFoundError):
        await start(here, 7)


async def test_the_mode_is_the_one_that_was_chosen(here: Exchange) -> None:
    client = here.client
    assert await client.request("GET", "/ver1/users/current_mode") == {"mode": "real"}
    await client.users.change_mode("paper")
    assert await client.request("GET", "/ver1/users/current_mode") == {"mode": "paper"}


@pytest.mark.parametrize("row", undocumented.ENDPOINTS, ids=lambda row: row.path)
async def test_permissions_and_signatures_are_enforced(here: Exchange, row: Any) -> None:
    path = row.path.format(bot_id=(await here.bot()).id)
    others = here.sandbox.add_key(permissions=[one for one in Permission if one != row.permission])
    denied = await here.caller.with_key(others).call(row.method, path)
    assert (denied.status, denied.json["error"]) == (403, "access_denied")
    assert (await here.caller.call(row.method, path, well_signed=False)).status == 401
    assert (await here.caller.call(row.method, path)).status == row.status


async def test_faults_can_be_planned_for_them(here: Exchange) -> None:
    here.sandbox.faults.drop_next(path="/ver1/users/current_mode")
    here.sandbox.faults.fail_next(403, path="/ver1/bots/{bot_id}/start_new_deal")
    assert await here.client.request("GET", "/ver1/users/current_mode") == {"mode": "real"}
    with pytest.raises(PermissionDeniedError):
        await start(here, 7)
