"""`fake-kube serve` as a process of its own: another program's clients reach it by the kubeconfig, and Ctrl-C ends it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config

from tests.waiting import PATIENCE

_SIGINT, _SIGTERM = 2, 15
MANIFEST = "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"

Served = subprocess.Popen[str]
Start = Callable[..., Served]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the command; what still runs at the end of the test is killed."""
    processes: list[Served] = []

    def start(*arguments: str) -> Served:
        command = [sys.executable, "-c", "import sys; from fakes.cli import main; sys.exit(main())", "serve", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def connected(kubeconfig: str) -> Any:
    """A client of the official library."""
    return config.new_client_from_config(kubeconfig)  # type: ignore[no-untyped-call]


def announced(process: Served, lines: int) -> list[str]:
    assert process.stderr is not None
    return [process.stderr.readline().rstrip() for _ in range(lines)]


def ended(process: Served, signal: int) -> str:
    """Send the signal; gives the rest of stderr. Its own end, and not a traceback's, is 0."""
    process.send_signal(signal)
    _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Traceback" in errors) == (0, False), errors
    return errors


def test_a_client_reaches_it_by_the_kubeconfig_and_ctrl_c_ends_it(start: Start, tmp_path: Path) -> None:
    manifest, kubeconfig = tmp_path / "m.yaml", tmp_path / "kubeconfig"
    manifest.write_text(MANIFEST)
    fault = "verb=list,resource=configmaps,status=503"
    process = start("--manifests", str(manifest), "--kubeconfig", str(kubeconfig), "--controllers", "all", "--fault", fault, "-v")
    said = announced(process, 3)
    assert said[0].startswith("fake-kube: serving http://127.0.0.1:")
    assert said[0].endswith(", 2 objects, with garbage-collector, namespaces, service-accounts, replicas, kubelet")
    assert said[1:] == [f"fake-kube: fault: {fault}", f"fake-kube: kubeconfig: {kubeconfig}"]
    with connected(str(kubeconfig)) as api:
        core: Any = client.CoreV1Api(api)
        assert [node.metadata.name for node in core.list_node().items] == ["n1"]
        with pytest.raises(client.ApiException) as refusal:
            core.list_namespaced_config_map("default")
        assert refusal.value.status == 503
        core.read_namespaced_config_map("a", "default")
    requests = ended(process, _SIGINT)
    shown = [line.split(maxsplit=1)[1].rpartition(" ")[0] for line in requests.splitlines()[:3]]
    assert shown == [
        "200 GET    /api/v1/nodes system:admin",
        "503 GET    /api/v1/namespaces/default/configmaps system:admin",
        "200 GET    /api/v1/namespaces/default/configmaps/a system:admin",
    ]
    assert requests.endswith("fake-kube: ended after 3 requests\n")


def test_with_tls_and_rbac_the_kubeconfig_is_an_admins_and_goes_to_stdout(start: Start, tmp_path: Path) -> None:
    process = start("--tls", "--rbac", "--seed", "1")
    (said,) = announced(process, 1)
    assert said.startswith("fake-kube: serving https://127.0.0.1:")
    assert process.stdout is not None
    text = "".join(iter(process.stdout.readline, "current-context: fake\n")) + "current-context: fake\n"
    (tmp_path / "kubeconfig").write_text(text)
    with connected(str(tmp_path / "kubeconfig")) as api:
        roles: Any = client.RbacAuthorizationV1Api(api).list_cluster_role().items
        assert "cluster-admin" in [role.metadata.name for role in roles]
    ended(process, _SIGTERM)


def test_a_cluster_from_a_file_is_served_as_it_was(start: Start, tmp_path: Path) -> None:
    saved, kubeconfig = tmp_path / "cluster.yaml", tmp_path / "kubeconfig"
    saved.write_text(
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: n, uid: u-1}}\n"
    )
    process = start("--load", str(saved), "--kubeconfig", str(kubeconfig))
    announced(process, 2)
    with connected(str(kubeconfig)) as api:
        found: Any = client.CoreV1Api(api).read_namespaced_config_map("a", "n")
        assert found.metadata.uid == "u-1"
    ended(process, _SIGINT)
