"""Seam 1: where objects come from.

A `WatchSource` serves one resource, namespace and pair of selectors. It guarantees: what it gives is what the server said, complete and in
order; every trouble is raised as one of `informer.errors.SourceError`; it never retries, never sleeps and never decides. Policy lives in
`informer.reflector`, once. It assumes nothing about its caller but that one task at a time uses a stream; `close` may come from any task.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

import msgspec

from informer.objects import KubeObject, UnreadableObject


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One LIST request. An empty `resource_version` asks for the newest state; `limit` 0 asks for everything at once."""

    resource_version: str = ""
    match: str = ""
    limit: int = 0
    continue_token: str = ""


@dataclass(frozen=True, slots=True)
class WatchQuery:
    """One WATCH request: events after `resource_version`.

    `timeout` is the number of seconds after which the server is asked to end the stream. `silence` is the number of seconds without a byte
    after which `next_batch` raises `Disconnected(silent=True)`; None waits for ever.
    """

    resource_version: str
    bookmarks: bool = True
    timeout: int | None = None
    silence: float | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list. `continue_token` is empty on the last page; `unreadable` are the items that could not be taken in."""

    items: Sequence[KubeObject]
    resource_version: str
    continue_token: str = ""
    unreadable: Sequence[UnreadableObject] = ()


class EventType(enum.Enum):
    """The types a watch event can have here; ERROR events are raised instead."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"


class WatchEvent(msgspec.Struct, frozen=True):
    """One event of a watch. `object` is None for bookmarks and for objects that could not be taken in (then `unreadable` says why).

    `resource_version` is the version to resume from after this event; empty where the event carried none.
    """

    type: EventType
    object: KubeObject | None
    resource_version: str
    unreadable: UnreadableObject | None = None


class WatchStream(Protocol):
    """One open watch. Every raise ends the stream."""

    def next_batch(self) -> Sequence[WatchEvent]:
        """Block until there are events, and give them: never empty, in order; good events before a fault come first."""
        ...

    def close(self) -> None:
        """End the stream and free its connection; wakes a blocked `next_batch` with `SourceClosed`. Idempotent, from any task."""
        ...

    def __enter__(self) -> WatchStream: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class WatchSource(Protocol):
    """Where the objects of one resource, namespace and pair of selectors come from."""

    def list(self, query: ListQuery) -> ListPage:
        """One LIST request, one page. Blocks."""
        ...

    def watch(self, query: WatchQuery) -> WatchStream:
        """One WATCH request; returns when the server has accepted it. Blocks."""
        ...

    def close(self) -> None:
        """Wake every blocked call with `SourceClosed`, and refuse further ones. Idempotent, from any task."""
        ...
