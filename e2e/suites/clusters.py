"""The cluster that a suite runs on: the served fake with what the suite expects of a cluster, or a real one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from kubernetes import client

from e2e.suites.suite import Suite
from fakes import objects
from fakes.clusters import Cluster, open_cluster
from fakes.clusters.kubeconfig_cluster import KubeconfigCluster
from fakes.fake_api_server import FakeAPIServer

_SECONDS_BETWEEN_BEATS = 20.0
_NODE = "node-1"


@contextmanager
def cluster_for(suite: Suite, name: str, *, allow_writes: bool = False) -> Iterator[Path]:
    """The kubeconfig of a fresh cluster; `name` as the option `--kube-cluster` has it. No pods run on a real control plane's node.

    Raises `ConfigurationError` for the cluster of a kubeconfig without `allow_writes`.
    """
    with ExitStack() as stack:
        if name == "fake":
            yield stack.enter_context(_fake(suite))
            return
        cluster = stack.enter_context(open_cluster(name, allow_writes=allow_writes))
        if isinstance(cluster, KubeconfigCluster):
            cluster.check_writes(f"run {suite.title}")
        if suite.node and name == "control-plane":
            _add_node(cluster)
        yield cluster.kubeconfig


def _add_node(cluster: Cluster) -> None:
    """A node that says of itself that it is Ready, with no kubelet behind it."""
    node = objects.node(_NODE)
    with cluster.api_client() as api:
        core: Any = client.CoreV1Api(api)
        core.create_node({"metadata": node["metadata"], "spec": node.get("spec", {})})
        core.patch_node(_NODE, {"spec": {"taints": None}})
        core.patch_node_status(_NODE, {"status": node["status"]})


@contextmanager
def _fake(suite: Suite) -> Iterator[Path]:
    with FakeAPIServer(controllers=suite.controllers) as api, api.serve(tls=True) as server:
        if suite.node:
            api.load(objects.node(_NODE))
        over = threading.Event()
        heart = threading.Thread(target=_beat, args=(api, over), name="heart")
        heart.start()
        try:
            yield server.kubeconfig
        finally:
            over.set()
            heart.join()


def _beat(api: FakeAPIServer, over: threading.Event) -> None:
    """What happens in a cluster at rest: a lease is renewed, and the past is compacted, but for the newest of it."""
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": _NODE, "namespace": "kube-node-lease"}}
    before, beats = api.revision, 0
    while not over.wait(_SECONDS_BETWEEN_BEATS):
        beats += 1
        api.apply({**lease, "spec": {"leaseTransitions": beats}})
        api.compact(before)
        before = api.revision
