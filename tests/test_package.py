"""The package as a user finds it: its names, what importing it costs, its mocks and its pytest fixtures."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from aioresponses import aioresponses
from yarl import URL

import threecommas_async
import threecommas_async.models
from threecommas_async import HmacCredentials, InvalidRequestError, ThreeCommasClient
from threecommas_async.models import Model, Request

ROOT = Path(__file__).parent.parent
NEW_ACCOUNT = "https://api.3commas.io/public/api/ver1/accounts/new"


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(json.loads(done.stdout))


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == threecommas_async.__version__


PACKAGES = (threecommas_async, threecommas_async.models)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_public_name_is_there_and_no_other(package: ModuleType) -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert len(package.__all__) == len(set(package.__all__))
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="Nothing"):
        package.Nothing  # noqa: B018


def test_every_model_is_offered_by_name() -> None:
    folder = ROOT / "threecommas_async" / "models"
    for file in folder.glob("*.py"):
        if file.stem == "editable":  # what classes of the others have in common
            continue
        module = import_module(f"threecommas_async.models.{file.stem}")
        for name, value in vars(module).items():
            is_own = isinstance(value, type) and value.__module__ == module.__name__
            if is_own and issubclass(value, (Model, Request)) and not name.startswith("_"):
                assert getattr(threecommas_async.models, name) is value


def test_an_import_of_one_family_loads_no_other() -> None:
    loaded = modules_after("from threecommas_async.models import Account")
    assert "threecommas_async.models.account" in loaded
    assert "threecommas_async.models.rates" not in loaded
    assert "aiohttp" not in loaded


def test_what_an_import_does_not_load() -> None:
    assert "aiohttp" not in modules_after("import threecommas_async")
    assert "aiohttp" not in modules_after("import threecommas_async.pytest_plugin")
    loaded = modules_after("from threecommas_async import HmacCredentials, ThreeCommasClient")
    for heavy in (
        "cattrs",
        "cryptography",
        "redis",
        "rich",
        "typer",
        "threecommas_async.sandbox",
        "threecommas_async.models.account",
        "threecommas_async.transport.simulated_clock",
        "aiohttp.web",
    ):
        assert heavy not in loaded - modules_after("import aiohttp")


def test_what_comes_as_documented_is_read_without_cattrs() -> None:
    read = f"""
from pathlib import Path
from threecommas_async import codec
from threecommas_async.models import Account
account = codec.from_json(Path({str(ROOT / "tests" / "fixtures" / "account_created.json")!r}).read_bytes(), Account)
"""
    assert "cattrs" not in modules_after(read)
    assert "cattrs" in modules_after(f"{read}codec.to_json(account)")


def sent_by(mocked: aioresponses) -> object:
    """The body of the one request that was made."""
    ((request, calls),) = (mocked.requests or {}).items()
    assert request == ("POST", URL(NEW_ACCOUNT))
    ((_, arguments),) = cast("list[tuple[object, dict[str, bytes]]]", calls)
    return json.loads(arguments["data"].decode())


class TestUnderAioresponses:
    """What a user's own tests do."""

    async def test_a_mocked_create(self, account_json: str) -> None:
        with aioresponses() as mocked:
            mocked.add(NEW_ACCOUNT, "POST", status=201, body=account_json)
            async with ThreeCommasClient(HmacCredentials("key", "secret")) as client:
                account = await client.accounts.create(
                    type="okex", name="test", api_key="abcde", secret="abcde", passphrase="x"
                )
            assert account.id == 32849081
            assert sent_by(mocked) == {
                "type": "okex",
                "name": "test",
                "api_key": "abcde",
                "secret": "abcde",
                "passphrase": "x",
            }

    async def test_a_mocked_refusal(self) -> None:
        refusal = {"error": "record_invalid", "error_attributes": {"api_key": ["This account is already connected!"]}}
        with aioresponses() as mocked:
            mocked.add(NEW_ACCOUNT, "POST", status=400, payload=refusal)
            async with ThreeCommasClient(HmacCredentials("key", "secret")) as client:
                with pytest.raises(InvalidRequestError) as caught:
                    await client.accounts.create(type="binance", name="test")
        assert caught.value.fields == {"api_key": ("This account is already connected!",)}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, TypeError, "type"),
        ({"type": "binance", "name": "A"}, ValueError, "name is too short"),
        ({"type": "binance", "name": ""}, ValueError, "name is required"),
        ({"type": "", "name": "Main"}, ValueError, "type is required"),
        ({"type": None, "name": "Main"}, ValueError, "type is required"),
        ({"type": 1, "name": "Main"}, TypeError, "type must be a str"),
        ({"type": "binance", "name": "Main", "api_key": "abcd"}, ValueError, "api_key is too short"),
        ({"type": "binance", "name": "Main", "secret": "abcd"}, ValueError, "secret is too short"),
        (
            {"type": "binance", "name": "Main", "secret": b"abcde"},
            TypeError,
            "secret must be a str or a Secret, not bytes",
        ),
        ({"type": "ethereumwallet", "name": "Main"}, ValueError, "address is required when type is 'ethereumwallet'"),
        ({"type": "EthereumWallet", "name": "Main"}, ValueError, "address is required"),
        ({"type": "Bitstamp", "name": "Main"}, ValueError, "customer_id is required when type is 'Bitstamp'"),
        ({"type": "bitstamp", "name": "Main"}, ValueError, "customer_id is required"),
        ({"type": "Coinbase", "name": "Main"}, ValueError, "passphrase is required when type is 'Coinbase'"),
        ({"type": "coinbase", "name": "Main", "passphrase": ""}, ValueError, "passphrase is required"),
        ({"type": "binance", "name": "Main", "types_to_create": "binance_margin"}, TypeError, "types_to_create"),
        ({"type": "binance", "name": "Main", "types_to_create": [1]}, TypeError, "types_to_create"),
        ({"type": "binance", "name": "Main", "type_to_create": []}, TypeError, "type_to_create"),
    ],
)
async def test_create_names_a_bad_argument_before_anything_is_sent(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with aioresponses() as mocked:
        async with ThreeCommasClient(HmacCredentials("key", "secret")) as client:
            with pytest.raises(error, match=message):
                await client.accounts.create(**arguments)
        mocked.assert_not_called()


async def test_create_sends_what_was_given_and_no_more(account_json: str) -> None:
    given: dict[str, Any] = {
        "type": "bitstamp",
        "name": "Main",
        "api_key": "abcde",
        "secret": "abcde",
        "address": "0x0",
        "customer_id": "42",
        "passphrase": "phrase",
        "types_to_create": ["binance_margin"],
    }
    with aioresponses() as mocked:
        mocked.add(NEW_ACCOUNT, "POST", status=200, body=account_json)
        async with ThreeCommasClient(HmacCredentials("key", "secret")) as client:
            await client.accounts.create(**given)
        assert sent_by(mocked) == given


class TestThePytestPlugin:
    def test_the_fixtures_serve_a_users_tests(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            """
            import pytest

            @pytest.mark.asyncio
            async def test_a_bot(threecommas_client):
                created = await threecommas_client.accounts.create(
                    type="binance", name="Main", api_key="abcde", secret="abcde")
                assert [one.id for one in await threecommas_client.accounts.list()] == [created.id]

            @pytest.mark.asyncio
            async def test_each_starts_empty(threecommas_client, threecommas_sandbox):
                assert await threecommas_client.accounts.list() == []
                assert len(threecommas_sandbox.requests) == 1
            """
        )
        scope = ("-o", "asyncio_default_fixture_loop_scope=function")
        pytester.runpytest_subprocess("-W", "error", *scope).assert_outcomes(passed=2)

    def test_a_run_that_does_not_ask_for_them_does_not_pay(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            """
            import sys

            def test_nothing():
                assert "threecommas_async.pytest_plugin" in sys.modules
                assert "aiohttp" not in sys.modules
                assert "attrs" not in sys.modules or "threecommas_async.models" not in sys.modules
            """
        )
        result = pytester.runpytest_subprocess("-p", "no:aiohttp", "-p", "no:hypothesispytest")
        result.assert_outcomes(passed=1)
