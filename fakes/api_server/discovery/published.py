"""Published schemas: what OpenAPI says of the kinds of a definition, in its third version and in its second.

Guarantees: as a 1.37.2 server publishes them. The second version knows no nulls, no alternatives and no defaults; where kubectl would
take unknown fields for mistakes, it has no fields at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from fakes.api_server.builtin import schemas
from fakes.api_server.kinds import Kind
from fakes.api_server.wire import texts

Schema = dict[str, Any]

LIST_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"
_UNKNOWN, _EMBEDDED, _EITHER = (f"x-kubernetes-{name}" for name in ("preserve-unknown-fields", "embedded-resource", "int-or-string"))
_NOT_IN_V2 = ("allOf", "oneOf", "anyOf", "not", "nullable", "default")
_SCHEMAS_IN = ("items", "additionalProperties")


class Form(NamedTuple):
    """A version of OpenAPI: where its schemas stand, and whether it is the second."""

    prefix: str
    second: bool

    def reference(self, name: str, text: str) -> Schema:
        """A field that another schema describes."""
        there = {"$ref": f"{self.prefix}{name}"}
        return {"description": text, **there} if self.second else {"description": text, "allOf": [there]}


V2 = Form("#/definitions/", second=True)
V3 = Form(schemas.REFERENCE, second=False)


def name_of(kind: Kind) -> str:
    """`com.example.v1.Foo`, of a kind that a definition defines."""
    return ".".join([*reversed(kind.resource.group.split(".")), kind.resource.version, kind.resource.kind])


def published(kinds: Iterable[Kind], form: Form) -> dict[str, Schema]:
    """The schemas of these kinds, which definitions define, and of their lists."""
    found: dict[str, Schema] = {}
    for kind in kinds:
        name = name_of(kind)
        found[name] = {**_schema(kind, form), **_named(kind, kind.resource.kind)}
        found[name.removesuffix(kind.resource.kind) + kind.list_kind] = {**_list(kind, form), **_named(kind, kind.list_kind)}
    return found


def _named(kind: Kind, own: str) -> Schema:
    fields = kind.definition.get("selectableFields")
    selectable = {"x-kubernetes-selectable-fields": [{"fieldPath": field["jsonPath"].lstrip(".")} for field in fields]} if fields else {}
    return {
        "x-kubernetes-group-version-kind": [{"group": kind.resource.group, "kind": own, "version": kind.resource.version}],
        **selectable,
    }


def _schema(kind: Kind, form: Form) -> Schema:
    schema = (kind.definition.get("schema") or {}).get("openAPIV3Schema")
    if schema is None or (form.second and schema.get(_UNKNOWN)):
        return {"type": "object"}
    known = _node(schema, form)
    return {**known, "properties": _with_own_fields(known, form)}


def _with_own_fields(node: Schema, form: Form) -> Schema:
    """The fields of an object, with those that every object has."""
    own = {
        "apiVersion": {"type": "string", "description": texts.API_VERSION},
        "kind": {"type": "string", "description": texts.KIND},
        "metadata": form.reference(schemas.OBJECT_META, texts.METADATA),
    }
    return dict(sorted({**node.get("properties", {}), **own}.items()))


def _list(kind: Kind, form: Form) -> Schema:
    items = {"type": "array", "description": f"List of {kind.resource.plural}.", "items": {"$ref": f"{form.prefix}{name_of(kind)}"}}
    return {
        "type": "object",
        "description": f"{kind.list_kind} is a list of {kind.resource.kind}",
        "required": ["items"],
        "properties": {
            "apiVersion": {"type": "string", "description": texts.API_VERSION},
            "items": items,
            "kind": {"type": "string", "description": texts.KIND},
            "metadata": form.reference(LIST_META, texts.LIST_METADATA),
        },
    }


def _node(schema: Mapping[str, Any], form: Form) -> Schema:
    """One schema and those below it."""
    node = _second(schema) if form.second else dict(schema)
    if node.get(_EITHER) and not form.second:
        node.setdefault("anyOf", [{"type": "integer"}, {"type": "string"}])
    if "properties" in node:
        node["properties"] = {name: _node(node["properties"][name], form) for name in sorted(node["properties"])}
    for name in _SCHEMAS_IN:
        if isinstance(node.get(name), Mapping):
            node[name] = _node(node[name], form)
    if node.get(_EMBEDDED) and not (form.second and node.get(_UNKNOWN)):
        required = node.get("required", [])
        node["required"] = [*required, *(name for name in ("kind", "apiVersion") if name not in required)]
        node["properties"] = _with_own_fields(node, form)
    return node


def _second(schema: Mapping[str, Any]) -> Schema:
    """What the second version has of one schema, apart from those below it."""
    node = {name: value for name, value in schema.items() if name not in _NOT_IN_V2}
    nullable, unknown = schema.get("nullable"), schema.get(_UNKNOWN)
    if nullable or unknown:
        for name in ("items", "properties"):
            node.pop(name, None)
    untyped = node.get("type") == "array" and "items" not in node
    if nullable or untyped or (unknown and node.get("type") == "object"):
        node.pop("type", None)
    optional = {name for name, field in node.get("properties", {}).items() if field.get("nullable")}
    values = node.get("additionalProperties")
    if isinstance(values, Mapping) and values.get("nullable"):
        optional = set(node.get("required", ()))
    required = [name for name in node.pop("required", ()) if name not in optional]
    return {**node, **({"required": required} if required else {})}
