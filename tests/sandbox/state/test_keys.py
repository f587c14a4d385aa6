"""The API keys of a sandbox."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.sandbox.http.test_authentication import FIXTURES, hex_signature, private_key, public_pem
from threecommas_async.sandbox import Permission, Sandbox


def test_keys_that_cannot_be_added() -> None:
    sandbox = Sandbox()
    key = sandbox.add_key()
    with pytest.raises(ValueError, match="is already known to this sandbox"):
        sandbox.add_key(api_key=key.api_key)
    with pytest.raises(ValueError, match="api_key must be"):
        sandbox.add_key(api_key="with space")
    with pytest.raises(ValueError, match="secret is required"):
        sandbox.add_key(secret="")
    with pytest.raises(ValueError, match="public_key and secret exclude"):
        sandbox.add_key(secret="secret", public_key=public_pem(private_key()))
    with pytest.raises(ValueError, match="public_key contains a private key"):
        sandbox.add_key(public_key=(FIXTURES / "signing-example-rsa.pem").read_text())
    with pytest.raises(ValueError, match="public_key is not a public key"):
        sandbox.add_key(public_key="ssh-rsa AAAA")
    with pytest.raises(ValueError, match="public_key must be an RSA key, not "):
        sandbox.add_key(public_key=public_pem(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(ValueError, match="permissions has 'EVERYTHING'"):
        sandbox.add_key(permissions=["EVERYTHING"])
    with pytest.raises(ValueError, match="permissions must be a collection"):
        sandbox.add_key(permissions="ACCOUNTS_READ")


def test_a_key_gives_credentials_and_hides_its_secret() -> None:
    sandbox = Sandbox()
    key = sandbox.add_key(permissions=["ACCOUNTS_READ"])
    assert key.secret is not None
    assert key.credentials().sign(b"text") == hex_signature("text", key.secret)
    assert key.permissions == {Permission.ACCOUNTS_READ}
    assert key.secret not in repr(key)
    assert sandbox.add_key().permissions == set(Permission)
    by_rsa = sandbox.add_key(public_key=public_pem(private_key()))
    assert by_rsa.secret is None
    with pytest.raises(TypeError, match="RsaCredentials"):
        by_rsa.credentials()
