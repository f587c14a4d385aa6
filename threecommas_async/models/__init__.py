"""The classes that the API's responses become, and those that it is sent, one file for each family of entities.

All of them are imported from here: ``from threecommas_async.models import Account``. They are named in the stub beside
this file, once, and loaded when they are asked for: a program pays for the families that it uses.
"""

from __future__ import annotations

import lazy_loader  # pyright: ignore[reportMissingTypeStubs]

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # pyright: ignore[reportUnknownVariableType]
