"""Merging: what becomes of an object when somebody applies a configuration to it, and what is left when fields are taken out of it.

Guarantees: neither side is changed; untouched parts are shared with what is given back. Assumes: both sides are of the type that they are
said to be, and the configuration has no entry twice. Raises `ValueError` for an entry of the old side that nothing names.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from fakes.api_server.ownership.comparison import opinion
from fakes.api_server.ownership.field_sets import FieldSet, as_member, difference, intersection, is_member, union
from fakes.api_server.ownership.field_types import DEDUCED, Field, FieldType, ListType

Document = dict[str, Any]


def merged(old: Any, new: Any, type: FieldType) -> Any:
    """`old` with what `new` says. Nothing is taken away: a null stands for an object or a list that has nothing to add."""
    shape = old.__class__ if new is None else new.__class__
    if shape is dict and type.map is not None and not type.map.atomic:
        before, after = (value if isinstance(value, dict) else {} for value in (old, new))
        if before or after:
            changed = {name: merged(before[name], item, type.map[name].type) if name in before else item for name, item in after.items()}
            return {**before, **changed}
    if shape is list and type.list is not None and not type.list.atomic:
        held, given = (value if isinstance(value, list) else [] for value in (old, new))
        if held or given:
            return _merged_entries(held, given, type.list)
    return new


def _merged_entries(old: list[Any], new: list[Any], type: ListType) -> list[Any]:
    """The entries of both: those of `new` in its order, the others where they stood among them."""
    held, given = [type.step(item) for item in old], [type.step(item) for item in new]
    counts, named = Counter(held), set(given)
    single = {step: item for step, item in zip(held, old, strict=True) if counts[step] == 1}
    shared = iter([step for step in given if step in counts])
    wanted = next(shared, None)
    result: list[Any] = []
    left = 0
    for step, item in zip(given, new, strict=True):
        while left < len(held) and held[left] != step:
            here = held[left]
            if here == wanted:
                break
            left += 1
            if here not in named:
                result.append(old[left - 1])
            elif wanted is None:
                break
        else:
            left += left < len(held)
        result.append(merged(single.get(step), item, type.element))
        if step == wanted:
            wanted = next(shared, None)
    return [*result, *(item for step, item in zip(held[left:], old[left:], strict=True) if step not in named)]


def pruned(document: Document, last: FieldSet, owned: FieldSet, type: FieldType) -> Document:
    """`document`, a merge, without what an applier named `last` time and nobody owns any more. `owned` is what all of them own now."""
    last = _with_structs(last, type)
    everything = _with_structs(opinion(document, type), type)
    kept = _with_structs(opinion(taken_out(document, last, type), type), type)
    kept = union(kept, _with_structs(owned, type))
    kept = _with_structs(opinion(taken_out(document, difference(everything, kept), type), type), type)
    return taken_out(document, intersection(difference(everything, kept), last), type) or {}


def taken_out(value: Any, gone: FieldSet, type: FieldType) -> Any:
    """What is left without these fields: null of what was an object or a list and has nothing left, or is owned as a whole."""
    if isinstance(value, dict) and type.map is not None:
        if type.map.atomic:
            return None
        rest = {name: _left(item, gone.get((field := type.map[name]).step), field.type) for name, item in value.items()}
        return {name: item for name, item in rest.items() if item is not _GONE} or None
    if isinstance(value, list) and type.list is not None:
        if type.list.atomic:
            return None
        left = [_left(item, gone.get(type.list.step_or_none(item) or ""), type.list.element) for item in value]
        return [item for item in left if item is not _GONE] or None
    return value


_GONE = object()


def _left(value: Any, gone: FieldSet | None, type: FieldType) -> Any:
    if gone is None:
        return value
    return _GONE if is_member(gone) else taken_out(value, gone, type)


def _with_structs(fields: FieldSet, type: FieldType) -> FieldSet:
    """The set with every object of which it has a field and that the schema names: such objects go when they have become empty."""
    result = {}
    for step, node in fields.items():
        if not node:
            result[step] = node
            continue
        field = _field(step, type)
        below = _with_structs(node, DEDUCED if field is None else field.type)
        result[step] = as_member(below) if field is not None and field.declared else below
    return result


def _field(step: str, type: FieldType) -> Field | None:
    kind, name = step[:2], step[2:]
    if kind == "f:" and type.map is not None:
        return type.map[name]
    return Field(step, type.list.element, False) if kind == "k:" and type.list is not None else None
