"""What a simple trade is to do, by the API's names."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, final

from attrs import frozen

from threecommas_async.sandbox.engine.alarms import Level
from threecommas_async.sandbox.engine.directions import LONG, SHORT, Direction
from threecommas_async.sandbox.engine.exact import minus, plus
from threecommas_async.sandbox.engine.stops import trailed

TradeType = Literal["market", "limit"]
TradeSide = Literal["buy", "sell"]
TradeStrategy = Literal["gtc", "ioc", "fok", "post_only"]
PositionSide = Literal["both", "long", "short"]
Comparison = Literal["less", "less_or_equal", "greater", "greater_or_equal"]
PriceType = Literal["bid", "ask", "last"]


@final
@frozen
class TradeCondition:
    """``conditional``: the price that a trade waits for before its order is placed."""

    comparison: Comparison
    price: Decimal
    price_type: PriceType
    """Shown only: bid, ask and last are one price."""

    @property
    def is_fall(self) -> bool:
        """Whether the price has to fall."""
        return self.comparison in ("less", "less_or_equal")

    @property
    def level(self) -> Level:
        """The price to wait for."""
        return Level(self.price, is_beyond=self.comparison in ("less", "greater"))

    def holds_at(self, price: Decimal) -> bool:
        match self.comparison:
            case "less":
                return price < self.price
            case "less_or_equal":
                return price <= self.price
            case "greater":
                return price > self.price
            case "greater_or_equal":
                return price >= self.price


@final
@frozen
class TradeTrailing:
    """``trailing``: how far the price has to come back from its best before the order is placed."""

    value: Decimal | None = None
    """As a difference of prices."""
    percent: Decimal | None = None
    """In percent of the best price; one of the two is given."""

    def level(self, trend: Direction, best: Decimal) -> Decimal:
        """Return the price at which the order is placed; it is not rounded."""
        if self.percent is not None:
            return trailed(trend, best, self.percent)
        distance = self.value or Decimal(0)
        return minus(best, distance) if trend.is_long else plus(best, distance)


@final
@frozen(kw_only=True)
class TradeSettings:
    """What a simple trade is to do."""

    account_id: int
    pair: str
    type: TradeType
    side: TradeSide
    units: Decimal
    """How much it buys or sells, in base currency."""
    price: Decimal | None = None
    """The price of a limit order."""
    strategy: TradeStrategy | None = None
    """How long a limit order stays. Assumption: it means nothing to a market order."""
    condition: TradeCondition | None = None
    trailing: TradeTrailing | None = None
    timeout: int | None = None
    """Seconds from when the condition was met until it is looked at again."""
    position_side: PositionSide = "both"
    """Shown only: positions are not simulated, nor are ``reduce_only`` and ``leverage_type``."""
    reduce_only: bool = False
    leverage_type: str | None = None

    @property
    def rounding(self) -> Direction:
        """Which way a price is rounded to one that is not worse."""
        return LONG if self.side == "buy" else SHORT

    @property
    def trend(self) -> Direction:
        """What a trade that trails follows: a buy a price that falls, a sell one that rises."""
        return SHORT if self.side == "buy" else LONG

    @property
    def is_immediate(self) -> bool:
        """Whether its order is placed as soon as it is created."""
        return self.condition is None and self.trailing is None
