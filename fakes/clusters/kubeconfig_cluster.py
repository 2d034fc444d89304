"""KubeconfigCluster: a cluster that is there already, as a kubeconfig file names it.

Guarantees: it is neither started nor stopped, and without `allow_writes` nothing here writes to it: `namespace` is refused, and so is every
request of an `api_client` that does more than read. A client that somebody else makes from the file is not held back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kubernetes import client

from fakes.clusters.unmanaged import UnmanagedCluster
from informer.cluster import load_api_client
from informer.errors import ConfigurationError

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class KubeconfigCluster(UnmanagedCluster):
    """The cluster of the file's current context."""

    def __init__(self, kubeconfig: Path, *, allow_writes: bool = False) -> None:
        """Reads the file and makes no request. Raises `ConfigurationError` for a file that cannot be used."""
        super().__init__(kubeconfig.expanduser().absolute())
        self._allow_writes = allow_writes
        self._find()

    @property
    def kind_of(self) -> str:
        return "kubeconfig"

    def api_client(self) -> client.ApiClient:
        """As `Cluster.api_client`. Without `allow_writes` a request that is not a GET raises `ConfigurationError` and is not sent."""
        made = load_api_client(self.kubeconfig)
        if not self._allow_writes:
            self._refuse_writes(made.rest_client.pool_manager)
        return made

    def namespace(self) -> str:
        """As `Cluster.namespace`. Raises `ConfigurationError` without `allow_writes`."""
        self.check_writes("create a namespace")
        return super().namespace()

    def check_writes(self, what: str) -> None:
        """Raises `ConfigurationError`, which names what was to be done, without `allow_writes`."""
        if not self._allow_writes:
            raise self._refusal(what)

    def close(self) -> None:
        """Leaves the cluster as it is."""

    def _refuse_writes(self, pool: Any) -> None:
        send = pool.request

        def request(method: str, url: str, *arguments: Any, **options: Any) -> Any:
            if method.upper() not in _READING:
                raise self._refusal(f"{method} {url}")
            return send(method, url, *arguments, **options)

        pool.request = request

    def _refusal(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            f"refused to {what} on {self.url}: the cluster of {self.kubeconfig} is not this test run's own. "
            "Pass --kube-cluster-allow-writes if tests may write to it."
        )
