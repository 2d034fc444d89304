from __future__ import annotations

import base64
import contextlib
import csv
import importlib.util
import ssl
import stat
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from fakes.clusters.control_plane.binaries import Binaries
from fakes.clusters.control_plane.site import Site
from informer.errors import ConfigurationError

BINARIES = Binaries(Path("/bin/kube-apiserver"), Path("/bin/etcd"), Path("/bin/kube-controller-manager"), None)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.prepare(tmp_path)


def test_the_kubeconfig_has_the_address_the_authority_and_the_token_of_an_administrator(site: Site) -> None:
    content = yaml.safe_load(site.kubeconfig.read_text())
    cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
    assert cluster["server"] == site.url == f"https://127.0.0.1:{site.api_port}"
    assert base64.b64decode(cluster["certificate-authority-data"]) == site.certificates.authority.read_bytes()
    (row,) = csv.reader(site.tokens.read_text().splitlines())
    assert row == [user["token"], "admin", "1", "system:masters"]
    assert content["current-context"] == content["contexts"][0]["name"]


def test_secrets_are_readable_by_their_owner_only(site: Site) -> None:
    for path in (site.kubeconfig, site.tokens, site.certificates.server_key, site.certificates.service_accounts_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_servers_certificate_is_of_the_authority_and_for_the_loopback_addresses(site: Site) -> None:
    authority = x509.load_pem_x509_certificate(site.certificates.authority.read_bytes())
    server = x509.load_pem_x509_certificate(site.certificates.server.read_bytes())
    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_clients_that_check_certificates_strictly_accept_the_servers(site: Site) -> None:
    """Python 3.13 and newer do so by default."""
    server_side, client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=site.certificates.authority)
    server_side.load_cert_chain(site.certificates.server, site.certificates.server_key)
    client_side.verify_flags |= ssl.VERIFY_X509_STRICT
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    client = client_side.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    for end in (client, server, client, server):
        with contextlib.suppress(ssl.SSLWantReadError):
            end.do_handshake()
    assert client.getpeercert()


def test_the_certificate_for_service_accounts_is_of_the_key_that_signs_their_tokens(site: Site) -> None:
    private = serialization.load_pem_private_key(site.certificates.service_accounts_key.read_bytes(), None)
    certificate = x509.load_pem_x509_certificate(site.certificates.service_accounts.read_bytes())
    assert certificate.public_key() == private.public_key()


def test_without_cryptography_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"informer-kit\[control-plane\]"):
        Site.prepare(tmp_path)


def test_ports_differ_and_lie_below_those_of_outgoing_connections(site: Site) -> None:
    ports = {site.api_port, site.manager_port, site.etcd_port, site.peer_port}
    assert len(ports) == 4
    assert all(20_000 <= port < 30_000 for port in ports)


def test_every_command_listens_on_the_loopback_address_only_and_is_the_same_each_time(site: Site) -> None:
    assert BINARIES.controller_manager is not None
    for command in (site.api_server_command(BINARIES), site.controller_manager_command(BINARIES.controller_manager)):
        assert "--bind-address=127.0.0.1" in command
    assert site.api_server_command(BINARIES) == site.api_server_command(BINARIES)
    listening = [str(part) for part in site.etcd_command(BINARIES) if str(part).startswith("--listen")]
    assert [part.partition("=")[2] for part in listening] == [site.etcd_url, f"http://127.0.0.1:{site.peer_port}"]
