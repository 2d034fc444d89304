"""Field types: how the values of a kind are owned and merged, as its schema says: whole, field by field, or entry by entry.

Guarantees: made once for each kind, from its schema, as far as somebody looks into it. Where a schema says nothing, objects are taken
field by field and lists whole, as a real server does it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from fakes.api_server.builtin import schemas
from fakes.api_server.builtin.schemas import Schema
from fakes.api_server.custom.structural import EMBEDDED, PRESERVE, values_of
from fakes.api_server.kinds import Kind
from fakes.api_server.ownership.field_sets import compact

Scalar = Literal["", "untyped", "numeric", "string", "boolean"]

_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_RAW_EXTENSION = "io.k8s.apimachinery.pkg.runtime.RawExtension"
_EMBEDDED_FIELDS: Mapping[str, Schema] = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {"$ref": schemas.REFERENCE + schemas.OBJECT_META},
}


class FieldType:
    """Of one value. `scalar`, `map` and `list` say what it may be; where nothing is known, each of them.

    `loose` is whether a change may turn a number into a truth value: Python takes 1 and True for the same.
    """

    __slots__ = ("list", "loose", "map", "scalar")

    def __init__(self, scalar: Scalar = "", map: MapType | None = None, list: ListType | None = None, *, loose: bool = False) -> None:
        self.scalar = scalar
        self.map = map
        self.list = list
        self.loose = loose


class Field(msgspec.Struct, frozen=True):
    """One field of an object: its name in a field set, its type, and whether the schema names it."""

    step: str
    type: FieldType
    declared: bool


class MapType(dict[str, Field]):
    """An object: its fields by name. `open` is whether it may have fields that the schema does not name."""

    __slots__ = ("_element", "_loose", "_preserve", "_properties", "atomic", "open")

    def __init__(
        self,
        properties: Mapping[str, Schema],
        element: FieldType | None,
        *,
        atomic: bool = False,
        preserve: bool = False,
        loose: bool = False,
    ) -> None:
        super().__init__()
        self._properties = properties
        self._element = element
        self._preserve = preserve
        self._loose = loose
        self.atomic = atomic
        self.open = element is not None

    def __missing__(self, name: str) -> Field:
        schema = self._properties.get(name)
        if schema is None:
            return Field(f"f:{name}", self._element or DEDUCED, False)
        field = self[name] = Field(f"f:{name}", _type(schema, preserve=self._preserve, loose=self._loose), True)
        return field

    def default(self, name: str) -> Any:
        """What a field is when nobody says it; None where that is nothing."""
        return self._properties.get(name, {}).get("default")

    def whole(self) -> MapType:
        """The same, owned as a whole."""
        return MapType(self._properties, self._element, atomic=True, preserve=self._preserve, loose=self._loose)


class ListType:
    """A list. Without keys, and not atomic, it is a set of scalars."""

    __slots__ = ("atomic", "element", "keys")

    def __init__(self, element: FieldType, *, atomic: bool = True, keys: tuple[str, ...] = ()) -> None:
        self.element = element
        self.atomic = atomic
        self.keys = {key: _default(element, key) for key in sorted(keys)}

    def step(self, item: Any) -> str:
        """The name of an entry in a field set. Raises `ValueError` for one that cannot be told from others."""
        if not self.keys:
            return f"v:{_scalar_text(item)}"
        if not isinstance(item, dict):
            what = "a null element" if item is None else "non-map elements"
            raise ValueError(f"associative list with keys may not have {what}")
        named = {key: item.get(key, default) for key, default in self.keys.items() if key in item or default is not None}
        if not named:
            keys = " ".join(f'"{key}"' for key in self.keys)
            omitted = f"omits all key fields [{keys}] (and doesn't have default values for any key fields)"
            raise ValueError(f"associative list with keys has an element that {omitted}")
        return f"k:{compact(named)}"

    def step_or_none(self, item: Any) -> str | None:
        """`step`, None for what it raises."""
        try:
            return self.step(item)
        except ValueError:
            return None


def _scalar_text(item: Any) -> str:
    if isinstance(item, dict):
        raise ValueError("associative list without keys has an element that's a map type")
    if isinstance(item, list):
        raise ValueError("not supported: associative list with lists as elements")
    if item is None:
        raise ValueError("associative list without keys has an element that's an explicit null")
    return compact(item)


def _default(element: FieldType, key: str) -> Any:
    return None if element.map is None else element.map.default(key)


WHOLE = FieldType("untyped", loose=True)
"""Anything, owned as a whole."""
WHOLE.map, WHOLE.list = MapType({}, WHOLE, atomic=True), ListType(WHOLE)

DEDUCED = FieldType("untyped", None, ListType(WHOLE), loose=True)
"""Anything: objects field by field, the rest as a whole."""
DEDUCED.map = MapType({}, DEDUCED, loose=True)


def type_of(kind: Kind) -> FieldType:
    """That of the objects of a kind."""
    if kind.custom:
        return _custom(kind)
    resource = kind.resource
    name = schemas.name_of(resource.group, resource.version, resource.kind)
    return DEDUCED if name is None else _named(name, "")


@functools.lru_cache(maxsize=1024)
def _custom(kind: Kind) -> FieldType:
    schema = (kind.definition.get("schema") or {}).get("openAPIV3Schema") or {"type": "object", PRESERVE: True}
    return _inline({**schema, EMBEDDED: True}, preserve=False, loose=True)


@functools.cache
def _named(name: str, relationship: str) -> FieldType:
    """A type that has a name; `relationship` is what the field that is of this type says of it."""
    if name == _QUANTITY:
        return FieldType("untyped")
    if name == _RAW_EXTENSION:
        return WHOLE
    found = _inline(schemas.all_schemas()[name], preserve=False, loose=False)
    if relationship == "atomic" and found.map is not None:
        return FieldType(found.scalar, found.map.whole(), found.list, loose=found.loose)
    return found


def _type(schema: Schema, *, preserve: bool, loose: bool) -> FieldType:
    name = schemas.reference(schema)
    return _named(name, schema.get("x-kubernetes-map-type", "")) if name else _inline(schema, preserve=preserve, loose=loose)


def _inline(schema: Schema, *, preserve: bool, loose: bool) -> FieldType:
    preserve = preserve or schema.get(PRESERVE) is True
    match schema.get("type", ""):
        case "object":
            return FieldType("", _map(schema, preserve=preserve, loose=loose), loose=loose)
        case "array":
            return FieldType("", None, _list(schema, preserve=preserve, loose=loose), loose=loose)
        case "integer" | "number":
            return FieldType("numeric")
        case "boolean":
            return FieldType("boolean")
        case "string":
            return FieldType("string" if schema.get("format", "") in ("", "byte") else "untyped")
    listed = _list(schema, preserve=preserve, loose=True)
    return FieldType("untyped", _map(schema, preserve=preserve, loose=True), listed, loose=True)


def _map(schema: Schema, *, preserve: bool, loose: bool) -> MapType:
    properties: Mapping[str, Schema] = schema.get("properties") or {}
    if schema.get(EMBEDDED):
        properties = {**properties, **_EMBEDDED_FIELDS}
    values = values_of(schema)
    element = None
    if values is not None:
        element = _type(values, preserve=preserve, loose=loose)
    elif schema.get("additionalProperties", preserve or not properties):
        element = DEDUCED
    atomic = schema.get("x-kubernetes-map-type") == "atomic"
    return MapType(properties, element, atomic=atomic, preserve=preserve, loose=loose)


def _list(schema: Schema, *, preserve: bool, loose: bool) -> ListType:
    items = schema.get("items")
    element = WHOLE if items is None else _type(items, preserve=preserve, loose=loose)
    match schema.get("x-kubernetes-list-type"):
        case "map":
            return ListType(element, atomic=False, keys=tuple(schema["x-kubernetes-list-map-keys"]))
        case "set":
            return ListType(element, atomic=False)
        case None if "merge" in schema.get("x-kubernetes-patch-strategy", ""):
            key = schema.get("x-kubernetes-patch-merge-key")
            return ListType(element, atomic=False, keys=(key,) if key else ())
    return ListType(element)
