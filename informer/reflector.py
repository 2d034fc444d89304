"""Reflector: keeps a sink equal to a source. The only place that decides what to do about trouble.

Rules: the first request is a consistent list (no version, so never older than what the server has committed), then a watch from
its version. Events and bookmarks move the version, which never goes back. The sink is replaced only by complete lists. No request
follows another without either progress or a wait, so no answer makes a hot loop. `stop` ends every state at once. States and causes:

    state       cause                                     next
    Listing     whole list in                             Watching
    Listing     a later page expired                      Listing, everything in one page
    Listing     any other error                           BackingOff, Listing
    Watching    clean end after 5 s or a new version      Watching
    Watching    silence longer than was asked             Watching
    Watching    earlier clean end; the second in a row    BackingOff, Watching; Listing
    Watching    disconnected, 401, 403, 429, 5xx          BackingOff, Watching
    Watching    line that is no event; the same again     BackingOff, Watching; Listing
    Watching    expired, too large, not found, invalid    BackingOff, Listing
    Watching    ERROR event that is none of these         BackingOff, Listing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol, assert_never

from informer.backoff import Backoff
from informer.errors import (
    Disconnected,
    Expired,
    Invalid,
    Malformed,
    NotFound,
    ResourceVersionTooLarge,
    ServerError,
    SourceClosed,
    SourceError,
    StreamEnded,
    TooManyRequests,
)
from informer.objects import KubeObject, UnreadableObject
from informer.runtime import Runtime
from informer.source import ListQuery, WatchEvent, WatchQuery, WatchSource, WatchStream
from informer.versions import newest

PAGE_SIZE = 500
STEADY = 5.0  # seconds after which an open stream counts as a success
SPACING = 1.0  # seconds within which even a productive stream is not replaced at once
WATCH_TIMEOUT = (300, 600)  # seconds, drawn for each watch, as client-go does
SILENCE_SLACK = 30.0  # seconds past the server's own deadline after which a silent stream is taken for dead


@dataclass(frozen=True, slots=True)
class Listing:
    """Get the whole state; `whole` asks for it in one page."""

    whole: bool = False


@dataclass(frozen=True, slots=True)
class Watching:
    """Follow the events after `resource_version`."""

    resource_version: str


@dataclass(frozen=True, slots=True)
class BackingOff:
    """Wait `delay` seconds, then go on with `then`."""

    delay: float
    then: Listing | Watching


@dataclass(frozen=True, slots=True)
class Stopped:
    """The end."""


State = Listing | Watching | BackingOff | Stopped


class Sink(Protocol):
    """What a reflector keeps equal to its source, and whom it tells what it does. Calls come from the reflector's task only."""

    def replace(self, items: Sequence[KubeObject], unreadable: Sequence[UnreadableObject], resource_version: str) -> None: ...

    def apply(self, events: Sequence[WatchEvent]) -> None: ...

    def entered(self, state: State) -> None:
        """The reflector goes into `state`."""
        ...

    def connected(self) -> None:
        """A watch is open."""
        ...

    def failed(self, phase: str, error: Exception, attempt: int, delay: float) -> None:
        """A request or a stream failed, `attempt` times in a row; the next one comes after `delay` seconds."""
        ...


class Reflector:
    """Keeps `sink` equal to `source` from `run` until `stop`."""

    def __init__(self, source: WatchSource, sink: Sink, runtime: Runtime, *, page_size: int = PAGE_SIZE) -> None:
        self._source = source
        self._sink = sink
        self._runtime = runtime
        self._page_size = page_size
        self._backoff = Backoff(runtime)
        self._wake = runtime.condition("reflector")  # guards _stopping
        self._stopping = False
        self._short_ends = 0
        self._malformed: bytes | None = None

    def run(self) -> None:
        """Work until `stop`. Blocks; raises only what is no `Exception`, such as a transform's `SystemExit`; that ends it too."""
        try:
            self._run()
        finally:
            self._sink.entered(Stopped())

    def _run(self) -> None:
        state: State = Listing()
        while True:
            if self._stopping:
                state = Stopped()
            if not isinstance(state, Stopped):
                self._sink.entered(state)
            match state:
                case Listing():
                    state = self._list(state)
                case Watching():
                    state = self._watch(state)
                case BackingOff():
                    state = self._wait(state)
                case Stopped():
                    return
                case _:
                    assert_never(state)

    def stop(self) -> None:
        """End `run` as soon as what is being done allows. From any task; idempotent."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._source.close()

    def _list(self, state: Listing) -> State:
        token = ""
        tokens: set[str] = set()
        try:
            items: list[KubeObject] = []
            unreadable: list[UnreadableObject] = []
            first = page = self._source.list(ListQuery(limit=0 if state.whole else self._page_size))
            while True:
                items += page.items
                unreadable += page.unreadable
                if not page.continue_token:
                    break
                if page.continue_token in tokens:
                    raise Malformed(f"the server gave the same continue token twice: {token!r}")
                token = page.continue_token
                tokens.add(token)
                page = self._source.list(ListQuery(limit=0 if state.whole else self._page_size, continue_token=token))
            if self._stopping:
                return Stopped()
            self._sink.replace(items, unreadable, first.resource_version)
        except SourceClosed:
            return Stopped()
        except Expired as error:
            if token and not state.whole:
                return Listing(whole=True)
            return self._failed("list", error, Listing())
        except Exception as error:
            return self._failed("list", error, Listing())
        return Watching(first.resource_version)

    def _watch(self, state: Watching) -> State:
        stream = _Progress(state.resource_version, state.resource_version)
        timeout = self._runtime.random.randrange(*WATCH_TIMEOUT)
        query = WatchQuery(state.resource_version, timeout=timeout, silence=timeout + SILENCE_SLACK)
        try:
            with self._source.watch(query) as events:
                stream.opened = self._runtime.monotonic()
                self._sink.connected()
                self._follow(events, stream)
        except SourceClosed:
            return Stopped()
        except Exception as error:
            return self._after(error, stream)

    def _follow(self, events: WatchStream, stream: _Progress) -> NoReturn:
        while True:
            batch = events.next_batch()
            if self._stopping:
                raise SourceClosed("stopped")
            self._sink.apply(batch)
            for event in batch:
                stream.version = newest(stream.version, event.resource_version)
            if stream.version != stream.start:
                self._good_stream()

    def _good_stream(self) -> None:
        self._backoff.reset()
        self._short_ends = 0

    def _after(self, error: Exception, stream: _Progress) -> State:
        lasted = self._runtime.monotonic() - stream.opened if stream.opened is not None else 0.0
        good = stream.version != stream.start or lasted >= STEADY
        if good:
            self._good_stream()
        repeated = isinstance(error, Malformed) and error.excerpt == self._malformed
        self._malformed = error.excerpt if isinstance(error, Malformed) else None
        again, relist = Watching(stream.version), Listing()
        match error:
            case StreamEnded() if good:
                return again if lasted >= SPACING else BackingOff(self._backoff.next(), again)
            case Disconnected(silent=True) if good:
                return again
            case StreamEnded():
                self._short_ends += 1
                return self._failed("watch", error, again if self._short_ends < 2 else relist)
            case Malformed():
                return self._failed("watch", error, relist if repeated else again)
            case Expired():
                return self._failed("watch", error, relist)
            case ResourceVersionTooLarge() | NotFound() | Invalid():
                return self._failed("watch", error, relist)
            case ServerError() if stream.opened is not None:
                return self._failed("watch", error, relist)
            case SourceError():
                return self._failed("watch", error, again)
            case _:
                return self._failed("watch", error, relist)

    def _failed(self, phase: str, error: Exception, then: Listing | Watching) -> BackingOff:
        floor = error.retry_after if isinstance(error, TooManyRequests | ServerError) else None
        delay = self._backoff.next(floor)
        self._sink.failed(phase, error, self._backoff.attempt, delay)
        return BackingOff(delay, then)

    def _wait(self, state: BackingOff) -> State:
        deadline = self._runtime.monotonic() + state.delay
        with self._wake:
            while not self._stopping:
                left = deadline - self._runtime.monotonic()
                if left <= 0:
                    return state.then
                self._wake.wait(left)
        return Stopped()


@dataclass(slots=True)
class _Progress:
    """How far one watch has come."""

    start: str
    version: str
    opened: float | None = None
