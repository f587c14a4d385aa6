"""Keys sign as the vendor printed, refuse what is no key, and never show themselves."""

from __future__ import annotations

import copy
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from threecommas_async import HmacCredentials, RsaCredentials


def as_pkcs8(pem: str) -> bytes:
    return load_pem_private_key(pem.encode(), None).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def as_pkcs1(pem: str) -> bytes:
    return load_pem_private_key(pem.encode(), None).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )


def test_all_eight_printed_signatures(signing: dict[str, Any], rsa_pem: str) -> None:
    by_algorithm: dict[str, HmacCredentials | RsaCredentials] = {
        "hmac-sha256": HmacCredentials(signing["api_key"], signing["hmac_secret"]),
        "rsa-pkcs1v15-sha256": RsaCredentials(signing["api_key"], rsa_pem),
    }
    assert len(signing["vectors"]) == 8
    for vector in signing["vectors"]:
        assert by_algorithm[vector["algorithm"]].sign(vector["signed"].encode()) == vector["signature"]


def test_every_form_of_a_private_key(signing: dict[str, Any], rsa_pem: str, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(rsa_pem)
    forms: list[str | bytes | Path] = [rsa_pem, rsa_pem.encode(), file, as_pkcs8(rsa_pem), as_pkcs1(rsa_pem)]
    assert b"BEGIN RSA PRIVATE KEY" in as_pkcs1(rsa_pem)
    assert b"BEGIN PRIVATE KEY" in as_pkcs8(rsa_pem)
    for form in forms:
        credentials = RsaCredentials(signing["api_key"], form)
        assert credentials.sign(signing["vectors"][3]["signed"].encode()) == signing["vectors"][3]["signature"]


def locals_of_ours(error: BaseException) -> list[str]:
    frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
    ours = [str(frame.locals) for frame in frames if "threecommas_async" in frame.filename]
    assert ours
    return ours


def _wrong_keys(rsa_pem: str) -> dict[str, tuple[object, str]]:
    key = load_pem_private_key(rsa_pem.encode(), None)
    elliptic = ec.generate_private_key(ec.SECP256R1())
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password"))
    return {
        "no PEM": ("not a key at all", "PEM"),
        "path as text": ("/etc/keys/mine.pem", r"pathlib\.Path"),
        "empty": (b"", "PEM"),
        "public": (key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "public key"),
        "encrypted": (encrypted, "encrypted"),
        "elliptic": (elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "must be an RSA key"),
        "broken": (rsa_pem[:400] + rsa_pem[500:], "cannot be read"),
    }


@pytest.mark.parametrize("case", ["no PEM", "path as text", "empty", "public", "encrypted", "elliptic", "broken"])
def test_a_wrong_private_key_is_named_and_not_quoted(case: str, rsa_pem: str) -> None:
    key, message = _wrong_keys(rsa_pem)[case]
    with pytest.raises(ValueError, match=message) as caught:
        RsaCredentials("key", key)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert "private_key" in str(caught.value)
    text = key.decode() if isinstance(key, bytes) else str(key)
    assert not any(line in shown for line in text.splitlines()[1:-1] for shown in locals_of_ours(caught.value))


@pytest.mark.parametrize("secret", ["", " ", "two words", "line\nbreak", "späce"])
def test_a_secret_that_cannot_be_one(secret: str) -> None:
    with pytest.raises(ValueError, match="secret must be"):
        HmacCredentials("key", secret)


@pytest.mark.parametrize("api_key", ["", "a b", "a\r\nX-Injected: 1"])
def test_an_api_key_that_cannot_be_one(api_key: str) -> None:
    with pytest.raises(ValueError, match="api_key must be"):
        HmacCredentials(api_key, "secret")


def test_arguments_of_another_type() -> None:
    with pytest.raises(TypeError, match="secret must be a str, not bytes"):
        HmacCredentials("key", b"secret")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="api_key must be a str, not None"):
        HmacCredentials(None, "secret")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_they_do_not_show_and_do_not_travel(rsa_pem: str) -> None:
    for credentials in (HmacCredentials("key", "canary-secret"), RsaCredentials("key", rsa_pem)):
        for shown in (repr(credentials), str(credentials), f"{credentials}"):
            assert shown.endswith("(<hidden>)")
        for send in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot be pickled or copied"):
                send(credentials)


def test_a_rejected_secret_is_in_no_traceback() -> None:
    with pytest.raises(ValueError, match="secret") as caught:
        HmacCredentials("key", "canary secret")
    assert not any("canary" in shown for shown in locals_of_ours(caught.value))


@pytest.mark.parametrize(("bits", "in_thread"), [(2048, False), (4096, True)])
def test_large_keys_sign_beside_the_event_loop(bits: int, in_thread: bool) -> None:
    key = rsa.generate_private_key(65537, bits)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert RsaCredentials("key", pem).signs_in_thread is in_thread
    assert HmacCredentials("key", "secret").signs_in_thread is False
