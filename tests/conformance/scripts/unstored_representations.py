"""Section 6: what is answered and never stored, in other forms."""

from __future__ import annotations

from tests.conformance.definitions import deployment, foo
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
