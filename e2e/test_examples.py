"""The examples as people run them: a program of its own, a kubeconfig, a cluster, and SIGTERM at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client

from examples.cloud_tags_to_labels import TagLabeller
from fakes.clusters import Cluster
from informer import SharedInformerFactory
from tests.waiting import PATIENCE, eventually

EXAMPLES = Path(__file__).parents[1] / "examples"
CLOUD = """
asked = []

def tags_of_instance(instance):
    asked.append(instance)
    print("asked", flush=True)
    if len(asked) <= 3:
        raise ConnectionError("the cloud is down")
    return {"team": "blue"} if instance == "i-0123" else {}
"""


class Program:
    """An example that runs. `log` is what it has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def log(self) -> str:
        return self._output.read_text()

    def says(self, text: str) -> None:
        """Wait until it has said so."""
        eventually(lambda: self._alive() and text in self.log, what=text)

    def _alive(self) -> bool:
        assert self.process.poll() is None, self.log
        return True


@contextmanager
def running(folder: Path, example: str, *arguments: str) -> Iterator[Program]:
    """Run an example in `folder`; it must end well when it is asked to."""
    output = folder / "output"
    with output.open("wb") as file:
        command = [sys.executable, str(EXAMPLES / f"{example}.py"), *arguments]
        process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT, env=dict(os.environ))
    program = Program(process, output)
    try:
        yield program
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0, program.log
    finally:
        process.kill()
        process.wait(timeout=PATIENCE)


@pytest.fixture
def core(cluster: Cluster) -> Iterator[Any]:
    with cluster.api_client() as api:
        yield client.CoreV1Api(api)


@pytest.fixture
def node_name(core: Any, namespace: str) -> Iterator[str]:
    """The name for a node, which goes after the test if it is there."""
    yield f"node-{namespace}"
    for each in core.list_node().items:
        if each.metadata.name == f"node-{namespace}":
            core.delete_node(each.metadata.name)


def node(name: str, labels: dict[str, str] | None = None, **spec: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels or {}}, "spec": spec}


def test_the_node_label_logger_logs_a_node_once_whether_the_label_comes_with_it_or_later(
    core: Any, cluster: Cluster, namespace: str, node_name: str, tmp_path: Path
) -> None:
    with running(tmp_path, "node_label_logger", f"role={namespace}", "--kubeconfig", str(cluster.kubeconfig)) as program:
        core.create_node(node(node_name))
        for role in ("other", namespace, None, namespace):
            core.patch_node(node_name, {"metadata": {"labels": {"role": role}}})
        program.says(f"node {node_name} ")
        core.delete_node(node_name)
        uid = core.create_node(node(node_name, {"role": namespace})).metadata.uid
        program.says(uid)
    assert program.log.count(f"node {node_name} ") == 2


def pod(name: str, *owners: dict[str, Any]) -> dict[str, Any]:
    """A pod that no node takes, so it stays pending."""
    return {
        "metadata": {"name": name, "ownerReferences": list(owners)},
        "spec": {"containers": [{"name": "c", "image": "example.com/none"}], "nodeSelector": {"example.com/none": "none"}},
    }


def fail_to_mount(core: Any, about: Any, *, reason: str = "FailedMount", count: int = 3) -> None:
    """What a kubelet, or the attach controller, would say."""
    metadata = about.metadata
    event = {
        "metadata": {"generateName": "failure-"},
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "Pod",
            "namespace": metadata.namespace,
            "name": metadata.name,
            "uid": metadata.uid,
        },
        "type": "Warning",
        "reason": reason,
        "message": 'MountVolume.SetUp failed for volume "data"',
        "count": count,
        "source": {"component": "kubelet"},
    }
    core.create_namespaced_event(metadata.namespace, event)


def pods(core: Any, namespace: str) -> dict[str, str]:
    """Name and uid of the pods that are there."""
    return {each.metadata.name: each.metadata.uid for each in core.list_namespaced_pod(namespace).items}


def test_the_restarter_deletes_a_stuck_pod_once_and_no_other(core: Any, cluster: Cluster, namespace: str, tmp_path: Path) -> None:
    kept_by = core.create_namespaced_config_map(namespace, {"metadata": {"name": "owner"}}).metadata
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": kept_by.name, "uid": kept_by.uid, "controller": True}
    with running(tmp_path, "restart_stuck_pods", "--namespace", namespace, "--kubeconfig", str(cluster.kubeconfig)) as program:
        made = {
            name: core.create_namespaced_pod(namespace, pod(name, *owners))
            for name, owners in {"mount": [owner], "attach": [owner], "fine": [owner], "impatient": [owner], "alone": []}.items()
        }
        assert {each.status.phase for each in made.values()} == {"Pending"}
        fail_to_mount(core, made["mount"])
        fail_to_mount(core, made["attach"], reason="FailedAttachVolume", count=1)
        fail_to_mount(core, made["attach"], reason="FailedMount", count=2)
        fail_to_mount(core, made["impatient"], count=1)
        fail_to_mount(core, made["alone"])
        program.says(f"pod {namespace}/mount (uid {made['mount'].metadata.uid}) deleted")
        program.says(f"pod {namespace}/attach (uid {made['attach'].metadata.uid}) deleted")
        program.says(f"pod {namespace}/alone (uid {made['alone'].metadata.uid}) is stuck, and nobody would recreate it")

        again = core.create_namespaced_pod(namespace, pod("mount", owner))  # as its owner would do
        fail_to_mount(core, made["mount"])
        fail_to_mount(core, made["alone"])
        fail_to_mount(core, made["fine"], reason="FailedScheduling")
        core.create_namespaced_pod(namespace, pod("last", owner))
        fail_to_mount(core, core.read_namespaced_pod("last", namespace))
        program.says(f"pod {namespace}/last ")
        left = pods(core, namespace)
    assert left == {"mount": again.metadata.uid, **{name: made[name].metadata.uid for name in ("fine", "impatient", "alone")}}
    assert (program.log.count("deleted, its owner"), program.log.count("is stuck")) == (3, 1)


def test_tags_become_labels_though_the_cloud_fails_three_times(
    core: Any, cluster: Cluster, namespace: str, node_name: str, tmp_path: Path
) -> None:
    (tmp_path / "cloud.py").write_text(CLOUD)
    arguments = ("cloud:tags_of_instance", "--prefix", f"{namespace}.example.com/", "--kubeconfig", str(cluster.kubeconfig))
    wanted = {f"{namespace}.example.com/team": "blue"}
    with running(tmp_path, "cloud_tags_to_labels", *arguments) as program:
        core.create_node(node(node_name, {"zone": "a"}, providerID="aws:///eu-west-1a/i-0123"))
        program.says(f"node {node_name} (instance i-0123) labelled: {namespace}.example.com/team=blue")
        labelled = core.read_node(node_name).metadata
        assert wanted.items() <= labelled.labels.items()
        core.patch_node(node_name, {"metadata": {"labels": {"zone": "b"}}})
        core.patch_node(node_name, {"metadata": {"labels": {next(iter(wanted)): None}}})
        eventually(lambda: program.log.count("labelled") == 2)
        assert wanted.items() <= core.read_node(node_name).metadata.labels.items()
    assert program.log.count("asked") == 4


@pytest.mark.kube_cluster(needs="restart")
def test_tags_become_labels_though_the_api_server_is_gone_when_they_are_to_be_written(
    core: Any, cluster: Cluster, namespace: str, node_name: str
) -> None:
    created = threading.Event()

    def tags_of_instance(instance: str) -> dict[str, str]:
        if instance != f"i-{namespace}":
            return {}
        assert created.wait(PATIENCE)
        cluster.stop("kill")
        return {"team": "blue"}

    factory = SharedInformerFactory.from_config(cluster.kubeconfig)
    controller = TagLabeller(factory, tags_of_instance).controller
    with factory, controller:
        core.create_node(node(node_name, providerID=f"cloud://{namespace}/i-{namespace}"))
        created.set()
        eventually(lambda: controller.counters.failures >= 3)
        cluster.start()
        eventually(lambda: (core.read_node(node_name).metadata.labels or {}).get("tags.example.com/team") == "blue")
        touched = core.patch_node(node_name, {"metadata": {"annotations": {"at": "1"}}}).metadata.resource_version
        eventually(lambda: (seen := factory.informer("nodes").lister.get(node_name)) and seen.resource_version == touched)
        eventually(lambda: not len(controller.queue) and not controller.queue.in_flight())
        assert core.read_node(node_name).metadata.resource_version == touched
