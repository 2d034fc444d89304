"""The fixtures, used as a project uses them that has informer-kit installed."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client

from fakes import FakeAPIServer, SimulatedRuntime
from fakes.clusters import KubeCluster
from informer import SharedInformerFactory
from informer.cluster import load_api_client
from informer.errors import ConfigurationError
from informer.runtime import ThreadRuntime, current_runtime

used_namespaces: set[str] = set()


def config_map(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}}


def active_namespaces(api: client.ApiClient) -> set[str]:
    """Those of earlier tests may still be going."""
    namespaces: Any = client.CoreV1Api(api).list_namespace()
    return {item.metadata.name for item in namespaces.items if item.status.phase == "Active"}


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_an_empty_api_server_of_its_own(fake_api_server: FakeAPIServer, time: str) -> None:
    assert fake_api_server.list("configmaps") == []
    fake_api_server.create(config_map(time))


@pytest.fixture
def must_be_closed_in_the_end() -> Iterator[list[FakeAPIServer]]:
    servers: list[FakeAPIServer] = []
    yield servers
    with servers[0].api_client() as api, pytest.raises(client.ApiException) as caught:
        client.CoreV1Api(api).list_namespace()
    assert caught.value.status == 503


def test_a_server_is_closed_after_its_test(must_be_closed_in_the_end: list[FakeAPIServer], fake_api_server: FakeAPIServer) -> None:
    must_be_closed_in_the_end.append(fake_api_server)


def test_the_client_is_the_servers(fake_api_server: FakeAPIServer, fake_api_client: client.ApiClient) -> None:
    fake_api_server.create(config_map("one"))
    found: Any = client.CoreV1Api(fake_api_client).read_namespaced_config_map("one", "default")
    assert found.metadata.name == "one"


def test_the_kubeconfig_leads_to_the_server_over_http(fake_api_server: FakeAPIServer, fake_kubeconfig: Path) -> None:
    fake_api_server.create(config_map("one"))
    with load_api_client(fake_kubeconfig) as api:
        found: Any = client.CoreV1Api(api).read_namespaced_config_map("one", "default")
    assert found.metadata.name == "one"


def test_with_the_simulated_runtime_the_server_and_a_factory_made_by_the_test_are_in_the_simulation(
    fake_api_client: client.ApiClient, fake_api_server: FakeAPIServer, simulated_runtime: SimulatedRuntime
) -> None:
    factory = SharedInformerFactory(fake_api_client)
    nodes = factory.informer("nodes")

    def story() -> list[str]:
        with factory:
            factory.wait_for_sync()
            fake_api_server.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}})
            fake_api_server.disconnect()
            simulated_runtime.sleep(3600)
            return [node.name for node in nodes.lister.list()]

    assert simulated_runtime.run(story) == ["n1"]
    assert simulated_runtime.monotonic() >= 3600


def test_after_a_test_with_the_simulated_runtime_others_are_on_threads_again() -> None:
    assert isinstance(current_runtime(), ThreadRuntime)


@pytest.mark.parametrize("simulated_runtime", [0, 7], indirect=True)
def test_a_test_may_ask_for_seeds(simulated_runtime: SimulatedRuntime, request: pytest.FixtureRequest) -> None:
    assert simulated_runtime.uuid() == SimulatedRuntime(seed=request.node.callspec.params["simulated_runtime"]).uuid()


def test_a_kubeconfig_of_a_simulated_server_is_refused(simulated_runtime: SimulatedRuntime, request: pytest.FixtureRequest) -> None:
    with pytest.raises(ConfigurationError, match="a simulation has no sockets"):
        request.getfixturevalue("fake_kubeconfig")


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_a_namespace_of_its_own_on_the_cluster(kube_cluster: KubeCluster, time: str) -> None:
    own = kube_cluster.namespace
    with kube_cluster.api_client() as api:
        active = active_namespaces(api)
    assert own in active
    assert not used_namespaces & active
    used_namespaces.add(own)


def test_a_test_that_does_not_ask_for_the_namespace_makes_none(kube_cluster: KubeCluster) -> None:
    with kube_cluster.api_client() as api:
        assert [name for name in active_namespaces(api) if name.startswith("test-")] == []


def test_the_cluster_tells_its_kind_its_address_and_its_kubeconfig(kube_cluster: KubeCluster) -> None:
    assert kube_cluster.kind_of == "fake"
    assert kube_cluster.url in kube_cluster.kubeconfig.read_text()


@pytest.mark.kube_cluster(needs="restart")
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_leaves_stopped_runs_again_for_the_next(kube_cluster: KubeCluster, time: str) -> None:
    with urllib.request.urlopen(f"{kube_cluster.url}/version") as answer:
        assert answer.status == 200
    assert kube_cluster.namespace
    kube_cluster.restart()
    kube_cluster.stop()


@pytest.mark.kube_cluster(needs="compact")
def test_compacting_makes_an_older_watch_answer_410(kube_cluster: KubeCluster) -> None:
    with kube_cluster.api_client() as api:
        core: Any = client.CoreV1Api(api)
        old = core.list_namespaced_config_map(kube_cluster.namespace).metadata.resource_version
        core.create_namespaced_config_map(kube_cluster.namespace, {"metadata": {"name": "one"}})
        kube_cluster.compact()
        with pytest.raises(client.ApiException) as caught:
            core.list_namespaced_config_map(kube_cluster.namespace, resource_version=old, resource_version_match="Exact")
    assert caught.value.status == 410
