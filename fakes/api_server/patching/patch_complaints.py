"""What is to be said of the text of a patch: keys that are there twice, and what no operation has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from fakes.api_server.wire.encoding import to_json
from fakes.api_server.wire.json_syntax import doubled_paths, pairs_of, quote

_FIELDS = ("op", "path", "from", "value")
_UNTOLD = re.compile(r"[+-][0-9]+|0[0-9]+", re.ASCII)
"""Steps to an item of a list that do not say plainly how many are before it."""


def merge_complaints(patch: Any) -> Iterator[str]:
    """Of a merge patch, strategic or not."""
    return (f"duplicate field {quote(path)}" for path in doubled_paths(patch))


class Lasting(NamedTuple):
    """A value in whose text a key stands twice, and the way to where operations leave it, untouched."""

    way: tuple[str, ...]
    value: Any

    def complaints(self) -> Iterator[str]:
        """What is to be said of the object in which it is."""
        path = "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in self.way).lstrip(".")
        return (f"duplicate field {quote(inner)}" for inner in doubled_paths(self.value, path))


def lasting(patch: Any) -> list[Lasting]:
    """The values of operations that all others let be: whatever goes into one reads it anew. Assumes that they succeed.

    Without those whose places in lists the paths alone do not tell.
    """
    found: list[Lasting] = []
    for operation in patch if isinstance(patch, list) else ():
        if not isinstance(operation, dict):
            continue
        way, origin = (_way(operation.get(name)) for name in ("path", "from"))
        kind, value = operation.get("op"), operation.get("value")
        placed = [Lasting(way + each.way[len(origin) :], each.value) for each in found if each.way[: len(origin)] == origin]
        gone = [way, origin] if kind == "move" else [way]
        found = [each for each in found if not any(_meet(each.way, other) for other in gone)]
        if kind not in ("replace", "test"):
            found = [each for each in found if not any(_shifts(other, each.way) for other in gone)]
        if kind in ("add", "replace") and any(doubled_paths(value)):
            found.append(Lasting(way, value))
        elif kind in ("copy", "move"):
            found += placed
        found = [each for each in found if not any(step == "-" or _UNTOLD.fullmatch(step) for step in each.way)]
    return sorted(found, key=lambda each: each.way)


def _way(path: Any) -> tuple[str, ...]:
    """That of what is no text is empty: no such operation is ever carried out."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]) if isinstance(path, str) else ()


def _meet(way: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one of them lies on the other, or may: `other` need not tell plainly which items of lists it goes through."""
    return all(here == there or (here.isdecimal() and _UNTOLD.fullmatch(there)) for here, there in zip(way, other, strict=False))


def _shifts(changed: tuple[str, ...], way: tuple[str, ...]) -> bool:
    """Whether an item that comes or goes gives what `way` leads through another place in the same list. Assumes that they do not meet."""
    *holder, item = changed or ("",)
    step = way[len(holder)] if len(way) > len(holder) and _meet(way, tuple(holder)) else ""
    return step.isdecimal() and item.isdecimal() and (len(item), item) < (len(step), step)


def raw_text(value: Any) -> msgspec.Raw:
    """The JSON of a value, with the keys that are there twice."""
    if isinstance(value, dict):
        pairs = (to_json(key) + b":" + bytes(raw_text(item)) for key, item in pairs_of(value))
        return msgspec.Raw(b"{" + b",".join(pairs) + b"}")
    if isinstance(value, list):
        return msgspec.Raw(b"[" + b",".join(bytes(raw_text(item)) for item in value) + b"]")
    return msgspec.Raw(to_json(value))


def json_patch_complaints(patch: Any) -> Iterator[str]:
    """Of a list of operations, in the order of its text."""
    for index, operation in enumerate(patch if isinstance(patch, list) else ()):
        seen: set[str] = set()
        for key, item in pairs_of(operation) if isinstance(operation, dict) else ():
            path = f"[{index}].{key}"
            if key not in _FIELDS:
                yield f"json patch unknown field {quote(path)}"
                continue
            if key in seen:
                yield f"json patch duplicate field {quote(path)}"
            seen.add(key)
            yield from (f"json patch duplicate field {quote(inner)}" for inner in doubled_paths(item, path))
