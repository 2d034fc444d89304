"""Wire: what a list's body and a watch's bytes say, as pages and events. Bytes in, values out; nothing here knows of connections.

Guarantees: any split of the same bytes into pieces gives the same events; no object keeps the bytes around it alive; an object that cannot
be taken in does not cost the others.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from informer.cluster.failures import EXCERPT, error_from_event, excerpt_of, kind_of, unexpected
from informer.errors import Disconnected, Invalid, Malformed, SourceError
from informer.objects import KubeObject, UnreadableObject
from informer.resource import Resource
from informer.source import EventType, ListPage, WatchEvent


class _ListMetadata(msgspec.Struct, rename="camel"):
    resource_version: str = ""
    token: str | None = msgspec.field(name="continue", default=None)


class _List(msgspec.Struct):
    items: list[msgspec.Raw] | None
    metadata: _ListMetadata


class _Event(msgspec.Struct, gc=False):
    type: str
    object: msgspec.Raw


class _Version(msgspec.Struct, rename="camel"):
    resource_version: str = ""


class _Bookmark(msgspec.Struct):
    metadata: _Version = msgspec.field(default_factory=_Version)


_decode_list = msgspec.json.Decoder(_List).decode
_decode_event = msgspec.json.Decoder(_Event).decode
_decode_bookmark = msgspec.json.Decoder(_Bookmark).decode

_CHANGES: Mapping[str, EventType] = {change.value: change for change in EventType if change is not EventType.BOOKMARK}


def read_page(body: bytes, resource: Resource, server: str) -> ListPage:
    """The page that `body` is. Raises `Disconnected` for a JSON that breaks off, `Malformed`, and what a Status or a Table means."""
    try:
        content = _decode_list(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if "truncated" in str(error):
            raise Disconnected(f"the list of {resource} from {server} broke off after {len(body)} bytes") from error
        raise unexpected(server, body, "not a list of objects") from error
    items: list[KubeObject] = []
    unreadable: list[UnreadableObject] = []
    api_version, kind = resource.api_version, resource.kind
    for raw in content.items or ():
        try:
            items.append(KubeObject(bytes(raw), api_version=api_version, kind=kind))
        except UnreadableObject as refused:
            unreadable.append(refused)
    return ListPage(items, content.metadata.resource_version, content.metadata.token or "", unreadable)


class EventReader:
    """Turns the bytes of one watch of `resource` into events, piece by piece."""

    def __init__(self, resource: Resource, server: str) -> None:
        self._resource = resource
        self._api_version = resource.api_version
        self._kind = resource.kind
        self._server = server
        self._begun: list[bytes] = []
        self.fault: SourceError | None = None

    @property
    def inside_a_line(self) -> bool:
        """Whether the bytes so far end in the middle of a line."""
        return any(not piece.isspace() for piece in self._begun)

    def feed(self, data: bytes) -> list[WatchEvent]:
        """The events that `data` completes. What ends the stream goes to `fault`, and nothing after it is read."""
        events: list[WatchEvent] = []
        whole = memoryview(data)
        start = 0
        try:
            while (end := data.find(b"\n", start)) >= 0:
                line: bytes | memoryview = whole[start:end]
                if self._begun:
                    line = b"".join((*self._begun, line))
                    self._begun.clear()
                start = end + 1
                if line and (event := self._event(line)) is not None:
                    events.append(event)
        except SourceError as fault:
            self.fault = fault
            return events
        if start < len(data):
            self._begun.append(data[start:])
        return events

    def _event(self, line: bytes | memoryview) -> WatchEvent | None:
        try:
            content = _decode_event(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            text = bytes(line)
            if text.isspace():
                return None
            raise unexpected(self._server, text, f"not a watch event ({error})") from error
        raw = bytes(content.object)
        change = _CHANGES.get(content.type)
        if change is None:
            return self._no_change(content.type, raw, bytes(line))
        try:
            obj = KubeObject(raw, api_version=self._api_version, kind=self._kind)
        except UnreadableObject as refused:
            return self._refused(change, refused, bytes(line))
        return WatchEvent(change, obj, obj.resource_version)

    def _no_change(self, type: str, raw: bytes, line: bytes) -> WatchEvent:
        if type == "ERROR":
            raise error_from_event(self._server, raw)
        if type != "BOOKMARK":
            raise Malformed(f"{self._server} sent an event of the unknown type {type!r}: {excerpt_of(line)}", excerpt=line[:EXCERPT])
        try:
            version = _decode_bookmark(raw).metadata.resource_version
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Malformed(f"{self._server} sent an unreadable bookmark: {excerpt_of(line)}", excerpt=line[:EXCERPT]) from error
        return WatchEvent(EventType.BOOKMARK, None, version)

    def _refused(self, change: EventType, refused: UnreadableObject, line: bytes) -> WatchEvent:
        if not refused.raw.startswith(b"{"):
            raise Malformed(f"{self._server} sent an event without an object: {excerpt_of(line)}", excerpt=line[:EXCERPT]) from refused
        match kind_of(refused.raw):
            case "Status":
                raise error_from_event(self._server, refused.raw) from refused
            case "Table":
                raise Invalid(f"{self._server} answered with Tables, which were not asked for") from refused
        return WatchEvent(change, None, refused.resource_version, refused)
