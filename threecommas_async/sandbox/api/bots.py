"""The bots group: DCA bots, what they are told to do, and what they brought.

Every function names the documented refusals of its endpoint and how to provoke them; a wrong signature and a missing
permission (``sandbox.add_key(permissions=...)``) are refused before any of them is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.api.listing import DIRECTIONS, Listed, in_order
from threecommas_async.sandbox.api.lookup import account_with_id, bot_of, refusing
from threecommas_async.sandbox.api.reading import moment_but_no_milliseconds
from threecommas_async.sandbox.api.settings import ANY_PAIRS, BotForm, NewBotForm, changed_settings, new_settings
from threecommas_async.sandbox.documents.bots import (
    bot_document,
    bot_with_deals_document,
    copy_document,
    day_profits_document,
    day_stats_document,
    deals_stats_document,
    stats_document,
    url_secret,
)
from threecommas_async.sandbox.documents.strategies import strategies_document
from threecommas_async.sandbox.engine.bots.bot import Bot
from threecommas_async.sandbox.engine.bots.statistics import closed_on, deals_stats, usd_profit_by_day
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.refusals import RefusedError
from threecommas_async.sandbox.http.forms import INVALID, Form, optional, required
from threecommas_async.sandbox.http.readers import amount, choice, flag, identifier, text, whole_number
from threecommas_async.sandbox.http.refusals import Refusal, invalid, not_found
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.reference.currencies import DOLLARS
from threecommas_async.sandbox.state.keys import Permission

_SORTED_BY: Final[Mapping[str, Callable[[Bot], datetime | Decimal]]] = {
    "created_at": lambda bot: bot.created_at,
    "updated_at": lambda bot: bot.updated_at,
    "profit": lambda bot: bot.finished_deals_profit_usd,
}


class StrategiesToList(Form):
    account_id: int | None = optional(identifier())
    strategy: str | None = optional(choice(("long", "short")))
    type: str | None = optional(choice(("simple", "composite")))


class BotToShow(Form):
    include_events: bool = optional(flag(), default=False)


class BotFilter(Form):
    """``enable`` as a scope, which the page once had, was refused. The direction has two names in the sources."""

    account_id: int | None = optional(identifier())
    scope: str | None = optional(choice(("enabled", "disabled")))
    strategy: str | None = optional(choice(("long", "short")))
    quote: str | None = optional(text())
    since: datetime | None = optional(moment_but_no_milliseconds(), name="from")
    sort_by: str = optional(choice(_SORTED_BY), default="created_at")
    order_direction: str | None = optional(choice(DIRECTIONS))
    sort_direction: str | None = optional(choice(DIRECTIONS))
    limit: int = optional(whole_number(minimum=1, maximum=100), default=50)
    offset: int = optional(whole_number(), default=0)


class BotToCopy(Form):
    name: str = required(text(minimum=1))
    secret: str = required(text())
    amount: Decimal | None = optional(amount(minimum=0))


class BlackList(Form):
    pairs: tuple[str, ...] = required(ANY_PAIRS)


class DaysToSum(Form):
    days: int = optional(whole_number(minimum=1, maximum=3650), default=30)


class DealsToSum(Form):
    account_id: int | None = optional(identifier())
    bot_id: int | None = optional(identifier())


class DayOfDeals(DealsToSum):
    wanted: datetime = required(moment_but_no_milliseconds(), name="date")


def strategy_list(request: HandledRequest) -> object:
    """List the conditions that bots can start and close deals by. Nothing depends on the parameters."""
    request.read(StrategiesToList)
    return strategies_document()


def create(request: HandledRequest) -> object:
    """Create a bot, which is disabled.

    400: no name, a pair that the market does not trade, orders below the pair's smallest, more deals than pairs. 404:
    an account that is not there.
    """
    form = request.read(NewBotForm)
    account_with_id(request, form.account_id)
    return bot_document(request.engine.bots.create(new_settings(form)))


def update(request: HandledRequest) -> object:
    """Change what a bot is told to do. 400: a stop loss before the last safety order, and what is refused of a new one.

    The page has neither the account nor the direction, the conditions of safety orders and the price range: they stay.
    """
    bot = bot_of(request)
    form = request.read(BotForm)
    if "trailing_enabled" in request.parameters and form.trailing_enabled is None:
        raise invalid({"trailing_enabled": ["is not included in the list"]})
    settings = changed_settings(form, request.parameters, bot.settings)
    return bot_document(request.engine.bots.update(bot.id, settings))


def show(request: HandledRequest) -> object:
    """Show a bot. 404: an id that no bot has, in words of its own."""
    form = request.read(BotToShow)
    try:
        bot = bot_of(request)
    except RefusedError:
        raise Refusal(404, "Not found") from None
    return bot_with_deals_document(bot, include_events=form.include_events)


def list_bots(request: HandledRequest) -> object:
    """List bots, the newest first. 400: ``scope=enable``. 500, as recorded: a ``from`` in milliseconds."""
    form = request.read(BotFilter)
    enabled = None if form.scope is None else form.scope == "enabled"
    found = [
        bot
        for bot in request.engine.bots.select(account_id=form.account_id, is_enabled=enabled)
        if form.strategy in (None, bot.settings.strategy)
        and form.quote in (None, bot.settings.pairs[0].partition("_")[0])
        and (form.since is None or bot.created_at > form.since)
    ]
    direction = form.order_direction or form.sort_direction
    listed = Listed(_SORTED_BY[form.sort_by], direction, form.limit, form.offset)
    return [bot_document(bot) for bot in in_order(found, listed)]


def enable(request: HandledRequest) -> object:
    return bot_with_deals_document(request.engine.bots.enable(bot_of(request).id))


def disable(request: HandledRequest) -> object:
    """Disable a bot. The page's 403 has no known cause (``sandbox.faults.fail_next(403, body=...)``)."""
    return bot_with_deals_document(request.engine.bots.disable(bot_of(request).id))


def copy_and_create(request: HandledRequest) -> object:
    """Copy a bot, given its ``url_secret``. 400: no name, or another secret (assumption). 401: a wrong signature."""
    bot = bot_of(request)
    form = request.read(BotToCopy)
    if form.secret != url_secret(bot):
        raise invalid({"secret": [INVALID]})
    return copy_document(*request.engine.bots.copy(bot.id, form.name))


def panic_sell_all_deals(request: HandledRequest) -> object:
    """Disable a bot and close its deals by market. 404: an id that no bot has."""
    return bot_with_deals_document(request.engine.bots.panic_sell_all_deals(bot_of(request).id))


def cancel_all_deals(request: HandledRequest) -> object:
    """Disable a bot and cancel its deals; 200, other than its neighbours."""
    return bot_with_deals_document(request.engine.bots.cancel_all_deals(bot_of(request).id))


def delete(request: HandledRequest) -> object:
    """Delete a bot. 403: it has active deals. 404: an id that no bot has."""
    request.engine.bots.delete(bot_of(request).id)
    return True


def pairs_black_list(request: HandledRequest) -> object:
    return {"pairs": list(request.engine.bots.black_list)}


def update_pairs_black_list(request: HandledRequest) -> object:
    """Put pairs on the black list, in place of those that were there (assumption: the page can be read either way)."""
    engine = request.engine
    engine.bots.black_list = request.read(BlackList).pairs
    return {"pairs": list(engine.bots.black_list)}


def profit_by_day(request: HandledRequest) -> object:
    bot = bot_of(request)
    days = request.read(DaysToSum).days
    today = request.now.astimezone(UTC).date()
    return day_profits_document(usd_profit_by_day(bot.deals.values(), today, days), request.platform.trading.worth)


def stats(request: HandledRequest) -> object:
    deals = _deals(request, request.read(DealsToSum))
    return stats_document(deals, closed_on(deals, request.now.astimezone(UTC).date()))


def stats_by_date(request: HandledRequest) -> object:
    form = request.read(DayOfDeals)
    deals = closed_on(_deals(request, form), form.wanted.astimezone(UTC).date())
    return day_stats_document(deals, request.platform.trading.worth)


def show_deals_stats(request: HandledRequest) -> object:
    """Count a bot's deals. 400: an id that no bot has."""
    try:
        bot = bot_of(request)
    except RefusedError:
        raise Refusal(400, not_found().error, not_found().description) from None
    in_dollars = bot.settings.pairs[0].partition("_")[0] in DOLLARS
    worth = request.platform.trading.worth
    return deals_stats_document(deals_stats(bot.deals.values()), worth, in_dollars=in_dollars)


def _deals(request: HandledRequest, form: DealsToSum) -> list[Deal]:
    return request.engine.deals.select(bot_id=form.bot_id, account_id=form.account_id)


_READ: Final = Permission.BOTS_READ
_WRITE: Final = Permission.BOTS_WRITE
_BOT: Final = "/ver1/bots/{bot_id}"

# Fixed paths stand before those with a placeholder: the first that fits answers.
ENDPOINTS: Final = (
    Endpoint("GET", "/ver1/bots/strategy_list", 200, strategy_list, _READ),
    Endpoint("POST", "/ver1/bots/create_bot", 201, refusing(create), _WRITE),
    Endpoint("POST", "/ver1/bots/update_pairs_black_list", 201, update_pairs_black_list, _WRITE),
    Endpoint("GET", "/ver1/bots/pairs_black_list", 201, pairs_black_list, _READ),
    Endpoint("GET", "/ver1/bots/stats", 200, stats, _READ),
    Endpoint("GET", "/ver1/bots/stats_by_date", 200, stats_by_date, _READ),
    Endpoint("GET", "/ver1/bots", 200, list_bots, _READ),
    Endpoint("PATCH", f"{_BOT}/update", 200, refusing(update), _WRITE),
    Endpoint("GET", f"{_BOT}/show", 200, refusing(show), _READ),
    Endpoint("POST", f"{_BOT}/enable", 201, refusing(enable), _WRITE),
    Endpoint("POST", f"{_BOT}/disable", 201, refusing(disable), _WRITE),
    Endpoint("POST", f"{_BOT}/copy_and_create", 201, refusing(copy_and_create), _WRITE),
    Endpoint("POST", f"{_BOT}/panic_sell_all_deals", 201, refusing(panic_sell_all_deals), _WRITE),
    Endpoint("POST", f"{_BOT}/cancel_all_deals", 200, refusing(cancel_all_deals), _WRITE),
    Endpoint("GET", f"{_BOT}/profit_by_day", 201, refusing(profit_by_day), _READ),
    Endpoint("POST", f"{_BOT}/delete", 201, refusing(delete), _WRITE),
    Endpoint("GET", f"{_BOT}/deals_stats", 200, refusing(show_deals_stats), _READ),
)
