"""A grid bot: its lines, what it holds, and what the API shows of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, Protocol, final

from attrs import define, field, frozen

from threecommas_async.sandbox.engine.alarms import Alarm, Rank
from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.events import Event
from threecommas_async.sandbox.engine.exact import ZERO, half_up, minus, plus, times
from threecommas_async.sandbox.engine.funds import Account
from threecommas_async.sandbox.engine.grid_bots.ladder import Ladder
from threecommas_async.sandbox.engine.grid_bots.settings import GridSettings
from threecommas_async.sandbox.engine.orders import Order, worth

GRID_BOTS: Final = 4
"""The kind of grid bots in a rank."""

Side = Literal["buy", "sell"]

_HUNDRED: Final = Decimal(100)
_PLACES_OF_A_PERCENTAGE: Final = 34
_PLACES_OF_AN_INVESTMENT: Final = 27
_PLACES_OF_BASE: Final = 8


class Desk(Protocol):
    """Who trades for the grid bots."""

    def filled(self, bot: GridBot, order: Order) -> None: ...

    def examine(self, bot: GridBot) -> None: ...


@final
@define(eq=False)
class Line:
    """A price at which a grid bot buys or sells: a row of ``grid_lines``."""

    id: int
    price: Decimal
    below: Cell | None = field(default=None, repr=False)
    """The cell that ends here, and sells here."""
    above: Cell | None = field(default=None, repr=False)
    """The cell that begins here, and buys here."""

    @property
    def _cell(self) -> Cell | None:
        sells = self.below if self.below is not None and self.below.side == "sell" else None
        buys = self.above if self.above is not None and self.above.side == "buy" else None
        # Both only where the price has passed an order that could not be placed.
        return buys if sells is None or (buys is not None and buys.is_placed) else sells

    @property
    def side(self) -> Side | None:
        """What happens here: nothing at the line that waits for its neighbours, nor while the bot is off."""
        cell = self._cell
        return None if cell is None else cell.side

    @property
    def order_placed(self) -> bool:
        cell = self._cell
        return cell is not None and cell.is_placed


@final
@define(eq=False)
class Cell:
    """What lies between two neighbouring lines: it buys at the lower one, and sells that at the upper one.

    So a line is bought at after the line above it was sold at, and sold at after the line below it was bought at; the
    line between those who buy and those who sell waits.
    """

    lower: Line
    upper: Line
    side: Side | None = None
    """What it does next; ``None`` while the bot is off."""
    amount: Decimal = ZERO
    """What it buys next, or holds to be sold."""
    order: Order | None = field(default=None, repr=False)
    """The order that rests for it, or that the account could not pay."""

    @property
    def is_placed(self) -> bool:
        return self.order is not None and self.order.status == "Active"

    @property
    def price(self) -> Decimal:
        """Where its next order belongs."""
        return self.upper.price if self.side == "sell" else self.lower.price

    def cost(self, fee: Decimal) -> Decimal:
        """Return what the amount costs at the lower line."""
        return worth("BUY", self.lower.price, self.amount, fee)


@final
@frozen
class Profit:
    """What a sale brought: a row of ``profits``."""

    line: Line
    """Assumption: where it was sold. As it is now, as recorded."""
    profit: Decimal
    """In the currency of ``profit_currency_type``."""
    usd_profit: Decimal
    created_at: datetime


@final
@define(eq=False)
class GridBot:
    """A grid bot. Names are the API's where it has one."""

    id: int
    settings: GridSettings
    account: Account = field(repr=False)
    book: Book = field(repr=False)
    desk: Desk = field(repr=False)
    created_at: datetime
    updated_at: datetime
    is_enabled: bool = False
    is_trading: bool = False
    """Whether it has placed its orders: an instant after it was enabled, as recorded."""
    start_price: Decimal | None = None
    """The price when it was enabled last."""
    cells: list[Cell] = field(factory=list[Cell], repr=False)
    """From the lowest to the highest."""
    current_profit: Decimal = ZERO
    """The sum of ``profits``; it stays when the bot is disabled and enabled again."""
    current_profit_usd: Decimal = ZERO
    profits: list[Profit] = field(factory=list[Profit], repr=False)
    """In the order of time."""
    cost: Decimal = ZERO
    """What was paid for what it holds, less what its sales have counted against."""
    orders: list[Order] = field(factory=list[Order], repr=False)
    """All rows of ``market_orders``, in the order of their ids."""
    events: list[Event] = field(factory=list[Event], repr=False)
    alarm: Alarm = field(factory=Alarm, repr=False)

    # ---- what moves it ----------------------------------------------------------------------------------------------
    @property
    def rank(self) -> Rank:
        return GRID_BOTS, self.id

    def filled(self, order: Order) -> None:
        self.desk.filled(self, order)

    def examine(self) -> None:
        self.desk.examine(self)

    # ---- lines ------------------------------------------------------------------------------------------------------
    @property
    def ladder(self) -> Ladder:
        return Ladder.of(self.settings, self.book.pair.tick)

    @property
    def lines(self) -> list[Line]:
        """``grid_lines``, from the lowest to the highest."""
        return [*(cell.lower for cell in self.cells), self.cells[-1].upper]

    @property
    def buying(self) -> list[Cell]:
        """The cells that buy next, from the highest to the lowest."""
        return [cell for cell in reversed(self.cells) if cell.side == "buy"]

    @property
    def selling(self) -> list[Cell]:
        """The cells that sell next, from the lowest to the highest."""
        return [cell for cell in self.cells if cell.side == "sell"]

    @property
    def grid_line_orders(self) -> list[Order]:
        """The rows of its lines, the newest first."""
        return [order for order in reversed(self.orders) if order.kind == "Grid Line"]

    @property
    def balancing_orders(self) -> list[Order]:
        """The rows of what it traded by market, the newest first. Assumption: those of a stop action are among them."""
        return [order for order in reversed(self.orders) if order.kind != "Grid Line"]

    # ---- pair and price ---------------------------------------------------------------------------------------------
    @property
    def pair(self) -> str:
        return self.book.pair.code

    @property
    def orderbook_price_currency(self) -> str:
        return self.book.pair.quote

    @property
    def profit_currency(self) -> str:
        """The currency of its profits."""
        return self.book.pair.base if self.takes_profit_in_base else self.book.pair.quote

    @property
    def takes_profit_in_base(self) -> bool:
        return self.settings.profit_currency_type == "base"

    @property
    def current_price(self) -> Decimal:
        return self.book.price

    # ---- figures ----------------------------------------------------------------------------------------------------
    @property
    def total_profits_count(self) -> int:
        return len(self.profits)

    @property
    def held(self) -> Decimal:
        """What it holds to be sold, in base currency."""
        return plus(ZERO, *(cell.amount for cell in self.selling))

    @property
    def reserved(self) -> Decimal:
        """What its next purchases cost, in quote currency."""
        return plus(ZERO, *(cell.cost(self.account.fee) for cell in self.buying))

    @property
    def invested(self) -> Decimal:
        """What percentages are of, in quote currency.

        Assumption: one order for each pair of neighbours, which is a little more than what was recorded.
        """
        count, quantity = Decimal(self.settings.grids_quantity - 1), self.settings.quantity_per_grid
        price = Decimal(1) if self.settings.order_currency_type == "quote" else self.start_price or ZERO
        return times(count, quantity, price)

    @property
    def profit_percentage(self) -> Decimal:
        return self._percentage(self.current_profit)

    @property
    def investment_base_currency(self) -> Decimal:
        """What its sell orders are of, by the setting and without rounding to lots, as recorded.

        That it is those which are placed is an assumption.
        """
        return self._investment(self.selling, in_quote=False)

    @property
    def investment_quote_currency(self) -> Decimal:
        """What its buy orders are of, likewise."""
        return self._investment(self.buying, in_quote=True)

    @property
    def unrealized_profit_loss(self) -> Decimal:
        """What it holds at the price as it is, less its cost, in the currency of its profits.

        Assumptions: the cost of what it began with is what the balancing order paid, and the price at that time for
        the rest. The first sale of that counts against the line below, as every other; so with ``current_profit`` the
        sum is what was gained since the start, to the last digit. In base currency it has eight decimals.
        """
        if not self.is_trading:
            return ZERO
        in_quote = minus(times(self.held, self.book.price), self.cost)
        return half_up(in_quote, _PLACES_OF_BASE, per=self.book.price) if self.takes_profit_in_base else in_quote

    @property
    def current_profit_loss(self) -> Decimal | None:
        return plus(self.current_profit, self.unrealized_profit_loss) if self.is_trading else None

    @property
    def current_profit_loss_percent(self) -> Decimal | None:
        both = self.current_profit_loss
        return None if both is None else self._percentage(both)

    def _percentage(self, profit: Decimal) -> Decimal:
        """Assumption: of profits in base currency at the price when the bot was enabled."""
        if self.start_price is None:
            return ZERO
        in_quote = times(profit, self.start_price) if self.takes_profit_in_base else profit
        return half_up(times(in_quote, _HUNDRED), _PLACES_OF_A_PERCENTAGE, per=self.invested)

    def _investment(self, cells: list[Cell], *, in_quote: bool) -> Decimal:
        quantity = self.settings.quantity_per_grid
        in_order_currency = in_quote == (self.settings.order_currency_type == "quote")
        shares = (
            quantity
            if in_order_currency
            else times(quantity, cell.price)
            if in_quote
            else half_up(quantity, _PLACES_OF_AN_INVESTMENT, per=cell.price)
            for cell in cells
            if cell.is_placed
        )
        return plus(ZERO, *shares)
