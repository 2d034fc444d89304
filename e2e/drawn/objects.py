"""Objects: a new one of each kind that sequences are about, and values put into one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path as File
from typing import Any

from e2e.drawn.step import GONE, Path
from tests.conformance.definitions import config_map, deployment, foo, pin, pod

_CAPTURED = File(__file__).parents[2] / "tests/api_server/data/defaults.jsonl"
_LEFT_OUT = ("apiservices", "customresourcedefinitions", "namespaces", "events.k8s.io")
"""Controllers of the API server's own write into some of these; the others are drawn in other ways."""


@cache
def captured() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """By the plural name of a built-in kind: an object that a real server took, and what it made of it."""
    cases = [json.loads(line) for line in _CAPTURED.read_text(encoding="utf-8").splitlines()]
    good = {case["name"]: (case["body"], case["answer"]) for case in cases if case["status"] == 201}
    return {name: pair for name, pair in good.items() if name not in _LEFT_OUT and "-" not in name and not name.endswith(".empty")}


def new(resource: str, name: str) -> dict[str, Any]:
    """A new object, without a namespace."""
    match resource:
        case "configmaps":
            return config_map(name)
        case "foos":
            return foo(name)
        case "pins":
            return pin(name)
        case "pods":
            return pod(name)
        case "deployments":
            return deployment(name)
        case "namespaces":
            return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    made = deepcopy(captured()[resource][0])
    made["metadata"] = {"name": name}
    return made


def edited(document: Any, edits: Sequence[tuple[Path, Any]]) -> Any:
    """A copy with these values at these paths, as far as there are such places."""
    document = deepcopy(document)
    for path, value in edits:
        place = _place(document, path)
        if place is None:
            continue
        last = path[-1]
        if value == GONE:
            if isinstance(place, list) and isinstance(last, int):
                del place[last : last + 1]
            elif isinstance(place, dict):
                place.pop(last, None)
        elif isinstance(place, list) and isinstance(last, int):
            place[last : last + 1] = [deepcopy(value)]
        elif isinstance(place, dict):
            place[last] = deepcopy(value)
    return document


def _place(document: Any, path: Path) -> Any:
    """What holds the last step of a path; objects on the way are made."""
    for step in path[:-1]:
        if isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        elif isinstance(document, dict) and isinstance(step, str):
            document = document.setdefault(step, {})
        else:
            return None
    return document


def as_merge_patch(edits: Sequence[tuple[Path, Any]]) -> dict[str, Any]:
    """The edits as a patch; one inside of a list replaces nothing but is sent as it stands, under its number."""
    patch: dict[str, Any] = {}
    for path, value in edits:
        place = patch
        for step in path[:-1]:
            inner = place.setdefault(str(step), {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place[str(path[-1])] = None if value == GONE else deepcopy(value)
    return patch


def as_json_patch(edits: Sequence[tuple[Path, Any]]) -> list[dict[str, Any]]:
    """The edits as a list of operations."""
    return [
        {"op": "remove", "path": _pointer(path)} if value == GONE else {"op": "add", "path": _pointer(path), "value": deepcopy(value)}
        for path, value in edits
    ]


def _pointer(path: Path) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
