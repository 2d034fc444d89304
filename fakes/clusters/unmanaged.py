"""UnmanagedCluster: what is common to clusters whose API server is run by somebody else.

They are known by a kubeconfig, and neither compacted nor stopped from here.
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from fakes.clusters.cluster import Ability, Cluster, ClusterCannot, Ending
from informer.cluster import load_api_client


class UnmanagedCluster(Cluster):
    """A cluster that is up for as long as it is there."""

    def __init__(self, kubeconfig: Path) -> None:
        """The file need not be there before `_find`."""
        self._kubeconfig = kubeconfig
        self._url = ""

    @property
    def kubeconfig(self) -> Path:
        return self._kubeconfig

    @property
    def url(self) -> str:
        return self._url

    def _find(self) -> None:
        """Learn from the file where the cluster is. Raises `ConfigurationError` for one that cannot be used."""
        with load_api_client(self.kubeconfig) as api:
            self._url = str(api.configuration.host)

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
