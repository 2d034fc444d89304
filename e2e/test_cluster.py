"""What every cluster promises its tests, seen through the plain official client over real HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from kubernetes import client, config, watch

from fakes.clusters import Cluster
from informer.errors import LifecycleError
from tests.waiting import PATIENCE


@pytest.fixture
def core(cluster: Cluster) -> Iterator[Any]:
    """A CoreV1Api; as Any, because the official client declares every field of an answer optional."""
    with cluster.api_client() as api:
        yield client.CoreV1Api(api)


def config_map(name: str, **data: str) -> client.V1ConfigMap:
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name), data=data)


def watched(listing: Any, *arguments: str, version: str, **options: str) -> Any:
    """Type and object name of each event after `version`; one that does not come ends the stream."""
    official: Any = watch.Watch
    for event in official().stream(listing, *arguments, resource_version=version, timeout_seconds=int(PATIENCE), **options):
        yield event["type"], event["object"].metadata.name


def version_of(core: Any, namespace: str) -> str:
    return str(core.list_namespaced_config_map(namespace).metadata.resource_version)


def open_watch(core: Any, namespace: str) -> Any:
    """A watch whose bytes can be read, as the API server sends them."""
    version = version_of(core, namespace)
    return core.list_namespaced_config_map(namespace, watch=True, resource_version=version, timeout_seconds=3600, _preload_content=False)


def test_a_config_map_is_created_listed_watched_and_deleted(core: Any, namespace: str) -> None:
    before = version_of(core, namespace)
    core.create_namespaced_config_map(namespace, config_map("one", colour="red"))
    assert [(item.metadata.name, item.data) for item in core.list_namespaced_config_map(namespace).items] == [("one", {"colour": "red"})]
    core.delete_namespaced_config_map("one", namespace)
    assert core.list_namespaced_config_map(namespace).items == []
    seen = watched(core.list_namespaced_config_map, namespace, version=before)
    assert [next(seen), next(seen)] == [("ADDED", "one"), ("DELETED", "one")]
    seen.close()


@pytest.mark.kube_cluster(needs="compact")
def test_what_was_before_a_compaction_is_answered_410_and_the_data_stay(cluster: Cluster, core: Any, namespace: str) -> None:
    core.create_namespaced_config_map(namespace, config_map("one"))
    old = version_of(core, namespace)
    core.create_namespaced_config_map(namespace, config_map("two"))
    cluster.compact()
    with pytest.raises(client.ApiException) as caught:
        next(watched(core.list_namespaced_config_map, namespace, version=old))
    assert caught.value.status == 410
    with pytest.raises(client.ApiException) as caught:
        core.list_namespaced_config_map(namespace, resource_version=old, resource_version_match="Exact")
    assert caught.value.status == 410
    assert [item.metadata.name for item in core.list_namespaced_config_map(namespace).items] == ["one", "two"]


@pytest.mark.kube_cluster(needs="compact")
def test_a_watch_from_after_a_compaction_goes_on(cluster: Cluster, core: Any, namespace: str) -> None:
    cluster.compact()
    new = version_of(core, namespace)
    core.create_namespaced_config_map(namespace, config_map("late"))
    seen = watched(core.list_namespaced_config_map, namespace, version=new)
    assert next(seen) == ("ADDED", "late")
    seen.close()


@pytest.mark.kube_cluster(needs="restart")
@pytest.mark.parametrize("how", ["clean", "kill"])
def test_a_restart_keeps_address_data_and_uids(cluster: Cluster, core: Any, namespace: str, how: Any) -> None:
    uid = core.create_namespaced_config_map(namespace, config_map("kept", colour="blue")).metadata.uid
    url = cluster.url
    cluster.restart(how)
    assert cluster.url == url
    kept = core.read_namespaced_config_map("kept", namespace)
    assert (kept.metadata.uid, kept.data) == (uid, {"colour": "blue"})


@pytest.mark.kube_cluster(needs="restart")
def test_a_clean_stop_ends_open_watches_and_a_kill_breaks_them(cluster: Cluster, core: Any, namespace: str) -> None:
    with contextlib.closing(open_watch(core, namespace)) as stream:
        cluster.restart("clean")
        assert stream.read() == b""
    with contextlib.closing(open_watch(core, namespace)) as stream:
        cluster.restart("kill")
        with pytest.raises(urllib3.exceptions.ProtocolError):
            stream.read()


@pytest.mark.kube_cluster(needs="restart")
def test_a_stopped_api_server_refuses_connections_until_it_is_started(cluster: Cluster, core: Any, namespace: str) -> None:
    cluster.stop()
    stopped = not cluster.running
    with pytest.raises(urllib3.exceptions.MaxRetryError, match=r"[Rr]efused"):
        core.list_namespaced_config_map(namespace)
    cluster.start()
    assert stopped
    assert cluster.running
    assert core.list_namespaced_config_map(namespace).items == []


@pytest.mark.kube_cluster(needs="restart")
def test_starting_an_api_server_that_runs_is_an_error_and_changes_nothing(cluster: Cluster, core: Any, namespace: str) -> None:
    with pytest.raises(LifecycleError, match=r"stop\(\) it first"):
        cluster.start()
    assert core.read_namespace(namespace).metadata.name == namespace


def test_the_kubeconfig_alone_is_enough_to_connect(cluster: Cluster, namespace: str) -> None:
    connect: Any = config.new_client_from_config
    with connect(str(cluster.kubeconfig)) as api:
        assert api.configuration.host == cluster.url
        core: Any = client.CoreV1Api(api)
        assert core.read_namespace(namespace).status.phase == "Active"


def test_a_deleted_namespace_goes_away_with_its_content(cluster: Cluster, core: Any) -> None:
    name = cluster.namespace()
    core.create_namespaced_config_map(name, config_map("inside"))
    version = core.list_namespace().metadata.resource_version
    cluster.delete_namespace(name)
    seen = watched(core.list_namespace, version=version, field_selector=f"metadata.name={name}")
    assert "DELETED" in (kind for kind, _ in seen)
    assert core.list_config_map_for_all_namespaces(field_selector=f"metadata.namespace={name}").items == []
