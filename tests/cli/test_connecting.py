"""``threecommas accounts create``: where the exchange's keys come from, and what is refused."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import attrs
import pytest

from tests.cli.command_line import KEY, KEYS, PASSPHRASE, SECRET, Command, OddServer, Terminal, rows, use_key
from threecommas_async import codec
from threecommas_async.models import Account
from threecommas_async.sandbox import Permission, Sandbox

CREATE = ("accounts", "create", "--sandbox", "--type", "okex", "--name", "test")

pytestmark = pytest.mark.usefixtures("no_variables")


def test_it_creates_an_account_in_a_sandbox_of_its_own(command: Command) -> None:
    result = command(*CREATE)
    assert result.status == 0
    assert result.err == ""
    assert result.out.startswith("New account in the sandbox")
    table = rows(result.out)
    assert table["Name"] == "test"
    assert table["Exchange"] == "OKX Spot"
    assert table["ID"].isdecimal()
    assert table["Type"] == "okex"
    assert table["State"] == "ok"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00", table["Created"])
    assert table["BTC amount"] == "0.3044323373203954"
    assert table["USD amount"] == "18363.2428596"


@pytest.mark.parametrize("account_type", ["binance", "okex", "bitstamp", "ethereumwallet", "coinbase", "paper_trading"])
def test_the_sandbox_needs_nothing_and_leaves_standard_input_alone(command: Command, account_type: str) -> None:
    # Without stdin= it is pytest's, which raises when it is read.
    result = command("accounts", "create", "--sandbox", "--type", account_type, "--name", "test", "--json")
    assert (result.status, result.err) == (0, "")
    assert result.json["market_code"] == account_type
    assert Decimal(result.json["btc_amount"]) > 0
    assert result.json["api_key"] is None


def test_the_sandbox_does_not_ask_at_a_terminal(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert command(*CREATE).status == 0


def test_json_is_the_whole_account_without_the_exchange_key(command: Command, server: Sandbox) -> None:
    result = command("accounts", "create", "--type", "BINANCE", "--name", "Zürich", "--json", **KEYS)
    assert (result.status, result.err) == (0, "")
    account = codec.from_json(result.out, Account)
    assert account.unrecognized == {}
    assert result.json.keys() == {field.name for field in attrs.fields(Account)} - {"unrecognized"}
    assert (account.name, account.market_code, account.api_key) == ("Zürich", "binance", None)
    assert account.btc_amount == Decimal("0.3044323373203954")
    assert isinstance(result.json["total_primary_display_currency_profit"]["amount"], str)


def test_standard_input_gives_what_the_environment_does_not(command: Command, server: Sandbox) -> None:
    piped = json.dumps({"secret": SECRET, "passphrase": PASSPHRASE})
    result = command(
        "accounts", "create", "--type", "okex", "--name", "Main", stdin=piped, THREECOMMAS_EXCHANGE_API_KEY=KEY
    )
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("New account\n")


def test_it_sends_what_the_exchange_needs_and_no_more(command: Command, odd_server: OddServer) -> None:
    required = [{"field": "api_key", "localized_name": "API Key:"}, {"field": "a_field_to_come"}]
    market = {"market_code": "tiny", "form_fields": {"required": required, "optional": []}}
    odd_server.answers = {"/market_list": (200, [market]), "/new": (201, {"id": 7})}
    result = command(
        *("accounts", "create", "--type", "tiny", "--name", "Main", "--customer-id", "12"),
        *("--type-to-create", "tiny_margin", "--type-to-create", "tiny_futures"),
        THREECOMMAS_EXCHANGE_PASSPHRASE=PASSPHRASE,
        **KEYS,
    )
    assert (result.status, result.err) == (0, "")
    assert json.loads(odd_server.bodies[-1]) == {
        "type": "tiny",
        "name": "Main",
        "api_key": KEY,
        "customer_id": "12",
        "types_to_create": ["tiny_margin", "tiny_futures"],
    }


@pytest.mark.parametrize(
    ("stdin", "error"),
    [
        (
            "",
            "okex needs passphrase, from THREECOMMAS_EXCHANGE_PASSPHRASE or from a JSON object on standard input",
        ),
        ("Exchange-Pass-1", "standard input must be one JSON object with some of {fields}"),
        ('["Exchange-Pass-1"]', "standard input must be one JSON object with some of {fields}"),
        (
            '{"passphrase": "Exchange-Pass-1", "Exchange-Key-1": 1}',
            "standard input has a field that is not one of {fields}",
        ),
        ('{"passphrase": 1}', "passphrase on standard input must be a string"),
        ('{"passphrase": "' + "x" * 65_536 + '"}', "standard input must be one JSON object with some of {fields}"),
        (
            '{"passphrase": "Exchange-Pass-1", "secret": "Exchange-Key-1"}',
            "secret on standard input differs from THREECOMMAS_EXCHANGE_SECRET: give only one of them",
        ),
    ],
)
def test_standard_input_that_cannot_be_used(command: Command, server: Sandbox, stdin: str, error: str) -> None:
    result = command("accounts", "create", "--type", "okex", "--name", "Main", stdin=stdin, **KEYS)
    assert result.status == 1
    assert result.error == error.format(fields="api_key, secret, passphrase, customer_id, address")
    assert all(request.method == "GET" for request in server.requests)


def test_an_account_type_that_3commas_does_not_have(command: Command) -> None:
    misspelt = command("accounts", "create", "--sandbox", "--type", "bitstam", "--name", "Main")
    assert misspelt.status == 1
    assert misspelt.error == "3Commas has no account type 'bitstam'; the closest are bitstamp, bitmex, bitget"
    strange = command("accounts", "create", "--sandbox", "--type", "zzz", "--name", "Main")
    assert strange.error.startswith("3Commas has no account type 'zzz'; it has binance, ")


# --- refusals


def test_a_wrong_secret(command: Command, server: Sandbox) -> None:
    result = command(
        "accounts",
        "create",
        "--type",
        "okex",
        "--name",
        "Main",
        THREECOMMAS_API_SECRET="wrong",
        **KEYS,
        THREECOMMAS_EXCHANGE_PASSPHRASE=PASSPHRASE,
    )
    assert result.status == 1
    assert result.error == (
        "POST /ver1/accounts/new at HOST: 3Commas answered 401 signature_invalid: Provided signature is invalid"
    )
    assert "[request id " in result.err


def test_a_key_without_the_permission_to_write(
    command: Command, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_key(monkeypatch, server.add_key(permissions={Permission.ACCOUNTS_READ}))
    result = command("accounts", "create", "--type", "binance", "--name", "Main", **KEYS)
    assert result.status == 1
    assert result.error == (
        "POST /ver1/accounts/new at HOST: 3Commas answered 403 access_denied: Api key doesn't have enough permissions"
    )


def test_a_name_of_one_letter_is_refused_before_anything_else(command: Command, server: Sandbox) -> None:
    result = command("accounts", "create", "--type", "binance", "--name", "x")
    assert result.status == 2
    assert result.error == (
        "Invalid value for '--name': the name is too short: it must have at least 2 characters"
        " (see threecommas accounts create --help)"
    )
    assert not server.requests


def test_an_exchange_key_that_is_connected_already(command: Command, server: Sandbox) -> None:
    assert command("accounts", "create", "--type", "binance", "--name", "Main", **KEYS).status == 0
    result = command("accounts", "create", "--type", "binance", "--name", "Again", **KEYS)
    assert result.status == 1
    assert result.error == (
        "POST /ver1/accounts/new at HOST: 3Commas answered 400 record_invalid: Invalid parameters;"
        " api_key This account is already connected!"
    )


def test_bitstamp_without_a_customer_id(command: Command, server: Sandbox) -> None:
    result = command("accounts", "create", "--type", "bitstamp", "--name", "Main", stdin="", **KEYS)
    assert result.status == 1
    assert result.error == ("bitstamp needs customer_id, from --customer-id or from a JSON object on standard input")
    given = command("accounts", "create", "--type", "bitstamp", "--name", "Main", "--customer-id", "12", **KEYS)
    assert given.status == 0


def test_an_exchange_key_that_is_too_short(command: Command, server: Sandbox) -> None:
    result = command(
        "accounts", "create", "--type", "binance", "--name", "Main", stdin='{"api_key":"abc","secret":"s"}'
    )
    assert result.status == 1
    assert result.error == "api_key is too short: it must have at least 5 characters"


def test_a_lost_answer_tells_to_look_first(command: Command, server: Sandbox) -> None:
    server.faults.fail_next(status=502, method="POST")
    result = command("accounts", "create", "--type", "binance", "--name", "Main", **KEYS)
    assert result.status == 1
    assert result.error == (
        "POST /ver1/accounts/new at HOST: a gateway in front of 3Commas answered 502 with an HTML page;"
        " whether it was carried out is unknown; check with 'threecommas accounts list' before you repeat it"
    )
    assert "[request id " in result.err


# --- at a terminal


def test_a_person_is_asked_for_what_is_missing_and_secrets_do_not_show(server: Sandbox) -> None:
    arguments = ("accounts", "create", "--type", "bitstamp", "--name", "Main")
    with Terminal(*arguments, THREECOMMAS_EXCHANGE_SECRET=SECRET) as terminal:
        terminal.answer("API Key (hidden): ", "\n")
        terminal.answer("API Key (hidden): \nAPI Key (hidden): ", f"{KEY}\n")
        terminal.answer("Customer ID: ", "0012\n")
        assert terminal.end() == 0
    assert "Customer ID: 0012\n" in terminal.seen
    assert "Secret" not in terminal.seen
    assert KEY not in terminal.seen
    assert "0.3044323373203954" in terminal.seen
    assert len(server.accounts) == 1


@pytest.mark.parametrize(
    ("typed", "status", "error"),
    [("\x03", 130, ""), ("\x04", 1, "Error: no value was entered for API Key; nothing was sent\n")],
    ids=["Ctrl-C", "Ctrl-D"],
)
def test_a_person_who_does_not_answer(server: Sandbox, typed: str, status: int, error: str) -> None:
    with Terminal("accounts", "create", "--type", "binance", "--name", "Main", TERM="dumb") as terminal:
        terminal.answer("API Key (hidden): ", typed)
        assert terminal.end() == status
    assert terminal.seen.replace("^C", "") == f"API Key (hidden): \n{error}"
    assert [request.method for request in server.requests] == ["GET"]
