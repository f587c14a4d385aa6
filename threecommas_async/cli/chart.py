"""Draws how an amount went over time, with characters.

A file of our own, and no library: those that there are take floats, and an amount is never one here. A character of
Braille shows two dots side by side and four on top of each other, so that a terminal of 80 columns draws a fine line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Final

from threecommas_async import codec

Point = tuple[datetime, Decimal]

_BRAILLE: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""For each dot of a character, from the top left, what it adds to the number of an empty one."""
_EMPTY: Final = 0x2800
_ONE_DOT: Final = ((1,),)
_IN_ASCII: Final = str.maketrans("┤│└─┬" + chr(_EMPTY + 1), "+|+-+*")

# Digits enough for a scale that is fit to be read, exponents enough for whatever an amount has.
_SCALING: Final = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)
_NICE: Final = (1, 2, 5, 10)
_ROWS_FOR_A_LABEL: Final = 3
_BETWEEN_DATES: Final = 6
_MOST_DATES: Final = 7
_SHORT: Final = timedelta(days=3)
_STEP: Final = timedelta(microseconds=1)


def draw(points: Sequence[Point], *, width: int, height: int, ascii_only: bool = False) -> list[str]:
    """Draw a line through the points: the least amount in the lowest row, the greatest in the highest.

    Left of it stand round amounts where there is room for them, below it dates.

    :param points: times of one time zone, in their order, and the amounts.
    :param width: how many columns the picture may take; at least 2.
    :param height: how many rows it may take; at least 3.
    :param ascii_only: whether to do without Braille and box drawing.
    :returns: the lines, without spaces at their ends; none if there is no point.
    """
    if not points:
        return []
    rows = height - 2
    with localcontext(_SCALING):
        labels = _amounts(points, rows)
        gutter = max(map(len, labels.values()), default=-1) + 1
        if 2 * gutter > width:
            labels, gutter = {}, 0
        columns = width - gutter - 1
        plot = _line(points, columns, rows, _ONE_DOT if ascii_only else _BRAILLE)
    dates = _dates(points, columns)
    axis = "".join("┬" if column in dates else "─" for column in range(columns))
    lines = [
        f"{labels.get(row, ''):>{max(gutter - 1, 0)}}{' ' * (gutter > 0)}{'┤' if row in labels else '│'}{line}"
        for row, line in enumerate(plot)
    ]
    lines += [f"{'':{gutter}}└{axis}", f"{'':{gutter + 1}}{_laid_out(dates, columns)}"]
    return [(line.translate(_IN_ASCII) if ascii_only else line).rstrip() for line in lines]


def _line(points: Sequence[Point], columns: int, rows: int, dots: Sequence[Sequence[int]]) -> list[str]:
    """Return the rows of the line itself."""
    across, down = columns * len(dots[0]), rows * len(dots)
    cells = [[0] * columns for _ in range(rows)]
    times = [Decimal((time - points[0][0]) // _STEP) for time, _ in points]
    amounts = [amount for _, amount in points]
    xs, ys = _positions(times, across), _positions(amounts, down)
    ends = list(zip(xs, ys, strict=True))
    for (x, y), (next_x, next_y) in zip(ends, ends[1:] or ends, strict=False):
        steps = max(abs(next_x - x), abs(next_y - y), 1)
        for step in range(steps + 1):
            dot_x = x + (2 * step * (next_x - x) + steps) // (2 * steps)
            row, dot_y = divmod(down - 1 - y - (2 * step * (next_y - y) + steps) // (2 * steps), len(dots))
            column, dot_x = divmod(dot_x, len(dots[0]))
            cells[row][column] |= dots[dot_y][dot_x]
    return ["".join(chr(_EMPTY + cell) if cell else " " for cell in row) for row in cells]


def _positions(values: Sequence[Decimal], dots: int) -> list[int]:
    """Return where, from 0 to ``dots`` - 1, the values lie between the least and the greatest of them."""
    least, greatest = min(values), max(values)
    if least == greatest:
        return [(dots - 1) // 2] * len(values)
    share = (dots - 1) / (greatest - least)
    return [int(((value - least) * share).to_integral_value(ROUND_HALF_UP)) for value in values]


def _amounts(points: Sequence[Point], rows: int) -> Mapping[int, str]:
    """Return round amounts and the rows, from the top, that they belong to; the amount itself if it never changes."""
    amounts = [amount for _, amount in points]
    least, greatest = min(amounts), max(amounts)
    if least == greatest:
        return {rows - 1 - (rows - 1) // 2: codec.plain(least)}
    wanted = (greatest - least) / max(rows // _ROWS_FOR_A_LABEL, 1)
    unit = Decimal((0, (1,), wanted.adjusted()))
    step = next(nice * unit for nice in _NICE if nice * unit >= wanted)
    first = (least / step).to_integral_value(ROUND_CEILING)
    labels: dict[int, str] = {}
    amount = first * step
    while amount <= greatest and len(labels) < rows:
        from_below = (amount - least) * (rows - 1) / (greatest - least)
        labels[rows - 1 - int(from_below.to_integral_value(ROUND_HALF_UP))] = codec.plain(amount)
        amount += step
    return labels


def _dates(points: Sequence[Point], columns: int) -> Mapping[int, str]:
    """Return columns and what time it is there, as many as fit side by side."""
    start, span = points[0][0], points[-1][0] - points[0][0]
    form = "%m-%d %H:%M" if timedelta(0) < span < _SHORT else "%Y-%m-%d"
    length = len(f"{start:{form}}")
    count = min((columns + _BETWEEN_DATES) // (length + _BETWEEN_DATES), _MOST_DATES)
    if count < 1:
        return {}
    if not span:
        return {(columns - 1) // 2: f"{start:{form}}"}
    last = max(columns - 1, 1)
    places = [number * last // max(count - 1, 1) for number in range(count)]
    return {column: f"{start + span // last * column:{form}}" for column in places}


def _laid_out(dates: Mapping[int, str], columns: int) -> str:
    line = ""
    for column, date in dates.items():
        beginning = min(max(column - len(date) // 2, 0), columns - len(date))
        line = f"{line:{beginning}}{date}"
    return line
