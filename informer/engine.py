"""Engine: one running informer, that is a reflector, a cache and the handlers' lines, whatever type its users want to see.

Guarantees: a handler's first events are the cache at one moment, and its next ones everything after that moment; `stop` leaves no
task, request or call behind, or says what it left. `_lock` guards the cache, the set of lines and the state. Locks are taken in
one order: writing, `_lock`, a line's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from informer.errors import LifecycleError, Quarantined, StopTimeout
from informer.handlers import Added, Callbacks, InitialEnd, Line, Raw, Registration, Updated, deliver_for, delivering_for
from informer.health import Counters, Failure, Health, OnError, Phase, report
from informer.indexer import Indexer
from informer.objects import KubeObject, ObjectKey, UnreadableObject
from informer.reflector import BackingOff, Listing, Reflector, State, Stopped, Watching
from informer.runtime import Runtime, Task
from informer.source import WatchEvent, WatchSource
from informer.store import Store, Transform

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Engine:
    """One running informer. It is its reflector's sink and its lines' owner."""

    def __init__(
        self,
        source: WatchSource,
        *,
        name: str,
        runtime: Runtime,
        resync: float,
        transform: Transform | None,
        on_error: OnError | None,
        page_size: int,
    ) -> None:
        self.name = name
        self.resync_period = resync
        self.counters = Counters()
        self._runtime = runtime
        self._on_error = on_error
        self._lock = runtime.condition(f"informer {name}")
        self.indexer = Indexer(self._lock, runtime.condition(f"informer {name} writing"))
        self._store = Store(self.indexer, self.counters, transform, self._refused)
        self._reflector = Reflector(source, self, runtime, page_size=page_size)
        self._lines: list[Line[Any]] = []
        self._refusals: list[Failure] = []  # of the reflector's task only
        self._tasks: list[Task] = []
        self._made = 0
        self._phase = Phase.NEW
        self._since = runtime.now()
        self._synced = False
        self._started = False
        self._stopping = False
        self._failure: Failure | None = None
        self._quiet_cause = ""

    # What callers see

    @property
    def synced(self) -> bool:
        return self._synced

    @property
    def started(self) -> bool:
        return self._started

    @property
    def stopped(self) -> bool:
        return self._stopping or self._phase is Phase.STOPPED

    def health(self) -> Health:
        with self._lock:
            phase, since, synced, failure = self._phase, self._since, self._synced, self._failure
            version, nameless = self._store.resource_version, self._store.nameless
            quarantined: Mapping[ObjectKey, Quarantined] = self.indexer.quarantined()
        return Health(self.name, phase, since, synced, version, failure, quarantined, nameless)

    def start(self) -> None:
        with self._lock:
            if self._stopping:
                raise LifecycleError(f"informer {self.name} has stopped; an informer runs once, make a new one")
            if self._started:
                raise LifecycleError(f"informer {self.name} was started already")
            self._started = True
            self._tasks.append(self._runtime.spawn(self._reflect, name=f"informer {self.name}"))
            self._tasks += [line.start() for line in self._lines]

    def stop(self, timeout: float) -> None:
        """From a function that this informer calls it returns at once; from elsewhere when all has ended. Raises `StopTimeout`."""
        self.begin_stop()
        if delivering_for() is not self:
            deadline = self._runtime.monotonic() + timeout
            late = [task.name for task in list(self._tasks) if not task.join(max(0.0, deadline - self._runtime.monotonic()))]
            if late:
                raise StopTimeout(f"informer {self.name} did not stop within {timeout:g}s; still running: {', '.join(late)}", late)

    def begin_stop(self) -> None:
        """Start nothing new from here on, and wake all that waits. Does not block; idempotent."""
        with self._lock:
            self._stopping = True
            lines = list(self._lines)
            if not self._started:
                self._enter(Phase.STOPPED)
            self._lock.notify_all()
        for line in lines:
            line.end()
        self._reflector.stop()

    def wait_for_sync(self, timeout: float | None) -> bool:
        """False when time ran out or the informer was stopped first."""
        deadline = None if timeout is None else self._runtime.monotonic() + timeout
        with self._lock:
            while not self._synced and not self.stopped:
                left = None if deadline is None else deadline - self._runtime.monotonic()
                if left is not None and left <= 0:
                    break
                self._lock.wait(left)
            return self._synced

    def add_handler(self, callbacks: Callbacks[T], decode: Callable[[KubeObject], T], resync: float | None) -> Registration:
        with self._lock:
            if self._stopping:
                raise LifecycleError(f"informer {self.name} has stopped; the handler {callbacks.name} would never be called")
            self._made += 1
            name = f"{self.name} handler {self._made} {callbacks.name}"
            line = Line(self, name, callbacks, decode, self.resync_period if resync is None else resync, self._runtime)
            if self._synced:
                line.put([*(Added(obj.key, obj, initial=True) for obj in self.indexer.stored()), InitialEnd()])
            self._lines.append(line)
            if self._started:
                self._tasks = [task for task in self._tasks if task.alive]
                self._tasks.append(line.start())
        return line

    # What the lines call

    def line_failed(self, phase: str, error: Exception | SystemExit, key: ObjectKey) -> None:
        with self._lock:
            if phase == "handler":
                self.counters.handler_errors += 1
            else:
                self.counters.model_errors += 1
        _log.error("informer=%s %s failed for object=%s", self.name, phase, key, exc_info=error)
        self._report(Failure(self.name, phase, error, key=key))

    def line_removed(self, line: Line[Any]) -> None:
        with self._lock:
            if line in self._lines:
                self._lines.remove(line)

    def resync(self, line: Line[Any]) -> None:
        with self._lock:
            line.put(Updated(obj.key, obj, obj, resync=True) for obj in self.indexer.snapshot())

    # What the reflector calls

    def replace(self, items: Sequence[KubeObject], unreadable: Sequence[UnreadableObject], resource_version: str) -> None:
        self.counters.lists += 1
        with self.indexer.writing:
            prepared, nameless = self._store.prepare_list(items, unreadable)
            with self._lock:
                initial = not self._synced
                events = self._store.commit_list(prepared, nameless, resource_version, initial=initial)
                self._synced = True
                self._distribute([*events, InitialEnd()] if initial else events)
                self._lock.notify_all()
        self._report_refused()
        _log.info("informer=%s listed objects=%d resource_version=%s changes=%d", self.name, len(items), resource_version, len(events))

    def apply(self, events: Sequence[WatchEvent]) -> None:
        with self.indexer.writing:
            prepared = [self._store.prepare_event(event) for event in events]
            with self._lock:
                news: list[Raw] = []
                for event, entry in zip(events, prepared, strict=True):
                    news += self._store.commit_event(event, entry)
                self._distribute(news)
        self._report_refused()

    def entered(self, state: State) -> None:
        with self._lock:
            match state:
                case Listing():
                    self._enter(Phase.LISTING)
                case Watching():
                    self._enter(Phase.CONNECTING)
                case BackingOff():
                    self._enter(Phase.BACKING_OFF)
                case Stopped():
                    self._enter(Phase.STOPPED)

    def connected(self) -> None:
        with self._lock:
            self.counters.watches += 1
            self._enter(Phase.WATCHING)
            recovered, self._failure = self._failure, None
            self._quiet_cause = ""
        if recovered is not None:
            _log.info("informer=%s recovered attempts=%d", self.name, recovered.attempt)

    def failed(self, phase: str, error: Exception, attempt: int, delay: float) -> None:
        failure = Failure(self.name, phase, error, attempt, delay)
        cause = f"{phase} {type(error).__name__} {error}"
        with self._lock:
            self.counters.failures += 1
            self._failure = failure
            changed, self._quiet_cause = cause != self._quiet_cause, cause
        if changed:  # one line per change of cause, not one per retry
            _log.warning("informer=%s %s failed cause=%s: %s retry_in=%.1fs", self.name, phase, type(error).__name__, error, delay)
        self._report(failure)

    # Inside

    def _reflect(self) -> None:
        deliver_for(self)  # transforms, index functions and the error hook may call `stop` too
        self._reflector.run()

    def _distribute(self, events: Sequence[Raw | InitialEnd]) -> None:
        if events:
            for line in self._lines:
                line.put(events)

    def _enter(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._phase, self._since = phase, self._runtime.now()
            self._lock.notify_all()

    def _refused(self, key: ObjectKey | None, error: Exception) -> None:
        _log.error("informer=%s refused object=%s cause=%s: %s", self.name, key or "(no name)", type(error).__name__, error)
        self._refusals.append(Failure(self.name, "object", error, key=key))

    def _report_refused(self) -> None:
        """Tell the error hook of refused objects, once `writing` is free again: the hook may want it."""
        refusals, self._refusals = self._refusals, []
        for failure in refusals:
            self._report(failure)

    def _report(self, failure: Failure) -> None:
        report(self._on_error, failure)
