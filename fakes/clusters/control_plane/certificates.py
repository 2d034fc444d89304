"""Certificates of one control plane: its authority, the server's certificate, the key that signs service account tokens.

They are made anew for each control plane and are good for 127.0.0.1 and localhost. Assumes the package `cryptography`.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from fakes.transport.certificates import Authority
from informer.errors import ConfigurationError


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
    service_accounts: Path
    service_accounts_key: Path

    @classmethod
    def write(cls, folder: Path) -> Certificates:
        """Make them, as files in `folder`."""
        require_cryptography()
        files = cls(*(folder / name for name in ("ca.crt", "server.crt", "server.key", "accounts.crt", "accounts.key")))
        authority = Authority("informer-kit")
        server = authority.issue("kube-apiserver", hosts=("127.0.0.1", "localhost"))
        accounts = authority.issue("service-accounts")
        files.authority.write_bytes(authority.certificate)
        for path, secret, pair in (
            (files.server, files.server_key, server),
            (files.service_accounts, files.service_accounts_key, accounts),
        ):
            path.write_bytes(pair.certificate)
            secret.touch(mode=0o600)
            secret.write_bytes(pair.key)
        return files
