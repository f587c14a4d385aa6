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
            "*Faults that the test planned were never met:",
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
