"""FakeAPIServer: the in-memory API server, with the ways into it: an official client in this process, or HTTP on loopback."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import kubernetes.client

from fakes.api_server.access.access import ADMIN, ANONYMOUS
from fakes.api_server.access.rbac import MASTERS
from fakes.api_server.messages import Identity
from fakes.api_server.server import APIServer
from fakes.controllers import Crew
from fakes.simulation import SimulatedRuntime
from fakes.storage import HISTORY
from fakes.transport.certificates import Authority
from fakes.transport.handler import Handler
from fakes.transport.http_server import HTTPServer
from fakes.transport.in_process import api_client
from fakes.transport.in_process_httpx import InProcessTransport
from fakes.transport.kubeconfig import kubeconfig, write_kubeconfig
from informer.errors import ConfigurationError
from informer.runtime import Runtime, ThreadRuntime


class FakeAPIServer(APIServer):
    """An API server for a test, or for a whole test session. Everything but `serve` works in a simulation as well.

    `controllers` run beside it until `close`: see `start_controllers`; every other option is explained at `APIServer`. A context manager;
    leaving it closes the server.
    """

    def __init__(
        self,
        *,
        runtime: Runtime | None = None,
        revision: int = 1,
        rbac: bool = False,
        watch_window: int | None = None,
        watch_buffer: int | None = None,
        compact_after: int = HISTORY,
        controllers: Iterable[str] = (),
    ) -> None:
        super().__init__(
            runtime=runtime,
            revision=revision,
            rbac=rbac,
            watch_window=watch_window,
            watch_buffer=watch_buffer,
            compact_after=compact_after,
        )
        self._crews: list[Crew] = []
        self.start_controllers(controllers)

    def start_controllers(self, names: Iterable[str]) -> None:
        """Run these beside the server until `close`: `garbage-collector`, `namespaces`, `service-accounts`, `replicas`, `kubelet`.

        See their files in `fakes.controllers`. What runs already goes on. In a simulation only while it runs. Raises
        `ConfigurationError` for any other name.
        """
        crew = Crew(self, names)
        self._crews.append(crew)

    def settle(self, timeout: float = 60.0) -> None:
        """Wait until the controllers have done all that there is to do now; what waits for its time, such as a grace period, is left out.

        `timeout` is in seconds of the runtime. Raises `TimeoutError`.
        """
        deadline = self.runtime.monotonic() + timeout
        revision = None
        while revision != self.revision:
            revision = self.revision
            for crew in self._crews:
                crew.settle(deadline - self.runtime.monotonic())

    def close(self) -> None:
        """End the controllers and all watches, and answer 503 from now on. Idempotent."""
        for crew in self._crews:
            crew.stop()
        super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def api_client(self, *, user: str = "system:admin") -> kubernetes.client.ApiClient:
        """The official client with this server behind it: no sockets, no threads. `user` is who the server takes it for."""
        return api_client(self, runtime=self.runtime, user=user)

    def httpx_transport(self, *, user: str = "system:admin") -> Any:
        """What clients built on httpx or httpx2 take as `transport`, synchronous and asynchronous ones: no sockets.

        `lightkube.Client(config, transport=api.httpx_transport())`. kr8s takes no transport, but makes its sessions in one place, which a
        test replaces before `kr8s.api(url="http://fake")`: `monkeypatch.setattr(kr8s.asyncio.Api, "_create_session", session)`, with
        `async def session(kube): kube._session = httpx.AsyncClient(base_url=kube.auth.server, transport=api.httpx_transport())`.

        In a simulation only synchronous clients work. It is `Any` because it fits both libraries and needs neither.
        """
        return InProcessTransport(self, runtime=self.runtime, user=user)

    def serve(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: bool = False,
        tokens: Mapping[str, str | Identity] | None = None,
        anonymous: str | None = None,
        through: Handler | None = None,
    ) -> ServedAPIServer:
        """Serve over HTTP, at a free port unless one is named. A context manager; leaving it ends every stream and frees the port.

        With `tls` over HTTPS, under an authority made for it; clients built on client-go show who they are over nothing else. The
        kubeconfig is that of `system:admin`; `kubeconfig_of` makes others. `tokens` are taken as long as it is served. Who shows nothing
        is `anonymous`: by default `system:anonymous` with `tls`, and else `system:admin`. `through` is asked instead of this server, and
        may ask it in turn. Raises `ConfigurationError` in a simulation, which cannot have sockets.
        """
        if isinstance(self.runtime, SimulatedRuntime):
            raise ConfigurationError("a simulation has no sockets, so its server cannot be served; use api_client(), or run on threads")
        handler: Handler = through if through is not None else self
        served = ServedAPIServer(handler, host=host, port=port, tls=tls, tokens=self.tokens, anonymous=anonymous)
        for token, who in (tokens or {}).items():
            served.admit(token, who)
        return served


class ServedAPIServer:
    """A server that is being served: at `url`, as `kubeconfig` (a file that goes with it) says."""

    def __init__(
        self,
        handler: Handler,
        *,
        host: str,
        port: int,
        tls: bool,
        tokens: dict[str, str | Identity],
        anonymous: str | None,
    ) -> None:
        self._authority = Authority() if tls else None
        self._tokens = tokens
        self._admitted: list[str] = []
        self._http = HTTPServer(
            handler,
            host=host,
            port=port,
            tls=self._authority.server_context(list(dict.fromkeys([host, "127.0.0.1", "::1", "localhost"]))) if self._authority else None,
            anonymous=anonymous or (ANONYMOUS if tls else ADMIN),
        )
        self._folder = tempfile.TemporaryDirectory(prefix="informer-kit-", ignore_cleanup_errors=True)
        self.url = self._http.url
        self.kubeconfig = self.kubeconfig_of(ADMIN, groups=[MASTERS])

    def kubeconfig_of(self, user: str, *, groups: Iterable[str] = (), namespace: str | None = None) -> Path:
        """The path of a kubeconfig by which a client is taken for `user`, in these groups.

        It shows a certificate with TLS, and else a bearer token. The file goes with the server.
        """
        who = Identity(user, tuple(groups))
        path = Path(self._folder.name) / ("kubeconfig" if user == ADMIN else f"kubeconfig-{len(list(Path(self._folder.name).iterdir()))}")
        if self._authority is not None:
            pair = self._authority.issue(user, groups=who.groups)
            text = kubeconfig(self.url, namespace=namespace, ca=self._authority.certificate, client_certificate=pair)
        elif user == ADMIN:
            text = kubeconfig(self.url, namespace=namespace)
        else:
            token = ThreadRuntime().uuid()
            self.admit(token, who)
            text = kubeconfig(self.url, namespace=namespace, token=token)
        return write_kubeconfig(path, text)

    def admit(self, token: str, who: str | Identity) -> None:
        """Take who shows this bearer token for `who`, until this is closed."""
        self._tokens[token] = who
        self._admitted.append(token)

    def close(self) -> None:
        """End every stream, free the port and take back the tokens that were made or given for it. Idempotent."""
        self._http.close()
        for token in self._admitted:
            self._tokens.pop(token, None)
        self._admitted.clear()
        self._folder.cleanup()

    def __enter__(self) -> ServedAPIServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
