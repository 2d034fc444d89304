"""Oracles: what must hold of an informer whatever happens, checked against the server's own state and not against what the
informer received.

The numbers are those of the invariants in docs/architecture.md. Every violation is an `AssertionError` that says what was expected of what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from informer.handlers import Added, Deleted, Event, Updated
from informer.objects import KubeObject, ObjectKey
from informer.runtime import Runtime
from informer.shared_informer import SharedInformer
from informer.source import ListPage, ListQuery, WatchEvent, WatchQuery, WatchSource, WatchStream
from informer.store import same
from informer.versions import is_older, newest


@dataclass(slots=True)
class HandlerLog:
    """A handler that checks its own story at each event. Give it to `add_handler`.

    Per object it must be told Added, Updated*, Deleted (I4); versions never go back (I3); a uid that was deleted never comes back
    (I6); `old` is what was told last; nothing is told after `close` (I17). `objects` is the replay of the story.
    """

    objects: dict[ObjectKey, KubeObject] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)
    _gone: set[str] = field(default_factory=set)
    _closed: bool = False

    def close(self) -> None:
        """The informer's `stop` has returned."""
        self._closed = True

    def __call__(self, event: Event[KubeObject]) -> None:
        self.story.append(f"{type(event).__name__} {event.key} {event.object.resource_version}")
        assert not self._closed, f"told after stop: {self.story[-1]}"
        told = self.objects.get(event.key)
        match event:
            case Added(key, new):
                assert told is None, f"added twice: {self.story}"
                assert new.uid not in self._gone, f"a deleted uid came back: {self.story}"
                self.objects[key] = new
            case Updated(key, old, new):
                assert told is not None, f"updated before it was added: {self.story}"
                assert same(old, told), f"the old state is not the one told last: {self.story}"
                assert new.uid == told.uid, f"updated across uids: {self.story}"
                assert not is_older(new.resource_version, told.resource_version), f"went back in time: {self.story}"
                self.objects[key] = new
            case Deleted(key, last):
                assert told is not None, f"deleted before it was added: {self.story}"
                assert last.uid == told.uid, f"another uid was deleted: {self.story}"
                self._gone.add(last.uid)
                del self.objects[key]


class WatchedSource:
    """A source between an informer and the real one, which checks what the informer asks for.

    A watch starts from the newest version that was delivered, by the last list or since then by an event or a bookmark (I8);
    nothing is asked after `close` (I17). `times` are the moments of its requests.
    """

    def __init__(self, source: WatchSource, runtime: Runtime) -> None:
        self._source = source
        self._runtime = runtime
        self._newest = ""
        self._closed = False
        self.times: list[float] = []

    def list(self, query: ListQuery) -> ListPage:
        self._asked()
        page = self._source.list(query)
        if not query.continue_token:
            self._newest = page.resource_version
        return page

    def watch(self, query: WatchQuery) -> WatchStream:
        self._asked()
        assert query.resource_version == self._newest, f"watched from {query.resource_version}, but {self._newest} was delivered"
        return _WatchedStream(self._source.watch(query), self)

    def close(self) -> None:
        self._closed = True
        self._source.close()

    def delivered(self, events: Sequence[WatchEvent]) -> None:
        for event in events:
            self._newest = newest(self._newest, event.resource_version)

    def _asked(self) -> None:
        assert not self._closed, "a request after stop"
        self.times.append(self._runtime.monotonic())


class _WatchedStream:
    def __init__(self, stream: WatchStream, source: WatchedSource) -> None:
        self._stream = stream
        self._source = source

    def next_batch(self) -> Sequence[WatchEvent]:
        events = self._stream.next_batch()
        self._source.delivered(events)
        return events

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> _WatchedStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def assert_converged(informer: SharedInformer[KubeObject], server: Sequence[Mapping[str, Any]], log: HandlerLog | None = None) -> None:
    """The cache equals the server's state in keys, uids, versions and content (I2), and so does the replay of what a handler saw (I5)."""
    expected = {obj.key: obj for obj in map(KubeObject.from_dict, server)}
    cached = {obj.key: obj for obj in informer.lister.list()}
    assert cached.keys() == expected.keys(), f"the cache has {_names(cached)}, the server {_names(expected)}; {informer.health}"
    for key, obj in expected.items():
        assert same(cached[key], obj), f"the cache has {cached[key].to_dict()}, the server {obj.to_dict()}"
    if log is not None:
        assert log.objects.keys() == expected.keys(), (
            f"the handler was told of {_names(log.objects)}, the server has {_names(expected)}: {log.story}"
        )
        for key, obj in expected.items():
            assert same(log.objects[key], obj), f"the handler was told {log.objects[key].to_dict()}, the server has {obj.to_dict()}"


def assert_no_hot_loop(times: Sequence[float], *, within: float, most: int) -> None:
    """No more than `most` requests start within any `within` seconds (I10)."""
    for first, start in enumerate(times):
        count = sum(start <= time < start + within for time in times[first:])
        assert count <= most, f"{count} requests within {within:g} s from {start:.1f} s on, at most {most} were expected"


def _names(objects: Mapping[ObjectKey, KubeObject]) -> list[str]:
    return sorted(f"{key}@{obj.resource_version}" for key, obj in objects.items())
