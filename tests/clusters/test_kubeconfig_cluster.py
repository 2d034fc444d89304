from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client

from fakes.clusters import ClusterCannot, abilities_of, describe_cluster, open_cluster
from fakes.clusters.fake import FakeCluster
from informer.errors import ConfigurationError


@pytest.fixture
def theirs() -> Iterator[FakeCluster]:
    """A cluster that somebody else runs, and whose kubeconfig we were given."""
    with FakeCluster() as cluster:
        yield cluster


def names(cluster: FakeCluster) -> list[str]:
    return [item["metadata"]["name"] for item in cluster.api.list("namespaces")]


def test_it_is_reached_through_the_file_and_left_as_it_is(theirs: FakeCluster) -> None:
    before = theirs.kubeconfig.read_text()
    with open_cluster(str(theirs.kubeconfig)) as cluster:
        assert (cluster.kind_of, cluster.kubeconfig, cluster.url, cluster.running) == ("kubeconfig", theirs.kubeconfig, theirs.url, True)
        assert cluster.version() == theirs.version()
    assert theirs.kubeconfig.read_text() == before
    assert theirs.running


def test_without_leave_to_write_reading_works_and_writing_is_refused_before_it_is_sent(theirs: FakeCluster) -> None:
    before = names(theirs)
    with open_cluster(str(theirs.kubeconfig)) as cluster, cluster.api_client() as api:
        core: Any = client.CoreV1Api(api)
        assert [item.metadata.name for item in core.list_namespace().items] == before
        with pytest.raises(ConfigurationError, match=r"refused to create a namespace on http.*--kube-cluster-allow-writes"):
            cluster.namespace()
        with pytest.raises(ConfigurationError, match=r"refused to POST http.*/api/v1/namespaces on .*--kube-cluster-allow-writes"):
            core.create_namespace({"metadata": {"name": "mine"}})
        with pytest.raises(ConfigurationError, match="refused to DELETE"):
            cluster.delete_namespace("default")
    assert {request.verb for request in theirs.api.requests} <= {"get", "list"}


def test_with_leave_to_write_namespaces_come_and_go(theirs: FakeCluster) -> None:
    with open_cluster(str(theirs.kubeconfig), allow_writes=True) as cluster:
        name = cluster.namespace()
        assert name in names(theirs)
        cluster.delete_namespace(name)
        theirs.api.settle()
        assert name not in names(theirs)


def test_it_is_neither_compacted_nor_restarted(theirs: FakeCluster) -> None:
    assert abilities_of(str(theirs.kubeconfig)) == frozenset()
    with open_cluster(str(theirs.kubeconfig), allow_writes=True) as cluster:
        for ask in (cluster.compact, cluster.stop, cluster.start, cluster.restart):
            with pytest.raises(ClusterCannot, match="a kubeconfig cluster cannot"):
                ask()


def test_a_path_may_begin_at_home(theirs: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(theirs.kubeconfig.parent))
    with open_cluster("~/kubeconfig") as cluster:
        assert cluster.url == theirs.url


def test_its_description_says_where_it_is_and_whether_it_is_written_to(theirs: FakeCluster) -> None:
    path = str(theirs.kubeconfig)
    assert describe_cluster(path) == f"{path}: {theirs.url}, only to be read"
    assert describe_cluster(path, allow_writes=True) == f"{path}: {theirs.url}, to be written to"


@pytest.mark.parametrize("call", [open_cluster, describe_cluster])
def test_a_file_that_is_no_kubeconfig_is_refused(call: object, tmp_path: Path) -> None:
    assert callable(call)
    (tmp_path / "file").write_text("[]")
    with pytest.raises(ConfigurationError, match=rf"{tmp_path}/file is not a kubeconfig"):
        call(str(tmp_path / "file"))
