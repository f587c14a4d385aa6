"""The markets at which a sandbox can connect accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

_KEYS: Final = ("secret", "api_key")
_KEYS_AND_PASSPHRASE: Final = (*_KEYS, "passphrase")


@frozen
class ListedMarket:
    """An entry of the market list: a type that an account can have."""

    code: str
    exchange_name: str
    exchange: str
    """Account types of one exchange are related: the same keys connect them all."""
    required: tuple[str, ...] = _KEYS
    trades: str = "spot"
    icon: str | None = None
    also_written: str | None = None
    margin: str = "USDT"
    """The currency in which futures are settled; ``coin`` for the traded currency itself."""

    @property
    def is_wallet(self) -> bool:
        return "address" in self.required

    @property
    def display_type(self) -> str:
        return "".join(part.capitalize() for part in self.code.split("_"))

    @property
    def icon_url(self) -> str:
        return f"https://3commas.io/img/exchanges/{self.icon or self.exchange}.png"


# `also_written`: the older page of `accounts/new` spells two types differently from their market codes ("required when
# `type` is set to `Bitstamp`"). These spellings are accepted as well.
_TABLE: Final = (
    ListedMarket("binance", "Binance Spot", "binance"),
    ListedMarket("binance_margin", "Binance Margin", "binance", trades="margin"),
    ListedMarket("binance_futures", "Binance Futures USDT-M", "binance", trades="futures"),
    ListedMarket("binance_futures_coin", "Binance Futures COIN-M", "binance", trades="futures", margin="coin"),
    ListedMarket(
        "binance_futures_eea",
        "Binance Futures USDT-M (EEA)",
        "binance_eea",
        trades="futures",
        icon="binance",
        margin="BNFCR",
    ),
    ListedMarket("binance_us", "Binance US Spot", "binance_us", icon="binance"),
    ListedMarket("binance_tr", "Binance TR Spot", "binance_tr", icon="binance"),
    ListedMarket("okex", "OKX Spot", "okex", _KEYS_AND_PASSPHRASE),
    ListedMarket("okex_futures", "OKX Futures", "okex", _KEYS_AND_PASSPHRASE, "futures"),
    ListedMarket("bybit_spot", "Bybit Spot", "bybit"),
    ListedMarket("bybit_usdt_perpetual", "Bybit Futures USDT-M", "bybit", trades="futures"),
    ListedMarket("bybit", "Bybit Futures COIN-M", "bybit", trades="futures", margin="coin"),
    ListedMarket("coinbase", "Coinbase Spot", "coinbase", _KEYS_AND_PASSPHRASE, also_written="Coinbase"),
    ListedMarket("coinbase_advanced", "Coinbase Advanced", "coinbase_advanced", icon="coinbase"),
    ListedMarket("gdax", "Coinbase Pro (GDAX)", "gdax", _KEYS_AND_PASSPHRASE),
    ListedMarket("bitstamp", "Bitstamp Spot", "bitstamp", (*_KEYS, "customer_id"), also_written="Bitstamp"),
    ListedMarket("kraken", "Kraken Spot", "kraken"),
    ListedMarket("kucoin", "Kucoin Spot", "kucoin", _KEYS_AND_PASSPHRASE),
    ListedMarket("bitget", "Bitget Spot", "bitget", _KEYS_AND_PASSPHRASE),
    ListedMarket("gate_io", "Gate.io Spot", "gate_io"),
    ListedMarket("gate_io_usdt_perpetual", "Gate.io Futures USDT-M", "gate_io", trades="futures"),
    ListedMarket("bitfinex", "Bitfinex Spot", "bitfinex"),
    ListedMarket("gemini", "Gemini Spot", "gemini"),
    ListedMarket("huobi", "Huobi Spot", "huobi"),
    ListedMarket("crypto_com", "Crypto.com Spot", "crypto_com"),
    ListedMarket("bitmex", "BitMEX", "bitmex", trades="futures", margin="coin"),
    ListedMarket("ethereumwallet", "Ethereum Wallet", "ethereumwallet", ("address",)),
    ListedMarket("paper_trading", "Paper Account", "paper_trading", ()),
)

MARKETS: Final[Mapping[str, ListedMarket]] = {market.code: market for market in _TABLE}
"""Every market by its code, in the order of the market list."""

MARKETS_BY_TYPE: Final[Mapping[str, ListedMarket]] = {
    **MARKETS,
    **{market.also_written: market for market in _TABLE if market.also_written is not None},
}
"""Every market by each word that is accepted as the ``type`` of a new account."""

# The three sets are taken from the notes on the vendor's pages of these calls.
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


def related_codes(market: ListedMarket) -> list[str]:
    """Return the codes of all account types that the keys of this one connect, itself included."""
    return [other.code for other in _TABLE if other.exchange == market.exchange]
