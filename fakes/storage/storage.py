"""Storage: one revision counter for all resources, the objects at each revision that is still held, and the log of how they came about.

Guarantees: each write takes exactly one revision; a subscriber gets every later event of its resource once and in order, or `Compacted`;
a state at a revision is what was there after that write and before the next. Writes are compare-and-swap: who is late gets `Changed`.
Assumes: `encode` and `deliver` are quick, and do not call back into the storage.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from fakes.storage.version import Event, Version
from informer.runtime import Runtime

HISTORY = 100_000


class Compacted(LookupError):
    """The revision asked for is older than the oldest one held, `oldest`."""

    def __init__(self, revision: int, oldest: int) -> None:
        super().__init__(f"revision {revision} has been compacted; the oldest held is {oldest}")
        self.revision = revision
        self.oldest = oldest


class Changed(RuntimeError):
    """A write expected another state of the object than the one there is."""


class State(NamedTuple):
    """Some objects of a resource at one revision, in the byte order of their keys."""

    revision: int
    versions: list[Version]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a storage holds, at one moment; for `Storage.restore`."""

    revision: int
    compacted: int
    resources: dict[Hashable, tuple[dict[str, Version], list[Event]]] = field(repr=False)


class Subscription:
    """What `Storage.subscribe` gives: `after` which revision the events are new ones, and how to end them."""

    def __init__(self, after: int, state: State, cancel: Callable[[Subscription], None], taker: _Taker) -> None:
        self.after = after
        self.state = state
        self.taker = taker
        self._cancel = cancel

    def cancel(self) -> None:
        """No events any more. Idempotent."""
        self._cancel(self)


class _Taker(NamedTuple):
    prefix: str
    deliver: Callable[[Event], None]


class _Resource:
    """The objects of one resource: now, and how they came about."""

    __slots__ = ("keys", "log", "objects", "subscriptions")

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.objects: dict[str, Version] = {}
        self.log: list[Event] = []
        self.subscriptions: dict[Subscription, None] = {}

    def apply(self, event: Event) -> None:
        if event.old is None:
            insort(self.keys, event.key)
        if event.new is None:
            del self.keys[bisect_left(self.keys, event.key)]
            del self.objects[event.key]
        else:
            self.objects[event.key] = event.new
        self.log.append(event)
        for subscription in self.subscriptions:
            if event.revision > subscription.after and event.key.startswith(subscription.taker.prefix):
                subscription.taker.deliver(event)

    def events(self, after: int, prefix: str) -> list[Event]:
        first = bisect_right(self.log, after, key=lambda event: event.revision)
        return [event for event in self.log[first:] if event.key.startswith(prefix)]

    def now(self, prefix: str, start: str) -> list[Version]:
        first, last = _span(self.keys, prefix, start)
        return [self.objects[key] for key in self.keys[first:last]]

    def past(self, revision: int, prefix: str, start: str) -> list[Version]:
        objects = dict(self.objects)
        for event in reversed(self.log):
            if event.revision <= revision:
                break
            if event.old is None:
                objects.pop(event.key, None)
            else:
                objects[event.key] = event.old
        keys = sorted(objects)
        first, last = _span(keys, prefix, start)
        return [objects[key] for key in keys[first:last]]


def _span(keys: list[str], prefix: str, start: str) -> tuple[int, int]:
    first = bisect_left(keys, max(prefix, start))
    if not prefix:
        return first, len(keys)
    return first, bisect_left(keys, prefix[:-1] + chr(ord(prefix[-1]) + 1))


class Storage:
    """See the module. `resource` is any hashable name; `key` is `namespace/name` or `name`.

    At most `history` events are held: past that the older half is compacted by itself, as real servers do it every few minutes.
    """

    def __init__(self, runtime: Runtime, *, revision: int = 1, history: int = HISTORY) -> None:
        self._runtime = runtime
        self._lock = runtime.condition("storage")
        # _lock guards what follows; the two counters are read without it, as whole numbers are
        self._revision = revision
        self._compacted = revision
        self._history = history
        self._resources: dict[Hashable, _Resource] = {}
        self._listeners: dict[Callable[[], None], Callable[[Hashable, Event | None], None]] = {}

    @property
    def revision(self) -> int:
        """The revision of the last write. Its event has been delivered to every subscriber when this shows it."""
        return self._revision

    @property
    def compacted(self) -> int:
        """The oldest revision whose state is held, and after which events are."""
        return self._compacted

    def get(self, resource: Hashable, key: str) -> Version | None:
        """The object's newest state."""
        with self._lock:
            return self._resource(resource).objects.get(key)

    def write(self, resource: Hashable, key: str, encode: Callable[[int], bytes], *, expect: int) -> Event:
        """Store what `encode(revision)` gives. `expect` is the revision of the state it was made from, 0 for none. Raises `Changed`."""
        with self._lock:
            old = self._expected(resource, key, expect)
            revision = self._revision + 1
            return self._record(resource, Event(key, revision, old, Version(key, revision, encode(revision))))

    def delete(self, resource: Hashable, key: str, *, expect: int) -> Event:
        """Take the object away. `expect` is the revision of the state that was judged. Raises `Changed`."""
        with self._lock:
            old = self._expected(resource, key, expect)
            return self._record(resource, Event(key, self._revision + 1, old, None))

    def state(self, resource: Hashable, *, prefix: str = "", start: str = "", at: int | None = None) -> State:
        """The objects whose key begins with `prefix` and is not before `start`, at a revision or (None) now. Raises `Compacted`.

        A revision in the future is answered as if it were now: whoever wants to wait for it asks `wait_for` first.
        """
        with self._lock:
            held = self._resource(resource)
            if at is None:
                return State(self._revision, held.now(prefix, start))
            if at < self._compacted:
                raise Compacted(at, self._compacted)
            if not held.log or held.log[-1].revision <= at:
                return State(at, held.now(prefix, start))
            return State(at, held.past(at, prefix, start))

    def revision_of_recent(self, resource: Hashable, back: int) -> int:
        """The revision of the last event but `back - 1` of a resource; 0 where fewer are held."""
        with self._lock:
            log = self._resource(resource).log
            return log[-back].revision if len(log) >= back else 0

    def subscribe(
        self, resource: Hashable, deliver: Callable[[Event], None], *, prefix: str = "", after: int | None = None
    ) -> Subscription:
        """Have `deliver` called for every event after a revision, past ones first; None means from now on.

        `deliver` runs in the writer's task, under the storage's lock. The subscription's `state` is where a subscriber from now on starts;
        nothing lies between it and the first event. Raises `Compacted`.
        """
        with self._lock:
            held = self._resource(resource)
            past: list[Event] = []
            state = State(self._revision if after is None else after, [])
            if after is None:
                state = State(self._revision, held.now(prefix, ""))
            elif after < self._compacted:
                raise Compacted(after, self._compacted)
            else:
                past = held.events(after, prefix)

            def cancel(ended: Subscription) -> None:
                with self._lock:
                    held.subscriptions.pop(ended, None)

            start = past[-1].revision if past else state.revision
            subscription = Subscription(start, state, cancel, _Taker(prefix, deliver))
            for event in past:
                deliver(event)
            held.subscriptions[subscription] = None
            return subscription

    def listen(self, hear: Callable[[Hashable, Event | None], None]) -> Callable[[], None]:
        """Have `hear(resource, event)` called for every write from now on, of all resources; and with None for both after a `restore`.

        It runs in the writer's task, under the storage's lock. Gives the function that ends it.
        """

        def end() -> None:
            with self._lock:
                self._listeners.pop(end, None)

        with self._lock:
            self._listeners[end] = hear
        return end

    def compact(self, revision: int | None = None) -> int:
        """Forget what lies before `revision` (default: now). Gives the oldest revision held. Subscribers keep what they have coming."""
        with self._lock:
            return self._compact(self._revision if revision is None else min(revision, self._revision))

    def wait_for(self, revision: int, timeout: float) -> bool:
        """Block until that revision is written, at most `timeout` seconds. False when it was not."""
        deadline = self._runtime.monotonic() + timeout
        with self._lock:
            while self._revision < revision:
                left = deadline - self._runtime.monotonic()
                if left <= 0 or not self._lock.wait(left):
                    return self._revision >= revision
            return True

    def snapshot(self) -> Snapshot:
        """Everything, at this moment. Costs a copy of the tables, not of the objects."""
        with self._lock:
            resources = {name: (dict(held.objects), list(held.log)) for name, held in self._resources.items()}
            return Snapshot(self._revision, self._compacted, resources)

    def restore(self, snapshot: Snapshot, *, revision: int | None = None) -> None:
        """Go back to a snapshot, its revision included, as an etcd restore does. Subscribers are told nothing, as real watchers are.

        With a `revision`, that one is the newest then, and all before it is compacted: what `etcdutl snapshot restore` does when it is
        told `--bump-revision` and `--mark-compacted`.
        """
        with self._lock:
            self._revision, self._compacted = (revision, revision) if revision else (snapshot.revision, snapshot.compacted)
            for name in {**self._resources, **snapshot.resources}:
                held = self._resource(name)
                objects, log = snapshot.resources.get(name, ({}, []))
                held.objects, held.log, held.keys = dict(objects), [] if revision else list(log), sorted(objects)
            for hear in self._listeners.values():
                hear(None, None)
            self._lock.notify_all()

    def _resource(self, name: Hashable) -> _Resource:
        held = self._resources.get(name)
        if held is None:
            held = self._resources[name] = _Resource()
        return held

    def _expected(self, resource: Hashable, key: str, expect: int) -> Version | None:
        old = self._resource(resource).objects.get(key)
        if (old.revision if old else 0) != expect:
            raise Changed
        return old

    def _record(self, resource: Hashable, event: Event) -> Event:
        self._resource(resource).apply(event)
        self._revision = event.revision
        for hear in self._listeners.values():
            hear(resource, event)
        if self._revision - self._compacted > self._history:
            self._compact(self._revision - self._history // 2)
        self._lock.notify_all()
        return event

    def _compact(self, revision: int) -> int:
        if revision > self._compacted:
            self._compacted = revision
            for held in self._resources.values():
                del held.log[: bisect_right(held.log, revision, key=lambda event: event.revision)]
        return self._compacted
