"""Definitions: small structural schemas, versions of a definition with them, and objects that fit them or do not."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Schema = dict[str, Any]

_FIELDS = ("p", "q", "r")
_TEXTS, _NUMBERS = ["", "a", "abcdef", "12"], [0, 1, -5, 12]
_VALUES: list[Any] = [None, *_TEXTS, *_NUMBERS, 1.5, True, False, [], {}, ["a"], ["a", "a"], [1, "a"], [None], {"p": 1}, {"p": "a", "z": 1}]
_STATUS = st.sampled_from([{"replicas": 1}, {"replicas": -5}, {}, {"z": 1}])
_ITEMS: list[Any] = [[{"p": "a"}], [{"p": "a"}, {"p": "a"}], [{"p": "a", "q": 1}, {"p": "b"}], [{"q": 1}], [{}]]


def _with(schema: Schema, **more: SearchStrategy[Any]) -> SearchStrategy[Schema]:
    """The schema with some of these keywords."""
    return st.fixed_dictionaries({}, optional=more).map(lambda found: {**schema, **found})


def _text() -> SearchStrategy[Schema]:
    return _with(
        {"type": "string"},
        maxLength=st.sampled_from([1, 3]),
        minLength=st.sampled_from([1, 2]),
        pattern=st.just("^[a-z]*$"),
        enum=st.sampled_from([["a", "abcdef"], ["a", ""]]),
        default=st.sampled_from(["a", "abcdef"]),
        nullable=st.just(True),
    )


def _number(kind: str) -> SearchStrategy[Schema]:
    return _with(
        {"type": kind},
        minimum=st.sampled_from([0, 1]),
        maximum=st.sampled_from([1, 10]),
        exclusiveMaximum=st.just(True),
        default=st.sampled_from([1, 0]),
        nullable=st.just(True),
        enum=st.just([1, 12]),
    )


def _leaf() -> SearchStrategy[Schema]:
    return st.one_of(
        _text(),
        _text(),
        _number("integer"),
        _number("number"),
        _with({"type": "boolean"}, default=st.booleans(), nullable=st.just(True)),
        _with({"x-kubernetes-int-or-string": True}, default=st.sampled_from([1, "a"]), nullable=st.just(True)),
        _with({"x-kubernetes-preserve-unknown-fields": True}, type=st.just("object"), nullable=st.just(True)),
    )


def _list(items: SearchStrategy[Schema]) -> SearchStrategy[Schema]:
    sized = {"minItems": st.just(1), "maxItems": st.just(1), "nullable": st.just(True)}
    keyed: Schema = {
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["p"],
        "items": {"type": "object", "required": ["p"], "properties": {"p": {"type": "string"}, "q": {"type": "integer", "default": 7}}},
    }
    return st.one_of(
        items.flatmap(lambda schema: _with({"type": "array", "items": schema}, default=st.just([]), **sized)),
        st.just({"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"}).flatmap(
            lambda schema: _with(schema, **sized)
        ),
        _with(keyed, **sized),
    )


def _map(values: SearchStrategy[Schema]) -> SearchStrategy[Schema]:
    named = st.dictionaries(st.sampled_from(_FIELDS), values, min_size=1, max_size=3)
    return st.one_of(
        named.flatmap(
            lambda properties: _with(
                {"type": "object", "properties": properties},
                required=st.sampled_from([[sorted(properties)[0]], sorted(properties)]),
                nullable=st.just(True),
                default=st.just({}),
                **{"x-kubernetes-preserve-unknown-fields": st.just(True)},
            )
        ),
        values.flatmap(
            lambda schema: _with({"type": "object", "additionalProperties": schema}, nullable=st.just(True), maxProperties=st.just(1))
        ),
    )


def schemas() -> SearchStrategy[Schema]:
    """Of a whole object: its spec and its status."""
    value = st.recursive(_leaf(), lambda inner: _list(inner) | _map(inner), max_leaves=4)
    fields = st.dictionaries(st.sampled_from(_FIELDS), value, min_size=1, max_size=3)

    def whole(properties: dict[str, Schema], more: Schema) -> Schema:
        spec = {"type": "object", "properties": {**properties, "replicas": {"type": "integer"}}, **more}
        status = {"type": "object", "properties": {"replicas": {"type": "integer"}, **properties}}
        return {"type": "object", "properties": {"spec": spec, "status": status}}

    more = st.fixed_dictionaries(
        {}, optional={"default": st.just({}), "x-kubernetes-preserve-unknown-fields": st.just(True), "nullable": st.just(True)}
    )
    return st.builds(whole, fields, more)


def specs(schema: Schema) -> SearchStrategy[dict[str, Any]]:
    """The body of a definition: one version or two, with a schema, columns and subresources."""
    parts = {
        "subresources": st.sampled_from(
            [{"status": {}}, {"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}}]
        ),
        "additionalPrinterColumns": st.sampled_from(
            [
                [{"name": "P", "type": "string", "jsonPath": ".spec.p"}],
                [
                    {"name": "P", "type": "integer", "jsonPath": ".spec.p", "priority": 1},
                    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
                ],
                [{"name": "Q", "type": "number", "jsonPath": ".spec.q"}, {"name": "R", "type": "boolean", "jsonPath": ".spec.r"}],
            ]
        ),
        "deprecated": st.just(True),
    }
    first = _with({"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}, **parts)
    second = _with({"name": "v2", "storage": False, "schema": {"openAPIV3Schema": schema}}, **parts).flatmap(
        lambda version: st.booleans().map(lambda served: {**version, "served": served})
    )
    versions = st.one_of(first.map(lambda one: [one]), st.tuples(first, second).map(list), st.tuples(first, second).map(list))
    scope = st.sampled_from(["Namespaced", "Namespaced", "Cluster"])
    return st.builds(lambda scope, versions: {"spec": {"scope": scope, "versions": versions}}, scope, versions)


def objects_of(schema: Schema) -> SearchStrategy[dict[str, Any]]:
    """What an object of this schema has beside its metadata: much of it fits."""
    properties = schema["properties"]["spec"]["properties"]
    fields = st.fixed_dictionaries({}, optional={name: _value(part) for name, part in properties.items()} | {"z": st.sampled_from(_VALUES)})
    return st.fixed_dictionaries(
        {}, optional={"spec": fields | fields | st.sampled_from([None, "a", []]), "status": _STATUS, "z": st.just(1)}
    )


def _value(schema: Schema) -> SearchStrategy[Any]:
    """A value for a schema, or any other."""
    anything = st.sampled_from([*_VALUES, *_ITEMS])
    return _fitting(schema) | _fitting(schema) | anything


def _fitting(schema: Schema) -> SearchStrategy[Any]:
    match schema.get("type", ""):
        case "string":
            return st.sampled_from(_TEXTS)
        case "integer":
            return st.sampled_from(_NUMBERS)
        case "number":
            return st.sampled_from([*_NUMBERS, 1.5])
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(_value(schema["items"]), max_size=2)
        case "object":
            rest = schema.get("additionalProperties")
            known = {name: _value(part) for name, part in schema.get("properties", {}).items()}
            if isinstance(rest, dict):
                known |= {"x": _value(rest), "y": _value(rest)}
            return st.fixed_dictionaries({}, optional=known | {"z": st.sampled_from(_VALUES)})
    return st.sampled_from([*_VALUES, *_ITEMS])
