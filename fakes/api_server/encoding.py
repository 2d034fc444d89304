"""How objects, lists and watch lines look as JSON: key order, escapes and envelopes of a real server.

Stored bytes never hold kind and apiVersion: every way out puts its own in front, so one stored version serves lists, watches and all
API versions without being serialised again. Built-in kinds keep the order of their fields; custom resources are sorted.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from fakes.api_server.kinds import Kind
from fakes.storage import Version

_METADATA_ORDER = (
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
)
_LESS, _GREATER, _AND = b"<>&"
_ESCAPES = ((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026"), ("\u2028".encode(), b"\\u2028"), ("\u2029".encode(), b"\\u2029"))

# what a Go struct without values encodes to, where that is more than nothing: bookmarks of built-in kinds carry it
_EMPTY: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("", "pods"): {"spec": {"containers": None}, "status": {}},
    ("", "nodes"): {"spec": {}, "status": {"daemonEndpoints": {"kubeletEndpoint": {"Port": 0}}}},
    ("", "namespaces"): {"spec": {}, "status": {}},
    ("", "services"): {"spec": {}, "status": {"loadBalancer": {}}},
    ("coordination.k8s.io", "leases"): {"spec": {}},
    ("", "events"): {
        "involvedObject": {},
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": None,
        "reportingComponent": "",
        "reportingInstance": "",
    },
}

T = TypeVar("T")

_METADATA = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def to_json(document: Any, *, ordered: bool = False) -> bytes:
    """Compact JSON with Go's escapes; `ordered` sorts all keys."""
    raw = msgspec.json.encode(document, order="deterministic" if ordered else None)
    if _LESS in raw or _GREATER in raw or _AND in raw or not raw.isascii():
        for plain, escaped in _ESCAPES:
            raw = raw.replace(plain, escaped)
    return raw


def from_json(raw: bytes) -> Any:
    """Raises `msgspec.DecodeError`."""
    return msgspec.json.decode(raw)


def pretty(raw: bytes) -> bytes:
    """The same JSON for people: two spaces, no newline at the end."""
    return msgspec.json.format(raw, indent=2)


def _sorted_maps(metadata: dict[str, Any]) -> dict[str, Any]:
    known = {field: metadata[field] for field in _METADATA_ORDER if field in metadata}
    for field in ("labels", "annotations"):
        if isinstance(known.get(field), dict):
            known[field] = dict(sorted(known[field].items()))
    return known if len(known) == len(metadata) else known | {field: metadata[field] for field in metadata if field not in known}


def encode_object(kind: Kind, document: Mapping[str, Any]) -> bytes:
    """The bytes to store: everything but kind and apiVersion."""
    content: dict[str, Any] = {"metadata": None, **document}
    content.pop("kind", None)
    content.pop("apiVersion", None)
    if kind.custom:
        return to_json(content, ordered=True)
    content["metadata"] = _sorted_maps(content["metadata"])
    if "status" in content:
        content["status"] = content.pop("status")
    return to_json(content)


def copied(value: T) -> T:
    """A deep copy of JSON data. By way of JSON: many times faster than by hand."""
    copy: T = from_json(msgspec.json.encode(value))
    return copy


def same(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Whether two documents say the same in JSON: unlike Python's `==`, it tells `1` from `true`."""
    # what differs even for Python needs no encoding, and that is nearly every write
    return left == right and msgspec.json.encode(left, order="deterministic") == msgspec.json.encode(right, order="deterministic")


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
    return b"".join([_list_header(kind.list_kind, kind.resource.api_version, revision, token, remaining), items, b"]}"])


def partial(version: Version) -> bytes:
    """PartialObjectMetadata of a stored object: typed key order, whatever the kind."""
    metadata = to_json(_sorted_maps(version.document()["metadata"]))
    return b'{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":' + metadata + b"}"


def partial_listing(versions: Iterable[Version], revision: int, *, token: str = "", remaining: int = 0) -> bytes:
    """PartialObjectMetadataList."""
    items = b",".join([partial(version) for version in versions])
    return b"".join([_list_header("PartialObjectMetadataList", "meta.k8s.io/v1", revision, token, remaining), items, b"]}"])


def _list_header(list_kind: str, api_version: str, revision: int, token: str, remaining: int) -> bytes:
    metadata: dict[str, Any] = {"resourceVersion": str(revision)}
    if token:
        metadata["continue"] = token
    if remaining:
        metadata["remainingItemCount"] = remaining
    return to_json({"kind": list_kind, "apiVersion": api_version, "metadata": metadata})[:-1] + b',"items":['


def bookmark(kind: Kind, revision: int, *, initial_end: bool, partial_form: bool) -> bytes:
    """The object of a BOOKMARK event."""
    annotations: dict[str, Any] = {"annotations": {"k8s.io/initial-events-end": "true"}} if initial_end else {}
    metadata = {"resourceVersion": str(revision), **annotations}
    if partial_form:
        return to_json({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
    if kind.custom:
        metadata = {**annotations, "resourceVersion": str(revision)}
    rest = _EMPTY.get((kind.resource.group, kind.resource.plural), {})
    return header(kind) + to_json({"metadata": metadata, **rest})[1:]
