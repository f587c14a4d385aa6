"""The exchanges that a sandbox can connect, as data, and how the market list shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

_FIELD_LABELS: Final[Mapping[str, str]] = {
    "secret": "API Secret:",
    "api_key": "API Key:",
    "passphrase": "Passphrase:",
    "customer_id": "Customer ID:",
    "address": "Address:",
}

_KEYS: Final = ("secret", "api_key")
_KEYS_AND_PASSPHRASE: Final = (*_KEYS, "passphrase")


@frozen
class Market:
    """One account type."""

    code: str
    exchange_name: str
    exchange: str
    """Account types of one exchange are related: the same keys open them all."""
    required: tuple[str, ...] = _KEYS
    trades: str = "spot"
    icon: str | None = None
    also_written: str | None = None
    margin: str = "USDT"
    """For futures: what they are settled in; ``coin`` for the currency that is traded itself."""

    @property
    def is_wallet(self) -> bool:
        return "address" in self.required

    @property
    def display_type(self) -> str:
        return "".join(part.capitalize() for part in self.code.split("_"))

    @property
    def icon_url(self) -> str:
        return f"https://3commas.io/img/exchanges/{self.icon or self.exchange}.png"

    def document(self) -> dict[str, object]:
        """Return the entry of the market list."""
        return {
            "market_name": self.exchange_name.removesuffix(" Spot"),
            "market_url": f"https://{self.exchange.replace('_', '-')}.example",
            "market_icon": self.icon_url,
            "help_link": "https://help.3commas.io",
            "market_code": self.code,
            "form_fields": {
                "required": [{"field": name, "localized_name": _FIELD_LABELS[name]} for name in self.required],
                "optional": [],
            },
            "available_connection_flows": ["form"],
            "third_party_allowed": False,
            "trusted_ips": ["192.0.2.0/24"],
            "trusted_ips_input_type": "inline",
            "fast_connect_action_name": self.icon or self.exchange,
        }


# `also_written`: the older page of `accounts/new` spells two types differently from their market codes ("required when
# `type` is set to `Bitstamp`"). Whoever follows that page is served as well.
_TABLE: Final = (
    Market("binance", "Binance Spot", "binance"),
    Market("binance_margin", "Binance Margin", "binance", trades="margin"),
    Market("binance_futures", "Binance Futures USDT-M", "binance", trades="futures"),
    Market("binance_futures_coin", "Binance Futures COIN-M", "binance", trades="futures", margin="coin"),
    Market(
        "binance_futures_eea",
        "Binance Futures USDT-M (EEA)",
        "binance_eea",
        trades="futures",
        icon="binance",
        margin="BNFCR",
    ),
    Market("binance_us", "Binance US Spot", "binance_us", icon="binance"),
    Market("binance_tr", "Binance TR Spot", "binance_tr", icon="binance"),
    Market("okex", "OKX Spot", "okex", _KEYS_AND_PASSPHRASE),
    Market("okex_futures", "OKX Futures", "okex", _KEYS_AND_PASSPHRASE, "futures"),
    Market("bybit_spot", "Bybit Spot", "bybit"),
    Market("bybit_usdt_perpetual", "Bybit Futures USDT-M", "bybit", trades="futures"),
    Market("bybit", "Bybit Futures COIN-M", "bybit", trades="futures", margin="coin"),
    Market("coinbase", "Coinbase Spot", "coinbase", _KEYS_AND_PASSPHRASE, also_written="Coinbase"),
    Market("coinbase_advanced", "Coinbase Advanced", "coinbase_advanced", icon="coinbase"),
    Market("gdax", "Coinbase Pro (GDAX)", "gdax", _KEYS_AND_PASSPHRASE),
    Market("bitstamp", "Bitstamp Spot", "bitstamp", (*_KEYS, "customer_id"), also_written="Bitstamp"),
    Market("kraken", "Kraken Spot", "kraken"),
    Market("kucoin", "Kucoin Spot", "kucoin", _KEYS_AND_PASSPHRASE),
    Market("bitget", "Bitget Spot", "bitget", _KEYS_AND_PASSPHRASE),
    Market("gate_io", "Gate.io Spot", "gate_io"),
    Market("gate_io_usdt_perpetual", "Gate.io Futures USDT-M", "gate_io", trades="futures"),
    Market("bitfinex", "Bitfinex Spot", "bitfinex"),
    Market("gemini", "Gemini Spot", "gemini"),
    Market("huobi", "Huobi Spot", "huobi"),
    Market("crypto_com", "Crypto.com Spot", "crypto_com"),
    Market("bitmex", "BitMEX", "bitmex", trades="futures", margin="coin"),
    Market("ethereumwallet", "Ethereum Wallet", "ethereumwallet", ("address",)),
    Market("paper_trading", "Paper Account", "paper_trading", ()),
)

MARKETS: Final[Mapping[str, Market]] = {market.code: market for market in _TABLE}
"""Every market under its code, in the order of the market list."""

_BY_TYPE: Final[Mapping[str, Market]] = {
    **MARKETS,
    **{market.also_written: market for market in _TABLE if market.also_written is not None},
}


def market_of_type(account_type: str) -> Market | None:
    """Return the market that the ``type`` of a new account names."""
    return _BY_TYPE.get(account_type)


# The three sets are those of the notes on the vendor's pages of these calls.
CAN_SELL_ALL: Final = frozenset(
    {
        "binance",
        "binance_margin",
        "binance_us",
        "coinbase",
        "gemini",
        "kraken",
        "bybit_spot",
        "gate_io",
        "okex",
        "huobi",
        "bitfinex",
        "kucoin",
        "bitstamp",
    }
)
SHOWS_NETWORKS: Final = frozenset({"binance", "binance_us", "okex"})
CONVERTS_DUST: Final = frozenset({"binance"})


def related_codes(market: Market) -> list[str]:
    """Return the codes of the account types that one pair of keys opens together, the given one among them."""
    return [other.code for other in _TABLE if other.exchange == market.exchange]
