"""The picture that ``threecommas accounts chart`` draws: small ones dot by dot, and what is true of all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from threecommas_async.cli.chart import Point, draw

LONG = "0.0000000080232449796548201579586071525673247181448663178"
START = datetime(2024, 9, 17, tzinfo=UTC)
DAY = timedelta(days=1)


def daily(*amounts: str) -> list[Point]:
    return [(START + number * DAY, Decimal(amount)) for number, amount in enumerate(amounts)]


def picture(points: list[Point], width: int, height: int, *, ascii_only: bool = False) -> str:
    return "".join(f"{line}\n" for line in draw(points, width=width, height=height, ascii_only=ascii_only))


# --- pictures


def test_a_way_up() -> None:
    assert picture(daily("0", "100"), 34, 6) == (
        "100 ┤                      ⣀⣀⠤⠤⠒⠒⠉\n"
        " 50 ┤              ⢀⣀⡠⠤⠔⠒⠉⠉\n"
        "    │       ⣀⣀⠤⠔⠒⠊⠉⠁\n"
        "  0 ┤⣀⠤⠤⠒⠒⠉⠉\n"
        "    └┬───────────────────────────┬\n"
        "     09-17 00:00       09-18 00:00\n"
    )


def test_the_same_in_ascii() -> None:
    assert picture(daily("0", "100"), 34, 6, ascii_only=True) == (
        "100 +                        *****\n"
        " 50 +              **********\n"
        "    |     *********\n"
        "  0 +*****\n"
        "    ++---------------------------+\n"
        "     09-17 00:00       09-18 00:00\n"
    )


def test_a_peak_below_nothing() -> None:
    assert picture(daily("-0.3", "-0.1", *["-0.3"] * 6), 40, 6) == (
        "-0.1 ┤    ⡰⠱⡀\n"
        "-0.2 ┤  ⢀⠜  ⠑⡄\n"
        "     │ ⢠⠊    ⠘⢄\n"
        "-0.3 ┤⡰⠁      ⠈⢆⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀\n"
        "     └┬────────────────────────────────┬\n"
        "      2024-09-17              2024-09-24\n"
    )


def test_one_point_stands_in_the_middle() -> None:
    assert picture(daily("41.50"), 28, 5) == (
        "      │\n41.50 ┤          ⠄\n      │\n      └──────────┬──────────\n            2024-09-17\n"
    )


def test_an_amount_that_does_not_change() -> None:
    assert picture(daily("7", "7.0"), 18, 5) == ("  │\n7 ┤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤\n  │\n  └┬──────────────\n   09-17 00:00\n")


def test_no_point() -> None:
    assert draw([], width=80, height=20) == []


def test_amounts_that_leave_too_little_room_for_the_line_are_left_away() -> None:
    assert picture(daily(LONG), 12, 3) == "│     ⠄\n└─────┬─────\n 2024-09-17\n"
    assert picture(daily(LONG), 120, 3).startswith(f"{LONG} ┤ ")


@pytest.mark.parametrize(
    ("least", "greatest", "labels"),
    [
        ("37932.4", "39998.6", ["39500", "39000", "38500", "38000"]),
        ("0.000802", "0.000811", ["0.000810", "0.000808", "0.000806", "0.000804", "0.000802"]),
        ("-3", "4", ["4", "2", "0", "-2"]),
        ("-0.4", "0.3", ["0.2", "0.0", "-0.2", "-0.4"]),
        ("1E+6", "9E+6", ["8000000", "6000000", "4000000", "2000000"]),
        ("1234567890123.001", "1234567890123.002", [f"1234567890123.00{digits}" for digits in range(20, 9, -2)]),
        ("1E-30", "2E-30", [f"0.{'0' * 29}{digits}" for digits in ("20", "18", "16", "14", "12", "10")]),
    ],
)
def test_amounts_beside_the_line_are_round(least: str, greatest: str, labels: list[str]) -> None:
    lines = draw(daily(least, greatest), width=80, height=14)
    assert [line.partition("┤")[0].strip() for line in lines if "┤" in line] == labels


def test_amounts_that_differ_beyond_what_can_be_read_have_none_beside_the_line() -> None:
    lines = draw(daily(f"{10**70 + 1}E-90", f"{10**70 + 2}E-90"), width=300, height=10)
    assert all(line.startswith("│") for line in lines[:-2])


@pytest.mark.parametrize(
    ("width", "dates"),
    [
        (12, []),
        (14, ["2024-09-17"]),
        (40, ["2024-09-17", "2024-12-26"]),
        (60, ["2024-09-17", "2024-11-06", "2024-12-26"]),
        (400, ["2024-09-17", "2024-10-03", "2024-10-20", "2024-11-06", "2024-11-22", "2024-12-09", "2024-12-26"]),
    ],
)
def test_as_many_dates_as_there_is_room_for(width: int, dates: list[str]) -> None:
    lines = draw(daily(*(str(number % 7) for number in range(101))), width=width, height=10)
    assert lines[-1].split() == dates
    assert lines[-2].count("┬") == len(dates)


# --- what is true of every picture

AMOUNTS = (
    st.decimals(-1000, 1000, places=2),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.builds(Decimal.scaleb, st.integers(-99, 99).map(Decimal), st.integers(-900, 900)),
    st.integers(int(LONG[2:]), int(LONG[2:]) + 99).map(lambda units: Decimal(f"{units}E-55")),
)
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
POINTS = st.one_of(*(st.lists(st.tuples(TIMES, one), min_size=1, max_size=30) for one in AMOUNTS)).map(sorted)
WIDTHS, HEIGHTS = st.integers(2, 200), st.integers(3, 40)
HAIR = Fraction(1, 10**50)


def share(value: Decimal, values: list[Decimal]) -> Fraction:
    """How far a value is from the least to the greatest; in the middle if these are the same."""
    least, greatest = Fraction(min(values)), Fraction(max(values))
    return (Fraction(value) - least) / (greatest - least) if least != greatest else Fraction(1, 2)


@given(points=POINTS, width=WIDTHS, height=HEIGHTS, ascii_only=st.booleans())
def test_it_keeps_to_its_room(points: list[Point], width: int, height: int, ascii_only: bool) -> None:
    lines = draw(points, width=width, height=height, ascii_only=ascii_only)
    assert len(lines) == height
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() and line.isprintable() for line in lines)
    assert not ascii_only or all(line.isascii() for line in lines)


@given(points=POINTS, width=WIDTHS, height=HEIGHTS)
def test_every_point_is_where_it_belongs(points: list[Point], width: int, height: int) -> None:
    lines = draw(points, width=width, height=height)
    left, rows = lines[-2].index("└") + 1, height - 2
    columns = len(lines[-2]) - left
    amounts = [amount for _, amount in points]
    times = [Decimal((time - points[0][0]) // timedelta(microseconds=1)) for time, _ in points]
    for time, amount in zip(times, amounts, strict=True):
        across, up = share(time, times) * (2 * columns - 1), share(amount, amounts) * (4 * rows - 1)
        near = {(x // 2, y // 4) for x in _nearest(across) for y in _nearest(up)}
        assert any(lines[rows - 1 - y][left + x : left + x + 1].strip() for x, y in near)
    if max(amounts) > min(amounts):
        assert lines[0][left:]
        assert lines[rows - 1][left:]
    else:
        assert sum(bool(line[left:]) for line in lines[:rows]) == 1


def _nearest(exact: Fraction) -> set[int]:
    """Return the dot that is nearest to a place, or both if it is halfway between two.

    Halfway is what 60 digits, with which the picture calculates, can take for it.
    """
    half = Fraction(1, 2)
    return {floor(exact + half - HAIR), floor(exact + half + HAIR)}


@given(points=POINTS, width=WIDTHS, height=HEIGHTS)
def test_the_line_has_no_gap(points: list[Point], width: int, height: int) -> None:
    lines = draw(points, width=width, height=height)
    left = lines[-2].index("└") + 1
    drawn = {column for line in lines[:-2] for column, character in enumerate(line[left:]) if character != " "}
    columns = len(lines[-2]) - left
    if points[0][0] == points[-1][0]:
        assert drawn == {(2 * columns - 1) // 2 // 2}
    else:
        assert drawn == set(range(columns))


# Half of 1 is less than half of the way from the least to the greatest here, by less than 60 digits can show.
@example(points=[(START, Decimal("1E-61")), (START + DAY, Decimal(1))], width=8, height=6)
@given(points=POINTS, width=WIDTHS, height=HEIGHTS)
def test_every_amount_beside_the_line_stands_in_its_row(points: list[Point], width: int, height: int) -> None:
    rows = height - 2
    amounts = [amount for _, amount in points]
    for row, line in enumerate(draw(points, width=width, height=height)[:rows]):
        label = line.partition("┤")[0] if "┤" in line else ""
        if label.strip():
            up = share(Decimal(label), amounts) * (4 * rows - 1)
            assert 0 <= up <= 4 * rows - 1
            middle = {(4 * rows - 1) // 2} if min(amounts) == max(amounts) else set[int]()
            assert rows - 1 - row in {dot // 4 for dot in middle or _nearest(up)}
