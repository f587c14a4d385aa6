"""Tables that fit: what gives way first, and that no number does."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from threecommas_async.cli.columns import Column, percent, plain
from threecommas_async.cli.tables import Fitted, rows


@attrs.frozen
class Thing:
    """A row."""

    name: str = "Main"
    kind: str = "binance"
    amount: Decimal | None = Decimal(1)


COLUMNS = (
    Column[Thing]("Name", "name", wraps=True),
    Column[Thing]("Kind", "kind", spare=True),
    Column[Thing]("Amount", "amount"),
)


def printed(fitted: Fitted, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as capture:
        console.print(fitted.table)
    return [line.rstrip() for line in capture.get().splitlines()]


def table(things: Iterable[Thing], width: int) -> list[str]:
    return printed(rows(COLUMNS, list(things), width), width)


def test_everything_where_there_is_room() -> None:
    assert table([Thing(), Thing("Savings", amount=Decimal("12.50"))], 80) == [
        "Name    │ Kind    │ Amount",
        "────────┼─────────┼───────",
        "Main    │ binance │  1",
        "Savings │ binance │ 12.50",
    ]


def test_alignment_goes_first() -> None:
    things = [Thing(amount=Decimal("1.23456789")), Thing(amount=Decimal(1234567890))]
    assert table(things, 40)[2] == "Main │ binance │          1.23456789"
    assert table(things, 30)[2] == "Main │ binance │ 1.23456789"


def test_then_a_column_that_can_be_spared() -> None:
    fitted = rows(COLUMNS, [Thing()], 20)
    assert fitted.left_out == ("Kind",)
    assert printed(fitted, 20) == ["Name │ Amount", "─────┼───────", "Main │ 1"]


def test_then_words_wrap() -> None:
    assert table([Thing("A name of many words", amount=Decimal("0.123456789"))], 26) == [
        "Name         │ Amount",
        "─────────────┼────────────",
        "A name of    │ 0.123456789",
        "many words   │",
    ]


def test_in_the_end_one_thing_stands_below_the_other_with_everything() -> None:
    things = [Thing("Long name of an account", amount=Decimal("0.12345678901")), Thing(amount=None)]
    assert table(things, 22) == [
        "Name   │ Long name of",
        "       │ an account",
        "Kind   │ binance",
        "Amount │ 0.12345678901",
        "───────┼──────────────",
        "Name   │ Main",
        "Kind   │ binance",
        "Amount │ -",
    ]


THINGS = st.builds(Thing, name=st.text("ab ", max_size=40), amount=st.decimals(allow_nan=False, places=8))


@given(
    st.lists(
        st.builds(Thing, name=st.text("ab ", max_size=40), amount=st.decimals(allow_nan=False, places=8)), min_size=1
    ),
    st.integers(20, 120),
)
def test_no_width_cuts_a_number(things: list[Thing], width: int) -> None:
    fitted = rows(COLUMNS, things, width)
    lines = printed(fitted, width)
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)
    last = [line.rpartition("│")[2].strip() for line in lines]
    for thing in things:
        assert thing.amount is not None
        assert plain(thing.amount) in "".join(last)
    if fitted.left_out:
        assert {plain(thing.amount) for thing in things if thing.amount is not None} <= set(last)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("65.51068121828966", "65.51"),
        ("-0.004", "-0.00"),
        ("0.125", "0.12"),
        ("1E+30", "1" + "0" * 30 + ".00"),
        ("5", "5.00"),
        ("NaN", "NaN"),
    ],
)
def test_percentages_are_rounded(exact: str, rounded: str) -> None:
    assert str(percent(Decimal(exact))) == rounded


@pytest.mark.parametrize(
    ("column", "style"),
    [
        (Column[Thing]("Amount", "amount", signed=True), {"-1": "red", "0": "", "1": "green"}),
        (Column[Thing]("Amount", "amount"), {"-1": "", "1": ""}),
    ],
)
def test_gains_are_green_and_losses_red(column: Column[Thing], style: dict[str, str]) -> None:
    for amount, expected in style.items():
        spans = column.text(Thing(amount=Decimal(amount))).spans
        assert [span.style for span in spans] == ([expected] if expected else [])


def test_a_column_can_be_made_of_the_whole_thing() -> None:
    make: Callable[[Thing], str] = lambda thing: f"{thing.name} {thing.kind}"  # noqa: E731
    assert Column[Thing]("Both", make).cell(Thing()) == "Main binance"
