"""Comparison: which fields an object has, and in which ones two states of it differ, as field sets.

Guarantees: the sets are in the order in which a server writes them. Assumes: objects are of the type that they are said to be; an entry
without the fields that would tell it apart has no name in a set and is left out.
"""

from __future__ import annotations

from typing import Any

import msgspec

from fakes.api_server.ownership.field_sets import MEMBER, SELF, FieldSet, as_member, ordered, union
from fakes.api_server.ownership.field_types import FieldType, ListType, MapType
from fakes.api_server.wire.encoding import same

Document = dict[str, Any]


class Comparison(msgspec.Struct, frozen=True):
    """What is new or different in the new state, and what the old one had beyond it."""

    changed: FieldSet
    removed: FieldSet


def compare(old: Document, new: Document, type: FieldType) -> Comparison:
    """The difference between two states of an object."""
    changed, removed = _NOTHING if _equal(old, new, type) else _differ(old, new, type)
    return Comparison(changed or {}, removed or {})


def everything(value: Any, type: FieldType) -> FieldSet:
    """Every field of a value on every level, and the value itself: what somebody owns who brought it in."""
    if isinstance(value, dict):
        fields = type.map
        if not value or fields is None or fields.atomic:
            return MEMBER
        node: FieldSet = {SELF: MEMBER}
        for name in sorted(value):
            field, item = fields[name], value[name]
            node[field.step] = everything(item, field.type) if item.__class__ in _CONTAINERS else MEMBER
        return node
    if isinstance(value, list):
        listed = type.list
        if not value or listed is None or listed.atomic:
            return MEMBER
        node = {SELF: MEMBER}
        for step, items in _entries(value, listed).items():
            node[step] = everything(items[0], listed.element) if len(items) == 1 else MEMBER
        return node
    return MEMBER


_CONTAINERS = (dict, list)


def opinion(document: Document, type: FieldType) -> FieldSet:
    """The fields that a configuration has an opinion on: its leaves, and the entries of its maps and lists."""
    return _opinion(document, type) or {}


def _opinion(value: Any, type: FieldType) -> FieldSet | None:
    """None where there is nothing to have an opinion on, as in an empty list."""
    node: FieldSet = {}
    if isinstance(value, dict) and type.map is not None and not type.map.atomic:
        for name in sorted(value):
            field, item = type.map[name], value[name]
            below = _opinion(item, field.type)
            if item is None or item == {} or not field.declared:
                below = as_member(below or MEMBER)
            if below is not None:
                node[field.step] = below
        return node or None
    if isinstance(value, list) and type.list is not None and not type.list.atomic:
        for step, items in _entries(value, type.list).items():
            below = _opinion(items[0], type.list.element) if len(items) == 1 else None
            node[step] = as_member(below or MEMBER)
        return node or None
    return MEMBER


def _entries(items: list[Any], type: ListType) -> dict[str, list[Any]]:
    """The entries by their names, in order; more than one where they cannot be told apart."""
    found: dict[str, list[Any]] = {}
    for item in items:
        if step := type.step_or_none(item):
            found.setdefault(step, []).append(item)
    return ordered(found)


_Difference = tuple[FieldSet | None, FieldSet | None]
"""What changed and what was removed, each None where that is nothing."""
_NOTHING: _Difference = (None, None)
_LEAF: _Difference = (MEMBER, None)


def _differ(old: Any, new: Any, type: FieldType) -> _Difference:
    """Of two values that are not equal. One that is null takes the shape of the other."""
    before, after = _shape(old), _shape(new)
    shape = after or before
    found = _differ_as(shape, old, new, type)
    if before and before != shape:
        others = _differ_as(before, old, new, type)
        return _both(found[0], others[0]), _both(found[1], others[1])
    return found


def _shape(value: Any) -> type[Any] | None:
    if value is None:
        return None
    return value.__class__ if value.__class__ in _CONTAINERS else object


def _both(left: FieldSet | None, right: FieldSet | None) -> FieldSet | None:
    if left is None or right is None:
        return right if left is None else left
    both: FieldSet = union({"": left}, {"": right})[""]
    return both


def _differ_as(shape: type[Any] | None, old: Any, new: Any, type: FieldType) -> _Difference:
    if shape is dict:
        fields = type.map
        before, after = old if isinstance(old, dict) else {}, new if isinstance(new, dict) else {}
        if fields is None or fields.atomic or not (before or after):
            return _LEAF
        return _differ_in_fields(before, after, fields)
    if shape is list:
        listed = type.list
        held, given = old if isinstance(old, list) else [], new if isinstance(new, list) else []
        if listed is None or listed.atomic or not (held or given):
            return _LEAF
        return _differ_in_entries(held, given, listed)
    return _NOTHING if old == new and bool not in (old.__class__, new.__class__) else _LEAF


def _equal(old: Any, new: Any, type: FieldType) -> bool:
    return old is new or bool(old == new and (not type.loose or same(old, new)))


def _differ_in_fields(old: Document, new: Document, fields: MapType) -> _Difference:
    changed: FieldSet = {}
    removed: FieldSet = {}
    for name in sorted({**old, **new}):
        if name not in old:
            field = fields[name]
            changed[field.step] = everything(new[name], field.type)
        elif name not in new:
            field = fields[name]
            removed[field.step] = everything(old[name], field.type)
        elif (before := old[name]) is not (after := new[name]):
            field = fields[name]
            if not _equal(before, after, field.type):
                _note(changed, removed, field.step, _differ(before, after, field.type))
    return changed or None, removed or None


def _note(changed: FieldSet, removed: FieldSet, step: str, difference: _Difference) -> None:
    more, less = difference
    if more is not None:
        changed[step] = more
    if less is not None:
        removed[step] = less


def _differ_in_entries(old: list[Any], new: list[Any], type: ListType) -> _Difference:
    changed: FieldSet = {}
    removed: FieldSet = {}
    before, after = _entries(old, type), _entries(new, type)
    for step in ordered({**before, **after}):
        held, given = before.get(step, []), after.get(step, [])
        if len(held) == 1 and len(given) == 1:
            if not _equal(held[0], given[0], type.element):
                _note(changed, removed, step, _differ(held[0], given[0], type.element))
        elif len(held) > 1 and len(given) > 1:
            # entries of the same name are one field, together
            if not _equal(held, given, type.element):
                changed[step] = MEMBER
        else:
            if given:
                changed[step] = everything(given[0], type.element) if len(given) == 1 else MEMBER
            if held:
                removed[step] = everything(held[0], type.element) if len(held) == 1 else MEMBER
    return changed or None, removed or None
