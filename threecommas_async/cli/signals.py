"""``threecommas signal``: sends signals to the webhooks of bots. Tokens come from the environment only."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Final, Literal
from uuid import UUID

import attrs
import typer

from threecommas_async.cli.commands import command
from threecommas_async.cli.errors import CommandError
from threecommas_async.cli.options import Yes, above_zero, identifier
from threecommas_async.cli.session import Session
from threecommas_async.cli.views import Sentence
from threecommas_async.secret import Secret

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.signals import Confirmed, DcaBotSignals, NotSeen, SignalBotSignals, SignalReceipt
    from threecommas_async.signals.confirm import ConfirmedSignals

    _Result = SignalReceipt | Confirmed | NotSeen
    _Act = Callable[[DcaBotSignals | ConfirmedSignals], Awaitable[_Result]]

signals: Final = typer.Typer(
    name="signal",
    help="Signals to the webhooks of bots. Each is sent once; that it was received does not say that it is executed.",
    no_args_is_help=True,
)

_OF_USER: Final = "THREECOMMAS_EMAIL_TOKEN"
_OF_SIGNAL_BOT: Final = "THREECOMMAS_SIGNAL_SECRET"

_BotId = Annotated[str, typer.Argument(metavar="BOT", help="The DCA bot's id.", show_default=False)]
_BotUuid = Annotated[str, typer.Argument(metavar="UUID", help="The Signal Bot's bot_uuid.", show_default=False)]
_Side = Annotated[Literal["long", "short"], typer.Argument(help="Which way the position goes.", show_default=False)]
_Instrument = Annotated[
    str, typer.Argument(metavar="INSTRUMENT", help="What charts call it: ETHUSDT.", show_default=False)
]
_Exchange = Annotated[
    str, typer.Option("--exchange", metavar="EXCHANGE", help="What charts call the exchange: BINANCE.")
]
_Pair = Annotated[
    str | None,
    typer.Option(
        "--pair",
        metavar="PAIR",
        help="Which of the bot's pairs: USDT_ETH. Needed unless it has only one.",
        show_default=False,
    ),
]
_Delay = Annotated[int, typer.Option("--delay", metavar="SECONDS", min=0, help="How long 3Commas waits to act.")]
_All = Annotated[bool, typer.Option("--all", help="All deals of the bot, on any pair.")]
_StopBot = Annotated[bool, typer.Option("--stop-bot", help="With --all: switch the bot off, too.")]
_Confirm = Annotated[
    bool, typer.Option("--confirm", help="Wait until the effect is seen; fail if it is not. Needs an API key.")
]
_Timeout = Annotated[
    int, typer.Option("--timeout", metavar="SECONDS", min=1, help="With --confirm: how long to wait, after all delays.")
]

_REASONS: Final = {
    "bot_disabled": "the bot is off",
    "deal_limit_reached": "it has as many deals as it may have",
    "pair_not_in_bot": "it does not trade the pair",
    "deal_open_on_pair": "a deal is open on the pair",
    "cooldown": "its cooldown is not over",
    "wrong_start_condition": "it does not start deals by signals (tv_custom_signal)",
    "no_open_deal": "there was no open deal",
    "no_response": "the response was lost, so that it may not have been received",
}


# ---- DCA bots --------------------------------------------------------------------------------------------------------
@command(signals, "start-deal", needs_key=False)
def start_deal(
    session: Session,
    bot: _BotId,
    pair: _Pair = None,
    delay: _Delay = 0,
    confirm: _Confirm = False,
    timeout: _Timeout = 60,
    yes: Yes = False,
) -> Sentence:
    """Start a deal of a DCA bot. Asks first.

    The bot must be on and have tv_custom_signal as its start condition. The token is read from the environment variable
    THREECOMMAS_EMAIL_TOKEN; 3Commas shows it in the message on the page of each DCA bot.
    """
    target = _DcaBot.of(session, bot)
    _ask(f"Start a deal of bot {bot}{_on(pair)}?", "start a deal", yes)
    return target.send(lambda one: one.start_deal(pair, delay_seconds=delay), confirm, timeout)


@command(signals, needs_key=False)
def close(
    session: Session,
    bot: _BotId,
    pair: _Pair = None,
    of_all: _All = False,
    stop_bot: _StopBot = False,
    delay: _Delay = 0,
    confirm: _Confirm = False,
    timeout: _Timeout = 60,
    yes: Yes = False,
) -> Sentence:
    """Close the deal of a DCA bot on a pair, or all its deals, at the market price. Asks first."""
    _check_which(pair, of_all=of_all, stop_bot=stop_bot)
    target = _DcaBot.of(session, bot)
    _ask(f"Close {_which(bot, pair, of_all)} at the market price?", "close deals", yes)

    def act(one: DcaBotSignals | ConfirmedSignals) -> Awaitable[_Result]:
        if of_all:
            return one.close_all(stop_bot=stop_bot, delay_seconds=delay)
        return one.close_deal(pair, delay_seconds=delay)

    return target.send(act, confirm, timeout)


@command(signals, needs_key=False)
def cancel(
    session: Session,
    bot: _BotId,
    pair: _Pair = None,
    of_all: _All = False,
    stop_bot: _StopBot = False,
    delay: _Delay = 0,
    confirm: _Confirm = False,
    timeout: _Timeout = 60,
    yes: Yes = False,
) -> Sentence:
    """Cancel the deal of a DCA bot on a pair, or all its deals. What was bought stays in the account. Asks first."""
    _check_which(pair, of_all=of_all, stop_bot=stop_bot)
    target = _DcaBot.of(session, bot)
    _ask(f"Cancel {_which(bot, pair, of_all)} and keep what was bought?", "cancel deals", yes)

    def act(one: DcaBotSignals | ConfirmedSignals) -> Awaitable[_Result]:
        if of_all:
            return one.cancel_all(stop_bot=stop_bot, delay_seconds=delay)
        return one.cancel_deal(pair, delay_seconds=delay)

    return target.send(act, confirm, timeout)


@command(signals, "start-bot", needs_key=False)
def start_bot(
    session: Session, bot: _BotId, delay: _Delay = 0, confirm: _Confirm = False, timeout: _Timeout = 60
) -> Sentence:
    """Switch a DCA bot on."""
    return _DcaBot.of(session, bot).send(lambda one: one.start_bot(delay_seconds=delay), confirm, timeout)


@command(signals, "stop-bot", needs_key=False)
def stop_bot(
    session: Session, bot: _BotId, delay: _Delay = 0, confirm: _Confirm = False, timeout: _Timeout = 60
) -> Sentence:
    """Switch a DCA bot off. Its deals continue."""
    return _DcaBot.of(session, bot).send(lambda one: one.stop_bot(delay_seconds=delay), confirm, timeout)


@command(signals, "start-trailing", needs_key=False)
def start_trailing(session: Session, bot: _BotId, pair: _Pair = None, delay: _Delay = 0) -> Sentence:
    """Let the take profit of the deal on a pair trail from now on."""
    return _DcaBot.of(session, bot).tell(lambda one: one.start_trailing(pair, delay_seconds=delay))


@command(signals, "add-funds", needs_key=False)
def add_funds(
    session: Session,
    bot: _BotId,
    volume: Annotated[
        str, typer.Option("--volume", metavar="AMOUNT", help="For how much to buy more, in the quote currency.")
    ],
    pair: _Pair = None,
    price: Annotated[
        str | None,
        typer.Option("--price", metavar="PRICE", help="The price of a limit order; without it, the market's."),
    ] = None,
    delay: _Delay = 0,
    yes: Yes = False,
) -> Sentence:
    """Buy more for the deal of a DCA bot on a pair. Asks first."""
    amount = above_zero("--volume", volume)
    limit = None if price is None else above_zero("--price", price)
    at = "the market price" if limit is None else f"a price of {limit:f}"
    target = _DcaBot.of(session, bot)
    _ask(f"Buy for {amount:f} more for {_which(bot, pair, False)} at {at}?", "add the funds", yes)
    return target.tell(lambda one: one.add_funds(amount, pair, price=limit, delay_seconds=delay))


# ---- Signal Bots -----------------------------------------------------------------------------------------------------
@command(signals, needs_key=False)
def enter(
    session: Session,
    bot: _BotUuid,
    side: _Side,
    instrument: _Instrument,
    exchange: _Exchange,
    amount: Annotated[
        str | None,
        typer.Option(
            "--amount", metavar="AMOUNT", help="For how much, in the quote currency; without it, the bot's setting."
        ),
    ] = None,
    yes: Yes = False,
) -> Sentence:
    """Open a position of a Signal Bot, or enter it further, by market. Asks first.

    The secret is read from the environment variable THREECOMMAS_SIGNAL_SECRET; 3Commas shows it on the bot's page.
    """
    spent = None if amount is None else above_zero("--amount", amount)
    target = _SignalBot.of(session, bot)
    _ask(f"Enter {instrument} {side} with Signal Bot {bot}?", "enter a position", yes)

    def act(one: SignalBotSignals) -> Awaitable[SignalReceipt]:
        from threecommas_async.signals import EntryOrder

        order = None if spent is None else EntryOrder(amount=spent)
        return (one.enter_long if side == "long" else one.enter_short)(instrument, order=order)

    return target.tell(exchange, act)


@command(signals, "exit", needs_key=False)
def exit_position(
    session: Session,
    bot: _BotUuid,
    side: _Side,
    instrument: _Instrument,
    exchange: _Exchange,
    percent: Annotated[
        str | None,
        typer.Option("--percent", metavar="PERCENT", help="Which part of the position; without it, the bot's setting."),
    ] = None,
    yes: Yes = False,
) -> Sentence:
    """Close a position of a Signal Bot, or a part of it, at the market price. Asks first."""
    part = None if percent is None else above_zero("--percent", percent)
    target = _SignalBot.of(session, bot)
    _ask(f"Exit {instrument} {side} with Signal Bot {bot}?", "close a position", yes)
    return target.tell(
        exchange, lambda one: (one.exit_long if side == "long" else one.exit_short)(instrument, percent=part)
    )


@command(signals, needs_key=False)
def disable(
    session: Session,
    bot: _BotUuid,
    positions: Annotated[
        Literal["market_close", "cancel"] | None,
        typer.Option("--positions", help="What becomes of its positions.", show_default=False),
    ] = None,
    yes: Yes = False,
) -> Sentence:
    """Switch a Signal Bot off, which only a person can undo, on its page. Asks first."""
    target = _SignalBot.of(session, bot)
    _ask(f"Switch Signal Bot {bot} off, which only its page can undo?", "switch the bot off", yes)
    return target.tell("ANY", lambda one: one.disable(positions=positions))


# ---- parts -----------------------------------------------------------------------------------------------------------
def _on(pair: str | None) -> str:
    return "" if pair is None else f" on {pair}"


def _which(bot: str, pair: str | None, of_all: bool) -> str:
    return f"all deals of bot {bot}" if of_all else f"the deal of bot {bot}{_on(pair)}"


def _check_which(pair: str | None, *, of_all: bool, stop_bot: bool) -> None:
    if of_all and pair is not None:
        raise typer.BadParameter("it excludes --pair", param_hint="'--all'")
    if stop_bot and not of_all:
        raise typer.BadParameter("it requires --all", param_hint="'--stop-bot'")


def _ask(question: str, action: str, yes: bool) -> None:
    from threecommas_async.cli.questions import confirm

    confirm(question, yes=yes, action=action, otherwise="nothing was sent")


@attrs.frozen
class _DcaBot:
    """A DCA bot that signals are sent to."""

    session: Session
    number: int
    token: Secret | None

    @classmethod
    def of(cls, session: Session, bot: str) -> _DcaBot:
        return cls(session, identifier(bot, "bot", "BOT"), _from_environment(session, _OF_USER))

    def tell(self, act: Callable[[DcaBotSignals], Awaitable[_Result]]) -> Sentence:
        """Send a signal."""
        return _known(self.session.run(lambda client: act(self._handle(client))), self.number)

    def send(self, act: _Act, confirm: bool, timeout: int) -> Sentence:
        """Send a signal and, if asked for, wait for its effect."""
        if not confirm:
            return self.tell(act)
        result = self.session.run(
            lambda client: act(client.signals.confirm(self._handle(client), timeout=timeout)), needs_key=True
        )
        return _known(result, self.number, timeout)

    def _handle(self, client: ThreeCommasClient) -> DcaBotSignals:
        return client.signals.dca(self.number, email_token=self.token or self.session.sandbox_email_token)


@attrs.frozen
class _SignalBot:
    """A Signal Bot that signals are sent to."""

    session: Session
    uuid: UUID
    secret: Secret

    @classmethod
    def of(cls, session: Session, bot: str) -> _SignalBot:
        try:
            uuid = UUID(bot)
        except ValueError:
            raise typer.BadParameter("a Signal Bot's id is a UUID, as its page shows it", param_hint="'UUID'") from None
        secret = _from_environment(session, _OF_SIGNAL_BOT)
        if secret is None:
            raise CommandError("the sandbox of a command has no Signal Bots")
        return cls(session, uuid, secret)

    def tell(self, exchange: str, act: Callable[[SignalBotSignals], Awaitable[SignalReceipt]]) -> Sentence:
        """Send a signal."""
        result = self.session.run(
            lambda client: act(client.signals.bot(self.uuid, secret=self.secret, exchange=exchange))
        )
        return _known(result, self.uuid)


def _from_environment(session: Session, name: str) -> Secret | None:
    """Return a token; None for the sandbox of a command, which has its own."""
    if session.in_sandbox:
        return None
    token = Secret(os.environ.get(name, ""))
    if not token:
        raise CommandError(f"the environment variable {name} is not set; 3Commas shows its value on the bot's page")
    return token


def _known(result: _Result, bot: object, timeout: int = 0) -> Sentence:
    """Return the sentence on what is known of a signal now."""
    from threecommas_async.signals import NotSeen, SignalReceipt

    if isinstance(result, SignalReceipt):
        text = f"3Commas received {result.action} for bot {bot}, which does not say that it is executed"
        return Sentence(text, {"result": "received", **_receipt(result)})
    value: dict[str, object] = {"receipt": None if result.receipt is None else _receipt(result.receipt)}
    value["deals"] = list(result.deals)
    if isinstance(result, NotSeen):
        why = "; ".join(_REASONS.get(reason, reason) for reason in result.reasons) or "its bot gives no reason"
        problem = f"no effect of the signal to bot {bot} was seen within {timeout} s after its delays: {why}"
        return Sentence("", {"result": "not seen", "reasons": result.reasons, **value}, problem=problem)
    seen = [f"deal {deal.id} on {deal.pair} is {deal.status}" for deal in result.deals]
    if result.bot is not None:
        seen.append(f"bot {bot} is {'on' if result.bot.is_enabled else 'off'}")
    return Sentence(f"Confirmed: {', '.join(seen)}", {"result": "confirmed", "bot": result.bot, **value})


def _receipt(receipt: SignalReceipt) -> dict[str, object]:
    return {
        "action": receipt.action,
        "bot": receipt.bot,
        "status": receipt.status,
        "body": receipt.body,
        "sent_at": receipt.sent_at,
    }
