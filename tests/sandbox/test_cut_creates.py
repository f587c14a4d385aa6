"""What became of a create whose line was cut anywhere can always be found out."""

from __future__ import annotations

import pytest

from tests.sandbox.cut_creates import KINDS, cut_creates, table

ROUNDS = 40


@pytest.mark.parametrize("name", KINDS)
async def test_a_create_that_is_cut_anywhere_is_never_carried_out_twice_and_always_found(name: str) -> None:
    figures = await cut_creates(name, ROUNDS, seed=11)
    assert figures.wrong == [], table([figures])
    assert (figures.rounds, figures.twice) == (ROUNDS, 0)
    assert min(figures.places[part] for part in ("request", "head", "body")) > 5
    assert figures.found == figures.carried_out - figures.places["whole"]
    assert set(figures.outcomes) <= {
        "request: OutcomeUnknownError UNKNOWN",
        "head: OutcomeUnknownError UNKNOWN",
        "body: UnreadableResponseError UNKNOWN",
        "whole: done",
    }
