"""InProcessTransport: a handler in the same process, for clients that are built on httpx or on httpx2 (kr8s, lightkube).

Guarantees: no sockets; errors, timeouts and streams look to the client as over a socket. A synchronous client needs no threads, so it works
in a simulation. For an asynchronous one each call that may block has a thread of its own, never one of a bounded pool; cancelling or
closing ends it. Neither library is imported here: a request is answered with the library that it is of.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, Self, TypeVar

from fakes.api_server.messages import Body, Request, Response, split_target
from fakes.transport.handler import Handler
from fakes.transport.headers import merged
from informer.errors import ConfigurationError
from informer.runtime import Runtime, ThreadRuntime

T = TypeVar("T")


class InProcessTransport:
    """What `httpx.Client`, `httpx.AsyncClient` and those of httpx2 take as `transport`. One serves any number of clients.

    `user` is who the handler takes the clients for. A request's read timeout bounds the wait for its answer and each wait for bytes, in
    seconds of the runtime's time. Asynchronous requests raise `ConfigurationError` unless `runtime` is real threads.
    """

    def __init__(self, handler: Handler, *, runtime: Runtime, user: str = "system:admin") -> None:
        self._handler = handler
        self._runtime = runtime
        self._user = user

    def handle_request(self, request: Any) -> Any:
        """Answer an `httpx.Request` with an `httpx.Response`."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: Any) -> Any:
        """As `handle_request`; the event loop goes on meanwhile."""
        if not isinstance(self._runtime, ThreadRuntime):
            raise ConfigurationError("an asynchronous client needs threads, which a simulation cannot run: use httpx.Client")
        content = await request.aread()
        answers: list[Any] = []
        cancelled = False

        def answer() -> None:
            answers.append(self._answer(request, content))
            if cancelled:
                answers[0].stream.close()

        try:
            await _in_a_thread(answer)
        except BaseException:
            cancelled = True  # the thread goes on, and its answer has nobody to close it
            for late in answers:
                late.stream.close()
            raise
        return answers[0]

    def close(self) -> None:
        """For clients, which close their transport. Does nothing: other clients may use it still."""

    async def aclose(self) -> None:
        """As `close`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    def _answer(self, request: Any, content: bytes) -> Any:
        library = _library_of(request)
        timeout: float | None = request.extensions.get("timeout", {}).get("read")
        target = request.url.raw_path.decode()
        headers = merged(request.headers.items())
        asked = self._runtime.monotonic()
        with _errors_of(library, request):
            answer = self._handler.handle(Request(request.method, *split_target(target), headers, content, self._user))
            try:
                # Before the request, the server lets other tasks go first; here they may between a write and its answer.
                self._runtime.checkpoint(f"the answer to {request.method} {target}")
                if timeout is not None and self._runtime.monotonic() - asked > timeout:
                    raise TimeoutError(f"no answer within {timeout:g} s")
            except BaseException:
                if not isinstance(answer.body, bytes):
                    answer.body.close()
                raise
        return _response(library, request, answer, timeout)


class _Stream:
    """A body as httpx reads it. What is made of it is also a `SyncByteStream` and an `AsyncByteStream` of the client's library."""

    def __init__(self, body: Body, timeout: float | None, errors: Callable[[], Any]) -> None:
        self._body = body
        self._timeout = timeout
        self._errors = errors

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._read():
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await _in_a_thread(self._read):
            yield piece

    def close(self) -> None:
        self._body.close()

    async def aclose(self) -> None:
        self._body.close()

    def _read(self) -> bytes:
        with self._errors():
            return self._body.read(self._timeout)


def _library_of(request: Any) -> Any:
    return importlib.import_module(type(request).__module__.partition(".")[0])


@cache
def _stream_class(library: Any) -> type[_Stream]:
    return type("InProcessStream", (_Stream, library.SyncByteStream, library.AsyncByteStream), {})


def _response(library: Any, request: Any, answer: Response, timeout: float | None) -> Any:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    body = answer.body
    extensions = {"http_version": b"HTTP/1.1"}
    if isinstance(body, bytes):
        headers.setdefault("content-length", str(len(body)))
        content = b"" if request.method == "HEAD" else body
        return library.Response(answer.status, headers=headers, content=content, extensions=extensions)
    stream = _stream_class(library)(body, timeout, lambda: _errors_of(library, request))
    return library.Response(answer.status, headers=headers, stream=stream, extensions=extensions)


@contextmanager
def _errors_of(library: Any, request: Any) -> Iterator[None]:
    """What a socket would have made the client raise."""
    try:
        yield
    except ConnectionRefusedError as error:
        raise library.ConnectError(str(error), request=request) from error
    except ConnectionError as error:
        raise library.RemoteProtocolError(str(error), request=request) from error
    except TimeoutError as error:
        raise library.ReadTimeout(str(error), request=request) from error


async def _in_a_thread(call: Callable[[], T]) -> T:
    """A cancelled call leaves its thread behind, blocked; closing the body, as the client then does, ends it."""
    # Both libraries bring it.
    from anyio import CapacityLimiter, to_thread

    return await to_thread.run_sync(call, abandon_on_cancel=True, limiter=CapacityLimiter(math.inf))
