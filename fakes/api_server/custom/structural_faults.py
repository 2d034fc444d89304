"""What is wrong with a custom resource by its schema, each fault worded as a real server words it. CEL rules are accepted unread.

Guarantees: the faults come in the order of the schema (a real server has no fixed one); what an update leaves as it was is not among
them.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fakes.api_server.custom.formats import has_format
from fakes.api_server.custom.structural import Schema, values_of
from fakes.api_server.errors import Cause
from fakes.api_server.wire.encoding import to_json
from fakes.api_server.wire.json_syntax import quote

INT_OR_STRING = "x-kubernetes-int-or-string"
LIST_TYPE, LIST_KEYS = "x-kubernetes-list-type", "x-kubernetes-list-map-keys"
_MISSING: Any = object()
_NOWHERE = "<nil>"


def faults(document: Mapping[str, Any], schema: Schema, old: Mapping[str, Any] | None = None) -> list[Cause]:
    """Everything that the schema has against `document`, unless it was the same in `old`."""
    return [*_faults(document, schema, "", _MISSING if old is None else old), *_list_faults(document, schema, "")]


def of_value(value: Any, schema: Schema, field: str) -> list[Cause]:
    """Everything that the schema has against a value that stands in this field; of lists with repeated items it knows nothing."""

    def within(cause: Cause) -> Cause:
        return dataclasses.replace(cause, field=field if cause.field in ("", _NOWHERE) else f"{field}.{cause.field}")

    return [within(cause) for cause in _faults(value, _of_any_type(schema), "", _MISSING)]


def _of_any_type(schema: Any) -> Any:
    """A real server does not look at the type of a default that is a number or a text."""
    if isinstance(schema, Mapping):
        return {name: _of_any_type(part) for name, part in schema.items() if name != INT_OR_STRING}
    return [_of_any_type(part) for part in schema] if isinstance(schema, list) else schema


def _faults(value: Any, schema: Schema, path: str, old: Any) -> Iterator[Cause]:
    if old is not _MISSING and _same(value, old):
        return
    if value is None and schema.get("nullable"):
        return
    yield from _type_faults(value, schema, path)
    yield from _enum_faults(value, schema, path)
    yield from _combined_faults(value, schema, path)
    if isinstance(value, str):
        yield from _text_faults(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number_faults(value, schema, path)
    elif isinstance(value, list):
        yield from _array_faults(value, schema, path, old)
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, path, old)


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and to_json(left, ordered=True) == to_json(right, ordered=True)


def invalid(field: str, value: Any, why: str, reason: str = "FieldValueInvalid") -> Cause:
    """A value and what it should be."""
    return Cause(reason, f"Invalid value: {shown(value)}: {why}", field)


def required(field: str, why: str = "") -> Cause:
    """Something that must not be missing."""
    return Cause("FieldValueRequired", f"Required value: {why}" if why else "Required value", field)


def shown(value: Any) -> str:
    """A value as messages have it."""
    return quote(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


_LARGEST_WHOLE = 2**53 - 1
"""Beyond it, no float is taken for an integer."""


def type_of(value: Any) -> str:
    """The JSON type of a value, by the names that schemas have for it."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST_WHOLE):
        return "integer"
    names = {float: "number", str: "string", list: "array", dict: "object", type(None): "null"}
    return names[type(value)]


def _type_faults(value: Any, schema: Schema, path: str) -> Iterator[Cause]:
    wanted = "integer,string" if schema.get(INT_OR_STRING) else schema.get("type", "")
    found = type_of(value)
    if wanted and found not in wanted.split(",") and (wanted, found) != ("number", "integer"):
        yield invalid(path, found, f'{path} in body must be of type {wanted}: "{found}"', "FieldValueTypeInvalid")


def _enum_faults(value: Any, schema: Schema, path: str) -> Iterator[Cause]:
    choices = schema.get("enum")
    if choices and not any(_same(value, choice) for choice in choices):
        yield unsupported(path, value, choices)


def unsupported(field: str, value: Any, choices: Sequence[Any]) -> Cause:
    """A value that is none of those that there are."""
    names = ", ".join(f'"{choice}"' if isinstance(choice, str) else f'"{shown(choice)}"' for choice in choices)
    return Cause("FieldValueNotSupported", f"Unsupported value: {shown(value)}: supported values: {names}", field)


def _text_faults(value: str, schema: Schema, path: str) -> Iterator[Cause]:
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    if longest is not None and len(value) > longest:
        yield Cause("FieldValueTooLong", f"Too long: may not be more than {_count(longest, 'byte')}", path)
    if shortest is not None and len(value) < shortest:
        yield invalid(path, value, f"{path} in body should be at least {shortest} chars long")
    pattern = schema.get("pattern")
    if pattern and not re.search(pattern, value):
        yield invalid(path, value, f"{path} in body should match '{pattern}'")
    named = schema.get("format")
    if named and not has_format(named, value):
        yield invalid(path, value, f'{path} in body must be of type {named}: "{value}"', "FieldValueTypeInvalid")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _number_faults(value: float, schema: Schema, path: str) -> Iterator[Cause]:
    if schema.get("type") == "integer" and not (float(value).is_integer() and -(2**63) <= value < 2**63):
        named = f"with format {schema['format']}" if schema.get("format") else "(default format)"
        yield _nowhere(f"Checked value must be of type integer {named} in {path}")
    least, most, step = schema.get("minimum"), schema.get("maximum"), schema.get("multipleOf")
    if step and (value / step) % 1:
        yield invalid(path, value, f"{path} in body should be a multiple of {step}")
    if most is not None and (value >= most if schema.get("exclusiveMaximum") else value > most):
        yield invalid(path, value, f"{path} in body should be less than {'' if schema.get('exclusiveMaximum') else 'or equal to '}{most}")
    if least is not None and (value <= least if schema.get("exclusiveMinimum") else value < least):
        yield invalid(
            path, value, f"{path} in body should be greater than {'' if schema.get('exclusiveMinimum') else 'or equal to '}{least}"
        )


def _array_faults(value: list[Any], schema: Schema, path: str, old: Any) -> Iterator[Cause]:
    items, most, least = schema.get("items"), schema.get("maxItems"), schema.get("minItems")
    before = _correlated(schema, old)
    for index, item in enumerate(value if isinstance(items, Mapping) else ()):
        yield from _faults(item, items or {}, f"{path}[{index}]", before.get(_list_key(schema, item), _MISSING))
    if least is not None and len(value) < least:
        yield invalid(path, len(value), f"{path} in body should have at least {least} items")
    if most is not None and len(value) > most:
        yield Cause("FieldValueTooMany", f"Too many: {len(value)}: must have at most {_count(most, 'item')}", path)


def _correlated(schema: Schema, old: Any) -> dict[str, Any]:
    """The old items of a list whose items have keys."""
    if not isinstance(old, list) or schema.get(LIST_TYPE) != "map":
        return {}
    return {_list_key(schema, item): item for item in old}


def _list_key(schema: Schema, item: Any) -> str:
    keys = schema.get(LIST_KEYS) or ()
    return shown({key: item[key] for key in keys if key in item}) if isinstance(item, dict) else shown(item)


def _object_faults(value: dict[str, Any], schema: Schema, path: str, old: Any) -> Iterator[Cause]:
    before = old if isinstance(old, dict) else {}
    properties, rest = schema.get("properties") or {}, values_of(schema)
    for name, item in value.items():
        known = properties.get(name, rest)
        if known is not None and (path or name != "metadata"):
            yield from _faults(item, known, f"{path}.{name}".lstrip("."), before.get(name, _MISSING))
    for name in schema.get("required") or ():
        if name not in value:
            yield Cause("FieldValueRequired", "Required value", f"{path}.{name}".lstrip("."))
    most, least = schema.get("maxProperties"), schema.get("minProperties")
    if least is not None and len(value) < least:
        yield invalid(path, len(value), f"{path} in body should have at least {least} properties")
    if most is not None and len(value) > most:
        yield Cause("FieldValueTooMany", f"Too many: {len(value)}: must have at most {_count(most, 'item')}", path)


def _combined_faults(value: Any, schema: Schema, path: str) -> Iterator[Cause]:
    """Of `allOf`, `anyOf`, `oneOf` and `not`; int-or-string says in `anyOf` what it says of itself."""

    def against(part: Schema) -> list[Cause]:
        return list(_faults(value, part, path, _MISSING))

    name = json.dumps(path)
    if schema.get("anyOf") and not schema.get(INT_OR_STRING) and all(map(against, schema["anyOf"])):
        yield _nowhere(f"{name} must validate at least one schema (anyOf)")
        yield from against(schema["anyOf"][0])
    if schema.get("oneOf"):
        count = sum(not against(part) for part in schema["oneOf"])
        if count != 1:
            found = f"Found {count} valid alternatives" if count else "Found none valid"
            yield _nowhere(f"{name} must validate one and only one schema (oneOf). {found}")
        if not count:
            yield from against(schema["oneOf"][0])
    if any(map(against, schema.get("allOf") or ())):
        yield from (fault for part in schema["allOf"] for fault in against(part))
        yield _nowhere(f"{name} must validate all the schemas (allOf)")
    if schema.get("not") and not against(schema["not"]):
        yield _nowhere(f"{name} must not validate the schema (not)")


def _nowhere(why: str) -> Cause:
    """A fault for which a real server names no field, in these words."""
    return Cause("FieldValueInvalid", f'Invalid value: "": {why}', _NOWHERE)


def _list_faults(value: Any, schema: Schema, path: str) -> Iterator[Cause]:
    """Items that are twice in a list in which they may be once."""
    if isinstance(value, dict):
        properties, rest = schema.get("properties") or {}, values_of(schema)
        for name, item in value.items():
            if name in properties:
                yield from _list_faults(item, properties[name], f"{path}.{name}".lstrip("."))
            elif rest is not None:
                yield from _list_faults(item, rest, f"{path}[{name}]")
    elif isinstance(value, list):
        if schema.get(LIST_TYPE) in ("set", "map"):
            yield from _repeated(value, schema, path)
        for index, item in enumerate(value if isinstance(schema.get("items"), Mapping) else ()):
            yield from _list_faults(item, schema["items"], f"{path}[{index}]")


def _repeated(value: list[Any], schema: Schema, path: str) -> Iterator[Cause]:
    seen: dict[str, int] = {}
    for index, item in enumerate(value):
        key = _list_key(schema, item) if schema[LIST_TYPE] == "map" else shown(item)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == 2:
            yield Cause("FieldValueDuplicate", f"Duplicate value: {key}", f"{path}[{index}]")
