"""api_client: the official client, talking to a handler in the same process.

It replaces the client's pool manager, so everything above it works as ever: typed APIs, CustomObjectsApi, DynamicClient, Watch, raw
responses, timeouts. Guarantees: no sockets, no threads, no clock but the runtime's. urllib3's own rules for retries hold, with the
runtime's sleep. Redirects are not followed: an API server sends none.
"""

from __future__ import annotations

from typing import Any, cast

import kubernetes.client
import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError, TimeoutStateError
from urllib3.util.retry import Retry

from fakes.api_server.messages import Request, Response, split_target
from fakes.transport.handler import Handler
from fakes.transport.headers import merged
from fakes.transport.in_process_response import InProcessResponse, Line
from informer.errors import ConfigurationError
from informer.runtime import Runtime, ThreadRuntime


def api_client(
    handler: Handler,
    *,
    runtime: Runtime,
    configuration: kubernetes.client.Configuration | None = None,
    user: str = "system:admin",
) -> kubernetes.client.ApiClient:
    """The official client with `handler` behind it.

    `configuration` is used as it is; its host, proxy and certificates play no part. `user` is who the handler takes the client for.
    `async_req=True` starts threads, so it raises `ConfigurationError` unless `runtime` is real threads.
    """
    if configuration is None:
        configuration = kubernetes.client.Configuration()
        # DynamicClient keeps what it discovered in a file named after the host, for any later process to find. So the name must differ from
        # that of every other fake, also from the same one in the previous run of a seed: real chance, even in a simulation.
        configuration.host = f"http://{ThreadRuntime().uuid()}.invalid"
        configuration.proxy = None
    pool_manager = InProcessPoolManager(handler, runtime=runtime, user=user, retries=configuration.retries)
    return _InProcessApiClient(configuration, pool_manager, threads=isinstance(runtime, ThreadRuntime))


class _InProcessApiClient(kubernetes.client.ApiClient):
    def __init__(self, configuration: kubernetes.client.Configuration, pool_manager: InProcessPoolManager, *, threads: bool) -> None:
        super().__init__(configuration)
        self.rest_client.pool_manager = pool_manager
        self._threads = threads

    @property
    def pool(self) -> Any:
        self._refuse_in_a_simulation()
        return super().pool

    # Clients from 37 on come here without asking for `pool`.
    def _get_pool(self) -> Any:
        self._refuse_in_a_simulation()
        return super()._get_pool()  # type: ignore[no-untyped-call]

    def _refuse_in_a_simulation(self) -> None:
        if not self._threads:
            raise ConfigurationError("async_req=True starts threads, which a simulation cannot run: use runtime.spawn() and a plain call")


class InProcessPoolManager(urllib3.PoolManager):
    """A pool manager whose `request` asks a handler instead of a connection.

    `retries` is what `urllib3.PoolManager(retries=...)` takes: None for urllib3's default of three, False for none. Options of `urlopen`
    that are about connections have no effect.
    """

    def __init__(
        self, handler: Handler, *, runtime: Runtime, user: str = "system:admin", retries: Retry | int | bool | None = None
    ) -> None:
        super().__init__()
        self._handler = handler
        self._runtime = runtime
        self._user = user
        self._retries = retries

    def __repr__(self) -> str:
        return "InProcessPoolManager"

    def request(
        self, method: str, url: str, body: Any = None, fields: Any = None, headers: Any = None, json: Any = None, **options: Any
    ) -> InProcessResponse:
        """As the inherited one; what needs no encoding takes the short way."""
        if fields or json is not None:
            return cast("InProcessResponse", super().request(method, url, body, fields, headers, json, **options))
        return self.urlopen(method.upper(), url, body=body, headers=headers, **options)

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> InProcessResponse:  # type: ignore[override]
        """Ask the handler, and again as urllib3 would. `timeout` bounds each wait for bytes, in seconds of the runtime's time."""
        retries = options.get("retries")
        if not isinstance(retries, Retry):
            retries = Retry.from_int(retries, redirect=redirect, default=self._retries)
        target = _target(url)
        while True:
            try:
                response = self._ask(method, target, options)
            except HTTPError as error:
                retries = retries.increment(method, target, error=error, _pool=cast("Any", self), _stacktrace=error.__traceback__)
                self._wait(retries.get_backoff_time())
                continue
            if response.status < 300 or not retries.is_retry(method, response.status, "Retry-After" in response.headers):
                return response
            try:
                retries = retries.increment(method, target, response=response, _pool=cast("Any", self))
            except MaxRetryError:
                if not retries.raise_on_status:
                    return response
                response.close()
                raise
            response.close()
            self._wait(_pause(retries, response))

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._runtime.sleep(seconds)

    def _ask(self, method: str, target: str, options: dict[str, Any]) -> InProcessResponse:
        headers = merged((options.get("headers") or self.headers).items())
        request = Request(method, *split_target(target), headers, _body(options.get("body")), self._user)
        timeout = _read_timeout(options.get("timeout"))
        asked = 0.0 if timeout is None else self._runtime.monotonic()
        answer = self._answer(request, target)
        line = Line(b"" if request.method == "HEAD" else answer.body, timeout)
        try:
            # Before the request, the caller and the server let other tasks go first; here they may between a write and its answer.
            self._runtime.checkpoint(f"the answer to {request.method} {target}")
            if timeout is not None and self._runtime.monotonic() - asked > timeout:
                raise self._timed_out(target)
        except BaseException:
            line.close()
            raise
        return InProcessResponse(
            line,
            status=answer.status,
            headers=_with_length(answer),
            method=request.method,
            url=target,
            preload=options.get("preload_content", True),
        )

    def _answer(self, request: Request, target: str) -> Response:
        try:
            return self._handler.handle(request)
        except ConnectionRefusedError as error:
            raise NewConnectionError(cast("Any", self), f"Failed to establish a new connection: {error}") from error
        except ConnectionError as error:
            raise ProtocolError("Connection aborted.", error) from error
        except TimeoutError as error:
            raise self._timed_out(target) from error

    def _timed_out(self, target: str) -> ReadTimeoutError:
        return ReadTimeoutError(cast("Any", self), target, "Read timed out.")


def _target(url: str) -> str:
    """What follows the host, without the fragment."""
    if "#" in url:
        url = url.partition("#")[0]
    path = url.find("/", url.find("://") + 3 if "://" in url else 0)
    return url[path:] if path >= 0 else "/"


def _pause(retries: Retry, response: InProcessResponse) -> float:
    asked_for = retries.get_retry_after(response) if retries.respect_retry_after_header else None
    return asked_for or retries.get_backoff_time()


def _body(body: object) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    raise TypeError(f"a request body in process is str or bytes, not {type(body).__name__}")


def _read_timeout(timeout: object) -> float | None:
    """The read part of what urllib3 takes as a timeout: a number, a `Timeout`, or None."""
    if timeout is None:
        return None
    if not isinstance(timeout, urllib3.Timeout):
        return cast("float | None", timeout)
    try:
        read = timeout.read_timeout
    except TimeoutStateError:  # the read part is the default, and how much of the total is left is not known before a connection starts
        read = None
    bounds = [seconds for seconds in (read, timeout.total) if isinstance(seconds, int | float)]
    return min(bounds, default=None)


def _with_length(answer: Response) -> urllib3.HTTPHeaderDict:
    headers = urllib3.HTTPHeaderDict()
    if isinstance(answer.body, bytes):
        headers["Content-Length"] = str(len(answer.body))
    for name, value in answer.headers.items():
        headers[name] = value
    return headers
