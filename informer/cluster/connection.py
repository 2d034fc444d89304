"""Connections to the API server: asked through the official client's pool, interruptible, and aware of a dead network path.

`get` is the only place where the kit makes a request. It tells urllib3 neither to retry nor to follow redirects, and shows the caller the
socket as soon as the request is about to be answered: until there is a response, that socket is the only thing that can wake the wait.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, cast

import urllib3
from urllib3.connection import HTTPConnection

CONNECT_TIMEOUT = 5.0  # seconds, for the TCP connection and again for the TLS handshake

# Together they notice a dead path within 41 s, idle or not.
KEEPALIVE_IDLE = 20  # seconds without traffic before the first probe
KEEPALIVE_INTERVAL = 7  # seconds between probes
KEEPALIVE_COUNT = 3  # unanswered ones after which the connection is dead
UNACKNOWLEDGED = 40_000  # milliseconds for which sent bytes may go unacknowledged

_about_to_wait: ContextVar[Callable[[Any], None] | None] = ContextVar("about_to_wait", default=None)


def keepalive_options() -> list[tuple[int, int, int]]:
    """urllib3's own socket options and keepalive, as far as the platform has it."""
    options = [cast("tuple[int, int, int]", option) for option in HTTPConnection.default_socket_options]
    options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    wanted = {
        ("TCP_KEEPIDLE", "TCP_KEEPALIVE"): KEEPALIVE_IDLE,
        ("TCP_KEEPINTVL",): KEEPALIVE_INTERVAL,
        ("TCP_KEEPCNT",): KEEPALIVE_COUNT,
        ("TCP_USER_TIMEOUT",): UNACKNOWLEDGED,
    }
    for names, value in wanted.items():
        number = next((getattr(socket, name) for name in names if hasattr(socket, name)), None)
        if number is not None:
            options.append((socket.IPPROTO_TCP, number, value))
    return options


def enable_keepalive(pool_manager: Any) -> None:
    """Let the connections that `pool_manager` opens from now on have keepalive, unless its owner chose socket options of their own."""
    if isinstance(pool_manager, urllib3.PoolManager):
        pool_manager.connection_pool_kw.setdefault("socket_options", keepalive_options())


class _Interruptible:
    sock: Any

    def getresponse(self) -> Any:
        waiting = _about_to_wait.get()
        if waiting is not None:
            waiting(self.sock)
        return cast("Any", super()).getresponse()


def get(
    pool_manager: Any,
    url: str,
    headers: Mapping[str, str],
    *,
    read_timeout: float | None,
    about_to_wait: Callable[[Any], None],
) -> urllib3.HTTPResponse:
    """Send one GET and wait for the head of its response, whatever its status; the body is left to the caller.

    `read_timeout` is the number of seconds that may pass without a byte. `about_to_wait` is called with the socket once the request is
    sent; what it raises ends the request. Raises what urllib3 raises.
    """
    if isinstance(pool_manager, urllib3.PoolManager):
        pool = pool_manager.connection_from_url(url)
        connections = pool.ConnectionCls  # looked at once: another informer's first request may change it meanwhile
        if not issubclass(connections, _Interruptible):
            pool.ConnectionCls = type("InterruptibleConnection", (_Interruptible, connections), {})
    token = _about_to_wait.set(about_to_wait)
    try:
        response = pool_manager.request(
            "GET",
            url,
            headers=dict(headers),
            preload_content=False,
            retries=False,
            redirect=False,
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT, read=read_timeout),
        )
    finally:
        _about_to_wait.reset(token)
    return cast("urllib3.HTTPResponse", response)
