"""What the API refuses, in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

_INVALID: Final = "record_invalid"


@final
class RefusedError(Exception):
    """An operation that the API refuses. Nothing has changed."""

    def __init__(
        self,
        status: int,
        code: str,
        description: str | None = None,
        fields: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """
        :param status: The HTTP status.
        :param code: ``error``.
        :param description: ``error_description``; ``None`` if the answer has none.
        :param fields: ``error_attributes``; ``None`` if the answer has none.
        """
        super().__init__(f"{status} {code}" + ("" if fields is None else f": {dict(fields)}"))
        self.status = status
        self.code = code
        self.description = description
        self.fields = fields


def wrong_parameters(status: int = 400, /, **fields: str | tuple[str, ...]) -> RefusedError:
    """Say what is wrong with which parameters."""
    texts = {name: (text,) if isinstance(text, str) else text for name, text in fields.items()}
    return RefusedError(status, _INVALID, "Invalid parameters", texts)


def unknown_id() -> RefusedError:
    """Say that there is no such bot, deal or account.

    ``show`` of a bot and ``deals_stats`` say it in other words, which is left to those who answer there.
    """
    return RefusedError(404, "not_found", "Not Found")


def operation_forbidden() -> RefusedError:
    return RefusedError(403, "Forbidden")


def not_allowed(text: str) -> RefusedError:
    """Say that the deal is in no state for this. Assumption: neither status nor text is documented."""
    return wrong_parameters(422, base=text)


def cannot_be_edited() -> RefusedError:
    return wrong_parameters(base="Can't be edit")


def cannot_be_cancelled() -> RefusedError:
    return RefusedError(422, "Cant be cancelled")
