"""What grid bots are told to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, final

from attrs import frozen

GridType = Literal["arithmetic", "geometric"]
CurrencyType = Literal["base", "quote"]
StopAction = Literal["stop_bot", "stop_bot_and_buy", "stop_bot_and_sell", "stop_bot_and_close_position"]
Mode = Literal["long", "short", "reversal"]


@final
@frozen(kw_only=True)
class GridSettings:
    """The settings of a grid bot, by the API's names.

    Assumptions: what ``grid_type`` and the two currencies are if nothing is said of them. Expansion, trailing down,
    leverage and ``mode`` are kept, and nothing follows from them: futures trade like spot.
    """

    account_id: int
    pair: str
    lower_price: Decimal
    upper_price: Decimal
    grids_quantity: int
    """How many lines there are."""
    quantity_per_grid: Decimal
    name: str = ""
    """One made from the pair if it is empty."""
    grid_type: GridType = "arithmetic"
    order_currency_type: CurrencyType = "quote"
    """What ``quantity_per_grid`` is in."""
    profit_currency_type: CurrencyType = "quote"
    max_active_buy_lines: int | None = None
    """``None`` until the bot is created: as many as there are lines."""
    max_active_sell_lines: int | None = None
    upper_stop_loss_enabled: bool = False
    upper_stop_loss_price: Decimal | None = None
    upper_stop_loss_action: StopAction = "stop_bot"
    lower_stop_loss_enabled: bool = False
    lower_stop_loss_price: Decimal | None = None
    lower_stop_loss_action: StopAction = "stop_bot"
    trailing_up_enabled: bool = False
    trailing_down_enabled: bool = False
    expansion_up_enabled: bool = False
    expansion_up_stop_price: Decimal | None = None
    expansion_down_enabled: bool = False
    expansion_down_stop_price: Decimal | None = None
    leverage_type: str = "not_specified"
    leverage_custom_value: Decimal | None = None
    mode: Mode | None = None
    note: str | None = None

    @property
    def upper_stop(self) -> Decimal | None:
        """The price from which on the bot stops, if it does."""
        return self.upper_stop_loss_price if self.upper_stop_loss_enabled else None

    @property
    def lower_stop(self) -> Decimal | None:
        return self.lower_stop_loss_price if self.lower_stop_loss_enabled else None

    @property
    def layout(self) -> tuple[object, ...]:
        """All that the lines and their amounts follow from."""
        return self.lower_price, self.upper_price, self.grids_quantity, self.grid_type, self.quantity_per_grid

    @property
    def trails(self) -> bool:
        """Whether the grid moves up with the price.

        Only one whose orders and profits are in quote currency does. The help center says only on spot as well, but
        one on futures was recorded that had moved.
        """
        in_quote = self.order_currency_type == "quote" == self.profit_currency_type
        return self.trailing_up_enabled and in_quote
