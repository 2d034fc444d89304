"""Strategic merge patch: the server's own kind of patch, which merges lists by what their schema says.

Guarantees: neither the document nor the patch is changed. What is given back shares with the document what the patch did not go through,
but for the first level of its metadata. The patch's directives (`$patch`, `$retainKeys`, `$setElementOrder/LIST`,
`$deleteFromPrimitiveList/LIST`) never end up in the result. Built-in kinds only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fakes.api_server.builtin import schemas
from fakes.api_server.builtin.schemas import PatchRule, Schema
from fakes.api_server.errors import StatusError, bad_request, server_failure, unprocessable, unsupported_media_type
from fakes.api_server.kinds import Kind

CUSTOM_PATCH_TYPES = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"

_PATCH = "$patch"
_RETAIN = "$retainKeys"
_ORDER = "$setElementOrder"
_DELETE = "$deleteFromPrimitiveList"
_DIRECTIVES = (_PATCH, _RETAIN, _ORDER, _DELETE)


def strategic_merge_patch(document: Mapping[str, Any], patch: Any, kind: Kind) -> dict[str, Any]:
    """Apply `patch`. Raises 415 for a custom kind, 400 for a malformed patch, and as the real server 500 for one that cannot be merged."""
    if kind.custom:
        raise unsupported_media_type(CUSTOM_PATCH_TYPES)
    own = {**document, "metadata": {**document["metadata"]}} if "metadata" in document else dict(document)
    if patch is None:
        return own
    if not isinstance(patch, dict):
        raise bad_request(f"json: cannot unmarshal {json_type(patch)} into Go value of type map[string]interface {{}}")
    schema = schemas.schema_of(kind.resource.group, kind.resource.version, kind.resource.kind)
    assert schema is not None, f"no schema of {kind.resource.kind}"
    return _merge_objects(own, patch, schema)


def json_type(value: Any) -> str:
    """What Go calls this JSON value in its complaints."""
    names = {dict: "object", list: "array", str: "string", bool: "bool", int: "number", float: "number"}
    return names.get(type(value), "null")


def go_text(value: Any) -> str:
    """A JSON value as Go prints it in error messages: `map[a:1 b:[x y]]`."""
    if isinstance(value, Mapping):
        return f"map[{' '.join(f'{name}:{go_text(item)}' for name, item in sorted(value.items()))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_text, value))}]"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _go_type(value: Any) -> str:
    names = {dict: "map[string]interface {}", list: "[]interface {}", str: "string", bool: "bool", int: "int64", float: "float64"}
    return names.get(type(value), "%!s(<nil>)")


def _field(schema: Schema, name: str) -> tuple[Schema, PatchRule]:
    """The schema of a field, which may be a reference, and its rule."""
    resolved = schemas.resolve(schema)
    if "additionalProperties" in resolved:
        raise server_failure("merging an object in json but data type is not struct, instead is: map")
    field = resolved.get("properties", {}).get(name)
    if field is None:
        struct = schemas.reference(schema).rpartition(".")[2]
        raise server_failure(f'unable to find api field in struct {struct} for the json field "{name}"')
    return field, schemas.patch_rule(field)


def _merge_objects(held_object: Mapping[str, Any], change: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    if _PATCH in change:
        return _directed(change)
    current, patch = dict(held_object), dict(change)
    _retain(current, patch)
    _merge_ordered_lists(current, patch, schema)
    for key, value in patch.items():
        deleting = key.startswith(_DELETE)
        name = _directive_target(key, _DELETE, "invalid patch format of primitive list") if deleting else key
        held = current.get(name)
        if value is None:
            current.pop(name, None)
        elif isinstance(held, dict) and isinstance(value, dict):
            field, rule = _field(schema, name)
            current[name] = _undirected(value) if "replace" in rule.strategies else _merge_objects(held, value, field)
        elif isinstance(held, list) and isinstance(value, list):
            field, rule = _field(schema, name)
            current[name] = _merge_lists(held, value, field, rule, deleting=deleting)
        elif not deleting and not _is_directive(value):
            current[name] = _plain(value)
        elif not deleting:
            current.pop(name, None)
    return current


def _directed(patch: Mapping[str, Any]) -> dict[str, Any]:
    directive = patch[_PATCH]
    if directive == "replace":
        return dict(_undirected(patch))
    if directive == "delete":
        return {}
    raise _unknown_directive(directive, patch)


def _unknown_directive(directive: Any, patch: Mapping[str, Any]) -> StatusError:
    return server_failure(f"unknown patch type: {go_text(directive)} in map: {go_text(patch)}")


def _directive_target(key: str, prefix: str, complaint: str) -> str:
    before, slash, name = key.partition("/")
    if before != prefix or not slash:
        raise bad_request(complaint)
    return name


def _is_directive(value: Any) -> bool:
    return isinstance(value, dict) and _PATCH in value


def _plain(value: Any) -> Any:
    """A value of a field that the document did not have: without null members, and without the objects that are directives."""
    if isinstance(value, dict):
        return _undirected({name: _plain(item) for name, item in value.items() if item is not None and not _is_directive(item)})
    if isinstance(value, list):
        return [_plain(item) for item in value if not _is_directive(item)]
    return value


def _undirected(value: Any) -> Any:
    """A value that is taken as it is. The server drops directives in it, like all fields it does not know."""
    if isinstance(value, dict):
        return {name: _undirected(item) for name, item in value.items() if not name.startswith(_DIRECTIVES)}
    if isinstance(value, list):
        return [_undirected(item) for item in value]
    return value


def _retain(current: dict[str, Any], patch: dict[str, Any]) -> None:
    """`$retainKeys`: take away what it does not name. The patch itself may set no more than it names."""
    if _RETAIN not in patch:
        return
    retained = patch.pop(_RETAIN)
    if not isinstance(retained, list):
        raise bad_request("invalid patch format of retainKeys")
    for name, value in patch.items():
        if value is not None and name not in retained and not name.startswith((_ORDER, _DELETE)):
            raise bad_request("invalid patch format of retainKeys")
    for name in [name for name in current if name not in retained]:
        del current[name]


def _merge_ordered_lists(current: dict[str, Any], patch: dict[str, Any], schema: Schema) -> None:
    """`$setElementOrder/LIST`: merge the list and put it into this order. Takes what it has dealt with out of the patch."""
    for key in [key for key in patch if key.startswith(_ORDER)]:
        order = patch.pop(key)
        name = _directive_target(key, _ORDER, "invalid patch format of setElementOrder list")
        for value in (order, *(holder[name] for holder in (current, patch) if name in holder)):
            if not isinstance(value, list):
                raise server_failure(f"expected a []interface {{}}, but received a {_go_type(value)}")
        field, rule = _field(schema, name)
        held, change = current.get(name), patch.pop(name, None)
        _check_order(change or [], order, rule.merge_key)
        if held is None and change is None:
            continue
        if held is None:
            merged = _plain(change)
        elif change is None:
            merged = held
        else:
            merged = _merge_lists(list(held), change, field, rule, deleting=False)
        _element_kind(held or [], change or [])
        current[name] = _in_order(merged, order, held or [], rule.merge_key)


def _check_order(patch: Sequence[Any], order: Sequence[Any], merge_key: str) -> None:
    """The elements of the patch must come in `order`, and none that is not in it, but for directives before the last of them."""
    if not order or not patch:
        return
    rest = [item for item in patch if not (_is_directive(item) and item[_PATCH] == "delete")]
    for item in order:
        while rest and _is_directive(rest[0]):
            del rest[0]
        if rest and _identity(rest[0], merge_key) == _identity(item, merge_key):
            del rest[0]
    if rest:
        raise server_failure(f"The order in patch list:\n{go_text(patch)}\n doesn't match {_ORDER} list:\n{go_text(order)}\n")


def _merge_lists(current: list[Any], patch: list[Any], field: Schema, rule: PatchRule, *, deleting: bool) -> list[Any]:
    if "merge" not in rule.strategies and not deleting:
        return list(_undirected(patch))
    if not current and not patch:
        return current
    if _element_kind(current, patch) is not dict:
        gone = {_identity(item, "") for item in patch}
        rest = [item for item in current if _identity(item, "") not in gone]
        return rest if deleting else _in_order(_distinct(current + patch), patch, current, rule.merge_key)
    if not rule.merge_key:
        raise server_failure("cannot merge lists without merge key for struct")
    current, patch = _apply_directives(current, patch, rule.merge_key)
    merged = _merge_elements(current, patch, schemas.resolve(field).get("items", {}), rule.merge_key)
    return _in_order(merged, patch, current, rule.merge_key)


def _element_kind(*lists: Sequence[Any]) -> type:
    """The type of all elements. Raises where they differ, or are lists, or where there are none."""
    kinds = {type(item): None for items in lists for item in items}
    if list in kinds:
        raise unprocessable()
    if not kinds:
        raise server_failure("no elements in any of the given slices")
    if len(kinds) > 1:
        raise server_failure(f"list element types are not identical: {go_text(list(lists))}")
    return next(iter(kinds))


def _identity(item: Any, merge_key: str) -> str:
    """What tells two elements apart: the value of the merge key, or the element itself where there is no key."""
    if merge_key:
        if not isinstance(item, dict):
            raise server_failure(f"expected a map[string]interface {{}}, but received a {_go_type(item)}")
        if merge_key not in item:
            raise server_failure(f"map: {go_text(item)} does not contain declared merge key: {merge_key}")
        item = item[merge_key]
    return json.dumps(item, sort_keys=True)


def _distinct(items: Sequence[Any]) -> list[Any]:
    return list({_identity(item, ""): item for item in items}.values())


def _apply_directives(current: list[Any], patch: list[Any], merge_key: str) -> tuple[list[Any], list[Any]]:
    """Carry out the elements that are directives, and give what is left of both lists."""
    rest: list[Any] = []
    replacing = False
    for item in patch:
        directive = item.get(_PATCH)
        if _PATCH not in item:
            rest.append(item)
        elif directive == "delete":
            gone = _identity(item, merge_key)
            current = [held for held in current if merge_key not in held or _identity(held, merge_key) != gone]
        elif directive == "replace":
            replacing = True
        elif directive == "merge":
            raise server_failure("merging lists cannot yet be specified in the patch")
        else:
            raise _unknown_directive(directive, item)
    return (_undirected(rest), []) if replacing else (current, rest)


def _merge_elements(current: list[Any], patch: list[Any], schema: Schema, merge_key: str) -> list[Any]:
    merged = list(current)
    for item in patch:
        wanted = _identity(item, merge_key)
        same = (at for at, held in enumerate(merged) if merge_key in held and _identity(held, merge_key) == wanted)
        place = next(same, None)
        if place is None:
            merged.append(_undirected(item))
        else:
            merged[place] = _merge_objects(merged[place], item, schema)
    return merged


def _in_order(items: Sequence[Any], order: Sequence[Any], held: Sequence[Any], merge_key: str) -> list[Any]:
    """`items` so that those in `order` follow it, and the others stand where they stood among them in `held`."""
    wanted = _places(order, merge_key)
    before = _places(held, merge_key)

    def place(item: Any, places: Mapping[str, int]) -> int:
        return places.get(_identity(item, merge_key), -1)

    ours = sorted((item for item in items if place(item, wanted) >= 0), key=lambda item: place(item, wanted))
    theirs = sorted((item for item in items if place(item, wanted) < 0), key=lambda item: place(item, before))
    result: list[Any] = []
    while ours and theirs:
        result.append(theirs.pop(0) if place(theirs[0], before) < place(ours[0], before) else ours.pop(0))
    return result + theirs + ours


def _places(items: Sequence[Any], merge_key: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for index, item in enumerate(items):
        places.setdefault(_identity(item, merge_key), index)
    return places
