"""What drifts is read quickly once it has been seen, with the result and the warnings of the tolerant way."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threecommas_async import Secret, codec
from threecommas_async.codec import converter, reading
from threecommas_async.codec.drift import Memory
from threecommas_async.codec.reading import Reader, whole
from threecommas_async.models import Account, Deal

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | DECIMALS | st.sampled_from(["NaN", "1.50", "true", "7"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
AMOUNT = st.fixed_dictionaries({}, optional={"currency": JSON, "amount": JSON, "unit": JSON, "a_token": JSON})
ACCOUNTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.integers(0, 10**12) | JSON,
            "name": JSON,
            "is_locked": JSON,
            "auto_balance_period": JSON,
            "btc_amount": JSON,
            "created_at": JSON | st.just("2024-09-17T23:55:19.607Z"),
            "api_key": JSON,
            "supported_market_types": JSON,
            "primary_display_currency_amount": JSON | AMOUNT,
            "error": JSON,
            "zebra": JSON,
            "a_new_field": JSON,
            "new_api_secret": JSON,
            "not a name": JSON,
        },
    )
    | JSON,
    max_size=5,
)


@pytest.fixture(autouse=True)
def _every_warning_is_new() -> Iterator[None]:
    converter._WARNED.clear()
    yield
    converter._WARNED.clear()


def encoded(value: Any) -> bytes:
    return msgspec.json.encode(converter.as_it_came(value))


def tolerantly(data: bytes, kind: Any) -> Any:
    return converter.the_converter().structure(codec.decode_json(data), kind)


def written(accounts: list[Account]) -> list[bytes]:
    """Return all there is to see of accounts: digits, signs and order, too."""
    return [codec.to_json(account) for account in accounts]


def exactly_known(account: Account) -> str:
    return repr([getattr(account, field.name) for field in attrs.fields(Account)])


class TestOneResult:
    @settings(max_examples=50)
    @given(st.lists(ACCOUNTS, min_size=1, max_size=4))
    def test_lists_are_read_as_in_the_tolerant_way_whatever_came_before(self, answers: list[list[Any]]) -> None:
        learning, forgetting = Reader(list[Account], None, Memory()), Reader(list[Account], None, Memory(most=0))
        for answer in [*answers, *answers]:
            data = encoded(answer)
            expected = tolerantly(data, list[Account])
            for reader in (learning, forgetting):
                for found in (reader.read(data), whole(reader.in_slices(data))):
                    assert found == expected
                    assert written(found) == written(expected)
                    assert [*map(exactly_known, found)] == [*map(exactly_known, expected)]

    @settings(max_examples=50)
    @given(st.lists(ACCOUNTS, min_size=1, max_size=3))
    def test_single_objects_too(self, answers: list[list[Any]]) -> None:
        memory = Memory()
        reader = Reader(Account, None, memory)
        for answer in answers:
            for one in [*answer, *answer]:
                data = encoded(one)
                memory.learn(Account, codec.decode_json(data))
                found = reader.read(data)
                if found is not None:
                    assert written([found]) == written([tolerantly(data, Account)])
                    assert exactly_known(found) == exactly_known(tolerantly(data, Account))

    @settings(max_examples=50)
    @given(ACCOUNTS)
    def test_warnings_are_the_same(self, answer: list[Any]) -> None:
        data = encoded(answer)
        warned = [self._warnings(lambda: tolerantly(data, list[Account]))]
        for memory in (Memory(), Memory(most=0)):
            reader = Reader(list[Account], None, memory)
            warned.append(self._warnings(lambda reader=reader: reader.read(data)))
            warned.append(self._warnings(lambda reader=reader: reader.read(data)))
        assert all(texts == warned[0] for texts in warned)

    @staticmethod
    def _warnings(read: Any) -> list[str]:
        converter._WARNED.clear()
        records: list[str] = []

        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                records.append(record.getMessage())

        logger, handler = logging.getLogger("threecommas_async.codec"), Handler()
        logger.addHandler(handler)
        try:
            read()
        finally:
            logger.removeHandler(handler)
        return sorted(records)

    def test_other_numbers_keep_every_digit(self) -> None:
        reader = Reader(Account, None, memory := Memory())
        data = b'{"id": 1, "fee": 0.100, "name": 7, "minus": -0.0}'
        memory.learn(Account, codec.decode_json(data))
        account = reader.read(data)
        assert str(account.unrecognized) == "{'fee': Decimal('0.100'), 'minus': Decimal('-0.0')}"
        assert account.name == "7"

    def test_a_secret_that_nobody_knew_of_is_one_when_it_is_known_too(self) -> None:
        reader = Reader(Account, None, memory := Memory())
        data = b'{"id": 1, "new_token": "canary", "nested": {"password": ["canary"]}}'
        memory.learn(Account, codec.decode_json(data))
        account = reader.read(data)
        assert account.unrecognized == {"new_token": Secret("canary"), "nested": {"password": [Secret("canary")]}}


class TestWhatIsLearned:
    def test_a_field_is_known_once_it_has_come(self) -> None:
        memory = Memory()
        reader = Reader(list[Account], None, memory)
        reader.read(b'[{"id": 1}, {"id": 2, "fresh": 1}, {"id": 3, "name": 5, "btc_amount": "NaN"}]')
        drift = memory.forms.drift_of(Account)
        assert (drift.extra, drift.odd) == (("fresh",), frozenset({"name", "btc_amount"}))

    def test_it_is_known_within_other_models(self) -> None:
        memory = Memory()
        value = codec.decode_json('{"id": 1, "bot_events": [{"message": 5, "level": "info"}]}')
        memory.learn(Deal, value)
        deal = Reader(Deal, None, memory).read('{"id": 1, "bot_events": [{"message": 5, "level": "info"}]}')
        assert deal == converter.the_converter().structure(value, Deal)
        assert deal.bot_events[0].unrecognized == {"level": "info"}

    @pytest.mark.parametrize(
        "name", ["error", "errors", "error_description", "two words", "a" * 70, "x=1", "", "k\xe9y"]
    )
    def test_no_refusal_and_nothing_that_is_no_name_is_learned(self, name: str) -> None:
        memory = Memory()
        memory.learn(Account, {"id": 1, name: "x"})
        assert memory.forms.drift_of(Account).extra == ()
        assert Reader(Account, None, memory).read(json.dumps({"id": 1, name: "x"})) is None

    def test_what_is_no_single_value_is_not_learned_as_another(self) -> None:
        memory = Memory()
        value: Any = {"id": 1, "supported_market_types": "spot", "primary_display_currency_amount": "0.1"}
        memory.learn(Account, value)
        assert memory.forms.drift_of(Account).odd == frozenset()

    def test_what_is_required_is_not_learned_as_another(self) -> None:
        memory = Memory()
        memory.learn(Account, {"id": "1"})
        assert memory.forms.drift_of(Account).odd == frozenset()
        assert Reader(list[Account], None, memory).read(b'[{"id": "1"}]') == [Account(id=1)]

    def test_there_is_a_bound(self) -> None:
        memory = Memory(most=5)
        for number in range(1000):
            memory.learn(Account, {"id": 1, f"field_{number}": 1, "name": 1})
            memory.learn(Deal, {"id": 1, f"field_{number}": 1})
        drift = memory.forms.drift
        assert sum(len(one.extra) + len(one.odd) for one in drift.values()) == 5
        forms = memory.forms
        data = b'[{"id": 1, "field_999": 1.50}]'
        assert Reader(list[Account], None, memory).read(data) == tolerantly(data, list[Account])
        assert memory.forms.drift[Account].extra == forms.drift[Account].extra

    def test_there_is_a_bound_for_each_model(self) -> None:
        memory = Memory()
        memory.learn(Account, {"id": 1, **{f"field_{number}": 1 for number in range(100)}})
        assert len(memory.forms.drift_of(Account).extra) == 32

    def test_an_envelope_with_more_in_it_is_looked_at_twice(self) -> None:
        reader = Reader(list[Account], "data", Memory())
        assert reader.read(b'{"data": [{"id": 1}], "error": "no"}') is None
        assert reader.read(b'{"data": [{"id": 1, "fresh": 1}]}') == [Account(id=1, unrecognized={"fresh": 1})]
        assert whole(reader.in_slices(b'{"data": [{"id": 1}], "error": "no"}')) is None

    def test_the_order_of_the_first_object_changes_nothing(self) -> None:
        first, second = b'{"name": "x", "btc_amount": "1.0", "id": 1}', b'{"id": 2, "btc_amount": "2.0"}'
        reader = Reader(Account, None, Memory())
        assert [reader.read(data) for data in (first, second, first)] == [
            tolerantly(data, Account) for data in (first, second, first)
        ]

    def test_several_threads_read_and_learn_at_once(self) -> None:
        memory = Memory()
        reader = Reader(list[Account], None, memory)
        wrong: list[object] = []
        start = threading.Barrier(4)

        def read(seed: int) -> None:
            start.wait()
            for number in range(40):
                data = json.dumps(
                    [{"id": 1, f"field_{(seed + number) % 30}": 1, "name": number, "btc_amount": "1.0"}] * 3
                )
                expected = Account(
                    id=1, name=str(number), btc_amount=Decimal("1.0"), unrecognized={f"field_{(seed + number) % 30}": 1}
                )
                if (found := reader.read(data)) != [expected] * 3:
                    wrong.append(found)

        threads = [threading.Thread(target=read, args=(seed * 7,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(memory.forms.drift_of(Account).extra) == 30


class TestLists:
    def test_one_odd_item_leaves_the_others_to_the_quick_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[object] = []

        class Watched:
            @staticmethod
            def structure(value: Any, kind: Any) -> Any:
                asked.append(value)
                return converter.the_converter().structure(value, kind)

        monkeypatch.setattr(reading, "the_converter", lambda: Watched)
        rows: list[Any] = [{"id": number, "name": "x" * 100} for number in range(1000)]
        rows[500] = {"id": 500, "supported_market_types": "spot"}
        accounts = codec.from_json(json.dumps(rows), list[Account])
        assert [account.id for account in accounts] == [*range(1000)]
        assert accounts[500].unrecognized == {"supported_market_types": "spot"}
        assert asked == [rows[500]]

    @pytest.mark.parametrize("size", [1, 5000])
    @pytest.mark.parametrize(
        "item", [b'{"id": 1, "name": "\xff"}', b'{"id": 1, "x": 1e99999999999999999999}', b'{"id": 01}', b'{"id": 1']
    )
    def test_bad_json_in_one_item_costs_the_list(self, size: int, item: bytes) -> None:
        data = b"[" + b'{"id": 1, "name": "long enough"},' * size + item + b"]"
        with pytest.raises(codec.DecodeError) as of_list:
            codec.from_json(data, list[Account])
        with pytest.raises(codec.DecodeError) as of_json:
            codec.decode_json(data)
        assert str(of_list.value) == str(of_json.value)

    def test_an_item_that_is_nested_too_deeply_costs_the_list(self) -> None:
        data = b'[{"id": 1}, {"id": 2, "new": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]"
        with pytest.raises(codec.DecodeError):
            codec.from_json(data, list[Account])

    def test_slices_of_exact_json_are_the_whole(self) -> None:
        data = b'[{"a": 0.10, "b": [1, null]}, 1.50, "x", []]'
        assert whole(codec.from_json_in_slices(data, None)) == codec.decode_json(data)
        assert whole(codec.from_json_in_slices(b'{"a": 1}', None)) is None
        assert whole(codec.from_json_in_slices(b"[1, 2", None)) is None

    def test_a_slice_ends_when_its_time_is_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = iter(range(10_000))
        monkeypatch.setattr(reading, "perf_counter", lambda: next(now))
        for kind in (list[Account], None):
            slices = codec.from_json_in_slices(b'[{"id": 1}, {"id": 2}, {"id": 3}]', kind)
            assert len([*slices]) == 5

    @pytest.mark.parametrize("kind", [Account, str, list[str], dict[str, int]])
    def test_there_are_slices_of_lists_of_models_alone(self, kind: Any) -> None:
        assert whole(codec.from_json_in_slices(b"[]", kind)) is None

    def test_other_kinds_are_read_in_the_tolerant_way(self) -> None:
        assert codec.from_json(b'{"a": {"id": 1}}', dict[str, Account]) == {"a": Account(id=1)}
        assert codec.from_json(b'["a", 5]', list[str]) == ["a", "5"]
