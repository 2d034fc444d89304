"""Type faults: why a configuration is not of its type, in the words of a real server, which wants to know it before it merges anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fakes.api_server.ownership import field_sets
from fakes.api_server.ownership.field_types import FieldType, ListType, MapType
from fakes.api_server.patching.strategic_merge import go_text

_GO_TYPES = {str: "string", bool: "bool", int: "int64", float: "float64", dict: "map[string]interface {}", list: "[]interface {}"}


def complaint(document: Any, type: FieldType, *, doubled: bool = False) -> str:
    """Everything that is wrong; empty where nothing is. With `doubled`, entries may be there twice."""
    found = list(_faults(document, type, "", doubled))
    return "\n  ".join(["errors:", *found]) if len(found) > 1 else "".join(found)


def _faults(value: Any, type: FieldType, path: str, doubled: bool) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, dict) and type.map is not None:
        yield from _in_fields(value, type.map, path, doubled)
    elif isinstance(value, list) and type.list is not None:
        yield from _in_entries(value, type.list, path, doubled)
    elif isinstance(value, dict | list) or not type.scalar or not _fits(value, type.scalar):
        yield f"{path}: {_expectation(value, type)}" if path else _expectation(value, type)


def _fits(value: Any, wanted: str) -> bool:
    fitting = {"numeric": (int, float), "string": (str,), "boolean": (bool,)}
    return wanted == "untyped" or value.__class__ in fitting[wanted]


def _expectation(value: Any, type: FieldType) -> str:
    shown = f"&{{{go_text(value)}}}"
    if type.map is not None:
        return f"expected map, got {shown}"
    match type.scalar:
        case "":
            return f"expected list, got {shown}"
        case "numeric":
            return f"expected numeric (int or float), got {_GO_TYPES[value.__class__]}"
        case "string":
            return f"expected string, got &value.valueUnstructured{{Value:{_literal(value)}}}"
        case "boolean":
            return f"expected boolean, got {shown}"
    return f"expected any scalar, got {shown}"


def _literal(value: Any) -> str:
    """A value as Go writes it in its own source."""
    if isinstance(value, dict):
        return f"map[string]interface {{}}{{{', '.join(f'{json.dumps(name)}:{_literal(item)}' for name, item in sorted(value.items()))}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_literal, value))}}}"
    return "interface {}(nil)" if value is None else json.dumps(value, ensure_ascii=False)


def _in_fields(value: dict[str, Any], fields: MapType, path: str, doubled: bool) -> Iterator[str]:
    for name, item in value.items():
        field = fields[name]
        if not field.declared and not fields.open:
            yield f"{path}.{name}: field not declared in schema"
            return
        yield from _faults(item, field.type, f"{path}.{name}", doubled)


def _in_entries(value: list[Any], type: ListType, path: str, doubled: bool) -> Iterator[str]:
    seen = set()
    for index, item in enumerate(value):
        place = f"[{index}]"
        if not type.atomic:
            try:
                step = type.step(item)
            except ValueError as error:
                yield f"{path}: element {index}: {error}"
                return
            place = field_sets.text([step])
            if step in seen and not doubled:
                yield f"{path}: duplicate entries for key {place}"
            seen.add(step)
        yield from _faults(item, type.element, f"{path}{place}", doubled)
