"""Kubeconfigs and certificates: the official client finds the server by them, and the server knows who it is."""

from __future__ import annotations

import builtins
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes
import pytest
import urllib3
import yaml
from urllib3.exceptions import SSLError

from fakes.api_server.messages import Request, Response
from fakes.transport.certificates import Authority
from fakes.transport.http_server import HTTPServer
from fakes.transport.kubeconfig import kubeconfig, write_kubeconfig
from informer.errors import ConfigurationError
from informer.runtime import ThreadRuntime
from tests.transport.scripted import ScriptedBody, ScriptedHandler, always, json_response, stream_response
from tests.waiting import PATIENCE


def who(request: Request) -> Response:
    """The user as the server knows it, and the token that the client shows."""
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    return json_response({"user": f"{request.user} with {shown}" if shown else request.user})


def asked_by(path: Path) -> str:
    """Who the server takes the official client for that this kubeconfig makes."""
    untyped: Any = kubernetes
    with untyped.config.new_client_from_config(str(path)) as client:
        user = untyped.client.CustomObjectsApi(client).get_cluster_custom_object("g", "v1", "things", "x")["user"]
    assert isinstance(user, str)
    return user


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def https(authority: Authority) -> Iterator[HTTPServer]:
    with HTTPServer(ScriptedHandler(who), tls=authority.server_context(), anonymous="nobody") as server:
        yield server


def test_a_plain_kubeconfig_has_one_of_each() -> None:
    document = yaml.safe_load(kubeconfig("http://127.0.0.1:1", name="mine", namespace="work"))
    assert document["clusters"] == [{"name": "mine", "cluster": {"server": "http://127.0.0.1:1"}}]
    assert document["contexts"] == [{"name": "mine", "context": {"cluster": "mine", "user": "mine", "namespace": "work"}}]
    assert (document["users"], document["current-context"]) == ([{"name": "mine", "user": {}}], "mine")


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("older")
    path.chmod(0o644)
    assert write_kubeconfig(path, kubeconfig("http://127.0.0.1:1")) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_official_client_finds_a_plain_server(tmp_path: Path) -> None:
    with HTTPServer(ScriptedHandler(who)) as server:
        assert asked_by(write_kubeconfig(tmp_path / "config", kubeconfig(server.url))) == "system:admin"


def test_the_common_name_of_a_client_certificate_is_the_user(https: HTTPServer, authority: Authority, tmp_path: Path) -> None:
    pair = authority.issue("alice", groups=["system:masters"])
    text = kubeconfig(https.url, ca=authority.certificate, client_certificate=pair)
    assert asked_by(write_kubeconfig(tmp_path / "config", text)) == "alice"


def test_a_token_in_the_kubeconfig_is_shown(https: HTTPServer, authority: Authority, tmp_path: Path) -> None:
    text = kubeconfig(https.url, ca=authority.certificate, token="secret")
    assert asked_by(write_kubeconfig(tmp_path / "config", text)) == "nobody with secret"


def test_a_client_without_credentials_is_anonymous(https: HTTPServer, authority: Authority, tmp_path: Path) -> None:
    assert asked_by(write_kubeconfig(tmp_path / "config", kubeconfig(https.url, ca=authority.certificate))) == "nobody"


def test_a_client_that_trusts_another_authority_does_not_connect(https: HTTPServer) -> None:
    with (
        urllib3.PoolManager(retries=False, ca_cert_data=Authority("other").certificate.decode(), timeout=PATIENCE) as pool,
        pytest.raises(SSLError),
    ):
        pool.request("GET", https.url)


def test_a_certificate_of_another_authority_is_refused(https: HTTPServer, authority: Authority, tmp_path: Path) -> None:
    text = kubeconfig(https.url, ca=authority.certificate, client_certificate=Authority().issue("mallory"))
    with pytest.raises(urllib3.exceptions.HTTPError):
        asked_by(write_kubeconfig(tmp_path / "config", text))


def test_a_client_that_leaves_an_encrypted_stream_frees_its_body(authority: Authority) -> None:
    body = ScriptedBody(ThreadRuntime())
    with (
        HTTPServer(always(stream_response(body)), tls=authority.server_context()) as server,
        urllib3.PoolManager(retries=False, ca_cert_data=authority.certificate.decode(), timeout=PATIENCE) as pool,
    ):
        response = pool.request("GET", server.url, preload_content=False)
        body.send(b"one")
        assert response.read1(10) == b"one"
        body.wait_for_reader()
        response.close()
        body.wait_for_close()


def test_a_stop_ends_an_encrypted_stream_properly(authority: Authority) -> None:
    body = ScriptedBody(ThreadRuntime())
    with (
        HTTPServer(always(stream_response(body)), tls=authority.server_context()) as server,
        urllib3.PoolManager(retries=False, ca_cert_data=authority.certificate.decode(), timeout=PATIENCE) as pool,
    ):
        response = pool.request("GET", server.url, preload_content=False)
        server.close()
        assert response.read() == b""


def test_without_cryptography_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    importing = builtins.__import__

    def without(name: str, *args: Any, **options: Any) -> Any:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return importing(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match=r"informer-kit\[control-plane\]"):
        Authority()
