"""Sections 6 and 9: what is answered and never stored, its owners, and its other forms."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import deployment, foo, pod
from tests.conformance.script import script
from tests.conformance.session import MERGE, PARTIAL, PARTIAL_LIST, TABLE, Session


@script("6 reviews in other forms")
def _(s: Session) -> None:
    access = {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    reviews = {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": access,
        "/apis/authorization.k8s.io/v1/subjectaccessreviews": {"spec": {**access["spec"], "user": "u"}},
        f"/apis/authorization.k8s.io/v1/namespaces/{s.ns}/localsubjectaccessreviews": {
            "spec": {"user": "u", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": s.ns}}
        },
        "/apis/authentication.k8s.io/v1/tokenreviews": {"spec": {"token": "x"}},
    }
    forms = (
        PARTIAL,
        PARTIAL_LIST,
        TABLE,
        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1beta1",
        f"{TABLE}, application/json",
    )
    for path, body in reviews.items():
        for accept in forms:
            s.ask("POST", path, body, {"Accept": accept})


@script("6 what a subresource answers, in other forms")
def _(s: Session) -> None:
    s.have(deployment("a"), foo("a", {"replicas": 1}), {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a"}})
    for accept in (PARTIAL, PARTIAL_LIST):
        for resource in ("deployments", "foos"):
            s.get(s.at(resource, "a", "scale"), accept)
            s.get(s.at(resource, "a", "status"), accept)
            s.ask("PATCH", s.at(resource, "a", "scale"), {"spec": {"replicas": 2}}, {"Accept": accept, "Content-Type": MERGE}, dryRun="All")


@script("9 owners of what is answered and never stored", managed=True)
def _(s: Session) -> None:
    attributes = {"verb": "get", "resource": "pods", "namespace": s.ns}
    reviews: dict[str, dict[str, Any]] = {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": {"resourceAttributes": attributes},
        "/apis/authorization.k8s.io/v1/subjectaccessreviews": {
            "user": "u",
            "groups": ["g"],
            "nonResourceAttributes": {"path": "/x", "verb": "get"},
        },
        f"/apis/authorization.k8s.io/v1/namespaces/{s.ns}/localsubjectaccessreviews": {"user": "u", "resourceAttributes": attributes},
        "/apis/authentication.k8s.io/v1/tokenreviews": {"token": "x", "audiences": ["a"]},
    }
    for path, spec in reviews.items():
        s.post(path, {"metadata": {"labels": {"a": "b"}}, "spec": spec})
        s.post(path, {"spec": spec}, fieldManager="m")
        s.post(path, {"spec": spec}, dryRun="All")
        s.post(path, {"metadata": {"managedFields": []}, "spec": spec})
        s.post(path, {"metadata": {"name": "x"}, "spec": {}})
        s.post(path, {"spec": {"user": "u", "resourceAttributes": {"namespace": "other"}}})
        s.post(path, {"spec": {"user": "u", "nonResourceAttributes": {"path": "/x"}}})
    s.have({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a"}}, pod("a"), pod("b"))
    s.post(s.at("pods", "a", "binding"), {"metadata": {"name": "a", "labels": {"a": "b"}}, "target": {"kind": "Node", "name": "n"}})
    s.post(s.at("pods", "b", "eviction"), {"metadata": {"name": "b"}}, dryRun="All")
