"""Restoring: what a server says of a merged object that does not fit the structs of its kind. It goes by the order of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server.builtin import schemas
from fakes.api_server.builtin.structs import (
    INT_OR_STRING,
    LIMITS,
    MICRO_TIME,
    QUANTITY,
    TIME,
    MicroTime,
    Quantity,
    Time,
    fields_of,
    read_special,
)
from fakes.api_server.wire.json_syntax import type_of

_KINDS = {bool: "bool", int: "int64", float: "float64", str: "string", list: "slice", dict: "map"}
_READ_BY_THEMSELVES = {TIME: Time, MICRO_TIME: MicroTime, QUANTITY: Quantity}


def complaint(document: Mapping[str, Any], schema: str) -> str:
    """The first thing that does not fit; empty where all does."""
    try:
        _struct(document, schema)
    except ValueError as error:
        return str(error)
    return ""


def _struct(value: Any, name: str) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"cannot restore struct from: {_KINDS[type(value)]}")
    for field in fields_of(name).values():
        _value(value.get(field.name), field.schema, field.go_type)


def _value(value: Any, schema: schemas.Schema, go_type: str) -> None:
    """Raises `ValueError`. What is null fits everything."""
    name, found = schemas.reference(schema), schemas.resolve(schema)
    wanted = found.get("type")
    if value is None:
        return
    if name in _READ_BY_THEMSELVES or name == INT_OR_STRING:
        _special(value, name)
    elif name and "properties" in found:
        _struct(value, name)
    elif wanted == "array":
        if not isinstance(value, list):
            raise ValueError(f"cannot restore slice from {_KINDS[type(value)]}")
        for item in value:
            _value(item, found["items"], go_type.partition("[]")[2])
    elif wanted == "object" and "additionalProperties" in found:
        if not isinstance(value, Mapping):
            raise ValueError(f"cannot restore map from {_KINDS[type(value)]}")
        for item in value.values():
            _value(item, found["additionalProperties"], go_type.partition("]")[2])
    elif found.get("format") == "byte":
        _bytes(value)
    elif wanted in ("string", "boolean", "integer", "number"):
        _simple(value, wanted, go_type.lstrip("*"))


def _bytes(value: Any) -> None:
    if not isinstance(value, str | list):
        raise ValueError(f"cannot restore slice from {_KINDS[type(value)]}")
    for number in value if isinstance(value, list) else ():
        if number is not None and type(number) is not int:
            raise ValueError("cannot convert float64 to uint8" if isinstance(number, float) else "unrecognized type: uint8")


def _special(value: Any, name: str) -> None:
    """A value that its type reads from JSON by itself."""
    if name == INT_OR_STRING:
        least, most = LIMITS["int32"]
        if not isinstance(value, str) and not (type(value) is int and least <= value <= most):
            shown = f"number {value}" if type(value) in (int, float) else type_of(value)
            raise ValueError(f"json: cannot unmarshal {shown} into Go value of type int32")
        return
    if name == QUANTITY:
        readable = type(value) in (str, int, float)
        read_special(Quantity, value if readable else "none")
    elif not isinstance(value, str):
        raise ValueError(f"json: cannot unmarshal {type_of(value)} into Go value of type string")
    else:
        read_special(_READ_BY_THEMSELVES[name], value)


def _simple(value: Any, wanted: str, go_type: str) -> None:
    own = type(value)
    fits = {
        "string": own is str,
        "boolean": own is bool,
        "integer": own is int or (own is float and value.is_integer()),
        "number": own in (int, float),
    }
    if fits[wanted]:
        return
    shown, _, underneath = go_type.partition("=")
    # Go knows how to make the one of the other, but is not to
    if (own is int and wanted == "string") or (own is float and wanted == "integer"):
        raise ValueError(f"cannot convert {_KINDS[own]} to {shown}")
    raise ValueError(f"unrecognized type: {_GO_NAMES.get(wanted) or underneath or shown}")


_GO_NAMES = {"string": "string", "boolean": "bool"}
"""What types are underneath, whatever they are called."""
