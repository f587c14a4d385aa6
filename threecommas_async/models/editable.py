"""What is read, changed and written back without losing anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Protocol, cast, get_args, runtime_checkable

import attrs

from threecommas_async.models.base import OMITTED, Model
from threecommas_async.models.request import Request

COMPARED_BY: Final = "compared_by"
"""The entry of a settings field's attrs metadata that makes of its values what is the same for the same setting."""


@runtime_checkable
class Part(Protocol):
    """A part of a model, such as a step, that can be written back."""

    def settings(self) -> Request: ...


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Editable(Model):
    """Base of the models from which settings can be made."""

    SETTINGS: ClassVar[type[Request]]
    """The class of the settings. The API never returns those of its fields that the model does not have."""
    COMPARED: ClassVar[tuple[str, ...]] = ()
    """Fields that are not written, and yet should be the same after a change as before."""

    id: int
    """Its number; what other calls take."""

    def setting(self, name: str) -> object:
        """Return what stands for one field of the settings; :data:`OMITTED` where the response did not have it.

        :raises ValueError: the value came, but it or a part of it could not be read, and writing it back would lose it.
        """
        if name not in attrs.fields_dict(type(self)):
            return OMITTED
        self.needs(name)
        value = getattr(self, name)
        if value is None:
            # Null and absent read alike. What the API is known to send as null is written back as such, so that a
            # change can be undone; anything else is left alone.
            return None if may_be_null(self.SETTINGS, name) else OMITTED
        if isinstance(value, tuple):
            items = cast("tuple[object, ...]", value)
            return tuple([one.settings() if isinstance(one, Part) else one for one in items])
        return value.settings() if isinstance(value, Part) else value

    def kept(self, name: str) -> object:
        """Return what stands for a field that was not to be changed; :data:`OMITTED` where it changes by itself.

        :raises ValueError: as :meth:`setting`.
        """
        return self.setting(name)

    def settings_fields(self) -> dict[str, Any]:
        """Return what the settings are made of.

        :raises ValueError: something could not be read, or something that is always sent did not come.
        """
        values = {field.name: self.setting(field.name) for field in attrs.fields(self.SETTINGS)}
        absent = [
            field.name
            for field in attrs.fields(self.SETTINGS)
            if field.default is attrs.NOTHING and values[field.name] is OMITTED
        ]
        if absent:
            raise ValueError(f"{', '.join(absent)} of {self!r} did not come: settings cannot be made without")
        return values


def may_be_null(settings: type[Request], name: str) -> bool:
    """Tell whether a field of the settings can be sent as null."""
    attrs.resolve_types(settings)
    return type(None) in get_args(attrs.fields_dict(settings)[name].type)


def complete(part: Model, *names: str) -> Mapping[str, Any]:
    """Return fields of a part that is to be written back.

    :raises ValueError: it has something that would be lost, or lacks one of them.
    """
    if part.unrecognized:
        raise ValueError(f"{part!r} has what this library does not know (see 'unrecognized'): writing would lose it")
    return present(part, *names)


def present(part: Model, *names: str) -> Mapping[str, Any]:
    """Return fields of a part that shows more than its settings, such as how it stands, and grows without notice.

    :raises ValueError: one of them could not be read, or did not come.
    """
    part.needs(*names)
    absent = [name for name in names if getattr(part, name) is None]
    if absent:
        raise ValueError(f"{', '.join(absent)} of {part!r} did not come: it cannot be written back")
    return {name: getattr(part, name) for name in names}
