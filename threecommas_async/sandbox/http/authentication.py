"""Authentication: finds the key of a request, and verifies the signature as 3Commas does."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING

from aiohttp import web

from threecommas_async.credentials import HmacCredentials
from threecommas_async.sandbox.http.refusals import unknown_key, wrong_signature
from threecommas_async.sandbox.state.keys import KeyRing, KnownKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

FORM = "application/x-www-form-urlencoded"


def authenticate(request: web.Request, body: bytes, keys: KeyRing) -> KnownKey:
    """Return the key that signed the request.

    :raises Refusal: the key is unknown, or the signature is missing or not valid for this request.
    """
    key = keys.find(request.headers.get("Apikey", ""))
    if key is None:
        raise unknown_key()
    signature = request.headers.get("Signature", "").encode(errors="surrogateescape")
    # raw_path is the request target as received: decoding and encoding it would not restore the signed bytes.
    target = request.raw_path.encode(errors="surrogateescape")
    texts = _signed_texts(target, body, is_form=request.content_type == FORM)
    if not _is_valid(key, signature, texts):
        raise wrong_signature()
    return key


def is_signed(key: KnownKey, signature: str, text: bytes) -> bool:
    """Tell whether this is a key's signature of a text."""
    return _is_valid(key, signature.encode(errors="surrogateescape"), [text])


def _is_valid(key: KnownKey, signature: bytes, texts: list[bytes]) -> bool:
    if isinstance(key.verifier, HmacCredentials):
        return any(_hmac_matches(key.verifier, signature, text) for text in texts)
    return _rsa_matches(key.verifier, signature, texts)


def _signed_texts(target: bytes, body: bytes, *, is_form: bool) -> list[bytes]:
    """Return every text whose signature is valid for this request.

    Anything but a form counts as JSON, which clients have signed with and without a preceding question mark for years,
    with either algorithm. The vendor's pages do not say what is signed when a request has both a query and a body. The
    sandbox accepts the query followed by the body, joined by ``&`` for a form, and otherwise by the separator of path
    and body. A signature of the query alone never covers a body.
    """
    path, _, query = target.partition(b"?")
    start = target if query else path
    if not body:
        return [start] if query else [path, path + b"?"]
    if is_form:
        return [start + (b"&" if query else b"?") + body]
    return [start + separator + body for separator in (b"?", b"")]


def _hmac_matches(verifier: HmacCredentials, signature: bytes, text: bytes) -> bool:
    return hmac.compare_digest(signature.lower(), verifier.sign(text).encode())


def _rsa_matches(verifier: RSAPublicKey, signature: bytes, texts: list[bytes]) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        decoded = base64.b64decode(signature, validate=True)
    except ValueError:
        return False
    for text in texts:
        try:
            verifier.verify(decoded, text, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return True
    return False
