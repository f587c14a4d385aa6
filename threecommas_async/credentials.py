"""The credentials that sign requests. They hold a secret, sign bytes with it, and never show it."""

from __future__ import annotations

import base64
import errno
import hashlib
import hmac
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, cast, final

from threecommas_async.secret import Secret, concealed, problem_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_HEADER_SAFE: Final = re.compile(r"[\x21-\x7e]+")
_INLINE_KEY_BITS: Final = 2048
_SHORTEST_PEM: Final = 1024
_BEGINNING: Final = "-----BEGIN"


class _Unshowable:
    """Rejects pickling, by which a secret usually leaves a process."""

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
    :raises TypeError: one of them is neither a str nor a :class:`Secret`.
    :raises ValueError: one of them is empty or has characters that no 3Commas key has.

    Vendor's page: quick start, "Signing a request using HMAC SHA256".
    """

    __slots__ = ("_keyed", "api_key")

    JSON_SEPARATOR: Final = b"?"
    """The separator of path and JSON body in the signed text."""

    signs_in_thread: Final = False

    def __init__(self, api_key: str | Secret, secret: str | Secret) -> None:
        api_key, secret = concealed(api_key), concealed(secret)  # a traceback would keep the plain texts
        problem = _problem_of_key("api_key", api_key) or _problem_of_key("secret", secret)
        if problem is not None:
            raise problem
        self.api_key: Final = api_key.reveal()
        self._keyed: Final = hmac.new(secret.reveal().encode(), digestmod=hashlib.sha256)

    def sign(self, text: bytes) -> str:
        """Return the hexadecimal HMAC-SHA256 of ``text``."""
        keyed = self._keyed.copy()
        keyed.update(text)
        return keyed.hexdigest()


@final
class RsaCredentials(_Unshowable):
    """A 3Commas API key whose requests are signed with your RSA private key (PKCS#1 v1.5, SHA-256, Base64).

    :param api_key: the public half, sent with every request.
    :param private_key: the private key in PEM form (PKCS#1 or PKCS#8, not encrypted), as text, as bytes, as a
        :class:`Secret`, or as the :class:`~pathlib.Path` of a file that holds it.
    :raises TypeError: an argument is of the wrong type.
    :raises ValueError: the key is not in PEM form, is encrypted, is a public key or a certificate, or is not RSA; or
        ``api_key`` is empty or has characters that no 3Commas key has.
    :raises OSError: the file cannot be read.

    Vendor's page: quick start, "Signing a request using RSA".
    """

    __slots__ = ("_private_key", "api_key", "signs_in_thread")

    JSON_SEPARATOR: Final = b""

    def __init__(self, api_key: str | Secret, private_key: str | bytes | Secret | os.PathLike[str]) -> None:
        api_key = concealed(api_key)  # a traceback would keep the plain text
        key = _problem_of_key("api_key", api_key) or _load_private_key(private_key)
        del private_key
        if isinstance(key, Exception):
            raise key
        self.api_key: Final = api_key.reveal()
        self._private_key: Final = key
        # OpenSSL releases the interpreter lock while it signs: with a larger key, handing the work to a thread (0.1 ms)
        # costs the event loop less than the signature itself (0.3 ms for 2048 bits, 1.4 ms for 4096).
        self.signs_in_thread: Final = self._private_key.key_size > _INLINE_KEY_BITS

    def sign(self, text: bytes) -> str:
        """Return the Base64 form of the RSA signature of ``text``."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return base64.b64encode(self._private_key.sign(text, PKCS1v15(), SHA256())).decode()


Credentials = HmacCredentials | RsaCredentials


def _problem_of_key(name: str, key: Secret) -> Exception | None:
    if (problem := problem_of(name, key)) is not None:
        return problem
    if _HEADER_SAFE.fullmatch(key.reveal()):
        return None
    return ValueError(f"{name} must be exactly as 3Commas shows it: no spaces, no line breaks, only ASCII characters")


# Problems with a key are returned, not raised here: a traceback would keep the key's text.


def _load_private_key(source: object) -> RSAPrivateKey | Exception:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = _pem(source)
    if isinstance(pem, Exception):
        return pem
    if _BEGINNING.encode() not in pem:
        hint = "; to read it from a file, pass a pathlib.Path" if len(pem) < _SHORTEST_PEM else ""
        return ValueError(f"private_key is not in PEM form: it has no '{_BEGINNING}' line{hint}")
    if b"PUBLIC KEY-----" in pem or b"CERTIFICATE-----" in pem:
        return ValueError("private_key contains a public key or a certificate; signing needs the private key")
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        return ValueError("private_key is encrypted; decrypt it first: openssl pkey -in ENCRYPTED -out PLAIN")
    except (ValueError, UnsupportedAlgorithm):  # OpenSSL's message may quote the key
        return ValueError("private_key cannot be read: broken PEM, or neither PKCS#1 nor PKCS#8")
    if not isinstance(key, RSAPrivateKey):
        return ValueError(f"private_key must be an RSA key, not {type(key).__name__.removesuffix('PrivateKey')}")
    return key


def _pem(source: object) -> bytes | Exception:
    if isinstance(source, os.PathLike):
        return _contents(os.fsdecode(cast("os.PathLike[str]", source)))
    if isinstance(source, bytes):
        return source
    text = concealed(source)
    return problem_of("private_key", text, kinds="a str, bytes, a Secret or a pathlib.Path") or text.reveal().encode()


def _contents(path: str) -> bytes | Exception:
    if _BEGINNING in path:
        return ValueError("private_key is a Path made of the text of a key: pass the text itself")
    try:
        return Path(path).read_bytes()
    except ValueError:
        return ValueError("private_key is not the path of a file")
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return ValueError("private_key is not the path of a file: it is too long")
        return OSError(error.errno, error.strerror, path)
