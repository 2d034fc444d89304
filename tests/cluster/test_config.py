import base64
import os
import stat
import sys
from pathlib import Path
from typing import Any

import kubernetes.client
import pytest
import yaml

from informer.cluster import Requester, default_namespace, load_api_client
from informer.cluster import config as configuration_module
from informer.cluster.connection import KEEPALIVE_COUNT, KEEPALIVE_IDLE, KEEPALIVE_INTERVAL, keepalive_options
from informer.errors import ConfigurationError, Unauthorized
from informer.runtime import ThreadRuntime
from tests.cluster.scripted_pool import Pool, http_answer, status


def kubeconfig(path: Path, *, current: str | None = "one", **content: Any) -> Path:
    """A kubeconfig with one context `one`, cluster `c` and user `u`, except for what `content` replaces."""
    standard: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "contexts": [{"name": "one", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://c.example:6443/"}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
    }
    path.write_text(yaml.safe_dump({**standard, **content}))
    return path


def user(entry: dict[str, Any]) -> dict[str, Any]:
    return {"users": [{"name": "u", "user": entry}]}


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "KUBECONFIG",
        "KUBERNETES_SERVICE_HOST",
        "KUBERNETES_SERVICE_PORT",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "https_proxy",
        "http_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def failure(*arguments: Any, **options: Any) -> str:
    with pytest.raises(ConfigurationError) as raised:
        load_api_client(*arguments, **options)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def authorization(client: Any) -> str:
    headers: dict[str, str] = {}
    newer = ("/", "GET", None) if hasattr(client, "param_serialize") else ()
    client.update_params_for_auth(headers, [], ["BearerToken"], *newer)
    return headers.get("authorization", "")


def test_a_kubeconfig_gives_server_and_credentials(tmp_path: Path) -> None:
    client = load_api_client(kubeconfig(tmp_path / "config"))
    assert client.configuration.host == "https://c.example:6443"
    assert authorization(client) == "Bearer secret"


def test_the_usual_place_is_read_when_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "home" / ".kube").mkdir(parents=True)
    kubeconfig(tmp_path / "home" / ".kube" / "config")
    assert load_api_client().configuration.host == "https://c.example:6443"
    assert load_api_client("~/.kube/config").configuration.host == "https://c.example:6443"


def test_kubeconfig_may_name_several_files_and_the_first_to_say_a_thing_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kubeconfig(tmp_path / "first", clusters=[], users=[], current="two", contexts=[])
    second = kubeconfig(
        tmp_path / "second",
        contexts=[{"name": "one", "context": {"cluster": "c"}}, {"name": "two", "context": {"cluster": "d", "namespace": "there"}}],
        clusters=[{"name": "c", "cluster": {"server": "http://c"}}, {"name": "d", "cluster": {"server": "http://d"}}],
    )
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join([str(first), "", str(tmp_path / "missing"), str(second)]))
    assert load_api_client().configuration.host == "http://d"
    assert load_api_client(context="one").configuration.host == "http://c"
    assert default_namespace() == "there"
    assert default_namespace(context="one") == "default"


def test_in_a_pod_the_service_account_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kubernetes.config import incluster_config

    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    assert "pod cannot be used: Service token file does not exist" in failure()
    for name, content in (("token", "abc\n"), ("ca.crt", ""), ("namespace", "mine\n")):
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(tmp_path / "ca.crt"))
    monkeypatch.setattr(configuration_module, "SERVICE_ACCOUNT_NAMESPACE", tmp_path / "namespace")
    assert "Cert file exists but empty" in failure()
    (tmp_path / "ca.crt").write_text("no certificate")
    assert "certificate authority of https://10.0.0.1:443 cannot be read" in failure()
    assert "no context 'one'" in failure(context="one")
    assert default_namespace() == "mine"


def test_a_server_alone_needs_no_kubeconfig_and_gets_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "config")))
    client = load_api_client(server="http://127.0.0.1:8001/")
    assert (client.configuration.host, authorization(client)) == ("http://127.0.0.1:8001", "")


def test_a_server_overrides_the_url_of_a_kubeconfig_for_good(tmp_path: Path) -> None:
    client = load_api_client(kubeconfig(tmp_path / "config"), server="https://other.example")
    assert authorization(client) == "Bearer secret"
    assert client.configuration.host == "https://other.example"


@pytest.mark.parametrize("text", ["cluster.example", "ftp://x", "https://", "https://x:port"])
def test_a_server_that_is_no_url_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not the URL of a server"):
        Requester(load_api_client(server=text), ThreadRuntime())


def test_the_clients_default_configuration_is_neither_used_nor_changed(tmp_path: Path) -> None:
    default = kubernetes.client.Configuration()
    default.host = "https://default.example"
    before = kubernetes.client.Configuration._default
    kubernetes.client.Configuration.set_default(default)
    try:
        assert load_api_client(kubeconfig(tmp_path / "config")).configuration.host == "https://c.example:6443"
        assert load_api_client(server="http://x").configuration.host == "http://x"
        assert kubernetes.client.Configuration.get_default_copy().host == "https://default.example"
    finally:
        kubernetes.client.Configuration._default = before


def test_nothing_configured_says_where_it_looked() -> None:
    assert failure() == "no cluster is configured: KUBECONFIG is not set, ~/.kube/config is not there, and this is not a pod"


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert failure(tmp_path / "nope") == f"kubeconfig {tmp_path}/nope does not exist"
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/a{os.pathsep}{tmp_path}/b")
    assert failure() == f"KUBECONFIG names {tmp_path}/a, {tmp_path}/b, which do not exist"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("users:\n- token: [secret", "is not YAML (line 2, column 17)"),
        ("", "is empty"),
        ("just text", "is not a kubeconfig: it holds a str"),
        ("contexts: 7", "contexts is not a list of entries with names"),
        ("contexts: [{context: {}}]", "contexts is not a list of entries with names"),
        ("clusters: [{name: c, cluster: text}]", "cluster 'c' is not a mapping"),
        ("clusters: []", "has no contexts"),
        (b"\xff\xfe\xff", "is not text in UTF-8"),
    ],
)
def test_a_file_that_is_no_kubeconfig_is_refused(tmp_path: Path, content: str | bytes, text: str) -> None:
    path = tmp_path / "config"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert failure(path).startswith(f"kubeconfig {path}")
    assert text in failure(path)
    assert "secret" not in failure(path)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert failure(tmp_path) == f"kubeconfig {tmp_path} cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("content", "context", "text"),
    [
        ({}, "tow", "has no context 'tow'; there are one"),
        ({"current": None}, None, "names no current context; choose one of one"),
        ({"current": "gone"}, None, "has no context 'gone'; there are one"),
        ({"clusters": []}, None, "has no clusters"),
        ({"clusters": [{"name": "d", "cluster": {"server": "http://d"}}]}, None, "'one' refers to no cluster there is, 'c'; there are d"),
        ({"clusters": [{"name": "c", "cluster": {}}]}, None, "cluster 'c' has no server"),
        ({"users": [{"name": "v", "user": {}}]}, None, "context 'one' refers to no user there is, 'u'; there are v"),
        ({"users": []}, None, "context 'one' refers to no user there is, 'u'; there are none"),
        (user({"tokenFile": "nowhere"}), None, "context 'one' cannot be used: No such file or directory: "),
        (user({"client-certificate-data": "x"}), None, "context 'one' cannot be used: "),
        (user({"exec": {"command": "/no/plugin", "apiVersion": "v1"}}), None, "plugin '/no/plugin' of context 'one' gave no credentials"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_kubeconfig_is_said_in_one_line(tmp_path: Path, content: dict[str, Any], context: str | None, text: str) -> None:
    path = kubeconfig(tmp_path / "config", **content)
    assert text in failure(path, context)
    assert str(path) in failure(path, context)


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("no certificate")
    bad_authority = kubeconfig(
        tmp_path / "config", clusters=[{"name": "c", "cluster": {"server": "https://c", "certificate-authority": str(tmp_path / "ca")}}]
    )
    assert f"the certificate authority of https://c cannot be read from {tmp_path}/ca" in failure(bad_authority)
    data = base64.b64encode(b"no certificate").decode()
    bad_certificate = kubeconfig(
        tmp_path / "config", users=[{"name": "u", "user": {"client-certificate-data": data, "client-key-data": data}}]
    )
    assert "the client certificate for https://c.example:6443 cannot be read from" in failure(bad_certificate)


def plugin(path: Path) -> dict[str, Any]:
    """An exec plugin that gives the content of a file as a token that never expires."""
    path.with_suffix(".token").write_text("first")
    path.write_text(
        f"#!{sys.executable}\nimport json\n"
        "print(json.dumps({'apiVersion': 'client.authentication.k8s.io/v1', 'kind': 'ExecCredential',"
        f" 'status': {{'token': open({str(path.with_suffix('.token'))!r}).read()}}}}))\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"command": str(path), "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}}


@pytest.mark.parametrize("kind", ["exec plugin", "token file", "edited kubeconfig"])
def test_credentials_are_loaded_again_after_a_401_and_not_before(tmp_path: Path, kind: str) -> None:
    path, token = tmp_path / "config", tmp_path / "plugin.token"
    users = {"exec plugin": plugin(tmp_path / "plugin"), "token file": {"tokenFile": str(token)}, "edited kubeconfig": {"token": "first"}}
    kubeconfig(path, users=[{"name": "u", "user": users[kind]}])
    client = load_api_client(path, server="https://other.example")
    token.write_text("second")
    if kind == "edited kubeconfig":
        kubeconfig(path, users=[{"name": "u", "user": {"token": "second"}}])
    ok = http_answer(200, {})
    pool = Pool(ok, http_answer(401, status(401, "Unauthorized", "Unauthorized")), ok)
    client.rest_client.pool_manager = pool  # type: ignore[assignment]
    requester = Requester(client, ThreadRuntime())

    requester.get("GET /x", "/x").close()
    with pytest.raises(Unauthorized):
        requester.get("GET /x", "/x")
    requester.get("GET /x", "/x").close()

    assert [pool.headers(number)["authorization"] for number in range(3)] == ["Bearer first", "Bearer first", "Bearer second"]
    assert client.configuration.host == "https://other.example"


def test_connections_notice_a_dead_path_within_45_seconds(tmp_path: Path) -> None:
    assert KEEPALIVE_IDLE + KEEPALIVE_COUNT * KEEPALIVE_INTERVAL <= 45
    client = load_api_client(kubeconfig(tmp_path / "config"))
    Requester(client, ThreadRuntime())
    assert client.rest_client.pool_manager.connection_pool_kw["socket_options"] == keepalive_options()


def test_socket_options_of_the_user_stay(tmp_path: Path) -> None:
    client = load_api_client(kubeconfig(tmp_path / "config"))
    options = client.rest_client.pool_manager.connection_pool_kw
    options["socket_options"] = [(6, 1, 1)]
    Requester(client, ThreadRuntime())
    assert options["socket_options"] == [(6, 1, 1)]
