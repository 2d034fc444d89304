"""Watch: where a stream starts, and the body that brings its events.

Guarantees: of all that is stored after the start, every event that concerns the selection comes once and in order; a bookmark's version is
never ahead of an event that is still to come. Ready events are joined in one read. All watches share the bytes of an event's object.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from fakes.api_server import errors
from fakes.api_server.errors import StatusError
from fakes.api_server.faults import StreamFault
from fakes.api_server.objects.objects import Objects
from fakes.api_server.options import ListOptions
from fakes.api_server.requests import Call
from fakes.api_server.tables import TableStream
from fakes.api_server.verbs.reading import FRESHNESS, parse_version
from fakes.api_server.verbs.selection import Selection
from fakes.api_server.verbs.views import Bookmark, View
from fakes.api_server.verbs.watch_cache import is_cached
from fakes.api_server.wire.negotiation import Form, Shape
from fakes.storage import Compacted, Event, State, Subscription, Version

BOOKMARK_EVERY = 60.0
"""Seconds between two bookmarks."""
BOOKMARK_BEFORE_END = 2.0
"""Seconds from the last bookmark to the end of the stream."""
_SHORTEST, _LONGEST = 1800.0, 3600.0
_JOIN = 256 * 1024
_TORN = b'{"type":"MODIFIED","object":{"apiVersion":"v1","metadata":{"name":"to'


_Item = Event | Version | Bookmark | bytes


class WatchBody:
    """The stream of one watch; a `Body`. One task reads; everything else may be called from any task."""

    def __init__(self, objects: Objects, view: View, *, bookmarks: bool, timeout: float, on_close: Callable[[WatchBody], None]) -> None:
        self.view = view
        self._runtime = objects.runtime
        self._storage = objects.storage
        self._bookmarks = bookmarks
        self._deadline = self._runtime.monotonic() + timeout
        self._next_bookmark = math.inf
        self._on_close = on_close
        self._subscription: Subscription | None = None
        self._start = 0
        self._buffer = objects.cache.buffer(view.kind)
        self._condition = self._runtime.condition(f"watch {view.kind.resource.name}")
        self._wake: Callable[[], None] = self._condition.notify_all
        # _condition guards these: what waits to be read, the faults that wait for events, and what has become of the stream
        self._queue: deque[_Item | StreamFault] = deque()
        self._armed: list[tuple[int, StreamFault]] = []
        self._closed = self._broken = self._ended = self._silent = self._full = False

    def open(self, subscription: Subscription, *, initial: State | None = None) -> None:
        """Start, from a subscription whose events go to `deliver`; first with what `initial` holds, where there is one."""
        with self._condition:
            self._subscription = subscription
            self._start = subscription.after
            if initial is not None:
                items: list[_Item] = [version for version in initial.versions if self.view.selection.matches(version)]
                if self._bookmarks:
                    items.append(Bookmark(initial.revision, initial_end=True))
                self._queue.extendleft(reversed(items))
            self._plan_bookmark()

    def fail(self, error: StatusError | None = None) -> None:
        """Instead of `open`: an ERROR event, where there is one, and the end."""
        with self._condition:
            if error is not None:
                self._queue.append(self.view.error(error))
            self._ended = True

    def deliver(self, event: Event) -> None:
        """For the storage. Who reads too slowly gets what came before, and the end."""
        with self._condition:
            if self._full:
                return
            if self._buffer is not None and self._subscription is not None and len(self._queue) >= self._buffer:
                self._full = self._waiting(self._buffer) == self._buffer
            self._queue.append(StreamFault("end") if self._full else event)
            self._wake()

    def _waiting(self, limit: int) -> int:
        """How many events wait to be read, what the stream started with left out; counted up to `limit`."""
        count = 0
        for item in reversed(self._queue):
            if isinstance(item, Version | Bookmark) or (isinstance(item, Event) and item.revision <= self._start):
                break
            count += isinstance(item, Event) and any(self.view.selection.shows(item))
            if count == limit:
                break
        return count

    def inject(self, fault: StreamFault) -> None:
        """Damage the stream, now or after some events."""
        with self._condition:
            if fault.after:
                self._armed.append((fault.after, fault))
            elif fault.action == "break":
                self._broken = True
            else:
                self._queue.append(fault)
            self._wake()

    def end(self, *, clean: bool) -> None:
        """End the stream: after what waits to be read, or (not clean) at once and broken. Ends silent ones too."""
        with self._condition:
            if not clean:
                self._broken = True
            elif self._silent:
                self._closed = True
            else:
                self._queue.append(StreamFault("end"))
            self._wake()

    def close(self) -> None:
        """See `Body`."""
        with self._condition:
            self._closed = True
            self._wake()
        self._release()

    def _release(self) -> None:
        if self._subscription is not None:
            self._subscription.cancel()
        self._on_close(self)

    def announce(self, wake: Callable[[], None] | None) -> None:
        """See `AnnouncingBody`. While somebody is called, nobody waits in `read`."""
        with self._condition:
            self._wake = wake or self._condition.notify_all

    @property
    def due(self) -> float:
        """See `AnnouncingBody`."""
        with self._condition:
            if self._closed or self._broken or self._ended or (self._queue and not self._silent):
                return -math.inf
            return math.inf if self._silent else min(self._next_bookmark, self._deadline)

    def read(self, timeout: float | None = None) -> bytes:
        """See `Body`. Joins what is ready, up to about 256 KB."""
        patience = math.inf if timeout is None else self._runtime.monotonic() + timeout
        while (batch := self._next(patience)) is not None:
            lines = [line for line in map(self._encode, batch) if line]
            if lines:
                self._count(len(lines))
                return b"".join(lines)
        self._release()
        if self._broken:
            raise ConnectionResetError("the API server broke the connection of a watch")
        return b""

    def _next(self, patience: float) -> list[_Item] | None:
        """What is to be sent, as soon as there is something; None at the end. Raises `TimeoutError` at `patience`."""
        with self._condition:
            while not self._closed and not self._broken:
                batch = self._ready()
                now = self._runtime.monotonic()
                if not batch and (self._broken or self._is_over(now)):
                    return None
                if batch := batch or self._idle(now, patience):
                    return batch
        return None

    def _is_over(self, now: float) -> bool:
        return self._ended or (not self._silent and now >= self._deadline)

    def _idle(self, now: float, patience: float) -> list[_Item]:
        """Wait for something to send, or give the bookmark that is due. Raises `TimeoutError` at `patience`."""
        until = patience if self._silent else min(self._next_bookmark, self._deadline, patience)
        if not self._silent and now >= self._next_bookmark:
            return self._progress()
        if now >= patience:
            raise TimeoutError("nothing came on the stream of a watch")
        self._condition.wait(None if until == math.inf else until - now)
        return []

    def _ready(self) -> list[_Item]:
        """Take what can be sent now, up to the next fault: that one is acted on when everything before it has been sent."""
        batch: list[_Item] = []
        size, limit = 0, min(left for left, _ in self._armed) if self._armed else len(self._queue)
        while self._queue and not self._silent and size < _JOIN and len(batch) < limit:
            item = self._queue[0]
            if isinstance(item, StreamFault):
                if not batch:
                    self._queue.popleft()
                    batch = self._act(item)
                break
            batch.append(item)
            self._queue.popleft()
            size += _size(item)
        return batch

    def _act(self, fault: StreamFault) -> list[_Item]:
        match fault.action:
            case "line":
                return [fault.line]
            case "tear":
                self._queue.appendleft(StreamFault("break"))
                return [_TORN]
            case "break":
                self._broken = True
            case "silence":
                self._silent = True
            case "error":
                self._queue.clear()
                self._ended = True
                return [self.view.error(fault.error or errors.expired("too old resource version"))]
            case "end":
                self._queue.clear()
                self._ended = True
        return []

    def _encode(self, item: _Item) -> bytes:
        if isinstance(item, Event):
            return self.view.line(item)
        if isinstance(item, Bookmark):
            return self.view.bookmark(item)
        return self.view.object_line("ADDED", item) if isinstance(item, Version) else item

    def _count(self, lines: int) -> None:
        """Bring the faults that wait for events closer; whose time has come is next."""
        if not self._armed:
            return
        with self._condition:
            self._armed = [(left - lines, fault) for left, fault in self._armed]
            self._queue.extendleft(reversed([replace(fault, after=0) for left, fault in self._armed if left <= 0]))
            self._armed = [(left, fault) for left, fault in self._armed if left > 0]

    def _progress(self) -> list[_Item]:
        """A bookmark, if there is anything to tell. The queue is empty: every event up to the storage's revision has been sent."""
        self._plan_bookmark()
        revision = self._storage.revision
        return [Bookmark(revision)] if revision > self._start else []

    def _plan_bookmark(self) -> None:
        now, last = self._runtime.monotonic(), self._deadline - BOOKMARK_BEFORE_END
        periodically = self._bookmarks and is_cached(self.view.kind) and now < last
        self._next_bookmark = min(now + BOOKMARK_EVERY, last) if periodically else math.inf


def open_watch(objects: Objects, call: Call, form: Form, tables: TableStream | None, on_close: Callable[[WatchBody], None]) -> WatchBody:
    """The stream that a watch request asks for. Raises 400, 422 and 500; what goes wrong later is told in the stream."""
    options = ListOptions.of(call.parameters)
    fields = options.fields or (f"metadata.name={call.name}" if call.name else "")
    selection = Selection.parse(call.kind, options.labels, fields)
    options.check_watch()
    selection.check()
    if call.name and selection.pinned_name() not in (None, call.name):
        raise errors.bad_request("fieldSelector metadata.name doesn't match requested name")
    asked = parse_version(options.version)
    objects.cache.check_ready(call.kind)
    timeout = float(options.timeout) or objects.runtime.random.uniform(_SHORTEST, _LONGEST)
    body = WatchBody(objects, View(call.kind, selection, form, tables), bookmarks=options.bookmarks, timeout=timeout, on_close=on_close)
    if form.shape is Shape.PARTIAL_LIST:
        body.fail()
    elif options.with_initial_events:
        _open_with_state(objects, call, body, asked)
    else:
        _open_after(objects, call, body, asked)
    return body


def _open_with_state(objects: Objects, call: Call, body: WatchBody, asked: int) -> None:
    storage, cached = objects.storage, is_cached(call.kind)
    if not storage.wait_for(asked, FRESHNESS if cached else 0):
        body.fail(errors.too_large_version(asked, storage.revision, retry_after=1 if cached else 3))
        return
    subscription = objects.subscribe(call, body.deliver)
    body.open(subscription, initial=subscription.state)


def _open_after(objects: Objects, call: Call, body: WatchBody, asked: int) -> None:
    try:
        if asked and asked < (oldest := objects.cache.oldest(call.kind)):
            raise Compacted(asked, oldest)
        body.open(objects.subscribe(call, body.deliver, after=asked or None))
    except Compacted as error:
        text = f"too old resource version: {error.revision} ({error.oldest})"
        body.fail(errors.expired(text if is_cached(call.kind) else "The resourceVersion for the provided watch is too old."))


def _size(item: _Item) -> int:
    if isinstance(item, Event):
        version = item.new or item.old
        return len(version.raw) if version else 0
    if isinstance(item, Bookmark):
        return 0
    return len(item.raw) if isinstance(item, Version) else len(item)
