"""The classes that the API's answers become, one file for each family of entities."""

from threecommas_async.models.account import Account
from threecommas_async.models.account_volume import AccountVolume, DailyVolume, MonthlyVolume
from threecommas_async.models.active_entities import ActiveTradingEntities, ActiveTradingEntitiesAnswer
from threecommas_async.models.balance import AccountTableRow, BalancePoint, PieChartSlice
from threecommas_async.models.base import CurrencyAmount, JsonValue, Model
from threecommas_async.models.deposit import DepositData
from threecommas_async.models.dust import ConvertedAsset, DustConversion
from threecommas_async.models.key_validity import KeyValidity
from threecommas_async.models.leverage import LeverageBounds, LeverageType
from threecommas_async.models.market import Market, MarketFormField, MarketFormFields
from threecommas_async.models.market_subtype import MarketSubtype
from threecommas_async.models.network import CurrencyNetworks, Network
from threecommas_async.models.rates import CurrencyRates, CurrencyRatesWithLeverage
from threecommas_async.models.server import Pong, ServerTime

__all__ = [
    "Account",
    "AccountTableRow",
    "AccountVolume",
    "ActiveTradingEntities",
    "ActiveTradingEntitiesAnswer",
    "BalancePoint",
    "ConvertedAsset",
    "CurrencyAmount",
    "CurrencyNetworks",
    "CurrencyRates",
    "CurrencyRatesWithLeverage",
    "DailyVolume",
    "DepositData",
    "DustConversion",
    "JsonValue",
    "KeyValidity",
    "LeverageBounds",
    "LeverageType",
    "Market",
    "MarketFormField",
    "MarketFormFields",
    "MarketSubtype",
    "Model",
    "MonthlyVolume",
    "Network",
    "PieChartSlice",
    "Pong",
    "ServerTime",
]
