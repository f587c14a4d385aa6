"""Whether an API key works."""

from __future__ import annotations

import attrs

from threecommas_async.models.base import Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class KeyValidity(Model):
    """What 3Commas says of the API key that signed the question."""

    valid: bool
    """Whether the key and its signature are accepted."""
