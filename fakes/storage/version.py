"""Version and Event: one state of one object, and the step from one state to the next. Both are shared by all readers, and never change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec


class _Metadata(msgspec.Struct):
    labels: dict[str, str] | None = None


class _Header(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


_header = msgspec.json.Decoder(_Header).decode
_document = msgspec.json.Decoder().decode


class Version:
    """One state of one object: its key, the revision that wrote it, and its JSON bytes.

    `raw` is serialised once, when it is written; lists and watches share it. What is decoded from it on request is remembered here.
    """

    __slots__ = ("_fields", "_forms", "_labels", "_origin", "_seen", "key", "raw", "revision")

    def __init__(self, key: str, revision: int, raw: bytes) -> None:
        self.key = key
        self.revision = revision
        self.raw = raw
        self._labels: dict[str, str] | None = None
        self._fields: dict[str, str] | None = None
        self._forms: dict[str, Version] | None = None
        self._seen: tuple[Look, Version | None] | None = None
        self._origin: Version | None = None

    @property
    def origin(self) -> Version:
        """What this is a form of; or else it itself."""
        return self._origin or self

    def document(self) -> dict[str, Any]:
        """A fresh copy, the caller's own."""
        content: dict[str, Any] = _document(self.raw)
        return content

    @property
    def labels(self) -> dict[str, str]:
        """Shared: to be read only."""
        if self._labels is None:
            self._labels = _header(self.raw).metadata.labels or {}
        return self._labels

    def field(self, name: str, read: Callable[[dict[str, Any]], str]) -> str:
        """What `read` makes of the decoded object, remembered as `name`."""
        if self._fields is None:
            self._fields = {}
        if name not in self._fields:
            self._fields[name] = read(self.document())
        return self._fields[name]

    def form(self, name: str, convert: Callable[[dict[str, Any]], bytes]) -> Version:
        """The same state in other bytes, which `convert` makes of the decoded object; remembered as `name`."""
        if self._forms is None:
            self._forms = {}
        if name not in self._forms:
            form = self._forms[name] = Version(self.key, self.revision, convert(self.document()))
            form._origin = self
        return self._forms[name]

    def through(self, look: Look) -> Version:
        """What `look` makes of it, which may be itself; remembered for the last one that looked."""
        seen = self._seen
        if seen is None or seen[0] is not look:
            shown = look(self)
            shown.settle(look)
            # another one may look in between: what is given back is never read again
            self._seen = seen = (look, None if shown is self else shown)
        return seen[1] or self

    def settle(self, look: Look) -> None:
        """Say that `look` makes of it what it is."""
        self._seen = (look, None)

    def __repr__(self) -> str:
        return f"<Version {self.key}@{self.revision}>"


Look = Callable[[Version], Version]
"""A way to see a state: not as it is stored."""


class Event:
    """One write: `old` is None for a creation, `new` for a deletion."""

    __slots__ = ("_farewell", "_forms", "_origin", "key", "new", "old", "revision")

    def __init__(self, key: str, revision: int, old: Version | None, new: Version | None) -> None:
        self.key = key
        self.revision = revision
        self.old = old
        self.new = new
        self._farewell: Version | None = None
        self._forms: dict[str, Event] | None = None
        self._origin: tuple[Event, str, Callable[[dict[str, Any]], bytes]] | None = None

    def farewell(self, restamp: Callable[[bytes, int], bytes]) -> Version:
        """The old state with the revision of this event, as watchers see an object go. `restamp` runs once, for all of them."""
        if self._farewell is None and self._origin is not None:
            event, name, convert = self._origin
            self._farewell = event.farewell(restamp).form(name, convert)
        elif self._farewell is None:
            assert self.old is not None, "a creation has no old state"
            self._farewell = Version(self.key, self.revision, restamp(self.old.raw, self.revision))
        return self._farewell

    def form(self, name: str, convert: Callable[[dict[str, Any]], bytes]) -> Event:
        """The same step between states in other bytes: see `Version.form`."""
        if self._forms is None:
            self._forms = {}
        if name not in self._forms:
            old, new = (state and state.form(name, convert) for state in (self.old, self.new))
            form = self._forms[name] = Event(self.key, self.revision, old, new)
            form._origin = self, name, convert
        return self._forms[name]

    def __repr__(self) -> str:
        return f"<Event {self.key}@{self.revision} {self.old} -> {self.new}>"
