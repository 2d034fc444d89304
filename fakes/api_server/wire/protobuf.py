"""Protobuf: the binary form of the built-in kinds, which Go clients prefer: `k8s\0`, an envelope that names the kind, then the message.

Guarantees: what is read is what the same object in JSON would be, and the other way round; a kind without a message (`has_message`) has no
binary form. Needs the package `protobuf` (the extra `fakes` brings it), which is imported when the first binary object comes or goes.
"""

from __future__ import annotations

import base64
import datetime
import functools
import gzip
import json
import struct
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

from fakes.api_server.builtin import schemas
from fakes.api_server.builtin.moments import moment
from fakes.api_server.custom import schema_messages
from fakes.api_server.wire.encoding import to_json
from fakes.api_server.wire.varint import varint

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
MAGIC = b"k8s\x00"

Document = dict[str, Any]

_META = "k8s.io.apimachinery.pkg.apis.meta.v1"
_UNKNOWN, _WATCH_EVENT = "k8s.io.apimachinery.pkg.runtime.Unknown", f"{_META}.WatchEvent"
_TIME, _MICRO_TIME = f"{_META}.Time", f"{_META}.MicroTime"
_QUANTITY = "k8s.io.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "k8s.io.apimachinery.pkg.util.intstr.IntOrString"
_OLD_LIST = ("meta.k8s.io/v1beta1", "PartialObjectMetadataList")
"""Of all that this version has, only this has a message of its own: with other numbers."""
_RAW = {f"{_META}.FieldsV1": "Raw", "k8s.io.apimachinery.pkg.runtime.RawExtension": "raw", schema_messages.JSON: "raw"}


class UnknownKind(ValueError):
    """A message of a kind that nobody knows."""

    def __init__(self, api_version: str, kind: str) -> None:
        super().__init__(f'no kind "{kind}" is registered for version "{api_version}"')
        self.api_version = api_version
        self.kind = kind


@functools.cache
def _classes() -> Mapping[str, Any]:
    """The message classes by their full names."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    packed = (files("fakes.api_server") / "data" / "protobuf.bin.gz").read_bytes()
    pool = descriptor_pool.DescriptorPool()
    descriptions = descriptor_pb2.FileDescriptorSet.FromString(gzip.decompress(packed))
    for file in descriptions.file:
        pool.Add(file)
    names = [f"{file.package}.{message.name}" for file in descriptions.file for message in file.message_type]
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in names}


def _message_name(schema: str) -> str:
    return "k8s.io." + schema.removeprefix("io.k8s.").replace("-", "_")


def _schema_name(message: str) -> str:
    return "io.k8s." + message.removeprefix("k8s.io.").replace("_", "-")


def _schema(api_version: str, kind: str) -> str:
    group, _, version = api_version.rpartition("/")
    if (api_version, kind) == _OLD_LIST:
        return "io.k8s.apimachinery.pkg.apis.meta.v1beta1.PartialObjectMetadataList"
    return schemas.name_of(group, version, kind) or f"io.k8s.apimachinery.pkg.apis.meta.v1.{kind}"


def has_message(api_version: str, kind: str) -> bool:
    """Whether objects of this kind have a binary form."""
    return _message_name(_schema(api_version, kind)) in _classes()


def encode(document: Mapping[str, Any]) -> bytes:
    """An object that says of itself what it is, in its binary form."""
    return _enveloped(document["apiVersion"], document["kind"], _message(document).SerializeToString())


def encode_list(api_version: str, list_kind: str, metadata: Mapping[str, Any], items: Iterable[bytes]) -> bytes:
    """A list of messages (see `item`) in its binary form."""
    head = _classes()[_message_name(_schema(api_version, list_kind))]()
    _fill(head, {"metadata": metadata})
    tag = bytes([head.DESCRIPTOR.fields_by_name["items"].number << 3 | 2])
    parts = [head.SerializeToString(), *(part for raw in items for part in (tag, varint(len(raw)), raw))]
    return _enveloped(api_version, list_kind, b"".join(parts))


@functools.lru_cache(maxsize=4096)
def item(api_version: str, kind: str, raw: bytes) -> bytes:
    """The message of an object without its envelope; `raw` is its JSON, which need not say what it is."""
    message = _message({**json.loads(raw), "kind": kind, "apiVersion": api_version})
    return bytes(message.SerializeToString())


def _message(document: Mapping[str, Any]) -> Any:
    message = _classes()[_message_name(_schema(document["apiVersion"], document["kind"]))]()
    _fill(message, {name: value for name, value in document.items() if name not in ("kind", "apiVersion")})
    return message


def _enveloped(api_version: str, kind: str, raw: bytes) -> bytes:
    envelope = _classes()[_UNKNOWN]()
    envelope.typeMeta.apiVersion, envelope.typeMeta.kind, envelope.raw = api_version, kind, raw
    return MAGIC + bytes(envelope.SerializeToString())


def enveloped_item(api_version: str, kind: str, raw: bytes) -> bytes:
    """An object in its binary form; `raw` is its JSON, which need not say what it is."""
    return _enveloped(api_version, kind, item(api_version, kind, raw))


def event(type: str, enveloped: bytes) -> bytes:
    """One event of a watch, with its length in front."""
    message = _classes()[_WATCH_EVENT]()
    message.type, message.object.raw = type, enveloped
    raw = message.SerializeToString()
    return struct.pack(">I", len(raw)) + bytes(raw)


def decode(body: bytes, api_version: str, kind: str) -> Document:
    """The object in a binary body; `api_version` and `kind` are what it is where it does not say so. Raises `ValueError`."""
    from google.protobuf.message import DecodeError

    if body == MAGIC:
        raise ValueError("empty body")
    if not body.startswith(MAGIC):
        raise ValueError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        envelope = _classes()[_UNKNOWN].FromString(body[len(MAGIC) :])
        named = _text(envelope.typeMeta.apiVersion) or api_version, _text(envelope.typeMeta.kind) or kind
        if not has_message(*named):
            raise UnknownKind(*named)
        message = _classes()[_message_name(_schema(*named))].FromString(envelope.raw)
    except DecodeError as error:
        raise ValueError(f"proto: {error}") from None
    return {"kind": named[1], "apiVersion": named[0], **_read(message)}


def _text(value: str | bytes) -> str:
    """A text of an old message, which may be none: its other bytes are shown as Go quotes them."""
    return value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")


class _Slot(NamedTuple):
    """Where a field of an object is in its message: `inline` are the messages on the way, which JSON does not show."""

    inline: tuple[str, ...]
    name: str
    is_list: bool


@functools.cache
def _slots(message: str) -> Mapping[str, _Slot]:
    """The fields of a message by their names in JSON."""
    properties = schemas.all_schemas().get(_schema_name(message), {}).get("properties", {})
    names = {_letters(name): name for name in properties}
    found: dict[str, _Slot] = {}
    for field in _classes()[message].DESCRIPTOR.fields:
        name = names.get(field.name.lower())
        if name is None and properties and field.message_type is not None:
            for inner, slot in _inline_slots(field, properties).items():
                found[inner] = slot._replace(inline=(field.name, *slot.inline))
        else:
            name = name or field.name
            found[name] = _Slot((), field.name, properties.get(name, {}).get("type") == "array")
    return found


def _letters(name: str) -> str:
    """What the names of a field in JSON and in a message have in common, such as `x-kubernetes-list-type` and `xKubernetesListType`."""
    return name.replace("-", "").removeprefix("$").lower()


@functools.cache
def _omitted_zeros(message: str) -> frozenset[str]:
    required = schemas.all_schemas().get(_schema_name(message), {}).get("required", ())
    return frozenset(schema_messages.omitted_zeros(_classes()[message].DESCRIPTOR, set(required)))


def _inline_slots(field: Any, properties: Mapping[str, Any]) -> Mapping[str, _Slot]:
    return {name: slot for name, slot in _slots(field.message_type.full_name).items() if name in properties}


def _is_map(field: Any) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _read(message: Any) -> Document:
    """A message as JSON has it."""
    slots = _slots(message.DESCRIPTOR.full_name)
    names = {slot.name: name for name, slot in slots.items() if not slot.inline}
    document: Document = {}
    omitted = _omitted_zeros(message.DESCRIPTOR.full_name)
    for field, value in message.ListFields():
        if not value and field.name in omitted:
            continue
        name = names.get(field.name)
        if name is None:
            document.update(_read(value))
        elif _is_map(field):
            document[name] = {key: _read_value(value[key], field.message_type.fields_by_name["value"]) for key in value}
        elif field.is_repeated:
            document[name] = [_read_value(item, field) for item in value]
        else:
            document[name] = _read_value(value, field)
    return document


def _read_value(value: Any, field: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if field.message_type is None:
        return value
    name = field.message_type.full_name
    if name in _RAW:
        raw = getattr(value, _RAW[name])
        return json.loads(raw) if raw else None
    if name in schema_messages.UNIONS:
        return schema_messages.read_union(value, _read)
    reader = _READERS.get(name)
    if reader is not None:
        return reader(value)
    if _is_wrapped_list(field.message_type):
        return list(value.items)
    return _read(value)


def _is_wrapped_list(message: Any) -> bool:
    """Whether a message only stands for a list of texts, as the values of a map have to."""
    return [field.name for field in message.fields] == ["items"] and message.fields[0].message_type is None


def _read_time(value: Any) -> str | None:
    if not value.ListFields():
        return None
    return f"{datetime.datetime.fromtimestamp(value.seconds, datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _read_micro_time(value: Any) -> str | None:
    if not value.ListFields():
        return None
    return f"{datetime.datetime.fromtimestamp(value.seconds, datetime.UTC):%Y-%m-%dT%H:%M:%S}.{value.nanos // 1000:06}Z"


def _read_int_or_string(value: Any) -> int | str:
    return str(value.strVal) if value.type else int(value.intVal)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    _TIME: _read_time,
    _MICRO_TIME: _read_micro_time,
    _QUANTITY: lambda value: str(value.string),
    _INT_OR_STRING: _read_int_or_string,
}


def _fill(message: Any, document: Mapping[str, Any]) -> None:
    """Put the fields of a JSON object into a message. Nulls say nothing."""
    slots = _slots(message.DESCRIPTOR.full_name)
    for name, value in document.items():
        slot = slots.get(name)
        if value is None or slot is None:
            continue
        holder = message
        for step in slot.inline:
            holder = getattr(holder, step)
            holder.SetInParent()
        field = holder.DESCRIPTOR.fields_by_name[slot.name]
        if _is_map(field):
            _fill_map(getattr(holder, slot.name), value, field.message_type.fields_by_name["value"])
        elif field.is_repeated:
            _fill_list(getattr(holder, slot.name), value, field)
        elif field.message_type is None:
            setattr(holder, slot.name, _plain(value, field))
        else:
            _fill_message(getattr(holder, slot.name), value)


def _plain(value: Any, field: Any) -> Any:
    return base64.b64decode(value) if field.type == field.TYPE_BYTES else value


def _fill_list(target: Any, values: list[Any], field: Any) -> None:
    for value in values:
        if field.message_type is None:
            target.append(_plain(value, field))
        else:
            _fill_message(target.add(), value)


def _fill_map(target: Any, values: Mapping[str, Any], field: Any) -> None:
    for key, value in values.items():
        if field.message_type is None:
            target[key] = _plain(value, field)
        else:
            _fill_message(target[key], value)


def _fill_message(target: Any, value: Any) -> None:
    target.SetInParent()
    name = target.DESCRIPTOR.full_name
    if name in _RAW:
        setattr(target, _RAW[name], to_json(value))
    elif name in (_TIME, _MICRO_TIME):
        at = moment(value)
        target.seconds, target.nanos = int(at.timestamp() // 1), at.microsecond * 1000
    elif name == _QUANTITY:
        target.string = str(value)
    elif name == _INT_OR_STRING:
        target.type = int(isinstance(value, str))
        setattr(target, "strVal" if isinstance(value, str) else "intVal", value)
    elif name in schema_messages.UNIONS:
        schema_messages.fill_union(target, value, _fill)
    elif isinstance(value, list):
        target.items.extend(value)
    else:
        _fill(target, value)
