"""The version, named once more in ``pyproject.toml``; a test keeps the two together."""

__version__ = "0.1.0"
