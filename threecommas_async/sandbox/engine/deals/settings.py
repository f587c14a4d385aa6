"""The settings of a bot, by the API's names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal, TypedDict, final

from attrs import field, frozen

from threecommas_async.sandbox.engine.directions import Strategy
from threecommas_async.sandbox.engine.exact import ONE, ZERO

VolumeType = Literal["quote_currency", "base_currency", "percent"]
ProfitCurrency = Literal["quote_currency", "base_currency"]
TakeProfitType = Literal["base", "total"]
MinProfitType = Literal["base_order_volume", "total_bought_volume"]
StopLossType = Literal["stop_loss", "stop_loss_and_disable_bot"]
StartOrderType = Literal["limit", "market"]

_PRESET_DEVIATION: Final = Decimal("0.2")


@final
@frozen
class StartCondition:
    """An item of ``strategy_list``, ``close_strategy_list`` or ``safety_strategy_list``."""

    strategy: str
    options: Mapping[str, object] = field(factory=dict[str, object])


@final
@frozen
class TakeProfitStep:
    """An item of ``take_profit_steps``: a share of the coins, sold at a profit."""

    amount_percentage: Decimal
    profit_percentage: Decimal


@final
@frozen
class SafetyStep:
    """An item of ``custom_safety_steps``."""

    deviation: Decimal
    """Percent from the average price of the base order; negative is below it."""
    size: Decimal


@final
@frozen
class Breakeven:
    """``sl_to_breakeven_data``."""

    upper_breakeven_limit: int


@final
@frozen(kw_only=True)
class BotSettings:
    """What a bot trades, and how: the parameters of ``create_bot``.

    A deal has the settings that its bot had when it opened.

    Assumption: ``leverage_type``, ``leverage_custom_value``, ``min_volume_btc_24h``, ``min_price_percentage``,
    ``max_price_percentage`` and ``safety_strategy_list`` are kept and shown, and have no effect.
    """

    name: str
    account_id: int
    pairs: tuple[str, ...]
    strategy_list: tuple[StartCondition, ...]
    base_order_volume: Decimal
    take_profit_type: TakeProfitType = "total"
    take_profit: Decimal | None = None
    take_profit_steps: tuple[TakeProfitStep, ...] = ()
    safety_order_volume: Decimal = ZERO
    safety_order_step_percentage: Decimal = ONE
    max_safety_orders: int = 0
    active_safety_orders_count: int = 1
    martingale_volume_coefficient: Decimal = ONE
    martingale_step_coefficient: Decimal = ONE
    custom_safety_steps: tuple[SafetyStep, ...] = ()
    strategy: Strategy = "long"
    profit_currency: ProfitCurrency = "quote_currency"
    base_order_volume_type: VolumeType = "quote_currency"
    safety_order_volume_type: VolumeType = "quote_currency"
    start_order_type: StartOrderType = "limit"
    max_active_deals: int = 1
    allowed_deals_on_same_pair: int | None = None
    trailing_enabled: bool | None = None
    trailing_deviation: Decimal = _PRESET_DEVIATION
    stop_loss_percentage: Decimal = ZERO
    stop_loss_type: StopLossType = "stop_loss"
    stop_loss_timeout_enabled: bool = False
    stop_loss_timeout_in_seconds: int = 0
    tsl_enabled: bool = False
    sl_to_breakeven_enabled: bool = False
    sl_to_breakeven_data: Breakeven | None = None
    close_strategy_list: tuple[StartCondition, ...] = ()
    safety_strategy_list: tuple[StartCondition, ...] = ()
    min_profit_type: MinProfitType | None = None
    min_profit_percentage: Decimal | None = None
    reinvesting_percentage: Decimal | None = None
    risk_reduction_percentage: Decimal | None = None
    cooldown: Decimal = ZERO
    deal_start_delay_seconds: int | None = None
    disable_after_deals_count: int | None = None
    close_deals_timeout: int | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_price_percentage: Decimal | None = None
    max_price_percentage: Decimal | None = None
    min_volume_btc_24h: Decimal = ZERO
    leverage_type: str = "not_specified"
    leverage_custom_value: Decimal | None = None

    @property
    def is_nonstop(self) -> bool:
        """Whether the start condition always holds."""
        return any(condition.strategy == "nonstop" for condition in self.strategy_list)

    @property
    def waits_for_signal(self) -> bool:
        """Whether there is a start condition that a signal has to meet: neither ``nonstop`` nor ``manual``."""
        return any(condition.strategy not in ("nonstop", "manual") for condition in self.strategy_list)

    @property
    def closes_by_signal(self) -> bool:
        return bool(self.close_strategy_list)


class DealChanges(TypedDict, total=False):
    """What ``update_deal`` can change; a key that is absent changes nothing."""

    take_profit: Decimal | None
    take_profit_steps: tuple[TakeProfitStep, ...]
    take_profit_type: TakeProfitType
    profit_currency: ProfitCurrency
    trailing_enabled: bool | None
    max_safety_orders: int
    active_safety_orders_count: int
    custom_safety_steps: tuple[SafetyStep, ...]
    stop_loss_percentage: Decimal
    stop_loss_type: StopLossType
    stop_loss_timeout_enabled: bool
    stop_loss_timeout_in_seconds: int
    tsl_enabled: bool
    sl_to_breakeven_enabled: bool
    sl_to_breakeven_data: Breakeven | None
    min_profit_percentage: Decimal | None
    close_timeout: int | None
    note: str | None
