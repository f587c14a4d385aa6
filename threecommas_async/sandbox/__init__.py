"""An offline 3Commas: a server on this machine that responds as the real one does, for tests and for trying things out.

::

    async with Sandbox() as sandbox, sandbox.client() as client:
        account = await client.accounts.create(type="binance", name="Main", api_key="abcde", secret="abcde")
"""

from threecommas_async.sandbox.control.accounts import SandboxAccounts
from threecommas_async.sandbox.control.cable import CableFaults, SandboxCable
from threecommas_async.sandbox.control.faults import Faults
from threecommas_async.sandbox.control.pairs import SandboxPairs
from threecommas_async.sandbox.control.prices import ReplayProgress, SandboxPrices
from threecommas_async.sandbox.control.signals import SandboxSignalBot, SandboxSignals, SignalResult
from threecommas_async.sandbox.engine.signals.messages import SignalRecord
from threecommas_async.sandbox.http.application import RequestRecord
from threecommas_async.sandbox.http.faults import AppliedFault, PlannedFault
from threecommas_async.sandbox.http.limits import ENFORCED_LIMITS, SandboxLimit
from threecommas_async.sandbox.server import Sandbox
from threecommas_async.sandbox.state.account import KeysState
from threecommas_async.sandbox.state.holdings import VENDOR_DUST, Holdings
from threecommas_async.sandbox.state.keys import Permission, SandboxKey

__all__ = [
    "ENFORCED_LIMITS",
    "VENDOR_DUST",
    "AppliedFault",
    "CableFaults",
    "Faults",
    "Holdings",
    "KeysState",
    "Permission",
    "PlannedFault",
    "ReplayProgress",
    "RequestRecord",
    "Sandbox",
    "SandboxAccounts",
    "SandboxCable",
    "SandboxKey",
    "SandboxLimit",
    "SandboxPairs",
    "SandboxPrices",
    "SandboxSignalBot",
    "SandboxSignals",
    "SignalRecord",
    "SignalResult",
]
