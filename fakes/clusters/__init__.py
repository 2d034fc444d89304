"""Where a test's cluster comes from: the fake, a real control plane built from pinned Go modules, kind, or a kubeconfig."""

from fakes.clusters.catalogue import CLUSTERS, abilities_of, describe_cluster, open_cluster
from fakes.clusters.cluster import ABILITIES, Ability, Cluster, ClusterCannot, ClusterError, Ending
from fakes.clusters.kube_cluster import KubeCluster

__all__ = [
    "ABILITIES",
    "CLUSTERS",
    "Ability",
    "Cluster",
    "ClusterCannot",
    "ClusterError",
    "Ending",
    "KubeCluster",
    "abilities_of",
    "describe_cluster",
    "open_cluster",
]
