"""The settings that bots and deals have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from threecommas_async.sandbox.documents.writing import shortened
from threecommas_async.sandbox.engine.deals.settings import SafetyStep, StartCondition


def conditions_document(conditions: Iterable[StartCondition]) -> list[dict[str, object]]:
    return [{"options": dict(condition.options), "strategy": condition.strategy} for condition in conditions]


def safety_steps_document(
    steps: Iterable[SafetyStep], *, done: Collection[int] | None = None
) -> list[dict[str, object]]:
    """Return custom safety steps.

    :param done: the numbers of a deal's steps that can no longer be changed.
    """
    documents: list[dict[str, object]] = []
    for place, step in enumerate(steps, start=1):
        editable = {} if done is None else {"editable": place not in done}
        documents.append({"deviation": shortened(step.deviation), "size": shortened(step.size), **editable})
    return documents
