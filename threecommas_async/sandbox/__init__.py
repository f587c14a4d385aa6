"""An offline 3Commas: a server on this machine that answers as the real one does, for tests and for trying things out.

async with Sandbox() as sandbox, sandbox.client() as client:
    account = await client.accounts.create(type="binance", name="Main", api_key="abcde", secret="abcde")
"""

from threecommas_async.sandbox.keys import Permission, SandboxKey
from threecommas_async.sandbox.server import RequestRecord, Sandbox

__all__ = ["Permission", "RequestRecord", "Sandbox", "SandboxKey"]
