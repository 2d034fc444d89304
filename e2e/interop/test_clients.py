"""Other people's clients: each syncs, sees an addition, an update and a deletion, and survives a compaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, watch

from e2e.interop.clients import CLIENTS, Client
from e2e.interop.following import Following
from fakes.clusters import Cluster, KubeCluster

Follow = Callable[[Client], Following]


@pytest.fixture
def core(cluster: Cluster) -> Iterator[Any]:
    """A CoreV1Api; as Any, because the official client declares every field of an answer optional."""
    with cluster.api_client() as api:
        yield client.CoreV1Api(api)


@pytest.fixture
def follow(kube_cluster: KubeCluster, tmp_path: Path) -> Iterator[Follow]:
    """Starts clients on this test's namespace; they end with the test."""
    with ExitStack() as stack:
        yield lambda each: stack.enter_context(
            Following(each, kube_cluster.kubeconfig, kube_cluster.namespace, tmp_path / f"{each.name}.log")
        )


def create(core: Any, namespace: str, name: str, colour: str) -> None:
    core.create_namespaced_config_map(namespace, client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name), data={"colour": colour}))


def paint(core: Any, namespace: str, name: str, colour: str) -> None:
    core.patch_namespaced_config_map(name, namespace, {"data": {"colour": colour}})


@pytest.mark.parametrize("which", CLIENTS, ids=lambda each: each.name)
def test_a_client_sees_what_is_there_what_comes_what_changes_and_what_goes(
    which: Client, follow: Follow, core: Any, namespace: str
) -> None:
    create(core, namespace, "first", "red")
    following = follow(which)
    following.saw("ADDED", "first", "red")
    create(core, namespace, "second", "blue")
    following.saw("ADDED", "second", "blue")
    paint(core, namespace, "first", "green")
    following.saw("MODIFIED", "first", "green")
    core.delete_namespaced_config_map("first", namespace)
    following.saw("DELETED", "first", "green")


@pytest.mark.kube_cluster(needs="compact")
def test_every_client_survives_a_compaction(follow: Follow, cluster: Cluster, core: Any, namespace: str) -> None:
    create(core, namespace, "first", "red")
    clients = [follow(each) for each in CLIENTS]
    for each in clients:
        each.saw("ADDED", "first", "red")
    old = core.list_namespaced_config_map(namespace).metadata.resource_version
    core.patch_namespace(namespace, {"metadata": {"labels": {"moved": "on"}}})
    cluster.stop()
    cluster.compact()
    cluster.start()
    official: Any = watch.Watch
    with pytest.raises(client.ApiException, match="410"):
        next(official().stream(core.list_namespaced_config_map, namespace, resource_version=old, timeout_seconds=60))
    paint(core, namespace, "first", "green")
    create(core, namespace, "second", "blue")
    core.delete_namespaced_config_map("second", namespace)
    create(core, namespace, "third", "blue")
    for each in clients:
        each.saw("ADDED", "third", "blue")
        if each.client.tells_expiry:
            each.saw("EXPIRED")
    core.delete_namespaced_config_map("first", namespace)
    for each in clients:
        each.saw("DELETED", "first", "green")
