"""Field sets: which fields of an object are meant, in the very form in which managedFields say it.

`{"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}`: what is below a field stands under its name; a field that is empty, or has a member
".", is in the set itself. Entries of lists are named by their keys (`k:{"name":"x"}`) or their value (`v:"a"`). The empty set is `{}`.
Guarantees: nothing is changed in place. Parts of what comes in are shared with what is given back. Sets that are in the order in which a
server writes them give sets that are.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from fakes.api_server.wire.encoding import to_json

FieldSet = dict[str, Any]

MEMBER: FieldSet = {}
"""A field that is in the set, with nothing below it."""

EMPTY: FieldSet = {}
"""The set of no fields."""

SELF = "."
_ITSELF: FieldSet = {SELF: MEMBER}


def union(left: FieldSet, right: FieldSet) -> FieldSet:
    """What is in one of them."""
    if not left:
        return right
    result, grown = dict(left), False
    for name, node in right.items():
        other = result.get(name)
        if other is None:
            result[name], grown = node, True
        elif other != node:
            result[name] = union(other or _ITSELF, node or _ITSELF)
    return ordered(result) if grown else result


def difference(left: FieldSet, right: FieldSet) -> FieldSet:
    """What is in `left` and not in `right`, field by field: what is below a field of `right` stays."""
    if not right:
        return left
    result = {}
    for name, node in left.items():
        other = right.get(name)
        if other is None:
            result[name] = node
        elif node != other and (rest := difference(node or _ITSELF, other or _ITSELF)):
            result[name] = _plain(rest)
    return result


def intersection(left: FieldSet, right: FieldSet) -> FieldSet:
    """What is in both."""
    result = {}
    for name, node in left.items():
        other = right.get(name)
        if other is None:
            continue
        if node == other:
            result[name] = node
        elif both := intersection(node or _ITSELF, other or _ITSELF):
            result[name] = _plain(both)
    return result


def without(left: FieldSet, right: FieldSet) -> FieldSet:
    """What is in `left` and neither in `right` nor below a field of `right`."""
    if not right:
        return left
    result = {}
    for name, node in left.items():
        other = right.get(name)
        if other is None:
            result[name] = node
        elif not is_member(other) and (rest := without(node or _ITSELF, other)):
            result[name] = _plain(rest)
    return result


def _plain(node: FieldSet) -> FieldSet:
    return MEMBER if len(node) == 1 and SELF in node else node


def is_member(node: FieldSet) -> bool:
    """Whether a field with this below it is in the set itself."""
    return not node or SELF in node


def as_member(node: FieldSet) -> FieldSet:
    """The same with the field itself in the set."""
    return node if is_member(node) else {SELF: MEMBER, **node}


def has(fields: FieldSet, path: Sequence[str]) -> bool:
    """Whether the field at this path, which is not empty, is in the set."""
    *way, last = path
    for step in way:
        fields = fields.get(step, MEMBER)
    return last in fields and is_member(fields[last])


def at(path: Sequence[str]) -> FieldSet:
    """The set of this one field."""
    node = MEMBER
    for step in reversed(path):
        node = {step: node}
    return node


def paths(fields: FieldSet, start: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every field in the set, in the order in which a server names them: those of one level before what is below them."""
    for name, node in fields.items():
        if name != SELF and is_member(node):
            yield (*start, name)
    for name, node in fields.items():
        if name != SELF:
            yield from paths(node, (*start, name))


def text(path: Sequence[str]) -> str:
    """A path as people read it: `.spec.ports[port=80,protocol="TCP"].name`."""
    return "".join(map(_step_text, path))


def _step_text(step: str) -> str:
    kind, content = step[:2], step[2:]
    if kind == "k:":
        keys = ",".join(f"{name}={_value_text(value)}" for name, value in json.loads(content).items())
        return f"[{keys}]"
    return f"[={_value_text(json.loads(content))}]" if kind == "v:" else f".{content}"


def _value_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def canonical(fields: FieldSet) -> FieldSet:
    """The set as this module names things, from the words of a client. Raises `ValueError` for what is none."""
    result = {}
    for name, node in fields.items():
        kind, content = name[:2], name[2:]
        if name != SELF and kind[1:] != ":":
            raise ValueError(f"missing colon: {name}")
        if not isinstance(node, dict):
            raise ValueError(f"no fields: {node}")
        if kind == "k:":
            keys = _said(content) or {}
            if not isinstance(keys, dict):
                raise ValueError(f"no keys: {name}")
            name = f"k:{compact(dict(sorted(keys.items())))}"
        elif kind == "v:":
            name = f"v:{compact(_said(content))}"
        elif kind == "i:":
            name = f"i:{int(content)}"
        elif kind != "f:" and name != SELF:
            # what a later version of Kubernetes may mean something by
            continue
        result[name] = _plain(canonical(node))
    return ordered(result)


def _said(content: str) -> Any:
    def refuse(word: str) -> None:
        raise ValueError(f"no JSON: {word}")

    return json.loads(content, parse_constant=refuse)


def compact(value: Any) -> str:
    """JSON as it stands in the names of entries."""
    return to_json(value).decode()


def ordered(fields: FieldSet) -> FieldSet:
    """The same with what is on the first level in the order in which a server writes it."""
    names = sorted(fields)
    if len(names) > 1 and names[-1] > "g":
        # other things than the names of fields
        names.sort(key=_order)
    return {name: fields[name] for name in names}


@functools.lru_cache(maxsize=4096)
def _order(name: str) -> tuple[Any, ...]:
    kind = name[:2]
    if kind == "k:":
        keys = tuple((key, *_value_order(value)) for key, value in sorted(json.loads(name[2:]).items()))
        return kind, keys
    return (kind, _value_order(json.loads(name[2:]))) if kind == "v:" else (kind, name)


_RANKS = {int: 0, float: 0, str: 1, bool: 2}


def _value_order(value: Any) -> tuple[int, Any]:
    rank = _RANKS.get(type(value), 3)
    return (rank, value) if rank < 3 else (rank, json.dumps(value, sort_keys=True))
