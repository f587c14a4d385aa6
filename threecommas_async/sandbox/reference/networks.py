"""The networks over which the sandbox's exchanges transfer some currencies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from attrs import frozen

_ETHEREUM_ADDRESS: Final = "^(0x)[0-9A-Fa-f]{40}$"
_BITCOIN_ADDRESS: Final = "^[13][a-km-zA-HJ-NP-Z1-9]{25,34}$|^[(bc1q)|(bc1p)][0-9A-Za-z]{37,62}$"


@frozen
class TransferNetwork:
    """A network, and the costs of transferring a currency over it."""

    code: str
    name: str
    address_regexp: str
    withdraw_fee: str
    withdraw_min: str
    default: bool = False
    is_open: bool = True
    needs_memo: bool = False


@frozen
class Coin:
    """A currency that can be transferred."""

    code: str
    name: str
    networks: tuple[TransferNetwork, ...]


_TABLE: Final = (
    Coin(
        "BTC",
        "Bitcoin",
        (
            TransferNetwork(
                "BNB",
                "BNB Beacon Chain (BEP2)",
                "^(bnb1)[0-9a-z]{38}$",
                "0.0000093",
                "0.000019",
                is_open=False,
                needs_memo=True,
            ),
            TransferNetwork("BTC", "Bitcoin", _BITCOIN_ADDRESS, "0.0004", "0.0008", default=True),
        ),
    ),
    Coin(
        "ETH",
        "Ethereum",
        (
            TransferNetwork("ETH", "Ethereum (ERC20)", _ETHEREUM_ADDRESS, "0.00096", "0.0098", default=True),
            TransferNetwork("ARBITRUM", "Arbitrum One", _ETHEREUM_ADDRESS, "0.0001", "0.0008"),
        ),
    ),
    Coin(
        "USDT",
        "TetherUS",
        (
            TransferNetwork("ETH", "Ethereum (ERC20)", _ETHEREUM_ADDRESS, "4.5", "10"),
            TransferNetwork("TRX", "Tron (TRC20)", "^T[1-9A-HJ-NP-Za-km-z]{33}$", "1", "10", default=True),
        ),
    ),
)

COINS: Final[Mapping[str, Coin]] = {coin.code: coin for coin in _TABLE}
"""Every currency that can be transferred, by its code; the first is the one that networks_info shows."""


def deposit_address(account_id: int, coin: Coin, network: TransferNetwork) -> str:
    """Return a made-up address, the same for every call."""
    digits = hashlib.sha256(f"{account_id} {coin.code} {network.code}".encode()).hexdigest()
    return f"sandbox-{digits[:32]}"
