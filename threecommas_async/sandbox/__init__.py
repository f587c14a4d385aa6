"""An offline 3Commas: a server on this machine that answers as the real one does, for tests and for trying things out.

async with Sandbox() as sandbox, sandbox.client() as client:
    account = await client.accounts.create(type="binance", name="Main", api_key="abcde", secret="abcde")
"""

from threecommas_async.sandbox.application import RequestRecord
from threecommas_async.sandbox.control import SandboxAccounts
from threecommas_async.sandbox.exchange_account import KeysState
from threecommas_async.sandbox.faults import AppliedFault, Faults, PlannedFault
from threecommas_async.sandbox.holdings import VENDOR_DUST, Holdings
from threecommas_async.sandbox.keys import Permission, SandboxKey
from threecommas_async.sandbox.limits import DOCUMENTED_LIMITS, SandboxLimit
from threecommas_async.sandbox.server import Sandbox

__all__ = [
    "DOCUMENTED_LIMITS",
    "VENDOR_DUST",
    "AppliedFault",
    "Faults",
    "Holdings",
    "KeysState",
    "Permission",
    "PlannedFault",
    "RequestRecord",
    "Sandbox",
    "SandboxAccounts",
    "SandboxKey",
    "SandboxLimit",
]
