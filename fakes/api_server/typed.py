"""Typed objects: built-in kinds are read into the structs that a real server has, and written out as those are.

Guarantees: what is read comes out in the order of the struct, without the empty fields that it leaves out, and with the empty ones that it
always has. The quick way is C code; only an object that it refuses is looked at field by field, for the words in which to refuse it.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import functools
import gzip
import json
import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Annotated, Any, NamedTuple

import msgspec

from fakes.api_server import schemas
from fakes.api_server.moments import moment
from fakes.api_server.quantities import canonical
from informer.runtime import ThreadRuntime

Document = dict[str, Any]

_TIME, _MICRO_TIME = ("io.k8s.apimachinery.pkg.apis.meta.v1.Time", "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime")
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_EXTENSION = "io.k8s.apimachinery.pkg.runtime.RawExtension"
_SCHEMA = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"
_WHOLE_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TO_SECONDS = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00"
_LIMITS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_JSON_TYPES = {bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}

_preparing = ThreadRuntime().condition("structs")  # for all servers of this process, so it is no server's own
# _preparing guards writes to this
_ready: dict[str, type[msgspec.Struct]] = {}


class Undecodable(ValueError):
    """An object that is not of its kind; the message says why, as a decoder says it."""


class _Field(NamedTuple):
    """One field of a struct. `go_type` is what the server calls its type; `always` is whether it is written when it is empty."""

    name: str
    schema: schemas.Schema
    go_type: str
    always: bool
    omit_zero: bool


class _Quantity(str):
    __slots__ = ()


class _Time(str):
    __slots__ = ()


class _MicroTime(str):
    __slots__ = ()


class _Bytes(str):
    __slots__ = ()


class _Extension:
    """A value of any shape, which is written in the order in which it came."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _JSONSchema(_Extension):
    """A schema, which holds schemas in turn."""

    def __init__(self, value: Any) -> None:
        super().__init__(_in_order(value))


def _in_order(schema: Any) -> Any:
    """A schema with its fields in the order of their struct, those below it too."""
    if not isinstance(schema, dict):
        return [_in_order(item) for item in schema] if isinstance(schema, list) else schema
    return {name: _below(name, schema[name]) for name in (*_fields_of(_SCHEMA), *schema) if name in schema}


def _below(name: str, value: Any) -> Any:
    match name:
        case "properties" | "patternProperties" | "definitions" | "dependencies" if isinstance(value, dict):
            return {key: _in_order(value[key]) for key in sorted(value)}
        case "items" | "additionalItems" | "additionalProperties" | "not" | "allOf" | "anyOf" | "oneOf":
            return _in_order(value)
    return value


def _read_special(kind: type, value: Any) -> Any:
    """Raises `ValueError` in the words of the server."""
    if issubclass(kind, _Extension):
        return kind(value)
    if kind is _Quantity and isinstance(value, str | int | float):
        return _Quantity(canonical(value))
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
    if kind is _Time and _WHOLE_SECONDS.fullmatch(value):
        return _Time(value)
    rest = _TO_SECONDS.sub("", value)
    if kind is _MicroTime and rest != value and not re.match(r"\.\d{6}", rest):
        raise ValueError(f'parsing time "{value}" as "{_MICRO_LAYOUT}": cannot parse "{rest}" as ".000000"')
    try:
        at = moment(value)
    except ValueError:
        layout = "2006-01-02T15:04:05Z07:00" if kind is _Time else _MICRO_LAYOUT
        raise ValueError(f'parsing time "{value}" as "{layout}": cannot parse "{value}" as "2006"') from None
    at = at.astimezone(datetime.UTC)
    return _Time(f"{at:%Y-%m-%dT%H:%M:%SZ}") if kind is _Time else _MicroTime(f"{at:%Y-%m-%dT%H:%M:%S.%fZ}")


@functools.cache
def _fields_of(name: str) -> Mapping[str, _Field]:
    """The fields of a struct in its order."""
    properties = schemas.all_schemas()[name]["properties"]
    return {
        field: _Field(field, properties[field], go_type.replace("[]byte", "[]uint8"), bool(always), bool(omit_zero))
        for field, go_type, always, omit_zero in _go_fields()[name]
    }


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
    entries = [(f"f{index}", *_annotated(field)) for index, field in enumerate(_fields_of(name).values())]
    names = {f"f{index}": field for index, field in enumerate(_fields_of(name))}
    short = name.rpartition(".")[2]
    return msgspec.defstruct(short, entries, rename=names, kw_only=True, omit_defaults=True, forbid_unknown_fields=True)


def _annotated(field: _Field) -> tuple[Any, Any]:
    """The annotation of a field, and its default."""
    kind = _annotation(field.schema)
    if field.go_type.startswith("*"):
        return kind | None, msgspec.field(default_factory=_none) if field.always else None
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return (kind | None, None) if field.omit_zero else (kind, msgspec.field(default_factory=kind))
    if kind in (_Time, _MicroTime) or kind is Any:
        absent = field.omit_zero or (kind is Any and not field.always)
        return kind | None if kind is not Any else Any, None if absent else msgspec.field(default_factory=_none)
    zero = _zero(field, kind)
    if isinstance(zero, list | dict) or (kind is _Bytes and field.always):
        if field.always:
            return kind | None, msgspec.field(default_factory=_none)
        return kind, msgspec.field(default_factory=type(zero))
    return kind, msgspec.field(default_factory=lambda: zero) if field.always or kind is _Quantity else zero


def _none() -> None:
    return None


def _zero(field: _Field, kind: Any) -> Any:
    if kind is _Quantity:
        return _Quantity("0")
    schema = schemas.resolve(field.schema)
    if schemas.reference(field.schema) == _INT_OR_STRING:
        return 0
    zeros = {"array": list, "object": dict, "string": str, "boolean": bool, "integer": int, "number": float}
    return zeros[schema["type"]]()


def _annotation(schema: schemas.Schema) -> Any:
    name = schemas.reference(schema)
    special = {
        _TIME: _Time,
        _MICRO_TIME: _MicroTime,
        _QUANTITY: _Quantity,
        _INT_OR_STRING: int | str,
        _EXTENSION: _Extension,
        _SCHEMA: _JSONSchema,
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
            least, most = _LIMITS[found.get("format", "int64")]
            return Annotated[int, msgspec.Meta(ge=least, le=most)]
        case "number":
            return float | int
    return Any


def normal(document: Document, name: str) -> tuple[Document, list[str]]:
    """The object as the server writes it, and the paths of the fields that nobody knows. Raises `Undecodable`."""
    unknown: list[str] = []
    try:
        struct = msgspec.convert(document, struct_of(name), dec_hook=_read_special)
    except msgspec.ValidationError:
        mended = _Mending(unknown).struct(document, name, (), "")
        try:
            struct = msgspec.convert(mended, struct_of(name), dec_hook=_read_special)
        except msgspec.ValidationError as error:
            raise Undecodable(str(error).partition(" - at ")[0]) from None
    plain: Document = msgspec.to_builtins(struct, enc_hook=_plain)
    return plain, unknown


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, _Extension) else str(value)


def written(document: Mapping[str, Any], name: str) -> bytes | None:
    """A normal object in JSON: fields in the order of the struct, maps sorted. None for one that is not of its kind after all."""
    try:
        struct = msgspec.convert(document, struct_of(name), dec_hook=_keep)
    except msgspec.ValidationError:
        return None
    return msgspec.json.encode(struct, enc_hook=_written, order="deterministic")


def _keep(kind: type, value: Any) -> Any:
    return kind(value)


def _written(value: Any) -> Any:
    return msgspec.Raw(msgspec.json.encode(value.value)) if isinstance(value, _Extension) else str(value)


def without_empty_lists(document: Document) -> None:
    """Make null, in place, of an empty list that is written all the same: the binary form in which a server keeps objects has no other."""
    _null_lists(document)
    if isinstance(document.get("spec"), dict):
        _null_lists(document["spec"])


def _null_lists(fields: Document) -> None:
    for field, value in fields.items():
        if value == [] and isinstance(value, list):
            fields[field] = None


@functools.cache
def _empty(name: str) -> bytes:
    return msgspec.json.encode(struct_of(name)(), enc_hook=str)


def empty(name: str) -> Document:
    """What the server writes of a struct in which nothing was set. A fresh dict."""
    document: Document = msgspec.json.decode(_empty(name))
    return document


class _Mending:
    """Reads field by field: without nulls and without what nobody knows, which is noted in `unknown`. Raises `Undecodable`."""

    def __init__(self, unknown: list[str]) -> None:
        self._unknown = unknown

    def struct(self, value: Document, name: str, fields: tuple[str, ...], path: str) -> Document:
        result, known = {}, _fields_of(name)
        for key, item in value.items():
            field = known.get(key)
            if field is None:
                self._unknown.append(f"{path}{key}")
            elif item is not None:
                about = _About(name.rpartition(".")[2], (*fields, key), field.go_type.lstrip("*"))
                result[key] = self._value(item, field.schema, about, f"{path}{key}")
        return result

    def _value(self, value: Any, schema: schemas.Schema, about: _About, path: str) -> Any:
        name, found = schemas.reference(schema), schemas.resolve(schema)
        if name == _INT_OR_STRING and not isinstance(value, str):
            _check(value, "integer", "int32", about._replace(go_type="int32"))
        if name in (_TIME, _MICRO_TIME, _QUANTITY, _INT_OR_STRING) or not _is_read(found):
            return value
        wanted = found["type"]
        _check(value, wanted, found.get("format", ""), about)
        if wanted == "array":
            inner = about.inside("[]")
            return [self._item(item, found["items"], inner, f"{path}[{index}]") for index, item in enumerate(value)]
        if wanted == "object" and "properties" in found:
            return self.struct(value, name, about.fields, f"{path}.")
        if wanted == "object":
            inner = about.inside("]")
            return {key: self._item(item, found["additionalProperties"], inner, f"{path}.{key}") for key, item in value.items()}
        return value

    def _item(self, value: Any, schema: schemas.Schema, about: _About, path: str) -> Any:
        if value is None:
            zeros: Mapping[str, Callable[[], Any]] = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
            return zeros.get(schemas.resolve(schema).get("type", "string"), str)()
        return self._value(value, schema, about, path)


class _About(NamedTuple):
    """Where a value goes, as a decoder names it: `PodSpec.spec.containers of type []v1.Container`."""

    struct: str
    fields: tuple[str, ...]
    go_type: str

    def inside(self, opening: str) -> _About:
        return self._replace(go_type=self.go_type.partition(opening)[2].lstrip("*"))

    def __str__(self) -> str:
        return f"{self.struct}.{'.'.join(self.fields)} of type {re.sub('=[a-z0-9]+', '', self.go_type)}"


def _check(value: Any, wanted: str, format: str, about: _About) -> None:
    if not _fits(value, wanted, format):
        shown = f"number {value}" if type(value) in (int, float) and wanted == "integer" else _JSON_TYPES[type(value)]
        raise Undecodable(f"json: cannot unmarshal {shown} into Go struct field {about}")


def _is_read(found: schemas.Schema) -> bool:
    """Whether a value of this schema has a shape at all."""
    return "type" in found and (found["type"] != "object" or "properties" in found or "additionalProperties" in found)


def _fits(value: Any, wanted: str, format: str) -> bool:
    match wanted:
        case "integer":
            least, most = _LIMITS.get(format, _LIMITS["int64"])
            return type(value) is int and least <= value <= most
        case "number":
            return type(value) in (int, float)
    return type(value) is {"string": str, "boolean": bool, "array": list, "object": dict}[wanted]
