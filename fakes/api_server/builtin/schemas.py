"""Schemas: the OpenAPI schemas of the built-in kinds, without their texts, as a 1.37.2 server publishes them.

Guarantees: read once, when first asked; nobody changes what is given out. A schema is a JSON object; `resolve` follows its references.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import msgspec

Schema = Mapping[str, Any]

REFERENCE = "#/components/schemas/"
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@dataclass(frozen=True, slots=True)
class PatchRule:
    """How a strategic merge patch treats one field. `strategies` may have `merge`, `replace`, `retainKeys`; `merge_key` may be empty."""

    strategies: tuple[str, ...] = ()
    merge_key: str = ""


@functools.cache
def all_schemas() -> Mapping[str, Schema]:
    """Every schema by its name, `io.k8s.api.core.v1.Pod`."""
    packed = (files("fakes.api_server") / "data" / "schemas.json.gz").read_bytes()
    schemas: dict[str, Schema] = msgspec.json.decode(gzip.decompress(packed))
    return schemas


@functools.cache
def _names() -> Mapping[tuple[str, str, str], str]:
    return {
        (kind["group"], kind["version"], kind["kind"]): name
        for name, schema in all_schemas().items()
        for kind in schema.get("x-kubernetes-group-version-kind", ())
    }


def name_of(group: str, version: str, kind: str) -> str | None:
    """The name of the schema of a kind, None where there is none."""
    return _names().get((group, version, kind))


def schema_of(group: str, version: str, kind: str) -> Schema | None:
    """The schema of a kind, None where there is none."""
    name = name_of(group, version, kind)
    return None if name is None else all_schemas()[name]


def reference(schema: Schema) -> str:
    """The name of the schema that `schema` refers to, itself or as the only member of its `allOf`; empty when it stands for itself."""
    for candidate in (schema, *schema.get("allOf", ())):
        if "$ref" in candidate:
            return str(candidate["$ref"]).removeprefix(REFERENCE)
    return ""


def resolve(schema: Schema) -> Schema:
    """What `schema` refers to, or else itself."""
    name = reference(schema)
    return all_schemas()[name] if name else schema


def patch_rule(field: Schema) -> PatchRule:
    """How strategic merge treats a field, from the schema of the field (not of what it refers to)."""
    return _patch_rule(field.get("x-kubernetes-patch-strategy", ""), field.get("x-kubernetes-patch-merge-key", ""))


@functools.cache
def _patch_rule(strategies: str, merge_key: str) -> PatchRule:
    return PatchRule(tuple(filter(None, strategies.split(","))), merge_key)


def closure(names: Iterable[str]) -> dict[str, Schema]:
    """These schemas and everything they refer to, by name, sorted."""
    found: dict[str, Schema] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = all_schemas()[name]
            waiting.extend(_references(found[name]))
    return dict(sorted(found.items()))


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].removeprefix(REFERENCE)
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def unregistered(api_version: str, kind: str) -> str:
    """What a decoder says of a kind that no schema is of."""
    return f'no kind "{kind}" is registered for version "{api_version}" in scheme "pkg/runtime/scheme.go:111"'
