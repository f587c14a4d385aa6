"""Which take profits a deal has."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.engine.deals.deal import Target
from threecommas_async.sandbox.engine.deals.settings import BotSettings, TakeProfitStep
from threecommas_async.sandbox.engine.exact import ZERO, plus
from threecommas_async.sandbox.engine.refusals import wrong_parameters

_WHOLE: Final = Decimal(100)
_MOST_STEPS: Final = 4


def new_targets(settings: BotSettings) -> list[Target]:
    """Return the take profits of a deal.

    Assumptions: a deal that closes by signal has none, neither has one whose ``take_profit`` is zero; a step has the id
    of its order from the start on, also if it has none yet.
    """
    if settings.closes_by_signal:
        return []
    if settings.take_profit_steps:
        steps = [(step.amount_percentage, step.profit_percentage) for step in settings.take_profit_steps]
    else:
        steps = [(_WHOLE, settings.take_profit)] if settings.take_profit else []
    return [Target(0, share, percentage) for share, percentage in steps]


def check_steps(settings: BotSettings) -> None:
    """Refuse take profit steps that do not add up.

    Assumption: the texts; that a single take profit excludes steps was reported, the other two rules are documented.

    :raises RefusedError: They do not.
    """
    steps = settings.take_profit_steps
    if not steps:
        return
    if settings.take_profit:
        raise wrong_parameters(take_profit_steps="must be empty if take_profit is set")
    if len(steps) > _MOST_STEPS:
        raise wrong_parameters(take_profit_steps=f"must have at most {_MOST_STEPS} items")
    if _sum(steps) != _WHOLE:
        raise wrong_parameters(take_profit_steps="amount_percentage must add up to 100")


def _sum(steps: tuple[TakeProfitStep, ...]) -> Decimal:
    return plus(ZERO, *(step.amount_percentage for step in steps))
