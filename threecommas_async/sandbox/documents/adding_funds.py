"""What a caller needs to know before adding funds to a deal."""

from __future__ import annotations

from typing import Final

from threecommas_async.sandbox.documents.writing import digits, short_zero, shortened, shortened_or_none
from threecommas_async.sandbox.engine.deals.deal import Deal

_LIMIT_PLACES: Final = 8


def adding_funds_document(deal: Deal) -> dict[str, object]:
    pair, is_long, settings = deal.book.pair, deal.direction.is_long, deal.settings
    currency = pair.quote if is_long else pair.base
    min_total = shortened(pair.min_total)
    return {
        "orderbook_price": shortened(deal.book.price),
        "price_per_one_unit_strategy_name": "orderbook_price",
        "account_id": deal.account.id,
        "quote_currency": pair.quote,
        "base_currency": pair.base,
        "adding_funds_currency": currency,
        "available_amount": shortened(deal.account.funds.available(currency)),
        "limits": {
            "minPrice": digits(pair.tick),
            "maxPrice": "1000000.0",
            "priceStep": digits(pair.tick),
            "priceMultiplierDown": "0.2",
            "priceMultiplierUp": "5.0",
            "minLotSize": digits(pair.min_lot),
            "lotStep": digits(pair.lot),
            "minTotal": min_total,
            "maxMarketBuyAmount": "2758.00778166",
            "maxMarketSellAmount": "2758.00778166",
            "minMarketBuyAmount": "0.0",
            "minMarketSellAmount": "0.0",
            "maxLotSize": "9000.0",
            "marketBuyMinTotal": min_total,
        },
        "market_supported": True,
        "is_contract": pair.market_type == "futures",
        "orderbook_price_currency": pair.quote,
        "take_profit_price": short_zero(deal.take_profit_price),
        "stop_loss_price": shortened_or_none(deal.stop_loss_price),
        "account_type": f"Account::{_camel(deal.account.market)}Account",
        "deal_type": settings.strategy,
        "pair": pair.code,
        "limit": f"{pair.min_total:.{_LIMIT_PLACES}f}",
        "market_buy_min_total": min_total,
        "min_lot_size": f"{pair.min_lot:.{_LIMIT_PLACES}f}",
        "leverage_custom_value": shortened_or_none(settings.leverage_custom_value),
        "leverage_type": settings.leverage_type,
    }


def _camel(market: str) -> str:
    return "".join(part.capitalize() for part in market.split("_"))
