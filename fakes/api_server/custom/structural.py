"""Structural schemas of custom resources: what is pruned, what is filled in, as a real server does it when it takes an object in.

Assumes: the schema is structural, as definitions must be. Documents are changed in place.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from fakes.api_server.wire.encoding import to_json

Schema = Mapping[str, Any]

PRESERVE, EMBEDDED = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"
_OWN = frozenset(("apiVersion", "kind", "metadata"))


def prune(document: dict[str, Any], schema: Schema) -> list[str]:
    """Take out what the schema does not know, and give the paths of what was taken, sorted. Kind, apiVersion and metadata stay."""
    return sorted(_prune(document, {**schema, EMBEDDED: True}, ""))


def prune_value(value: Any, schema: Schema) -> None:
    """As `prune`, for what stands anywhere inside of an object."""
    for _ in _prune(value, schema, ""):
        pass


def _prune(value: Any, schema: Schema | None, path: str) -> Iterator[str]:
    if schema is not None and schema.get(PRESERVE):
        yield from _prune_known(value, schema, path)
    elif isinstance(value, dict):
        properties, rest = (schema or {}).get("properties") or {}, values_of(schema or {})
        for name in list(value):
            if schema and schema.get(EMBEDDED) and name in _OWN:
                continue
            if name in properties:
                yield from _prune(value[name], properties[name], f"{path}{name}.")
            elif rest is not None:
                yield from _prune(value[name], rest, f"{path}{name}.")
            elif schema is None or not _open(schema):
                yield f"{path}{name}"
                del value[name]
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _prune(item, (schema or {}).get("items"), f"{path.removesuffix('.')}[{index}].")


def _open(schema: Schema) -> bool:
    """Whether additionalProperties is just `true`."""
    return schema.get("additionalProperties") is True


def _prune_known(value: Any, schema: Schema, path: str) -> Iterator[str]:
    """Below a level at which unknown fields stay, those that are known are pruned all the same."""
    if isinstance(value, dict):
        properties, rest = schema.get("properties") or {}, values_of(schema)
        for name in list(value):
            if schema.get(EMBEDDED) and name in _OWN:
                continue
            known = properties.get(name, rest)
            if known is not None:
                yield from _prune(value[name], known, f"{path}{name}.")
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for index, item in enumerate(value):
            yield from _prune_known(item, schema["items"], f"{path.removesuffix('.')}[{index}].")


def values_of(schema: Schema) -> Schema | None:
    """The schema of the values of fields that have no name in it."""
    found = schema.get("additionalProperties")
    return found if isinstance(found, Mapping) else None


_WHOLE_FLOAT = re.compile(rb"[:\[,]-?[0-9.]+(?:\.0|e[0-9]+)[,}\]]")
_LARGEST_WRITTEN_OUT = 1e21


def write_out(document: dict[str, Any]) -> None:
    """Make integers of floats that are whole, as they are when they have been written as Go writes them."""
    if _WHOLE_FLOAT.search(to_json(document)):
        for name, value in document.items():
            document[name] = _written_out(value)


def _written_out(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _written_out(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_written_out(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_WRITTEN_OUT:
        return int(Decimal(repr(value)))
    return value


def fill_in(document: Any, schema: Schema) -> None:
    """Drop nulls where none may be, then put defaults where something is missing."""
    _drop_nulls(document, schema)
    default(document, schema)


def _drop_nulls(value: Any, schema: Schema) -> None:
    if isinstance(value, dict):
        for name in list(value):
            known = (schema.get("properties") or {}).get(name, values_of(schema))
            if known is None:
                continue
            if value[name] is None and not known.get("nullable") and known.get("default") is None:
                del value[name]
            else:
                _drop_nulls(value[name], known)
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for item in value:
            _drop_nulls(item, schema["items"])


def default(value: Any, schema: Schema) -> None:
    """Put defaults where something is missing."""
    if isinstance(value, dict):
        properties, rest = schema.get("properties") or {}, values_of(schema)
        for name, known in properties.items():
            if known.get("default") is not None and (name not in value or (value[name] is None and not known.get("nullable"))):
                value[name] = copy.deepcopy(known["default"])
        for name, item in value.items():
            known = properties.get(name, rest)
            if known is not None:
                default(item, known)
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for item in value:
            default(item, schema["items"])
