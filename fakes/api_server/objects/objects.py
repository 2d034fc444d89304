"""Objects: the storage as the verbs see it, in documents instead of bytes, and the answers that verbs give."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from typing import Any

import msgspec

from fakes.api_server import errors
from fakes.api_server.kinds import Kind
from fakes.api_server.objects.metadata import emptied
from fakes.api_server.requests import Call
from fakes.api_server.verbs.watch_cache import WatchCache
from fakes.api_server.wire.encoding import restamp, shown, shown_event, stored_bytes, to_document
from fakes.storage import Event, State, Storage, Subscription, Version
from informer.runtime import Runtime


class ObjectAnswer(msgspec.Struct, frozen=True):
    """One object, and what the server warns of."""

    version: Version
    status: int = 200
    warnings: tuple[str, ...] = ()


class ListAnswer(msgspec.Struct, frozen=True):
    """Objects in the order of their keys. `remaining` is 0 where it is not told."""

    versions: list[Version]
    revision: int
    token: str = ""
    remaining: int = 0
    warnings: tuple[str, ...] = ()


class PlainAnswer(msgspec.Struct, frozen=True):
    """A document that is not stored: a Status that is no error, a Scale."""

    document: dict[str, Any]
    status: int = 200
    warnings: tuple[str, ...] = ()


class TextAnswer(msgspec.Struct, frozen=True):
    """Plain text; None where there is nothing that could say any."""

    text: str | None = None


class Objects:
    """Reads and writes documents. Guarantees what `Storage` does; raises its `Changed` to whoever wrote from an older state."""

    def __init__(self, storage: Storage, runtime: Runtime, cache: WatchCache) -> None:
        self.storage = storage
        self.runtime = runtime
        self.cache = cache

    def now(self, seconds: float = 0) -> str:
        """The wall clock, some seconds from now, as objects have it."""
        moment = self.runtime.now()
        return timestamp(moment + datetime.timedelta(seconds=seconds) if seconds else moment)

    def find(self, call: Call) -> Version | None:
        """The newest state, if there is one."""
        version = self.storage.get(call.kind.storage_key, call.key)
        return None if version is None else shown(call.kind, version)

    def read(self, call: Call) -> Version:
        """Raises 404."""
        version = self.find(call)
        if version is None:
            raise errors.not_found(call.kind.resource.name, call.name)
        return call.kind.seen(version)

    def state(self, call: Call, *, start: str = "", at: int | None = None) -> State:
        """The collection, from a key on, at a revision or (None) now. Raises `Compacted`."""
        kind = call.kind
        state = self.storage.state(kind.storage_key, prefix=call.prefix, start=start, at=at)
        return state if kind.conversion is None else State(state.revision, [shown(kind, version) for version in state.versions])

    def subscribe(self, call: Call, deliver: Callable[[Event], None], *, after: int | None = None) -> Subscription:
        """Hear of every change of the collection, as `Storage.subscribe` has it. Raises `Compacted`."""
        kind = call.kind
        if kind.conversion is None:
            return self.storage.subscribe(kind.storage_key, deliver, prefix=call.prefix, after=after)

        def heard(event: Event) -> None:
            deliver(shown_event(kind, event))

        subscription = self.storage.subscribe(kind.storage_key, heard, prefix=call.prefix, after=after)
        subscription.state = State(subscription.state.revision, [shown(kind, version) for version in subscription.state.versions])
        return subscription

    def put(self, kind: Kind, key: str, document: dict[str, Any], expect: int) -> Version:
        """Store `document`, which gets the new resource version, and give it as it is seen then. Raises `Changed`."""
        lens = kind.lens
        if lens is not None and not lens.exact:
            lens.keep(document)

        def encode(revision: int) -> bytes:
            document["metadata"]["resourceVersion"] = str(revision)
            return stored_bytes(kind, document)

        version = self.storage.write(kind.storage_key, key, encode, expect=expect).new
        assert version is not None, "a write leaves an object behind"
        if lens is not None and lens.exact and not emptied(document["metadata"]):
            version.settle(lens)
        return shown(kind, version)

    def remove(self, kind: Kind, key: str, expect: int) -> Version:
        """Delete, and give the last state under the revision of its deletion. Raises `Changed`."""
        return kind.seen(shown_event(kind, self.storage.delete(kind.storage_key, key, expect=expect)).farewell(restamp))

    def document(self, kind: Kind, version: Version) -> dict[str, Any]:
        """A stored state, or one that was seen, as a fresh dict."""
        return to_document(kind, kind.seen(version))


def timestamp(moment: datetime.datetime) -> str:
    """As objects have it: RFC 3339 in UTC, whole seconds."""
    return _of_second(moment.timestamp() // 1)


@functools.lru_cache(maxsize=16)
def _of_second(second: float) -> str:
    moment = datetime.datetime.fromtimestamp(second, datetime.UTC)
    return f"{moment.isoformat(timespec='seconds')[:19]}Z"
