"""The entries of the market list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from threecommas_async.sandbox.reference.markets import ListedMarket

_FIELD_LABELS: Final[Mapping[str, str]] = {
    "secret": "API Secret:",
    "api_key": "API Key:",
    "passphrase": "Passphrase:",
    "customer_id": "Customer ID:",
    "address": "Address:",
}


def market_document(market: ListedMarket) -> dict[str, object]:
    return {
        "market_name": market.exchange_name.removesuffix(" Spot"),
        "market_url": f"https://{market.exchange.replace('_', '-')}.example",
        "market_icon": market.icon_url,
        "help_link": "https://help.3commas.io",
        "market_code": market.code,
        "form_fields": {
            "required": [{"field": name, "localized_name": _FIELD_LABELS[name]} for name in market.required],
            "optional": [],
        },
        "available_connection_flows": ["form"],
        "third_party_allowed": False,
        "trusted_ips": ["192.0.2.0/24"],
        "trusted_ips_input_type": "inline",
        "fast_connect_action_name": market.icon or market.exchange,
    }


def connectable_document(market: ListedMarket, *, connected: bool) -> dict[str, object]:
    """Return an account type that can be connected with a pair of keys."""
    return {
        "type": market.code,
        "connected": connected,
        "available": True,
        "unified": market.exchange == "bybit",
    }
