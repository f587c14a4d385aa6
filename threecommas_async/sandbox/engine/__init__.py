"""The trading engine of the sandbox: exact, deterministic, without JSON, I/O or a clock of its own.

``Engine`` is the front. Money is ``Decimal`` throughout, and is rounded only where the exchange rounds. The docstrings
say *assumption* where nothing is documented or recorded.
"""

from __future__ import annotations

from threecommas_async.sandbox.engine.engine import Engine

__all__ = ["Engine"]
