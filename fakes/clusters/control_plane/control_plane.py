"""ControlPlane: the cluster of a real kube-apiserver, etcd and, where there is one, kube-controller-manager.

Guarantees: each has its own temporary folder, ports, certificates and credentials; `close` ends its processes by their ids and deletes the
folder. Assumes a POSIX system. Its namespace and garbage collector controllers run, no others; tokens of service accounts are not mounted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import urllib3

from fakes.clusters.cluster import Cluster, Ending
from fakes.clusters.control_plane import etcd
from fakes.clusters.control_plane.binaries import Binaries, find_binaries
from fakes.clusters.control_plane.certificates import require_cryptography
from fakes.clusters.control_plane.process import Process, ProcessDied
from fakes.clusters.control_plane.site import Site
from informer.errors import LifecycleError

_READY_WITHIN = 300.0
_ANSWER_WITHIN = 10.0
_PORT_TAKEN = "address already in use"


class ControlPlane(Cluster):
    """A running control plane. Make one with `launch`."""

    def __init__(self, binaries: Binaries) -> None:
        """Start it. Raises `ClusterError` with the last log lines of what failed; then nothing is left running."""
        self.binaries = binaries
        self._folder = tempfile.TemporaryDirectory(prefix="informer-kit-", ignore_cleanup_errors=True)
        self._etcd: Process | None = None
        self._api_server: Process | None = None
        self._controller_manager: Process | None = None
        try:
            self._site = Site.prepare(Path(self._folder.name))
            self._start_etcd()
            self.start()
        except BaseException:
            self.close()
            raise

    @classmethod
    def launch(cls) -> ControlPlane:
        """Find or build the programs and start them. Raises `ConfigurationError` for what is missing, `ClusterError` where it fails."""
        require_cryptography()
        binaries = find_binaries()
        try:
            return cls(binaries)
        except ProcessDied as died:
            if _PORT_TAKEN not in died.log:
                raise
        return cls(binaries)

    @property
    def kind_of(self) -> str:
        return "control-plane"

    @property
    def kubeconfig(self) -> Path:
        return self._site.kubeconfig

    @property
    def url(self) -> str:
        return self._site.url

    @property
    def running(self) -> bool:
        return self._api_server is not None and self._api_server.alive

    @property
    def logs(self) -> Path:
        """The folder in which each program writes its log file, until `close`."""
        return self._site.folder

    def compact(self) -> None:
        """Compacts etcd, then restarts the API server where it runs: its window of recent events starts anew with it."""
        etcd.compact(self._site.etcd_url)
        if self.running:
            self.restart()

    def stop(self, how: Ending = "clean") -> None:
        if self._controller_manager is not None:
            self._controller_manager.end("kill")
        if self._api_server is not None:
            self._api_server.end(how)
        self._controller_manager = self._api_server = None

    def start(self) -> None:
        """The controller manager starts anew with the API server: else it would wait up to half a minute before it lists again."""
        if self._api_server is not None:
            raise LifecycleError("the API server of this control plane was started and not stopped; stop() it first")
        site = self._site
        self._api_server = Process("kube-apiserver", site.api_server_command(self.binaries), site.log("kube-apiserver"))
        self._api_server.wait_until(self._answers(f"{self.url}/readyz"), timeout=_READY_WITHIN)
        if self.binaries.controller_manager is not None:
            command = site.controller_manager_command(self.binaries.controller_manager)
            self._controller_manager = Process("kube-controller-manager", command, site.log("kube-controller-manager"))
            self._controller_manager.wait_until(self._answers(f"{site.manager_url}/healthz"), timeout=_READY_WITHIN)

    def close(self) -> None:
        self.stop()
        if self._etcd is not None:
            self._etcd.end()
        self._folder.cleanup()

    def _start_etcd(self) -> None:
        site = self._site
        self._etcd = Process("etcd", site.etcd_command(self.binaries), site.log("etcd"))
        self._etcd.wait_until(self._answers(f"{site.etcd_url}/health"), timeout=_READY_WITHIN)

    def _answers(self, url: str) -> Callable[[], bool]:
        """A question: does this address answer 200 now?"""

        def ask() -> bool:
            with urllib3.PoolManager(ca_certs=str(self._site.certificates.authority), retries=False, timeout=_ANSWER_WITHIN) as pool:
                try:
                    return pool.request("GET", url).status == 200
                except urllib3.exceptions.HTTPError:
                    return False

        return ask
