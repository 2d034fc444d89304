"""KubeObject: an immutable value that keeps the JSON bytes the server sent, and decodes what somebody asks for.

Guarantees: nothing that a reader does changes an object; an object costs about its own size on the wire; its header (key, uid, resource
version) is decoded once, the rest when asked, and a small table shared by all objects remembers the last few decoded trees. Assumes: the
bytes are one JSON object. Raises `UnreadableObject` for bytes that cannot be a Kubernetes object.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

T = TypeVar("T")


class ObjectKey(NamedTuple):
    """Names one object of a resource: `namespace` is empty for cluster-scoped ones."""

    namespace: str
    name: str

    @classmethod
    def parse(cls, text: str) -> ObjectKey:
        """`"name"` or `"namespace/name"`."""
        namespace, slash, name = text.rpartition("/")
        if not name or "/" in namespace or (slash and not namespace):
            raise ValueError(f'{text!r} is not a key; write "name" or "namespace/name"')
        return cls(namespace, name)

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class UnreadableObject(ValueError):
    """Bytes that cannot be taken in as an object. `key` and `resource_version` are what could be read of them, if anything."""

    def __init__(self, message: str, raw: bytes, *, key: ObjectKey | None = None, resource_version: str = "") -> None:
        super().__init__(message)
        self.raw = raw
        self.key = key
        self.resource_version = resource_version


class _Metadata(msgspec.Struct):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resourceVersion: str = ""  # noqa: N815


class _Header(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _Names(msgspec.Struct):
    name: str
    namespace: str = ""


class _NamesHeader(msgspec.Struct):
    metadata: _Names


class _LabelMetadata(msgspec.Struct):
    labels: dict[str, str] | None = None


class _LabelHeader(msgspec.Struct):
    metadata: _LabelMetadata = msgspec.field(default_factory=_LabelMetadata)


_decode_header = msgspec.json.Decoder(_Header).decode
_decode_names = msgspec.json.Decoder(_NamesHeader).decode
_decode_labels = msgspec.json.Decoder(_LabelHeader).decode
_decode_metadata_labels = msgspec.json.Decoder(_LabelMetadata).decode
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_shallow = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[msgspec.Raw] | str | int | float | bool | None).decode
_decode_any = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

_FIELD = "field "  # what no attribute of a class can be called
_REMEMBERED = 32  # decoded trees kept alive, in the whole process; a power of two


class _Mapping(Mapping[str, Any]):
    """A read-only JSON object, decoded field by field as somebody asks: `_fields` gives what is decoded so far, and the rest as it came.

    Every release of the official client can send it: before 37 they take only dicts and what looks like a model, hence the two properties.
    """

    __slots__ = ()

    def _fields(self) -> dict[str, Any]:
        raise AssertionError("each subclass says where its fields are")

    def __getitem__(self, field: str) -> Any:
        fields = self._fields()
        value = fields[field]
        if type(value) is msgspec.Raw:
            value = fields[field] = view(value)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields())

    def __len__(self) -> int:
        return len(self._fields())

    def __contains__(self, field: object) -> bool:
        return field in self._fields()

    @property
    def openapi_types(self) -> dict[str, str]:
        return {_FIELD + field: "object" for field in self}

    @property
    def attribute_map(self) -> dict[str, str]:
        return {_FIELD + field: field for field in self}

    def __getattr__(self, name: str) -> Any:
        if name.startswith(_FIELD) and name[len(_FIELD) :] in self:
            return self[name[len(_FIELD) :]]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}; fields are read as obj[{name!r}]")


class KubeObject(_Mapping):
    """One object as the server sent it: a read-only mapping over its JSON.

    `obj["spec"]["nodeName"]` reads; nested values are read-only views with a `to_dict()` of their own (`to_list()` for lists); assigning
    raises `TypeError`. Equality is equality of content, with kind and apiVersion filled in. Safe to share between threads.
    """

    __slots__ = ("_api_version", "_kind", "_raw", "key", "resource_version", "uid")

    key: ObjectKey
    uid: str
    resource_version: str

    def __init__(self, raw: bytes, *, api_version: str = "", kind: str = "") -> None:
        """Take in the JSON `raw`. `api_version` and `kind` stand in where the JSON has none, as in the items of built-in lists.

        Raises `UnreadableObject` when it is not JSON, not an object, or has no name.
        """
        try:
            metadata = _decode_header(raw).metadata
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableObject(f"not a Kubernetes object: {error}", raw, key=_key_of(raw)) from error
        if not metadata.name:
            raise UnreadableObject("the object has no metadata.name", raw, resource_version=metadata.resourceVersion)
        self._raw = raw
        self._api_version = api_version
        self._kind = kind
        self.key = ObjectKey(sys.intern(metadata.namespace), metadata.name)
        self.uid = metadata.uid
        self.resource_version = metadata.resourceVersion

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> KubeObject:
        """Make one from plain data, as tests and transforms do. Raises `UnreadableObject` as the constructor does."""
        return cls(_encode(plain(content)))

    @property
    def raw(self) -> bytes:
        """The JSON as it came."""
        return self._raw

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def namespace(self) -> str:
        """Empty for cluster-scoped objects."""
        return self.key.namespace

    @property
    def kind(self) -> str:
        return str(self.get("kind", ""))

    @property
    def api_version(self) -> str:
        return str(self.get("apiVersion", ""))

    @property
    def labels(self) -> dict[str, str]:
        """A fresh copy, empty when there are none."""
        remembered = _recent[(id(self) >> 6) & (_REMEMBERED - 1)]
        if remembered is None or remembered[0] is not self:
            return _decode_labels(self._raw).metadata.labels or {}  # for a selector over many objects, which reads nothing else of them
        metadata = remembered[1]["metadata"]
        return _decode_metadata_labels(metadata if type(metadata) is msgspec.Raw else metadata._raw).labels or {}  # noqa: SLF001

    @property
    def annotations(self) -> dict[str, str]:
        """A fresh copy, empty when there are none."""
        return dict(self["metadata"].get("annotations") or {})

    def to_dict(self) -> dict[str, Any]:
        """A fresh copy that is yours, with kind and apiVersion filled in."""
        content: dict[str, Any] = _decode_any(self._raw)
        return {**self._standing_in(content), **content}

    def to_model(self, model: type[T] | Callable[[dict[str, Any]], T]) -> T:
        """This object as a class of the official client (`V1Pod`), a `msgspec.Struct`, or whatever a callable makes of its dict.

        Raises what the model raises when it refuses the object.
        """
        from informer.models import decoder_for

        return decoder_for(model)(self)

    def _standing_in(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if self._api_version and "apiVersion" not in fields:
            extra["apiVersion"] = self._api_version
        if self._kind and "kind" not in fields:
            extra["kind"] = self._kind
        return extra

    def _fields(self) -> dict[str, Any]:
        slot = (id(self) >> 6) & (_REMEMBERED - 1)
        remembered = _recent[slot]
        if remembered is not None and remembered[0] is self:
            return remembered[1]
        fields: dict[str, Any] = _decode_fields(self._raw)
        fields = {**self._standing_in(fields), **fields}
        _recent[slot] = (self, fields)
        return fields

    def same_content(self, other: KubeObject) -> bool:
        """Whether both say the same, kind and apiVersion aside (which the items of lists lack)."""
        if self._raw == other._raw:
            return True
        mine, theirs = _decode_any(self._raw), _decode_any(other._raw)
        for field in ("kind", "apiVersion"):
            mine.pop(field, None)
            theirs.pop(field, None)
        return bool(mine == theirs)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, KubeObject):
            return self._raw == other._raw or bool(self.to_dict() == other.to_dict())
        if isinstance(other, Mapping):
            return bool(self.to_dict() == plain(other))
        return NotImplemented

    def __hash__(self) -> int:
        return hash((self.key, self.uid, self.resource_version))

    def __repr__(self) -> str:
        return f"<{self.kind or 'KubeObject'} {self.key} resource_version={self.resource_version}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> KubeObject:
        return self

    def __copy__(self) -> KubeObject:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (self._raw, self._api_version, self._kind))


def _key_of(raw: bytes) -> ObjectKey | None:
    """Whose the bytes are, where that can be read though the rest of the header cannot."""
    try:
        names = _decode_names(raw).metadata
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return ObjectKey(names.namespace, names.name) if names.name else None


def _restore(raw: bytes, api_version: str, kind: str) -> KubeObject:
    return KubeObject(raw, api_version=api_version, kind=kind)


_recent: list[tuple[KubeObject, dict[str, Any]] | None] = [None] * _REMEMBERED


class MappingView(_Mapping):
    """A read-only view of a nested JSON object; `to_dict()` gives a copy that is yours."""

    __slots__ = ("_content", "_raw")

    def __init__(self, raw: msgspec.Raw, content: dict[str, Any]) -> None:
        self._raw = raw
        self._content = content

    def _fields(self) -> dict[str, Any]:
        return self._content

    def to_dict(self) -> dict[str, Any]:
        return cast("dict[str, Any]", _decode_any(self._raw))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mapping):
            return bool(self.to_dict() == plain(other))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.to_dict())


class ListView(tuple[Any, ...]):
    """A read-only view of a nested JSON array; `to_list()` gives a copy that is yours. Equal to a list of the same content."""

    __slots__ = ()

    def to_list(self) -> list[Any]:
        return cast("list[Any]", plain(self))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, list | tuple):
            return tuple.__eq__(self, tuple(other))
        return NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]


def view(raw: msgspec.Raw) -> Any:
    """A piece of JSON as a reader may have it: objects and arrays behind read-only views, everything else decoded."""
    value = _decode_shallow(raw)
    if type(value) is dict:
        return MappingView(raw, value)
    return ListView(map(view, value)) if type(value) is list else value


def plain(value: Any) -> Any:
    """A deep copy of JSON-like data in plain dicts and lists; views are copied, everything else stays."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, KubeObject | MappingView):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {field: plain(item) for field, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
