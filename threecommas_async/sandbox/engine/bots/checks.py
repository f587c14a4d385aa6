"""What the API refuses in the settings of a bot or of a deal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from threecommas_async.sandbox.engine.books import Book
from threecommas_async.sandbox.engine.deals.safety_orders import last_deviation, plan
from threecommas_async.sandbox.engine.deals.settings import BotSettings, VolumeType
from threecommas_async.sandbox.engine.deals.targets import check_steps
from threecommas_async.sandbox.engine.exact import shown
from threecommas_async.sandbox.engine.refusals import wrong_parameters

_MOST_STEPS: Final = 4
_WHOLE: Final = Decimal(100)


def check_bot(settings: BotSettings, market: str, books: Mapping[tuple[str, str], Book]) -> None:
    """Refuse settings with which no bot can be created.

    Assumptions: a bot may have as many deals as pairs; the texts on unknown pairs, on pairs of different quote
    currencies and on a nonstop bot of several pairs.

    :raises RefusedError: There is something wrong with them.
    """
    if not settings.name:
        raise wrong_parameters(name="is missing")
    if not settings.pairs:
        raise wrong_parameters(pairs="is missing")
    unknown = [pair for pair in settings.pairs if (market, pair) not in books]
    if unknown:
        raise wrong_parameters(pairs=tuple(f"{pair} is not available on this exchange" for pair in unknown))
    traded = [books[market, pair] for pair in settings.pairs]
    if len({book.pair.quote for book in traded}) > 1:
        raise wrong_parameters(pairs="must have the same quote currency")
    if settings.is_nonstop and len(settings.pairs) > 1:
        raise wrong_parameters(strategy_list="nonstop is available for one pair only")
    if settings.max_active_deals > len(settings.pairs):
        raise wrong_parameters(max_active_deals=f"must be less than or equal to {len(settings.pairs)}")
    check_steps(settings)
    _check_sizes(settings, traded)


def check_stop_loss(settings: BotSettings) -> None:
    """Refuse a stop loss that comes before the last safety order. Only an update of a bot checks it.

    :raises RefusedError: It does.
    """
    last = last_deviation(settings)
    if settings.stop_loss_percentage and last and settings.stop_loss_percentage <= last:
        raise wrong_parameters(stop_loss_percentage=f"Stop Loss should be below the last safety order ({shown(last)})")


def _check_sizes(settings: BotSettings, books: list[Book]) -> None:
    """Refuse orders below the smallest of a pair at its price, in one text for each pair.

    Assumption: a volume given as a percentage is not checked.
    """
    wrong = dict[str, tuple[str, ...]]()
    base = _too_small(books, settings.base_order_volume, settings.base_order_volume_type, "Base order")
    if base:
        wrong["base_order_volume"] = base
    planned = plan(settings)
    if planned:
        smallest = min(item.volume for item in planned)
        safety = _too_small(books, smallest, settings.safety_order_volume_type, "Safety trade")
        if safety:
            wrong["safety_order_volume"] = safety
    if wrong:
        raise wrong_parameters(400, **wrong)


def _too_small(books: list[Book], volume: Decimal, kind: VolumeType, name: str) -> tuple[str, ...]:
    if kind == "percent":
        return ()
    least: Callable[[Book], Decimal] = (
        (lambda book: book.pair.min_lot)
        if kind == "base_currency"
        else (lambda book: book.pair.smallest_volume(book.price))
    )
    return tuple(
        f"{name} size is too small. Min: {shown(least(book))}, {book.pair.code}"
        for book in books
        if volume < least(book)
    )
