"""The conditions under which bots open deals, close them and buy more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal, cast

import attrs

from threecommas_async.models.base import Model, Omitted
from threecommas_async.models.editable import complete
from threecommas_async.models.request import Request, checked, word
from threecommas_async.models.rules import as_tuple

StrategyName = Literal["nonstop", "manual", "rsi", "qfl", "trading_view", "tv_custom_signal"]
"""Conditions that are known; ``client.bots.strategies`` lists all that an account has."""


def _options(name: str, value: object) -> object:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, such as {{'time': '5m'}}, not {type(value).__name__}")
    for key in cast("Mapping[object, object]", value):
        if not isinstance(key, str):
            raise TypeError(f"the keys of {name} must be strings, not {type(key).__name__}")
    return cast("object", value)


def _by_value(value: object) -> object:
    """Return what is the same for the same options: the API answers ``"30"`` to what was sent as 30."""
    if isinstance(value, Mapping):
        return {key: _by_value(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_by_value(item) for item in cast("list[object]", value)]
    if isinstance(value, bool):
        return "boolean", value  # to Python, True is 1
    if isinstance(value, (str, int, Decimal)):
        try:
            amount = Decimal(value)
        except InvalidOperation:
            return value
        return amount if amount.is_finite() else value
    return value


@attrs.frozen(kw_only=True, repr=False)
class StrategySettings(Request):
    """A condition, as it is sent: ``StrategySettings(strategy="nonstop")``.

    ::

        StrategySettings(strategy="rsi", options={"time": "5m", "points": 30, "trigger_condition": "less",
                                                  "time_period": 7})
    """

    strategy: StrategyName | str = attrs.field(validator=checked(word))
    """The condition's name; ``client.bots.strategies`` lists them. With ``nonstop`` the next deal begins when one ends,
    which bots of a single pair alone can do; with ``manual`` only you, or the web application, begin one."""
    options: Mapping[str, object] = attrs.field(factory=dict[str, object], validator=checked(_options), eq=_by_value)
    """The condition's parameters by name, as ``client.bots.strategies`` describes them; empty where it has none."""


def strategies(value: Sequence[StrategySettings]) -> tuple[StrategySettings, ...]:
    """Take in conditions, for an attrs field."""
    return as_tuple(value)


def strategies_if_given(value: Sequence[StrategySettings] | Omitted) -> tuple[StrategySettings, ...] | Omitted:
    """Take in conditions that may not be sent, for an attrs field."""
    return value if isinstance(value, Omitted) else as_tuple(value)


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class BotStrategy(Model):
    """A condition under which a bot opens a deal, closes it, or places a safety order."""

    strategy: str | None = None
    """The condition's name: ``nonstop``, ``manual``, ``rsi``, ``tv_custom_signal`` and others."""
    options: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """The condition's parameters by name. Their values are texts, numbers too: ``{"time": "3m", "points": "70"}``."""

    def settings(self) -> StrategySettings:
        """Return the condition as it is sent.

        :raises ValueError: something of it could not be read, and would be lost.
        """
        return StrategySettings(strategy=complete(self, "strategy")["strategy"], options=self.options or {})


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class AvailableStrategy(Model):
    """A condition that bots can be given. Vendor's page: "Available strategy list"."""

    SHOWN = ("name", "strategy_type")

    name: str | None = None
    """What the web application calls it."""
    strategy_type: str | None = None
    """Its kind: ``signal``, ``indicator`` and others."""
    payed: bool | None = None
    """Whether it costs extra."""
    beta: bool | None = None
    """Whether it is still being tried out."""
    options: Mapping[str, object] | None = attrs.field(default=None, hash=False)
    """Its parameters: for each, the words to choose from with their labels, or None where any value goes."""
    accounts_whitelist: tuple[str, ...] | None = None
    """The kinds of account that can use it; None where all can."""
