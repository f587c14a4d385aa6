"""The networks of a currency, and its deposit addresses."""

from __future__ import annotations

from threecommas_async.sandbox.amounts import EXACT
from threecommas_async.sandbox.documents.writing import digits
from threecommas_async.sandbox.reference.networks import Coin, TransferNetwork, deposit_address
from threecommas_async.sandbox.state.account import ExchangeAccount


def coin_document(coin: Coin) -> dict[str, object]:
    is_open = any(network.is_open for network in coin.networks)
    return {
        "currency": coin.code,
        "name": coin.name,
        "deposit_enable": is_open,
        "withdraw_enable": is_open,
        "network_list": [_network_document(network) for network in coin.networks],
    }


def deposit_document(account: ExchangeAccount, coin: Coin, network: TransferNetwork) -> dict[str, object]:
    held = account.holdings.balances.get(coin.code)
    amount = "0.0" if held is None else digits(held.amount)
    locked = account.locked.get(coin.code)
    return {
        "address": deposit_address(account.id, coin, network),
        "address_tag": "",
        "available_balance": amount if held is None or not locked else digits(EXACT.subtract(held.amount, locked)),
        "in_orders": digits(locked) if locked else "0.0",
        "total_balance": amount,
    }


def _network_document(network: TransferNetwork) -> dict[str, object]:
    return {
        "network": network.code,
        "default": network.default,
        "deposit_enable": network.is_open,
        "withdraw_enable": network.is_open,
        "deposit_tip": "" if network.is_open else "Wallet Maintenance, Deposit Suspended",
        "withdraw_tip": "" if network.is_open else "Wallet Maintenance, Withdrawal Suspended",
        "special_tip": "Both a MEMO and an Address are required to deposit." if network.needs_memo else "",
        "network_name": network.name,
        "network_url": None,
        "address_regexp": network.address_regexp,
        "withdraw_fee": network.withdraw_fee,
        "withdraw_min": network.withdraw_min,
        "withdrawMax": "10000000000",
        "withdrawMultiple": "0.00000001",
        "memo_regexp": "^[0-9A-Za-z\\-_]{1,120}$" if network.needs_memo else "",
        "label": "MEMO/Tag" if network.needs_memo else "",
        "require_address_tag": False,
    }
