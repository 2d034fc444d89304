"""A pool manager whose connections are scripts: bytes as a server would send them, faults, and things that happen meanwhile."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import urllib3
from kubernetes.client import ApiClient, Configuration

from informer.cluster import ClusterSource
from informer.resource import Resource, ResourceName
from informer.runtime import ThreadRuntime

SERVER = "https://cluster.example:6443"
NODES = Resource("", "v1", "nodes", "Node", namespaced=False)
PODS = Resource("", "v1", "pods", "Pod", namespaced=True)

Step = bytes | Exception | Callable[[], bytes]
"""Bytes that one read of the socket brings, what it raises, or what happens while it blocks and what it brings then."""


class _Pieces(io.RawIOBase):
    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = list(steps)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest and self._steps:
            step = self._steps.pop(0)
            if isinstance(step, Exception):
                raise step
            self._rest = step if isinstance(step, bytes) else step()
            if not self._rest:
                self._steps.clear()
        piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


class Connection:
    """One scripted connection: where it ended up is `closed`, `released` or neither."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._file = io.BufferedReader(_Pieces(steps))
        self.closed = False
        self.released = False
        self.shut_down = False

    def makefile(self, mode: str) -> Any:
        return self._file

    def close(self) -> None:
        self.closed = True

    def _put_conn(self, connection: object) -> None:
        self.released = True

    def shutdown(self, how: int) -> None:
        self.shut_down = True

    def response(self) -> urllib3.HTTPResponse:
        parsed = http.client.HTTPResponse(cast("Any", self), method="GET")
        parsed.begin()
        return urllib3.HTTPResponse(
            body=cast("Any", parsed),
            headers=urllib3.HTTPHeaderDict(parsed.getheaders()),
            status=parsed.status,
            reason=parsed.reason,
            preload_content=False,
            original_response=cast("Any", parsed),
            pool=cast("Any", self),
            connection=cast("Any", self),
            request_method="GET",
            sock_shutdown=self.shutdown,
        )


class Pool:
    """Answers each request with the next script; an exception instead of a script is raised instead."""

    def __init__(self, *scripts: bytes | Sequence[Step] | Exception) -> None:
        self._scripts = list(scripts)
        self.connections: list[Connection] = []
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    def request(self, method: str, url: str, *, headers: dict[str, str], **options: Any) -> urllib3.HTTPResponse:
        assert method == "GET"
        self.requests.append((url, headers, options))
        script = self._scripts.pop(0)
        if isinstance(script, Exception):
            raise script
        connection = Connection([script] if isinstance(script, bytes) else script)
        self.connections.append(connection)
        return connection.response()

    @property
    def asked(self) -> list[str]:
        """The path and query of each request."""
        return [url.removeprefix(SERVER) for url, _, _ in self.requests]

    def query(self, number: int = -1) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.requests[number][0]).query, keep_blank_values=True))

    def headers(self, number: int = -1) -> dict[str, str]:
        return self.requests[number][1]


def client(pool: object, configuration: Configuration | None = None) -> ApiClient:
    if configuration is None:
        configuration = Configuration()
        configuration.host = SERVER
    made = ApiClient(configuration)
    made.rest_client.pool_manager = cast("Any", pool)
    return made


def source(pool: object, resource: Resource | ResourceName = NODES, **options: Any) -> ClusterSource:
    return ClusterSource(client(pool), resource, runtime=ThreadRuntime(), **options)


def http_answer(status: int, body: bytes | str | dict[str, Any], *headers: str) -> bytes:
    """A whole answer with a Content-Length."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
    kind = () if any(header.lower().startswith("content-type") for header in headers) else ("Content-Type: application/json",)
    head = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}", *kind, *headers, f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(head).encode() + content


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def line(type: str, object: Any) -> bytes:
    return json.dumps({"type": type, "object": object}).encode() + b"\n"


def node(name: str, version: int, **extra: Any) -> dict[str, Any]:
    return {"kind": "Node", "apiVersion": "v1", "metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": str(version)}, **extra}


def status(code: int, reason: str, message: str, **extra: Any) -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
        **extra,
    }


def node_list(*items: dict[str, Any], version: str = "7", **metadata: Any) -> dict[str, Any]:
    return {"kind": "NodeList", "apiVersion": "v1", "metadata": {"resourceVersion": version, **metadata}, "items": list(items)}
