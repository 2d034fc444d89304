"""The informer against a cluster over real HTTP: what a user's program sees, and what it survives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes import client

from fakes.clusters import Cluster
from fakes.invariants import HandlerLog
from informer import (
    Deleted,
    Failure,
    KubeObject,
    ResourceName,
    SharedInformer,
    SharedInformerFactory,
    SyncTimeout,
    ThreadRuntime,
    WatchQuery,
)
from informer.cluster import ClusterSource
from informer.cluster.stream import ClusterStream
from informer.errors import NotFound
from tests.waiting import PATIENCE, eventually


@pytest.fixture
def core(cluster: Cluster) -> Iterator[Any]:
    with cluster.api_client() as api:
        yield client.CoreV1Api(api)


@pytest.fixture
def failures() -> list[Failure]:
    return []


@pytest.fixture
def factory(cluster: Cluster, namespace: str, failures: list[Failure]) -> Iterator[SharedInformerFactory]:
    """A factory for the test's own namespace, stopped at its end."""
    made = SharedInformerFactory.from_config(cluster.kubeconfig, namespace=namespace, on_error=failures.append)
    yield made
    made.stop()


def config_map(name: str, labels: dict[str, str] | None = None, **data: str) -> client.V1ConfigMap:
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels=labels), data=data)


def in_cache(informer: SharedInformer[KubeObject]) -> dict[str, str]:
    """Name and version of what the cache holds, the cluster's own objects left out."""
    return {obj.name: obj.resource_version for obj in informer.lister.list() if obj.name != "kube-root-ca.crt"}


def on_server(core: Any, namespace: str) -> dict[str, str]:
    items = core.list_namespaced_config_map(namespace).items
    return {item.metadata.name: item.metadata.resource_version for item in items if item.metadata.name != "kube-root-ca.crt"}


def told(log: HandlerLog) -> set[str]:
    """The names of what is there, by what the handler was told."""
    return {key.name for key in log.objects} - {"kube-root-ca.crt"}


def test_what_was_there_is_synced_page_by_page(core: Any, cluster: Cluster, namespace: str) -> None:
    for number in range(7):
        core.create_namespaced_config_map(namespace, config_map(f"c{number}"))
    factory = SharedInformerFactory.from_config(cluster.kubeconfig, namespace=namespace, page_size=3)
    informer = factory.informer("configmaps")
    with factory:
        factory.wait_for_sync(timeout=PATIENCE)
        assert in_cache(informer) == on_server(core, namespace)


def test_adds_updates_and_deletes_are_seen_as_they_happen(core: Any, factory: SharedInformerFactory, namespace: str) -> None:
    informer = factory.informer("configmaps")
    log = HandlerLog()
    informer.add_handler(log, filter=lambda obj: obj.name != "kube-root-ca.crt")
    with factory:
        factory.wait_for_sync(timeout=PATIENCE)
        core.create_namespaced_config_map(namespace, config_map("one", colour="red"))
        core.patch_namespaced_config_map("one", namespace, {"data": {"colour": "blue"}})
        core.delete_namespaced_config_map("one", namespace)
        eventually(lambda: len(log.story) == 3)
    assert [line.split()[0] for line in log.story] == ["Added", "Updated", "Deleted"]


def test_a_selector_sees_objects_enter_and_leave(core: Any, factory: SharedInformerFactory, namespace: str) -> None:
    informer = factory.informer("configmaps", selector="tier=front")
    by_field = factory.informer("configmaps", field_selector="metadata.name=one")
    log = HandlerLog()
    informer.add_handler(log)
    with factory:
        factory.wait_for_sync(timeout=PATIENCE)
        core.create_namespaced_config_map(namespace, config_map("one"))
        core.create_namespaced_config_map(namespace, config_map("two", labels={"tier": "front"}))
        core.patch_namespaced_config_map("one", namespace, {"metadata": {"labels": {"tier": "front"}}})
        core.patch_namespaced_config_map("two", namespace, {"metadata": {"labels": {"tier": "back"}}})
        eventually(lambda: len(log.story) == 3)
        assert [line.split()[:2] for line in log.story] == [
            ["Added", f"{namespace}/two"],
            ["Added", f"{namespace}/one"],
            ["Deleted", f"{namespace}/two"],
        ]
        assert list(in_cache(informer)) == ["one"]
        eventually(lambda: list(in_cache(by_field)) == ["one"])


def test_nodes_come_change_and_go(core: Any, cluster: Cluster, namespace: str) -> None:
    name = f"node-{namespace}"
    factory = SharedInformerFactory.from_config(cluster.kubeconfig)
    nodes = factory.informer(client.V1Node)
    seen: list[str] = []

    @nodes.on_add
    def joined(node: client.V1Node) -> None:
        seen.append(f"joined {node.metadata.name}" if node.metadata else "?")

    @nodes.on_update
    def changed(old: client.V1Node, new: client.V1Node) -> None:
        seen.append(f"labels {new.metadata.labels}" if new.metadata else "?")

    @nodes.on_delete
    def left(node: client.V1Node) -> None:
        seen.append(f"left {node.metadata.name}" if node.metadata else "?")

    with factory:
        factory.wait_for_sync(timeout=PATIENCE)
        core.create_node({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})
        core.patch_node(name, {"metadata": {"labels": {"zone": "a"}}})
        eventually(lambda: any("'zone': 'a'" in line for line in seen), what=str(seen))
        core.delete_node(name)
        eventually(lambda: {f"joined {name}", f"left {name}"} <= set(seen), what=str(seen))


def crd(group: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }


def test_a_custom_resource_is_watched_as_a_built_in_one_even_when_it_is_installed_later(
    cluster: Cluster, factory: SharedInformerFactory, failures: list[Failure], namespace: str
) -> None:
    group = f"{namespace}.example.com"
    widgets = factory.informer(f"widgets.{group}")
    with cluster.api_client() as api, factory:
        eventually(lambda: failures)
        with pytest.raises(SyncTimeout, match=r"NotFound.*widgets"):
            factory.wait_for_sync(timeout=0.1)
        assert isinstance(failures[0].error, NotFound)
        extensions: Any = client.ApiextensionsV1Api(api)
        extensions.create_custom_resource_definition(crd(group))
        factory.wait_for_sync(timeout=PATIENCE)
        custom = client.CustomObjectsApi(api)
        body = {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "one"}, "spec": {"size": 3}}
        custom.create_namespaced_custom_object(group, "v1", namespace, "widgets", body)
        one = eventually(lambda: widgets.lister.get(f"{namespace}/one"))
        assert (one.kind, one["spec"]["size"]) == ("Widget", 3)
        custom.delete_namespaced_custom_object(group, "v1", namespace, "widgets", "one")
        eventually(lambda: widgets.lister.get(f"{namespace}/one") is None)
        extensions.delete_custom_resource_definition(f"widgets.{group}")


class HeldSource(ClusterSource):
    """A source whose watches wait at a gate, as those of a program that gets no network do."""

    gate = threading.Event()

    def watch(self, query: WatchQuery) -> ClusterStream:
        assert self.gate.wait(PATIENCE)
        return super().watch(query)


@pytest.mark.kube_cluster(needs="compact")
def test_a_delete_in_a_gap_that_ends_in_a_compaction_is_found_by_the_relist(core: Any, cluster: Cluster, namespace: str) -> None:
    for name in ("one", "two"):
        core.create_namespaced_config_map(namespace, config_map(name))
    source = HeldSource(cluster.api_client(), ResourceName("configmaps"), namespace=namespace, runtime=ThreadRuntime())
    informer = SharedInformer(source, name="configmaps")
    log = HandlerLog()
    found: list[Deleted[KubeObject]] = []
    informer.add_handler(log)
    informer.add_handler(lambda event: found.append(event) if isinstance(event, Deleted) else None)
    with informer:
        informer.wait_for_sync(timeout=PATIENCE)
        assert set(in_cache(informer)) == {"one", "two"}
        core.delete_namespaced_config_map("one", namespace)
        core.create_namespaced_config_map(namespace, config_map("three"))
        cluster.compact()
        lists = informer.counters.lists
        source.gate.set()
        eventually(lambda: in_cache(informer) == on_server(core, namespace), what=str(informer.health))
        eventually(lambda: found)
        assert informer.counters.lists > lists
        eventually(lambda: told(log) == {"two", "three"}, what=str(log.story))
    assert [(event.object.name, event.final_state_unknown) for event in found] == [("one", True)]


@pytest.mark.kube_cluster(needs="restart")
@pytest.mark.parametrize("how", ["clean", "kill"])
def test_a_restart_of_the_api_server_is_survived(
    core: Any, cluster: Cluster, factory: SharedInformerFactory, namespace: str, how: Any
) -> None:
    core.create_namespaced_config_map(namespace, config_map("one"))
    informer = factory.informer("configmaps")
    log = HandlerLog()
    informer.add_handler(log)
    with factory:
        factory.wait_for_sync(timeout=PATIENCE)
        cluster.restart(how)
        core.create_namespaced_config_map(namespace, config_map("two"))
        core.delete_namespaced_config_map("one", namespace)
        eventually(lambda: in_cache(informer) == on_server(core, namespace), what=str(informer.health))
        eventually(lambda: told(log) == {"two"}, what=str(log.story))
        assert informer.counters.failures < 20


def test_after_stop_there_is_no_thread_and_no_call(core: Any, factory: SharedInformerFactory, namespace: str) -> None:
    informer = factory.informer("configmaps")
    log = HandlerLog()
    informer.add_handler(log)
    factory.start()
    factory.wait_for_sync(timeout=PATIENCE)
    assert [thread.name for thread in threading.enumerate() if "configmaps" in thread.name] != []
    factory.stop()
    log.close()
    core.create_namespaced_config_map(namespace, config_map("late"))
    assert [thread.name for thread in threading.enumerate() if "configmaps" in thread.name] == []
    assert "late" not in in_cache(informer)
