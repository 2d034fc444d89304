"""WorkQueue: keys that want a run, each at most once, now or later.

Guarantees: a key is never handed out while it is in flight; what is asked for while it is in flight runs afterwards; a key has at most one
pending run, the earliest that was asked for, so `add` makes a waiting `add_after` moot; keys leave first in, first out, so that a hot key
starves nobody; `drain` waits for what is queued and for what is in flight; `stop` abandons what is not in flight. Assumes that
each `get` is answered by one `done`. `tests/properties/test_queue.py` checks all of it.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from informer.errors import ConfigurationError, LifecycleError, StopTimeout
from informer.runtime import Runtime, current_runtime

K = TypeVar("K", bound=Hashable)

FIRST_RETRY = 0.005  # seconds
LONGEST_RETRY = 1000.0  # seconds
RETRIES_PER_SECOND = 10.0  # of all keys together, once BURST of them are used up
BURST = 100
STOP_TIMEOUT = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class QueueMetrics:
    """A queue at one moment. `ready`, `delayed` and `in_flight` count keys; one that is in flight may be delayed as well.

    `oldest` is for how many seconds the longest-waiting ready key has been ready, 0 where none is. `failing` counts the keys that have
    failed and were neither forgotten since nor left alone for long. `adds` and `retries` count what was asked for since the queue was
    made, `dropped` the runs that were pending or asked for when the queue had ended.
    """

    ready: int
    delayed: int
    in_flight: int
    oldest: float
    failing: int
    adds: int
    retries: int
    dropped: int


class WorkQueue(Generic[K]):
    """See the module. All methods may be called from any task; only `get` and `drain` block."""

    def __init__(
        self,
        *,
        name: str = "work",
        first_retry: float = FIRST_RETRY,
        longest_retry: float = LONGEST_RETRY,
        runtime: Runtime | None = None,
    ) -> None:
        """`name` is for messages. `first_retry` and `longest_retry`: seconds, for `add_rate_limited`. `runtime`: by default the simulation
        this is called in, else threads. Raises `ConfigurationError` unless 0 < first_retry <= longest_retry.
        """
        if not 0 < first_retry <= longest_retry:
            raise ConfigurationError(f"first_retry={first_retry:g} must be above 0 and at most longest_retry={longest_retry:g}")
        self.name = name
        self._runtime = runtime or current_runtime()
        self._changed = self._runtime.condition(f"queue {name}")  # guards the fields below
        self._ready: OrderedDict[K, float] = OrderedDict()  # first in, first out; since when
        self._in_flight: dict[K, None] = {}
        self._again: dict[K, None] = {}  # in flight, and to be ready once done
        self._delayed: _Delayed[K] = _Delayed()
        self._retries: _Retries[K] = _Retries(first_retry, longest_retry)
        self._closed = False  # takes nothing in any more
        self._stopped = False  # gives nothing out any more
        self._drained = False
        self._asked = self._retried = self._dropped = 0

    def add(self, key: K) -> None:
        """Run `key` as soon as its turn comes. Once, however often it is added before; has no effect after `stop` or `drain`."""
        with self._changed:
            self._ask(key, self._runtime.monotonic())

    def add_after(self, key: K, seconds: float) -> None:
        """Run `key` in `seconds` (0 or less: now), unless an earlier run is pending: that one stands for both."""
        with self._changed:
            self._ask(key, self._runtime.monotonic() + max(0.0, seconds))

    def add_rate_limited(self, key: K) -> float:
        """Run `key`, which has failed once more, after a delay that doubles with each failure since `forget`; gives the delay in seconds.

        It is longer where too many keys fail at once: after a burst of 100, all keys together get 10 retries a second. A key that has not
        failed for `longest_retry` after its retry was due starts anew.
        """
        with self._changed:
            now = self._runtime.monotonic()
            delay = self._retries.after_failure(key, now)
            self._retried += 1
            self._ask(key, now + delay)
            return delay

    def forget(self, key: K) -> int:
        """`key` went well: its next failure is the first one again. Gives the number of failures that are forgotten."""
        with self._changed:
            return self._retries.forget(key)

    def failures(self, key: K) -> int:
        """How many times `key` has failed since `forget`."""
        with self._changed:
            return self._retries.count(key)

    def get(self) -> K | None:
        """Wait for a key, and take it; call `done` when it has been worked on. None when the queue has ended, for all that ask."""
        with self._changed:
            while not self._stopped:
                self._promote()
                if self._ready:
                    key, _ = self._ready.popitem(last=False)
                    self._in_flight[key] = None
                    return key
                due = self._delayed.next_due()
                self._changed.wait(None if due is None else due - self._runtime.monotonic())
            return None

    def done(self, key: K) -> None:
        """The work that `get` gave out has ended, well or not. Raises `LifecycleError` for a key that is not in flight."""
        with self._changed:
            if key not in self._in_flight:
                raise LifecycleError(f"queue {self.name}: done({key!r}), which is not in flight; each get is answered by one done")
            self._promote()
            del self._in_flight[key]
            if key in self._again:
                del self._again[key]
                self._push(key, self._runtime.monotonic())
            self._end_when_drained()

    def stop(self) -> None:
        """Take nothing in and give nothing out from here on, and wake all that wait. What is in flight may end. Idempotent."""
        with self._changed:
            self._close()
            self._stop()

    def drain(self, timeout: float = STOP_TIMEOUT) -> None:
        """Take nothing in any more, and wait until everything queued has run and nothing is in flight; then the queue has ended.

        What is delayed is dropped, and so is what is asked for meanwhile, retries included; only a key that was asked for while it was in
        flight, before this, runs once more. Somebody else must go on with `get` and `done`. After `timeout` seconds it stops the
        queue and raises `StopTimeout`, naming what still runs, and what never will. Raises `LifecycleError` when `stop` came first.
        """
        deadline = self._runtime.monotonic() + timeout
        with self._changed:
            self._promote()
            self._close()
            self._end_when_drained()
            while not self._stopped:
                left = deadline - self._runtime.monotonic()
                if left <= 0:
                    running, queued = [str(key) for key in self._in_flight], [str(key) for key in self._ready]
                    self._stop()
                    raise StopTimeout(
                        f"queue {self.name} was not drained within {timeout:g}s; "
                        f"in flight: {', '.join(running) or 'nothing'}; not run: {', '.join(queued) or 'nothing'}",
                        running,
                    )
                self._changed.wait(left)
            if not self._drained:
                raise LifecycleError(f"queue {self.name} was stopped before it was drained; what was queued then never runs")

    def __len__(self) -> int:
        """How many keys are ready to be taken."""
        with self._changed:
            self._promote()
            return len(self._ready)

    def in_flight(self) -> list[K]:
        """The keys that are being worked on, in the order they were taken."""
        with self._changed:
            return list(self._in_flight)

    @property
    def metrics(self) -> QueueMetrics:
        """What the queue holds now, and what it has counted."""
        with self._changed:
            self._promote()
            now = self._runtime.monotonic()
            oldest = now - next(iter(self._ready.values()), now)
            return QueueMetrics(
                ready=len(self._ready),
                delayed=len(self._delayed),
                in_flight=len(self._in_flight),
                oldest=oldest,
                failing=len(self._retries),
                adds=self._asked,
                retries=self._retried,
                dropped=self._dropped,
            )

    # Inside; holding the condition

    def _ask(self, key: K, due: float) -> None:
        if self._closed:
            self._dropped += 1
            return
        self._asked += 1
        self._promote()
        if key in self._ready or key in self._again:
            return
        if due <= self._runtime.monotonic():
            self._delayed.discard(key)
            self._push(key, due)
        elif self._delayed.put(key, due):
            self._changed.notify_all()

    def _promote(self) -> None:
        """What has become due is queued before anything else is, so that the order is that of time."""
        for key, due in self._delayed.take_due(self._runtime.monotonic()):
            self._push(key, due)

    def _push(self, key: K, since: float) -> None:
        if key in self._in_flight:
            self._again[key] = None
        else:
            self._ready[key] = since
            self._changed.notify_all()

    def _close(self) -> None:
        self._closed = True
        self._dropped += len(self._delayed)
        self._delayed.clear()

    def _end_when_drained(self) -> None:
        if self._closed and not self._stopped and not self._ready and not self._in_flight:
            self._drained = True
            self._stop()

    def _stop(self) -> None:
        self._stopped = True
        self._dropped += len(self._ready) + len(self._again)
        self._ready.clear()
        self._again.clear()
        self._changed.notify_all()


class _Delayed(Generic[K]):
    """Keys that wait for their time, each once. Not safe by itself."""

    def __init__(self) -> None:
        self._due: dict[K, tuple[float, int]] = {}
        self._heap: list[tuple[float, int, K]] = []  # may hold entries that `_due` has not any more
        self._made = 0

    def __len__(self) -> int:
        return len(self._due)

    def put(self, key: K, due: float) -> bool:
        """Have `key` wait until `due`. False where it waits for an earlier time already."""
        if key in self._due and self._due[key][0] <= due:
            return False
        self._made += 1
        self._due[key] = (due, self._made)
        heapq.heappush(self._heap, (due, self._made, key))
        if len(self._heap) > 2 * len(self._due) + 16:
            self._heap = [(due, number, key) for key, (due, number) in self._due.items()]
            heapq.heapify(self._heap)
        return True

    def discard(self, key: K) -> None:
        self._due.pop(key, None)

    def next_due(self) -> float | None:
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][:2]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: float) -> Iterator[tuple[K, float]]:
        """Those due by `now`, in the order of their times, and with them."""
        while (due := self.next_due()) is not None and due <= now:
            key = heapq.heappop(self._heap)[2]
            del self._due[key]
            yield key, due

    def clear(self) -> None:
        self._due.clear()
        self._heap.clear()


class _Retries(Generic[K]):
    """How long a key waits after its n-th failure in a row: a time of its own, and the time until all together may go on."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._failures: OrderedDict[K, tuple[int, float]] = OrderedDict()  # how many, when the retry is due; the last to fail comes last
        self._used_up_until = 0.0  # when all retries given so far would be through, at the steady rate

    def __len__(self) -> int:
        return len(self._failures)

    def count(self, key: K) -> int:
        return self._failures[key][0] if key in self._failures else 0

    def after_failure(self, key: K, now: float) -> float:
        self._leave_out_the_old(now)
        failures = self.count(key)
        own = min(self._first * 2.0 ** min(failures, 64), self._longest)
        self._used_up_until = max(self._used_up_until, now) + 1 / RETRIES_PER_SECOND
        delay = max(own, self._used_up_until - now - BURST / RETRIES_PER_SECOND)
        self._failures[key] = (failures + 1, now + delay)
        self._failures.move_to_end(key)
        return delay

    def forget(self, key: K) -> int:
        return self._failures.pop(key, (0, 0.0))[0]

    def _leave_out_the_old(self, now: float) -> None:
        while self._failures:
            key, (_, due) = next(iter(self._failures.items()))
            if due + self._longest > now:
                return
            del self._failures[key]
