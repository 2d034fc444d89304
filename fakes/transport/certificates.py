"""Authority: a certificate authority for one fake, which makes the certificates of its server and of its clients.

Needs the package `cryptography`, of the extra `control-plane`; without it, making one raises a `ConfigurationError` that says so.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from informer.errors import ConfigurationError
from informer.runtime import Runtime, current_runtime

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

_VALID = datetime.timedelta(days=365)
# Certificates begin a little in the past, for clients whose clock is behind.
_SKEW = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, both as PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Makes certificates that are valid for a year from now. Keys are elliptic (P-256), and are nowhere but in memory."""

    def __init__(self, name: str = "fake-ca", *, runtime: Runtime | None = None) -> None:
        try:
            from cryptography import x509
            from cryptography.hazmat.primitives.asymmetric import ec
        except ImportError as error:
            message = "TLS for the fake API server needs the package `cryptography`: pip install 'informer-kit[control-plane]'"
            raise ConfigurationError(message) from error
        self._runtime = runtime or current_runtime()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _name(name, ())
        extensions = [(x509.BasicConstraints(ca=True, path_length=None), True), (_key_usage(signs_certificates=True), True)]
        self._certificate = self._sign(self._subject, self._key, extensions)

    @property
    def certificate(self) -> bytes:
        """The authority's own certificate, as PEM: what a client is told to trust."""
        return _pem(self._certificate)

    def issue(self, name: str, *, groups: Sequence[str] = (), hosts: Sequence[str] = ()) -> KeyPair:
        """A certificate for the common name `name`: of a client, or, with `hosts` (names and addresses), of a server."""
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID

        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH])
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_key_usage(signs_certificates=False), True),
            (usage, False),
        ]
        if hosts:
            extensions.append((x509.SubjectAlternativeName([_general_name(host) for host in hosts]), False))
        certificate = self._sign(_name(name, groups), key, extensions)
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return KeyPair(_pem(certificate), secret)

    def server_context(self, hosts: Sequence[str] = ("127.0.0.1", "::1", "localhost")) -> ssl.SSLContext:
        """What an HTTPS server of these hosts needs. It asks clients for a certificate of this authority, and takes those without one."""
        pair = self.issue(hosts[0], hosts=hosts)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=self.certificate.decode())
        with tempfile.TemporaryDirectory() as directory:  # OpenSSL takes a key from a file alone
            both = Path(directory) / "pair.pem"
            both.touch(mode=0o600)
            both.write_bytes(pair.certificate + pair.key)
            context.load_cert_chain(both)
        return context

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        extensions: Sequence[tuple[x509.ExtensionType, bool]],
    ) -> x509.Certificate:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        now = self._runtime.now()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _SKEW)
            .not_valid_after(now + _VALID)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self._key, hashes.SHA256())


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """Python 3.13 and newer refuse an authority whose certificate does not say what its key is for."""
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(name: str, groups: Sequence[str]) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(host: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return certificate.public_bytes(serialization.Encoding.PEM)
