"""The networks over which the sandbox's exchanges move a few currencies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, Literal

from attrs import frozen

Purpose = Literal["deposit", "withdraw"]

_ETHEREUM_ADDRESS: Final = "^(0x)[0-9A-Fa-f]{40}$"
_BITCOIN_ADDRESS: Final = "^[13][a-km-zA-HJ-NP-Z1-9]{25,34}$|^[(bc1q)|(bc1p)][0-9A-Za-z]{37,62}$"


@frozen
class Network:
    """One network, and what moving a currency over it costs."""

    code: str
    name: str
    address_regexp: str
    withdraw_fee: str
    withdraw_min: str
    default: bool = False
    is_open: bool = True
    needs_memo: bool = False

    def document(self) -> dict[str, object]:
        return {
            "network": self.code,
            "default": self.default,
            "deposit_enable": self.is_open,
            "withdraw_enable": self.is_open,
            "deposit_tip": "" if self.is_open else "Wallet Maintenance, Deposit Suspended",
            "withdraw_tip": "" if self.is_open else "Wallet Maintenance, Withdrawal Suspended",
            "special_tip": "Both a MEMO and an Address are required to deposit." if self.needs_memo else "",
            "network_name": self.name,
            "network_url": None,
            "address_regexp": self.address_regexp,
            "withdraw_fee": self.withdraw_fee,
            "withdraw_min": self.withdraw_min,
            "withdrawMax": "10000000000",
            "withdrawMultiple": "0.00000001",
            "memo_regexp": "^[0-9A-Za-z\\-_]{1,120}$" if self.needs_memo else "",
            "label": "MEMO/Tag" if self.needs_memo else "",
            "require_address_tag": False,
        }


@frozen
class Coin:
    """A currency that can be moved."""

    code: str
    name: str
    networks: tuple[Network, ...]

    def document(self) -> dict[str, object]:
        is_open = any(network.is_open for network in self.networks)
        return {
            "currency": self.code,
            "name": self.name,
            "deposit_enable": is_open,
            "withdraw_enable": is_open,
            "network_list": [network.document() for network in self.networks],
        }

    def network(self, code: str) -> Network | None:
        return next((network for network in self.networks if network.code == code), None)


_TABLE: Final = (
    Coin(
        "BTC",
        "Bitcoin",
        (
            Network(
                "BNB",
                "BNB Beacon Chain (BEP2)",
                "^(bnb1)[0-9a-z]{38}$",
                "0.0000093",
                "0.000019",
                is_open=False,
                needs_memo=True,
            ),
            Network("BTC", "Bitcoin", _BITCOIN_ADDRESS, "0.0004", "0.0008", default=True),
        ),
    ),
    Coin(
        "ETH",
        "Ethereum",
        (
            Network("ETH", "Ethereum (ERC20)", _ETHEREUM_ADDRESS, "0.00096", "0.0098", default=True),
            Network("ARBITRUM", "Arbitrum One", _ETHEREUM_ADDRESS, "0.0001", "0.0008"),
        ),
    ),
    Coin(
        "USDT",
        "TetherUS",
        (
            Network("ETH", "Ethereum (ERC20)", _ETHEREUM_ADDRESS, "4.5", "10"),
            Network("TRX", "Tron (TRC20)", "^T[1-9A-HJ-NP-Za-km-z]{33}$", "1", "10", default=True),
        ),
    ),
)

COINS: Final[Mapping[str, Coin]] = {coin.code: coin for coin in _TABLE}
"""Every currency that can be moved, under its code; the first is the one that networks_info shows."""


def deposit_address(account_id: int, coin: Coin, network: Network) -> str:
    """Return an address that is nobody's, the same every time."""
    digits = hashlib.sha256(f"{account_id} {coin.code} {network.code}".encode()).hexdigest()
    return f"sandbox-{digits[:32]}"
