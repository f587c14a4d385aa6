"""What the settings of bots and of deals are sent as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

from attrs import NOTHING, evolve, fields

from threecommas_async.sandbox.engine.deals.settings import (
    BotSettings,
    Breakeven,
    DealChanges,
    MinProfitType,
    ProfitCurrency,
    SafetyStep,
    StartCondition,
    StartOrderType,
    StopLossType,
    TakeProfitStep,
    TakeProfitType,
    VolumeType,
)
from threecommas_async.sandbox.engine.directions import Strategy
from threecommas_async.sandbox.http.forms import (
    MISSING,
    Draft,
    Form,
    Reader,
    WrongValueError,
    list_of,
    nested,
    optional,
    required,
    required_if,
)
from threecommas_async.sandbox.http.readers import amount, flag, identifier, options, text, whole_number, word

F = TypeVar("F", bound=Form)
T = TypeVar("T")

_HUNDRED: Final = Decimal(100)


class _Condition(Form):
    strategy: str = required(text(minimum=1))
    options: Mapping[str, str] = optional(options(), default={})


class _TakeProfitStep(Form):
    amount_percentage: Decimal = required(amount(minimum=0, maximum=100))
    profit_percentage: Decimal = required(amount())
    id: int | None = optional(whole_number())


class _SafetyStep(Form):
    deviation: Decimal = required(amount(minimum=-100, maximum=10_000))
    size: Decimal = required(amount(minimum=0))
    editable: bool | None = optional(flag())


class _Breakeven(Form):
    upper_breakeven_limit: int = required(whole_number())


def _items(form: type[F], make: Callable[[F], T]) -> Reader[tuple[T, ...]]:
    """Read a list of objects into what the engine has for them."""
    items = list_of(nested(form))

    def read(value: object, draft: Draft) -> tuple[T, ...]:
        return tuple(make(item) for item in items.read(value, draft))

    return Reader(read)


def _breakeven(value: object, draft: Draft) -> Breakeven:
    return Breakeven(nested(_Breakeven).read(value, draft).upper_breakeven_limit)


def _any_pairs(value: object, draft: Draft) -> tuple[str, ...]:
    """Read pairs: a list of them, or one, which is all that a query or a form can hold."""
    given = cast("list[object]", value) if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(text(minimum=1).read(one, draft) for one in given))


def _pairs(value: object, draft: Draft) -> tuple[str, ...]:
    pairs = _any_pairs(value, draft)
    if not pairs:
        raise WrongValueError(MISSING)
    return pairs


def _real_flag(value: object, draft: Draft) -> bool:
    """Read ``trailing_enabled``, for which a word is none of the two."""
    if not isinstance(value, bool):
        raise WrongValueError(_NO_FLAG)
    return value


_NO_FLAG: Final = "is not included in the list"
_CONDITIONS: Final = _items(_Condition, lambda item: StartCondition(item.strategy, item.options))
_STEPS: Final = _items(_TakeProfitStep, lambda item: TakeProfitStep(item.amount_percentage, item.profit_percentage))
_SAFETY_STEPS: Final = _items(_SafetyStep, lambda item: SafetyStep(item.deviation, item.size))
_PROFIT_CURRENCY: Final[Reader[ProfitCurrency]] = word("quote_currency", "base_currency")
_VOLUME_TYPE: Final[Reader[VolumeType]] = word("quote_currency", "base_currency", "percent")
_TAKE_PROFIT_TYPE: Final[Reader[TakeProfitType]] = word("base", "total")
_STOP_LOSS_TYPE: Final[Reader[StopLossType]] = word("stop_loss", "stop_loss_and_disable_bot")
_START_ORDER_TYPE: Final[Reader[StartOrderType]] = word("limit", "market")
_MIN_PROFIT_TYPE: Final[Reader[MinProfitType]] = word("base_order_volume", "total_bought_volume")
_STRATEGY: Final[Reader[Strategy]] = word("long", "short")
_LEVERAGE_TYPE: Final = word("cross", "isolated", "custom", "not_specified")
_PAIRS: Final = Reader(_pairs, blank_is_absent=True)
ANY_PAIRS: Final = Reader(_any_pairs, blank_is_absent=True)

_NAME: Final = text(minimum=1)
_COEFFICIENT: Final = amount(minimum=Decimal("0.1"), maximum=10)
_VOLUME: Final[Reader[Decimal]] = amount(minimum=0)
_PRICE_PERCENTAGE: Final = amount(minimum=-95, maximum=1000, exclusive=True)


def _is_left_out(name: str) -> Callable[[Draft], bool]:
    """Require a parameter whose value may be null."""
    return lambda draft: name not in draft.sent


class BotForm(Form):
    """What a bot is told to do, as both of its calls send it."""

    name: str = required(_NAME)
    pairs: tuple[str, ...] = required(_PAIRS)
    strategy_list: tuple[StartCondition, ...] = required(_CONDITIONS)
    base_order_volume: Decimal = required(_VOLUME)
    take_profit_type: TakeProfitType = required(_TAKE_PROFIT_TYPE)
    take_profit: Decimal | None = required_if(_is_left_out("take_profit"), _VOLUME)
    safety_order_volume: Decimal = required(_VOLUME)
    safety_order_step_percentage: Decimal = required(_VOLUME)
    max_safety_orders: int = required(whole_number(maximum=200))
    active_safety_orders_count: int = required(whole_number(maximum=200))
    martingale_volume_coefficient: Decimal = required(_COEFFICIENT)
    martingale_step_coefficient: Decimal = required(_COEFFICIENT)
    take_profit_steps: tuple[TakeProfitStep, ...] | None = optional(_STEPS)
    custom_safety_steps: tuple[SafetyStep, ...] | None = optional(_SAFETY_STEPS)
    profit_currency: ProfitCurrency | None = optional(_PROFIT_CURRENCY)
    base_order_volume_type: VolumeType | None = optional(_VOLUME_TYPE)
    safety_order_volume_type: VolumeType | None = optional(_VOLUME_TYPE)
    start_order_type: StartOrderType | None = optional(_START_ORDER_TYPE)
    max_active_deals: int | None = optional(whole_number(minimum=1, maximum=199))
    allowed_deals_on_same_pair: int | None = optional(whole_number())
    trailing_enabled: bool | None = optional(Reader(_real_flag))
    trailing_deviation: Decimal | None = optional(amount(minimum=0, maximum=100))
    stop_loss_percentage: Decimal | None = optional(_VOLUME)
    stop_loss_type: StopLossType | None = optional(_STOP_LOSS_TYPE)
    stop_loss_timeout_enabled: bool | None = optional(flag())
    stop_loss_timeout_in_seconds: int | None = optional(whole_number())
    tsl_enabled: bool | None = optional(flag())
    sl_to_breakeven_enabled: bool | None = optional(flag())
    sl_to_breakeven_data: Breakeven | None = optional(Reader(_breakeven))
    close_strategy_list: tuple[StartCondition, ...] | None = optional(_CONDITIONS)
    min_profit_type: MinProfitType | None = optional(_MIN_PROFIT_TYPE)
    min_profit_percentage: Decimal | None = optional(amount())
    reinvesting_percentage: Decimal | None = optional(amount(minimum=0, maximum=100))
    risk_reduction_percentage: Decimal | None = optional(amount(minimum=0, maximum=100))
    cooldown: Decimal | None = optional(amount(minimum=0, maximum=2_592_000))
    deal_start_delay_seconds: int | None = optional(whole_number())
    disable_after_deals_count: int | None = optional(whole_number(minimum=1))
    close_deals_timeout: int | None = optional(whole_number(minimum=60))
    min_price_percentage: Decimal | None = optional(_PRICE_PERCENTAGE)
    max_price_percentage: Decimal | None = optional(_PRICE_PERCENTAGE)
    min_volume_btc_24h: Decimal | None = optional(_VOLUME)
    leverage_type: str | None = optional(_LEVERAGE_TYPE)
    leverage_custom_value: Decimal | None = optional(_VOLUME)


class NewBotForm(BotForm):
    """What only a new bot is given."""

    account_id: int = required(identifier())
    strategy: Strategy | None = optional(_STRATEGY)
    safety_strategy_list: tuple[StartCondition, ...] | None = optional(_CONDITIONS)
    min_price: Decimal | None = optional(_VOLUME)
    max_price: Decimal | None = optional(_VOLUME)


class DealForm(Form):
    """What of a deal is to be changed."""

    take_profit: Decimal | None = optional(_VOLUME)
    take_profit_steps: tuple[TakeProfitStep, ...] | None = optional(_STEPS)
    take_profit_type: TakeProfitType | None = optional(_TAKE_PROFIT_TYPE)
    profit_currency: ProfitCurrency | None = optional(_PROFIT_CURRENCY)
    trailing_enabled: bool | None = optional(flag())
    max_safety_orders: int | None = optional(whole_number(maximum=200))
    active_safety_orders_count: int | None = optional(whole_number(maximum=200))
    custom_safety_steps: tuple[SafetyStep, ...] | None = optional(_SAFETY_STEPS)
    stop_loss_percentage: Decimal | None = optional(_VOLUME)
    stop_loss_type: StopLossType | None = optional(_STOP_LOSS_TYPE)
    stop_loss_timeout_enabled: bool | None = optional(flag())
    stop_loss_timeout_in_seconds: int | None = optional(whole_number())
    tsl_enabled: bool | None = optional(flag())
    sl_to_breakeven_enabled: bool | None = optional(flag())
    sl_to_breakeven_data: Breakeven | None = optional(Reader(_breakeven))
    min_profit_percentage: Decimal | None = optional(amount())
    close_timeout: int | None = optional(whole_number(minimum=60))
    note: str | None = optional(text())


def new_settings(form: NewBotForm) -> BotSettings:
    """Return the settings of a new bot: what was not sent, or sent as null, is what the vendor presets."""
    given = {name: value for name, value in vars(form).items() if value is not None}
    return BotSettings(**_single_take_profit(given))


def changed_settings(form: BotForm, sent: Iterable[str], before: BotSettings) -> BotSettings:
    """Return changed settings of a bot: what was not sent stays, what was sent as null is gone."""
    return evolve(before, **_single_take_profit(_changes(form, sent)))


def deal_changes(form: DealForm, sent: Iterable[str]) -> DealChanges:
    """Return what is to be changed of a deal."""
    return cast("DealChanges", _single_take_profit(_changes(form, sent)))


def _changes(form: Form, sent: Iterable[str]) -> dict[str, Any]:
    values = vars(form)
    return {
        name: _PRESET.get(name) if values[name] is None else values[name]
        for name in dict.fromkeys(sent)
        if name in type(form).declared_fields
    }


def _single_take_profit(settings: dict[str, Any]) -> dict[str, Any]:
    """With steps a single take profit is sent as 0, and shown as null."""
    if settings.get("take_profit_steps") and not settings.get("take_profit", _HUNDRED):
        settings["take_profit"] = None
    return settings


_PRESET: Final[Mapping[str, object]] = {
    field.name: field.default for field in fields(BotSettings) if field.default is not NOTHING
}
