"""The classes that the API's answers become, one file for each family of entities."""

from threecommas_async.models.account import Account
from threecommas_async.models.base import CurrencyAmount, JsonValue, Model
from threecommas_async.models.key_validity import KeyValidity
from threecommas_async.models.market import Market, MarketFormField, MarketFormFields

__all__ = [
    "Account",
    "CurrencyAmount",
    "JsonValue",
    "KeyValidity",
    "Market",
    "MarketFormField",
    "MarketFormFields",
    "Model",
]
