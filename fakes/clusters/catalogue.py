"""The catalogue: which clusters there are, by the name that `--kube-cluster` takes, and what each can do.

A name that is none of `CLUSTERS` is the path of a kubeconfig.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fakes.clusters.cluster import ABILITIES, Ability, Cluster
from fakes.clusters.kubeconfig_cluster import KubeconfigCluster
from informer.errors import ConfigurationError

CLUSTERS = {
    "fake": "the in-memory API server on a loopback port",
    "control-plane": "a real kube-apiserver, kube-controller-manager and etcd on loopback ports, no Docker needed",
    "kind": "a cluster in Docker containers, made and deleted through the command kind",
}

_ABILITIES: Mapping[str, frozenset[Ability]] = {"fake": frozenset(ABILITIES), "control-plane": frozenset(ABILITIES)}


def open_cluster(name: str, *, allow_writes: bool = False) -> Cluster:
    """Start the cluster of this name; it is ready on return. The caller closes it; what is still open ends with this process.

    `control-plane` builds its programs where there are none, once, which takes some ten minutes and says so on stderr. The cluster of a
    kubeconfig is there already, and is written to only if `allow_writes`. Raises `ConfigurationError` for a name that is none and for what
    this machine lacks, `ClusterError` where a start fails.
    """
    match name:
        case "fake":
            from fakes.clusters.fake import FakeCluster

            return FakeCluster()
        case "control-plane":
            from fakes.clusters.control_plane.control_plane import ControlPlane

            return ControlPlane.launch()
        case "kind":
            from fakes.clusters.kind import KindCluster

            return KindCluster()
        case _:
            return KubeconfigCluster(_kubeconfig(name), allow_writes=allow_writes)


def describe_cluster(name: str, *, allow_writes: bool = False) -> str:
    """One line for people: what `open_cluster` would start here. Starts and builds nothing; raises `ConfigurationError` alike."""
    match name:
        case "fake":
            return f"fake: {CLUSTERS[name]}"
        case "control-plane":
            from fakes.clusters.control_plane import binaries

            return f"control-plane: {binaries.describe()}"
        case "kind":
            from fakes.clusters import kind

            return f"kind: {kind.describe()}"
        case _:
            path = _kubeconfig(name)
            with KubeconfigCluster(path) as cluster:
                return f"{path}: {cluster.url}, {'to be written to' if allow_writes else 'only to be read'}"


def abilities_of(name: str) -> frozenset[Ability]:
    """What the cluster of this name can do; any name, since what is not ours to run has none of these abilities."""
    return _ABILITIES.get(name, frozenset())


def _kubeconfig(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        there_are = "; ".join(f"{known!r} ({what})" for known, what in CLUSTERS.items())
        raise ConfigurationError(f"there is no cluster {name!r}, and no kubeconfig of this path; there are {there_are}")
    return path
