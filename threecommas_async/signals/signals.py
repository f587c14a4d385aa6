"""``client.signals``: the webhooks by which a program starts and closes deals itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final
from uuid import UUID

from threecommas_async.redaction import conceals_arguments
from threecommas_async.secret import Secret
from threecommas_async.signals.bot import SignalBotSignals
from threecommas_async.signals.dca import AccountSignals, DcaBotSignals
from threecommas_async.signals.lanes import Lanes
from threecommas_async.signals.messages import BOT_PATH, DCA_PATH
from threecommas_async.signals.sender import Sender
from threecommas_async.transport.settings import checked_seconds
from threecommas_async.transport.transport import Transport

if TYPE_CHECKING:
    from threecommas_async.signals.confirm import ConfirmedSignals
    from threecommas_async.streams.streams import Streams

DCA_HOST: Final = "https://app.3commas.io"
BOT_HOST: Final = "https://api.3commas.io"

_PAUSE: Final = 1.0
_TIMEOUT: Final = 60.0


@final
class Signals:
    """Signals of DCA bots, of Signal Bots, and of accounts.

    No call of the documented API starts a deal: these webhooks do. They take no API key: the credential is a token in
    the message, which 3Commas shows on the bot's page. They are not part of the vendor's API documentation: what is
    known of them comes from the help center and from programs in use, and much is not known at all, such as what they
    answer when a token is wrong.

    A message is sent once, without the headers of the API, never follows a redirect, and is never repeated: two equal
    messages are two signals.

    :param url: where both webhooks are, if that is not at 3Commas.
    """

    def __init__(self, transport: Transport, streams: Streams, url: str | None) -> None:
        self._transport: Final = transport
        self._streams: Final = streams
        lanes = Lanes(transport.clock, _PAUSE)
        self._dca: Final = Sender(transport.elsewhere(url or DCA_HOST), DCA_PATH, lanes)
        self._bot: Final = Sender(transport.elsewhere(url or BOT_HOST), BOT_PATH, lanes)

    def __repr__(self) -> str:
        return "<Signals>"

    @conceals_arguments
    def dca(self, bot_id: int, *, email_token: str | Secret) -> DcaBotSignals:
        """Return a handle for the signals of a DCA bot.

        ::

            bot = client.signals.dca(1234567, email_token=token)
            await bot.start_deal("USDT_BTC")

        :param bot_id: the bot's ``id``, as in :attr:`ThreeCommasClient.bots`.
        :param email_token: the token in the message on the bot's page. It is the user's: it closes deals of all bots.
        :raises ValueError: an argument cannot be right.
        :raises TypeError: an argument is of the wrong type.
        """
        return DcaBotSignals(self._dca, bot_id, email_token)

    @conceals_arguments
    def bot(self, uuid: UUID | str, *, secret: str | Secret, exchange: str) -> SignalBotSignals:
        """Return a handle for the signals of a Signal Bot.

        ::

            bot = client.signals.bot(uuid, secret=secret, exchange="BINANCE")
            await bot.enter_long("BTCUSDT", trigger_price=price)

        :param uuid: ``bot_uuid`` in the message on the bot's page.
        :param secret: ``secret`` in that message.
        :param exchange: what charts call the exchange.
        :raises ValueError: an argument cannot be right.
        :raises TypeError: an argument is of the wrong type.
        """
        return SignalBotSignals(self._bot, uuid, secret, exchange)

    @conceals_arguments
    def account(self, account_id: int, *, email_token: str | Secret) -> AccountSignals:
        """Return a handle for the signals of an account. Experimental.

        :param account_id: the account's ``id``.
        :param email_token: the token in the message on the page of any of the user's DCA bots.
        :raises ValueError: an argument cannot be right.
        :raises TypeError: an argument is of the wrong type.
        """
        return AccountSignals(self._dca, account_id, email_token)

    def confirm(self, signals: DcaBotSignals, *, timeout: float = _TIMEOUT) -> ConfirmedSignals:
        """Return a handle that waits for what becomes of each signal of a DCA bot. Needs an API key with BOTS_READ.

        ::

            match await client.signals.confirm(bot).start_deal("USDT_BTC"):
                case Confirmed(deals=(deal,)): ...
                case NotSeen(reasons=reasons): ...

        What there is before is read, the signal is sent once, and its effect is awaited by stream and list.

        :param signals: the handle that :meth:`dca` returned.
        :param timeout: for how many seconds, on top of all delays that are known.
        :raises ValueError: ``timeout`` is not above 0, or the client has no API key.
        """
        from threecommas_async.resources.bots import Bots
        from threecommas_async.resources.deals import Deals
        from threecommas_async.signals.confirm import ConfirmedSignals

        if self._transport.credentials is None:
            raise ValueError("confirming needs an API key: give ThreeCommasClient its credentials")
        seconds = checked_seconds("timeout", timeout, above_zero=True)
        bots, deals = Bots(self._transport), Deals(self._transport)
        return ConfirmedSignals(signals, bots, deals, self._streams, self._transport.clock, seconds)
