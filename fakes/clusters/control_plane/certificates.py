"""Certificates of one control plane: its authority, the server's certificate, the key that signs service account tokens.

They are made anew for each control plane, are good for 127.0.0.1 and localhost, and hold for ten years. Assumes the package `cryptography`.
"""

from __future__ import annotations

import datetime
import importlib.util
import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from informer.errors import ConfigurationError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_LIFETIME = datetime.timedelta(days=3650)


def require_cryptography() -> None:
    """Raises `ConfigurationError` where the package `cryptography` is not installed."""
    if importlib.util.find_spec("cryptography") is None:
        raise ConfigurationError(
            "a control plane needs the package cryptography for its certificates: pip install 'informer-kit[control-plane]'"
        )


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of PEM files."""

    authority: Path
    server: Path
    server_key: Path
    service_account_key: Path
    service_account_public_key: Path

    @classmethod
    def write(cls, folder: Path) -> Certificates:
        """Make them, as files in `folder`."""
        require_cryptography()
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        files = cls(*(folder / name for name in ("ca.crt", "server.crt", "server.key", "accounts.key", "accounts.pub")))
        authority_key, server_key, accounts_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        authority = _certificate("informer-kit", authority_key, None, authority_key)
        server = _certificate("kube-apiserver", server_key, authority, authority_key)
        for path, certificate in ((files.authority, authority), (files.server, server)):
            path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        for path, key in ((files.server_key, server_key), (files.service_account_key, accounts_key)):
            path.touch(mode=0o600)
            path.write_bytes(
                key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
            )
        public = accounts_key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        files.service_account_public_key.write_bytes(public)
        return files


def _certificate(
    name: str, key: EllipticCurvePrivateKey, issuer: x509.Certificate | None, issuer_key: EllipticCurvePrivateKey
) -> x509.Certificate:
    """One for the server's addresses, or, without an issuer, an authority that signs itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    is_authority = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(_usage(is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_authority:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(is_authority: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
