"""Handlers: the events they see, and the line each of them gets its events through.

Guarantees, for each handler: one call at a time, in one order; per object Added, Updated*, Deleted, and again; a handler that
raises is reported and misses nothing but that event; a slow one delays nobody else; after `remove` or `stop` no new call starts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from informer.objects import KubeObject, ObjectKey
from informer.runtime import Runtime, Task

T = TypeVar("T")


class Added(msgspec.Struct, Generic[T], frozen=True):
    """An object this handler has not seen. `initial`: it was there when the handler came, or when the informer started."""

    key: ObjectKey
    object: T
    initial: bool = False


class Updated(msgspec.Struct, Generic[T], frozen=True):
    """A newer state of an object. `resync`: nothing has changed, the handler asked to be told again; then `old` is `new`."""

    key: ObjectKey
    old: T
    new: T
    resync: bool = False

    @property
    def object(self) -> T:
        return self.new


class Deleted(msgspec.Struct, Generic[T], frozen=True):
    """The object is gone. `final_state_unknown`: that was found out by a list, so `object` is the last known state, not the last state."""

    key: ObjectKey
    object: T
    final_state_unknown: bool = False


class Gone(Deleted[KubeObject], frozen=True, kw_only=True):
    """A `Deleted` on its way to the lines. `known` is the state that they were told of last: who saw that is owed the end."""

    known: KubeObject


Event = Added[T] | Updated[T] | Deleted[T]
Raw = Added[KubeObject] | Updated[KubeObject] | Gone


@dataclass(frozen=True, slots=True)
class InitialEnd:
    """Stands in a line behind the last of the initial objects."""


@dataclass(frozen=True, slots=True)
class Callbacks(Generic[T]):
    """What a handler wants called. `filter` None lets everything through; an object that starts to pass is Added, one that stops
    Deleted."""

    on_event: Callable[[Event[T]], object] | None = None
    on_add: Callable[[T], object] | None = None
    on_update: Callable[[T, T], object] | None = None
    on_delete: Callable[[T], object] | None = None
    filter: Callable[[T], bool] | None = None

    @property
    def name(self) -> str:
        """For people: the name of the first function."""
        first = self.on_event or self.on_add or self.on_update or self.on_delete
        return first.name if isinstance(first, Decorated) else str(getattr(first, "__qualname__", first))

    def call(self, event: Event[T]) -> None:
        if self.on_event is not None:
            self.on_event(event)
        match event:
            case Added(object=obj) if self.on_add is not None:
                self.on_add(obj)
            case Updated(old=old, new=new) if self.on_update is not None:
                self.on_update(old, new)
            case Deleted(object=obj) if self.on_delete is not None:
                self.on_delete(obj)
            case _:
                pass


class Decorated(Generic[T]):
    """One handler made of decorated functions, at most one for each type of event: so their calls come one at a time and in order."""

    def __init__(self) -> None:
        self.functions: dict[type[Event[Any]], Callable[..., object]] = {}

    @property
    def name(self) -> str:
        return " and ".join(str(getattr(function, "__qualname__", function)) for function in self.functions.values())

    def __call__(self, event: Event[T]) -> None:
        function = self.functions.get(type(event))
        match event:
            case _ if function is None:
                pass
            case Updated(old=old, new=new):
                function(old, new)
            case Added(object=obj) | Deleted(object=obj):
                function(obj)


class Registration(Protocol):
    """One handler's place at an informer."""

    @property
    def name(self) -> str: ...

    @property
    def synced(self) -> bool:
        """Whether the handler has been called for every object of the informer's first list that was still there."""
        ...

    @property
    def backlog(self) -> int:
        """How many events wait for this handler."""
        ...

    def wait_for_sync(self, timeout: float | None = None) -> bool:
        """Wait at most `timeout` seconds until `synced`. False when it is not, or when the handler or its informer has ended."""
        ...

    def remove(self) -> None:
        """No event is taken up after this returns; a call that runs or is about to may end. Idempotent, from any task and any handler."""
        ...


class LineOwner(Protocol):
    """What a line tells its informer."""

    def line_failed(self, phase: str, error: Exception | SystemExit, key: ObjectKey) -> None: ...

    def resync(self, line: Line[T]) -> None:
        """Put the current objects into the line, behind what is there."""
        ...

    def line_removed(self, line: Line[T]) -> None: ...


_delivering: ContextVar[object] = ContextVar("informer_delivering", default=None)


def deliver_for(owner: object) -> None:
    """The current task calls user code on behalf of `owner` from now on."""
    _delivering.set(owner)


def delivering_for() -> object:
    """The owner on whose behalf the current task calls user code, None for tasks that are not an informer's."""
    return _delivering.get()


class Line(Generic[T]):
    """One handler's queue of events and the task that delivers them. It is the handler's `Registration`."""

    def __init__(
        self, owner: LineOwner, name: str, callbacks: Callbacks[T], decode: Callable[[KubeObject], T], resync: float, runtime: Runtime
    ) -> None:
        self._owner = owner
        self._name = name
        self._callbacks = callbacks
        self._decode = decode
        self._resync = resync
        self._runtime = runtime
        self._changed = runtime.condition(name)  # guards the fields below
        self._waiting: deque[Raw | InitialEnd] = deque()
        self._delivering = 0
        self._ended = False
        self._synced = False
        self._next_resync = runtime.monotonic() + resync

    @property
    def name(self) -> str:
        return self._name

    @property
    def synced(self) -> bool:
        return self._synced

    @property
    def backlog(self) -> int:
        with self._changed:
            return 0 if self._ended else sum(not isinstance(event, InitialEnd) for event in self._waiting) + self._delivering

    def wait_for_sync(self, timeout: float | None = None) -> bool:
        deadline = None if timeout is None else self._runtime.monotonic() + timeout
        with self._changed:
            while not self._synced and not self._ended:
                left = None if deadline is None else deadline - self._runtime.monotonic()
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            return self._synced

    def remove(self) -> None:
        self.end()
        self._owner.line_removed(self)

    def end(self) -> None:
        """Deliver nothing more, and let the task go."""
        with self._changed:
            self._ended = True
            self._waiting.clear()
            self._changed.notify_all()

    def start(self) -> Task:
        return self._runtime.spawn(self._run, name=self._name)

    def put(self, events: Iterable[Raw | InitialEnd]) -> None:
        """Queue events for delivery."""
        with self._changed:
            if not self._ended:
                self._waiting.extend(events)
                self._changed.notify_all()

    def _run(self) -> None:
        deliver_for(self._owner)
        try:
            while (batch := self._take()) is not None:
                while batch and not self._ended:
                    event = batch.popleft()
                    if isinstance(event, InitialEnd):
                        with self._changed:
                            self._synced = True
                            self._changed.notify_all()
                    else:
                        self._deliver(event)
                        self._delivering -= 1
                    del event  # while the line waits it keeps nothing alive
        finally:
            self.end()  # also when a handler raised what is no Exception: nobody shall wait for this line or feed it

    def _take(self) -> deque[Raw | InitialEnd] | None:
        with self._changed:
            while True:
                if self._ended:
                    return None
                left = self._next_resync - self._runtime.monotonic() if self._resync else None
                if self._waiting and (left is None or left > 0 or not self._synced):
                    batch, self._waiting = self._waiting, deque()
                    self._delivering = sum(not isinstance(event, InitialEnd) for event in batch)
                    return batch
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            self._next_resync = self._runtime.monotonic() + self._resync
        if self._synced:
            self._owner.resync(self)  # takes the informer's lock, which is always taken before a line's
        return deque()

    def _deliver(self, raw: Raw) -> None:
        event = self._seen(raw)
        if event is None:
            return
        self._runtime.checkpoint(f"handler {self._name}")
        if self._ended:
            return
        try:
            self._callbacks.call(event)
        except (Exception, SystemExit) as error:
            self._owner.line_failed("handler", error, raw.key)

    def _seen(self, raw: Raw) -> Event[T] | None:
        """The event as this view sees it: with its own types, and only objects that its model takes and its filter passes."""
        match raw:
            case Added():
                shown = self._show(raw.object)
                return None if shown is None else Added(raw.key, shown, raw.initial)
            case Gone():
                known = self._show(raw.known, quiet=True)
                return None if known is None else Deleted(raw.key, self._last(raw, known), raw.final_state_unknown)
            case Updated():
                new = self._show(raw.new)
                old = new if raw.old is raw.new else self._show(raw.old, quiet=True)
                if old is None:
                    return None if new is None else Added(raw.key, new)
                return Deleted(raw.key, old) if new is None else Updated(raw.key, old, new, raw.resync)

    def _last(self, raw: Gone, known: T) -> T:
        if raw.object is raw.known:
            return known
        try:
            return self._decode(raw.object)
        except Exception as error:
            self._owner.line_failed("model", error, raw.key)
            return known

    def _show(self, obj: KubeObject, *, quiet: bool = False) -> T | None:
        """What the handler may see of `obj`, None for nothing. `quiet`: what is wrong with it was reported when it was new."""
        phase = "model"
        try:
            shown = self._decode(obj)
            phase = "handler"
            return shown if self._callbacks.filter is None or self._callbacks.filter(shown) else None
        except Exception as error:
            if not quiet:
                self._owner.line_failed(phase, error, obj.key)
            return None
