"""Draws the history of an amount with characters.

Written here because the existing libraries calculate with floats, which an amount never is in this package. A Braille
character has two columns and four rows of dots, so that a terminal of 80 columns shows a fine line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Final

import attrs

from threecommas_async import codec

Point = tuple[datetime, Decimal]

_BRAILLE: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The dots of a character, from the top left, and what each adds to the code point of the empty one."""
_EMPTY: Final = 0x2800
_ONE_DOT: Final = ((0x01,),)
_TO_ASCII: Final = str.maketrans("┤│└─┬" + chr(_EMPTY + 0x01), "+|+-+*")

# Enough digits for any scale that can be read, and any exponent that an amount can have.
_SCALING: Final = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)
_ROUND_STEPS: Final = (1, 2, 5, 10)
_ROWS_TO_A_LABEL: Final = 2
_BETWEEN_DATES: Final = 6
_MOST_DATES: Final = 7
_WEEK: Final = timedelta(days=7)
_TICK: Final = timedelta(microseconds=1)


@attrs.frozen
class _Scale:
    """Maps values to positions in a row of dots; the least value is at 0."""

    least: Decimal
    greatest: Decimal
    dots: int

    def __call__(self, value: Decimal) -> int:
        if self.least == self.greatest:
            return (self.dots - 1) // 2
        share = (value - self.least) / (self.greatest - self.least)
        return int((share * (self.dots - 1)).to_integral_value(ROUND_HALF_UP))


def draw(points: Sequence[Point], *, width: int, height: int, ascii_only: bool = False) -> list[str]:
    """Draw a line through the points: the least amount in the lowest row, the greatest in the highest.

    Round amounts are written to its left, if there is room for them, and dates below it.

    :param points: ascending times of one time zone, and the amounts.
    :param width: the available columns, at least 2.
    :param height: the available rows, at least 3; the last two are for the dates.
    :param ascii_only: whether to draw without Braille and box-drawing characters.
    :returns: the rows, without spaces at their ends; empty if there are no points.
    """
    if not points:
        return []
    dots, rows = _ONE_DOT if ascii_only else _BRAILLE, height - 2
    with localcontext(_SCALING):
        amounts = [amount for _, amount in points]
        scale = _Scale(min(amounts), max(amounts), rows * len(dots))
        labels = {rows - 1 - scale(amount) // len(dots): codec.plain(amount) for amount in _round_amounts(scale, rows)}
        gutter = max(map(len, labels.values()), default=-1) + 1
        if 2 * gutter > width:
            labels, gutter = {}, 0
        columns = width - gutter - 1
        plot = _line(points, scale, columns, rows, dots)
    dates = _dates(points, columns)
    axis = "".join("┬" if column in dates else "─" for column in range(columns))
    picture = [
        f"{labels.get(row, '') + ' ' if gutter else '':>{gutter}}{'┤' if row in labels else '│'}{line}"
        for row, line in enumerate(plot)
    ]
    picture += [f"{'':{gutter}}└{axis}", f"{'':{gutter}} {_side_by_side(dates, columns)}"]
    return [(line.translate(_TO_ASCII) if ascii_only else line).rstrip() for line in picture]


def _line(
    points: Sequence[Point], upwards: _Scale, columns: int, rows: int, dots: Sequence[Sequence[int]]
) -> list[str]:
    across, down = len(dots[0]), len(dots)
    cells = [[0] * columns for _ in range(rows)]
    times = [Decimal((time - points[0][0]) // _TICK) for time, _ in points]
    rightwards = _Scale(times[0], times[-1], columns * across)
    ends = [(rightwards(time), upwards(amount)) for time, (_, amount) in zip(times, points, strict=True)]
    for (x, y), (next_x, next_y) in zip([ends[0], *ends], ends, strict=False):
        steps = max(abs(next_x - x), abs(next_y - y), 1)
        for step in range(steps + 1):
            column, dot_across = divmod(x + (2 * step * (next_x - x) + steps) // (2 * steps), across)
            above, dot_up = divmod(y + (2 * step * (next_y - y) + steps) // (2 * steps), down)
            cells[rows - 1 - above][column] |= dots[down - 1 - dot_up][dot_across]
    return ["".join(chr(_EMPTY + cell) if cell else " " for cell in row) for row in cells]


def _round_amounts(scale: _Scale, rows: int) -> list[Decimal]:
    """Return the labels of the axis: amounts of few digits or, if the amount never changes, that amount."""
    if scale.least == scale.greatest:
        return [scale.least]
    wanted = (scale.greatest - scale.least) / max(rows // _ROWS_TO_A_LABEL, 1)
    unit = Decimal((0, (1,), wanted.adjusted()))
    step = next(factor * unit for factor in _ROUND_STEPS if factor * unit >= wanted)
    first = (scale.least / step).to_integral_value(ROUND_CEILING)
    amounts = [(first + number) * step for number in range(rows + 1)]
    return [amount for amount in amounts if scale.least <= amount <= scale.greatest]


def _dates(points: Sequence[Point], columns: int) -> Mapping[int, str]:
    """Return dates by the column that they belong to, as many as fit side by side."""
    start, span = points[0][0], points[-1][0] - points[0][0]
    form = "%m-%d %H:%M" if timedelta(0) < span < _WEEK else "%Y-%m-%d"
    count = min((columns + _BETWEEN_DATES) // (len(start.strftime(form)) + _BETWEEN_DATES), _MOST_DATES)
    if count < 1:
        return {}
    if not span:
        return {(columns - 1) // 2: start.strftime(form)}
    last = columns - 1
    places = [number * last // max(count - 1, 1) for number in range(count)]
    return {place: (start + span // _TICK * place // last * _TICK).strftime(form) for place in places}


def _side_by_side(dates: Mapping[int, str], columns: int) -> str:
    line = ""
    for column, date in dates.items():
        beginning = min(max(column - len(date) // 2, 0), columns - len(date))
        line = f"{line:{beginning}}{date}"
    return line
