"""A source that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from informer.errors import SourceClosed
from informer.objects import KubeObject
from informer.runtime import Runtime
from informer.source import EventType, ListPage, ListQuery, WatchEvent, WatchQuery


def node(name: str, version: str | int, *, uid: str = "", **extra: Any) -> KubeObject:
    metadata = {"name": name, "uid": uid or f"uid-{name}", "resourceVersion": str(version), **extra.pop("metadata", {})}
    return KubeObject.from_dict({"apiVersion": "v1", "kind": "Node", "metadata": metadata, **extra})


def page(*items: KubeObject, version: str | int, more: str = "") -> ListPage:
    return ListPage(items, str(version), more)


def added(obj: KubeObject) -> WatchEvent:
    return WatchEvent(EventType.ADDED, obj, obj.resource_version)


def modified(obj: KubeObject) -> WatchEvent:
    return WatchEvent(EventType.MODIFIED, obj, obj.resource_version)


def deleted(obj: KubeObject) -> WatchEvent:
    return WatchEvent(EventType.DELETED, obj, obj.resource_version)


def bookmark(version: str | int) -> WatchEvent:
    return WatchEvent(EventType.BOOKMARK, None, str(version))


Step = WatchEvent | Exception | float


class ScriptedSource:
    """`lists` are answered in order, `watches` too: events, an exception, or seconds of silence; then it says nothing more."""

    def __init__(self, runtime: Runtime, lists: Sequence[ListPage | Exception], watches: Sequence[Sequence[Step] | Exception] = ()) -> None:
        self.runtime = runtime
        self.asked: list[ListQuery | WatchQuery] = []
        self.times: list[float] = []
        self.closed = False
        self._lists = list(lists)
        self._watches = list(watches)
        self._changed = runtime.condition("scripted source")
        self._script: list[Step] = []

    @property
    def requests(self) -> list[str]:
        """What was asked, in short: `list`, `list +token`, `list whole`, `watch 12`."""
        return [
            f"watch {q.resource_version}"
            if isinstance(q, WatchQuery)
            else f"list {'whole' if not q.limit else ''}{q.continue_token and '+' + q.continue_token}".strip()
            for q in self.asked
        ]

    def say(self, *steps: Step) -> None:
        """Add to the script of the open watch."""
        with self._changed:
            self._script += steps
            self._changed.notify_all()

    def watch(self, query: WatchQuery) -> ScriptedStream:
        self._ask(query)
        script: Sequence[Step] | Exception = self._watches.pop(0) if self._watches else []
        if isinstance(script, Exception):
            raise script
        self._script[:0] = script
        return ScriptedStream(self)

    def close(self) -> None:
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def _ask(self, query: ListQuery | WatchQuery) -> None:
        self.runtime.checkpoint("request")
        if self.closed:
            raise SourceClosed("closed")
        self.asked.append(query)
        self.times.append(self.runtime.monotonic())

    def _hang(self) -> None:
        with self._changed:
            while not self.closed:
                self._changed.wait()
        raise SourceClosed("closed")

    def next_batch(self) -> list[WatchEvent]:
        batch: list[WatchEvent] = []
        while not batch:
            with self._changed:
                while not self._script and not self.closed:
                    self._changed.wait()
                if self.closed:
                    raise SourceClosed("closed")
                while self._script and isinstance(self._script[0], WatchEvent):
                    event = self._script.pop(0)
                    assert isinstance(event, WatchEvent)
                    batch.append(event)
                step = self._script.pop(0) if not batch else None
            if isinstance(step, Exception):
                raise step
            if isinstance(step, float):
                self.runtime.sleep(step)
                if self.closed:
                    raise SourceClosed("closed")
        return batch

    def list(self, query: ListQuery) -> ListPage:
        self._ask(query)
        if not self._lists:
            self._hang()
        answer = self._lists.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class ScriptedStream:
    """The open watch of a `ScriptedSource`."""

    def __init__(self, source: ScriptedSource) -> None:
        self._source = source

    def next_batch(self) -> Sequence[WatchEvent]:
        return self._source.next_batch()

    def close(self) -> None:
        pass

    def __enter__(self) -> ScriptedStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
