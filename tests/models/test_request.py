"""Request classes take in what is exact, refuse the rest by name, and tell a misspelt field from a known one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import pytest

from threecommas_async.models.base import OMITTED, Model, Omitted
from threecommas_async.models.request import (
    Request,
    checked,
    exact,
    flag,
    listed,
    money,
    money_or_none,
    money_or_omitted,
    number,
    pair_name,
    word,
)


@attrs.frozen(kw_only=True)
class Settings(Request):
    take_profit: Decimal = attrs.field(converter=money, validator=checked(exact))
    stop_loss: Decimal | Omitted | None = attrs.field(
        default=OMITTED, converter=money_or_omitted, validator=checked(exact, null=True, omitted=True)
    )
    minimum: Decimal | None = attrs.field(default=None, converter=money_or_none, validator=checked(exact, null=True))
    pair: str = attrs.field(default="USDT_BTC", validator=checked(pair_name))
    name: str | Omitted = attrs.field(default=OMITTED, validator=checked(word, omitted=True))
    count: int | Omitted = attrs.field(default=OMITTED, validator=checked(number, omitted=True))
    is_on: bool | Omitted = attrs.field(default=OMITTED, validator=checked(flag, omitted=True))
    pairs: tuple[str, ...] = attrs.field(default=(), converter=listed)


@pytest.mark.parametrize("value", ["2.50", Decimal("2.50")])
def test_money_keeps_every_digit(value: Decimal | str) -> None:
    settings = Settings(take_profit=value, stop_loss=value, minimum=value)
    assert str(settings.take_profit) == str(settings.stop_loss) == str(settings.minimum) == "2.50"


WRONG: list[tuple[str, object, type[Exception], str]] = [
    ("take_profit", 2.5, TypeError, "take_profit must be a Decimal or a str, not a float"),
    ("take_profit", None, TypeError, "take_profit must not be None"),
    ("take_profit", OMITTED, TypeError, "take_profit must not be OMITTED"),
    ("name", None, TypeError, "name must not be None"),
    ("minimum", OMITTED, TypeError, "minimum must not be OMITTED"),
    ("take_profit", True, TypeError, "take_profit must be a Decimal, a str or an int, not bool"),
    ("take_profit", "2,5", ValueError, "take_profit must be a finite number, such as '2.5', not '2,5'"),
    ("take_profit", "1_000", ValueError, "not '1_000'"),
    ("take_profit", "NaN", ValueError, "take_profit must be a finite number"),
    ("take_profit", Decimal("Infinity"), ValueError, "take_profit must be a finite number"),
    ("stop_loss", 2.5, TypeError, "stop_loss must be a Decimal or a str, not a float"),
    ("minimum", b"2", TypeError, "minimum must be a Decimal, a str or an int, not bytes"),
    ("pair", "BTC/USDT", ValueError, "pair must be a pair with the quote currency first, such as 'USDT_BTC'"),
    ("pair", "USDT_", ValueError, "pair must be a pair"),
    ("pair", 5, TypeError, "pair must be a str, not int"),
    ("name", "", ValueError, "name must not be empty"),
    ("count", "3", TypeError, "count must be an int, not str"),
    ("count", True, TypeError, "count must be an int, not bool"),
    ("is_on", 1, TypeError, "is_on must be a bool, not int"),
]


@pytest.mark.parametrize(("name", "value", "kind", "message"), WRONG)
def test_what_is_wrong_is_refused_by_name(name: str, value: object, kind: type[Exception], message: str) -> None:
    given: dict[str, Any] = {"take_profit": 1, name: value}
    with pytest.raises(kind, match=message):
        Settings(**given)


def test_a_copy_with_other_values_is_checked_like_a_new_one() -> None:
    settings = Settings(take_profit="1", name="Main")
    changed = settings.evolved({"take_profit": "2.5", "stop_loss": None})
    assert (changed.take_profit, changed.stop_loss, changed.name) == (Decimal("2.5"), None, "Main")
    assert settings.take_profit == 1
    with pytest.raises(TypeError, match="Settings has no field 'take_profitt'; did you mean 'take_profit'"):
        settings.evolved({"take_profitt": 1})
    with pytest.raises(TypeError, match=r"Settings has no field 'zzz'$"):
        settings.evolved({"zzz": 1})
    with pytest.raises(TypeError, match="not a float"):
        settings.evolved({"take_profit": 2.5})


def test_what_is_omitted_is_falsy_and_shows_as_what_it_is() -> None:
    assert not OMITTED
    assert repr(OMITTED) == "OMITTED"


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Thing(Model):
    SHOWN = ("id", "name")

    id: int
    name: str | None = None
    stop_loss: Decimal | None = attrs.field(default=None, metadata={"json_key": "stopLoss"})


def test_a_repr_shows_what_tells_one_object_from_another() -> None:
    assert repr(Thing(id=1, name="x", stop_loss=Decimal(1))) == "Thing(id=1, name='x')"
    assert repr(Thing(id=1)) == "Thing(id=1)"


def test_what_could_not_be_read_must_not_be_written_back() -> None:
    Thing(id=1, unrecognized={"other": "x"}).needs("id", "stop_loss")
    with pytest.raises(ValueError, match=r"stop_loss of Thing\(id=1\) could not be read"):
        Thing(id=1, unrecognized={"stopLoss": "5 %"}).needs("id", "stop_loss")
