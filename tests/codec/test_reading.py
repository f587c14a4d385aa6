"""JSON to objects and back: exact, strict, and proof against an API that drifts."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Context, Decimal, localcontext
from typing import Any

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threecommas_async import Secret, codec
from threecommas_async.codec import converter
from threecommas_async.models import Account, CurrencyAmount

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | DECIMALS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def _every_warning_is_new() -> Iterator[None]:
    converter._WARNED.clear()
    yield
    converter._WARNED.clear()


def read(**fields: object) -> Account:
    return codec.from_json(json.dumps({"id": 1, **fields}), Account)


def same(one: Decimal | None, other: Decimal | None) -> bool:
    """Equal in value, digits and sign: 1.10 is not 1.1, and -0 is not 0."""
    return (one and one.as_tuple()) == (other and other.as_tuple()) and str(one) == str(other)


def as_number(value: Decimal) -> msgspec.Raw:
    return msgspec.Raw(str(value).encode())


class TestTheDocumentedAccount:
    def test_every_field_has_its_type_and_nothing_is_left_over(self, account_json: str) -> None:
        account = codec.from_json(account_json, Account)
        assert account.unrecognized == {}
        assert account.id == 32849081
        assert account.name == "test"
        assert account.autobalance_enabled is False
        assert account.auto_balance_period == 12
        assert account.auto_balance_portfolio_id is None
        assert account.created_at == datetime(2024, 9, 17, 23, 55, 19, 607000, UTC)
        assert account.supported_market_types == ("spot",)
        assert account.api_key == Secret("4ce4943c-f478-46c3-b50b-70de4d1bc34d")
        assert account.market_code == "okex"

    def test_amounts_keep_every_digit_and_sign(self, account_json: str) -> None:
        account = codec.from_json(account_json, Account)
        assert same(account.btc_amount, Decimal("0.0000000080232449796548201579586071525673247181448663178"))
        assert same(account.total_btc_profit, Decimal("1.5795860715256732e-25"))
        assert same(account.day_profit_usd_percentage, Decimal("-0.0"))
        total = account.total_primary_display_currency_profit
        assert total is not None
        assert total.currency == "USD"
        assert same(total.amount, Decimal("-1.1e-19"))

    def test_what_was_read_leaves_again(self, account_json: str) -> None:
        account = codec.from_json(account_json, Account)
        written = json.loads(codec.to_json(account))
        for name, value in json.loads(account_json, parse_float=Decimal).items():
            if isinstance(value, dict):
                assert written[name]["currency"] == value["currency"]
                assert Decimal(written[name]["amount"]) == Decimal(value["amount"])
            elif isinstance(value, str) and isinstance(getattr(account, name), Decimal):
                assert Decimal(written[name]).as_tuple() == Decimal(value).as_tuple()
            else:
                assert written[name] == value
        assert written["total_usd_profit"] == "-0.00000000000000000011"
        assert codec.from_json(codec.to_json(account), Account) == account

    def test_a_list_of_accounts(self, account_json: str) -> None:
        accounts = codec.from_json(f"[{account_json}, {account_json}]", list[Account])
        assert accounts == [codec.from_json(account_json, Account)] * 2
        assert codec.from_json(codec.to_json(accounts), list[Account]) == accounts

    def test_it_is_immutable_comparable_hashable_and_copies(self, account_json: str) -> None:
        account = codec.from_json(account_json, Account)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            account.name = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
        assert hash(account) == hash(codec.from_json(account_json, Account))
        assert copy.deepcopy(account) == account
        assert attrs.evolve(account, name="other").name == "other"
        without_key = attrs.evolve(account, api_key=None)
        assert pickle.loads(pickle.dumps(without_key)) == without_key  # noqa: S301


class TestExactness:
    @given(DECIMALS)
    def test_a_decimal_string_survives(self, number: Decimal) -> None:
        account = read(btc_amount=str(number))
        assert same(account.btc_amount, number)
        again = codec.from_json(codec.to_json(account), Account).btc_amount
        assert again == number
        assert again is not None
        assert again.is_signed() == number.is_signed()

    @given(DECIMALS.filter(lambda number: "E" in str(number) or "." in str(number)))
    def test_a_json_number_survives(self, number: Decimal) -> None:
        data = msgspec.json.encode({"id": 1, "btc_amount": as_number(number)})
        account = codec.from_json(data, Account)
        assert same(account.btc_amount, number)
        again = codec.from_json(codec.to_json(account), Account).btc_amount
        assert again == number
        assert again is not None
        assert again.is_signed() == number.is_signed()

    @given(st.integers())
    def test_an_integer_survives(self, number: int) -> None:
        assert read(btc_amount=number).btc_amount == number
        assert read(id=number).id == number

    def test_the_callers_decimal_context_does_not_matter(self) -> None:
        digits = "0.0000000080232449796548201579586071525673247181448663178"
        with localcontext(Context(prec=3, traps=[])):
            assert str(read(btc_amount=digits).btc_amount) == str(Decimal(digits))
            assert read(btc_amount="nonsense").btc_amount is None

    def test_outgoing_decimals_are_plain_strings(self) -> None:
        assert codec.write_body({"price": Decimal("1E-7"), "amount": Decimal("1E+3")}) == (
            b'{"price":"0.0000001","amount":"1000"}'
        )

    def test_an_absurd_exponent_costs_no_memory(self) -> None:
        account = read(btc_amount="1e999999999")
        assert account.btc_amount == Decimal("1e999999999")
        assert len(codec.to_json(account)) < 5000


class TestTwoWaysOneResult:
    """The quick way and the tolerant way must agree wherever the quick way answers at all."""

    @given(
        st.fixed_dictionaries(
            {"id": st.integers(0, 10**12)},
            optional={
                "name": JSON,
                "is_locked": JSON,
                "auto_balance_period": JSON,
                "btc_amount": JSON,
                "created_at": JSON | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
                "supported_market_types": JSON,
                "available_for_trading": JSON,
                "primary_display_currency_amount": JSON
                | st.fixed_dictionaries({}, optional={"currency": JSON, "amount": JSON, "new": JSON}),
                "a_new_field": JSON,
            },
        )
    )
    def test_agreement(self, fields: dict[str, Any]) -> None:
        data = msgspec.json.encode(converter.as_it_came(fields))
        read_quickly = codec.from_json(data, Account)
        read_tolerantly = codec.from_decoded(codec.decode_json(data), Account)
        assert read_quickly == read_tolerantly
        assert codec.from_json(codec.to_json(read_quickly), Account) == read_quickly

    @given(JSON)
    def test_only_decode_errors(self, value: object) -> None:
        data = msgspec.json.encode(converter.as_it_came(value))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        with contextlib.suppress(codec.DecodeError):
            codec.from_json(data, Account)


class TestNoCoercionThatLoses:
    @pytest.mark.parametrize(
        ("field", "value", "result"),
        [
            ("is_locked", "true", True),
            ("is_locked", "false", False),
            ("auto_balance_period", "14.0", 14),
            ("auto_balance_period", "14", 14),
            ("auto_balance_period", 14.0, 14),
            ("customer_id", 42, "42"),
            ("btc_amount", 5, Decimal(5)),
        ],
    )
    def test_what_loses_nothing_is_converted(self, field: str, value: object, result: object) -> None:
        account = read(**{field: value})
        assert getattr(account, field) == result
        assert type(getattr(account, field)) is type(result)
        assert account.unrecognized == {}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("is_locked", 0),
            ("is_locked", 1),
            ("is_locked", ""),
            ("is_locked", "no"),
            ("is_locked", []),
            ("auto_balance_period", True),
            ("auto_balance_period", "1.9"),
            ("auto_balance_period", ""),
            ("auto_balance_period", "9" * 5000),
            ("name", True),
            ("name", ["a"]),
            ("name", {"a": "b"}),
            ("btc_amount", ""),
            ("btc_amount", "ten"),
            ("btc_amount", True),
            ("btc_amount", "NaN"),
            ("btc_amount", "sNaN"),
            ("btc_amount", "Infinity"),
            ("btc_amount", "-Infinity"),
            ("created_at", "2024-09-17T23:55:19.607"),
            ("created_at", "2024-09-17T23:55:19.6071234567Z"),
            ("created_at", "2024-02-30T00:00:00Z"),
            ("created_at", "yesterday"),
            ("created_at", 1726617319),
            ("supported_market_types", "spot"),
            ("supported_market_types", [1.5]),
            ("supported_market_types", {"spot": True}),
            ("primary_display_currency_amount", "0.1"),
            ("available_for_trading", "spot"),
        ],
    )
    def test_what_cannot_be_read_is_kept_raw_and_named_once(
        self, field: str, value: object, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING):
            accounts = [read(**{field: value}) for _ in range(3)]
        account = accounts[0]
        assert accounts == [account] * 3
        assert getattr(account, field) is None
        assert account.unrecognized[field] == value
        about_field = [record.getMessage() for record in caplog.records if f"Account.{field} " in record.getMessage()]
        assert len(about_field) == 1
        written = json.loads(codec.to_json(account))
        assert written[field] == value

    def test_a_fraction_is_no_integer(self) -> None:
        account = codec.from_json('{"id": 1, "auto_balance_period": 1.9}', Account)
        assert account.auto_balance_period is None
        assert account.unrecognized == {"auto_balance_period": Decimal("1.9")}

    def test_null_is_no_text(self) -> None:
        assert read(name=None).name is None

    def test_a_warning_shows_no_value(self, caplog: pytest.LogCaptureFixture) -> None:
        read(new_secret="canary-value", btc_amount="canary-value")
        assert "new_secret" in caplog.text
        assert "canary-value" not in caplog.text

    def test_other_offsets_than_utc_are_kept(self) -> None:
        account = read(created_at="2024-09-17T23:55:19.607+02:00")
        assert account.created_at == datetime(2024, 9, 17, 23, 55, 19, 607000, timezone(timedelta(hours=2)))
        assert json.loads(codec.to_json(account))["created_at"] == "2024-09-17T23:55:19.607+02:00"


class TestDrift:
    def test_a_new_field_is_kept_at_its_level(self) -> None:
        account = codec.from_json(
            '{"id": 1, "new": {"deep": [1.50, null]}, "primary_display_currency_amount": {"amount": 1.5, "unit": "x"}}',
            Account,
        )
        assert account.unrecognized == {"new": {"deep": [Decimal("1.50"), None]}}
        assert account.primary_display_currency_amount == CurrencyAmount(
            amount=Decimal("1.5"), unrecognized={"unit": "x"}
        )
        assert b'"new":{"deep":[1.50,null]}' in codec.to_json(account)

    def test_only_the_id_is_indispensable(self) -> None:
        assert codec.from_json('{"id": 7}', Account) == Account(id=7)

    @pytest.mark.parametrize("data", ["{}", '{"id": null}', '{"id": "seven"}', "null", "[]", '"x"', "7"])
    def test_without_it_there_is_no_account(self, data: str) -> None:
        with pytest.raises(codec.DecodeError, match="Account"):
            codec.from_json(data, Account)

    def test_one_bad_row_does_not_cost_the_list(self, caplog: pytest.LogCaptureFixture) -> None:
        accounts = codec.from_json('[{"id": 1}, null, {"id": "x"}, {"id": 2, "btc_amount": "NaN"}]', list[Account])
        assert [account.id for account in accounts] == [1, 2]
        assert "item 1 of a list of Account" in caplog.text
        assert "item 2 of a list of Account" in caplog.text

    def test_a_list_must_be_a_list(self) -> None:
        with pytest.raises(codec.DecodeError, match="not a list"):
            codec.from_json('{"id": 1}', list[Account])


class TestStrictJson:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b" ",
            b"NaN",
            b'{"id": 1, "btc_amount": NaN}',
            b'{"id": 1, "btc_amount": Infinity}',
            b'{"id": 1,}',
            b'{"id": 1',
            b'{"id": 01}',
            b"{'id': 1}",
            b'{"id": 1} {"id": 2}',
            b'{"id": 1, "name": "\xff"}',
            b'\xef\xbb\xbf{"id": 1}',
            b"[" * 100_000,
            b'{"id":' * 100_000,
            b'{"id": 1, "new": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            b'{"id": ' + b"9" * 100_000 + b"}",
            b'{"id": 1, "new": 1e99999999999999999999}',
            b"<html></html>",
        ],
        ids=lambda data: repr(data[:24]),
    )
    def test_anything_else_is_a_decode_error(self, data: bytes) -> None:
        with pytest.raises(codec.DecodeError):
            codec.from_json(data, Account)
        with pytest.raises(codec.DecodeError):
            codec.decode_json(data + b"!")


class TestSecretsThatNobodyKnewOf:
    def test_they_do_not_show_either_and_leave_again(self) -> None:
        data = (
            '{"id":1,"api_secret":"canary","new":{"passphrase":"canary","keys":[{"secret":"canary"}],"word":"shown"}}'
        )
        account = codec.from_json(data, Account)
        assert "canary" not in repr(attrs.asdict(account))
        assert "shown" in repr(attrs.asdict(account))
        assert account.unrecognized["api_secret"] == Secret("canary")
        written = json.loads(codec.to_json(account))
        assert {name: written[name] for name in ("api_secret", "new")} == {
            name: value for name, value in json.loads(data).items() if name != "id"
        }


class TestKeysOfAnAccount:
    def test_an_account_shows_no_key_but_writes_it_on_purpose(self, account_json: str) -> None:
        account = codec.from_json(account_json, Account)
        assert account.api_key is not None
        for shown in (repr(account), str(attrs.asdict(account)), json.dumps(attrs.asdict(account), default=str)):
            assert "4ce4943c" not in shown
        assert b"4ce4943c" in codec.to_json(account)

    def test_a_pickle_drops_the_key(self, account_json: str) -> None:
        account = codec.from_json(account_json, Account)
        pickled = pickle.dumps(account)
        assert b"4ce4943c" not in pickled
        again: Account = pickle.loads(pickled)  # noqa: S301
        assert again.id == account.id
        assert again.api_key is not None
        with pytest.raises(ValueError, match="pickle"):
            again.api_key.reveal()
