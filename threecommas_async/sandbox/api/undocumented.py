"""Calls that no page of the vendor has any more, and that clients in use make.

What is sent is known from older pages of the vendor and from those clients; what is answered, where it is not, is an
assumption.
"""

from __future__ import annotations

from typing import Final

from threecommas_async.sandbox.api.lookup import bot_of, refusing
from threecommas_async.sandbox.documents.deals import whole_deal_document
from threecommas_async.sandbox.http.forms import Form, optional
from threecommas_async.sandbox.http.readers import flag, text
from threecommas_async.sandbox.http.requests import Endpoint, HandledRequest
from threecommas_async.sandbox.state.keys import Permission


class DealToStart(Form):
    pair: str | None = optional(text())
    skip_signal_checks: bool = optional(flag(), default=False)
    skip_open_deals_checks: bool = optional(flag(), default=False)
    only_for_enabled: bool = optional(flag(), default=False)


def start_new_deal(request: HandledRequest) -> object:
    """Have a bot open a deal now, and show it.

    422: the bot is disabled and the call is ``only_for_enabled``, or something else keeps it from opening one
    (assumption). 400: a bot of several pairs without ``pair``, or a pair that is none of them. 404: an id that no bot
    has.
    """
    bot = bot_of(request)
    form = request.read(DealToStart)
    deal = request.engine.bots.start_new_deal(
        bot.id,
        form.pair,
        skips_signals=form.skip_signal_checks,
        skips_open_deals=form.skip_open_deals_checks,
        only_if_enabled=form.only_for_enabled,
    )
    return whole_deal_document(deal)


def current_mode(request: HandledRequest) -> object:
    """Show the mode that ``change_mode`` chose last, in the form of its answer."""
    return {"mode": request.platform.mode}


ENDPOINTS: Final = (
    Endpoint("POST", "/ver1/bots/{bot_id}/start_new_deal", 201, refusing(start_new_deal), Permission.BOTS_WRITE),
    Endpoint("GET", "/ver1/users/current_mode", 200, current_mode, Permission.ACCOUNTS_READ),
)
