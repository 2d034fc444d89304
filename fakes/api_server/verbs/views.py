"""View: how one watch shows what happens, as lines of JSON or frames of protobuf.

Guarantees: what the same event looks like in the same form is made once for many watches. Assumes: the lines of Tables are asked for by one
task, in the order in which they are sent.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass

from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import Kind
from fakes.api_server.tables import TableStream
from fakes.api_server.verbs.selection import Selection
from fakes.api_server.wire import encoding, protobuf
from fakes.api_server.wire.negotiation import Codec, Form, Shape
from fakes.storage import Event, Version


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A BOOKMARK event: everything up to `revision` has been sent; with `initial_end`, also everything there was at the start."""

    revision: int
    initial_end: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """How one watch shows what happens."""

    kind: Kind
    selection: Selection
    form: Form
    tables: TableStream | None = None
    """Where they are asked for."""

    def line(self, event: Event) -> bytes:
        """The event as the selector makes it look: an object may enter and leave the selection. Empty when it is not concerned."""
        shown_before, shown_now = self.selection.shows(event)
        if shown_now:
            assert event.new is not None
            return self.object_line("MODIFIED" if shown_before else "ADDED", event.new)
        if shown_before:
            return self.object_line("DELETED", event.farewell(encoding.restamp))
        return b""

    def object_line(self, type: str, version: Version) -> bytes:
        version = self.kind.seen(version)
        binary = self.form.codec is Codec.PROTOBUF
        if self.tables is not None:
            return _line(type, self.tables.of_object(version))
        if self.form.shape is Shape.PARTIAL:
            return _partial_line(type, version, self.form.version, binary=binary)
        return _binary_line(type, *self._names, version) if binary else _line(type, encoding.whole(self.kind, version.raw))

    def bookmark(self, mark: Bookmark) -> bytes:
        partial_form = self.form.version if self.form.shape is Shape.PARTIAL else ""
        raw = encoding.bookmark(self.kind, mark.revision, initial_end=mark.initial_end, partial_form=partial_form)
        if self.form.codec is Codec.PROTOBUF:
            names = (partial_form, "PartialObjectMetadata") if partial_form else self._names
            return protobuf.event("BOOKMARK", protobuf.enveloped_item(*names, raw))
        return _line("BOOKMARK", raw if self.tables is None else self.tables.of_bookmark(raw, mark.revision))

    def error(self, error: StatusError) -> bytes:
        """An ERROR event."""
        if self.form.codec is Codec.PROTOBUF:
            return protobuf.event("ERROR", protobuf.encode(error.status()))
        return _line("ERROR", encoding.to_json(error.status()))

    @property
    def _names(self) -> tuple[str, str]:
        return self.kind.resource.api_version, self.kind.resource.kind


# all who watch a resource come for its newest event at about the same time
@functools.lru_cache(maxsize=16)
def _binary_line(type: str, api_version: str, kind: str, version: Version) -> bytes:
    return protobuf.event(type, protobuf.enveloped_item(api_version, kind, version.raw))


@functools.lru_cache(maxsize=16)
def _partial_line(type: str, version: Version, form: str, *, binary: bool) -> bytes:
    raw = encoding.partial(version, form)
    return protobuf.event(type, protobuf.encode(json.loads(raw))) if binary else _line(type, raw)


def _line(type: str, content: bytes) -> bytes:
    return b"".join([b'{"type":"', type.encode(), b'","object":', content, b"}\n"])
