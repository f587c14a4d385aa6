"""The start and close conditions that bots can use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TIMES: Final = {
    "3m": "3 minutes",
    "5m": "5 minutes",
    "15m": "15 minutes",
    "30m": "30 minutes",
    "1h": "1 hour",
    "2h": "2 hours",
    "4h": "4 hours",
    "8h": "8 hours",
    "1d": "1 day",
    "3d": "3 days",
    "1w": "1 week",
}
_TRIGGERS: Final = {
    "less": "less",
    "greater": "greater",
    # Swapped on the vendor's page, too.
    "crossing_above": "crossing_down",
    "crossing_below": "crossing_up",
}
_ACCOUNTS: Final = (
    "Account::BinanceAccount",
    "Account::BinanceFuturesAccount",
    "Account::BybitAccount",
    "Account::GateIoAccount",
    "Account::KrakenAccount",
    "Account::OkexAccount",
    "Account::PaperTradingAccount",
)


def strategies_document() -> dict[str, object]:
    return {
        "nonstop": _signal("Open new trade asap"),
        "manual": _signal("Manually/API (Bot won't open new trades automatically)"),
        "tv_custom_signal": _signal("Trading View custom signal"),
        "rsi": _indicator("RSI", {"time": _TIMES, "points": None, "trigger_condition": _TRIGGERS, "time_period": None}),
        "qfl": _indicator("QFL", {"type": {"original": "Original"}, "percent": None}),
    }


def _signal(name: str) -> dict[str, object]:
    return {"strategy_type": "signal", "payed": False, "beta": False, "name": name}


def _indicator(name: str, options: Mapping[str, object]) -> dict[str, object]:
    return {
        "name": name,
        "payed": False,
        "beta": False,
        "strategy_type": "indicator",
        "options": options,
        "accounts_whitelist": _ACCOUNTS,
    }
