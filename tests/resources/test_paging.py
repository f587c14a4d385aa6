"""Walks through lists that change while they are walked through."""

from __future__ import annotations

import asyncio
import gc
import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Final
from urllib.parse import parse_qs

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from tests.loopback import Asked, Loopback
from threecommas_async import AuthenticationError, Outcome, UnreadableResponseError
from threecommas_async.resources.paging import Cut, numbered, offset, walk
from threecommas_async.sandbox import Sandbox

NUMBERED = numbered(100)
CUTS = (NUMBERED, offset(100), offset(1000), offset(50))
SIZES: Final = (0, 1, 2, 49, 50, 51, 98, 99, 100, 101, 102, 150, 197, 198, 199, 294, 1050)


@frozen
class Entry:
    """A row of a list."""

    id: int


class ChangingList:
    """A list that is served in pages, and of which rows come and go between two requests.

    :ivar requests: where the pages that were asked for begin, and their size.
    :ivar stayed: the rows that have been there all the time.
    """

    def __init__(
        self, size: int, change: Callable[[ChangingList], None] = lambda rows: None, cut: Cut = NUMBERED
    ) -> None:
        self.ids = list(range(size))
        self.stayed = set(self.ids)
        self.requests: list[tuple[int, int]] = []
        self._change = change
        self._cut = cut
        self._next_id = size

    def remove(self, position: int, count: int = 1) -> None:
        self.stayed -= set(self.ids[position : position + count])
        del self.ids[position : position + count]

    def insert(self, position: int, count: int = 1) -> None:
        self.ids[position:position] = range(self._next_id, self._next_id + count)
        self._next_id += count

    def window(self, start: int, size: int) -> list[int]:
        return self.ids[start : start + size]

    async def fetch(self, start: int, size: int) -> list[Entry]:
        assert start >= 0
        assert size >= 1
        if self._cut is NUMBERED:
            assert size <= 100
            assert start % size == 0
        if self.requests:
            self._change(self)
        self.requests.append((start, size))
        return [Entry(row_id) for row_id in self.window(start, size)]

    async def ids_walked(self) -> list[int]:
        return [entry.id async for entry in walk("/rows", self.fetch, lambda entry: entry.id, self._cut)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_list_that_rests_is_walked_in_order(size: int) -> None:
    rows = ChangingList(size)
    assert await rows.ids_walked() == rows.ids
    # Hardly more than pages side by side would take: the overlap costs some rows, a nearly full last page a request.
    assert len(rows.requests) <= size // 95 + 2


async def test_a_short_list_takes_one_request() -> None:
    rows = ChangingList(49)
    await rows.ids_walked()
    assert rows.requests == [(0, 100)]


async def test_a_row_removed_on_a_page_already_read_costs_no_other_row() -> None:
    rows = ChangingList(1050, lambda rows: rows.remove(0))
    walked = await rows.ids_walked()
    assert len(walked) == len(set(walked))
    assert rows.stayed <= set(walked)
    assert len(rows.requests) < 20


async def test_a_row_added_on_a_page_already_read_comes_not_twice() -> None:
    rows = ChangingList(1050, lambda rows: rows.insert(0))
    walked = await rows.ids_walked()
    assert walked == list(range(1050))
    assert len(rows.requests) < 15


@pytest.mark.parametrize("count", [50, 99, 100, 101, 300, 949, 950])
async def test_many_rows_removed_at_once(count: int) -> None:
    def change(rows: ChangingList) -> None:
        if len(rows.requests) == 5:
            rows.remove(0, count)

    rows = ChangingList(1050, change)
    walked = await rows.ids_walked()
    assert len(walked) == len(set(walked))
    assert rows.stayed <= set(walked)


async def test_a_list_that_is_emptied() -> None:
    rows = ChangingList(1050, lambda rows: rows.remove(0, 2000))
    assert await rows.ids_walked() == list(range(100))


def _at_random(seed: int, most: int) -> Callable[[ChangingList], None]:
    chance = random.Random(seed)  # noqa: S311

    def change(rows: ChangingList) -> None:
        for _ in range(chance.randrange(4)):
            position = chance.randrange(len(rows.ids) + 1)
            # Up to 20 changes that add: a list that grows faster than it is read has no end.
            if chance.random() < 0.5 and len(rows.requests) < 20:
                rows.insert(position, chance.randint(1, most))
            else:
                rows.remove(position, chance.randint(1, most))

    return change


@given(
    cut=st.sampled_from(CUTS),
    size=st.integers(0, 1200),
    seed=st.integers(0, 2**32),
    most=st.sampled_from([1, 3, 30, 120, 400]),
)
def test_whatever_comes_and_goes_no_row_comes_twice_and_none_that_stays_is_missed(
    cut: Cut, size: int, seed: int, most: int
) -> None:
    rows = ChangingList(size, _at_random(seed, most), cut)
    walked = asyncio.run(rows.ids_walked())
    assert len(walked) == len(set(walked))
    assert rows.stayed <= set(walked)
    order = {row_id: position for position, row_id in enumerate(rows.ids)}
    kept = [order[row_id] for row_id in walked if row_id in rows.stayed]
    assert kept == sorted(kept)


def test_pages_side_by_side_would_fail_these_tests() -> None:
    """The control: the walk that one would write first does miss rows."""

    async def naively(rows: ChangingList) -> set[int]:
        walked: set[int] = set()
        for start in range(0, 10_000, 100):
            entries = await rows.fetch(start, 100)
            walked |= {entry.id for entry in entries}
            if len(entries) < 100:
                break
        return walked

    rows = ChangingList(1050, lambda rows: rows.remove(0))
    assert rows.stayed - asyncio.run(naively(rows))


async def test_one_page_is_in_memory_at_a_time() -> None:
    alive: list[int] = []

    def count(_: ChangingList) -> None:
        alive.append(sum(isinstance(one, Entry) for one in gc.get_objects()))

    rows = ChangingList(1050, count)
    async for _ in walk("/rows", rows.fetch, lambda entry: entry.id, NUMBERED):
        pass
    assert len(alive) > 10
    assert max(alive) <= 1  # the last row of the page before, which the loop still holds


# --- servers that cut pages otherwise than they were asked to


class OneFirstPage(ChangingList):
    """Serves page 1 whatever is asked for."""

    def window(self, start: int, size: int) -> list[int]:
        return self.ids[:size]


class PagesOfAHundred(ChangingList):
    """Serves pages of 100 rows whatever is asked for."""

    def window(self, start: int, size: int) -> list[int]:
        return super().window(start // size * 100, 100)


@pytest.mark.parametrize("kind", [OneFirstPage, PagesOfAHundred])
async def test_pages_that_do_not_fit_together_are_an_error(kind: type[ChangingList]) -> None:
    rows = kind(1050)
    with pytest.raises(UnreadableResponseError, match=r"GET /rows: .*do not fit together; [0-9]+ rows were") as caught:
        await rows.ids_walked()
    assert caught.value.outcome is Outcome.DONE
    assert len(rows.requests) < 60


class SomeUnreadable(ChangingList):
    """Leaves rows out, as the codec does with what it cannot read."""

    def window(self, start: int, size: int) -> list[int]:
        return [row_id for row_id in super().window(start, size) if row_id % 10]


async def test_rows_that_cannot_be_read_do_not_end_the_walk() -> None:
    rows = SomeUnreadable(1050)
    assert await rows.ids_walked() == [row_id for row_id in range(1050) if row_id % 10]


# --- through the client


class Accounts:
    """Serves the accounts of a :class:`ChangingList`, as the API does."""

    def __init__(self, size: int) -> None:
        self.rows = ChangingList(size)

    def answer(self, asked: Asked) -> str:
        query = parse_qs(asked.query)
        page, size = int(query["page"][0]), int(query["per_page"][0])
        window = self.rows.window((page - 1) * size, size)
        return json.dumps([{"id": row_id, "name": f"No. {row_id}"} for row_id in window])


@pytest.fixture
async def served() -> AsyncIterator[tuple[Accounts, Loopback]]:
    accounts = Accounts(1050)
    async with Loopback(text=accounts.answer) as server:
        yield accounts, server


async def test_iterate_walks_all_accounts_while_another_task_removes_some(served: tuple[Accounts, Loopback]) -> None:
    accounts, server = served
    chance = random.Random(3)  # noqa: S311

    async def remove() -> None:
        while True:
            await asyncio.sleep(0.001)
            accounts.rows.remove(chance.randrange(len(accounts.rows.ids)))

    async with server.client() as client:
        remover = asyncio.create_task(remove())
        walked: list[int] = []
        async for account in client.accounts.iterate():
            assert account.name == f"No. {account.id}"
            walked.append(account.id)
            if len(walked) % 50 == 0:
                await asyncio.sleep(0.002)
        remover.cancel()
        await asyncio.wait([remover])
        assert remover.cancelled() or remover.exception() is None
    assert len(accounts.rows.ids) < 1050
    assert len(walked) == len(set(walked))
    assert accounts.rows.stayed <= set(walked)


async def test_iterate_filters_and_asks_for_no_page_before_its_time(served: tuple[Accounts, Loopback]) -> None:
    _, server = served
    async with server.client() as client:
        accounts = client.accounts.iterate(api_key="exchange-key")
        assert server.asked == []
        async for account in accounts:
            if account.id == 99:
                break
        assert [asked.query for asked in server.asked] == ["api_key=exchange-key&page=1&per_page=100"]
        assert (await anext(accounts)).id == 100
        assert [asked.query for asked in server.asked][1:] == ["api_key=exchange-key&page=2&per_page=99"]


async def test_an_error_ends_the_walk_and_shows_no_secret(served: tuple[Accounts, Loopback]) -> None:
    _, server = served
    async with server.client() as client:
        accounts = client.accounts.iterate(api_key="exchange-key")
        for _ in range(100):
            await anext(accounts)
        server.status, server.text = 401, '{"error": "signature_invalid"}'
        with pytest.raises(AuthenticationError) as caught:
            await anext(accounts)
    trace, shown = caught.value.__traceback__, f"{caught.value!r} {vars(caught.value)}"
    while trace is not None:
        if "threecommas_async" in trace.tb_frame.f_code.co_filename:
            shown += repr(trace.tb_frame.f_locals)
        trace = trace.tb_next
    assert "exchange-key" not in shown


async def test_a_walk_over_1050_accounts_in_the_sandbox_while_another_task_removes_some() -> None:
    chance = random.Random(5)  # noqa: S311
    removed: set[int] = set()
    async with Sandbox() as sandbox, sandbox.client(limits=None) as client:
        for number in range(1050):
            await client.accounts.create(type="binance", name=f"No. {number}", api_key=f"key-{number}", secret="secret")
        ids = [account.id async for account in client.accounts.iterate()]
        assert len(ids) == len(set(ids)) == 1050

        async def remove() -> None:
            for account_id in chance.sample(ids, 200):
                removed.add(account_id)  # before it is certain: it may be gone by the time the answer comes
                await client.accounts.remove(account_id)

        remover = asyncio.create_task(remove())
        walked: list[int] = []
        async for account in client.accounts.iterate():
            walked.append(account.id)
            if len(walked) % 20 == 0:
                await asyncio.sleep(0.002)
        remover.cancel()
        await asyncio.wait([remover])
        assert remover.cancelled() or remover.exception() is None
    assert removed
    assert len(walked) == len(set(walked))
    assert set(ids) - removed <= set(walked) <= set(ids)
