"""The cluster of these tests: the one that `--kube-cluster` chooses, through the project's own pytest plugin."""

from __future__ import annotations

import pytest

from fakes.clusters import Cluster, KubeCluster

collect_ignore = ["suites"]  # which take long, and are asked for by name


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--differential", type=int, default=30, metavar="N", help="random sequences of requests to compare the fake with")


@pytest.fixture
def cluster(kube_cluster: KubeCluster) -> Cluster:
    """The running cluster."""
    return kube_cluster.cluster


@pytest.fixture
def namespace(kube_cluster: KubeCluster) -> str:
    """A namespace of this test's own."""
    return kube_cluster.namespace
