"""Controller: informers feed keys into a work queue, workers call a plain function with each.

Guarantees: after every change of what feeds a key the function is called for it, never twice at once; what it raises is reported and tried
again with backoff, and harms no other key; nothing is called before each informer's first list is in the cache and in the queue, nor after
`stop` returned. Assumes that the function looks the state up by itself (`lister.get(key)`, None when the object is gone): many changes may
lead to one call. `tests/properties/test_controller.py` checks it.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, TypeVar

from informer.errors import ConfigurationError, LifecycleError, StopTimeout
from informer.handlers import Event, Registration, Updated
from informer.health import Failure, OnError, report
from informer.objects import ObjectKey
from informer.runtime import Runtime, Task, current_runtime
from informer.shared_informer import STOP_TIMEOUT, SharedInformer
from informer.work_queue import WorkQueue

T = TypeVar("T")
KeyFunction = Callable[[T], "ObjectKey | Iterable[ObjectKey] | None"]

_log = logging.getLogger(__name__)
_working: ContextVar[object] = ContextVar("informer_controller", default=None)


@dataclass(frozen=True, slots=True)
class Requeue:
    """What a reconcile function returns to be called again, `after` seconds, unless something changes sooner. Not a failure.

    Raises `ValueError` unless `after` is a number of seconds, 0 or more.
    """

    after: float

    def __post_init__(self) -> None:
        if not 0 <= self.after < math.inf:
            raise ValueError(f"Requeue(after={self.after!r}) is no number of seconds to wait")


Reconcile = Callable[[ObjectKey], "Requeue | None"]


@dataclass(frozen=True, slots=True)
class ControllerCounters:
    """What a controller has counted since it was made: calls that ended well (some asked to be called again) and calls that raised."""

    successes: int = 0
    requeues: int = 0
    failures: int = 0


class Controller:
    """See the module. `factory.run_forever(Controller(reconcile, factory.informer("pods")))` is a program.

    A context manager: entering starts it, leaving stops it.
    """

    def __init__(
        self,
        reconcile: Reconcile,
        *informers: SharedInformer[Any],
        key: KeyFunction[Any] | None = None,
        workers: int = 1,
        name: str = "",
        resync: float | None = None,
        on_error: OnError | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        """Call `reconcile(key)` about the objects of `informers`; `watch` adds informers with keys of their own.

        `key`, `resync`: as in `watch`. `workers`: how many keys are worked on at once. `name` is for logs and messages, by default the
        function's. `on_error` is called, from any worker, with a `Failure` of phase "reconcile" for each exception. `runtime`: by default
        the simulation this is called in, else threads.
        """
        if workers < 1:
            raise ConfigurationError(f"a controller needs a worker; got workers={workers}")
        self.name = name or str(getattr(reconcile, "__qualname__", reconcile))
        self._reconcile = reconcile
        self._runtime = runtime or current_runtime()
        self._on_error = on_error
        self._queue: WorkQueue[ObjectKey] = WorkQueue(name=self.name, runtime=self._runtime)
        self._workers = workers
        self._state = self._runtime.condition(f"controller {self.name}")  # guards the fields below
        self._feeds: list[Callable[[], Registration]] = []
        self._registrations: list[Registration] = []
        self._tasks: list[Task] = []
        self._causes: dict[ObjectKey, str] = {}  # of the last failure, of the keys that fail
        self._counters = ControllerCounters()
        self._started = False
        self._stopping = False
        for informer in informers:
            self.watch(informer, key=key, resync=resync)

    def watch(self, informer: SharedInformer[T], *, key: KeyFunction[T] | None = None, resync: float | None = None) -> None:
        """Have `informer` feed this controller too.

        `key(obj)` gives the key that an object is about, several, or None for an object that does not matter; by default its own. After an
        update it is asked about the old and the new object. What it raises is a failure of that informer's handler, and lost. `resync`:
        seconds after which everything is fed again, by default the informer's. Raises `LifecycleError` after the start.
        """

        def feed(event: Event[T]) -> None:
            for each in [event.key] if key is None else _keys(key, event):
                self._queue.add(each)

        with self._state:
            if self._started or self._stopping:
                raise LifecycleError(f"controller {self.name} was started; call watch before that")
            self._feeds.append(lambda: informer.add_handler(feed, resync=resync))

    @property
    def queue(self) -> WorkQueue[ObjectKey]:
        """Where the keys wait: for `metrics`, and to `add` keys from elsewhere than informers."""
        return self._queue

    @property
    def counters(self) -> ControllerCounters:
        """What it has counted so far."""
        with self._state:
            return self._counters

    @property
    def synced(self) -> bool:
        """Whether it was started and all that was there at first has been fed to it, so that the workers work."""
        with self._state:
            return self._started and all(registration.synced for registration in self._registrations)

    def start(self) -> None:
        """Listen to the informers and start the workers. Returns at once; before or after the informers' start.

        Raises `LifecycleError` when it was started before or has stopped, or an informer has.
        """
        with self._state:
            if self._stopping:
                raise LifecycleError(f"controller {self.name} has stopped; a controller runs once, make a new one")
            if self._started:
                raise LifecycleError(f"controller {self.name} was started already")
            try:
                for feed in self._feeds:
                    self._registrations.append(feed())
            except LifecycleError:
                for registration in self._registrations:
                    registration.remove()
                raise
            self._started = True
            names = [f"controller {self.name} worker {number}" for number in range(1, self._workers + 1)]
            self._tasks += [self._runtime.spawn(self._work, name=name) for name in names]

    def stop(self, timeout: float = STOP_TIMEOUT) -> None:
        """Start nothing new, and wait for the calls that run. What is queued is abandoned: the next start lists everything again.

        Waits at most `timeout` seconds, then raises `StopTimeout`, naming the keys that are still being worked on. From the reconcile
        function it returns at once, and nothing new starts. Idempotent.
        """
        deadline = self._runtime.monotonic() + timeout
        with self._state:
            self._stopping = True
            registrations, tasks = list(self._registrations), list(self._tasks)
        self._queue.stop()
        for registration in registrations:
            registration.remove()
        if _working.get() is self:
            return
        late = [task.name for task in tasks if not task.join(max(0.0, deadline - self._runtime.monotonic()))]
        if late:
            keys = [str(key) for key in self._queue.in_flight()]
            raise StopTimeout(f"controller {self.name} did not stop within {timeout:g}s; still at: {', '.join(keys or late)}", keys or late)

    def __enter__(self) -> Controller:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    # Inside; in a worker's task

    def _work(self) -> None:
        _working.set(self)
        if not all(registration.wait_for_sync() for registration in self._registrations):
            return
        while (key := self._queue.get()) is not None:
            self._runtime.checkpoint(f"reconcile {self.name}")
            if not self._stopping:
                self._attend(key)
            self._queue.done(key)

    def _attend(self, key: ObjectKey) -> None:
        try:
            outcome = self._reconcile(key)
            if outcome is not None and not isinstance(outcome, Requeue):
                raise TypeError(f"reconcile returned {outcome!r}; it returns None, or Requeue(after=seconds)")
        except (Exception, SystemExit) as error:  # a worker that `sys.exit` ended would be missed by nobody
            self._failed(key, error)
        else:
            self._succeeded(key, outcome)

    def _succeeded(self, key: ObjectKey, outcome: Requeue | None) -> None:
        failures = self._queue.forget(key)
        if outcome is not None:
            self._queue.add_after(key, outcome.after)
        with self._state:
            counters = self._counters
            self._counters = replace(counters, successes=counters.successes + 1, requeues=counters.requeues + (outcome is not None))
            self._causes.pop(key, None)
        if failures:
            _log.info("controller=%s object=%s recovered attempts=%d", self.name, key, failures)

    def _failed(self, key: ObjectKey, error: Exception | SystemExit) -> None:
        delay = self._queue.add_rate_limited(key)
        attempt = self._queue.failures(key)
        cause = f"{type(error).__name__} {error}"
        with self._state:
            self._counters = replace(self._counters, failures=self._counters.failures + 1)
            changed = self._causes.get(key) != cause
            self._causes[key] = cause
        if changed:  # one line per change of cause, not one per retry
            _log.error("controller=%s reconcile failed for object=%s retry_in=%.3fs", self.name, key, delay, exc_info=error)
        report(self._on_error, Failure(self.name, "reconcile", error, attempt, delay, key))


def _keys(function: KeyFunction[T], event: Event[T]) -> list[ObjectKey]:
    """What an event is about: after an update, what the object was about before, and what it is about now."""
    objects = [event.old, event.new] if isinstance(event, Updated) and event.old is not event.new else [event.object]
    keys: dict[ObjectKey, None] = {}
    for obj in objects:
        found = function(obj)
        if found is None:
            continue
        for key in [found] if isinstance(found, ObjectKey) else found:
            if not isinstance(key, ObjectKey):
                raise TypeError(f"a key function gave {key!r}; it gives an ObjectKey, several, or None")
            keys[key] = None
    return list(keys)
