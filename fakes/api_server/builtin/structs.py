"""Structs: the types in which a real server holds built-in objects, made of their schemas.

Guarantees: fields in the server's order; empty ones are left out when written, but for those that a server always writes.
"""

from __future__ import annotations

import base64
import binascii
import functools
import gzip
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Any, NamedTuple

import msgspec

from fakes.api_server.builtin import schemas
from fakes.api_server.builtin.moments import MICROSECONDS, moment
from fakes.api_server.builtin.quantities import canonical
from informer.runtime import ThreadRuntime

TIME, MICRO_TIME = ("io.k8s.apimachinery.pkg.apis.meta.v1.Time", "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime")
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_EXTENSION = "io.k8s.apimachinery.pkg.runtime.RawExtension"
SCHEMA = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"
_PLAIN = re.compile("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
"""Most times: nothing about them needs a closer look."""
_preparing = ThreadRuntime().condition("structs")  # for all servers of this process, so it is no server's own
# _preparing guards writes to this
_ready: dict[str, type[msgspec.Struct]] = {}
EMBEDDED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "PersistentVolumeClaim": ("TypeMeta", ("metadata", "spec", "status")),
    "PersistentVolumeSpec": (
        "PersistentVolumeSource",
        (
            "accessModes",
            "capacity",
            "claimRef",
            "mountOptions",
            "nodeAffinity",
            "persistentVolumeReclaimPolicy",
            "storageClassName",
            "volumeAttributesClassName",
            "volumeMode",
        ),
    ),
    "RuleWithOperations": ("Rule", ("operations",)),
    "Volume": ("VolumeSource", ("name",)),
}
"""Structs with another one inside, and the fields that are their own."""
LIMITS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


class Field(NamedTuple):
    """One field of a struct. `go_type` is what the server calls its type; `always` is whether it is written when it is empty."""

    name: str
    schema: schemas.Schema
    go_type: str
    always: bool
    omit_zero: bool


class _Text(str):
    """A text of a certain form. `plain` and `written` are what it is in a document, and in JSON: C code, as most objects have several."""

    __slots__ = ()
    plain = written = property(str)


class Quantity(_Text):
    __slots__ = ()


class Time(_Text):
    __slots__ = ()


class MicroTime(_Text):
    __slots__ = ()


class _Bytes(_Text):
    __slots__ = ()


class Extension:
    """A value of any shape, which is written in the order in which it came."""

    def __init__(self, value: Any) -> None:
        self.plain = value

    @property
    def written(self) -> msgspec.Raw:
        return msgspec.Raw(msgspec.json.encode(self.plain))


class _JSONSchema(Extension):
    """A schema, which holds schemas in turn. It must be one: nothing here refuses what is none."""

    def __init__(self, value: Any) -> None:
        super().__init__(_in_order(value))


def _in_order(schema: Any) -> Any:
    """A schema with its fields in the order of their struct and without empty ones, those below it too."""
    if not isinstance(schema, dict):
        return [_in_order(item) for item in schema] if isinstance(schema, list) else schema
    known = fields_of(SCHEMA)
    return {name: _below(name, schema[name]) for name in known if schema.get(name) or (name in schema and known[name].go_type[0] == "*")}


def _below(name: str, value: Any) -> Any:
    match name:
        case "properties" | "patternProperties" | "definitions" | "dependencies" if isinstance(value, dict):
            return {key: _in_order(value[key]) for key in sorted(value)}
        case "items" | "additionalItems" | "additionalProperties" | "not" | "allOf" | "anyOf" | "oneOf":
            return _in_order(value)
        case "default" | "enum" | "example":
            return json.loads(json.dumps(value, sort_keys=True))
    return value


def read_special(kind: type, value: Any) -> Any:
    """Raises `ValueError` in the words of the server."""
    if issubclass(kind, Extension):
        return kind(value)
    if kind is Quantity and isinstance(value, str | int | float):
        return Quantity(canonical(value))
    if not isinstance(value, str):
        raise TypeError("not a text")
    if kind is _Bytes:
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error:
            raise ValueError(f"illegal base64 data at input byte {_bad_byte(value)}") from None
        return _Bytes(value)
    return _read_time(kind, value)


def _bad_byte(text: str) -> int:
    found = re.search(r"[^A-Za-z0-9+/]", text)
    return found.start() if found else len(text) // 4 * 4


def _read_time(kind: type, value: str) -> Any:
    if kind is Time:
        return Time(value if _PLAIN.fullmatch(value) else f"{moment(value).isoformat()[:19]}Z")
    return MicroTime(f"{moment(value, MICROSECONDS).isoformat(timespec='microseconds')[:26]}Z")


@functools.cache
def fields_of(name: str) -> Mapping[str, Field]:
    """The fields of a struct in its order."""
    properties = schemas.all_schemas()[name].get("properties", {})
    return {
        field: Field(field, properties[field], _reflected(go_type), bool(always), bool(omit_zero))
        for field, go_type, always, omit_zero in _go_fields().get(name, ())
    }


def _reflected(go_type: str) -> str:
    """A type as Go tells of it when it runs: by its package's own name."""
    return go_type.replace("[]byte", "[]uint8").replace("apiv1.", "v1.")


@functools.cache
def _go_fields() -> Mapping[str, list[tuple[str, str, int, int]]]:
    packed = (files("fakes.api_server") / "data" / "fields.json.gz").read_bytes()
    found: dict[str, list[tuple[str, str, int, int]]] = json.loads(gzip.decompress(packed))
    return found


def struct_of(name: str) -> type[msgspec.Struct]:
    """The struct of a schema, ready for use: msgspec crashes when a second task meets a struct that a first one still prepares."""
    ready = _ready.get(name)
    if ready is None:
        with _preparing:
            ready = _struct(name)
            msgspec.convert({}, ready)
            _ready[name] = ready
    return ready


@functools.cache
def _struct(name: str) -> type[msgspec.Struct]:
    entries = [(f"f{index}", *_annotated(field)) for index, field in enumerate(fields_of(name).values())]
    names = {f"f{index}": field for index, field in enumerate(fields_of(name))}
    short = name.rpartition(".")[2]
    return msgspec.defstruct(short, entries, rename=names, kw_only=True, omit_defaults=True, forbid_unknown_fields=True)


def _annotated(field: Field) -> tuple[Any, Any]:
    """The annotation of a field, and its default."""
    kind = _annotation(field.schema)
    if field.go_type.startswith("*"):
        return kind | None, msgspec.field(default_factory=_none) if field.always else None
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return (kind | None, None) if field.omit_zero else (kind, msgspec.field(default_factory=kind))
    if kind in (Time, MicroTime) or kind is Any:
        absent = field.omit_zero or (kind is Any and not field.always)
        return kind | None if kind is not Any else Any, None if absent else msgspec.field(default_factory=_none)
    zero = _zero(field, kind)
    if isinstance(zero, list | dict) or (kind is _Bytes and field.always):
        if field.always:
            return kind | None, msgspec.field(default_factory=_none)
        return kind, msgspec.field(default_factory=type(zero))
    return kind, msgspec.field(default_factory=lambda: zero) if field.always or kind is Quantity else zero


def _none() -> None:
    return None


def _zero(field: Field, kind: Any) -> Any:
    if kind is Quantity:
        return Quantity("0")
    schema = schemas.resolve(field.schema)
    if schemas.reference(field.schema) == INT_OR_STRING:
        return 0
    zeros = {"array": list, "object": dict, "string": str, "boolean": bool, "integer": int, "number": float}
    return zeros[schema["type"]]()


def _annotation(schema: schemas.Schema) -> Any:
    name = schemas.reference(schema)
    special = {
        TIME: Time,
        MICRO_TIME: MicroTime,
        QUANTITY: Quantity,
        INT_OR_STRING: int | str,
        _EXTENSION: Extension,
        SCHEMA: _JSONSchema,
    }
    if name in special:
        return special[name]
    found = schemas.resolve(schema)
    if name and "properties" in found:
        return _struct(name)
    match found.get("type"):
        case "array":
            return list[_annotation(found["items"])]  # type: ignore[misc]
        case "object" if "additionalProperties" in found:
            return dict[str, _annotation(found["additionalProperties"])]  # type: ignore[misc]
        case "string":
            return _Bytes if found.get("format") == "byte" else str
        case "boolean":
            return bool
        case "integer":
            least, most = LIMITS[found.get("format", "int64")]
            return Annotated[int, msgspec.Meta(ge=least, le=most)]
        case "number":
            return float | int
    return Any
