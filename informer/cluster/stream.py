"""ClusterStream: the events of one open watch."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from informer.cluster.exchange import Exchange
from informer.cluster.wire import EventReader
from informer.errors import Disconnected, SourceError, StreamEnded
from informer.resource import Resource
from informer.source import WatchEvent, WatchStream


class ClusterStream(WatchStream):
    """Reads `exchange`, whose response to a watch of `resource` has begun; owns it from now on."""

    def __init__(self, exchange: Exchange, resource: Resource) -> None:
        self._exchange = exchange
        self._reader = EventReader(resource, exchange.server)

    def next_batch(self) -> Sequence[WatchEvent]:
        """The events that came since the last call; blocks until there is one."""
        try:
            while True:
                if self._reader.fault is not None:
                    raise self._reader.fault
                data = self._exchange.read_some()
                if not data:
                    raise self._end()
                events = self._reader.feed(data)
                if events:
                    return events
        except BaseException:
            self.close()
            raise

    def _end(self) -> SourceError:
        if self._reader.inside_a_line:
            return Disconnected(f"{self._exchange.what}: {self._exchange.server} ended the stream in the middle of an event")
        return StreamEnded(f"{self._exchange.what}: {self._exchange.server} ended the stream")

    def close(self) -> None:
        """End the stream and free its connection; wakes a blocked `next_batch` with `SourceClosed`. Idempotent, from any task."""
        self._exchange.close()

    def __enter__(self) -> ClusterStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
