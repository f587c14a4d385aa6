"""What an account holds: the pie chart, the table, and dust that was converted to BNB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from threecommas_async.sandbox.amounts import EXACT, rounded, share, total
from threecommas_async.sandbox.documents.writing import digits, number, shortened, unix_milliseconds
from threecommas_async.sandbox.reference.currencies import Worth, currency_of
from threecommas_async.sandbox.state.account import ExchangeAccount
from threecommas_async.sandbox.state.holdings import Balance, ConvertedDust


def pie_chart_documents(account: ExchangeAccount) -> list[dict[str, object]]:
    """Return the currencies of an account, the most valuable first."""
    held = account.holdings
    by_value = sorted(held.balances.items(), key=lambda item: item[1].usd_value, reverse=True)
    return [_slice(account, code, balance, held.usd_amount) for code, balance in by_value]


def account_table_documents(account: ExchangeAccount, worth: Worth) -> list[dict[str, object]]:
    held = account.holdings
    return [_table_row(account, code, balance, held.usd_amount, worth) for code, balance in held.balances.items()]


def dust_document(converted: Sequence[tuple[int, ConvertedDust]], now: datetime) -> dict[str, object]:
    """Return the converted balances, each with the number of its transfer."""
    return {
        "totalTransfered": digits(total(dust.transferred for _, dust in converted)),
        "totalServiceCharge": digits(total(dust.charge for _, dust in converted)),
        "transferResult": [
            {
                "tranId": transfer_id,
                "fromAsset": dust.code,
                "amount": digits(dust.amount),
                "transferedAmount": digits(dust.transferred),
                "serviceChargeAmount": digits(dust.charge),
                "operateTime": unix_milliseconds(now),
            }
            for transfer_id, dust in converted
        ],
    }


def _slice(account: ExchangeAccount, code: str, balance: Balance, whole: Decimal) -> dict[str, object]:
    percentage = number(rounded(share(balance.usd_value, whole), 2))
    return {
        "code": code,
        "coinmarketcapid": str(currency_of(code).coinmarketcap_id),
        "name": f"{currency_of(code).name} ({code})",
        "y": percentage,
        "percentage": percentage,
        "amount": number(balance.amount),
        "btc_value": shortened(rounded(balance.btc_value, 8)),
        "usd_value": shortened(rounded(balance.usd_value, 2)),
        "primary_display_currency": {"currency": "USD", "amount": digits(balance.usd_value)},
        "account_id": account.id,
    }


def _table_row(
    account: ExchangeAccount, code: str, balance: Balance, whole: Decimal, worth: Worth
) -> dict[str, object]:
    currency = currency_of(code)
    change = number(currency.day_change_percent)
    locked = account.locked.get(code)
    return {
        "currency_code": code,
        "currency_name": currency.name,
        "currency_icon": currency.icon_url,
        "currency_slug": currency.slug,
        "percentage": number(share(balance.usd_value, whole)),
        "position": number(balance.amount),
        "position_available": number(EXACT.subtract(balance.amount, locked) if locked else balance.amount),
        "position_type": 0,
        "borrowed": 0,
        "on_orders": number(locked) if locked else 0,
        "on_orders_with_leverage": 0,
        "on_orders_long": 0,
        "on_orders_short": 0,
        "equity": number(balance.amount),
        "current_price": number(worth.btc_price(code)),
        "current_price_usd": number(worth.usd_price(code)),
        "day_change_percent": change,
        "day_change_percent_btc": change,
        "day_change_percent_usd": change,
        "btc_value": number(balance.btc_value),
        "usd_value": number(balance.usd_value),
        "available_long": 0,
        "available_short": 0,
        "available_with_leverage_long": 0,
        "available_with_leverage_short": 0,
        "account_id": account.id,
        "is_wallet": account.market.is_wallet,
    }
