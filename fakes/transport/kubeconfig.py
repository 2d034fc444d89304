"""kubeconfig: the file by which kubectl and every client library find a server."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import yaml

from fakes.transport.certificates import KeyPair


def kubeconfig(
    url: str,
    *,
    name: str = "fake",
    namespace: str | None = None,
    ca: bytes | None = None,
    token: str | None = None,
    client_certificate: KeyPair | None = None,
) -> str:
    """A kubeconfig, as YAML, with one cluster, one user and one context, all called `name`.

    `ca` is the PEM certificate that an HTTPS server's own is checked against; `token` and `client_certificate` are what the user shows. All
    of it is in the text itself, so the file can be moved.
    """
    cluster: dict[str, Any] = {"server": url}
    if ca is not None:
        cluster["certificate-authority-data"] = _base64(ca)
    user: dict[str, Any] = {}
    if token is not None:
        user["token"] = token
    if client_certificate is not None:
        user["client-certificate-data"] = _base64(client_certificate.certificate)
        user["client-key-data"] = _base64(client_certificate.key)
    context = {"cluster": name, "user": name} | ({} if namespace is None else {"namespace": namespace})
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": context}],
        "current-context": name,
    }
    return yaml.safe_dump(document, sort_keys=False)


def write_kubeconfig(path: str | Path, text: str) -> Path:
    """Write a kubeconfig so that nobody but its owner can read it, and give its path."""
    path = Path(path)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
    return path


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
