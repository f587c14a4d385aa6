"""The channels of the websocket, and what is pushed on them."""

from __future__ import annotations

from typing import Final

from threecommas_async.sandbox.documents.deals import whole_deal_document
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.http.cable import CableChannel
from threecommas_async.sandbox.state.keys import Permission

CHANNELS: Final = (
    CableChannel("DealsChannel", b"/deals", Permission.BOTS_READ, Deal, whole_deal_document, "/ver1/deals"),
)
