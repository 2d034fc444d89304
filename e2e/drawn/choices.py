"""Choices: the values of which steps about known resources are drawn."""

from __future__ import annotations

from typing import Any

from tests.conformance.session import PARTIAL, PARTIAL_LIST, TABLE


def metadata(labels: dict[str, str | None] | None = None, **more: Any) -> dict[str, Any]:
    return {"metadata": {**({"labels": labels} if labels is not None else {}), **more}}


BODIES: dict[str, list[dict[str, Any]]] = {
    "configmaps": [
        {"data": {"a": "1"}},
        {"data": {"b": "2", "a": None}},
        {"data": None},
        {"binaryData": {"c": "AAEC"}},
        {"data": {"a": 1}},
    ],
    "foos": [
        {"spec": {"color": "red"}},
        {"spec": {"color": "blue", "size": 2}},
        {"spec": {"size": -1}},
        {"spec": {"tags": ["a", "b"]}},
        {"spec": {"parts": [{"name": "x"}]}},
        {"spec": {"nosuch": 1}},
        {"spec": {"level": "middle"}},
        {"status": {"x": 1}},
        {"spec": {"size": "1"}},
    ],
    "pins": [{"spec": {"size": 2}}, {"spec": {"color": "red"}}, {"spec": None}],
    "pods": [{"spec": {"activeDeadlineSeconds": 50}}, {"spec": {"nosuch": 1}}, {"spec": {"containers": [{"name": "c", "image": "i:2"}]}}],
    "deployments": [
        {"spec": {"replicas": 3}},
        {"spec": {"paused": True}},
        {"spec": {"minReadySeconds": 5}},
        {"spec": {"strategy": {"type": "Recreate"}}},
    ],
    "nodes": [{"spec": {"unschedulable": True}}, {"spec": {"podCIDR": "10.0.0.0/24"}}],
    "leases": [{"spec": {"holderIdentity": "you"}}, {"spec": {"leaseDurationSeconds": 15}}],
}
LABELS: list[dict[str, Any]] = [
    metadata({"x": "1"}),
    metadata({"x": "2"}),
    metadata({"x": None}),
    metadata(annotations={"n": "1"}),
    {},
]
FINALIZERS: list[dict[str, Any]] = [metadata(finalizers=["e.com/f"]), metadata(finalizers=None)]
JSON_PATCHES: list[Any] = [
    [{"op": "add", "path": "/metadata/labels/y", "value": "1"}],
    [{"op": "remove", "path": "/metadata/labels/y"}],
    [{"op": "test", "path": "/metadata/labels/x", "value": "1"}, {"op": "add", "path": "/metadata/labels/x", "value": "3"}],
    [],
]
LABEL_SELECTORS = ["x=1", "x!=1", "x in (1,2)", "!x", "x,y", "x notin (1)"]
FIELD_SELECTORS: dict[str, list[str]] = {
    "foos": ["spec.color=red", "spec.color!=red"],
    "pods": ["status.phase=Pending", "spec.nodeName=", "spec.nodeName!="],
}
FORMS = (TABLE, PARTIAL)
LIST_FORMS = (TABLE, PARTIAL_LIST)


_CONTAINERS: list[Any] = [
    [{"name": "c", "image": "i:1"}],
    [{"name": "c", "image": "i:2"}, {"name": "d", "image": "i:1", "ports": [{"containerPort": 80}]}],
    [{"name": "d", "image": "i:1", "env": [{"name": "E", "value": "1"}]}, {"name": "c", "image": "i:1"}],
]


def _template(containers: Any) -> dict[str, Any]:
    return {
        "spec": {
            "selector": {"matchLabels": {"app": "a"}},
            "template": {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": containers}},
        }
    }


WANTED: dict[str, list[dict[str, Any]]] = {
    "configmaps": [
        {"data": {"a": "1"}},
        {"data": {"a": "2", "b": "1"}},
        {"data": {"b": "1"}},
        {"immutable": False, "binaryData": {"c": "AAEC"}},
    ],
    "foos": [
        {"spec": {"size": 1}},
        {"spec": {"size": 2, "tags": ["a"]}},
        {"spec": {"tags": ["b", "c"]}},
        {"spec": {"tags": ["c", "a"], "parts": [{"name": "x", "count": 2}]}},
        {"spec": {"parts": [{"name": "y"}, {"name": "x"}]}},
        {"spec": {"parts": []}},
        {"spec": {"nosuch": 1}, "status": {"x": 1}},
        {"spec": {"tags": ["a", "a"]}},
        {"spec": {"note": None, "replicas": 2}},
    ],
    "pins": [{"spec": {"size": 1}}, {"spec": {"size": 2, "color": "red"}}],
    "pods": [{"spec": {"containers": containers}} for containers in _CONTAINERS],
    "deployments": [*map(_template, _CONTAINERS), {"spec": {"replicas": 2}}],
    "nodes": [{"spec": {"unschedulable": True}}, {"spec": {"taints": [{"key": "k", "effect": "NoSchedule"}]}}],
    "leases": [{"spec": {"holderIdentity": "me"}}, {"spec": {"holderIdentity": "you", "leaseDurationSeconds": 15}}],
}
"""What a manager applies, beside the object's name."""
