"""JSON Schema in protobuf: the fields of definitions that may have one of two shapes, and what Go writes of those that were not set.

A Go client writes the zero of every text and number that is no pointer; the same object in JSON lacks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

_PACKAGE = "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1."
JSON = f"{_PACKAGE}JSON"
_SCHEMA = f"{_PACKAGE}JSONSchemaProps"
UNIONS = frozenset(f"{_SCHEMA}Or{other}" for other in ("Array", "Bool", "StringArray"))


def read_union(message: Any, read: Callable[[Any], Any]) -> Any:
    """A schema, or else a list of schemas, a list of names or a yes or no."""
    if message.HasField("schema"):
        return read(message.schema)
    match message.DESCRIPTOR.full_name.removeprefix(_SCHEMA):
        case "OrBool":
            return message.allows
        case "OrArray":
            return [read(schema) for schema in message.jSONSchemas]
        case _:
            return list(message.property)


def fill_union(message: Any, value: Any, fill: Callable[[Any, Mapping[str, Any]], None]) -> None:
    """The other way round."""
    if isinstance(value, bool):
        message.allows = value
    elif isinstance(value, Mapping):
        message.schema.SetInParent()
        fill(message.schema, value)
        if "allows" in message.DESCRIPTOR.fields_by_name:
            message.allows = True
    elif "property" in message.DESCRIPTOR.fields_by_name:
        message.property.extend(value)
    else:
        for schema in value:
            fill(message.jSONSchemas.add(), schema)


def omitted_zeros(descriptor: Any, required: set[str]) -> Iterator[str]:
    """The fields of a message whose zero says nothing; of any other message than those of definitions there are none."""
    if not descriptor.full_name.startswith(_PACKAGE) or descriptor.full_name in UNIONS:
        return
    for field in descriptor.fields:
        scalar = field.message_type is None and not field.is_repeated
        # the numbers of a schema are pointers in Go
        limit = descriptor.full_name == _SCHEMA and field.type not in (field.TYPE_STRING, field.TYPE_BOOL)
        if scalar and not limit and field.name not in required:
            yield field.name
