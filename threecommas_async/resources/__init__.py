"""The API's groups of endpoints: one file each, verbs and paths and types, nothing else."""

from threecommas_async.resources.accounts import Accounts
from threecommas_async.resources.market_data import MarketData
from threecommas_async.resources.users import Users

__all__ = ["Accounts", "MarketData", "Users"]
