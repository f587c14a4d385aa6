"""What has come otherwise than documented so far: a new field costs time once, and not in every object.

It shows as speed alone: what is read, and what is warned of, is the same as in the tolerant way.
"""

from __future__ import annotations

import threading
from decimal import InvalidOperation
from typing import Any, Final, cast, final

import attrs
import msgspec

from threecommas_async.codec.converter import TOLERANCE, is_plain_name
from threecommas_async.codec.scalars import SCALARS
from threecommas_async.codec.wire import DOCUMENTED, Drift, json_fields, json_key, model_within, what_is_not_none
from threecommas_async.models.base import JsonValue

# Each of them has forms made anew: who sends ever new names must neither keep the process busy nor fill its memory.
_MOST_OF_MODEL: Final = 32
_MOST: Final = 256
_MOST_IN_VAIN: Final = 500

_Found = dict[Any, tuple[set[str], set[str]]]


@final
class Memory:
    """What is known of the drift of all models; safe when several threads read.

    :param most: how many fields are remembered at most.
    :ivar forms: the wire forms that go with it.
    """

    def __init__(self, most: int = _MOST) -> None:
        self.forms = DOCUMENTED
        self._most: Final = most
        self._in_vain = 0 if most else _MOST_IN_VAIN
        self._lock: Final = threading.Lock()

    def observe(self, model: Any, value: JsonValue) -> None:
        """Remember in which order the fields of a decoded object come, of what was not seen before."""
        found: dict[Any, tuple[str, ...]] = {}
        _look_at_order(model, value, found)
        with self._lock:
            drift = dict(self.forms.drift)
            for kind, order in found.items():
                known = drift.get(kind, Drift())
                if not known.order:
                    drift[kind] = attrs.evolve(known, order=order)
            self._remember(drift)

    def learn(self, model: Any, value: JsonValue) -> None:
        """Remember in what a decoded object is other than documented."""
        if self._in_vain >= _MOST_IN_VAIN:
            return
        found: _Found = {}
        _look(model, value, found)
        with self._lock:
            drift = dict(self.forms.drift)
            left = self._most - sum(len(one.extra) + len(one.odd) for one in drift.values())
            for kind, (extra, odd) in found.items():
                known = drift.get(kind, Drift())
                new = sorted(extra.difference(known.extra))[: max(min(left, _MOST_OF_MODEL - len(known.extra)), 0)]
                left -= len(new)
                other = sorted(odd - known.odd)[: max(left, 0)]
                left -= len(other)
                if new or other:
                    drift[kind] = attrs.evolve(known, extra=(*known.extra, *new), odd=known.odd.union(other))
            if not self._remember(drift):
                self._in_vain += 1

    def _remember(self, drift: dict[Any, Drift]) -> bool:
        if drift == self.forms.drift:
            return False
        self.forms = self.forms.with_drift(drift, TOLERANCE)
        return True


def _look_at_order(model: Any, value: object, found: dict[Any, tuple[str, ...]]) -> None:
    if not isinstance(value, dict) or model in found:
        return
    fields = {json_key(field): field for field in json_fields(model)}
    known = {key: item for key, item in cast("dict[str, object]", value).items() if key in fields}
    found[model] = tuple(known)
    for key, item in known.items():
        inner = model_within(fields[key].type)
        if inner is not None:
            for one in cast("list[object]", item) if isinstance(item, list) else [item]:
                _look_at_order(inner, one, found)


def _look(model: Any, value: object, found: _Found) -> None:
    """Find what drifts in an object that should be a ``model``."""
    if not isinstance(value, dict):
        return
    fields = {json_key(field): field for field in json_fields(model)}
    extra, odd = found.setdefault(model, (set(), set()))
    for key, item in cast("dict[str, object]", value).items():
        if key not in fields:
            # An "error" tells a refusal from what was asked for: it is always looked at in the tolerant way.
            if is_plain_name(key) and not key.startswith("error"):
                extra.add(key)
            continue
        documented: Any = what_is_not_none(fields[key].type)
        inner = model_within(documented)
        if inner is not None:
            for one in cast("list[object]", item) if isinstance(item, list) else [item]:
                _look(inner, one, found)
        elif documented in SCALARS:
            is_null = item is None and documented is not fields[key].type
            # Without a field that is required there is no object, and no warning of what comes after it.
            if fields[key].default is not attrs.NOTHING and not is_null and not _is_as_documented(documented, item):
                odd.add(fields[key].name)


def _is_as_documented(kind: Any, value: object) -> bool:
    scalar = SCALARS[kind]
    try:
        on_the_wire = msgspec.convert(value, cast("Any", scalar.wire))
        if scalar.convert is not None:
            scalar.convert(on_the_wire)
    except (ValueError, InvalidOperation):
        return False
    return True
