"""FakeCluster: the in-memory API server, served on a loopback port.

Guarantees: the kubeconfig, the port and the objects are the same after a restart. `api` is the server itself, for tests that seed or
inspect it without a request. Beside it run the controllers that run in the cluster `control-plane`, so that a test sees the same on both.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from fakes.clusters.cluster import Cluster, Ending
from fakes.clusters.ports import free_ports
from fakes.fake_api_server import FakeAPIServer
from informer.errors import LifecycleError

_CONTROLLERS = ("garbage-collector", "namespaces")


class FakeCluster(Cluster):
    """The fake as a cluster; it is up when it is made. An `api` of the caller's own runs what it runs, and is the caller's to close."""

    def __init__(self, api: FakeAPIServer | None = None) -> None:
        self._owns_api = api is None
        self.api = FakeAPIServer(rbac=True, controllers=_CONTROLLERS) if api is None else api
        self._folder = tempfile.TemporaryDirectory(prefix="informer-kit-", ignore_cleanup_errors=True)
        self._port = free_ports(1)[0]
        self._serving: ExitStack | None = None
        self._url = ""
        self.start()

    @property
    def kind_of(self) -> str:
        return "fake"

    @property
    def kubeconfig(self) -> Path:
        return Path(self._folder.name) / "kubeconfig"

    @property
    def url(self) -> str:
        return self._url

    @property
    def running(self) -> bool:
        return self._serving is not None

    def compact(self) -> None:
        self.api.compact()

    def stop(self, how: Ending = "clean") -> None:
        if self._serving is not None:
            self.api.disconnect(clean=how == "clean")
            self._serving.close()
            self._serving = None

    def start(self) -> None:
        if self._serving is not None:
            raise LifecycleError("the API server of this fake is served already; stop() it first")
        with ExitStack() as stack:
            server = stack.enter_context(self.api.serve(port=self._port))
            self._url = server.url
            shutil.copyfile(server.kubeconfig, self.kubeconfig)
            self._serving = stack.pop_all()

    def close(self) -> None:
        self.stop()
        if self._owns_api:
            self.api.close()
        self._folder.cleanup()
