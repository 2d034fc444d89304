"""Doors: the ways by which a script reaches an API server: into the fake in this process, or over HTTP to any cluster."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from socket import socket
from typing import Protocol

import urllib3
from kubernetes.client import ApiClient

from fakes.api_server.messages import Body, Request
from fakes.api_server.server import APIServer
from fakes.transport.compression import compressed
from tests.waiting import PATIENCE


@dataclass(frozen=True, slots=True)
class Reply:
    """Header names are lower case.

    `read` gives the next bytes of the body, and none at its clean end; it raises `TimeoutError` when none come for that many seconds.
    """

    status: int
    headers: Mapping[str, str]
    read: Callable[[float], bytes]
    close: Callable[[], None]


class Door(Protocol):
    """One API server."""

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply: ...

    def pause(self, seconds: float) -> None:
        """Let others go on."""
        ...


class FakeDoor:
    """Into a fake in this process. Use it inside its runtime's `run`."""

    def __init__(self, api: APIServer) -> None:
        self._api = api

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        response = self._api.handle(Request.of(method, url, headers, body))
        if isinstance(response.body, bytes):
            response, whole = compressed(response, response.body, headers.get("Accept-Encoding", ""))
            pieces = [] if method == "HEAD" else [whole]
        names = {name.lower(): value for name, value in response.headers.items()}
        if isinstance(response.body, bytes):
            return Reply(response.status, names, lambda seconds: pieces.pop() if pieces else b"", lambda: None)
        stream: Body = response.body
        return Reply(response.status, names, stream.read, stream.close)

    def pause(self, seconds: float) -> None:
        self._api.runtime.sleep(seconds)


class HTTPDoor:
    """To the cluster of an official client, by the same address, certificates and credentials. Usable from many threads."""

    def __init__(self, client: ApiClient, pause: Callable[[float], None]) -> None:
        configuration = client.configuration
        self._url: str = configuration.host
        self._token: str = next((setting["value"] for setting in configuration.auth_settings().values()), "")
        self.pause = pause
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert) if configuration.ssl_ca_cert else None
        if context is not None and configuration.cert_file:
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
        self._pool = urllib3.PoolManager(maxsize=50, retries=False, timeout=PATIENCE, ssl_context=context)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        own = {"Authorization": self._token} if self._token else {}
        response = self._pool.request(
            method, self._url + url, headers={**own, **headers}, body=body or None, preload_content=False, redirect=False
        )
        names = {name.lower(): ", ".join(response.headers.getlist(name)) for name in response.headers}
        return Reply(response.status, names, partial(_read, response), response.close)


def _read(response: urllib3.BaseHTTPResponse, seconds: float) -> bytes:
    sock: socket | None = getattr(response.connection, "sock", None)
    if sock is not None:
        sock.settimeout(seconds)
    try:
        return response.read1(65536, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError as error:
        raise TimeoutError(f"nothing came for {seconds:g} s") from error
