"""The webhooks of signals: what messages may be, and what they ask the engine for.

Next to nothing is documented. A message that can be read and whose credentials are right is a 200 without a body
(assumption), whatever becomes of it: that is in ``sandbox.signals.log``. Other messages are refused with the statuses
of ``sandbox.signals.refuse_with``.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Final, Literal, cast, get_args

import msgspec

from threecommas_async.sandbox.engine.directions import Strategy
from threecommas_async.sandbox.engine.signals.messages import (
    AccountSignal,
    AmountType,
    BotSignal,
    DcaAction,
    DcaSignal,
    EntryOrder,
    PositionSide,
    PriceReference,
    Signal,
    StrategyInfo,
)
from threecommas_async.sandbox.engine.smart_trades.plan import OrderType, StepPlan, StopLossPlan
from threecommas_async.sandbox.http.forms import (
    INVALID,
    UNKNOWN_VALUE,
    Draft,
    F,
    Form,
    Reader,
    WrongFieldsError,
    WrongValueError,
    list_of,
    nested,
    optional,
    read_form,
    required,
    required_if,
)
from threecommas_async.sandbox.http.readers import amount, flag, identifier, moment, text, whole_number, word
from threecommas_async.sandbox.http.refusals import Refusal
from threecommas_async.sandbox.http.webhooks import ReceivedMessage, Webhook
from threecommas_async.sandbox.reference.instruments import pair_of

_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)
_MILLISECONDS: Final = 100_000_000_000
"""From here on, a number is a time in milliseconds: in seconds it would be in the year 5138."""
_LATEST: Final = 10**14

_ANY: Final = amount()
_POSITIVE: Final = amount(minimum=0, exclusive=True)
_KIND: Final[Reader[Literal["bot", "account"]]] = word("bot", "account")
_DCA_ACTION: Final = cast("Reader[DcaAction]", word(*get_args(DcaAction)[1:]))
_ORDER_TYPE: Final[Reader[OrderType]] = word("market", "limit")
_AMOUNT_TYPE: Final[Reader[AmountType]] = word("quote", "base", "margin_percent", "position_percent")
_REFERENCE: Final[Reader[PriceReference]] = word("current_price", "base_entry_price", "avg_entry_price")
_MARKET: Final[Reader[Literal["market"]]] = word("market")
_POSITIONS: Final[Reader[Literal["market_close", "cancel"]]] = word("market_close", "cancel")
_SIDE: Final[Reader[PositionSide]] = word("long", "short", "flat")


def _read_side(value: object, _: Draft) -> Strategy:
    if value not in ("stop_all_long", "stop_all_short"):
        raise WrongValueError(UNKNOWN_VALUE)
    return "long" if value == "stop_all_long" else "short"


def _read_moment(value: object, draft: Draft) -> datetime:
    """Read a moment in ISO 8601, or as seconds or milliseconds, which some programs send."""
    given = text().read(value, draft)
    if not given.isdecimal():
        return moment().read(given, draft)
    if not 0 < int(given) < _LATEST:
        raise WrongValueError(INVALID)
    age = timedelta(milliseconds=int(given)) if int(given) >= _MILLISECONDS else timedelta(seconds=int(given))
    return datetime(1970, 1, 1, tzinfo=UTC) + age


def _is_enabled(draft: Draft) -> bool:
    return draft.value("enabled", bool) is not False


def _is_about_a_pair(draft: Draft) -> bool:
    return draft.value("action", str) != "disable"


# ---- DCA bots and accounts -------------------------------------------------------------------------------------------
class DcaHead(Form):
    message_type: Literal["bot", "account"] = required(_KIND)
    email_token: str = required(text(minimum=1))


class DcaMessage(Form):
    bot_id: int = required(identifier())
    delay_seconds: int = optional(whole_number(), default=0)
    pair: str | None = optional(text())
    action: DcaAction = optional(_DCA_ACTION, default="start_deal")
    volume: Decimal | None = optional(_POSITIVE)
    price: Decimal | None = optional(_POSITIVE)


class AccountMessage(Form):
    account_id: int = required(identifier())
    delay_seconds: int = optional(whole_number(), default=0)
    action: Strategy = required(Reader(_read_side))


def dca_signal(message: ReceivedMessage) -> None:
    """Take in a message to a DCA bot or about an account, or a list of such messages: all of them or none."""
    document = _decoded(message)
    items = cast("list[object]", document) if isinstance(document, list) else [document]
    if not items:
        raise _wrong_message(message)
    for delay, signal in [_dca_signal(message, item) for item in items]:
        message.platform.trading.engine.signals.receive(signal, delay + message.postponed)


def _dca_signal(message: ReceivedMessage, item: object) -> tuple[timedelta, Signal]:
    platform = message.platform
    head = _read(message, DcaHead, item)
    if not _is_same(head.email_token.lower(), platform.webhooks.email_token.lower()):
        raise _refusal(platform.webhooks.wrong_token)
    if head.message_type == "account":
        about = _read(message, AccountMessage, item)
        if about.account_id not in platform.accounts:
            raise _refusal(platform.webhooks.unknown_bot)
        return timedelta(seconds=about.delay_seconds), AccountSignal(about.account_id, about.action)
    form = _read(message, DcaMessage, item)
    if all(bot.id != form.bot_id for bot in platform.trading.engine.bots.select()):
        raise _refusal(platform.webhooks.unknown_bot)
    signal = DcaSignal(form.bot_id, form.action, form.pair, form.volume, form.price)
    return timedelta(seconds=form.delay_seconds), signal


# ---- Signal Bots -----------------------------------------------------------------------------------------------------
class Trailing(Form):
    enabled: bool = optional(flag(), default=True)
    percent: Decimal | None = optional(_POSITIVE)


class Step(Form):
    order_type: OrderType = optional(_ORDER_TYPE, default="market")
    price_percent: Decimal = required(_POSITIVE)
    volume_percent: Decimal = required(_POSITIVE)
    trailing: Trailing | None = optional(nested(Trailing))


class TakeProfit(Form):
    enabled: bool = optional(flag(), default=True)
    steps: list[Step] | None = required_if(_is_enabled, list_of(nested(Step), minimum=1))


class StopLoss(Form):
    enabled: bool = optional(flag(), default=True)
    order_type: Literal["market"] = optional(_MARKET, default="market")
    trigger_price_percent: Decimal | None = required_if(_is_enabled, _POSITIVE)
    breakeven: bool = optional(flag(), default=False)
    trailing: Trailing | None = optional(nested(Trailing))


class Order(Form):
    amount: Decimal = required(_POSITIVE)
    currency_type: AmountType = required(_AMOUNT_TYPE)
    order_type: OrderType = optional(_ORDER_TYPE, default="market")
    price: Decimal | None = optional(_POSITIVE)
    price_percent: Decimal | None = optional(_ANY)
    price_percent_ref_type: PriceReference = optional(_REFERENCE, default="current_price")


class Strategies(Form):
    market_position: PositionSide = required(_SIDE)
    market_position_size: Decimal = required(amount(minimum=0))
    prev_market_position: PositionSide = required(_SIDE)
    prev_market_position_size: Decimal = required(amount(minimum=0))


class BotMessage(Form):
    action: str = required(text(minimum=1))
    tv_exchange: str | None = required_if(_is_about_a_pair, text(minimum=1))
    tv_instrument: str | None = required_if(_is_about_a_pair, text(minimum=1))
    timestamp: datetime | None = optional(Reader(_read_moment))
    max_lag: int | None = optional(whole_number())
    trigger_price: Decimal | None = optional(_POSITIVE)
    order: Order | None = optional(nested(Order))
    take_profit: TakeProfit | None = optional(nested(TakeProfit))
    stop_loss: StopLoss | None = optional(nested(StopLoss))
    positions_sub_action: Literal["market_close", "cancel"] | None = optional(_POSITIONS)
    strategy_info: Strategies | None = optional(nested(Strategies))


def bot_signal(message: ReceivedMessage) -> None:
    """Take in a message to a Signal Bot. What is wrong with it, other than its credentials, is for the log."""
    document = _decoded(message)
    if not isinstance(document, dict):
        raise _wrong_message(message)
    fields = cast("dict[str, object]", document)
    uuid, secret = (str(fields.get(name, "")) for name in ("bot_uuid", "secret"))
    platform, engine = message.platform, message.platform.trading.engine
    bot = engine.signals.bot(uuid.lower())
    if bot is None:
        raise _refusal(platform.webhooks.unknown_bot)
    if not _is_same(secret, platform.webhooks.secrets[bot.uuid]):
        raise _refusal(platform.webhooks.wrong_token)
    engine.signals.receive(_bot_signal(message, bot.uuid, bot.account.id, fields), message.postponed)


def _bot_signal(message: ReceivedMessage, uuid: str, account_id: int, fields: dict[str, object]) -> BotSignal:
    action = fields.get("action")
    try:
        form = read_form(BotMessage, fields)
    except WrongFieldsError as error:
        said = "; ".join(f"{name} {', '.join(reasons)}" for name, reasons in error.by_name.items())
        return BotSignal(uuid=uuid, action=action if isinstance(action, str) else "", problem=said)
    pair = None if form.tv_instrument is None else _pair(message, account_id, form.tv_instrument)
    is_unknown = form.tv_instrument is not None and pair is None
    return BotSignal(
        uuid=uuid,
        action=form.action,
        pair=pair,
        problem="the account's exchange does not have tv_instrument" if is_unknown else None,
        sent_at=form.timestamp,
        max_lag=form.max_lag,
        order=None if form.order is None else _order(form.order),
        take_profit=None if form.take_profit is None else _steps(form.take_profit),
        stop_loss=None if form.stop_loss is None else _stop(form.stop_loss),
        has_stop_loss=form.stop_loss is not None,
        positions=form.positions_sub_action,
        strategy=None if form.strategy_info is None else _strategy(form.strategy_info),
    )


def _pair(message: ReceivedMessage, account_id: int, instrument: str) -> str | None:
    account = message.platform.accounts.find(account_id)
    if account is None:
        return None
    return pair_of(account.market, message.platform.trading.pairs_of(account.market), instrument)


def _order(form: Order) -> EntryOrder:
    return EntryOrder(
        amount=form.amount,
        amount_type=form.currency_type,
        order_type=form.order_type,
        price=form.price,
        price_percent=form.price_percent,
        reference=form.price_percent_ref_type,
    )


def _steps(form: TakeProfit) -> tuple[StepPlan, ...]:
    if not form.enabled:
        return ()
    return tuple(
        StepPlan(
            order_type=step.order_type,
            volume=step.volume_percent,
            percent=step.price_percent,
            trailing=step.trailing.percent if step.trailing is not None and step.trailing.enabled else None,
        )
        for step in form.steps or ()
    )


def _stop(form: StopLoss) -> StopLossPlan | None:
    """Return the stop. Assumption: one that trails keeps ``trigger_price_percent`` for its distance."""
    if not form.enabled:
        return None
    return StopLossPlan(
        order_type="market",
        percent=form.trigger_price_percent,
        trailing=form.trailing is not None and form.trailing.enabled,
        breakeven=form.breakeven,
    )


def _strategy(form: Strategies) -> StrategyInfo:
    return StrategyInfo(
        form.prev_market_position,
        form.prev_market_position_size,
        form.market_position,
        form.market_position_size,
    )


# ---- parts -----------------------------------------------------------------------------------------------------------
def _decoded(message: ReceivedMessage) -> object:
    """Return the JSON of a message, whatever it is declared as."""
    try:
        return _DECODER.decode(message.body)
    except (ValueError, ArithmeticError, RecursionError):
        raise _wrong_message(message) from None


def _read(message: ReceivedMessage, form: type[F], item: object) -> F:
    if not isinstance(item, dict):
        raise _wrong_message(message)
    try:
        return read_form(form, cast("dict[str, object]", item))
    except WrongFieldsError:
        raise _wrong_message(message) from None


def _wrong_message(message: ReceivedMessage) -> Refusal:
    return _refusal(message.platform.webhooks.wrong_message)


def _refusal(status: int) -> Refusal:
    return Refusal(status, HTTPStatus(status).phrase)


def _is_same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(errors="surrogatepass"), known.encode(errors="surrogatepass"))


WEBHOOKS: Final[Sequence[Webhook]] = (
    Webhook("/trade_signal/trading_view", dca_signal),
    Webhook("/signal_bots/webhooks", bot_signal),
)
