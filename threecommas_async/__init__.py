"""Asyncio client for the 3Commas trading API: typed, exact decimals, honest failures, an offline sandbox.

The names that every program needs stand in the stub beside this file, once; those of the models in
``threecommas_async.models``. They are loaded when they are first asked for, so that what merely finds the package
installed (pytest, with its plugin) does not pay for aiohttp.
"""

from __future__ import annotations

import logging

import lazy_loader  # pyright: ignore[reportMissingTypeStubs]

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # pyright: ignore[reportUnknownVariableType]

logging.getLogger(__name__).addHandler(logging.NullHandler())
