"""KubeCluster: what the fixture `kube_cluster` gives a test: the session's cluster, and a namespace of the test's own."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from kubernetes import client

from fakes.clusters.cluster import Cluster, Ending


class KubeCluster:
    """A test's view of a cluster that many tests share. `cluster` is that cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    @cached_property
    def namespace(self) -> str:
        """The name of a namespace that no other test uses. It is created when it is first asked for, and deleted after the test."""
        return self.cluster.namespace()

    @property
    def kind_of(self) -> str:
        """`"fake"`, `"control-plane"`, `"kind"` or `"kubeconfig"`."""
        return self.cluster.kind_of

    @property
    def kubeconfig(self) -> Path:
        """A kubeconfig file whose current context is this cluster."""
        return self.cluster.kubeconfig

    @property
    def url(self) -> str:
        """Where the API server listens: scheme, host and port."""
        return self.cluster.url

    def api_client(self) -> client.ApiClient:
        """A new client of the official library over real HTTP. The caller closes it."""
        return self.cluster.api_client()

    def compact(self) -> None:
        """As `Cluster.compact`. The test needs the mark `kube_cluster(needs="compact")`, or it fails where that cannot be done."""
        self.cluster.compact()

    def stop(self, how: Ending = "clean") -> None:
        """As `Cluster.stop`. Needs `"restart"`. What a test leaves stopped is started after it."""
        self.cluster.stop(how)

    def start(self) -> None:
        """As `Cluster.start`. Needs `"restart"`."""
        self.cluster.start()

    def restart(self, how: Ending = "clean") -> None:
        """As `Cluster.restart`. Needs `"restart"`."""
        self.cluster.restart(how)

    def finish(self) -> None:
        """For the fixture, after the test: start the API server if the test left it down, and delete its namespace if it has one."""
        if not self.cluster.running:
            self.cluster.stop()
            self.cluster.start()
        if "namespace" in vars(self):
            self.cluster.delete_namespace(self.namespace)
