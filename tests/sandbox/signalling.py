"""Sends signals to a sandbox as programs of others do: JSON that is written by hand, and nothing of ours."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.sandbox.trading import Exchange
from threecommas_async.models import DcaBot, StrategySettings
from threecommas_async.sandbox import SandboxSignalBot, SignalRecord

DCA_PATH: Final = "/trade_signal/trading_view"
BOT_PATH: Final = "/signal_bots/webhooks"
BY_SIGNAL: Final = StrategySettings(strategy="tv_custom_signal")


async def post(
    here: Exchange,
    path: str,
    body: object,
    *,
    content_type: str | None = "application/json",
    method: str = "POST",
    **headers: str,
) -> tuple[int, str]:
    """Send a body, as JSON unless it is bytes; return status and body of the response."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    if content_type is not None:
        headers["Content-Type"] = content_type
    url = here.sandbox.url.removesuffix("/public/api") + path
    async with here.caller.session.request(method, url, data=data, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


def message(here: Exchange, bot: DcaBot | int, **fields: object) -> dict[str, object]:
    """Return a message to a DCA bot."""
    number = bot if isinstance(bot, int) else bot.id
    head = {"message_type": "bot", "bot_id": number, "email_token": here.sandbox.signals.email_token}
    return {**head, "delay_seconds": 0, **fields}


async def tell(here: Exchange, bot: DcaBot | int, **fields: object) -> SignalRecord:
    """Send a message to a DCA bot that is received, and return what became of it."""
    before = len(here.sandbox.signals.log)
    assert await post(here, DCA_PATH, message(here, bot, **fields)) == (200, "")
    log = here.sandbox.signals.log
    assert len(log) == before + 1
    return log[-1]


async def signalled_bot(here: Exchange, **changes: Any) -> DcaBot:
    """Create and enable a bot that starts deals by signals."""
    given: dict[str, Any] = {"strategy_list": [BY_SIGNAL], **changes}
    return await here.bot(**given)


def bot_message(bot: SandboxSignalBot, action: str, **fields: object) -> dict[str, object]:
    """Return a message to a Signal Bot; a field that is None is left out."""
    head = {"secret": bot.secret, "bot_uuid": bot.uuid, "action": action}
    whole = {**head, "tv_exchange": "BINANCE", "tv_instrument": "ETHUSDT", **fields}
    return {name: value for name, value in whole.items() if value is not None}


async def tell_bot(here: Exchange, bot: SandboxSignalBot, action: str, **fields: object) -> SignalRecord:
    """Send a message to a Signal Bot that is received, and return what became of it."""
    assert await post(here, BOT_PATH, bot_message(bot, action, **fields)) == (200, "")
    return here.sandbox.signals.log[-1]


def signal_bot(here: Exchange, **options: Any) -> SandboxSignalBot:
    """Create a Signal Bot for ETH."""
    given: dict[str, Any] = {"instruments": ["ETHUSDT"], **options}
    return here.sandbox.signals.create_bot(here.account_id, **given)
