"""The fixtures that the package brings for its users' tests, and what they say about faults that nothing met."""

from __future__ import annotations

import pytest

SCOPE = ("-W", "error", "-o", "asyncio_default_fixture_loop_scope=function", "-o", "asyncio_mode=auto")


def test_a_test_that_ends_with_faults_that_were_never_met_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        async def test_a_bot(threecommas_client, threecommas_sandbox):
            threecommas_sandbox.faults.fail_next(502, path="/ver1/accounts/new", times=2)
            threecommas_sandbox.faults.drop_next(method="GET")
        """
    )
    result = pytester.runpytest_subprocess(*SCOPE)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*Planned faults were not met:",
            "*fail for any request of /ver1/accounts/new (2 times)",
            "*drop for any GET request (once)",
            "*sandbox.faults.clear()*",
        ]
    )


def test_a_test_whose_faults_were_met_or_cleared_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from threecommas_async import ThreeCommasError

        async def test_met(threecommas_client, threecommas_sandbox):
            threecommas_sandbox.faults.fail_next(400, path="/ver1/accounts")
            with pytest.raises(ThreeCommasError):
                await threecommas_client.accounts.list()

        async def test_cleared(threecommas_sandbox):
            threecommas_sandbox.faults.fail_next(502)
            threecommas_sandbox.faults.clear()
        """
    )
    pytester.runpytest_subprocess(*SCOPE).assert_outcomes(passed=2)


def test_a_test_that_asks_for_the_clock_has_all_of_them_in_its_time(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from datetime import UTC, datetime

        import pytest

        async def test_simulated(threecommas_client, threecommas_sandbox, threecommas_clock):
            threecommas_sandbox.faults.fail_next(502, path="/ver1/time")
            time = await threecommas_client.users.time()
            assert time.server_time == threecommas_clock.now().replace(microsecond=0)
            assert len(threecommas_clock.sleeps) == 1

        @pytest.fixture
        def later(threecommas_clock):
            return threecommas_clock

        async def test_through_another_fixture(threecommas_client, later):
            await later.advance(86400)
            assert (await threecommas_client.users.time()).server_time.date() == later.now().date()

        async def test_real(threecommas_client):
            now = (await threecommas_client.users.time()).server_time
            assert abs((datetime.now(UTC) - now).total_seconds()) < 3600
        """
    )
    pytester.runpytest_subprocess(*SCOPE).assert_outcomes(passed=3)
