"""Mending: an object that is not quite one of its kind, read field by field, with the words of a server's decoder for what is wrong."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from fakes.api_server.builtin import schemas
from fakes.api_server.builtin.quantities import COMPLAINT
from fakes.api_server.builtin.structs import EMBEDDED, INT_OR_STRING, LIMITS, MICRO_TIME, QUANTITY, SCHEMA, TIME, Field, fields_of
from fakes.api_server.wire.json_syntax import pairs_of, quote, type_of

Document = dict[str, Any]


class Undecodable(ValueError):
    """An object that is not of its kind; the message says why, as a decoder says it."""


_PART_OF_A_SCHEMA = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON"
"""What is a schema or something else in its place, and values of any type: how their names begin."""
_WITHOUT_FIELDS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus"


class Mending:
    """Reads field by field: without nulls and without what nobody knows, which is noted in `complaints`. Raises `Undecodable`."""

    def __init__(self, complaints: dict[str, None]) -> None:
        self._complaints = complaints

    def _note(self, what: str, path: str) -> None:
        self._complaints[f"{what} field {quote(path)}"] = None

    def struct(self, value: Document, name: str, fields: tuple[str, ...], path: str) -> Document:
        result: Document = {}
        known, seen = fields_of(name), set()
        for key, item in pairs_of(value):
            field = known.get(key)
            if field is None:
                self._note("unknown", f"{path}{key}")
                continue
            if key in seen:
                self._note("duplicate", f"{path}{key}")
            seen.add(key)
            if item is not None:
                struct = name.rpartition(".")[2]
                about = _About(struct, (*fields, *_embedded(struct, key), key), field.go_type.lstrip("*"))
                read = self._value(item, field.schema, about, f"{path}{key}")
                result[key] = _both(result[key], read, field.schema) if key in result else read
            elif not _keeps_null(field):
                result.pop(key, None)
        return result

    def _value(self, value: Any, schema: schemas.Schema, about: _About, path: str) -> Any:
        name, found = schemas.reference(schema), schemas.resolve(schema)
        if name == INT_OR_STRING and not isinstance(value, str):
            _check(value, "integer", "int32", about._replace(go_type="int32"))
        if name in (TIME, MICRO_TIME):
            _check(value, "string", "", about._replace(go_type="string"))
        elif name == QUANTITY and type(value) not in (str, int, float):
            raise Undecodable(COMPLAINT)
        if name.startswith(_PART_OF_A_SCHEMA) and not found:
            return self._part_of_a_schema(value, name.removeprefix(_PART_OF_A_SCHEMA), about, path)
        if name == _WITHOUT_FIELDS:
            _check(value, "object", "", about)
            return self.struct(value, name, about.fields, f"{path}.")
        if name in (TIME, MICRO_TIME, QUANTITY, INT_OR_STRING) or not _is_read(found):
            return value
        wanted = found["type"]
        if found.get("format") == "byte" and isinstance(value, list):
            return _bytes(value, about._replace(go_type="uint8"))
        _check(value, wanted, found.get("format", ""), about)
        if wanted == "array":
            inner = about.inside("[]")
            return [self._item(item, found["items"], inner, f"{path}[{index}]") for index, item in enumerate(value)]
        if wanted == "object" and "properties" in found:
            return self.struct(value, name, about.fields, f"{path}.")
        return self._map(value, found["additionalProperties"], about.inside("]"), path) if wanted == "object" else value

    def _part_of_a_schema(self, value: Any, which: str, about: _About, path: str) -> Any:
        """A value that a decoder of its own reads: it complains of no unknown fields, and most wrong types say nothing to it."""
        inner = Mending({})
        if isinstance(value, dict) and which:
            return inner.struct(value, SCHEMA, about.fields, f"{path}.")
        match which:
            case "":
                return value
            case "SchemaPropsOrBool" if not isinstance(value, bool):
                raise Undecodable("boolean or JSON schema expected")
            case "SchemaPropsOrArray" if isinstance(value, list):
                schema = {"$ref": schemas.REFERENCE + SCHEMA}
                return [inner._item(item, schema, about._replace(go_type="v1.JSONSchemaProps"), path) for item in value]
        return value if isinstance(value, bool | list) else None

    def _map(self, value: Document, schema: schemas.Schema, about: _About, path: str) -> Document:
        result: Document = {}
        for key, item in pairs_of(value):
            if key in result:
                self._note("duplicate", f"{path}.{key}")
            result[key] = self._item(item, schema, about, f"{path}.{key}")
        return result

    def _item(self, value: Any, schema: schemas.Schema, about: _About, path: str) -> Any:
        if value is None and schemas.reference(schema) == QUANTITY:
            return "0"
        if value is None and schemas.resolve(schema):
            zeros: Mapping[str, Callable[[], Any]] = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
            return zeros.get(schemas.resolve(schema).get("type", "string"), str)()
        return self._value(value, schema, about, path)


def _keeps_null(field: Field) -> bool:
    """Whether null says nothing to a field, so that what was read into it before stays."""
    return not field.go_type.startswith(("*", "[", "map")) and field.schema.get("type") != "array"


def _both(first: Any, second: Any, schema: schemas.Schema) -> Any:
    """What comes of a field that is there twice: the second is read into what the first has left."""
    found = schemas.resolve(schema)
    if isinstance(first, dict) and isinstance(second, dict):
        known = found.get("properties", {})
        return {
            **first,
            **{key: _both(first[key], item, known[key]) if key in first and key in known else item for key, item in second.items()},
        }
    if isinstance(first, list) and isinstance(second, list) and "items" in found:
        read = zip(first, second, strict=False)
        return [*(_both(before, item, found["items"]) for before, item in read), *second[len(first) :]]
    return second


def _embedded(struct: str, field: str) -> tuple[str, ...]:
    """The struct inside of another one in which a field is, which JSON does not show and messages do."""
    inner, own = EMBEDDED.get(struct, ("", ()))
    return (inner,) if inner and field not in own else ()


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
        raise _unfit(value, wanted, about)


def _unfit(value: Any, wanted: str, about: _About) -> Undecodable:
    shown = f"number {value}" if type(value) in (int, float) and wanted == "integer" else type_of(value)
    return Undecodable(f"json: cannot unmarshal {shown} into Go struct field {about}")


def _bytes(numbers: list[Any], about: _About) -> str:
    """Bytes that come one by one, as the text that stands for them."""
    for number in numbers:
        if number is not None and not (type(number) is int and 0 <= number <= 255):
            raise _unfit(number, "integer", about)
    return base64.b64encode(bytes(number or 0 for number in numbers)).decode()


def _is_read(found: schemas.Schema) -> bool:
    """Whether a value of this schema has a shape at all."""
    return "type" in found and (found["type"] != "object" or "properties" in found or "additionalProperties" in found)


def _fits(value: Any, wanted: str, format: str) -> bool:
    match wanted:
        case "integer":
            least, most = LIMITS.get(format, LIMITS["int64"])
            return type(value) is int and least <= value <= most
        case "number":
            return type(value) in (int, float)
    if wanted == "object":
        return isinstance(value, dict)
    return type(value) is {"string": str, "boolean": bool, "array": list}[wanted]
