"""Section 10.2: the requests that kubectl sends, in its words."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.definitions import config_map, deployment, foo
from tests.conformance.script import script
from tests.conformance.session import APPLY, MERGE, STRATEGIC, TABLE, Session

SHOWN = f"{TABLE},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
BY_APPLY: dict[str, Any] = {"fieldManager": "kubectl-client-side-apply", "fieldValidation": "Strict"}


def noted(made: dict[str, Any]) -> dict[str, Any]:
    """An object as `kubectl apply` sends it: with itself in an annotation."""
    text = json.dumps(made) + "\n"
    return {**made, "metadata": {**made["metadata"], "annotations": {LAST_APPLIED: text}}}


@script("10.2 kubectl get, and get -o json")
def _(s: Session) -> None:
    s.have(foo("a"), config_map("a"), deployment("a"))
    for resource in ("foos", "configmaps", "deployments"):
        s.get(s.at(resource), SHOWN, limit=500)
        s.get(s.at(resource, "a"), SHOWN)
        s.get(s.at(resource), limit=500)
        s.get(s.at(resource, "none"), SHOWN)
    s.get(s.at("configmaps"), SHOWN, limit=500, labelSelector="a in (b,c)")


@script("10.2 kubectl get -w, of a collection and of one object")
def _(s: Session) -> None:
    s.have(foo("a"))
    version = s.get(s.at("foos"), SHOWN, limit=500).json["metadata"]["resourceVersion"]
    s.unseen("PATCH", s.at("foos", "a"), {"spec": {"size": 2}}, MERGE)
    s.watch(s.at("foos"), SHOWN, resourceVersion=version).until("MODIFIED", "a")
    s.get(s.at("foos", "a"), SHOWN)
    s.unseen("GET", s.at("foos"))  # a consistent list: now the cache, of which version 0 asks, has the change too
    s.watch(s.at("foos"), SHOWN, fieldSelector="metadata.name=a", resourceVersion="0").until("ADDED", "a")


@script("10.2 kubectl wait, and the end of kubectl delete")
def _(s: Session) -> None:
    s.have(config_map("a"))
    one = {"fieldSelector": "metadata.name=a"}
    s.get(s.at("configmaps", "a"))
    s.unseen("GET", s.at("configmaps"))
    version = s.get(s.at("configmaps"), limit=500, resourceVersion="0", **one).version
    s.delete(s.at("configmaps", "a"), {"propagationPolicy": "Background"})
    s.watch(s.at("configmaps"), allowWatchBookmarks="true", resourceVersion=version, timeoutSeconds=482, **one).until("DELETED", "a")
    s.get(s.at("configmaps", "a"))


@script("10.2 kubectl apply: create, change, nothing to change", managed=True)
def _(s: Session) -> None:
    for resource, made, changed, kind in (
        ("foos", foo("a"), foo("a", {"size": 2}), MERGE),
        ("configmaps", config_map("a"), config_map("a", {"a": "2"}), STRATEGIC),
        ("deployments", deployment("a"), deployment("a", 2), STRATEGIC),
    ):
        s.get(s.at(resource, "a"))
        s.post(s.at(resource), noted(made), **BY_APPLY)
        patch = {"metadata": {"annotations": noted(changed)["metadata"]["annotations"]}}
        part = "data" if resource == "configmaps" else "spec"
        s.patch(s.at(resource, "a"), {**patch, part: changed[part]}, kind, **BY_APPLY)
        s.get(s.at(resource, "a"))


@script("10.2 kubectl apply --server-side, after an apply of its own", managed=True)
def _(s: Session) -> None:
    s.post(s.at("foos"), noted(foo("a")), **BY_APPLY)
    body = foo("a", {"size": 2}, namespace=s.ns)
    server_side = {"fieldManager": "kubectl", "fieldValidation": "Strict", "force": "false"}
    s.patch(s.at("foos", "a"), body, APPLY, **server_side)
    annotated = foo("a", annotations={LAST_APPLIED: "{}"})
    del annotated["spec"]
    s.patch(s.at("foos", "a"), annotated, APPLY, fieldManager="kubectl-last-applied", fieldValidation="Strict")
    s.patch(s.at("foos", "a"), body, APPLY, **server_side)


@script("10.2 kubectl create, label, annotate, scale, replace", managed=True)
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a"), fieldManager="kubectl-create", fieldValidation="Strict")
    s.post(s.at("foos"), foo("a", {"size": 1, "replicas": 1}), fieldManager="kubectl-create", fieldValidation="Ignore")
    s.post(s.at("deployments"), deployment("a"), fieldManager="kubectl-create", fieldValidation="Strict")
    s.patch(s.at("configmaps", "a"), {"metadata": {"labels": {"x": "1"}}}, MERGE, fieldManager="kubectl-label")
    s.patch(s.at("configmaps", "a"), {"metadata": {"annotations": {"x": "1"}}}, MERGE, fieldManager="kubectl-annotate")
    for resource in ("foos", "deployments"):
        s.get(s.at(resource, "a"))
        s.patch(s.at(resource, "a", "scale"), {"spec": {"replicas": 3}}, MERGE)
    now = s.get(s.at("configmaps", "a")).json
    s.put(s.at("configmaps", "a"), {**now, "data": {"b": "2"}}, fieldManager="kubectl-replace", fieldValidation="Strict")
