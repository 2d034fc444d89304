"""Requester: GETs with the official client's address, credentials and connections, and no policy of its own."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3
from kubernetes.client import ApiClient

from informer.cluster.connection import enable_keepalive
from informer.cluster.credentials import KubeconfigCredentials
from informer.cluster.exchange import Exchange
from informer.cluster.failures import error_from_response, unexpected
from informer.errors import ConfigurationError, SourceClosed, SourceError, Unauthorized
from informer.runtime import Runtime

SILENCE = 60.0  # seconds without a byte after which a request that should answer at once is given up; servers answer in 60 s or not at all
ERROR_BODY = 1 << 16  # bytes of an error's body that are read

JSON = "application/json"


class Requester:
    """Makes requests with `api_client` until `close`. `server` is how messages name the server.

    It sets keepalive on the connections that the client's pool opens from now on, unless the client's configuration has `socket_options`
    or `keep_alive`. Raises `ConfigurationError` where the installed urllib3 is too old to interrupt a read.
    """

    def __init__(self, api_client: ApiClient, runtime: Runtime) -> None:
        if not hasattr(urllib3.HTTPResponse, "shutdown"):
            raise ConfigurationError(f"urllib3 {version('urllib3')} cannot interrupt a blocked read; install urllib3 2.3 or newer")
        self._client: Any = api_client
        self._runtime = runtime
        self._user_agent = f"informer-kit/{version('informer-kit')} {self._client.default_headers.get('User-Agent', '')}".strip()
        self._state = runtime.condition("requests")  # guards _closed, _open
        self._closed = False
        self._open: dict[Exchange, None] = {}
        self.server = _name_of_server(self._client.configuration.host, self._pool_manager)
        enable_keepalive(self._pool_manager)

    def get(
        self,
        what: str,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        accept: str = JSON,
        compressed: bool = False,
        silence: float | None = SILENCE,
    ) -> Exchange:
        """Send one GET, and give the exchange once the server has answered it with 2xx. Close it. `what` names it to people.

        Raises a `SourceError` for everything else.
        """
        self._runtime.checkpoint(what)
        exchange = Exchange(what, self.server, silence=silence, runtime=self._runtime, on_end=self._forget)
        with self._state:
            if self._closed:
                raise SourceClosed(f"{what}: closed")
            self._open[exchange] = None
        try:
            headers, credentials = self._headers(path, accept, compressed)
            text = urlencode([*query, *credentials], quote_via=quote)
            url = self._client.configuration.host.rstrip("/") + path + (f"?{text}" if text else "")
            exchange.send(self._pool_manager, url, headers)
            if not 200 <= exchange.status < 300:
                raise self._refused(exchange)
            if "html" in exchange.headers.get("content-type", ""):
                raise unexpected(self.server, exchange.read_all(ERROR_BODY), "it sent HTML")
        except BaseException:
            exchange.close()
            raise
        return exchange

    def close(self) -> None:
        """End every exchange with `SourceClosed`, and refuse further ones. Idempotent, from any task."""
        with self._state:
            self._closed = True
            exchanges = list(self._open)
        for exchange in exchanges:
            exchange.close()

    @property
    def _pool_manager(self) -> Any:
        return self._client.rest_client.pool_manager

    def _forget(self, exchange: Exchange) -> None:
        with self._state:
            self._open.pop(exchange, None)

    def _headers(self, path: str, accept: str, compressed: bool) -> tuple[dict[str, str], list[tuple[str, str]]]:
        headers = {**self._client.default_headers, "Accept": accept, "User-Agent": self._user_agent}
        if compressed:
            headers["Accept-Encoding"] = "gzip"
        if self._client.cookie:
            headers["Cookie"] = self._client.cookie
        credentials: list[tuple[str, str]] = []
        newer = (path, "GET", None) if hasattr(self._client, "param_serialize") else ()  # releases before 37 do not take these
        try:
            self._client.update_params_for_auth(headers, credentials, ["BearerToken"], *newer)
        except Exception as error:
            raise Unauthorized(f"no credentials for {self.server}: {' '.join(str(error).split())}") from error
        # The end of a token file is often a line break, which no header can have.
        headers = {name: str(value).strip() for name, value in headers.items()}
        if not all(value.isascii() and value.isprintable() for name, value in headers.items() if name.lower() == "authorization"):
            # http.client would refuse them too, and quote them in its message.
            raise Unauthorized(f"the credentials for {self.server} hold characters that no header can have")
        return headers, credentials

    def _refused(self, exchange: Exchange) -> SourceError:
        try:
            body = exchange.read_all(ERROR_BODY)
        except SourceClosed:
            raise
        except SourceError:
            body = b""
        error = error_from_response(exchange.server, exchange.status, exchange.reason, exchange.headers, body)
        hook = self._client.configuration.refresh_api_key_hook
        if isinstance(error, Unauthorized) and isinstance(hook, KubeconfigCredentials):
            hook.reject()
        return error


def _name_of_server(url: str, pool_manager: Any) -> str:
    """`https://host:port`, and the proxy on the way there."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
    except ValueError as error:
        raise ConfigurationError(f"{url!r} is not the URL of a server: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"{url!r} is not the URL of a server; write https://host:port")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    proxy = getattr(pool_manager, "proxy", None)
    through = f" (through the proxy {proxy.scheme}://{proxy.host}:{proxy.port})" if proxy is not None else ""
    return f"{parts.scheme}://{host}:{port}{through}"
