"""How price levels are drawn: which lines there are, and what they show."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from threecommas_async.cli.levels import Level, ladder

PRICES = st.decimals("0.00000001", 10**9, allow_nan=False)
LEVELS = st.lists(st.builds(Level, price=PRICES, kind=st.just("safety order"), text=st.just("")), max_size=12).map(
    lambda levels: sorted(levels, key=lambda level: level.price, reverse=True)
)


@given(LEVELS, PRICES, st.integers(0, 30))
def test_every_level_is_drawn_once_and_no_more_lines_than_there_is_room_for(
    levels: list[Level], origin: Decimal, spare: int
) -> None:
    rungs = ladder(levels, origin, spare)
    assert [rung.level for rung in rungs if rung.level is not None] == levels
    assert len(rungs) <= len(levels) + spare
    assert all((rung.level.price > origin) == (rung.distance > 0) for rung in rungs if rung.level and rung.distance)


@given(LEVELS, st.integers(0, 30))
def test_a_greater_gap_has_no_fewer_empty_lines(levels: list[Level], spare: int) -> None:
    gaps: list[tuple[Decimal, int]] = []
    empty = 0
    above: Level | None = None
    for rung in ladder(levels, None, spare):
        if rung.level is None:
            empty += 1
            continue
        if above is not None:
            gaps.append((above.price - rung.level.price, empty))
        above, empty = rung.level, 0
    gaps.sort()
    assert [lines for _, lines in gaps] == sorted(lines for _, lines in gaps)


def test_an_average_is_drawn_with_the_digits_of_the_prices_and_no_distance() -> None:
    levels = [
        Level(Decimal("2966.43"), "take profit", ""),
        Level(Decimal("2934.117357455919395465994962217"), "average", ""),
    ]
    first, second = ladder(levels, levels[1].price, 0)
    assert (str(first.shown), str(second.shown)) == ("2966.43", "2934.12")
    assert second.distance is None


def test_averages_alone_keep_their_digits() -> None:
    (rung,) = ladder([Level(Decimal("0.107068273"), "average", "")], None, 0)
    assert str(rung.shown) == "0.107068273"


def test_nothing_is_drawn_of_no_levels() -> None:
    assert ladder([], None, 10) == []
