"""The catalogue: which clusters there are, by the name that `--kube-cluster` takes."""

from __future__ import annotations

from fakes.clusters.cluster import Cluster
from informer.errors import ConfigurationError

CLUSTERS = {
    "fake": "the in-memory API server on a loopback port",
    "control-plane": "a real kube-apiserver, kube-controller-manager and etcd on loopback ports, no Docker needed",
}


def open_cluster(name: str) -> Cluster:
    """Start the cluster of this name; it is ready on return. The caller closes it; what is still open ends with this process.

    `control-plane` builds its programs where there are none, once, which takes some ten minutes and says so on stderr. Raises
    `ConfigurationError` for a name that is none and for what this machine lacks, `ClusterError` where a start fails.
    """
    _refuse_unknown(name)
    if name == "fake":
        from fakes.clusters.fake import FakeCluster

        return FakeCluster()
    from fakes.clusters.control_plane.control_plane import ControlPlane

    return ControlPlane.launch()


def describe_cluster(name: str) -> str:
    """One line for people: what `open_cluster(name)` would start here. Starts and builds nothing; raises `ConfigurationError` alike."""
    _refuse_unknown(name)
    if name == "fake":
        return f"fake: {CLUSTERS[name]}"
    from fakes.clusters.control_plane import binaries

    return f"control-plane: {binaries.describe()}"


def _refuse_unknown(name: str) -> None:
    if name not in CLUSTERS:
        there_are = "; ".join(f"{known!r} ({what})" for known, what in CLUSTERS.items())
        raise ConfigurationError(f"there is no cluster {name!r}; there are {there_are}")
