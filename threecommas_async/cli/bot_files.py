"""Settings of bots as TOML that people edit, comment and keep in git, and the differences between two of them.

::

    [[bots]]
    id = 15565014
    take_profit = "2.5"
    pairs = ["USDT_ETH"]
    strategy_list = [{strategy = "nonstop", options = {}}]
    unset = ["min_price"]

Decimals are written as strings, so that every digit is kept; numbers are read exactly, too. ``unset`` names the
settings that are null. A setting that is not in the file stays as it is. A file never contains a secret. A file of
another kind of bots has tables of another name, such as ``[[grid_bots]]``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final, cast, get_args

import attrs

from threecommas_async.cli.bot_kinds import Bot, BotKind
from threecommas_async.models.base import OMITTED
from threecommas_async.models.editable import COMPARED_BY
from threecommas_async.models.request import Request
from threecommas_async.redaction import is_secret_name

Settings = Mapping[str, object]
"""Settings by name, as in the class of the bots' settings; None is null."""

_FIXED_NOTE: Final = "Fixed when the bot was created; `apply` refuses to change them."
_UNSET: Final = "unset"
_WORDS: Final[Mapping[str, str]] = {
    "must be a Decimal, a str or an int,": "must be a number,",
    "must be an int,": "must be a whole number,",
    "must be a str,": "must be a text,",
    "must be a bool,": "must be true or false,",
    "must be a sequence,": "must be a list,",
    "must not be None": "cannot be unset",
    "not list": "not a list",
    "not tuple": "not a list",
    "not dict": "not a table",
    "not Decimal": "not a number with a point",
    "not bool": "not true or false",
    "not str": "not a text",
    "not int": "not a whole number",
}
"""Python's words in the library's messages, and what they are in TOML."""
_MOST_IN_A_LINE: Final = 4


class BotFileError(ValueError):
    """A file, or a value on the command line, cannot be used; the text says what is wrong, and where."""


@attrs.frozen
class BotEntry:
    """A bot in a file."""

    id: int
    settings: Settings
    account_id: int | None = None
    left_out: Mapping[str, str] = attrs.field(factory=dict[str, str], eq=False)
    """Settings that cannot be written to a file, and why."""


@attrs.frozen
class Difference:
    """A setting that differs; :data:`OMITTED` stands for an unknown value."""

    name: str
    old: object
    new: object


def entry_of(bot: Bot) -> BotEntry:
    """Return the bot as an entry of a file.

    :raises ValueError: a setting could not be read; writing it back would lose it.
    """
    settings = bot.settings()
    values = {field.name: getattr(settings, field.name) for field in attrs.fields(type(settings))}
    reasons = {name: reason for name, value in values.items() if (reason := _unwritable(value)) is not None}
    kept = {name: value for name, value in values.items() if value is not OMITTED and name not in reasons}
    return BotEntry(bot.id, kept, bot.account_id, reasons)


# Differences


def differences(kind: BotKind, now: BotEntry, wanted: BotEntry) -> list[Difference]:
    """Return the settings that differ from the file; what the file does not name does not differ."""
    fields = attrs.fields_dict(kind.settings)
    found = [
        Difference(name, now.settings.get(name, OMITTED), value)
        for name, value in wanted.settings.items()
        if not _same(fields[name], now.settings.get(name, OMITTED), value)
    ]
    if wanted.account_id is not None and wanted.account_id != now.account_id:
        found.append(Difference("account_id", now.account_id, wanted.account_id))
    return found


def reverse(now: BotEntry, changed: Iterable[str]) -> BotEntry:
    """Return the entry that restores the settings that a bot has now."""
    names = list(changed)
    unknown = {name: "3Commas did not say what it was" for name in names if name not in now.settings}
    return BotEntry(now.id, {name: now.settings[name] for name in names if name in now.settings}, left_out=unknown)


def _same(field: attrs.Attribute[Any], one: object, other: object) -> bool:
    key: Callable[[object], object] | None = field.metadata.get(COMPARED_BY)
    if one is OMITTED or other is OMITTED or one is None or other is None:
        return one is other
    return one == other if key is None else key(one) == key(other)


def text_of_setting(value: object) -> str:
    """Return a setting's value as people read it."""
    if value is OMITTED:
        return "?"
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        items = cast("Sequence[object]", value)
        return ", ".join(map(text_of_setting, items)) or "none"
    if isinstance(value, dict):
        return " ".join(f"{name}={text_of_setting(one)}" for name, one in cast("dict[str, object]", value).items())
    if isinstance(value, Request):
        fields = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
        texts = {name: text_of_setting(one) for name, one in fields.items() if one is not OMITTED and one != {}}
        return " ".join(text if name in ("strategy", "options") else f"{name}={text}" for name, text in texts.items())
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


# Reading


def from_toml(kind: BotKind, text: str) -> list[BotEntry]:
    """Read a file.

    :raises BotFileError: it is not valid TOML, or contains something that no bot of the kind has.
    """
    name = kind.table
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BotFileError(f"not valid TOML: {error}") from None
    if others := document.keys() - {name}:
        raise BotFileError(
            f"{', '.join(sorted(others))} does not belong here: a file of {kind.plural} has [[{name}]] and nothing else"
        )
    tables: object = document.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in cast("list[object]", tables)):
        raise BotFileError(f"{name} must be tables, each headed by [[{name}]]")
    entries = [_entry(kind, table) for table in cast("list[dict[str, object]]", tables)]
    seen: set[int] = set()
    for entry in entries:
        if entry.id in seen:
            raise BotFileError(f"{kind.noun} {entry.id} is listed twice")
        seen.add(entry.id)
    return entries


def from_assignments(kind: BotKind, assignments: Iterable[str], unset: Iterable[str]) -> Settings:
    """Read settings from the command line.

    :param assignments: texts such as ``take_profit=2.5``: a name, and a value in TOML.
    :param unset: the names of settings to set to null.
    :raises BotFileError: one of them is not valid.
    """
    settings: dict[str, object] = {}
    for assignment in assignments:
        name, equals, value = (part.strip() for part in assignment.partition("="))
        if not equals or not name:
            raise BotFileError(f"{assignment!r} is not of the form name=value")
        try:
            document = tomllib.loads(f"value = {value}", parse_float=Decimal)
        except tomllib.TOMLDecodeError:
            document = {}
        if document.keys() != {"value"}:
            raise BotFileError(f"the value of {name} is not TOML; text needs quotes: '{name}=\"...\"'")
        if name in settings:
            raise BotFileError(f"{name} is given twice")
        settings[name] = _setting(kind, name, document["value"])
    for name in unset:
        if name in settings:
            raise BotFileError(f"{name} is given twice")
        settings[name] = _setting(kind, name, None)
    if fixed := [name for name in settings if name in kind.fixed]:
        raise BotFileError(f"{', '.join(fixed)} cannot be changed: a {kind.noun} is given it when it is created")
    return settings


def _entry(kind: BotKind, table: Mapping[str, object]) -> BotEntry:
    number = table.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BotFileError(f"each of [[{kind.table}]] needs an id, a whole number above 0")
    try:
        return _entry_of_table(kind, number, table)
    except BotFileError as error:
        raise BotFileError(f"{kind.noun} {number}: {error}") from None


def _entry_of_table(kind: BotKind, number: int, table: Mapping[str, object]) -> BotEntry:
    account_id = table.get("account_id")
    if account_id is not None and (not isinstance(account_id, int) or isinstance(account_id, bool)):
        raise BotFileError("account_id must be a whole number")
    settings = {
        name: _setting(kind, name, value) for name, value in table.items() if name not in ("id", "account_id", _UNSET)
    }
    unset = table.get(_UNSET, [])
    if not isinstance(unset, list) or not all(isinstance(name, str) for name in cast("list[object]", unset)):
        raise BotFileError('unset must be a list of names, such as ["min_price"]')
    for name in cast("list[str]", unset):
        if name in settings:
            raise BotFileError(f"{name} is given twice, or both set and unset")
        settings[name] = _setting(kind, name, None)
    return BotEntry(number, settings, account_id)


def _setting(kind: BotKind, name: str, value: object) -> object:
    """Return the converted value of a setting, checked as far as possible on its own."""
    fields = attrs.fields_dict(kind.settings)
    if name not in fields:
        close = get_close_matches(name, [*fields, "account_id"], 1)
        raise BotFileError(f"a {kind.noun} has no setting {name!r}{f'; did you mean {close[0]!r}?' if close else ''}")
    field = cast("Any", fields[name])
    try:
        part = _part_of(kind.settings, name)
        if part is not None:
            value = _parts(name, value, part)
        elif isinstance(value, list):
            value = tuple(cast("list[object]", value))
        taken: object = value if field.converter is None else field.converter(value)
        if field.validator is not None:
            field.validator(None, field, taken)
    except (TypeError, ValueError) as error:
        raise BotFileError(_in_words_of_toml(str(error))) from None
    return taken


def _parts(name: str, value: object, kind: type[Request]) -> object:
    if isinstance(value, list):
        return tuple(_part(name, item, kind) for item in cast("list[object]", value))
    return value if value is None else _part(name, value, kind)


def _part(name: str, value: object, kind: type[Request]) -> Request:
    if not isinstance(value, dict):
        raise BotFileError(f"{name} takes tables, such as {{{attrs.fields(kind)[0].name} = ...}}")
    table = cast("dict[str, object]", value)
    if others := table.keys() - attrs.fields_dict(kind).keys():
        raise BotFileError(f"{name} has no field {', '.join(sorted(others))}")
    absent = [one.name for one in attrs.fields(kind) if one.default is attrs.NOTHING and one.name not in table]
    if absent:
        raise BotFileError(f"{name} needs {', '.join(absent)}")
    if not _is_json(table):
        raise BotFileError(f"{name} contains a date or a time, which no setting takes")
    return kind(**cast("dict[str, Any]", table))


def _is_json(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_json, cast("dict[str, object]", value).values()))
    if isinstance(value, list):
        return all(map(_is_json, cast("list[object]", value)))
    return isinstance(value, (str, int, Decimal))


def _part_of(owner: type[Request], name: str) -> type[Request] | None:
    """Return the class of a setting's parts, if it consists of parts."""
    attrs.resolve_types(owner)
    kinds = list[object]([attrs.fields_dict(owner)[name].type])
    while kinds:
        kind = kinds.pop()
        if isinstance(kind, type) and issubclass(kind, Request):
            return kind
        kinds.extend(get_args(kind))
    return None


def _in_words_of_toml(message: str) -> str:
    for python, toml in _WORDS.items():
        message = message.replace(python, toml)
    return message


# Writing


def to_toml(kind: BotKind, entries: Sequence[BotEntry], heading: Iterable[str] | None = None) -> str:
    """Write a file.

    :param heading: the comments at its beginning; by default they say what it is for.
    """
    import tomlkit

    document = tomlkit.document()
    for line in _heading(kind) if heading is None else heading:
        document.add(tomlkit.comment(_comment(line)))
    tables: Any = tomlkit.aot()
    for entry in entries:
        tables.append(_table(kind, entry))
    if entries:
        document.add(tomlkit.nl())
        document.add(kind.table, tables)
    return tomlkit.dumps(document).lstrip()


def _heading(kind: BotKind) -> tuple[str, ...]:
    command = f"threecommas {kind.group}"
    return (
        f"Settings of {kind.plural}. `{command} diff FILE` shows what would change, `{command} apply FILE`",
        "changes it. A setting that is not here stays as it is; `unset` names those that are null.",
    )


def _table(kind: BotKind, entry: BotEntry) -> Any:
    import tomlkit

    table = tomlkit.table()
    table.add("id", entry.id)
    written = {name: value for name, value in entry.settings.items() if value is not None}
    for name in (name for name in written if name not in kind.fixed):
        table.add(name, _item(written[name]))
    for name, reason in entry.left_out.items():
        table.add(tomlkit.comment(_comment(f"{name} is left out: {reason}")))
    unset = [name for name, value in entry.settings.items() if value is None]
    if unset:
        table.add(_UNSET, _item(tuple(unset)))
    fixed = [name for name in written if name in kind.fixed]
    if fixed or entry.account_id is not None:
        table.add(tomlkit.comment(_FIXED_NOTE))
    if entry.account_id is not None:
        table.add("account_id", entry.account_id)
    for name in fixed:
        table.add(name, _item(written[name]))
    return table


def updated(kind: BotKind, text: str, entries: Iterable[BotEntry]) -> str:
    """Return a file updated to the settings that its bots have now. Its comments and its choice of settings are kept.

    :param text: the file.
    :param entries: the bots as they are now; those that are not in the file yet are added at its end.
    :raises BotFileError: the file is not valid.
    """
    import tomlkit

    before = {entry.id: entry for entry in from_toml(kind, text)}
    document: Any = tomlkit.parse(text)
    added: list[BotEntry] = []
    tables = {int(table["id"]): table for table in document.get(kind.table, [])}
    for entry in entries:
        if entry.id not in before:
            added.append(entry)
            continue
        known = before[entry.id]
        current = BotEntry(entry.id, {name: entry.settings.get(name, OMITTED) for name in known.settings})
        for difference in differences(kind, known, current):
            _replace(tables[entry.id], difference.name, difference.new)
        if known.account_id is not None and entry.account_id is not None and known.account_id != entry.account_id:
            tables[entry.id]["account_id"] = entry.account_id
    text = tomlkit.dumps(document)
    if added:
        text = f"{text.rstrip()}\n\n{to_toml(kind, added, heading=())}".lstrip()
    return text


def _replace(table: Any, name: str, value: object) -> None:
    if value is None or value is OMITTED:
        table.pop(name, None)
    else:
        table[name] = _item(value)
    unset = [one for one in table.get(_UNSET, []) if one != name] + ([name] if value is None else [])
    if unset:
        table[_UNSET] = _item(tuple(unset))
    else:
        table.pop(_UNSET, None)


def _item(value: object) -> Any:
    """Return a value as tomlkit takes it."""
    import tomlkit

    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Request):
        given = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
        return _item({name: one for name, one in given.items() if one is not OMITTED})
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for name, one in cast("Mapping[str, object]", value).items():
            table.append(name, _item(one))
        return table
    if isinstance(value, (tuple, list)):
        items = cast("Sequence[object]", value)
        array: Any = tomlkit.array()
        for one in items:
            array.append(_item(one))
        most = 1 if any(isinstance(one, Request) for one in items) else _MOST_IN_A_LINE
        return array.multiline(len(items) > most)
    return value


def _unwritable(value: object) -> str | None:
    """Return why a value cannot be written to a file, or None if it can."""
    if isinstance(value, Request):
        return _unwritable({field.name: getattr(value, field.name) for field in attrs.fields(type(value))})
    if isinstance(value, Mapping):
        table = cast("Mapping[str, object]", value)
        if secret := next(filter(is_secret_name, table), None):
            return f"it contains a secret ({secret})"
        return next((reason for one in table.values() if (reason := _unwritable(one) or _null(one))), None)
    if isinstance(value, (tuple, list)):
        items = cast("Sequence[object]", value)
        return next((reason for one in items if (reason := _unwritable(one) or _null(one))), None)
    return None


def _null(value: object) -> str | None:
    return "it contains a null, which TOML does not have" if value is None else None


def _comment(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
