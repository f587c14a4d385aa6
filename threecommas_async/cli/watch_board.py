"""The board that ``watch`` shows: a line for each deal or SmartTrade, and how old what it says is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar, final

import attrs
from rich.console import Group
from rich.text import Text

from threecommas_async.cli import deal_levels, smart_trade_levels
from threecommas_async.cli.columns import Column, clean, number_of, percent, plain, sign_style
from threecommas_async.cli.levels import EXACT, HUNDRED, Kind, Level, exponent
from threecommas_async.cli.tables import rows
from threecommas_async.streams import Gap, Resynced, StreamStatus

if TYPE_CHECKING:
    from threecommas_async.models.deal import Deal
    from threecommas_async.models.smart_trade import SmartTrade

_KEPT: Final = 100
"""How many that are over are remembered."""
_BESIDES: Final = 7
"""The rows of a terminal that are not for deals: two lines above, two of the table's head, notes, the prompt."""
_FEWEST: Final = 3


class Entity(Protocol):
    """A deal or a SmartTrade."""

    @property
    def id(self) -> int: ...

    @property
    def is_finished(self) -> bool: ...

    @property
    def updated_at(self) -> datetime | None: ...


E = TypeVar("E", bound=Entity)


@attrs.frozen(kw_only=True)
class Line:
    """What is shown of a deal or SmartTrade."""

    id: int
    pair: str | None
    name: str | None
    """The name of the bot, or the note."""
    status: str | None
    price: Decimal | None
    """The price now, or the one at which it was closed."""
    average: Decimal | None
    orders: str | None = None
    """How many safety orders are filled."""
    usd: Decimal | None
    percent: Decimal | None
    to_take_profit: Decimal | None
    """The distance from the price to the next take profit, in percent."""
    to_stop_loss: Decimal | None
    is_finished: bool


def line_of_deal(deal: Deal, priced: Deal) -> Line:
    """Return the line of a deal.

    :param priced: the deal at the time of the latest known price.
    """
    price, levels = _price(deal_levels.levels_of(priced)), deal_levels.levels_of(deal)
    return Line(
        id=deal.id,
        pair=deal.pair,
        name=deal.bot_name,
        status=deal.localized_status or deal.status,
        price=_price(levels) if deal.is_finished else price,
        average=deal_levels.average(deal),
        orders=_orders(deal),
        usd=deal.usd_final_profit if deal.is_finished else priced.actual_usd_profit,
        percent=deal.profit_percentage if deal.is_finished else priced.profit_percentage,
        to_take_profit=None if deal.is_finished else _distance(levels, "take profit", price),
        to_stop_loss=None if deal.is_finished else _distance(levels, "stop loss", price),
        is_finished=deal.is_finished,
    )


def line_of_smart_trade(trade: SmartTrade, priced: SmartTrade) -> Line:
    """Return the line of a SmartTrade.

    :param priced: the SmartTrade at the time of the latest known price.
    """
    price, levels = _price(smart_trade_levels.levels_of(priced)), smart_trade_levels.levels_of(trade)
    profit = trade.profit if trade.is_finished else priced.profit
    return Line(
        id=trade.id,
        pair=trade.pair,
        name=trade.note or None,
        status=None if trade.status is None else trade.status.title or trade.state,
        price=_price(levels) if trade.is_finished else price,
        average=smart_trade_levels.entry_price(trade),
        usd=None if profit is None else profit.usd,
        percent=None if profit is None else profit.percent,
        to_take_profit=None if trade.is_finished else _distance(levels, "take profit", price),
        to_stop_loss=None if trade.is_finished else _distance(levels, "stop loss", price),
        is_finished=trade.is_finished,
    )


def _orders(deal: Deal) -> str | None:
    filled = deal.completed_safety_orders_count
    return None if filled is None else f"{filled}/{deal.max_safety_orders}"


def _price(levels: Iterable[Level]) -> Decimal | None:
    return next((level.price for level in levels if level.kind in ("price", "closed")), None)


def _distance(levels: Iterable[Level], kind: Kind, price: Decimal | None) -> Decimal | None:
    """Return the distance to the nearest level of a kind at which nothing was filled yet."""
    if not price:
        return None
    with localcontext(EXACT):
        found = [(level.price / price - 1) * HUNDRED for level in levels if level.kind == kind and not level.done]
    return min(found, key=abs, default=None)


def _rounded(average: Decimal | None, digits: int | None) -> Decimal | None:
    """Return an average with no more digits than prices have."""
    if average is None or digits is None or exponent(average) >= digits:
        return average
    with localcontext(EXACT):
        return average.quantize(Decimal((0, (1,), digits)))


_COLUMNS: Final[tuple[Column[Line], ...]] = (
    Column("ID", "id", spare=True),
    Column("Pair", "pair"),
    Column("Name", "name", wraps=True, spare=True, optional=lambda line: line.name is not None),
    Column("Status", "status", wraps=True),
    Column("SO", "orders", align="right", spare=True, optional=lambda line: line.orders is not None),
    Column("Price", "price"),
    Column("Average", "average"),
    Column("USD", "usd", form=percent, signed=True),
    Column("%", "percent", form=percent, signed=True),
    Column("to TP", "to_take_profit", form=percent),
    Column("to SL", "to_stop_loss", form=percent, optional=lambda line: line.to_stop_loss is not None),
)


@final
class Board(Generic[E]):
    """What is known of deals or SmartTrades, and of what is not.

    :param noun: what one is called.
    :param line: returns the line of one, given the same one at the time of the latest known price.
    """

    def __init__(self, noun: str, line: Callable[[E, E], Line]) -> None:
        self._noun: Final = noun
        self._line: Final = line
        self._known: Final[dict[int, E]] = {}
        self._priced: Final[dict[int, E]] = {}
        self._digits: Final[dict[str | None, int]] = {}
        """The exponents of the prices of each pair."""
        self._gap: Gap | None = None
        self.finished = 0
        """How many ended while they were watched."""
        self.usd = Decimal(0)
        """Their profits in dollars."""

    def take(self, entity: E) -> None:
        """Take in a new state."""
        known = self._known.pop(entity.id, None)
        self._known[entity.id] = self._priced[entity.id] = entity
        if entity.is_finished and (known is None or not known.is_finished):
            self.finished += 1
            self.usd += self._line(entity, entity).usd or Decimal(0)
            self._forget()

    def price(self, found: Iterable[E]) -> None:
        """Take in what a list says of prices; what it says of states may be older than what is known."""
        for entity in found:
            known = self._known.get(entity.id)
            if known is not None and not known.is_finished:
                self._priced[entity.id] = entity

    def note(self, event: Gap | Resynced) -> None:
        """Take in that changes may be missing, or that none is."""
        self._gap = event if isinstance(event, Gap) else None

    @property
    def lines(self) -> list[Line]:
        """The active ones by id, then those that are over, the latest first."""
        active = sorted(one.id for one in self._known.values() if not one.is_finished)
        over = [one.id for one in reversed(self._known.values()) if one.is_finished]
        lines = [self._line(self._known[number], self._priced[number]) for number in (*active, *over)]
        for line in lines:
            if not line.is_finished and line.price is not None:
                digits = exponent(line.price)
                self._digits[line.pair] = min(self._digits.get(line.pair, digits), digits)
        return [
            attrs.evolve(
                line,
                average=_rounded(line.average, self._digits.get(line.pair)),
                price=_rounded(line.price, self._digits.get(line.pair)),
            )
            for line in lines
        ]

    def shown(self, width: int, height: int, place: str, age: str) -> Group:
        """Return what is shown on a terminal of a size.

        :param age: how the connection is, and how old the data.
        """
        lines = self.lines
        fitting = max(height - _BESIDES, _FEWEST)
        parts: list[Text] = [self._headline(lines, place), Text(age, style="dim")]
        if self._gap is not None:
            since = self._gap.since.astimezone(UTC)
            text = f"Changes since {since:%Y-%m-%d %H:%M:%S} UTC may be missing: {clean(self._gap.reason)}"
            parts.append(Text(text, style="yellow"))
        if not lines:
            return Group(*parts)
        more = len(lines) - fitting
        notes = [Text(f"{more} more", style="dim")] if more > 0 else []
        return Group(*parts, rows(_COLUMNS, lines[:fitting], width).table, *notes)

    def _headline(self, lines: Iterable[Line], place: str) -> Text:
        active = sum(not line.is_finished for line in lines)
        text = Text(f"{number_of(active, f'active {self._noun}')}{place}", style="bold")
        if self.finished:
            sign = "+" if self.usd > 0 else ""
            text.append(f"; {self.finished} finished, ")
            text.append(f"{sign}{plain(percent(self.usd))} USD", style=sign_style(self.usd))
        return text

    def _forget(self) -> None:
        over = [one.id for one in self._known.values() if one.is_finished]
        for number in over[:-_KEPT]:
            del self._known[number], self._priced[number]


def age(status: StreamStatus, prices: float | None, *, is_polling: bool) -> str:
    """Say how the connection is, and how old the data.

    :param prices: how many seconds ago the latest prices came.
    """
    said: str = "asks every few seconds" if is_polling else status.state
    if status.silent_for is not None:
        said += f", heard {status.silent_for:.0f} s ago"
    if prices is not None:
        said += f"; prices {prices:.0f} s old"
    if status.connections > 1:
        said += f"; {status.connections} connections, the last loss: {clean(status.last_loss or 'none')}"
    elif status.state == "waiting" and status.last_loss:
        said += f": {clean(status.last_loss)}"
    return said
