"""UnmanagedCluster: what is common to clusters whose API server is run by somebody else: neither compacted nor stopped from here."""

from __future__ import annotations

from typing import NoReturn

from fakes.clusters.cluster import Ability, Cluster, ClusterCannot, Ending


class UnmanagedCluster(Cluster):
    """A cluster that is up for as long as it is there."""

    @property
    def running(self) -> bool:
        return True

    def compact(self) -> None:
        self._cannot("compact")

    def stop(self, how: Ending = "clean") -> None:
        self._cannot("restart")

    def start(self) -> None:
        self._cannot("restart")

    def _cannot(self, ability: Ability) -> NoReturn:
        raise ClusterCannot(
            f"a {self.kind_of} cluster cannot {ability}: its API server is not ours to stop. Mark the test with "
            f'`@pytest.mark.kube_cluster(needs="{ability}")`; then it is deselected here, and runs on fake and control-plane.'
        )
