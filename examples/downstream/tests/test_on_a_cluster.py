"""The controller against an API server over HTTP: the fake, or what `--kube-cluster` names."""

import pytest
from checksums import ANNOTATION, Checksums, checksum
from kubernetes.client import CoreV1Api
from waiting import eventually

from informer import SharedInformerFactory


@pytest.fixture
def core(kube_cluster):
    with kube_cluster.api_client() as client:
        yield CoreV1Api(client)


@pytest.fixture
def create(core, kube_cluster):
    def create(name, **data):
        body = {"metadata": {"name": name, "labels": {"checksum": "wanted"}}, "data": data}
        core.create_namespaced_config_map(kube_cluster.namespace, body)

    return create


@pytest.fixture
def annotation(core, kube_cluster):
    def annotation(name):
        metadata = core.read_namespaced_config_map(name, kube_cluster.namespace).metadata
        return (metadata.annotations or {}).get(ANNOTATION)

    return annotation


@pytest.fixture
def running(kube_cluster):
    factory = SharedInformerFactory.from_config(kube_cluster.kubeconfig, namespace=kube_cluster.namespace)
    checksums = Checksums(factory)
    with factory, checksums.controller:
        factory.wait_for_sync()
        yield


def test_a_config_map_gets_its_checksum(running, create, annotation):
    create("one", colour="red")
    eventually(lambda: annotation("one") == checksum({"colour": "red"}))


@pytest.mark.kube_cluster(needs="restart")
def test_a_restart_of_the_api_server_is_survived(kube_cluster, running, create, annotation):
    kube_cluster.restart("kill")
    create("one", colour="red")
    eventually(lambda: annotation("one") == checksum({"colour": "red"}))
