"""Changes: what happens to some objects, one step after another, for the hands of a test."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from fakes.api_server import errors
from fakes.api_server.objects.objects import Objects
from fakes.api_server.requests import Call
from fakes.api_server.verbs.selection import Selection
from fakes.api_server.wire.encoding import restamp
from fakes.storage import Compacted, Event, Version

Document = dict[str, Any]
ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]


@dataclass(frozen=True, slots=True)
class Change:
    """One step of an object's life: `object` as it was after it, or, of a deletion, as it was last, under the version of its end."""

    type: ChangeType
    version: str
    object: Document

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.object["metadata"]["name"])

    def __str__(self) -> str:
        own = self.object["metadata"]
        return f"{self.type} {'/'.join(part for part in (own.get('namespace'), own['name']) if part)}@{self.version}"


class Changes(Iterator[Change]):
    """The changes of some objects, as they happen; made by `APIServer.watch`. A context manager; leaving it ends them.

    Guarantees: every change of the selection after the start comes once and in order, whoever made it; with a selector an object is ADDED
    when it enters the selection, and DELETED when it leaves. No fault meets them. Assumes: one task reads.

    `for change in changes` ends where nothing has come for `timeout` seconds of the runtime, and when the server is closed or restored.
    `until` waits for a certain one, and fails where it does not come. What has come is in `pending()` without waiting.
    """

    def __init__(
        self, objects: Objects, call: Call, selection: Selection, *, timeout: float | None, on_close: Callable[[Changes], None]
    ) -> None:
        self._objects = objects
        self._call = call
        self._kind = call.kind
        self._selection = selection
        self._timeout = math.inf if timeout is None else timeout
        self._on_close = on_close
        self._cancel: Callable[[], None] = lambda: None
        self._news = objects.runtime.condition(f"changes of {call.kind.resource.name}")
        # _news guards these
        self._queue: deque[Event | Version] = deque()
        self._ended = False

    def open(self, after: int | None, *, initial: bool) -> None:
        """Start. Raises 410 for a version that has been compacted."""
        try:
            subscription = self._objects.subscribe(self._call, self._deliver, after=after)
        except Compacted as error:
            raise errors.expired(f"too old resource version: {error.revision} ({error.oldest})") from None
        self._cancel = subscription.cancel
        if initial:
            with self._news:
                self._queue.extendleft(reversed(subscription.state.versions))

    def __next__(self) -> Change:
        change = self._take(self._objects.runtime.monotonic() + self._timeout)
        if change is None:
            raise StopIteration
        return change

    def until(self, type: ChangeType | None = None, name: str | None = None, *, when: Callable[[Document], bool] | None = None) -> Change:
        """The next change of this type, of this object, of an object of which `when` is true; what comes before it is passed over.

        Raises `TimeoutError`, which tells what has come instead, where it does not come within `timeout` seconds or the changes end.
        """
        deadline = self._objects.runtime.monotonic() + self._timeout
        passed: list[Change] = []
        while (change := self._take(deadline)) is not None:
            if type in (None, change.type) and name in (None, change.name) and (when is None or when(change.object)):
                return change
            passed.append(change)
        words = (type or "change", "of", self._kind.resource.name, name, "of which `when` is true" if when else None)
        wanted = " ".join(word for word in words if word)
        why = "the changes have ended" if self._ended else f"none came within {self._timeout:g} s"
        raise TimeoutError(f"no {wanted}: {why}; what came: {', '.join(map(str, passed[-20:])) or 'nothing'}")

    def pending(self) -> list[Change]:
        """What has come and has not been taken, without waiting."""
        taken: list[Change] = []
        while (change := self._take(-math.inf)) is not None:
            taken.append(change)
        return taken

    def close(self) -> None:
        """No changes any more, but those that have come. Idempotent."""
        self._cancel()
        self._on_close(self)
        self.end()

    def end(self) -> None:
        """For the server: what has come can be read, nothing else follows."""
        with self._news:
            self._ended = True
            self._news.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _deliver(self, event: Event) -> None:
        with self._news:
            if not self._ended:
                self._queue.append(event)
                self._news.notify_all()

    def _take(self, deadline: float) -> Change | None:
        """The next change, waited for until the deadline."""
        while True:
            with self._news:
                while not self._queue:
                    left = deadline - self._objects.runtime.monotonic()
                    if self._ended or left <= 0:
                        return None
                    self._news.wait(None if left == math.inf else left)
                item = self._queue.popleft()
            if (change := self._change(item)) is not None:
                return change

    def _change(self, item: Event | Version) -> Change | None:
        if isinstance(item, Version):
            return self._step("ADDED", item) if self._selection.matches(item) else None
        before, now = self._selection.shows(item)
        if now:
            assert item.new is not None
            return self._step("MODIFIED" if before else "ADDED", item.new)
        return self._step("DELETED", item.farewell(restamp)) if before else None

    def _step(self, type: ChangeType, version: Version) -> Change:
        return Change(type, str(version.revision), self._objects.document(self._kind, version))
