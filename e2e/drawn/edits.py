"""Edits: writes to a built-in kind in which some field has another value: one of another type, none, one that nobody knows.

What a value means is left alone: rules about values are a real server's own, but for those that the fake says it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from e2e.drawn import choices, objects
from e2e.drawn.step import JSON, PROTOBUF, Path, Step
from tests.conformance.session import JSON_PATCH, MERGE, STRATEGIC

_OWN = ("uid", "resourceVersion", "creationTimestamp", "namespace", "managedFields", "name", "generation", "labels")
_ANY: list[Any] = ["x", 1, 1.5, True, ["x"], [1], {"x": "y"}]
_UNKNOWN: Path = ("nosuch",)
_EITHER = ("maxUnavailable", "maxSurge", "minAvailable", "targetPort", "port")
"""Numbers that may be texts, about which there are rules."""
_TYPES: dict[type, str] = {str: "text", int: "number", float: "number", bool: "flag", list: "list", dict: "map", type(None): "none"}


def _paths(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inner:
        if (path == ("metadata",) and step in _OWN) or (not path and step in ("kind", "apiVersion")):
            continue
        yield (*path, step), item
        yield from _paths(item, (*path, step))


def _edits(resource: str) -> list[tuple[tuple[Path, Any], ...]]:
    """Of each field that an object has, once a server has filled it in: values of other types, and unknown fields beside it."""
    _, answer = objects.captured()[resource]
    found: list[tuple[tuple[Path, Any], ...]] = []
    for path, value in _paths(answer):
        found += [((path, other),) for other in _ANY if _is_of_another_type(path, value, other)]
        if isinstance(value, dict):
            found.append((((*path, *_UNKNOWN), 1),))
    return found


def _is_of_another_type(path: Path, value: Any, other: Any) -> bool:
    if path[-1] in _EITHER and isinstance(other, str):
        return False
    return _TYPES[type(other)] != _TYPES[type(value)]


def _defaulted(resource: str) -> list[tuple[tuple[Path, Any], ...]]:
    """Fields that a server fills in, sent as none or not at all."""
    body, answer = objects.captured()[resource]
    sent = {path for path, _ in _paths(body)}
    return [((path, None),) for path, _ in _paths(answer) if path not in sent and path[0] != "metadata"]


def writes(resource: str) -> SearchStrategy[Step]:
    """Creations, updates and patches with such values, and without."""
    wrong, dropped = _edits(resource), _defaulted(resource)
    change = st.sampled_from([(), (), *wrong, *wrong])
    new = st.sampled_from([(), *wrong]) | st.sampled_from([(), *dropped]) | st.just(())
    labels = st.sampled_from(choices.LABELS)
    name = st.sampled_from(["a", "b"])
    dry = st.sampled_from([(), (), (("dryRun", "All"),), (("fieldValidation", "Strict"),), (("fieldValidation", "Ignore"),)])

    def step(verb: str, **drawn: Any) -> SearchStrategy[Step]:
        parts = {key: value if isinstance(value, SearchStrategy) else st.just(value) for key, value in drawn.items()}
        return st.builds(Step, st.just(verb), st.just(resource), **parts)

    return st.one_of(
        step("create", name=name, edits=new, query=dry),
        step(
            "create",
            name=name,
            edits=new,
            body=labels.filter(lambda body: None not in (body.get("metadata", {}).get("labels") or {}).values()),
        ),
        step("create", name=name, type=PROTOBUF, accept=st.sampled_from([JSON, PROTOBUF])),
        step("put", name=name, edits=change, body=labels, query=dry),
        step("patch", name=name, edits=change.filter(bool), query=dry, type=st.sampled_from([MERGE, STRATEGIC, JSON_PATCH])),
        step("patch", name=name, body=labels, query=dry, type=st.sampled_from([MERGE, STRATEGIC])),
        step("delete", name=name),
    )
