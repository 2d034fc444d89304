"""Section 10: discovery, health and OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.conformance.definitions import definition
from tests.conformance.script import script
from tests.conformance.session import TABLE, Session

EMBEDDED = {"type": "object", "x-kubernetes-embedded-resource": True}
FREE = {"x-kubernetes-preserve-unknown-fields": True}
TEXT = {"type": "string"}
RICH: dict[str, Any] = {
    "a": {"type": "array", "items": TEXT, "x-kubernetes-list-type": "set", "maxItems": 3},
    "any": FREE,
    "d": {**TEXT, "default": "x", "enum": ["x", "y"], "minLength": 1, "pattern": "^x", "format": "password"},
    "e": {**EMBEDDED, **FREE},
    "e2": {**EMBEDDED, "properties": {"spec": {"type": "object", "properties": {"q": TEXT}}}},
    "i": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
    "i2": {"x-kubernetes-int-or-string": True},
    "l": {
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["k"],
        "items": {"type": "object", "required": ["k"], "properties": {"k": TEXT}},
    },
    "m": {"type": "object", "additionalProperties": {**TEXT, "nullable": True}},
    "mn": {"type": "object", "required": ["a"], "additionalProperties": {"type": "object", "nullable": True, "properties": {"a": TEXT}}},
    "mt": {"type": "object", "x-kubernetes-map-type": "atomic", "title": "T", "example": {"a": 1}, "properties": {"a": TEXT}},
    "n": {**TEXT, "nullable": True},
    "o": {
        "type": "object",
        "properties": {"x": TEXT, "y": TEXT},
        "anyOf": [{"required": ["x"]}, {"required": ["y"]}],
        "allOf": [{"required": ["x"]}],
        "not": {"required": ["z"]},
    },
    "p": {"type": "object", **FREE, "properties": {"x": TEXT}},
    "pa": {"type": "array", "items": {"type": "object", **FREE}, "nullable": True},
    "v": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 5, "exclusiveMaximum": True},
}

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


def own_group(s: Session, **version: Any) -> str:
    """The path of a new group with one kind."""
    group = f"{s.ns}.example.com"
    made = definition("Bar", group, **version)
    made["spec"]["names"] |= {"shortNames": ["br"], "categories": ["all"]}
    s.unseen("POST", s.at("customresourcedefinitions"), made)
    s.eventually(f"/apis/{group}", 200)
    return group


@script("10.1 all groups, in the order that a server prefers")
def _(s: Session) -> None:
    group = own_group(s)
    s.glance("/apis", lambda answer: {**answer, "groups": [each for each in answer["groups"] if "example.com" not in each["name"]]})
    s.glance("/apis", lambda answer: [each for each in answer["groups"] if each["name"] == group])
    shown = ("/api", "/openapi", "/version")
    s.glance("/", lambda answer: [path for path in answer["paths"] if path.startswith(shown) and "example" not in path])
    s.unseen("DELETE", s.at("customresourcedefinitions", f"bars.{group}"))


@script("10.1 aggregated discovery of all groups")
def _(s: Session) -> None:
    group = own_group(s, subresources={"status": {}})

    def pick(answer: Any) -> Any:
        found = [each for each in answer["items"] if each["metadata"].get("name") in ("apps", "policy", group)]
        return found if len(found) == 3 else None

    for accept in (AGGREGATED, f"{AGGREGATED},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"):
        s.glance("/apis", pick, accept)
    s.get("/apis", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList")
    s.unseen("DELETE", s.at("customresourcedefinitions", f"bars.{group}"))


@script("10.1 aggregated discovery that is known already: 304")
def _(s: Session) -> None:
    accept = {"Accept": AGGREGATED}
    s.ask("GET", "/api", None, accept)
    tag = s.exchanges[-1].headers["etag"]
    s.ask("GET", "/api", None, {**accept, "If-None-Match": tag})
    s.ask("GET", "/api", None, {**accept, "If-None-Match": '"other"'})
    s.ask("GET", "/api", None, {"If-None-Match": tag})
    s.hide(json.loads(s.exchanges[-1].body)["serverAddressByClientCIDRs"][0]["serverAddress"], "ADDRESS")
    for number in (0, 2):
        only_shape = {"kind": json.loads(s.exchanges[number].body)["kind"], "tag": len(s.exchanges[number].headers["etag"])}
        s.exchanges[number].body = json.dumps(only_shape).encode()


@script("10.1 the version of the server")
def _(s: Session) -> None:
    s.glance("/version", lambda answer: {**dict.fromkeys(answer, "TEXT"), "major": answer["major"], "compiler": answer["compiler"]})
    for method in ("POST", "PUT", "DELETE"):
        s.ask(method, "/version")


@script("10.1 health")
def _(s: Session) -> None:
    for path in ("/readyz", "/livez", "/healthz"):
        s.get(path)


@script("10.1 a review has no metadata, so it is no Table: 406")
def _(s: Session) -> None:
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    asked = {"resourceAttributes": {"namespace": s.ns, "verb": "list", "resource": "pods"}}
    s.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {**review, "spec": asked}, {"Accept": TABLE})


@script("10.1 what a self subject access review says")
def _(s: Session) -> None:
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
    asked = {"resourceAttributes": {"namespace": s.ns, "verb": "list", "resource": "pods"}}
    s.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {**review, "spec": asked})


def schemas_of(*names: str) -> Callable[[Any], Any]:
    """What a document of OpenAPI, of either version, says of these schemas, without texts; nothing while it lacks one of them."""

    def pick(document: Any) -> Any:
        known = document.get("definitions") or document["components"]["schemas"]
        return {name: _without_texts(known[name]) for name in names} if all(name in known for name in names) else None

    return pick


def _without_texts(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_texts(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _without_texts(value) for name, value in schema.items() if name != "description" or not isinstance(value, str)}


@script("10.1 OpenAPI of built-in kinds, in both versions")
def _(s: Session) -> None:
    core, apps = "io.k8s.api.core.v1.", "io.k8s.api.apps.v1."
    s.glance("/openapi/v3/api/v1", schemas_of(f"{core}ConfigMap", f"{core}ServicePort", f"{core}PersistentVolumeSpec"))
    s.glance("/openapi/v3/apis/apps/v1", schemas_of(f"{apps}DeploymentSpec"))
    quantity, either = "io.k8s.apimachinery.pkg.api.resource.Quantity", "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
    s.glance("/openapi/v2", schemas_of(f"{core}ConfigMap", f"{core}ServicePort", f"{apps}DeploymentSpec", quantity, either))


@script("10.1 OpenAPI of custom kinds, in both versions")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    name = f"com.example.{s.ns}.v1."
    rich = {"type": "object", "required": ["spec"], "properties": {"spec": {"type": "object", "required": ["n", "a"], "properties": RICH}}}
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"a": {"type": "string"}}}
    made = [
        definition("Rich", group, schema={"openAPIV3Schema": rich}, selectableFields=[{"jsonPath": ".spec.d"}]),
        definition("Free", group, scope="Cluster", schema={"openAPIV3Schema": free}),
        definition("Bare", group, schema={"openAPIV3Schema": {"type": "object"}}),
    ]
    for each in made:
        s.unseen("POST", s.at("customresourcedefinitions"), each)
    names = [f"{name}{kind}{end}" for kind in ("Rich", "Free", "Bare") for end in ("", "List")]
    s.glance(f"/openapi/v3/apis/{group}/v1", schemas_of(*names))
    s.glance("/openapi/v2", schemas_of(*names))
    for each in made:
        s.unseen("DELETE", s.at("customresourcedefinitions", each["metadata"]["name"]))


@script("10.1 OpenAPI v2: what it accepts")
def _(s: Session) -> None:
    for accept in ("text/html", "application/yaml", "application/vnd.kubernetes.protobuf"):
        s.get("/openapi/v2", accept)
    s.get("/openapi/v2/")


@script("10.1 OpenAPI paths that are not there")
def _(s: Session) -> None:
    s.get("/openapi/v3/apis/nosuch.example.com/v1")
    s.get("/openapi/v3/api/v9")
    s.get("/openapi/v3/nosuch")
    s.get("/openapi/v9")
