"""The grid bots group.

Every function names the documented refusals of its endpoint and how to provoke them. A wrong signature and a missing
permission (``sandbox.add_key(permissions=...)``) are refused before any of them is called. An id that no grid bot has
is a 404 everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

import msgspec
from attrs import NOTHING, evolve, fields

from threecommas_async.sandbox.api.listing import DIRECTIONS, Listed, SortKey, in_order
from threecommas_async.sandbox.api.lookup import account_with_id, grid_bot_of, refusing
from threecommas_async.sandbox.api.reading import moment_but_no_milliseconds
from threecommas_async.sandbox.documents.deals import event_documents
from threecommas_async.sandbox.documents.grid_bots import (
    grid_bot_document,
    market_orders_document,
    profits_document,
    required_balances_document,
)
from threecommas_async.sandbox.engine.grid_bots.grid_bot import GridBot
from threecommas_async.sandbox.engine.grid_bots.settings import CurrencyType, GridSettings, GridType, Mode, StopAction
from threecommas_async.sandbox.http.forms import (
    MISSING,
    UNKNOWN_VALUE,
    Draft,
    Form,
    Reader,
    WrongValueError,
    optional,
    required,
)
from threecommas_async.sandbox.http.readers import amount, choice, flag, identifier, moment, text, whole_number, word
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.state.keys import Permission

_SORTED_BY: Final[Mapping[str, Callable[[GridBot], SortKey]]] = {
    "current_profit": lambda bot: bot.current_profit_usd,
    "profit": lambda bot: bot.current_profit_usd,
    "bot_id": lambda bot: Decimal(bot.id),
    "pair": lambda bot: bot.pair,
    "created_at": lambda bot: bot.created_at,
    "updated_at": lambda bot: bot.updated_at,
    "name": lambda bot: bot.settings.name,
}
"""Assumption: profits are compared in dollars."""
_NONE: Final = msgspec.Raw(b"NONE")
"""The text that the page prints for an empty response."""
_MOST_LINES: Final = 1000
_LONGEST_NOTE: Final = 300


def _ids(value: object, draft: Draft) -> tuple[int, ...]:
    """Read ids: a list of them, or a text with commas between them."""
    given = cast("list[object]", value) if isinstance(value, list) else str(value).split(",")
    return tuple(identifier().read(one.strip() if isinstance(one, str) else one, draft) for one in given)


def _page_number(*, maximum: int = 999_999_999) -> Reader[int]:
    """Read a number of a page, or of its rows, with the reason that the page of the events gives."""
    number = whole_number(minimum=1, maximum=maximum)

    def read(value: object, draft: Draft) -> int:
        try:
            return number.read(value, draft)
        except WrongValueError:
            raise WrongValueError(UNKNOWN_VALUE) from None

    return Reader(read, blank_is_absent=True)


_ABSENT: Final = (MISSING, "is empty")
"""Documented of ``quantity_per_grid``. Assumption: it is said of all that has to be sent."""
_NO_NUMBER: Final = (MISSING, UNKNOWN_VALUE)
_IDS: Final = Reader(_ids, blank_is_absent=True)
_PRICE: Final[Reader[Decimal]] = amount(minimum=0, exclusive=True)
_NAME: Final = text(minimum=1, maximum=40)
_NOTE: Final = text(minimum=1, maximum=_LONGEST_NOTE, too_long=f"too long. Max is {_LONGEST_NOTE} symbols")
_LINES: Final = whole_number(minimum=2, maximum=_MOST_LINES)
_ACTIVE_LINES: Final = whole_number(minimum=1)
_GRID_TYPE: Final[Reader[GridType]] = word("geometric", "arithmetic")
_CURRENCY_TYPE: Final[Reader[CurrencyType]] = word("base", "quote")
# The page of the entity has all four on both sides, those of the calls leave one out on each.
_STOP_ACTION: Final[Reader[StopAction]] = word(
    "stop_bot", "stop_bot_and_buy", "stop_bot_and_sell", "stop_bot_and_close_position"
)
_LEVERAGE_TYPE: Final = word("cross", "isolated", "not_specified")
_MODE: Final[Reader[Mode]] = word("reversal", "long", "short")


class GridForm(Form):
    """What a grid bot is told to do, as both of its calls send it.

    ``max_active_buy_lines`` is in an example only. What is switched on without its price is refused by the engine.
    Assumption: there are no more than a thousand lines.
    """

    upper_price: Decimal = required(_PRICE, missing=_ABSENT)
    lower_price: Decimal = required(_PRICE, missing=_ABSENT)
    grids_quantity: int = required(_LINES, missing=_ABSENT)
    quantity_per_grid: Decimal = required(_PRICE, missing=_ABSENT)
    grid_type: GridType | None = optional(_GRID_TYPE)
    max_active_buy_lines: int | None = optional(_ACTIVE_LINES)
    max_active_sell_lines: int | None = optional(_ACTIVE_LINES)
    upper_stop_loss_enabled: bool | None = optional(flag())
    upper_stop_loss_price: Decimal | None = optional(_PRICE)
    upper_stop_loss_action: StopAction | None = optional(_STOP_ACTION)
    lower_stop_loss_enabled: bool | None = optional(flag())
    lower_stop_loss_price: Decimal | None = optional(_PRICE)
    lower_stop_loss_action: StopAction | None = optional(_STOP_ACTION)
    trailing_up_enabled: bool | None = optional(flag())
    trailing_down_enabled: bool | None = optional(flag())
    expansion_up_enabled: bool | None = optional(flag())
    expansion_up_stop_price: Decimal | None = optional(_PRICE)
    expansion_down_enabled: bool | None = optional(flag())
    expansion_down_stop_price: Decimal | None = optional(_PRICE)
    leverage_type: str | None = optional(_LEVERAGE_TYPE)
    leverage_custom_value: Decimal | None = optional(_PRICE)
    note: str | None = optional(_NOTE)
    ignore_warnings: bool | None = optional(flag())


class NewGridForm(GridForm):
    """What only a new grid bot is given. A name is made for one that is sent none, as the page says."""

    account_id: int = required(identifier(), missing=_ABSENT)
    pair: str = required(text(), missing=_ABSENT)
    name: str | None = optional(_NAME)
    order_currency_type: CurrencyType | None = optional(_CURRENCY_TYPE)
    profit_currency_type: CurrencyType | None = optional(_CURRENCY_TYPE)
    mode: Mode | None = optional(_MODE)


class ChangedGridForm(GridForm):
    name: str = required(_NAME, missing=_ABSENT)


class GridBotFilter(Form):
    """``account_ids[]`` is in the example only. The direction has two names in the sources."""

    account_id: tuple[int, ...] | None = optional(_IDS)
    account_ids: tuple[int, ...] | None = optional(_IDS)
    state: str | None = optional(choice(("enabled", "disabled")))
    sort_by: str = optional(choice(_SORTED_BY), default="created_at")
    sort_direction: str | None = optional(choice(DIRECTIONS))
    order_direction: str | None = optional(choice(DIRECTIONS))
    since: datetime | None = optional(moment_but_no_milliseconds(), name="from")
    base: str | None = optional(text())
    quote: str | None = optional(text())
    limit: int = optional(whole_number(minimum=1, maximum=1000), default=10)
    offset: int = optional(whole_number(), default=0)


class ProfitFilter(Form):
    since: datetime | None = optional(moment(), name="from")
    until: datetime | None = optional(moment(), name="to")


class NoteToSet(Form):
    note: str = required(_NOTE)


class EventPage(Form):
    page: int = required(_page_number(), missing=_NO_NUMBER)
    per_page: int = required(_page_number(maximum=100), missing=_NO_NUMBER)


class OrderPage(Form):
    limit: int = optional(whole_number(minimum=1, maximum=1000), default=100)
    offset: int = optional(whole_number(), default=0)


def create(request: HandledRequest) -> object:
    """Create a grid bot, which is disabled.

    400: no ``quantity_per_grid``, or something else that is missing or wrong; a pair that the market does not trade,
    orders below the pair's smallest. 404: an account that is not there.
    """
    form = request.read(NewGridForm)
    account_with_id(request, form.account_id)
    given = {name: value for name, value in vars(form).items() if name in _PRESET and value is not None}
    return grid_bot_document(request.engine.grid_bots.create(GridSettings(**given)))


def update(request: HandledRequest) -> object:
    """Change what a grid bot is told to do: what was not sent stays, what was sent as null is gone.

    Account, pair, currencies and mode stay, though an example sends some of them. 400: as of a new one.
    """
    bot = grid_bot_of(request)
    form = request.read(ChangedGridForm)
    settings = evolve(bot.settings, **_changes(form, request.parameters))
    return grid_bot_document(request.engine.grid_bots.update(bot.id, settings))


def show(request: HandledRequest) -> object:
    return grid_bot_document(grid_bot_of(request))


def list_grid_bots(request: HandledRequest) -> object:
    """List grid bots, the newest first. 500: a body that is no JSON, as the page has it; a ``from`` in milliseconds."""
    form = request.read(GridBotFilter)
    accounts = {*(form.account_id or ()), *(form.account_ids or ())}
    enabled = None if form.state is None else form.state == "enabled"
    found = [
        bot
        for bot in request.engine.grid_bots.select(is_enabled=enabled)
        if (not accounts or bot.account.id in accounts)
        and form.base in (None, "", bot.book.pair.base)
        and form.quote in (None, "", bot.book.pair.quote)
        and (form.since is None or bot.created_at > form.since)
    ]
    direction = form.sort_direction or form.order_direction
    listed = Listed(_SORTED_BY[form.sort_by], direction, form.limit, form.offset)
    return [grid_bot_document(bot) for bot in in_order(found, listed)]


def profits(request: HandledRequest) -> object:
    """List what the sales of a grid bot brought, the newest first."""
    bot = grid_bot_of(request)
    form = request.read(ProfitFilter)
    return profits_document(
        profit
        for profit in reversed(bot.profits)
        if (form.since is None or profit.created_at > form.since)
        and (form.until is None or profit.created_at < form.until)
    )


def enable(request: HandledRequest) -> object:
    """Let a grid bot trade; its orders follow at once. 422 (assumption): its account has too little."""
    return grid_bot_document(request.engine.grid_bots.enable(grid_bot_of(request).id))


def disable(request: HandledRequest) -> object:
    return grid_bot_document(request.engine.grid_bots.disable(grid_bot_of(request).id))


def delete(request: HandledRequest) -> object:
    """Delete a grid bot. 401: a wrong signature. 403 (assumption): it is enabled."""
    request.engine.grid_bots.delete(grid_bot_of(request).id)
    return _NONE


def note(request: HandledRequest) -> object:
    """Note something. 400: nothing, or more than 300 characters."""
    bot = grid_bot_of(request)
    return grid_bot_document(request.engine.grid_bots.set_note(bot.id, request.read(NoteToSet).note))


def required_balances(request: HandledRequest) -> object:
    """Say what a grid bot needs.

    500: its lines are not marked, as after ``disable``. 404: an id that no grid bot has. 422 (assumption): it trades
    futures, which the page excludes.
    """
    return required_balances_document(request.engine.grid_bots.required_balances(grid_bot_of(request).id))


def events(request: HandledRequest) -> object:
    """Tell what a grid bot did, from the first on. 400: no ``page`` or no ``per_page``, or wrong ones."""
    bot = grid_bot_of(request)
    form = request.read(EventPage)
    start = (form.page - 1) * form.per_page
    return event_documents(bot.events[start : start + form.per_page])


def market_orders(request: HandledRequest) -> object:
    """List orders, the newest first. Assumption: each of the two lists has pages of its own."""
    bot = grid_bot_of(request)
    form = request.read(OrderPage)
    wanted = slice(form.offset, form.offset + form.limit)
    return market_orders_document(bot.grid_line_orders[wanted], bot.balancing_orders[wanted])


def _changes(form: Form, sent: Iterable[str]) -> dict[str, Any]:
    values = vars(form)
    return {
        name: _PRESET[name] if values[name] is None else values[name]
        for name in dict.fromkeys(sent)
        if name in type(form).declared_fields and name in _PRESET
    }


_PRESET: Final[Mapping[str, object]] = {
    field.name: None if field.default is NOTHING else field.default for field in fields(GridSettings)
}
_READ: Final = Permission.BOTS_READ
_WRITE: Final = Permission.BOTS_WRITE
_GRID_BOT: Final = "/ver1/grid_bots/{id}"

# Fixed paths stand before those with a placeholder: the first that fits answers.
ENDPOINTS: Final = (
    Endpoint("POST", "/ver1/grid_bots/manual", 201, refusing(create), _WRITE),
    Endpoint("GET", "/ver1/grid_bots", 200, list_grid_bots, _READ),
    Endpoint("PATCH", f"{_GRID_BOT}/manual", 200, refusing(update), _WRITE),
    # The page asks for BOTS_WRITE, though it only reads.
    Endpoint("GET", _GRID_BOT, 200, refusing(show), _WRITE),
    Endpoint("DELETE", _GRID_BOT, 200, refusing(delete), _WRITE),
    Endpoint("GET", f"{_GRID_BOT}/profits", 201, refusing(profits), _READ),
    Endpoint("POST", f"{_GRID_BOT}/disable", 201, refusing(disable), _WRITE),
    Endpoint("POST", f"{_GRID_BOT}/enable", 201, refusing(enable), _WRITE),
    Endpoint("POST", f"{_GRID_BOT}/note", 201, refusing(note), _WRITE),
    Endpoint("GET", f"{_GRID_BOT}/required_balances", 200, refusing(required_balances), _READ),
    Endpoint("GET", f"{_GRID_BOT}/events", 201, refusing(events), _READ),
    Endpoint("GET", f"{_GRID_BOT}/market_orders", 200, refusing(market_orders), _READ),
)
