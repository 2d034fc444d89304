"""HTTPConnection: one client's connection, from its first request to its end, in a thread of its own.

Guarantees: bytes go out as they come; an answer that ends well leaves the connection usable, one that breaks ends it without the last
chunk; what a handler raises is logged and answered with a 500 Status. Assumes that its owner closes the socket and, at the stop, every open
`Body`.
"""

from __future__ import annotations

import http.client
import json
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol

from fakes.api_server.errors import StatusError, bad_request, server_failure
from fakes.api_server.messages import AnnouncingBody, Body, Identity, Request, Response, split_target
from fakes.transport.compression import compressed
from fakes.transport.courier import Courier
from fakes.transport.handler import Handler
from fakes.transport.headers import merged, read_headers

logger = logging.getLogger(__name__)

# Up to here the head and the body of an answer go out in one piece; joining larger ones would copy them.
_ONE_PIECE = 64 * 1024
# Headers that belong to the connection, so that a handler's own would be wrong.
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})


class Owner(Protocol):
    """What a connection needs of the server it belongs to."""

    @property
    def handler(self) -> Handler: ...

    @property
    def stopping(self) -> bool:
        """No further request will be read."""
        ...

    @property
    def anonymous(self) -> str:
        """Who a client without a certificate is taken for."""
        ...

    @property
    def courier(self) -> Courier:
        """Takes streams to their clients."""
        ...

    def streaming(self, connection: socket.socket, body: Body) -> AbstractContextManager[None]:
        """While this lasts, `body` is closed when the client leaves or the server stops; afterwards it is closed in any case."""
        ...


class HTTPConnection(BaseHTTPRequestHandler):
    """Making one serves the whole connection; it is over when the constructor returns."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    raw_requestline: bytes

    def __init__(self, connection: socket.socket, address: object, owner: Owner) -> None:
        self._owner = owner
        super().__init__(connection, address, owner)  # type: ignore[arg-type]

    def parse_request(self) -> bool:
        """Take the head of a request: an ordinary one at once, since the inherited way, for all others, takes as long as the answer."""
        words = self.raw_requestline.split()
        if len(words) != 3 or words[2] != b"HTTP/1.1":
            read = super().parse_request()
            self._fields = merged(self.headers.items()) if read else {}
            return read
        self.requestline = " ".join(word.decode("iso-8859-1") for word in words)
        self.command, path, self.request_version = self.requestline.split(" ")
        self.path = "/" + path.lstrip("/") if path.startswith("//") else path
        try:
            self._fields = read_headers(self.rfile)
        except ValueError as error:
            self.close_connection = True
            self.send_error(400, str(error))
            return False
        self.close_connection = self._fields.get("connection", "").lower() == "close"
        return self._fields.get("expect", "").lower() != "100-continue" or self.handle_expect_100()

    def _serve(self) -> None:
        try:
            body = self._read_body()
        except ValueError as error:
            self.close_connection = True
            self._refuse(bad_request(str(error)))
            return
        headers = self._fields
        user = _certificate_identity(self.connection)
        if user is not None:
            # a certificate says who asks, whatever else is shown
            headers.pop("authorization", None)
        else:
            user = Identity(self._owner.anonymous)
        try:
            request = Request(self.command, *split_target(self.path), headers, body, user.name, user.groups)
            response = self._owner.handler.handle(request)
        except (ConnectionError, TimeoutError):
            self._abort()
        except Exception as error:
            logger.exception("the handler failed method=%s path=%s", self.command, self.path)
            self._refuse(server_failure(f"the fake API server failed: {type(error).__name__}: {error}"))
        else:
            self._send(response)

    def __getattr__(self, name: str) -> Any:
        """Every method is the handler's to answer, those too that nobody has heard of: `do_GET` and its like."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(f"{type(self).__name__} has no attribute {name}", name=name, obj=self)

    def log_message(self, format: str, *args: object) -> None:
        logger.debug(format, *args)

    def _read_body(self) -> bytes:
        if self._fields.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        length = self._fields.get("content-length", "0")
        if not length.isdecimal():
            raise ValueError(f"Content-Length is not a number: {length!r}")
        return self._read_exactly(int(length))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(1024).partition(b";")[0], 16):
            yield self._read_exactly(size)
            self.rfile.readline(3)
        while self.rfile.readline(1 << 16).strip():
            pass

    def _read_exactly(self, size: int) -> bytes:
        data = self.rfile.read(size)
        if len(data) < size:
            raise ConnectionResetError("the client left in the middle of its request")
        return data

    def _refuse(self, error: StatusError) -> None:
        document = json.dumps(error.status(), separators=(",", ":")).encode() + b"\n"
        self._send(Response(error.code, {"Content-Type": "application/json"}, document))

    def _send(self, response: Response) -> None:
        if isinstance(response.body, bytes):
            response, body = compressed(response, response.body, self._fields.get("accept-encoding", ""))
            self._send_whole(response, body)
        elif self.command == "HEAD":
            response.body.close()
            self.connection.sendall(self._head(response, {}))
        else:
            self._send_stream(response, response.body)

    def _send_whole(self, response: Response, body: bytes) -> None:
        extra = {} if response.status in (204, 304) else {"Content-Length": str(len(body))}
        head = self._head(response, extra)
        if self.command == "HEAD":
            body = b""
        if len(body) <= _ONE_PIECE:
            self.connection.sendall(head + body)
        else:
            self.connection.sendall(head)
            self.connection.sendall(body)

    def _send_stream(self, response: Response, body: Body) -> None:
        chunked = self.request_version == "HTTP/1.1"
        self.close_connection |= not chunked
        try:
            with self._owner.streaming(self.connection, body):
                self.connection.sendall(self._head(response, {"Transfer-Encoding": "chunked"} if chunked else {}))
                if chunked and isinstance(body, AnnouncingBody) and not isinstance(self.connection, ssl.SSLSocket):
                    self._have_carried(body)
                    return
                while piece := body.read():
                    self.connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                self.connection.sendall(b"0\r\n\r\n" if chunked else b"")
        except Exception as error:
            if not isinstance(error, OSError):
                logger.exception("the body of an answer failed method=%s path=%s", self.command, self.path)
            self._abort()
        self.close_connection |= self._owner.stopping

    def _have_carried(self, body: AnnouncingBody) -> None:
        ended = False
        while not ended:
            rest, ended = self._owner.courier.carry(self.connection, body)
            self.connection.sendall(rest)

    def _head(self, response: Response, extra: dict[str, str]) -> bytes:
        self.close_connection |= self._owner.stopping
        reason = http.client.responses.get(response.status, "")
        lines = [f"HTTP/1.1 {response.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items() if name.lower() not in _FRAMING]
        lines += [f"{name}: {value}" for name, value in extra.items()]
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode()

    def _abort(self) -> None:
        """End the connection in the middle of an answer; what went out before still arrives."""
        self.close_connection = True
        with suppress(OSError):
            # An SSLSocket's own shutdown would drop the encryption under a thread that still writes.
            socket.socket.shutdown(self.connection, socket.SHUT_RDWR)


def _certificate_identity(connection: socket.socket) -> Identity | None:
    """Whom the client's certificate names, where there is one: its common name, in the groups of its organizations."""
    if not isinstance(connection, ssl.SSLSocket):
        return None
    certificate: Any = connection.getpeercert() or {}
    named = [(name, value) for parts in certificate.get("subject", ()) for name, value in parts]
    groups = tuple(value for name, value in named if name == "organizationName")
    return next((Identity(value, groups) for name, value in named if name == "commonName"), None)
