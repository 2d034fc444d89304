"""InProcessResponse: an answer of the fake as the `urllib3.HTTPResponse` that a socket would have brought.

Guarantees: bytes are given as they come, so no call with an amount waits for a full buffer; a whole body is handed on without a copy;
errors and `shutdown` look to the reader as over a socket. Assumes that bodies are not content-encoded: nothing compresses in process.
"""

from __future__ import annotations

import http.client
import socket
import sys
from collections.abc import Generator, Mapping
from typing import Any, cast

import urllib3
from urllib3.exceptions import IncompleteRead, ProtocolError

from fakes.api_server.messages import Body

# The largest amount that urllib3 asks for in one piece, with every TLS backend: pieces come whole.
_WHOLE_PIECE = 2**31 - 1


class Line:
    """The connection's counterpart in memory: the file that urllib3 reads, the connection it closes, and that connection's socket.

    `timeout` is the number of seconds of the runtime's time that one read may wait. One task reads; `close` and `shutdown` may come
    from any.
    """

    def __init__(self, content: bytes | Body, timeout: float | None = None) -> None:
        self._body = None if isinstance(content, bytes) else content
        self._rest = content if isinstance(content, bytes) else b""
        self._offset = 0
        self._timeout = timeout
        self._shut_down = False
        self.closed = False

    @property
    def sock(self) -> Line:
        """The official client's `Watch.stop` wakes its reader by `connection.sock.shutdown(...)`."""
        return self

    def isclosed(self) -> bool:
        return self.closed

    def read(self, amount: int | None = None) -> bytes:
        """At most `amount` bytes, as soon as there are any; without an amount, everything up to the end."""
        if amount is not None:
            return self._take(amount)
        if self._body is not None:
            return b"".join(iter(lambda: self._take(sys.maxsize), b""))
        rest = self._take(sys.maxsize)
        self.close()
        return rest

    def whole(self) -> bytes | None:
        """What is left of a body that is there as a whole."""
        return self._rest[self._offset :] if self._body is None and not self.closed and not self._shut_down else None

    def close(self) -> None:
        """Free what the answer holds; a blocked or later read gives `b""`. Idempotent."""
        if self.closed:
            return
        self.closed = True
        self._rest = b""
        if self._body is not None:
            self._body.close()

    def shutdown(self, how: int = socket.SHUT_RDWR) -> None:
        """Make a blocked or later read fail as over a socket that this side shut down. Idempotent."""
        self._shut_down = True
        if self._body is not None:
            self._body.close()

    def _take(self, amount: int) -> bytes:
        if self.closed or amount == 0:
            return b""
        if self._offset == len(self._rest):
            self._rest, self._offset = self._next(), 0
        rest, start = self._rest, self._offset
        self._offset = min(start + amount, len(rest))
        if self._offset == len(rest):
            self._rest, self._offset = b"", 0
        taken = rest[start : start + amount]
        if not taken:
            self.close()
        return taken

    def _next(self) -> bytes:
        piece = b"" if self._body is None else self._body.read(self._timeout)
        if self._shut_down:
            raise ConnectionResetError("this side has shut the connection down")
        return piece


class InProcessResponse(urllib3.HTTPResponse):
    """One answer. `read(n)`, `read1(n)`, `stream(...)`, `read_chunked(...)` and iteration give what is there, as it comes.

    Raises what urllib3 raises over a socket: `ProtocolError` where the connection breaks, was shut down, or brought fewer bytes than
    Content-Length says; `ReadTimeoutError` where nothing came in time.
    """

    def __init__(self, line: Line, *, status: int, headers: Mapping[str, str], method: str, url: str, preload: bool) -> None:
        self._line = line
        super().__init__(
            body=cast("Any", line),
            headers=headers,
            status=status,
            version=11,
            reason=http.client.responses.get(status, ""),
            preload_content=preload,
            connection=cast("Any", line),
            enforce_content_length=True,
            request_method=method,
            request_url=url,
        )

    @property
    def data(self) -> bytes:
        whole = None if self._body else self._line.whole()
        if whole and len(whole) == self.length_remaining:
            # what the inherited way comes to, in a fraction of its time
            self._line.close()
            self._body, self._fp_bytes_read, self.length_remaining = whole, self._fp_bytes_read + len(whole), 0
        return super().data

    def read(self, amt: int | None = None, decode_content: bool | None = None, cache_content: bool = False) -> bytes:
        if self._line.isclosed():
            return b""
        # A decoding read waits until it has `amt` bytes, even where there is nothing to decode.
        data = super().read(None if amt is None or amt < 0 else amt, False, cache_content)
        if self._line.isclosed() and self.length_remaining:
            # urllib3 leaves this to http.client where everything is read at once.
            error = IncompleteRead(self.tell(), self.length_remaining)
            raise ProtocolError(f"Connection broken: {error!r}", error)
        return data

    def read1(self, amt: int | None = None, decode_content: bool | None = None) -> bytes:
        return self.read(_WHOLE_PIECE if amt is None or amt < 0 else amt)

    def stream(self, amt: int | None = None, decode_content: bool | None = None) -> Generator[bytes, None, None]:
        while piece := self.read1(amt):
            yield piece

    def read_chunked(self, amt: int | None = None, decode_content: bool | None = None) -> Generator[bytes, None, None]:
        return self.stream(amt)

    def shutdown(self) -> None:
        """Make a read that is blocked in another task fail at once, and every later one."""
        self._line.shutdown()

    def release_conn(self) -> None:
        self.close()

    def __del__(self) -> None:
        # The inherited finalizer closes, which takes the server's lock; the collector may run in a task that holds it.
        pass
