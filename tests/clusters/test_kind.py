from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.clusters import ClusterCannot, ClusterError, describe_cluster, open_cluster
from fakes.clusters.fake import FakeCluster
from fakes.clusters.kind import KindCluster
from informer.errors import ConfigurationError
from tests.clusters.scripted_docker import write_scripted_docker
from tests.clusters.scripted_kind import ScriptedKind
from tests.waiting import PATIENCE

NO_DOCKER = "failed to list clusters: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"


@pytest.fixture
def behind() -> Iterator[FakeCluster]:
    """What answers as the API server of the scripted kind's clusters."""
    with FakeCluster() as cluster:
        yield cluster


@pytest.fixture
def kind(tmp_path: Path, behind: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> ScriptedKind:
    scripted = ScriptedKind(tmp_path / "kind", behind.kubeconfig, clusters=("somebody-elses",))
    monkeypatch.setenv("PATH", str(scripted.folder))
    return scripted


def test_it_is_created_under_a_name_and_with_a_kubeconfig_of_its_own_and_deleted_when_it_is_closed(
    kind: ScriptedKind, behind: FakeCluster, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_cluster("kind") as cluster:
        assert isinstance(cluster, KindCluster)
        assert re.fullmatch(r"informer-kit-[0-9a-f]{8}", cluster.name)
        assert kind.clusters == ["somebody-elses", cluster.name]
        assert (cluster.kind_of, cluster.url, cluster.running) == ("kind", behind.url, True)
        kubeconfig = cluster.kubeconfig
    cluster.close()
    assert kind.calls == [
        "get clusters",
        f"create cluster --name {cluster.name} --kubeconfig {kubeconfig} --wait 300s",
        f"delete cluster --name {cluster.name} --kubeconfig {kubeconfig}",
    ]
    assert kind.clusters == ["somebody-elses"]
    assert not kubeconfig.exists()
    assert "Creating cluster informer-kit-" in capfd.readouterr().err


def test_a_start_that_fails_shows_what_kind_said_and_leaves_nothing(kind: ScriptedKind) -> None:
    kind.break_down("create cluster", "failed to create cluster: node(s) caught fire")
    with pytest.raises(ClusterError, match=r"(?s)`kind create cluster .*` ended with 1:\nERROR: failed.*node\(s\) caught fire"):
        open_cluster("kind")
    assert [call.split()[0] for call in kind.calls] == ["get", "create", "delete"]
    assert kind.clusters == ["somebody-elses"]


def test_a_cluster_that_cannot_be_deleted_is_named(kind: ScriptedKind) -> None:
    cluster = open_cluster("kind")
    kind.break_down("delete cluster", "no")
    with pytest.raises(ClusterError, match=r"(?s)`kind delete cluster --name informer-kit-[0-9a-f]{8} .*ERROR: no"):
        cluster.close()


def test_a_failure_of_the_cleaning_up_does_not_hide_the_failure_of_the_start(kind: ScriptedKind) -> None:
    kind.break_down("create cluster", "no room")
    kind.break_down("delete cluster", "no way")
    with pytest.raises(ClusterError, match="no room") as caught:
        open_cluster("kind")
    assert "no way" in caught.value.__notes__[0]


@pytest.mark.parametrize("call", [open_cluster, describe_cluster])
def test_without_docker_the_error_has_what_kind_says_and_what_to_install(call: object, kind: ScriptedKind) -> None:
    assert callable(call)
    kind.break_down("get clusters", NO_DOCKER)
    with pytest.raises(
        ConfigurationError, match=r"(?s)does not reach Docker.*docs\.docker\.com.*kind\.sigs\.k8s\.io.*Is the docker daemon"
    ):
        call("kind")
    assert kind.calls == ["get clusters"]


def test_without_kind_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"kind is not on PATH.*kind\.sigs\.k8s\.io.*control-plane needs neither"):
        open_cluster("kind")


def test_its_description_is_the_version_and_starts_nothing(kind: ScriptedKind) -> None:
    assert describe_cluster("kind") == "kind: kind v0.0.0 scripted"
    assert kind.clusters == ["somebody-elses"]


def test_it_says_that_it_can_neither_be_compacted_nor_restarted(kind: ScriptedKind) -> None:
    with open_cluster("kind") as cluster:
        for ability, ask in {"compact": cluster.compact, "restart": cluster.restart}.items():
            with pytest.raises(ClusterCannot, match=rf'a kind cluster cannot {ability}.*kube_cluster\(needs="{ability}"\)'):
                ask()


def test_a_namespace_is_given_when_it_has_its_default_service_account(kind: ScriptedKind, behind: FakeCluster) -> None:
    given_too_early: list[str] = []

    def controller() -> None:
        """What the service account controller does, late."""
        while not (names := [item["metadata"]["name"] for item in behind.api.list("namespaces") if "generateName" in item["metadata"]]):
            time.sleep(0.01)
        time.sleep(0.2)  # in which it would be given
        given_too_early.extend(given)
        behind.api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": names[0]}})

    given: list[str] = []
    thread = threading.Thread(target=controller)
    thread.start()
    with open_cluster("kind") as cluster:
        given.append(cluster.namespace())
    thread.join()
    assert given_too_early == []
    assert behind.api.get("serviceaccounts", "default", given[0])


ENDS = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell in the background may have turned off
from fakes.clusters import open_cluster
from fakes.clusters.sigterm import sigterm_as_interrupt
{how}
"""


@pytest.mark.parametrize(
    "how",
    [
        "open_cluster('kind')",
        "cluster = open_cluster('kind'); raise RuntimeError",
        "with sigterm_as_interrupt(), open_cluster('kind'): os.kill(os.getpid(), signal.SIGTERM)",
    ],
)
def test_it_is_deleted_at_the_end_of_the_process_that_did_not_close_it(how: str, kind: ScriptedKind) -> None:
    subprocess.run([sys.executable, "-c", ENDS.format(how=how)], capture_output=True, timeout=PATIENCE, check=False)
    assert [call.split()[0] for call in kind.calls] == ["get", "create", "delete"]
    assert kind.clusters == ["somebody-elses"]


def test_an_interrupt_during_its_start_ends_kind_and_deletes_what_it_made(kind: ScriptedKind) -> None:
    (kind.folder / "slow").touch()
    program = "open_cluster('kind')"
    with subprocess.Popen([sys.executable, "-c", ENDS.format(how=program)], stderr=subprocess.PIPE, text=True) as python:
        assert python.stderr is not None
        assert python.stderr.readline().startswith("Creating cluster")
        python.send_signal(2)
        said = python.stderr.read()
    assert "KeyboardInterrupt" in said
    assert [call.split()[0] for call in kind.calls] == ["get", "create", "delete"]
    assert kind.clusters == ["somebody-elses"]


@pytest.mark.skipif(shutil.which("kind") is None, reason="the command kind is not installed")
def test_the_real_kind_takes_every_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    write_scripted_docker(tmp_path / "docker")
    monkeypatch.setenv("PATH", str(tmp_path / "docker"), prepend=os.pathsep)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert describe_cluster("kind").startswith("kind: kind v")
    with open_cluster("kind") as cluster:
        assert isinstance(cluster, KindCluster)
        assert (tmp_path / "docker" / "node").read_text() == f"{cluster.name}-control-plane\n"
        assert f"current-context: kind-{cluster.name}" in cluster.kubeconfig.read_text()
        assert cluster.url.startswith("https://127.0.0.1:")
    said = capfd.readouterr().err
    assert "Ready after" in said
    assert f'Deleted nodes: ["{cluster.name}-control-plane"]' in said
    assert not (tmp_path / "docker" / "node").exists()
    assert not (tmp_path / ".kube").exists()
