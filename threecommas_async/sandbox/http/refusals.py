"""The refusals of 3Commas, in its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

_NO_FIELDS: Final[Mapping[str, Sequence[str]]] = {}


@frozen
class Refusal(Exception):  # noqa: N818
    """A response other than success; raised anywhere between the socket and a handler."""

    status: int
    error: str
    description: str | None = None
    fields: Mapping[str, Sequence[str]] = _NO_FIELDS

    def document(self) -> dict[str, object]:
        document: dict[str, object] = {"error": self.error}
        if self.description is not None:
            document["error_description"] = self.description
        if self.fields:
            document["error_attributes"] = self.fields
        return document


def unknown_key() -> Refusal:
    return Refusal(401, "api_key_invalid_or_expired", "Unauthorized. Invalid or expired api key.")


def wrong_signature() -> Refusal:
    return Refusal(401, "signature_invalid", "Provided signature is invalid")


def not_permitted() -> Refusal:
    return Refusal(403, "access_denied", "Api key doesn't have enough permissions")


def forbidden() -> Refusal:
    """The same as ``not_permitted``, in the words of the vendor's pages about volumes."""
    return Refusal(403, "Forbidden", "Api key not authorized for this action")


def not_found() -> Refusal:
    return Refusal(404, "not_found", "Not Found")


def invalid(fields: Mapping[str, Sequence[str]] = _NO_FIELDS) -> Refusal:
    return Refusal(400, "record_invalid", "Invalid parameters", fields)


def unknown_error(cause: str | None = None) -> Refusal:
    """Return the refusal after a server error; in some places it names the class of the error."""
    return Refusal(500, "unknown_error", "Unknown error occurred" + (f"#{cause}" if cause else ""))
