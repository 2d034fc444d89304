"""FakeAPIServer: the in-memory API server, with the ways into it: an official client in this process, or HTTP on loopback."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType

import kubernetes.client

from fakes.api_server.server import APIServer
from fakes.simulation import SimulatedRuntime
from fakes.transport.http_server import HTTPServer
from fakes.transport.in_process import api_client
from fakes.transport.kubeconfig import kubeconfig, write_kubeconfig
from informer.errors import ConfigurationError


class FakeAPIServer(APIServer):
    """An API server for a test, or for a whole test session. Everything but `serve` works in a simulation as well."""

    def api_client(self, *, user: str = "system:admin") -> kubernetes.client.ApiClient:
        """The official client with this server behind it: no sockets, no threads. `user` is who the server takes it for."""
        return api_client(self, runtime=self.runtime, user=user)

    def serve(self, *, host: str = "127.0.0.1", port: int = 0) -> ServedAPIServer:
        """Serve over HTTP, at a free port unless one is named. A context manager; leaving it ends every stream and frees the port.

        Raises `ConfigurationError` in a simulation, which cannot have sockets.
        """
        if isinstance(self.runtime, SimulatedRuntime):
            raise ConfigurationError("a simulation has no sockets, so its server cannot be served; use api_client(), or run on threads")
        return ServedAPIServer(self, host, port)


class ServedAPIServer:
    """A server that is being served: at `url`, as `kubeconfig` (a file that goes with it) says."""

    def __init__(self, api: APIServer, host: str, port: int) -> None:
        self._http = HTTPServer(api, host=host, port=port)
        self._folder = tempfile.TemporaryDirectory(prefix="informer-kit-", ignore_cleanup_errors=True)
        self.url = self._http.url
        self.kubeconfig = Path(self._folder.name) / "kubeconfig"
        write_kubeconfig(self.kubeconfig, kubeconfig(self.url))

    def close(self) -> None:
        """End every stream and free the port. Idempotent."""
        self._http.close()
        self._folder.cleanup()

    def __enter__(self) -> ServedAPIServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
