"""Exchange: one GET, from its first byte to its last, that any task can end at any moment.

Guarantees: every trouble is raised as a `SourceError`; once `close` was called, from any task, every call raises `SourceClosed`, also one
that is blocked (a connection that is being made may take its time first); the connection goes back to its pool after the last byte and is
closed otherwise. Assumes: one task at a time sends and reads.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import urllib3
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

from informer.cluster import connection
from informer.cluster.chunks import ChunkedBody
from informer.cluster.failures import cause_of
from informer.errors import Disconnected, Malformed, SourceClosed, SourceError
from informer.runtime import Runtime

T = TypeVar("T")

READ_SIZE = 1 << 18  # bytes; the most that one read takes

_TROUBLE = (HTTPError, http.client.HTTPException, OSError, ValueError)  # http.client lets the ValueError of a bad chunk size out


class Exchange:
    """One GET to `server`, named `what` in messages. `on_end` is called once, when it holds no connection any more.

    `silence` is the number of seconds without a byte after which a read raises `Disconnected(silent=True)`; None waits for ever.
    """

    def __init__(self, what: str, server: str, *, silence: float | None, runtime: Runtime, on_end: Callable[[Exchange], None]) -> None:
        self.what = what
        self.server = server
        self._silence = silence
        self._on_end = on_end
        self._state = runtime.condition(what)  # guards _closed, _blocked, _ended, _socket, _response
        self._closed = False
        self._blocked = False
        self._ended = False
        self._socket: Any = None
        self._response: urllib3.HTTPResponse | None = None
        self._chunks: ChunkedBody | None = None

    def send(self, pool_manager: Any, url: str, headers: Mapping[str, str]) -> None:
        """Ask, and wait for the head of the response, whatever its status."""
        self._blocking(lambda: self._send(pool_manager, url, headers))

    @property
    def status(self) -> int:
        """The HTTP status; there is one after `send`."""
        return self._answer.status

    @property
    def reason(self) -> str:
        """The server's words beside the status."""
        return self._answer.reason or http.client.responses.get(self._answer.status, "")

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response, in any case."""
        return self._answer.headers

    def read_some(self) -> bytes:
        """Block until there are bytes of the body, and give them; empty at a clean end."""
        return self._blocking(self._read_some)

    def read_all(self, limit: int | None = None) -> bytes:
        """The rest of the body; `limit` is about the number of bytes after which to be content."""
        if limit is None:
            return self._blocking(lambda: self._answer.read())
        body = b""
        while len(body) < limit:
            some = self.read_some()
            if not some:
                break
            body += some
        return body

    def close(self) -> None:
        """End it, wherever it is. Idempotent, from any task."""
        with self._state:
            if self._closed:
                return
            self._closed = True
            blocked = self._blocked
        if blocked:
            self._interrupt()
        else:
            self._end()

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def _answer(self) -> urllib3.HTTPResponse:
        assert self._response is not None, "nothing was sent"
        return self._response

    def _send(self, pool_manager: Any, url: str, headers: Mapping[str, str]) -> None:
        response = connection.get(pool_manager, url, headers, read_timeout=self._silence, about_to_wait=self._about_to_wait)
        with self._state:
            self._response = response

    def _about_to_wait(self, sock: Any) -> None:
        with self._state:
            if self._closed:
                raise ConnectionAbortedError("closed while connecting")
            self._socket = sock

    def _read_some(self) -> bytes:
        if self._chunks is None:
            self._chunks = ChunkedBody.of(self._answer)
        return self._answer.read1(READ_SIZE) or b"" if self._chunks is None else self._chunks.read_some(READ_SIZE)

    def _blocking(self, step: Callable[[], T]) -> T:
        self._enter()
        trouble: Exception | None = None
        try:
            result = step()
        except _TROUBLE as error:
            trouble = error
        finally:
            closed = self._leave()
        if closed:
            raise self._closed_error() from trouble
        if trouble is not None:
            raise self._said(trouble) from trouble
        return result

    def _enter(self) -> None:
        with self._state:
            if self._closed:
                raise self._closed_error()
            self._blocked = True

    def _leave(self) -> bool:
        """True when `close` was called meanwhile; then the connection is freed here, by the only task that used it."""
        with self._state:
            self._blocked = False
            closed = self._closed
        if closed:
            self._end()
        return closed

    def _said(self, trouble: Exception) -> SourceError:
        silent = isinstance(trouble, TimeoutError) and trouble.errno is None  # with an errno it is the connection that has died
        if silent or isinstance(trouble, ReadTimeoutError):
            return Disconnected(f"{self.what}: no byte from {self.server} for {self._silence:g} s", silent=True)
        if isinstance(trouble, DecodeError):
            return Malformed(f"{self.what}: the answer of {self.server} cannot be unpacked: {cause_of(trouble)}")
        if self._response is None:
            return Disconnected(f"{self.what}: cannot reach {self.server}: {cause_of(trouble)}")
        return Disconnected(f"{self.what}: the connection to {self.server} broke: {cause_of(trouble)}")

    def _closed_error(self) -> SourceClosed:
        return SourceClosed(f"{self.what}: closed")

    def _interrupt(self) -> None:
        """Wake a read that blocks in another task. Where it ended by itself meanwhile there is nothing left to wake."""
        with self._state:
            sock, response = self._socket, self._response
        try:
            if sock is not None:
                sock.shutdown(socket.SHUT_RDWR)
            elif response is not None:
                response.shutdown()
        except (OSError, ValueError, RuntimeError):
            return

    def _end(self) -> None:
        with self._state:
            if self._ended:
                return
            self._ended = True
            self._socket = None
            response = self._response
        if response is not None:
            response.close()
        self._on_end(self)
