"""WatchCache: what a real server keeps of each resource between its storage and its watchers, as far as clients can see it.

It bounds how far back a watch is replayed and how much may wait to be read on a stream, and can start anew: then it knows nothing from
before, and until it is ready the server answers 429 to what it would have served from it. Events are never cached.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import Kind
from fakes.storage import Storage
from informer.errors import ConfigurationError
from informer.runtime import Runtime

_NOT_READY = "storage is (re)initializing"
_PATIENCE = 30
"""Seconds: the longest wait that is advised."""


@dataclass(frozen=True, slots=True)
class _Reset:
    at: float
    ready: float
    revision: int


class WatchCache:
    """See the module. `window` is a number of events for each resource, `buffer` one for each stream; None is no limit."""

    def __init__(self, storage: Storage, runtime: Runtime, *, window: int | None = None, buffer: int | None = None) -> None:
        self._storage = storage
        self._runtime = runtime
        self._window = window
        self._buffer = buffer
        self._resets: dict[tuple[str, str] | None, _Reset] = {}

    def reset(self, storage_key: tuple[str, str] | None, seconds: float) -> None:
        """Start anew, for one resource or (None) for all; ready after so many seconds."""
        if storage_key is None:
            self._resets.clear()
        now = self._runtime.monotonic()
        self._resets[storage_key] = _Reset(now, now + seconds, self._storage.revision)

    def clear(self) -> None:
        """As if it had never started anew."""
        self._resets.clear()

    def check_ready(self, kind: Kind) -> None:
        """Raises 429."""
        reset = self._reset_of(kind)
        now = self._runtime.monotonic()
        if reset is not None and now < reset.ready:
            # after a minute it is the longest one; the power would be too large for a float in the end
            wait = int(min(_PATIENCE, math.exp(0.06 * min(now - reset.at, 60))))
            raise StatusError(429, "TooManyRequests", _NOT_READY, {"retryAfterSeconds": wait})

    def oldest(self, kind: Kind) -> int:
        """The oldest version from which a watch can be replayed. What the storage has compacted is not looked at."""
        if not is_cached(kind):
            return 0
        reset = self._reset_of(kind)
        lost = self._storage.revision_of_recent(kind.storage_key, self._window) - 1 if self._window else 0
        return max(lost, reset.revision if reset else 0)

    def buffer(self, kind: Kind) -> int | None:
        """How many events may wait on a stream before it is ended."""
        return self._buffer if is_cached(kind) else None

    def _reset_of(self, kind: Kind) -> _Reset | None:
        if not self._resets or not is_cached(kind):
            return None
        return self._resets.get(kind.storage_key) or self._resets.get(None)


def is_cached(kind: Kind) -> bool:
    """Whether a real server keeps a watch cache for this kind; for events it asks etcd every time."""
    return kind.resource.plural != "events"


def check_limits(**limits: int | None) -> None:
    """Raises `ConfigurationError` for one that leaves nothing."""
    for name, number in limits.items():
        if number is not None and number < 1:
            raise ConfigurationError(f"{name} is at least 1, not {number}")
