from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from kubernetes import client

from fakes import FakeAPIServer
from fakes.clusters.fake import FakeCluster
from fakes.objects import configmap
from informer.errors import LifecycleError


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster() as cluster:
        yield cluster


@pytest.fixture
def core(cluster: FakeCluster) -> Iterator[Any]:
    with cluster.api_client() as api:
        yield client.CoreV1Api(api)


@pytest.mark.parametrize("how", ["clean", "kill"])
def test_a_restart_keeps_port_kubeconfig_and_objects(cluster: FakeCluster, core: Any, how: Any) -> None:
    core.create_namespaced_config_map("default", {"metadata": {"name": "kept"}})
    url, kubeconfig = cluster.url, cluster.kubeconfig.read_text()
    cluster.restart(how)
    assert (cluster.url, cluster.kubeconfig.read_text()) == (url, kubeconfig)
    assert core.read_namespaced_config_map("kept", "default").metadata.name == "kept"


def test_a_stopped_one_refuses_connections_and_its_start_ends_that(cluster: FakeCluster, core: Any) -> None:
    cluster.stop()
    cluster.stop()
    running_when_stopped = cluster.running
    with pytest.raises(urllib3.exceptions.MaxRetryError, match="refused"):
        core.list_namespace()
    cluster.start()
    assert (running_when_stopped, cluster.running) == (False, True)
    assert core.list_namespace().items


def test_starting_one_that_runs_is_an_error(cluster: FakeCluster) -> None:
    with pytest.raises(LifecycleError, match=r"stop\(\) it first"):
        cluster.start()


def test_objects_seeded_without_a_request_are_served(cluster: FakeCluster, core: Any) -> None:
    cluster.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "seeded"}})
    assert core.read_namespace("seeded").status.phase == "Active"


def test_each_namespace_has_a_fresh_name_and_goes_when_it_is_deleted(cluster: FakeCluster, core: Any) -> None:
    first, second = cluster.namespace(), cluster.namespace()
    assert first != second
    core.create_namespaced_config_map(first, {"metadata": {"name": "inside"}})
    cluster.delete_namespace(first)
    cluster.api.settle()
    names = [item.metadata.name for item in core.list_namespace().items]
    assert second in names
    assert first not in names


def test_what_an_owner_leaves_behind_is_collected_as_on_a_control_plane(cluster: FakeCluster, core: Any) -> None:
    core.create_namespaced_config_map("default", {"metadata": {"name": "owner"}})
    core.create_namespaced_config_map("default", configmap("owned", owners=[cluster.api.get("configmaps", "owner", "default")]))
    core.delete_namespaced_config_map("owner", "default")
    cluster.api.settle()
    assert core.list_namespaced_config_map("default").items == []


def test_a_server_of_the_callers_own_outlives_it() -> None:
    with FakeAPIServer() as api:
        FakeCluster(api).close()
        assert api.list("namespaces")


def test_closing_it_deletes_its_kubeconfig_and_frees_its_port() -> None:
    with FakeCluster() as cluster:
        assert cluster.kubeconfig.exists()
    assert not cluster.running
    assert not cluster.kubeconfig.exists()
