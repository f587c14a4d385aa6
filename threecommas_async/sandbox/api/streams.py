"""The channels of the websocket, and the documents that are pushed on them."""

from __future__ import annotations

from collections.abc import Sequence

from threecommas_async.sandbox.documents.deals import whole_deal_document
from threecommas_async.sandbox.documents.smart_trades import smart_trade_document
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.smart_trades.smart_trade import SmartTrade
from threecommas_async.sandbox.http.cable import CableChannel
from threecommas_async.sandbox.state.keys import Permission
from threecommas_async.sandbox.state.platform import Platform


def channels(platform: Platform) -> Sequence[CableChannel]:
    """Return the channels of a sandbox. What is pushed of a SmartTrade is what ``GET /v2/smart_trades/{id}`` shows."""
    engine = platform.trading.engine

    def shown(smart_trade: SmartTrade) -> dict[str, object]:
        account = platform.accounts.find(smart_trade.account.id)
        if account is None:
            raise LookupError(f"SmartTrade {smart_trade.id} has changed, but its account was removed")
        return smart_trade_document(smart_trade, account)

    return (
        CableChannel(
            name="DealsChannel",
            signed=b"/deals",
            permission=Permission.BOTS_READ,
            kind=Deal,
            document=whole_deal_document,
            path="/ver1/deals",
            entities=engine.deals.select,
            is_over=_is_finished,
        ),
        CableChannel(
            name="SmartTradesChannel",
            signed=b"/smart_trades",
            permission=Permission.SMART_TRADES_READ,
            kind=SmartTrade,
            document=shown,
            path="/v2/smart_trades",
            entities=engine.smart_trades.select,
            is_over=_is_final,
        ),
    )


def _is_finished(deal: Deal) -> bool:
    return deal.is_finished


def _is_final(smart_trade: SmartTrade) -> bool:
    return smart_trade.is_final
