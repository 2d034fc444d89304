"""Internals: objects as the structs inside a server print, and how two of them differ. Its messages about pods show that.

Structs inside have names of their own for the same fields, and print all of them, set or not.
"""

from __future__ import annotations

import difflib
import functools
import gzip
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import msgspec

from fakes.api_server.wire.encoding import to_json

_ZEROS: Mapping[str, Any] = {"string": "", "bool": False}


def difference(old: Any, new: Any, struct: str) -> str:
    """The unified diff of two values of this struct, which are in their outer form."""
    lines = list(difflib.unified_diff(_printed(old, struct), _printed(new, struct)))
    # the first two name the files, which these have not
    return "".join(lines[2:])


def shown(outer: Mapping[str, Any], inner: Mapping[str, tuple[Any, str]]) -> str:
    """Fields that have the names that they have outside, and, by their names inside, values with their structs; in one line."""
    return to_json({**outer, **{name: dict(_fields(value, struct)) for name, (value, struct) in inner.items()}}).decode()


def _printed(value: Any, struct: str) -> list[str]:
    text = msgspec.json.format(to_json(dict(_fields(value, struct))), indent=1).decode()
    return [f"{line}\n" for line in text.split("\n")]


def _fields(value: Mapping[str, Any], struct: str) -> Iterator[tuple[str, Any]]:
    for name, outer, kind in _structs()[struct]:
        if name:
            yield name, _inner(value.get(outer), kind)
        elif outer:
            # a struct of the API's own, whose fields are among these and have the names that they have outside
            yield from (value.get(outer) or {}).items()
        else:
            yield from _fields(value, kind)


def _inner(value: Any, type: str) -> Any:
    """A value of a type, with all that was left out."""
    if type.startswith("*"):
        return None if value is None else _inner(value, type[1:])
    if type.startswith("[]"):
        return None if value is None else [_inner(item, type[2:]) for item in value]
    if type.startswith("{}"):
        return None if value is None else {name: _inner(item, type[2:]) for name, item in sorted(value.items())}
    if type.startswith("struct:"):
        return dict(_fields(value or {}, type.removeprefix("struct:")))
    if value is not None or type in ("any", "bytes"):
        return value
    return "0" if type == "ext:resource.Quantity" else _ZEROS.get(type, 0)


@functools.cache
def _structs() -> Mapping[str, list[tuple[str, str, str]]]:
    """By the name of a struct its fields: their name inside, their name outside, and their type."""
    found: dict[str, list[tuple[str, str, str]]] = json.loads(
        gzip.decompress((files("fakes.api_server") / "data" / "internals.json.gz").read_bytes())
    )
    return found
