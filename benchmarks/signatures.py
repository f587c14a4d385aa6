"""Point 6, first half: what a signature costs, without a call around it."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from threecommas_async import HmacCredentials, RsaCredentials

from .contestants import API_KEY, SECRET
from .report import Ratio, Result, Row
from .rounds import interleaved, missing, optional_module

_PATH: Final = "/public/api/ver1/accounts/new"
_BODY: Final = '{"type":"binance","name":"Main","api_key":"exchange-key","secret":"exchange-secret"}'
_TEXT: Final = f"{_PATH}?{_BODY}".encode()


def signing(rounds: int | None) -> Result:
    """Measure each kind of key; the peer's signature loads its key anew each time."""
    rows = [
        _row("HMAC-SHA256", rounds or 30, 500, HmacCredentials(API_KEY, SECRET).sign, _plain_hmac, _peer(secret=SECRET))
    ]
    for bits, times in ((2048, 20), (4096, 5)):
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        ours, peer = RsaCredentials(API_KEY, pem).sign, _peer(selfsigned=pem.decode())
        rows.append(_row(f"RSA-{bits}", rounds or 10, times, ours, _plain_rsa(key), peer))
    return Result(tuple(rows), () if rows[0].peer is not None else (missing("py3cw"),))


def _row(
    name: str,
    rounds: int,
    times: int,
    ours: Callable[[bytes], object],
    floor: Callable[[bytes], object],
    peer: Callable[[bytes], object] | None,
) -> Row:
    signers = {"ours": ours, "floor": floor} | ({} if peer is None else {"peer": peer})
    found = interleaved(rounds, {who: partial(_microseconds, sign, times) for who, sign in signers.items()})
    ratios = [Ratio.between("/ floor", found["ours"], found["floor"])]
    if peer is not None:
        ratios.append(Ratio.between("/ py3cw", found["ours"], found["peer"]))
    return Row.of_rounds(6, f"one signature, {name}", "us", found, tuple(ratios))


def _plain_hmac(text: bytes) -> str:
    return hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()


def _plain_rsa(key: rsa.RSAPrivateKey) -> Callable[[bytes], str]:
    return lambda text: b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


def _peer(**key: str) -> Callable[[bytes], object] | None:
    py3cw = optional_module("py3cw.request")
    if py3cw is None:
        return None
    client = py3cw.Py3CW(key=API_KEY, **key)
    sign: Any = client._Py3CW__generate_signature
    return lambda _text: sign(_PATH, _BODY)


def _microseconds(sign: Callable[[bytes], object], times: int) -> float:
    started = perf_counter()
    for _ in range(times):
        sign(_TEXT)
    return (perf_counter() - started) / times * 1e6
