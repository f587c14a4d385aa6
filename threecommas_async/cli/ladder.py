"""Draws price levels, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs
from rich.text import Text

from threecommas_async.cli.columns import percent, sign_style, text_of
from threecommas_async.cli.output import print_levels
from threecommas_async.cli.tables import aligned

if TYPE_CHECKING:
    from threecommas_async.cli.levels import Level, Rung

_MARKS: Final = {"price": "◄", "closed": "◄", "average": "─", "waiting": "─"}
_STYLES: Final = {
    "take profit": "green",
    "stop loss": "red",
    "price": "bold cyan",
    "closed": "bold cyan",
    "average": "bold",
    "entry": "bold",
    "waiting": "bold",
    "buy": "green",
    "sell": "red",
}
_BETWEEN: Final = (Text(""), Text("│", style="dim"))


@attrs.frozen
class Ladder:
    """A view of price levels.

    Where an order was filled, the mark is ●; where it is open, ○; where it is planned, ·.

    :ivar value: the object that they belong to.
    :ivar levels: the levels, the highest price first.
    :ivar origin: the price that distances are measured from.
    :ivar spare: how many empty lines may be between levels that are far apart.
    """

    value: object
    levels: Sequence[Level]
    origin: Decimal | None
    spare: int = 10
    problem: str | None = None

    def show(self, place: str) -> None:
        from threecommas_async.cli.levels import ladder

        rungs = ladder(self.levels, self.origin, self.spare)
        prices = iter(aligned([text_of(rung.shown) for rung in rungs if rung.level]))
        print_levels([_rung(rung, next(prices)) if rung.level else _BETWEEN for rung in rungs])


def _rung(rung: Rung, price: Text) -> tuple[Text, ...]:
    level = rung.level
    if level is None:
        return _BETWEEN
    style = "dim" if level.planned else _STYLES.get(level.kind, "")
    mark = _MARKS.get(level.kind) or ("●" if level.done else "·" if level.planned else "○")
    text = f"{level.text} (planned)" if level.planned else level.text
    away = Text("")
    if rung.distance is not None:
        away = Text(f"{percent(rung.distance):+f} %", style=sign_style(rung.distance))
    price.stylize(style)
    return (price, Text(f"┤{mark}", style=style), Text(text, style=style), away)
