"""Keys sign as the vendor printed, refuse what is no key, and never show themselves."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
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

from tests.faults.canaries import texts_of
from threecommas_async import HmacCredentials, RsaCredentials, ThreeCommasClient
from threecommas_async.secret import Secret


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
    shown = TestRefusals.shown_by(caught.value)
    assert not any(line in shown for line in text.splitlines()[1:-1])


def test_they_do_not_show_and_do_not_travel(rsa_pem: str) -> None:
    for credentials in (HmacCredentials("key", "canary-secret"), RsaCredentials("key", rsa_pem)):
        for shown in (repr(credentials), str(credentials), f"{credentials}"):
            assert shown.endswith("(<hidden>)")
        for send in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot be pickled or copied"):
                send(credentials)


@pytest.mark.parametrize(("bits", "in_thread"), [(2048, False), (4096, True)])
def test_large_keys_sign_beside_the_event_loop(bits: int, in_thread: bool) -> None:
    key = rsa.generate_private_key(65537, bits)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert RsaCredentials("key", pem).signs_in_thread is in_thread
    assert HmacCredentials("key", "secret").signs_in_thread is False


class TestRefusals:
    """What refuses a key says which, and remembers neither it nor the other one."""

    OTHER = "canary-of-the-other-half"

    @staticmethod
    def shown_by(error: BaseException) -> str:
        return "\n".join(text for _, text in texts_of(error))

    @pytest.mark.parametrize("wrap", [str, Secret])
    @pytest.mark.parametrize(
        ("api_key", "secret", "problem"),
        [
            ("canary key\n", OTHER, "api_key must be exactly as"),
            ("canary\r\nX-Injected: 1", OTHER, "api_key must be exactly as"),
            ("canary\udce4", OTHER, "api_key has a lone surrogate"),
            (OTHER, "canary ", "secret must be exactly as"),
            (OTHER, "cänary", "secret must be exactly as"),
            (OTHER, "\ud800canary", "secret has a lone surrogate"),
            ("canary ", "canary ", "api_key must be exactly as"),
            (OTHER, "", "secret is required"),
        ],
    )
    def test_a_text_that_cannot_be_one(
        self, api_key: str, secret: str, problem: str, wrap: Callable[[str], str | Secret]
    ) -> None:
        with pytest.raises(ValueError, match=problem) as caught:
            HmacCredentials(wrap(api_key), wrap(secret))
        assert caught.value.__context__ is None
        assert "canary" not in self.shown_by(caught.value)

    @pytest.mark.parametrize("wrong", [OTHER.encode(), [OTHER], 5])
    def test_an_argument_of_another_type(self, wrong: Any, rsa_pem: str) -> None:
        name = type(wrong).__name__
        with pytest.raises(TypeError, match=f"secret must be a str or a Secret, not {name}") as of_secret:
            HmacCredentials(self.OTHER, wrong)
        with pytest.raises(TypeError, match=f"api_key must be a str or a Secret, not {name}") as of_key:
            HmacCredentials(wrong, self.OTHER)
        with pytest.raises(TypeError, match=f"api_key must be a str or a Secret, not {name}") as of_rsa_key:
            RsaCredentials(wrong, rsa_pem)
        for caught in (of_secret, of_key, of_rsa_key):
            assert "canary" not in self.shown_by(caught.value)
            assert rsa_pem.splitlines()[3] not in self.shown_by(caught.value)

    @pytest.mark.parametrize("wrap", [str, str.encode, Secret])
    def test_an_api_key_that_cannot_be_one_beside_a_good_private_key(
        self, rsa_pem: str, wrap: Callable[[str], str | bytes | Secret]
    ) -> None:
        with pytest.raises(ValueError, match="api_key must be exactly as") as caught:
            RsaCredentials(f"{self.OTHER}\n", wrap(rsa_pem))
        assert caught.value.__context__ is None
        self.assert_no_line_of(rsa_pem, caught.value)
        assert "canary" not in self.shown_by(caught.value)

    @pytest.mark.parametrize("wrap", [str, Secret])
    def test_half_a_character_in_a_private_key(self, rsa_pem: str, wrap: Callable[[str], str | Secret]) -> None:
        with pytest.raises(ValueError, match="private_key has a lone surrogate") as caught:
            RsaCredentials("key", wrap(rsa_pem.replace("A", "\udce4", 1)))
        assert caught.value.__context__ is None
        self.assert_no_line_of(rsa_pem, caught.value)

    @pytest.mark.parametrize("wrap", [str, str.encode, Secret])
    def test_a_broken_private_key(self, rsa_pem: str, wrap: Callable[[str], str | bytes | Secret]) -> None:
        with pytest.raises(ValueError, match="private_key cannot be read") as caught:
            RsaCredentials("key", wrap(rsa_pem[:400] + rsa_pem[500:]))
        assert caught.value.__context__ is None
        self.assert_no_line_of(rsa_pem, caught.value)

    @pytest.mark.parametrize("wrong", [5, None, ["x"], bytearray(b"x")])
    def test_a_private_key_of_another_type(self, wrong: Any) -> None:
        with pytest.raises(
            (TypeError, ValueError), match=r"private_key (must be a str, bytes, a Secret or|is required)"
        ):
            RsaCredentials("key", wrong)

    def test_a_path_made_of_the_key_itself(self, rsa_pem: str) -> None:
        with pytest.raises(ValueError, match="pass the text itself") as caught:
            RsaCredentials("key", Path(rsa_pem))
        self.assert_no_line_of(rsa_pem, caught.value)
        body = "".join(rsa_pem.splitlines()[1:-1]).replace("/", "x")
        for path in (body * 3, f"{body[:100]}\0"):
            with pytest.raises(ValueError, match="is not the path of a file") as of_body:
                RsaCredentials("key", Path(path))
            assert of_body.value.__context__ is None
            assert body[:60] not in self.shown_by(of_body.value)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"gone\.pem") as caught:
            RsaCredentials("key", tmp_path / "gone.pem")
        assert caught.value.filename == str(tmp_path / "gone.pem")

    def test_a_file_with_a_broken_key(self, rsa_pem: str, tmp_path: Path) -> None:
        file = tmp_path / "key.pem"
        file.write_text(rsa_pem[:400] + rsa_pem[500:])
        with pytest.raises(ValueError, match="private_key cannot be read") as caught:
            RsaCredentials("key", file)
        self.assert_no_line_of(rsa_pem, caught.value)

    def assert_no_line_of(self, pem: str, error: BaseException) -> None:
        shown = self.shown_by(error)
        assert not any(line in shown for line in pem.splitlines()[1:-1])


class TestFromTheEnvironment:
    @pytest.mark.parametrize(
        "variables",
        [
            {"THREECOMMAS_API_KEY": "canary-key", "THREECOMMAS_API_SECRET": "canary "},
            {"THREECOMMAS_API_KEY": "canary key\n", "THREECOMMAS_API_SECRET": "canary-secret"},
            {"THREECOMMAS_API_KEY": "", "THREECOMMAS_API_SECRET": "canary-secret"},
            {"THREECOMMAS_API_KEY": "canary-key", "THREECOMMAS_API_SECRET": "canary\udce4"},
            {"THREECOMMAS_API_KEY": "canary-key"},
            {
                "THREECOMMAS_API_KEY": "canary-key",
                "THREECOMMAS_API_SECRET": "canary-secret",
                "THREECOMMAS_PRIVATE_KEY_FILE": "-----BEGIN canary",
            },
            {"THREECOMMAS_API_KEY": "canary-key", "THREECOMMAS_PRIVATE_KEY_FILE": "-----BEGIN canary"},
        ],
        ids=range(7),
    )
    def test_variables_that_are_refused_are_in_no_traceback(
        self, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("THREECOMMAS_API_KEY", "THREECOMMAS_API_SECRET", "THREECOMMAS_PRIVATE_KEY_FILE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ValueError) as caught:
            ThreeCommasClient.from_env()
        assert caught.value.__context__ is None
        assert "canary" not in TestRefusals.shown_by(caught.value)

    def test_an_rsa_key_in_a_file(self, rsa_pem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "key.pem"
        file.write_text(rsa_pem)
        monkeypatch.delenv("THREECOMMAS_API_SECRET", raising=False)
        monkeypatch.setenv("THREECOMMAS_API_KEY", "key")
        monkeypatch.setenv("THREECOMMAS_PRIVATE_KEY_FILE", str(file))
        ThreeCommasClient.from_env()


def test_secrets_sign_as_texts_do(signing: dict[str, Any], rsa_pem: str) -> None:
    for plain, wrapped in (
        (HmacCredentials("key", "secret"), HmacCredentials(Secret("key"), Secret("secret"))),
        (RsaCredentials("key", rsa_pem), RsaCredentials(Secret("key"), Secret(rsa_pem))),
    ):
        assert plain.sign(b"text") == wrapped.sign(b"text")
        assert (type(wrapped.api_key), wrapped.api_key) == (str, "key")
