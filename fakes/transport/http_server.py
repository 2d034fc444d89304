"""HTTPServer: a handler on a loopback port, for clients that need a real socket.

Guarantees: a thread for each connection, so that open watches starve nobody, and a courier for what is ready on them; a body is closed as
soon as its client has gone; `close` ends open streams properly and returns within six seconds, and the port can be bound again at once. It
has its own concurrency, real threads on real time, so it is refused inside a simulation.
"""

from __future__ import annotations

import ipaddress
import logging
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import TracebackType

from fakes.api_server.messages import Body
from fakes.transport.courier import Courier
from fakes.transport.handler import Handler
from fakes.transport.http_connection import HTTPConnection
from informer.errors import ConfigurationError
from informer.runtime import ThreadRuntime, current_runtime

logger = logging.getLogger(__name__)

# Seconds that `close` gives answers that are under way to end well, and then, once their connections are cut, to notice it.
_GRACE = 5.0
_AFTER_CUT = 0.5
_HANDSHAKE_TIMEOUT = 10.0


class HTTPServer:
    """Serves from the moment it is made until `close`; a context manager.

    `port` 0 takes a free one. A host that is not loopback is refused unless `allow_remote`: the fake has no security. `tls` makes it HTTPS;
    the common name of a client's certificate, where the context asks for one, is the user, and its organizations are the groups. Who shows
    none is `anonymous`, unless the handler knows the bearer token among the headers.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allow_remote: bool = False,
        tls: ssl.SSLContext | None = None,
        anonymous: str = "system:admin",
    ) -> None:
        if not isinstance(current_runtime(), ThreadRuntime):
            raise ConfigurationError(
                "an HTTP server needs real sockets and threads, which a simulation cannot run: use the in-process client"
            )
        if not allow_remote and not _is_loopback(host):
            raise ConfigurationError(f"{host!r} is not a loopback address; the fake has no security: bind it only with allow_remote=True")
        self.handler = handler
        self._tls = tls
        self.anonymous = anonymous
        self._lock = threading.Lock()  # guards the four fields below
        self._stopping = False
        self._closed = False
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._bodies: dict[int, Body] = {}
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=256)
        self.host, self.port = host, int(self._listener.getsockname()[1])
        self.courier = Courier()
        self._doorman = _Doorman(self._listener, self._accepted)

    @property
    def url(self) -> str:
        scheme = "https" if self._tls else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    @property
    def stopping(self) -> bool:
        """`close` has been called: no further request will be read."""
        return self._stopping

    def close(self) -> None:
        """Take no more connections, end open streams, give answers that are under way some seconds, then cut what is left. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = self._stopping = True
        self._doorman.stop()
        with self._lock:
            bodies = list(self._bodies.values())
        for body in bodies:
            self._close_once(body)
        self.courier.stop()
        self._shut_down(socket.SHUT_RD)
        if self._join(_GRACE):
            self._shut_down(socket.SHUT_RDWR)
            if running := self._join(_AFTER_CUT):
                logger.warning("requests still run after the server has stopped count=%d url=%s", running, self.url)

    def __enter__(self) -> HTTPServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def streaming(self, connection: socket.socket, body: Body) -> Iterator[None]:
        """While this lasts, `body` is closed when the client leaves or the server stops; afterwards it is closed in any case."""
        with self._lock:
            self._bodies[id(body)] = body
            stopping = self._stopping
        self._doorman.watch(connection, lambda: self._close_once(body))
        try:
            if stopping:
                self._close_once(body)
            yield
        finally:
            self._doorman.forget(connection)
            self._close_once(body)

    def _close_once(self, body: Body) -> None:
        """The client's leaving, the server's stop and the stream's end may all want to; the first of them does."""
        with self._lock:
            first = self._bodies.pop(id(body), None) is not None
        if first:
            body.close()

    def _accepted(self, connection: socket.socket, address: object) -> None:
        thread = threading.Thread(target=self._serve, args=(connection, address), name=f"{self.url} for {address}", daemon=True)
        with self._lock:
            # A thread cannot say that it has ended, and `close` promises that all have.
            self._connections = {other: its for other, its in self._connections.items() if other.is_alive()}
            self._connections[thread] = connection
        thread.start()

    def _serve(self, connection: socket.socket, address: object) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                with self._lock:
                    self._connections[threading.current_thread()] = connection
                _shake_hands(connection)
            HTTPConnection(connection, address, self)
        except OSError as error:
            logger.debug("connection ended client=%s error=%s", address, error)
        except Exception:
            logger.exception("connection failed client=%s", address)
        finally:
            connection.close()

    def _shut_down(self, how: int) -> None:
        with self._lock:
            connections = list(self._connections.values())
        for connection in connections:
            with suppress(OSError):
                # An SSLSocket's own shutdown would drop the encryption under a thread that still writes.
                socket.socket.shutdown(connection, how)

    def _join(self, seconds: float) -> int:
        """Wait for the connections to end; how many have not."""
        deadline = time.monotonic() + seconds
        with self._lock:
            threads = [thread for thread in self._connections if thread is not threading.current_thread()]
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return sum(thread.is_alive() for thread in threads)


class _Doorman:
    """One thread, alone with its selector, that takes connections in and tells when a client that is being streamed to leaves."""

    def __init__(self, listener: socket.socket, accepted: Callable[[socket.socket, object], None]) -> None:
        self._listener = listener
        self._accepted = accepted
        self._selector = selectors.DefaultSelector()
        self._orders: deque[Callable[[], None]] = deque()
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._open = True
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._woken, selectors.EVENT_READ, self._obey)
        self._thread = threading.Thread(target=self._run, name="fake API server's door", daemon=True)
        self._thread.start()

    def watch(self, connection: socket.socket, left: Callable[[], None]) -> None:
        """Call `left`, once, when the client has gone; until `forget`."""
        self._order(lambda: self._register(connection, left))

    def forget(self, connection: socket.socket) -> None:
        self._order(lambda: self._unregister(connection))

    def stop(self) -> None:
        """Close the listener, and return when the thread has ended."""
        self._order(self._close)
        self._thread.join()

    def _order(self, order: Callable[[], None]) -> None:
        self._orders.append(order)
        with suppress(OSError):  # full, so it is awake; or closed, so nothing matters any more
            self._waker.send(b"\0")

    def _run(self) -> None:
        while self._open:
            for key, _ in self._selector.select():
                try:
                    key.data()
                except Exception:
                    logger.exception("the door of the fake API server")
        for closing in (self._selector, self._listener, self._woken, self._waker):
            closing.close()

    def _close(self) -> None:
        self._open = False

    def _obey(self) -> None:
        self._woken.recv(4096)
        while self._orders:
            self._orders.popleft()()

    def _accept(self) -> None:
        with suppress(OSError):  # the client left while it waited
            connection, address = self._listener.accept()
            connection.setblocking(True)
            self._accepted(connection, address)

    def _register(self, connection: socket.socket, left: Callable[[], None]) -> None:
        with suppress(ValueError):  # closed in the meantime
            self._selector.register(connection, selectors.EVENT_READ, partial(self._readable, connection, left))

    def _unregister(self, connection: socket.socket) -> None:
        with suppress(KeyError, ValueError):  # told already; and closed in the meantime
            self._selector.unregister(connection)

    def _readable(self, connection: socket.socket, left: Callable[[], None]) -> None:
        self._unregister(connection)
        if _has_left(connection):
            left()


def _has_left(connection: socket.socket) -> bool:
    """Whether a readable connection is at its end, and has not merely its next request waiting."""
    if isinstance(connection, ssl.SSLSocket):
        return True  # what can be seen from outside the encryption is the goodbye: nobody pipelines a request behind a watch
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _shake_hands(connection: ssl.SSLSocket) -> None:
    connection.settimeout(_HANDSHAKE_TIMEOUT)
    connection.do_handshake()
    connection.settimeout(None)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
