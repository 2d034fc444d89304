"""Scale faults: what is wrong with what a definition names for the scale of its objects: how many are wanted, are there, and which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.custom.structural_faults import invalid
from fakes.api_server.errors import Cause
from fakes.api_server.patching.strategic_merge import go_text

_GO_TYPES: Mapping[type, str] = {
    str: "string",
    float: "float64",
    int: "int64",
    bool: "bool",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    type(None): "<nil>",
}
_MOST = 2**31 - 1


def spec_faults(scale: Mapping[str, str], document: Mapping[str, Any]) -> Iterator[Cause]:
    """`scale` is what the definition says of the subresource; empty where it has none."""
    if path := scale.get("specReplicasPath"):
        yield from _count_faults(path, document)


def status_faults(scale: Mapping[str, str], document: Mapping[str, Any]) -> Iterator[Cause]:
    if path := scale.get("statusReplicasPath"):
        yield from _count_faults(path, document)
    if path := scale.get("labelSelectorPath"):
        _, complaint = _found(path, document, str, "string")
        if complaint:
            yield invalid(path, "", complaint)


def _count_faults(path: str, document: Mapping[str, Any]) -> Iterator[Cause]:
    count, complaint = _found(path, document, int, "int64")
    if complaint:
        yield invalid(path, 0, complaint)
    elif count < 0:
        yield invalid(path, count, "should be a non-negative integer")
    elif count > _MOST:
        yield invalid(path, count, f"should be less than or equal to {_MOST}")


def _found(path: str, document: Mapping[str, Any], wanted: type, go_wanted: str) -> tuple[Any, str]:
    """What is at the path, nothing standing for itself; or what is wrong with something on the way there."""
    value: Any = document
    walked = ""
    for step in path.removeprefix(".").split("."):
        if value is None:
            return wanted(), ""
        walked += f".{step}"
        if not isinstance(value, dict):
            return None, _other_type(walked, value, "map[string]interface{}")
        if step not in value:
            return wanted(), ""
        value = value[step]
    return value, "" if type(value) is wanted else _other_type(walked, value, go_wanted)


def _other_type(path: str, value: Any, wanted: str) -> str:
    return f"{path} accessor error: {go_text(value)} is of the type {_GO_TYPES[type(value)]}, expected {wanted}"
