"""The judge of the conformance tests: it must see every loss."""

from __future__ import annotations

import pytest

from tests.endpoints.comparison import differences, unrecognized
from threecommas_async import codec
from threecommas_async.models import Account
from threecommas_async.models.base import CurrencyAmount


@pytest.mark.parametrize(
    ("came", "written"),
    [
        ('{"a": 9.52E-5}', '{"a": "0.0000952"}'),
        ('{"a": "1.5795860715256732e-25"}', '{"a": "0.00000000000000000000000015795860715256732"}'),
        ('{"a": -0.0, "b": 0, "c": "x"}', '{"a": "-0.0", "b": "0", "c": "x", "d": null}'),
        ("[1, true, null, []]", "[1, true, null, []]"),
    ],
)
def test_the_same_in_other_words(came: str, written: str) -> None:
    assert list(differences(codec.decode_json(came), codec.decode_json(written))) == []


@pytest.mark.parametrize(
    ("came", "written", "difference"),
    [
        ('{"a": 1}', "{}", ".a is lost"),
        ("{}", '{"a": 0}', ".a was invented: 0"),
        ('{"a": {"b": "1.10"}}', '{"a": {"b": "1.2"}}', ".a.b was '1.10', is '1.2'"),
        ('{"a": "-0.0"}', '{"a": "0.0"}', ".a was '-0.0', is '0.0'"),
        ('{"a": 0.1}', '{"a": "0.1000000000000000055511151231257827"}', ".a was Decimal('0.1'), is"),
        ('{"a": "1"}', '{"a": 1}', ".a was '1', is 1"),
        ('{"a": true}', '{"a": 1}', ".a was True, is 1"),
        ('{"a": null}', '{"a": ""}', ".a was None, is ''"),
        ('{"a": "2024-09-17T23:55:19.607Z"}', '{"a": "2024-09-17T23:55:19.607+00:00"}', ".a was '2024"),
        ('{"a": [1, 2]}', '{"a": [1]}', ".a had 2 items, now 1"),
        ('{"a": []}', '{"a": {}}', ".a was [], is {}"),
    ],
)
def test_a_loss_is_seen(came: str, written: str, difference: str) -> None:
    (seen,) = differences(codec.decode_json(came), codec.decode_json(written))
    assert seen.startswith(difference)


def test_what_is_unrecognized_is_found_however_deep() -> None:
    amount = CurrencyAmount(unrecognized={"precision": 2})
    accounts = [Account(id=1), Account(id=2, usd_amount=None, btc_profit=None, primary_display_currency_amount=amount)]
    assert list(unrecognized(accounts)) == ["CurrencyAmount.precision"]
    assert list(unrecognized([Account(id=1, unrecognized={"new": True})])) == ["Account.new"]
