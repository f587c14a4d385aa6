"""The API keys that a sandbox knows, and their permissions."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from threecommas_async.credentials import HmacCredentials

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


class Permission(StrEnum):
    """The permissions of an API key, with the names that 3Commas uses."""

    ACCOUNTS_READ = "ACCOUNTS_READ"
    ACCOUNTS_WRITE = "ACCOUNTS_WRITE"
    BOTS_READ = "BOTS_READ"
    BOTS_WRITE = "BOTS_WRITE"
    SMART_TRADES_READ = "SMART_TRADES_READ"
    SMART_TRADES_WRITE = "SMART_TRADES_WRITE"


ALL_PERMISSIONS: Final = frozenset(Permission)


@frozen
class SandboxKey:
    """An API key of a sandbox, as returned by :meth:`Sandbox.add_key`."""

    api_key: str
    secret: str | None = field(repr=False)
    """The HMAC secret; ``None`` for a key that was added with an RSA public key."""
    permissions: frozenset[Permission]

    def credentials(self) -> HmacCredentials:
        """Return the credentials for a client.

        :raises TypeError: the key was added with an RSA public key; build ``RsaCredentials`` from the private key.
        """
        if self.secret is None:
            raise TypeError(
                f"{self.api_key!r} was added with a public key, so the sandbox has no secret for it; "
                "use RsaCredentials(api_key, private_key) with your private key"
            )
        return HmacCredentials(self.api_key, self.secret)


@frozen
class KnownKey:
    """What the server keeps of a key. The secret is inside ``HmacCredentials``, which does not reveal it."""

    verifier: HmacCredentials | RSAPublicKey = field(repr=False)
    permissions: frozenset[Permission]


class KeyRing:
    """All keys of a sandbox."""

    def __init__(self) -> None:
        self._known: Final[dict[str, KnownKey]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def find(self, api_key: str) -> KnownKey | None:
        return self._known.get(api_key)

    def add(
        self, api_key: str | None, secret: str | None, public_key: str | bytes | None, permissions: Iterable[str]
    ) -> SandboxKey:
        allowed = _checked_permissions(permissions)
        if secret is not None and public_key is not None:
            raise ValueError("public_key and secret exclude each other: a key signs either with RSA or with HMAC")
        api_key = secrets.token_hex(32) if api_key is None else api_key
        if public_key is None:
            secret = secrets.token_hex(64) if secret is None else secret
        # Built for a public key as well, because it checks what an API key may look like.
        credentials = HmacCredentials(api_key, "unused" if secret is None else secret)
        if api_key in self._known:
            raise ValueError(f"api_key {api_key!r} is already known to this sandbox")
        verifier = credentials if public_key is None else _loaded_public_key(public_key)
        self._known[api_key] = KnownKey(verifier, allowed)
        return SandboxKey(api_key, secret, allowed)


def _checked_permissions(permissions: Iterable[str]) -> frozenset[Permission]:
    if isinstance(permissions, str):
        raise ValueError("permissions must be a collection of permissions, not a single one")  # noqa: TRY004
    checked: set[Permission] = set()
    for permission in permissions:
        try:
            checked.add(Permission(permission))
        except ValueError:
            raise ValueError(
                f"permissions has {permission!r}, which 3Commas does not know; it has {', '.join(Permission)}"
            ) from None
    return frozenset(checked)


def _loaded_public_key(source: str | bytes) -> RSAPublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    pem = source.encode() if isinstance(source, str) else bytes(source)
    if b"PRIVATE KEY-----" in pem:
        raise ValueError("public_key contains a private key: keep that secret, and pass its public half")
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("public_key is not a public key in PEM form ('-----BEGIN PUBLIC KEY-----')") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"public_key must be an RSA key, not {type(key).__name__.removesuffix('PublicKey')}")  # noqa: TRY004
    return key
