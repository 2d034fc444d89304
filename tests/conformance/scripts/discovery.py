"""Section 10: discovery, health and OpenAPI."""

from __future__ import annotations

from tests.conformance.definitions import definition
from tests.conformance.script import script
from tests.conformance.session import Session

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@script("10.1 versions of the core group")
def _(s: Session) -> None:
    answer = s.get("/api")
    s.hide(answer.json["serverAddressByClientCIDRs"][0]["serverAddress"], "ADDRESS")


@script("10.1 groups and their versions")
def _(s: Session) -> None:
    s.get("/apis/apps")
    s.get("/apis/autoscaling")
    s.get("/apis/nosuch.example.com")


@script("10.1 resources of groups")
def _(s: Session) -> None:
    for path in (
        "/api/v1",
        "/apis/apps/v1",
        "/apis/batch/v1",
        "/apis/policy/v1",
        "/apis/coordination.k8s.io/v1",
        "/apis/apiextensions.k8s.io/v1",
    ):
        s.get(path)
    for group in ("apps", "apiextensions.k8s.io", "lab.example.com", "nosuch.example.com"):
        s.get(f"/apis/{group}/v9")
        s.get(f"/apis/{group}/v9/things")
        s.get(f"/apis/{group}/v9/namespaces/{s.ns}/things/x")
    s.get("/api/v9")
    s.get("/api/v9/pods")


@script("10.1 resources of a custom group")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    made = definition(
        "Bar", group, subresources={"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}}
    )
    made["spec"]["names"] |= {"shortNames": ["br"], "categories": ["all"]}
    s.unseen("POST", s.at("customresourcedefinitions"), made)
    s.eventually(f"/apis/{group}/v1/bars", 200)
    s.eventually(f"/apis/{group}/v1", 200)
    s.eventually(f"/apis/{group}", 200)
    answer = s.get(f"/apis/{group}/v1")
    s.hide(answer.json["resources"][0]["storageVersionHash"], "HASH")
    s.get(f"/apis/{group}")
    s.unseen("DELETE", s.at("customresourcedefinitions", f"bars.{group}"))


@script("10.1 aggregated discovery of the core group")
def _(s: Session) -> None:
    s.get("/api", AGGREGATED)
    s.get("/api", f"{AGGREGATED},application/json")
    s.get("/api", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList")


@script("10.1 health")
def _(s: Session) -> None:
    for path in ("/readyz", "/livez", "/healthz"):
        s.get(path)


@script("10.1 what a self subject access review says")
def _(s: Session) -> None:
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    asked = {"resourceAttributes": {"namespace": s.ns, "verb": "list", "resource": "pods"}}
    s.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {**review, "spec": asked})


@script("10.1 OpenAPI paths that are not there")
def _(s: Session) -> None:
    s.get("/openapi/v3/apis/nosuch.example.com/v1")
    s.get("/openapi/v3/api/v9")
    s.get("/openapi/v3/nosuch")
    s.get("/openapi/v9")
