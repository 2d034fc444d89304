"""Where a test's cluster comes from: the fake, or a real control plane built from pinned Go modules."""

from fakes.clusters.catalogue import CLUSTERS, describe_cluster, open_cluster
from fakes.clusters.cluster import Cluster, ClusterError, Ending

__all__ = ["CLUSTERS", "Cluster", "ClusterError", "Ending", "describe_cluster", "open_cluster"]
