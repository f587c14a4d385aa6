"""Bans: nothing is sent while one lasts, and one probe finds out whether it is over."""

from __future__ import annotations

import asyncio

import pytest

from tests.recorder import Recorder
from threecommas_async import HmacCredentials, IpBannedError, NotSentError, ThreeCommasClient
from threecommas_async.transport.bans import Ban
from threecommas_async.transport.simulated_clock import SimulatedClock

ACCOUNT = '{"id": 1}'
CREDENTIALS = HmacCredentials("key", "secret")


async def test_nothing_during_one_probe_after_doubling(clock: SimulatedClock) -> None:
    async with Recorder(418, "") as recorder:
        other = HmacCredentials("other", "secret")
        async with (
            ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock) as client,
            ThreeCommasClient(other, base_url=recorder.url, clock=clock, limits=None) as neighbour,
        ):
            for round_, lasts in enumerate((120, 240, 480), start=1):
                for refused in (client, neighbour, client, neighbour):
                    with pytest.raises(IpBannedError):
                        await refused.accounts.get(1)
                with pytest.raises(IpBannedError) as caught:
                    await client.accounts.get(1)
                assert len(recorder.arrived) == round_
                left = (caught.value.retry_at - clock.now()).total_seconds()
                assert left == pytest.approx(lasts, abs=1)
                await clock.advance(lasts + 0.1)
            recorder.status, recorder.body = 200, ACCOUNT.encode()
            results = await asyncio.gather(*(client.accounts.get(1) for _ in range(5)), return_exceptions=True)
            assert len(recorder.arrived) == 4
            assert sum(isinstance(result, IpBannedError) for result in results) == 4
            await client.accounts.get(1)
            recorder.status = 418
            with pytest.raises(IpBannedError) as caught:
                await client.accounts.get(1)
            assert (caught.value.retry_at - clock.now()).total_seconds() == pytest.approx(120, abs=1)


async def test_a_probe_without_an_answer_is_followed_by_another(clock: SimulatedClock) -> None:
    async with Recorder(418, "") as recorder:
        client = ThreeCommasClient(CREDENTIALS, base_url=recorder.url, clock=clock, timeout=5)
        with pytest.raises(IpBannedError):
            await client.accounts.get(1)
    await clock.advance(121)
    with pytest.raises(NotSentError):
        await client.accounts.create(type="binance", name="Main")
    with pytest.raises(NotSentError):
        await client.accounts.create(type="binance", name="Main")
    await client.close()


async def test_a_ban_is_forgotten_when_even_the_longest_would_be_over(clock: SimulatedClock) -> None:
    ban = Ban(clock)
    assert ban.is_idle()
    ban.begin(120)
    await clock.advance(121)
    assert not ban.is_idle()
    await clock.advance(3 * 24 * 3600)
    assert ban.is_idle()
