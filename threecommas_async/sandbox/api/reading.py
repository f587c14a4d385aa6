"""What the fields of several groups take."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import evolve

from threecommas_async.sandbox.http.forms import Draft, Reader
from threecommas_async.sandbox.http.readers import moment
from threecommas_async.sandbox.http.refusals import unknown_error

_SHORTEST_MILLISECONDS: Final = 12


def moment_but_no_milliseconds() -> Reader[datetime]:
    """Read a moment; one in milliseconds since 1970 is a 500, as recorded."""
    usual = moment()

    def read(value: object, draft: Draft) -> datetime:
        text = str(value)
        if text.isdecimal() and len(text) >= _SHORTEST_MILLISECONDS:
            raise unknown_error()
        return usual.read(value, draft)

    return evolve(usual, read=read)
