"""The commands of a sandbox over HTTP, besides the API: one row for each command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Generic, Literal, Protocol, cast, final

from attrs import asdict, frozen

from threecommas_async.sandbox.control.accounts import SandboxAccounts
from threecommas_async.sandbox.control.cable import CableFaults, SandboxCable
from threecommas_async.sandbox.control.faults import Faults
from threecommas_async.sandbox.control.pairs import SandboxPairs
from threecommas_async.sandbox.control.prices import SandboxPrices
from threecommas_async.sandbox.control.signals import SandboxSignals
from threecommas_async.sandbox.documents.writing import iso_time, iso_time_or_none, shortened
from threecommas_async.sandbox.engine.signals.signal_bot import SignalBotDirection, SignalBotKind
from threecommas_async.sandbox.http.forms import (
    INVALID,
    Draft,
    F,
    Form,
    Reader,
    WrongValueError,
    list_of,
    optional,
    required,
)
from threecommas_async.sandbox.http.readers import amount, flag, identifier, text, whole_number, word
from threecommas_async.transport.clock import Clock
from threecommas_async.transport.simulated_clock import SimulatedClock

_LONGEST: Final = 10 * 366 * 86_400


class Controls(Protocol):
    """The parts of a sandbox that commands control."""

    @property
    def accounts(self) -> SandboxAccounts: ...
    @property
    def faults(self) -> Faults: ...
    @property
    def pairs(self) -> SandboxPairs: ...
    @property
    def prices(self) -> SandboxPrices: ...
    @property
    def signals(self) -> SandboxSignals: ...
    @property
    def cable(self) -> SandboxCable: ...
    @property
    def clock(self) -> Clock: ...
    def settle(self) -> None: ...


@final
@frozen
class Command(Generic[F]):
    """A command: the form that it is sent, and the function that executes it and returns the response."""

    form: type[F]
    run: Callable[[Controls, F], Awaitable[object]]


def _anything(*kinds: type) -> Reader[Any]:
    def read(value: object, _: Draft) -> Any:
        if not isinstance(value, kinds):
            raise WrongValueError(INVALID)
        return value

    return Reader(read)


def _row(value: object, draft: Draft) -> tuple[object, object]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    if len(items) != 2:
        raise WrongValueError("must be a time and a price")
    return items[0], _PRICE.read(items[1], draft)


def _balances(value: object, draft: Draft) -> dict[str, Decimal]:
    if not isinstance(value, dict):
        raise WrongValueError(INVALID)
    given = cast("dict[str, object]", value)
    return {code: amount(minimum=0).read(one, draft) for code, one in given.items()}


_NAME: Final = text(minimum=1)
_PRICE: Final = amount(minimum=0, exclusive=True)
_REQUEST_TYPE: Final[Reader[Literal["read", "write"]]] = word("read", "write")
_ANSWER: Final[Reader[Literal["reject", "silence"]]] = word("reject", "silence")
_SIGNAL_BOT_KIND: Final[Reader[SignalBotKind]] = word("custom", "strategy")
_SIGNAL_BOT_DIRECTION: Final[Reader[SignalBotDirection]] = word("long", "short", "both")
_REFUSAL: Final = whole_number(minimum=400, maximum=499)


class Nothing(Form):
    """A command without parameters."""


class OfPair(Form):
    market: str = required(_NAME)
    pair: str = required(_NAME)


class PriceToSet(OfPair):
    price: Decimal = required(_PRICE)


class PricesToWalk(OfPair):
    prices: list[Decimal] = required(list_of(_PRICE))


class PricesToReplay(OfPair):
    rows: list[tuple[object, object]] = required(list_of(Reader(_row), minimum=1))


class PairToAdd(PriceToSet):
    price_step: Decimal = required(_PRICE)
    lot_step: Decimal = required(_PRICE)
    min_lot: Decimal | None = optional(_PRICE)
    min_total: Decimal | None = optional(amount(minimum=0))


class SignalToOpen(Form):
    bot_id: int = required(identifier())
    pair: str | None = optional(_NAME)


class SignalToClose(Form):
    deal_id: int = required(identifier())


class SignalBotToCreate(Form):
    account_id: int = required(identifier())
    instruments: list[str] = required(list_of(_NAME))
    kind: SignalBotKind = optional(_SIGNAL_BOT_KIND, default="custom")
    direction: SignalBotDirection = optional(_SIGNAL_BOT_DIRECTION, default="long")
    amount: Decimal = optional(_PRICE, default=Decimal(100))
    entries: int = optional(whole_number(minimum=1), default=1)
    reverse: bool = optional(flag(), default=False)
    min_profit: Decimal | None = optional(_PRICE)
    secret: str | None = optional(_NAME)


class SignalBotToEnable(Form):
    uuid: str = required(_NAME)


class StatusesOfRefusals(Form):
    wrong_token: int | None = optional(_REFUSAL)
    unknown_bot: int | None = optional(_REFUSAL)
    wrong_message: int | None = optional(_REFUSAL)


class AccountToAdd(Form):
    type: str = optional(_NAME, default="binance")
    name: str = optional(_NAME, default="Account")
    balances: dict[str, Decimal] | None = optional(Reader(_balances))


class BalancesToSet(Form):
    account_id: int = required(identifier())
    balances: dict[str, Decimal] = required(Reader(_balances))


class TimeToPass(Form):
    seconds: Decimal = required(amount(minimum=0, maximum=_LONGEST))


class Fault(Form):
    times: int = optional(whole_number(minimum=1), default=1)
    method: str | None = optional(_NAME)
    path: str | None = optional(_NAME)


class FaultOrNot(Fault):
    before_processing: bool = optional(flag(), default=True)


class StatusToAnswer(FaultOrNot):
    status: int = optional(whole_number(minimum=200, maximum=599), default=502)


class FailureToAnswer(StatusToAnswer):
    body: dict[str, object] | str | None = optional(_anything(dict, str))
    headers: dict[str, str] | None = optional(_anything(dict))


class ErrorToAnswer(FaultOrNot):
    error: object = optional(_anything(dict, str))


class PlanToRefuse(Fault):
    request_type: Literal["read", "write"] = optional(_REQUEST_TYPE, default="read")


class TimeToWait(FaultOrNot):
    seconds: Decimal = required(amount(minimum=0, maximum=_LONGEST))


class TimeToPostpone(Form):
    seconds: Decimal = required(amount(minimum=0, maximum=_LONGEST))
    times: int = optional(whole_number(minimum=1), default=1)
    path: str | None = optional(_NAME)


class BytesToKeep(Fault):
    keep: int | None = optional(whole_number())


class FramesToPass(Form):
    after: int = optional(whole_number(), default=0)


class ShareOfPushes(Form):
    share: Decimal = optional(amount(minimum=0, maximum=1), default=Decimal(1))


class Times(Form):
    times: int = optional(whole_number(), default=1)


class HandshakesToRefuse(Times):
    status: int = optional(whole_number(minimum=400, maximum=599), default=503)


class AnswerToChoose(Form):
    how: Literal["reject", "silence"] = required(_ANSWER)


class Disconnection(Form):
    reason: str = optional(_NAME, default="server_restart")
    reconnect: bool = optional(flag(), default=True)


class TextToSend(Form):
    text: str = required(text())


class Seed(Form):
    seed: int = required(whole_number())


async def _set_price(controls: Controls, form: PriceToSet) -> object:
    await controls.prices.set(form.market, form.pair, form.price)
    return _price(controls, form)


async def _walk(controls: Controls, form: PricesToWalk) -> object:
    await controls.prices.walk(form.market, form.pair, form.prices)
    return _price(controls, form)


async def _get_price(controls: Controls, form: OfPair) -> object:
    return _price(controls, form)


async def _replay(controls: Controls, form: PricesToReplay) -> object:
    rows = await controls.prices.replay(form.market, form.pair, form.rows)
    return {"rows": rows, **_price(controls, form), **_time(controls)}


async def _add_pair(controls: Controls, form: PairToAdd) -> object:
    controls.pairs.add(
        form.market,
        form.pair,
        price=form.price,
        price_step=form.price_step,
        lot_step=form.lot_step,
        min_lot=form.min_lot,
        min_total=form.min_total,
    )
    return _price(controls, form)


async def _open(controls: Controls, form: SignalToOpen) -> object:
    result = await controls.signals.open(form.bot_id, form.pair)
    return {"deal_id": result.deal_id, "due_at": iso_time_or_none(result.due_at), "obstacle": result.obstacle}


async def _close(controls: Controls, form: SignalToClose) -> object:
    return {"status": await controls.signals.close(form.deal_id)}


async def _describe_signals(controls: Controls, _: Nothing) -> object:
    return {
        "email_token": controls.signals.email_token,
        "waiting": controls.signals.waiting,
        "log": [{**asdict(record), "time": iso_time(record.time)} for record in controls.signals.log],
    }


async def _create_signal_bot(controls: Controls, form: SignalBotToCreate) -> object:
    bot = controls.signals.create_bot(
        form.account_id,
        instruments=form.instruments,
        kind=form.kind,
        direction=form.direction,
        amount=form.amount,
        entries=form.entries,
        reverse=form.reverse,
        min_profit=form.min_profit,
        secret=form.secret,
    )
    return {"uuid": bot.uuid, "secret": bot.secret}


async def _enable_signal_bot(controls: Controls, form: SignalBotToEnable) -> object:
    controls.signals.enable_bot(form.uuid)
    return {}


async def _refuse_with(controls: Controls, form: StatusesOfRefusals) -> object:
    controls.signals.refuse_with(
        wrong_token=form.wrong_token, unknown_bot=form.unknown_bot, wrong_message=form.wrong_message
    )
    return {}


async def _add_account(controls: Controls, form: AccountToAdd) -> object:
    return {"account_id": controls.accounts.add(type=form.type, name=form.name, balances=form.balances)}


async def _set_balances(controls: Controls, form: BalancesToSet) -> object:
    controls.accounts.set_balances(form.account_id, form.balances)
    return {}


async def _now(controls: Controls, _: Nothing) -> object:
    return _time(controls)


async def _advance(controls: Controls, form: TimeToPass) -> object:
    if not isinstance(controls.clock, SimulatedClock):
        raise ValueError("seconds cannot be advanced: the sandbox has no SimulatedClock")  # noqa: TRY004
    await controls.clock.advance(float(form.seconds))
    return _time(controls)


async def _settle(controls: Controls, _: Nothing) -> object:
    controls.settle()
    return {}


def _planning(plan: Callable[[Faults, F], None]) -> Callable[[Controls, F], Awaitable[object]]:
    async def run(controls: Controls, form: F) -> object:
        plan(controls.faults, form)
        return {"pending": controls.faults.pending}

    return run


def _fail(faults: Faults, form: FailureToAnswer) -> None:
    faults.fail_next(form.status, body=form.body, headers=form.headers, **_which(form))


def _answer_html(faults: Faults, form: StatusToAnswer) -> None:
    faults.html_next(form.status, **_which(form))


def _answer_error(faults: Faults, form: ErrorToAnswer) -> None:
    faults.error_inside_200_next(form.error, **_which(form))


def _refuse_plan(faults: Faults, form: PlanToRefuse) -> None:
    faults.plan_next(form.request_type, **_which(form))


def _drop(faults: Faults, form: FaultOrNot) -> None:
    faults.drop_next(**_which(form))


def _delay(faults: Faults, form: TimeToWait) -> None:
    faults.delay_next(float(form.seconds), **_which(form))


def _truncate(faults: Faults, form: BytesToKeep) -> None:
    faults.truncate_next(form.keep, **_which(form))


def _duplicate(faults: Faults, form: Fault) -> None:
    faults.duplicate_next(**_which(form))


def _postpone(faults: Faults, form: TimeToPostpone) -> None:
    faults.postpone_next(float(form.seconds), times=form.times, path=form.path)


def _clear(faults: Faults, _: Nothing) -> None:
    faults.clear()


def _which(form: Fault) -> dict[str, Any]:
    which: dict[str, Any] = {"times": form.times, "method": form.method, "path": form.path}
    return {**which, "before_processing": form.before_processing} if isinstance(form, FaultOrNot) else which


async def _describe_cable(controls: Controls, _: Nothing) -> object:
    return {"connections": controls.cable.connections, "subscriptions": controls.cable.subscriptions}


def _on_cable(plan: Callable[[CableFaults, F], None]) -> Callable[[Controls, F], Awaitable[object]]:
    async def run(controls: Controls, form: F) -> object:
        plan(controls.cable.faults, form)
        return {}

    return run


def _sharing(plan: Callable[[CableFaults, float], None]) -> Command[ShareOfPushes]:
    def plan_share(faults: CableFaults, form: ShareOfPushes) -> None:
        plan(faults, float(form.share))

    return Command(ShareOfPushes, _on_cable(plan_share))


def _at_once(plan: Callable[[CableFaults], None]) -> Command[Nothing]:
    def plan_it(faults: CableFaults, _: Nothing) -> None:
        plan(faults)

    return Command(Nothing, _on_cable(plan_it))


def _drop_frames(faults: CableFaults, form: FramesToPass) -> None:
    faults.drop(after=form.after)


def _ignore_subscribe(faults: CableFaults, form: Times) -> None:
    faults.ignore_subscribe(form.times)


def _reject(faults: CableFaults, form: Times) -> None:
    faults.reject(form.times)


def _refuse_handshakes(faults: CableFaults, form: HandshakesToRefuse) -> None:
    faults.refuse(form.status, times=form.times)


def _answer_wrong_signatures(faults: CableFaults, form: AnswerToChoose) -> None:
    faults.answer_wrong_signatures(form.how)


def _disconnect(faults: CableFaults, form: Disconnection) -> None:
    faults.disconnect(form.reason, reconnect=form.reconnect)


def _send(faults: CableFaults, form: TextToSend) -> None:
    faults.send(form.text)


def _lag_rest(faults: CableFaults, form: TimeToPass) -> None:
    faults.lag_rest(float(form.seconds))


def _seed(faults: CableFaults, form: Seed) -> None:
    faults.seed(form.seed)


def _price(controls: Controls, form: OfPair) -> dict[str, object]:
    return {"price": shortened(controls.prices.get(form.market, form.pair))}


def _time(controls: Controls) -> dict[str, object]:
    return {"now": iso_time(controls.clock.now())}


COMMANDS: Final[Mapping[str, Command[Any]]] = {
    "prices/set": Command(PriceToSet, _set_price),
    "prices/walk": Command(PricesToWalk, _walk),
    "prices/replay": Command(PricesToReplay, _replay),
    "prices/get": Command(OfPair, _get_price),
    "pairs/add": Command(PairToAdd, _add_pair),
    "signals/open": Command(SignalToOpen, _open),
    "signals/close": Command(SignalToClose, _close),
    "signals": Command(Nothing, _describe_signals),
    "signals/create_bot": Command(SignalBotToCreate, _create_signal_bot),
    "signals/enable_bot": Command(SignalBotToEnable, _enable_signal_bot),
    "signals/refuse_with": Command(StatusesOfRefusals, _refuse_with),
    "accounts/add": Command(AccountToAdd, _add_account),
    "accounts/set_balances": Command(BalancesToSet, _set_balances),
    "clock/now": Command(Nothing, _now),
    "clock/advance": Command(TimeToPass, _advance),
    "settle": Command(Nothing, _settle),
    "faults/fail_next": Command(FailureToAnswer, _planning(_fail)),
    "faults/html_next": Command(StatusToAnswer, _planning(_answer_html)),
    "faults/error_inside_200_next": Command(ErrorToAnswer, _planning(_answer_error)),
    "faults/plan_next": Command(PlanToRefuse, _planning(_refuse_plan)),
    "faults/drop_next": Command(FaultOrNot, _planning(_drop)),
    "faults/delay_next": Command(TimeToWait, _planning(_delay)),
    "faults/truncate_next": Command(BytesToKeep, _planning(_truncate)),
    "faults/duplicate_next": Command(Fault, _planning(_duplicate)),
    "faults/postpone_next": Command(TimeToPostpone, _planning(_postpone)),
    "faults/clear": Command(Nothing, _planning(_clear)),
    "cable": Command(Nothing, _describe_cable),
    "cable/faults/drop": Command(FramesToPass, _on_cable(_drop_frames)),
    "cable/faults/drop_now": _at_once(CableFaults.drop_now),
    "cable/faults/drop_share": _sharing(CableFaults.drop_share),
    "cable/faults/half_frame": _at_once(CableFaults.half_frame),
    "cable/faults/stall": _at_once(CableFaults.stall),
    "cable/faults/mute": _sharing(CableFaults.mute),
    "cable/faults/duplicate": _sharing(CableFaults.duplicate),
    "cable/faults/reorder": _sharing(CableFaults.reorder),
    "cable/faults/ignore_subscribe": Command(Times, _on_cable(_ignore_subscribe)),
    "cable/faults/reject": Command(Times, _on_cable(_reject)),
    "cable/faults/answer_wrong_signatures": Command(AnswerToChoose, _on_cable(_answer_wrong_signatures)),
    "cable/faults/disconnect": Command(Disconnection, _on_cable(_disconnect)),
    "cable/faults/refuse": Command(HandshakesToRefuse, _on_cable(_refuse_handshakes)),
    "cable/faults/send": Command(TextToSend, _on_cable(_send)),
    "cable/faults/lag_rest": Command(TimeToPass, _on_cable(_lag_rest)),
    "cable/faults/touch_without_updated_at": _sharing(CableFaults.touch_without_updated_at),
    "cable/faults/seed": Command(Seed, _on_cable(_seed)),
    "cable/faults/clear": _at_once(CableFaults.clear),
}
"""Every command by its path, which is the name of the method that it calls."""
