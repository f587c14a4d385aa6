"""The keys that sign requests. They hold a secret, sign bytes with it, and never show it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, SupportsIndex, final

from threecommas_async.redaction import HIDDEN

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_HEADER_SAFE: Final = re.compile(r"[\x21-\x7e]+")
_INLINE_KEY_BITS: Final = 2048
_SHORTEST_PEM: Final = 1024


@final
class Secret(str):
    """A text that does not show itself: ``print``, ``repr``, f-strings and logging give ``<hidden>``.

    It compares, hashes and is passed on like the ``str`` that it is; :meth:`reveal` gives the plain text.
    """

    __slots__ = ()

    def reveal(self) -> str:
        """Return the plain text."""
        return str.__str__(self)

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, _specification: str, /) -> str:
        return HIDDEN

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self

    def __reduce_ex__(self, _protocol: SupportsIndex, /) -> NoReturn:
        raise TypeError("a Secret cannot be pickled; codec.to_json writes it on purpose")


class _Unshowable:
    """Refuses the ways by which a secret usually gets out of a process: pickles, copies to another process."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a secret and cannot be pickled or copied")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(<hidden>)"


@final
class HmacCredentials(_Unshowable):
    """A 3Commas API key with its secret; requests are signed with HMAC-SHA256.

    :param api_key: the public half, sent with every request.
    :param secret: the private half, never sent and never shown.
    :raises ValueError: one of them is empty or has characters that no 3Commas key has.

    Vendor's page: quick start, "Signing a request using HMAC SHA256".
    """

    __slots__ = ("_keyed", "api_key")

    JSON_SEPARATOR: Final = b"?"
    """What stands between the path and a JSON body in the signed text."""

    signs_in_thread: Final = False

    def __init__(self, api_key: str, secret: str) -> None:
        problem = _problem_of_text("secret", secret)
        if problem is not None:
            del secret  # a traceback would keep it
            raise problem
        self.api_key: Final = _checked_api_key(api_key)
        self._keyed: Final = hmac.new(secret.encode(), digestmod=hashlib.sha256)

    def sign(self, text: bytes) -> str:
        """Return the hexadecimal HMAC-SHA256 of ``text``."""
        keyed = self._keyed.copy()
        keyed.update(text)
        return keyed.hexdigest()


@final
class RsaCredentials(_Unshowable):
    """A 3Commas API key whose requests are signed with your RSA private key (PKCS#1 v1.5, SHA-256, Base64).

    :param api_key: the public half, sent with every request.
    :param private_key: the private key in PEM form (PKCS#1 or PKCS#8, not encrypted), as text, as bytes, or as
        the :class:`~pathlib.Path` of a file that holds it.
    :raises ValueError: the key is no PEM, is encrypted, is a public key or a certificate, or is not RSA.
    :raises OSError: the file cannot be read.

    Vendor's page: quick start, "Signing a request using RSA".
    """

    __slots__ = ("_private_key", "api_key", "signs_in_thread")

    JSON_SEPARATOR: Final = b""

    def __init__(self, api_key: str, private_key: str | bytes | os.PathLike[str]) -> None:
        key = _load_private_key(private_key)
        if isinstance(key, Exception):
            del private_key  # a traceback would keep it
            raise key
        self.api_key: Final = _checked_api_key(api_key)
        self._private_key: Final = key
        # OpenSSL lets go of the interpreter lock while it signs: with a larger key a hop to a thread (0.1 ms) costs the
        # event loop less than the signature itself (0.3 ms for 2048 bits, 1.4 ms for 4096).
        self.signs_in_thread: Final = self._private_key.key_size > _INLINE_KEY_BITS

    def sign(self, text: bytes) -> str:
        """Return the Base64 form of the RSA signature of ``text``."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return base64.b64encode(self._private_key.sign(text, PKCS1v15(), SHA256())).decode()


Credentials = HmacCredentials | RsaCredentials


def _checked_api_key(api_key: str) -> str:
    problem = _problem_of_text("api_key", api_key)
    if problem is not None:
        raise problem
    return api_key


def _problem_of_text(name: str, text: object) -> Exception | None:
    if not isinstance(text, str):
        return TypeError(f"{name} must be a str, not {type(text).__name__}")
    if not _HEADER_SAFE.fullmatch(text):
        return ValueError(f"{name} must be the one that 3Commas shows: not empty, no spaces, no line breaks")
    return None


def _load_private_key(source: str | bytes | os.PathLike[str]) -> RSAPrivateKey | Exception:
    """Return the key, or what is wrong with it: an exception that is not raised here remembers no text of a key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if isinstance(source, os.PathLike):
        pem = Path(source).read_bytes()
    elif isinstance(source, str):
        pem = source.encode()
    else:
        pem = bytes(source)
    if b"-----BEGIN" not in pem:
        hint = "; to read it from a file, pass a pathlib.Path" if len(pem) < _SHORTEST_PEM else ""
        return ValueError(f"private_key is not in PEM form: it has no '-----BEGIN' line{hint}")
    if b"PUBLIC KEY-----" in pem or b"CERTIFICATE-----" in pem:
        return ValueError("private_key holds a public key or a certificate; the private key is needed to sign")
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        return ValueError("private_key is encrypted; decrypt it first: openssl pkey -in ENCRYPTED -out PLAIN")
    except (ValueError, UnsupportedAlgorithm):  # the reason that OpenSSL gives may quote the key
        return ValueError("private_key cannot be read: broken PEM, or neither PKCS#1 nor PKCS#8")
    if not isinstance(key, RSAPrivateKey):
        return ValueError(f"private_key must be an RSA key, not {type(key).__name__.removesuffix('PrivateKey')}")
    return key
