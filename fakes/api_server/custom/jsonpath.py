"""JSONPath, as the printer columns of custom resources use it: fields, quoted fields, indices, slices, wildcards, filters, `..`.

Guarantees: a path that is none raises `ValueError` when it is parsed; a parsed one never raises.
"""

from __future__ import annotations

import functools
import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

_STEP = re.compile(
    r"""\.\.(?P<deep>[\w-]+|\*)
      | \.?\[\?\((?P<filter>.+?)\)\]
      | \.?\[(?P<quote>['"])(?P<quoted>.*?)(?P=quote)\]
      | \.?\[(?P<slice>-?\d*:-?\d*(?::-?\d+)?)\]
      | \.?\[(?P<index>-?\d+)\]
      | (?P<all>\.?\[\*\]|\.\*)
      | \.(?P<field>(?:\\.|[^.\[\]()'"\s])+)""",
    re.VERBOSE,
)
_FILTER = re.compile(r"\s*@(?P<path>[^\s=<>!]*)\s*(?:(?P<operator>==|!=|<=|>=|<|>)\s*(?P<literal>.+?)\s*)?$")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Step = Callable[[Any], Iterable[Any]]


@functools.lru_cache(maxsize=256)
def parse(path: str) -> tuple[Step, ...]:
    """The steps of a path such as `.status.conditions[?(@.type=="Ready")].status`. Raises `ValueError`."""
    steps: list[Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(f"{path!r} is no JSONPath from character {position} on")
        steps.append(_step(match))
        position = match.end()
    return tuple(steps)


def find(document: Any, path: str) -> list[Any]:
    """Everything that `path` leads to. Raises `ValueError` for what is no path."""
    found = [document]
    for step in parse(path):
        found = [inner for outer in found for inner in step(outer)]
    return found


def _step(match: re.Match[str]) -> Step:
    part = match.groupdict()
    if part["deep"] is not None:
        return functools.partial(_deep, name=part["deep"])
    if part["filter"] is not None:
        return _filter(part["filter"])
    if part["slice"] is not None:
        bounds = [int(bound) if bound else None for bound in part["slice"].split(":")]
        return lambda value: value[slice(*bounds)] if isinstance(value, list) else ()
    if part["index"] is not None:
        return functools.partial(_index, index=int(part["index"]))
    if part["all"] is not None:
        return _all
    name = part["quoted"] if part["quoted"] is not None else re.sub(r"\\(.)", r"\1", part["field"])
    return functools.partial(_field, name=name)


def _field(value: Any, name: str) -> Iterable[Any]:
    return (value[name],) if isinstance(value, dict) and name in value else ()


def _index(value: Any, index: int) -> Iterable[Any]:
    return (value[index],) if isinstance(value, list) and -len(value) <= index < len(value) else ()


def _all(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return tuple(value[key] for key in sorted(value))
    return value if isinstance(value, list) else ()


def _deep(value: Any, name: str) -> Iterator[Any]:
    yield from _all(value) if name == "*" else _field(value, name)
    for inner in _all(value):
        yield from _deep(inner, name)


def _filter(text: str) -> Step:
    match = _FILTER.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no filter of a JSONPath")
    steps, compare = parse(match["path"]), _OPERATORS.get(match["operator"] or "")
    wanted = _literal(match["literal"]) if match["literal"] else None

    def holds(item: Any) -> bool:
        found = [item]
        for step in steps:
            found = [inner for outer in found for inner in step(outer)]
        if compare is None or not found:
            return bool(found)
        try:
            return compare(found[0], wanted)
        except TypeError:
            return False

    return lambda value: [item for item in value if holds(item)] if isinstance(value, list) else ()


def _literal(text: str) -> Any:
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1]
    return json.loads(text)
