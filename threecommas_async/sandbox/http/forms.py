"""Forms: the parameters of an endpoint, declared as a table of fields and read into typed values.

::

    class NewAccount(Form):
        type: ListedMarket = required(member(MARKETS))
        name: str = required(text(minimum=2))
        api_key: str | None = required_if(market_needs_keys, text(minimum=5))
        types_to_create: list[str] = optional(words(MARKETS), default=[])

Reading a form collects everything that is wrong with it, in the vendor's words, also inside objects and lists of
objects (:func:`nested`, :func:`list_of`), so that one refusal names every wrong field. Fields are read from top to
bottom; a field may depend on those above it, and on what the form is about (:class:`Draft`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar, cast, final, overload

from attrs import evolve, frozen

T = TypeVar("T")

MISSING: Final = "is missing"
INVALID: Final = "is invalid"
UNKNOWN_VALUE: Final = "does not have a valid value"
EXCLUSIVE: Final = "are mutually exclusive"

Place = tuple[str | int | tuple[str, ...], ...]
"""The path of a value in a form: ``("steps", 0, "price")``; the last part may be several names."""


class Form:
    """The parameters of a request, or an object among them.

    A subclass declares its fields with the functions below; an instance has their values.
    """

    declared_fields: ClassVar[Mapping[str, Field]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls.declared_fields = {**cls.declared_fields, **own}

    def __init__(self, values: Mapping[str, object]) -> None:
        vars(self).update(values)


F = TypeVar("F", bound=Form)


class WrongFieldsError(Exception):
    """A form is not valid.

    :ivar wrong: the reasons by place.
    """

    def __init__(self, wrong: Mapping[Place, Sequence[str]]) -> None:
        super().__init__(wrong)
        self.wrong: Final = wrong

    @property
    def by_name(self) -> dict[str, list[str]]:
        """The reasons by field, with names as the vendor writes them: ``steps[0][price]``."""
        return {_written(place): list(reasons) for place, reasons in self.wrong.items()}


def _written(place: Place) -> str:
    *around, last = place
    names = last if isinstance(last, tuple) else (last,)
    paths = [(*around, name) for name in names]
    return ",".join(f"{path[0]}{''.join(f'[{part}]' for part in path[1:])}" for path in paths)


class WrongValueError(WrongFieldsError):
    """A value is not valid for its field."""

    def __init__(self, *reasons: str) -> None:
        super().__init__({(): reasons})


@final
class Draft:
    """A form that is being read: what was sent, and the values read so far."""

    def __init__(self, sent: Mapping[str, object], about: object) -> None:
        self.sent: Final = sent
        self.values: Final[dict[str, object]] = {}
        self._about: Final = about

    def has(self, name: str) -> bool:
        """Tell whether a parameter was sent with a value."""
        return self.sent.get(name) is not None

    def value(self, name: str, kind: type[T]) -> T | None:
        """Return the value of a field above this one, or None if it is missing or wrong."""
        value = self.values.get(name)
        return value if isinstance(value, kind) else None

    def about(self, kind: type[T]) -> T:
        """Return what the form is about, such as the account that the path names."""
        if not isinstance(self._about, kind):
            raise TypeError(f"the form is about {type(self._about).__name__}, not {kind.__name__}")
        return self._about


@frozen
class Reader(Generic[T]):
    """Converts what was sent into a value.

    :ivar read: the conversion; raises :class:`WrongFieldsError` if it fails.
    :ivar blank_is_absent: whether an empty text counts as not sent.
    :ivar form: the form of an object.
    """

    read: Callable[[object, Draft], T]
    blank_is_absent: bool = False
    form: type[Form] | None = None


@frozen
class Field:
    """A field of a form."""

    reader: Reader[Any]
    required: Callable[[Draft], bool]
    default: object
    name: str | None
    also_named: str | None
    may_be_blank: bool
    missing: Sequence[str]

    def name_in(self, draft: Draft, attribute: str) -> str:
        name = self.name or attribute
        if self.also_named is not None and draft.has(self.also_named) and not draft.has(name):
            return self.also_named
        return name

    def value(self, name: str, draft: Draft) -> object:
        value = draft.sent.get(name)
        if not self.may_be_blank and name in draft.sent and value in ("", None):
            raise WrongValueError(MISSING)
        if value is None or (value == "" and self.reader.blank_is_absent):
            if self.required(draft):
                raise WrongFieldsError(self.wrong_if_missing())
            return self.default
        return self.reader.read(value, draft)

    def wrong_if_missing(self) -> dict[Place, Sequence[str]]:
        """Return what is wrong if it is missing: for an object, its required fields as well."""
        wrong: dict[Place, Sequence[str]] = {(): self.missing}
        inside: Mapping[str, Field] = {} if self.reader.form is None else self.reader.form.declared_fields
        for attribute, field in inside.items():
            if field.required is _always:
                for place, reasons in field.wrong_if_missing().items():
                    wrong[(field.name or attribute, *place)] = reasons
        return wrong


def read_form(form: type[F], sent: Mapping[str, object], about: object = None) -> F:
    """Read a form.

    :param about: what :meth:`Draft.about` returns.
    :raises WrongFieldsError: it is not valid.
    """
    draft = Draft(sent, about)
    wrong: dict[Place, list[str]] = {}
    for attribute, field in form.declared_fields.items():
        name = field.name_in(draft, attribute)
        try:
            draft.values[attribute] = field.value(name, draft)
        except WrongFieldsError as error:
            for place, reasons in error.wrong.items():
                wrong.setdefault((name, *place), []).extend(reasons)
    if wrong:
        raise WrongFieldsError(wrong)
    return form(draft.values)


# --- fields


def required(
    reader: Reader[T],
    *,
    name: str | None = None,
    also_named: str | None = None,
    missing: Sequence[str] = (MISSING,),
) -> T:
    """Declare a field that must be sent.

    :param name: the parameter's name, if it cannot be an attribute's.
    :param also_named: an alternative name of the parameter.
    :param missing: the reasons if it is not sent.
    """
    return _field(reader, _always, name=name, also_named=also_named, missing=missing)


@overload
def optional(reader: Reader[T], *, name: str | None = None, may_be_blank: bool = True) -> T | None: ...
@overload
def optional(reader: Reader[T], *, default: T, name: str | None = None, may_be_blank: bool = True) -> T: ...
def optional(
    reader: Reader[T], *, default: T | None = None, name: str | None = None, may_be_blank: bool = True
) -> T | None:
    """Declare a field that may be omitted.

    :param default: its value in that case.
    :param may_be_blank: whether it may also be sent without a value.
    """
    return _field(reader, lambda _: False, default=default, name=name, may_be_blank=may_be_blank)


def required_if(condition: Callable[[Draft], bool], reader: Reader[T], *, name: str | None = None) -> T | None:
    """Declare a field that must be sent under a condition, and is optional otherwise."""
    return _field(reader, condition, name=name)


def _always(_: Draft) -> bool:
    return True


def _field(
    reader: Reader[T],
    condition: Callable[[Draft], bool],
    *,
    default: object = None,
    name: str | None = None,
    also_named: str | None = None,
    may_be_blank: bool = True,
    missing: Sequence[str] = (MISSING,),
) -> T:
    return cast("T", Field(reader, condition, default, name, also_named, may_be_blank, missing))


# --- objects and lists


def nested(form: type[F]) -> Reader[F]:
    """Read an object that is a form of its own; it is about the same thing as the enclosing form."""

    def read(value: object, draft: Draft) -> F:
        if not isinstance(value, dict):
            raise WrongValueError(INVALID)
        return read_form(form, cast("dict[str, object]", value), draft.about(object))

    return Reader(read, form=form)


def exclusive(reader: Reader[F], *names: str) -> Reader[F]:
    """Read an object that may have a value for at most one of the named fields."""

    def read(value: object, draft: Draft) -> F:
        form = reader.read(value, draft)
        sent = cast("dict[str, object]", value)
        if sum(sent.get(name) is not None for name in names) > 1:
            raise WrongFieldsError({(names,): [EXCLUSIVE]})
        return form

    return evolve(reader, read=read)


def list_of(reader: Reader[T], *, minimum: int = 0) -> Reader[list[T]]:
    """Read a list. All items are read before it is rejected."""

    def read(value: object, draft: Draft) -> list[T]:
        if not isinstance(value, list) or len(cast("list[object]", value)) < minimum:
            raise WrongValueError(INVALID)
        items: list[T] = []
        wrong: dict[Place, Sequence[str]] = {}
        for number, item in enumerate(cast("list[object]", value)):
            try:
                items.append(reader.read(item, draft))
            except WrongFieldsError as error:
                wrong.update({(number, *place): reasons for place, reasons in error.wrong.items()})
        if wrong:
            raise WrongFieldsError(wrong)
        return items

    return Reader(read)
