"""What is wrong with the schema in a CustomResourceDefinition, each fault worded as a real server words it.

A schema must be structural; then its defaults must fit it; and what it says of lists and maps must make sense.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.custom import structural, structural_faults
from fakes.api_server.custom.structural import EMBEDDED, PRESERVE, Schema
from fakes.api_server.custom.structural_faults import INT_OR_STRING, LIST_KEYS, LIST_TYPE, invalid, required, unsupported
from fakes.api_server.errors import Cause

_MAP_TYPE = "x-kubernetes-map-type"
_LEVELS = {"": "at the root", "items": "for specified array items", "properties": "for specified object fields"}
_LIST_TYPES, _MAP_TYPES = ("atomic", "set", "map"), ("atomic", "granular")
_UNSUPPORTED = ("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref")
_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_KEY = "this property is in x-kubernetes-list-map-keys, so it"


def faults(schema: Schema, path: str) -> Iterator[Cause]:
    """Everything that is wrong with it, in a real server's order as far as that has one. `path` is where the schema is."""
    if schema.get("nullable"):
        yield _forbidden(f"{path}.nullable", "nullable cannot be true at the root")
    shape = sorted(_shape_faults(schema, path, ""), key=lambda cause: f"{cause.field}: {cause.message}")
    yield from shape or _default_faults(schema, path)
    yield from _part_faults(schema, path, root=True)


def _forbidden(field: str, why: str) -> Cause:
    return Cause("FieldValueForbidden", f"Forbidden: {why}", field)


def _parts(schema: Schema, path: str) -> Iterator[tuple[Schema, str, str]]:
    """The schemas inside of one, where they are, and what they are for."""
    if isinstance(schema.get("items"), Mapping):
        yield schema["items"], f"{path}.items", "items"
    for name, part in (schema.get("properties") or {}).items():
        yield part, f"{path}.properties[{name}]", "properties"
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield schema["additionalProperties"], f"{path}.additionalProperties", "properties"


def _shape_faults(schema: Schema, path: str, level: str) -> Iterator[Cause]:
    """What makes a schema other than structural: a part without a type, a list without items, a root that is no object."""
    kind = schema.get("type", "")
    if kind == "array" and schema.get("items") is None:
        yield required(f"{path}.items", "must be specified")
    for part, where, what in _parts(schema, path):
        yield from _shape_faults(part, where, what)
    if not level and schema.get("additionalProperties") is not None:
        yield _forbidden(f"{path}.additionalProperties", "must not be used at the root")
    if schema.get(INT_OR_STRING) and schema.get(PRESERVE):
        yield invalid(f"{path}.{PRESERVE}", True, f"must be false if {INT_OR_STRING} is true")
    if schema.get(EMBEDDED) and kind != "object":
        why = f"must be object if {EMBEDDED} is true"
        yield invalid(f"{path}.type", kind, why) if kind else required(f"{path}.type", why)
    elif not kind and not schema.get(INT_OR_STRING) and not schema.get(PRESERVE):
        yield required(f"{path}.type", f"must not be empty {_LEVELS[level]}")
    if not level and kind not in ("", "object"):
        yield invalid(f"{path}.type", kind, "must be object at the root")


def _default_faults(schema: Schema, path: str) -> Iterator[Cause]:
    """Defaults with unknown fields, and defaults that the schema itself refuses. They may stand inside of everything but values of maps."""
    default = schema.get("default")
    if default is not None:
        field, pruned = f"{path}.default", copy.deepcopy(default)
        structural.prune_value(pruned, schema)
        if pruned != default:
            yield invalid(field, default, "must not have unknown fields")
        yield from structural_faults.of_value(default, schema, field)
    for part, where, _ in _parts(schema, path):
        if not where.endswith(".additionalProperties"):
            yield from _default_faults(part, where)


def _part_faults(schema: Schema, path: str, *, root: bool = False) -> Iterator[Cause]:
    """What is said of a type by what fits another one, and what contradicts itself."""
    yield from (_forbidden(f"{path}.{field}", f"{field} is not supported") for field in _UNSUPPORTED if field in schema)
    if schema.get("type") == "null":
        yield _forbidden(f"{path}.type", "type cannot be set to null, use nullable as an alternative")
    if schema.get("type") and schema["type"] not in _TYPES:
        yield unsupported(f"{path}.type", schema["type"], _TYPES)
    if isinstance(schema.get("items"), list):
        yield _forbidden(f"{path}.items", "items must be a schema object and not an array")
    if schema.get("uniqueItems"):
        why = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield _forbidden(f"{path}.uniqueItems", why)
    if schema.get("additionalProperties") is not None and schema.get("properties") and schema["additionalProperties"] is not True:
        yield _forbidden(f"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive")
    for part, where, what in _parts(schema, path):
        if root and what == "properties" and part.get("default") is not None and where.endswith("[metadata]"):
            yield _forbidden(f"{where}.default", "must not be set in top-level metadata")
        yield from _part_faults(part, where)
    if schema.get(PRESERVE) is False:
        yield invalid(f"{path}.{PRESERVE}", False, "must be true or undefined")
    yield from _map_type_faults(schema, path)
    yield from _list_type_faults(schema, path)


def _map_type_faults(schema: Schema, path: str) -> Iterator[Cause]:
    named = schema.get(_MAP_TYPE)
    if named is None:
        return
    if schema.get("type") != "object":
        yield _wrong_type(schema, path, f"must be object if {_MAP_TYPE} is specified")
    if named not in _MAP_TYPES:
        yield unsupported(f"{path}.{_MAP_TYPE}", named, _MAP_TYPES)


def _wrong_type(schema: Schema, path: str, why: str) -> Cause:
    kind = schema.get("type", "")
    return invalid(f"{path}.type", kind, why) if kind else required(f"{path}.type", why)


def _list_type_faults(schema: Schema, path: str) -> Iterator[Cause]:
    named, keys, items = schema.get(LIST_TYPE), schema.get(LIST_KEYS) or [], schema.get("items")
    if named is not None and schema.get("type") != "array":
        yield _wrong_type(schema, path, f"must be array if {LIST_TYPE} is specified")
    elif named == "set" and isinstance(items, Mapping):
        yield from _set_item_faults(items, f"{path}.items")
    if named is not None and named not in _LIST_TYPES:
        yield unsupported(f"{path}.{LIST_TYPE}", named, _LIST_TYPES)
    if keys and named != "map":
        why, field = f"must be map if {LIST_KEYS} is non-empty", f"{path}.{LIST_TYPE}"
        yield required(field, why) if named is None else invalid(field, named, why)
    if named == "map":
        yield from _keyed_faults(schema, path)
    if named in ("set", "map") and isinstance(items, Mapping) and items.get("nullable"):
        yield _forbidden(f"{path}.items.nullable", f"cannot be nullable when {LIST_TYPE} is {named}")
    if named == "map" and isinstance(items, Mapping):
        yield from _key_faults(items, keys, f"{path}.items")


def _set_item_faults(items: Schema, path: str) -> Iterator[Cause]:
    why = f"must be atomic as item of a list with {LIST_TYPE}=set"
    if items.get("type") == "array" and items.get(LIST_TYPE) not in (None, "atomic"):
        yield invalid(f"{path}.{LIST_TYPE}", items[LIST_TYPE], why)
    if items.get("type") == "object" and items.get(_MAP_TYPE) != "atomic":
        yield invalid(f"{path}.{_MAP_TYPE}", items.get(LIST_TYPE), why)


def _keyed_faults(schema: Schema, path: str) -> Iterator[Cause]:
    keys, items = schema.get(LIST_KEYS) or [], schema.get("items")
    if not keys:
        yield required(f"{path}.{LIST_KEYS}", f"must not be empty if {LIST_TYPE} is map")
    if not isinstance(items, Mapping):
        yield required(f"{path}.items", f"must have a schema if {LIST_TYPE} is map")
        return
    if items.get("type") != "object":
        yield invalid(f"{path}.items.type", items.get("type", ""), f"must be object if parent array's {LIST_TYPE} is map")
        return
    properties: Mapping[str, Any] = items.get("properties") or {}
    for index, key in enumerate(keys):
        if key not in properties:
            yield invalid(f"{path}.{LIST_KEYS}", keys, "entries must all be names of item properties")
        elif properties[key].get("type") in ("array", "object"):
            why = f"must be a scalar type if parent array's {LIST_TYPE} is map"
            yield invalid(f"{path}.items.properties[{key}].type", items["type"], why)
        if key in keys[:index]:
            yield invalid(f"{path}.{LIST_KEYS}", keys, "must not contain duplicate entries")


def _key_faults(items: Schema, keys: list[str], path: str) -> Iterator[Cause]:
    properties: Mapping[str, Any] = items.get("properties") or {}
    for key in keys:
        if key not in properties:
            continue
        field = f"{path}.properties[{key}]"
        if key not in (items.get("required") or ()) and properties[key].get("default") is None:
            yield required(f"{field}.default", f"{_KEY} must have a default or be a required property")
        if properties[key].get("nullable"):
            yield _forbidden(f"{field}.nullable", f"{_KEY} cannot be nullable")
