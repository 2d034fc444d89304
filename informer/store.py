"""Store: turns what the source says into the cache's next state, and into the events that handlers see.

What decides between Added, Updated and Deleted is the cache, not the wire. Guarantees, per object: Added, Updated*, Deleted; no
update across uids; no event for a version older than the cached one; nothing for a version already cached with the same content.
An object that the transform, an index or the decoder refuses is quarantined, and tried again at its next version. Assumes one
calling task; user code is never called under the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from informer.errors import Quarantined
from informer.handlers import Added, Gone, Raw, Updated
from informer.health import Counters
from informer.indexer import Indexed, Indexer
from informer.objects import KubeObject, ObjectKey, UnreadableObject
from informer.source import EventType, WatchEvent
from informer.versions import is_older, newest

Transform = Callable[[KubeObject], KubeObject]
OnRefused = Callable[[ObjectKey | None, Exception], None]


@dataclass(frozen=True, slots=True)
class _Refused:
    """An object that exists and could not be taken in."""

    key: ObjectKey
    why: Quarantined


class Store:
    """Writes an `Indexer`, holding its `writing`. `prepare_*` calls user code; `commit_*` holds the lock as well, and gives the events."""

    def __init__(self, indexer: Indexer, counters: Counters, transform: Transform | None, on_refused: OnRefused) -> None:
        self._indexer = indexer
        self._counters = counters
        self._transform = transform
        self._on_refused = on_refused
        self.resource_version = ""
        self.nameless = 0

    def prepare_event(self, event: WatchEvent) -> Indexed | _Refused | KubeObject | None:
        """Prepare the object of an event: for the cache, or, of one that is gone, for the handlers. None where there is nothing."""
        if event.type is EventType.BOOKMARK:
            return None
        if event.type is EventType.DELETED:
            return None if event.object is None else self._last_state(event.object)
        if event.object is not None:
            return self._prepare(event.object)
        return None if event.unreadable is None else self._prepare_unreadable(event.unreadable)

    def _prepare(self, obj: KubeObject) -> Indexed | _Refused:
        """Transform and index an object."""
        try:
            kept = self._transform(obj) if self._transform else obj
            if kept.key != obj.key:
                raise ValueError(f"the transform changed the key from {obj.key} to {kept.key}")
            if (kept.uid, kept.resource_version) != (obj.uid, obj.resource_version):
                raise ValueError(f"the transform changed the uid or the resource version of {obj.key}")
            return self._indexer.prepare(kept)
        except Exception as error:
            return self._refuse(obj.key, error)

    def _prepare_unreadable(self, unreadable: UnreadableObject) -> _Refused | None:
        """Quarantine what could not be decoded; without a key there is nothing to hold it under, and it is only counted."""
        if unreadable.key is not None:
            return self._refuse(unreadable.key, unreadable)
        self._counters.refused_objects += 1
        self._on_refused(None, unreadable)
        return None

    def _refuse(self, key: ObjectKey, error: Exception) -> _Refused:
        self._counters.refused_objects += 1
        self._on_refused(key, error)
        _forget_frames(error)
        return _Refused(key, Quarantined(f"{key} exists, and was refused: {type(error).__name__}: {error}", cause=error))

    def prepare_list(
        self, items: Sequence[KubeObject], unreadable: Sequence[UnreadableObject]
    ) -> tuple[dict[ObjectKey, Indexed | _Refused], int]:
        """Prepare a complete list: by key, the last of a key wins; and how many items have no key."""
        prepared: dict[ObjectKey, Indexed | _Refused] = {}
        nameless = 0
        for obj in items:
            cached = self._indexer.peek(obj.key)
            if cached is not None and self._transform is None and cached.uid == obj.uid and same(cached, obj):
                obj = cached
            prepared[obj.key] = self._prepare(obj)
        for each in unreadable:
            refused = self._prepare_unreadable(each)
            if refused is None:
                nameless += 1
            else:
                prepared[refused.key] = refused
        return prepared, nameless

    def commit_list(
        self, prepared: Mapping[ObjectKey, Indexed | _Refused], nameless: int, resource_version: str, *, initial: bool
    ) -> list[Raw]:
        """Make the cache equal to the list. Deletes come first, then the rest in the list's order."""
        gone: list[Raw] = []
        news: list[Raw] = []
        for key in list(self._indexer.keys()):
            if key not in prepared:
                cached = self._indexer.peek(key)
                self._indexer.remove(key)
                if cached is not None:
                    gone.append(Gone(key, cached, final_state_unknown=True, known=cached))
        for entry in prepared.values():
            if isinstance(entry, _Refused):
                self._indexer.quarantine(entry.key, entry.why)
                continue
            cached = self._indexer.peek(entry.object.key)
            if cached is not None and cached.uid != entry.object.uid:
                gone.append(Gone(cached.key, cached, final_state_unknown=True, known=cached))
            news += self._stored(cached, entry, initial=initial)
        self.resource_version = resource_version
        self.nameless = nameless
        return gone + news

    def _stored(self, cached: KubeObject | None, entry: Indexed, *, initial: bool = False) -> list[Raw]:
        self._indexer.put(entry)
        new = entry.object
        if cached is None or cached.uid != new.uid:
            return [Added(new.key, new, initial)]
        return [] if same(cached, new) else [Updated(new.key, cached, new)]

    def commit_event(self, event: WatchEvent, entry: Indexed | _Refused | KubeObject | None) -> list[Raw]:
        """Apply one watch event, whose object was prepared as `entry`."""
        self.resource_version = newest(self.resource_version, event.resource_version)
        if event.type is EventType.BOOKMARK:
            self._counters.bookmarks += 1
            return []
        self._counters.events += 1
        if event.type is EventType.DELETED or isinstance(entry, KubeObject):
            return self._deleted(event, entry if isinstance(entry, KubeObject) else None)
        if isinstance(entry, _Refused):
            self._indexer.quarantine(entry.key, entry.why)
            return []
        if entry is None:
            self.nameless += 1
            return []
        cached = self._indexer.peek(entry.object.key)
        if cached is None:
            return self._stored(None, entry)
        if is_older(entry.object.resource_version, cached.resource_version):
            self._counters.stale_events += 1
            return []
        replaced: list[Raw] = []
        if cached.uid != entry.object.uid:
            replaced.append(Gone(cached.key, cached, final_state_unknown=True, known=cached))
        return replaced + self._stored(cached, entry)

    def _deleted(self, event: WatchEvent, last: KubeObject | None) -> list[Raw]:
        key = event.object.key if event.object else (event.unreadable.key if event.unreadable else None)
        if key is None:
            return []
        cached = self._indexer.peek(key)
        if cached is None:
            self._indexer.remove(key)
            self._counters.unknown_deletes += 1
            return []
        if is_older(event.resource_version, cached.resource_version):
            self._counters.stale_events += 1
            return []
        self._indexer.remove(key)
        if event.object is None or event.object.uid != cached.uid:
            return [Gone(key, cached, final_state_unknown=True, known=cached)]
        return [Gone(key, last or cached, known=cached)]

    def _last_state(self, obj: KubeObject) -> KubeObject | None:
        if self._transform is None:
            return obj
        try:
            return self._transform(obj)
        except Exception as error:
            self._counters.refused_objects += 1
            self._on_refused(obj.key, error)
            return None


def _forget_frames(error: BaseException | None) -> None:
    """Drop the tracebacks of an error that is kept: their frames would keep the whole list that the object came in."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


class _Type(msgspec.Struct, forbid_unknown_fields=True):
    kind: str = ""
    apiVersion: str = ""  # noqa: N815


_only_type = msgspec.json.Decoder(_Type).decode


def same(one: KubeObject, other: KubeObject) -> bool:
    """Whether two objects are one version with one content, kind and apiVersion aside (which the items of built-in lists lack)."""
    if one.resource_version != other.resource_version:
        return False
    short, long = sorted((one.raw, other.raw), key=len)
    if short == long:
        return True
    if long.endswith(short[1:]):  # a server writes kind and apiVersion first: comparing what follows them spares decoding both
        lead = long[: len(long) - len(short) + 1].rstrip()
        try:
            _only_type(lead[:-1] + b"}")
        except msgspec.DecodeError:
            pass
        else:
            return True
    return one.same_content(other)
