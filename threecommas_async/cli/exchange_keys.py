"""What connecting an exchange needs: which fields, and where their values come from.

A secret is never a command line argument: those are visible in the shell's history and in the process list.
"""

from __future__ import annotations

import getpass
import os
import secrets
import sys
import warnings
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Final, TypedDict, cast

import attrs

from threecommas_async import codec
from threecommas_async.cli.columns import clean
from threecommas_async.cli.errors import CommandError
from threecommas_async.cli.questions import ask, end_line, has_terminal
from threecommas_async.models.market import Market
from threecommas_async.secret import Secret


@attrs.frozen
class _Field:
    """A parameter of ``accounts.create`` that some exchanges require."""

    where: str
    """The environment variable or option that it is read from."""
    make_up: Callable[[], str]
    """Generates a value that a sandbox accepts."""
    is_secret: bool = False


_FIELDS: Final[Mapping[str, _Field]] = {
    "api_key": _Field("THREECOMMAS_EXCHANGE_API_KEY", lambda: f"sandbox-{secrets.token_hex(16)}", is_secret=True),
    "secret": _Field("THREECOMMAS_EXCHANGE_SECRET", lambda: f"sandbox-{secrets.token_hex(16)}", is_secret=True),
    "passphrase": _Field("THREECOMMAS_EXCHANGE_PASSPHRASE", lambda: f"sandbox-{secrets.token_hex(8)}", is_secret=True),
    "customer_id": _Field("--customer-id", lambda: str(secrets.randbelow(10**8))),
    "address": _Field("--address", lambda: f"0x{secrets.token_hex(20)}"),
}
"""In the order of the prompts."""

_LONGEST_INPUT: Final = 65_536

_Values = dict[str, str | Secret]


class ExchangeKeys(TypedDict, total=False):
    """What an exchange requires, as ``accounts.create`` takes it."""

    api_key: Secret
    secret: Secret
    passphrase: Secret
    customer_id: str
    address: str


def find_market(markets: list[Market], account_type: str) -> Market:
    """Return the market whose code is ``account_type``, in upper or lower case.

    :raises CommandError: there is no such market; the text names similar ones.
    """
    by_code = {market.market_code.casefold(): market for market in markets}
    wanted = account_type.casefold()
    if wanted in by_code:
        return by_code[wanted]
    similar = get_close_matches(wanted, by_code)
    codes = [by_code[code].market_code for code in similar or sorted(by_code)]
    advice = "the closest are" if similar else "it has"
    raise CommandError(f"3Commas has no account type {account_type!r}; {advice} {', '.join(codes)}")


def complete(market: Market, options: Mapping[str, str | None]) -> ExchangeKeys:
    """Return the values that connect an account of ``market``.

    They are taken from the options, then from the environment. If a required value is still missing, it is prompted for
    at a terminal, or read from the JSON object on standard input.

    :param options: the values of the command line's options.
    :raises CommandError: a required value is missing, or standard input cannot be used.
    """
    values = _given(market, options)
    missing = _missing(market, values)
    if missing and has_terminal():
        return _keys(values | {name: _asked(name, label) for name, label in missing.items()})
    if missing:
        values = _merged(values, _piped())
        missing = _missing(market, values)
    if missing:
        where = ", ".join(_FIELDS[name].where for name in missing)
        raise CommandError(
            f"{market.market_code} needs {', '.join(missing)}, from {where} or from a JSON object on standard input"
        )
    return _keys(values)


def make_up(market: Market, options: Mapping[str, str | None]) -> ExchangeKeys:
    """Return the same as :func:`complete`, with generated values, which only a sandbox accepts, for what is missing."""
    values = _given(market, options)
    return _keys(values | {name: _taken(name, _FIELDS[name].make_up()) for name in _missing(market, values)})


def _keys(values: _Values) -> ExchangeKeys:
    return cast("ExchangeKeys", values)


def _taken(name: str, value: str) -> str | Secret:
    return Secret(value) if _FIELDS[name].is_secret else value


def _given(market: Market, options: Mapping[str, str | None]) -> _Values:
    values: _Values = {name: value for name, value in options.items() if value}
    forms = market.form_fields
    # A variable that was set for one exchange must not be sent to another that does not use it.
    usable = {form.field for form in (*(forms.required or ()), *(forms.optional or ()))} if forms else _FIELDS.keys()
    for name, field in _FIELDS.items():
        if field.is_secret and name in usable and (value := Secret(os.environ.get(field.where, ""))):
            values[name] = value
    return values


def _missing(market: Market, values: _Values) -> dict[str, str]:
    """Return the required fields without a value, and their labels. 3Commas names those that are not known here."""
    required = {form.field: form.localized_name for form in (market.form_fields and market.form_fields.required) or ()}
    return {
        name: clean(required[name] or name).rstrip(": ") for name in _FIELDS if name in required and name not in values
    }


def _asked(name: str, label: str) -> str | Secret:
    while True:
        try:
            value = _asked_hidden(label) if _FIELDS[name].is_secret else ask(f"{label}:")
        except KeyboardInterrupt:
            end_line()
            raise
        except EOFError:
            end_line()
            raise CommandError(f"no value was entered for {label}; nothing was sent") from None
        if value:
            return value


def _asked_hidden(label: str) -> Secret:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return Secret(getpass.getpass(f"{label} (hidden): ").strip())
        except getpass.GetPassWarning:
            raise CommandError(f"this terminal cannot hide input: provide {label} in another way") from None


def _piped() -> _Values:
    """Read the JSON object on standard input. No error message quotes it: it is full of secrets."""
    values = {} if sys.stdin is None else _values_in(sys.stdin.buffer.read(_LONGEST_INPUT).strip())
    if isinstance(values, str):
        raise CommandError(values)
    return values


def _values_in(data: bytes) -> _Values | str:
    """Return the values, or what is wrong with them; raising here would keep them in the traceback's frames."""
    if not data:
        return {}
    names = ", ".join(_FIELDS)
    try:
        decoded = codec.decode_json(data)
    except codec.DecodeError:
        decoded = None
    if not isinstance(decoded, dict):
        return f"standard input must be one JSON object with some of {names}"
    if not decoded.keys() <= _FIELDS.keys():
        return f"standard input has a field that is not one of {names}"
    values: _Values = {}
    for name, value in decoded.items():
        if not isinstance(value, str):
            return f"{name} on standard input must be a string"
        values[name] = _taken(name, value)
    return values


def _merged(values: _Values, piped: _Values) -> _Values:
    for name in values.keys() & piped.keys():
        if values[name] != piped[name]:
            raise CommandError(f"{name} on standard input differs from {_FIELDS[name].where}: give only one of them")
    return {name: value for name, value in {**piped, **values}.items() if value}
