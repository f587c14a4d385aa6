"""The messages of both webhooks as they go out, and the checks of what they are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from threecommas_async.models.request import exact
from threecommas_async.secret import Secret, secret_text

DCA_PATH: Final = "/trade_signal/trading_view"
BOT_PATH: Final = "/signal_bots/webhooks"

_TOKEN: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PAIR: Final = re.compile(r"[A-Z0-9]+_[A-Z0-9.\-]+")
_INSTRUMENT: Final = re.compile(r"[A-Z0-9.]+(?:/[A-Z0-9.]+)?")
_PLACEHOLDER: Final = "{{"


def checked_token(value: str | Secret) -> Secret:
    """Return the token that 3Commas shows in a DCA bot's message.

    :raises ValueError: it does not have the form of one.
    :raises TypeError: it is neither a str nor a Secret.
    """
    token = secret_text("email_token", value)
    if _TOKEN.fullmatch(token.reveal()) is None:
        raise ValueError("email_token must be the UUID in the message that 3Commas shows on the bot's page")
    return token


def checked_secret(value: str | Secret) -> Secret:
    """Return the secret of a Signal Bot; what it is made of is nobody's business.

    :raises ValueError: it is empty, or a placeholder.
    :raises TypeError: it is neither a str nor a Secret.
    """
    secret = secret_text("secret", value)
    if _PLACEHOLDER in secret.reveal():
        raise ValueError("secret must be the text in the message that 3Commas shows on the bot's page")
    return secret


def checked_uuid(value: UUID | str) -> str:
    """Return the UUID of a Signal Bot.

    :raises ValueError: it is none.
    """
    try:
        return str(value if isinstance(value, UUID) else UUID(value))
    except (ValueError, AttributeError, TypeError):
        raise ValueError("uuid must be the bot_uuid in the message that 3Commas shows on the bot's page") from None


def checked_id(name: str, value: object) -> int:
    """Return an id.

    :raises ValueError: it is not above 0.
    :raises TypeError: it is not an int.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{name} must be above 0, not {value}")
    return value


def checked_pair(pair: object) -> str | None:
    """Return a pair as the bots have them.

    :raises ValueError: it has another form.
    """
    if pair is None or (isinstance(pair, str) and _PAIR.fullmatch(pair)):
        return pair
    raise ValueError(f"pair must be a pair of the bot, the quote currency first, such as 'USDT_BTC', not {pair!r}")


def checked_instrument(instrument: object) -> str:
    """Return the name of an instrument as charts have them.

    :raises ValueError: it has another form.
    """
    if isinstance(instrument, str) and _INSTRUMENT.fullmatch(instrument):
        return instrument
    raise ValueError(f"instrument must be a ticker such as 'BTCUSDT', base currency first, not {instrument!r}")


def checked_exchange(exchange: object) -> str:
    """Return the name of an exchange as charts have them.

    :raises ValueError: it has another form.
    """
    if isinstance(exchange, str) and exchange.isascii() and exchange.isalnum():
        return exchange
    raise ValueError(f"exchange must be what charts call the exchange, such as 'BINANCE', not {exchange!r}")


def checked_amount(name: str, value: object) -> Decimal:
    """Return an amount above 0.

    :raises ValueError: it is not.
    :raises TypeError: it is not an exact number.
    """
    amount = exact(name, value)
    if amount <= 0:
        raise ValueError(f"{name} must be above 0, not {amount:f}")
    return amount


def checked_whole(name: str, value: object, lowest: int) -> int:
    """Return a number of seconds.

    :raises ValueError: it is too small.
    :raises TypeError: it is not an int.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < lowest:
        raise ValueError(f"{name} must be at least {lowest}, not {value}")
    return value


def written_moment(moment: datetime) -> str:
    """Return a time as messages have it.

    :raises ValueError: it has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("timestamp must be an aware datetime, with a time zone such as datetime.UTC")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def checked_raw(fields: Mapping[str, object], taken: set[str]) -> dict[str, object]:
    """Return the fields of a message that this library has no method for.

    :param taken: the names that the handle fills in itself.
    :raises ValueError: a field is one of these, or has a placeholder that a chart would have filled.
    """
    for name, value in fields.items():
        if name in taken:
            raise ValueError(f"{name} is filled in; leave it out")
        if isinstance(value, str) and _PLACEHOLDER in value:
            raise ValueError(f"{name} has a placeholder that only TradingView fills")
    return dict(fields)
