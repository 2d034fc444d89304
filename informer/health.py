"""Health: what an informer is doing, since when and why, and what it could not do."""

from __future__ import annotations

import datetime
import enum
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from informer.errors import Quarantined
from informer.objects import ObjectKey

_log = logging.getLogger(__name__)


class Phase(enum.Enum):
    """What an informer is doing."""

    NEW = "not started"
    LISTING = "listing"
    CONNECTING = "connecting"
    WATCHING = "watching"
    BACKING_OFF = "backing off"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong, as the error hook sees it.

    `informer` is its informer's name, or its controller's. `phase` is what failed: "list", "watch", "handler", "object" (one that a
    transform, an index or the decoder refused), "model" (one that a typed view refused), "reconcile" (a controller's function).
    `attempt` counts failures in a row; `delay` is the number of seconds until the next try, None where there is none.
    """

    informer: str
    phase: str
    error: Exception | SystemExit
    attempt: int = 1
    delay: float | None = None
    key: ObjectKey | None = None

    def __str__(self) -> str:
        subject = f" of {self.key}" if self.key else ""
        retry = f"; attempt {self.attempt}, next in {self.delay:.1f}s" if self.delay is not None else ""
        return f"{self.informer}: {self.phase}{subject} failed: {type(self.error).__name__}: {self.error}{retry}"


OnError = Callable[[Failure], object]


def report(on_error: OnError | None, failure: Failure) -> None:
    """Tell the error hook, where there is one; what it raises is logged."""
    if on_error is None:
        return
    try:
        on_error(failure)
    except Exception:
        _log.exception("informer=%s on_error raised", failure.informer)


@dataclass(slots=True)
class Counters:
    """What an informer has counted since it was made."""

    lists: int = 0
    watches: int = 0
    events: int = 0
    bookmarks: int = 0
    failures: int = 0
    stale_events: int = 0
    unknown_deletes: int = 0
    handler_errors: int = 0
    model_errors: int = 0
    refused_objects: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """A snapshot of an informer's state. `failure` is the last failure of listing or watching, None once a watch is open again."""

    informer: str
    phase: Phase
    since: datetime.datetime
    synced: bool
    resource_version: str
    failure: Failure | None = None
    quarantined: Mapping[ObjectKey, Quarantined] = field(default_factory=dict)
    nameless: int = 0

    @property
    def live(self) -> bool:
        """Connected now: a watch is open, so the cache follows the server."""
        return self.phase is Phase.WATCHING

    def __str__(self) -> str:
        cause = f", last error: {type(self.failure.error).__name__}: {self.failure.error}" if self.failure else ""
        return f"{self.informer}: {self.phase.value} since {self.since:%H:%M:%S}, {'synced' if self.synced else 'not synced'}{cause}"
