"""How objects, lists and watch lines look as JSON: key order, escapes and envelopes of a real server.

Stored bytes never hold kind and apiVersion: every way out puts its own in front, so one stored version serves lists, watches and all
API versions without being serialised again. Built-in kinds keep the order of their fields; custom resources are sorted.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from fakes.api_server.builtin import schemas, typed
from fakes.api_server.builtin.template_counts import TEMPLATE_GENERATION
from fakes.api_server.kinds import Kind
from fakes.api_server.wire.escapes import escaped
from fakes.storage import Event, Version

META = "meta.k8s.io/v1"
"""Of tables, and of metadata alone, if nothing else is asked for."""
_COUNTED = ("deployments.apps", "replicasets.apps", "statefulsets.apps")

T = TypeVar("T")

_METADATA = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def to_json(document: Any, *, ordered: bool = False) -> bytes:
    """Compact JSON with Go's escapes; `ordered` sorts all keys."""
    return escaped(msgspec.json.encode(document, order="deterministic" if ordered else None))


def from_json(raw: bytes) -> Any:
    """Raises `msgspec.DecodeError`."""
    return msgspec.json.decode(raw)


def pretty(raw: bytes) -> bytes:
    """The same JSON for people: two spaces, no newline at the end."""
    return msgspec.json.format(raw, indent=2)


def encode_object(kind: Kind, document: Mapping[str, Any]) -> bytes:
    """The bytes of an object of this kind: everything but kind and apiVersion."""
    return _encoded(document, _schema_name(kind))


def stored_bytes(kind: Kind, document: Mapping[str, Any]) -> bytes:
    """The bytes to store: those of the kind that it is kept as."""
    if kind.conversion is None:
        return encode_object(kind, document)
    return _encoded(kind.conversion.to_stored(dict(document)), schemas.name_of(*kind.conversion.stored))


def shown(kind: Kind, version: Version) -> Version:
    """What is stored, as an object of this kind."""
    conversion = kind.conversion
    if conversion is None:
        return kind.seen(version)
    return version.form(kind.resource.api_version, lambda stored: encode_object(kind, conversion.from_stored(stored)))


def shown_event(kind: Kind, event: Event) -> Event:
    """What happened in storage, as it happened to an object of this kind."""
    conversion = kind.conversion
    if conversion is None:
        return event
    return event.form(kind.resource.api_version, lambda stored: encode_object(kind, conversion.from_stored(stored)))


def _encoded(document: Mapping[str, Any], name: str | None) -> bytes:
    content = dict(document)
    content.pop("kind", None)
    content.pop("apiVersion", None)
    raw = None if name is None else typed.written(content, name)
    return to_json(content, ordered=True) if raw is None else escaped(raw)


def _schema_name(kind: Kind) -> str | None:
    resource = kind.resource
    return None if kind.custom else schemas.name_of(resource.group, resource.version, resource.kind)


def copied(value: T) -> T:
    """A deep copy of JSON data. By way of JSON: many times faster than by hand."""
    copy: T = from_json(msgspec.json.encode(value))
    return copy


def same(left: Any, right: Any) -> bool:
    """Whether two documents, or parts of them, say the same in JSON: unlike Python's `==`, it tells `1` from `true`."""
    # what differs even for Python needs no encoding, and that is nearly every write
    return bool(left == right) and msgspec.json.encode(left, order="deterministic") == msgspec.json.encode(right, order="deterministic")


def restamp(raw: bytes, revision: int) -> bytes:
    """Stored bytes with another resource version; the order of all fields stays."""
    fields = _METADATA(raw)
    metadata = _METADATA(fields["metadata"])
    metadata["resourceVersion"] = msgspec.Raw(b'"%d"' % revision)
    fields["metadata"] = msgspec.Raw(msgspec.json.encode(metadata))
    return msgspec.json.encode(fields)


def header(kind: Kind) -> bytes:
    """The start of an object of this kind, up to where its stored bytes go on."""
    return _header(kind.resource.api_version, kind.resource.kind, kind.custom)


@functools.lru_cache(maxsize=1024)
def _header(api_version: str, kind: str, custom: bool) -> bytes:
    names = {"kind": kind, "apiVersion": api_version}
    return to_json(names, ordered=custom)[:-1] + b","


def whole(kind: Kind, raw: bytes) -> bytes:
    """Stored bytes as a complete object."""
    return header(kind) + raw[1:]


def to_document(kind: Kind, version: Version) -> dict[str, Any]:
    """A fresh dict with kind and apiVersion."""
    return {"kind": kind.resource.kind, "apiVersion": kind.resource.api_version, **version.document()}


def listing(kind: Kind, versions: Iterable[Version], revision: int, *, token: str = "", remaining: int = 0) -> bytes:
    """A list object. `token` and `remaining` are left out when they say nothing, as each of the two kinds of storage does it."""
    if kind.custom:
        start = header(kind)
        items = b",".join([start + version.raw[1:] for version in versions])
        counted = {"remainingItemCount": remaining} if remaining else {}
        metadata = {"continue": token, **counted, "resourceVersion": str(revision)}
        names = to_json({"apiVersion": kind.resource.api_version})[:-1]
        return b"".join([names, b',"items":[', items, b'],"kind":', to_json(kind.list_kind), b',"metadata":', to_json(metadata), b"}"])
    items = b",".join([version.raw for version in versions])
    return b"".join([_list_header(kind.list_kind, kind.resource.api_version, revision, token, remaining), b"[", items, b"]}"])


def partial(version: Version, form: str = META) -> bytes:
    """PartialObjectMetadata of a stored object: typed key order, whatever the kind. `form` is the apiVersion in which it is told."""
    metadata = _without_template_generation(version.origin.document()["metadata"])
    raw = typed.written(metadata, schemas.OBJECT_META) or msgspec.json.encode(metadata)
    return b'{"kind":"PartialObjectMetadata","apiVersion":"%s","metadata":%s}' % (form.encode(), escaped(raw))


def _without_template_generation(metadata: dict[str, Any]) -> dict[str, Any]:
    """A server keeps it beside the metadata, which has it only where the whole object is written."""
    annotations = metadata.get("annotations") or {}
    if TEMPLATE_GENERATION not in annotations:
        return metadata
    rest = {name: value for name, value in annotations.items() if name != TEMPLATE_GENERATION}
    return {**metadata, "annotations": rest} if rest else {name: value for name, value in metadata.items() if name != "annotations"}


def partial_listing(versions: Iterable[Version], revision: int, form: str, *, token: str = "", remaining: int = 0) -> bytes:
    """PartialObjectMetadataList. A real server says null of one without items."""
    header = _list_header("PartialObjectMetadataList", form, revision, token, remaining)
    items = b",".join([partial(version, form) for version in versions])
    return b"".join([header, b"[", items, b"]}"]) if items else header + b"null}"


def _list_header(list_kind: str, api_version: str, revision: int, token: str, remaining: int) -> bytes:
    metadata: dict[str, Any] = {"resourceVersion": str(revision)}
    if token:
        metadata["continue"] = token
    if remaining:
        metadata["remainingItemCount"] = remaining
    return to_json({"kind": list_kind, "apiVersion": api_version, "metadata": metadata})[:-1] + b',"items":'


def bookmark(kind: Kind, revision: int, *, initial_end: bool, partial_form: str = "") -> bytes:
    """The object of a BOOKMARK event; `partial_form` is the apiVersion in which its metadata are told alone."""
    annotations = {"k8s.io/initial-events-end": "true"} if initial_end else {}
    if kind.resource.name == "daemonsets.apps":
        annotations = {TEMPLATE_GENERATION: "0", **annotations}
    metadata: dict[str, Any] = {"resourceVersion": str(revision)}
    if annotations:
        metadata["annotations"] = annotations
    if partial_form:
        return to_json({"kind": "PartialObjectMetadata", "apiVersion": partial_form, "metadata": metadata})
    return header(kind) + to_json({**_nothing(kind), "metadata": metadata}, ordered=kind.custom)[1:]


def _nothing(kind: Kind) -> dict[str, Any]:
    """What a server writes of an object of this kind in which nothing was set."""
    name = _schema_name(kind)
    content = {} if name is None else typed.empty(name)
    if kind.resource.name in _COUNTED:
        # kept as a plain number, which is 0 when nothing was said
        content["spec"] = {"replicas": 0, **content["spec"]}
    return content
