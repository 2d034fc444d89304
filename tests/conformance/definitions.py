"""Definitions: the custom resources that the scripts share, and builders of what they create."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.conformance.session import GROUP

DESCRIPTION = "how big"
COLUMN = {"name": "Size", "type": "integer", "jsonPath": ".spec.size"}
_SPEC: dict[str, Any] = {
    "type": "object",
    "properties": {
        "color": {"type": "string", "maxLength": 10},
        "size": {"type": "integer", "minimum": 0},
        "replicas": {"type": "integer"},
        "level": {"type": "string", "enum": ["low", "high"]},
        "tags": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
        "parts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "count": {"type": "integer", "default": 1}},
            },
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
        },
        "note": {"type": "string", "nullable": True},
    },
}
_STATUS = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def definition(kind: str, group: str, *, scope: str = "Namespaced", **version: Any) -> dict[str, Any]:
    """A CustomResourceDefinition with the version v1; `version` adds to it or replaces parts of it."""
    singular = kind.lower()
    schema = {"type": "object", "properties": {"spec": _SPEC, "status": _STATUS}}
    served = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}, **version}
    names = {"plural": f"{singular}s", "singular": singular, "kind": kind, "listKind": f"{kind}List"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{singular}s.{group}"},
        "spec": {"group": group, "scope": scope, "names": names, "versions": [served]},
    }


SHARED = [
    definition(
        "Foo",
        GROUP,
        subresources={"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}},
        selectableFields=[{"jsonPath": ".spec.color"}],
        additionalPrinterColumns=[{"name": "Size", "type": "integer", "jsonPath": ".spec.size", "description": DESCRIPTION}],
    ),
    definition("Pin", GROUP, scope="Cluster"),
]


def config_map(name: str, data: Mapping[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": {"a": "1"} if data is None else data}


def foo(name: str, spec: Mapping[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    own = {"size": 1} if spec is None else spec
    return {"apiVersion": f"{GROUP}/v1", "kind": "Foo", "metadata": {"name": name, **metadata}, "spec": own}


def pin(name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": f"{GROUP}/v1", "kind": "Pin", "metadata": {"name": name, **metadata}, "spec": {"size": 1}}


def pod(name: str, node: str = "", **metadata: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {"containers": [{"name": "c", "image": "i:1"}]}
    if node:
        spec["nodeName"] = node
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **metadata}, "spec": spec}


def deployment(name: str, replicas: int = 1, **metadata: Any) -> dict[str, Any]:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, **metadata},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }
