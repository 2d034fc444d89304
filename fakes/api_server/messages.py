"""Request and Response: what enters the fake API server at its one door, and what comes out.

Every way in (the in-process client, the HTTP server, the simulation) makes a `Request` and understands a `Response`; nothing else crosses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec


class Identity(msgspec.Struct, frozen=True):
    """Who somebody is, as far as access goes. Groups that everybody of such a name is in may be left out."""

    name: str
    groups: tuple[str, ...] = ()


class Request(msgspec.Struct, frozen=True):
    """One HTTP request. `query` keeps order and repeats; header names are lower case.

    `user`, of `groups`, is who asks, as the transport found out; nobody, where it is empty. A bearer token among the headers says better.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""
    user: str = "system:admin"
    groups: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        user: str = "system:admin",
        groups: tuple[str, ...] = (),
    ) -> Request:
        """Make one from a URL (absolute or just its path and query) and headers in any case."""
        path, query = split_target(url)
        return cls(method.upper(), path, query, {name.lower(): value for name, value in (headers or {}).items()}, body, user, groups)

    def parameter(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)


def split_target(target: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The path and the query of a URL: absolute, or without its host."""
    if not target.startswith("/"):
        parts = urlsplit(target)
        target = f"{parts.path}?{parts.query}"
    path, _, query = target.partition("?")
    return unquote(path), tuple(parse_qsl(query, keep_blank_values=True)) if query else ()


class Body(Protocol):
    """A body that comes in pieces, as a watch does."""

    def read(self, timeout: float | None = None) -> bytes:
        """Block until there are bytes, and give them; `b""` at a clean end. Raises `ConnectionResetError` where the connection breaks.

        Raises `TimeoutError` when nothing came for `timeout` seconds of the runtime's time; the body can be read again after that.
        """
        ...

    def close(self) -> None:
        """The client has gone: free what the stream holds, and let a blocked `read` return `b""`. Idempotent, from any task."""
        ...


@runtime_checkable
class AnnouncingBody(Body, Protocol):
    """A body that says when it has something, for who reads many of them."""

    def announce(self, wake: Callable[[], None] | None) -> None:
        """Call `wake`, from any task, when there is something to read: bytes, the end, a break. None ends it."""
        ...

    @property
    def due(self) -> float:
        """When it is to be read, even though nothing has been announced: in seconds of the runtime's clock; -inf for now."""
        ...


class Response(msgspec.Struct, frozen=True):
    """One HTTP answer: all of its bytes, or a `Body` that brings them one after another."""

    status: int
    headers: Mapping[str, str]
    body: bytes | Body
