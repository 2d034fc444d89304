"""Section 7.3: status, scale and what is none."""

from __future__ import annotations

from tests.conformance.definitions import deployment, foo, pin, pod
from tests.conformance.script import script
from tests.conformance.scripts.definitions import CRDS, bar, defined
from tests.conformance.session import JSON_PATCH, STRATEGIC, Session


@script("7.3 status of a custom resource")
def _(s: Session) -> None:
    made = s.post(s.at("foos"), {**foo("a"), "status": {"x": 1}}).json
    s.get(s.at("foos", "a", "status"))
    own = {**made["metadata"], "labels": {"ignored": "1"}, "finalizers": ["example.com/ignored"]}
    s.put(s.at("foos", "a", "status"), {**made, "metadata": own, "spec": {"size": 9}, "status": {"x": 2}})
    s.put(s.at("foos", "a", "status"), {**made, "status": {"x": 3}})
    s.patch(s.at("foos", "a", "status"), {"metadata": {"labels": {"ignored": "1"}}, "spec": {"size": 8}, "status": {"y": 1}})
    s.patch(s.at("foos", "a"), {"spec": {"size": 7}, "status": {"y": 2}})
    s.get(s.at("foos", "none", "status"))
    s.patch(s.at("foos", "none", "status"), {"status": {"y": 2}})
    s.watch(s.at("foos"), resourceVersion=made["metadata"]["resourceVersion"]).until("MODIFIED", "a")


@script("7.3 a status of what is not there: 404")
def _(s: Session) -> None:
    for resource, made in (("foos", foo("none")), ("deployments", deployment("none"))):
        s.put(s.at(resource, "none", "status"), {**made, "status": {"replicas": 1}})
        s.put(s.at(resource, "none", "status"), {**made, "metadata": {"name": "none", "resourceVersion": "5"}})
        s.put(s.at(resource, "none", "scale"), {"metadata": {"name": "none"}, "spec": {"replicas": 1}})
        s.patch(s.at(resource, "none", "scale"), {"spec": {"replicas": 1}})


@script("7.3 scale of a custom resource with a selector in its status")
def _(s: Session) -> None:
    paths = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size", "labelSelectorPath": ".status.selector"}
    name, path = defined(s, subresources={"status": {}, "scale": paths})
    s.unseen("POST", path, bar(s, "a"))
    s.get(f"{path}/a/scale")
    for status in ({"size": 2, "selector": "a=b"}, {"size": 2, "selector": {"a": "b"}}, {"size": "x", "selector": "no good,,"}):
        s.patch(f"{path}/a/status", {"status": status})
        s.get(f"{path}/a/scale")
    for number in (-1, 2**31, 1.5, "x", None):
        s.patch(f"{path}/a", {"spec": {"size": number}})
        s.patch(f"{path}/a/status", {"status": {"size": number}})
        s.patch(f"{path}/a/scale", {"spec": {"replicas": number}})
    s.patch(f"{path}/a/status", {"status": {"selector": None}})
    s.patch(f"{path}/a/status", {"status": "x"})
    s.unseen("DELETE", s.at(CRDS, name))


@script("7.3 a scale whose paths are deep")
def _(s: Session) -> None:
    paths = {"specReplicasPath": ".spec.a.b.c", "statusReplicasPath": ".status.a.b.c", "labelSelectorPath": ".status.a.s.s"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    name, path = defined(s, schema=schema, subresources={"status": {}, "scale": paths})
    for number, part in enumerate(("x", {}, {"a": None}, {"a": 1}, {"a": {"b": [1]}}, {"a": {"b": {"c": "x"}}}, {"a": {"b": {"c": 1}}})):
        s.post(path, {**bar(s, f"a{number}"), "spec": part})
        s.unseen("POST", path, bar(s, f"b{number}"))
        s.patch(f"{path}/b{number}/status", {"status": part})
        s.get(f"{path}/a{number}/scale")
    s.patch(f"{path}/b0/status", {"status": {"a": {"s": "x"}}})
    s.unseen("DELETE", s.at(CRDS, name))


@script("7.3 status of built-in kinds")
def _(s: Session) -> None:
    s.have(deployment("a"))
    s.get(s.at("deployments", "a", "status"))
    s.patch(s.at("deployments", "a", "status"), {"metadata": {"labels": {"x": "1"}}, "spec": {"replicas": 9}, "status": {"replicas": 2}})
    s.patch(s.at("deployments", "a"), {"status": {"replicas": 5}})


@script("7.3 metadata by way of a status: of most built-in kinds it changes")
def _(s: Session) -> None:
    s.have(deployment("a"), pod("a"), pin(f"{s.ns}-a"))
    told = {"labels": {"x": "1"}, "annotations": {"y": "1"}, "finalizers": ["example.com/x"]}
    owner = {"apiVersion": "v1", "kind": "Node", "name": "n", "uid": "00000000-0000-4000-8000-000000000000"}
    s.patch(s.at("namespaces", s.ns, "status"), {"metadata": told})
    s.patch(s.at("pods", "a", "status"), {"metadata": {**told, "ownerReferences": [owner], "deletionTimestamp": "2020-01-01T00:00:00Z"}})
    s.patch(s.at("deployments", "a", "status"), {"metadata": told})
    made = s.get(s.at("pods", "a")).json
    s.put(s.at("pods", "a", "status"), {**made, "metadata": {"name": "a", "uid": made["metadata"]["uid"]}})
    s.put(s.at("pods", "a", "status"), {**made, "metadata": {"name": "a", "uid": "00000000-0000-4000-8000-000000000000"}})
    s.patch(s.at("deployments", "a", "status"), {"metadata": {"labels": {"no good": "1"}}})
    for resource, name in (("namespaces", s.ns), ("pods", "a"), ("deployments", "a"), ("pins", f"{s.ns}-a")):
        s.patch(s.at(resource, name, "status"), {"metadata": {"finalizers": None}})


@script("7.3 methods of a status")
def _(s: Session) -> None:
    s.have(foo("a"), deployment("a"))
    for resource in ("foos", "deployments"):
        for subresource in ("status", "scale"):
            s.post(s.at(resource, "a", subresource), {})
            s.delete(s.at(resource, "a", subresource))
            s.ask("PUT", s.at(resource, "a", subresource), {})


@script("7.3 scale of a custom resource")
def _(s: Session) -> None:
    s.have(foo("a", {"replicas": 2}), foo("none", {"size": 1}))
    scale = s.get(s.at("foos", "a", "scale")).json
    s.put(s.at("foos", "a", "scale"), {**scale, "spec": {"replicas": 3}})
    s.put(s.at("foos", "a", "scale"), {**scale, "spec": {"replicas": 4}})
    s.put(s.at("foos", "a", "scale"), {"metadata": {"name": "a"}, "spec": {"replicas": 5}})
    s.patch(s.at("foos", "a", "scale"), {"spec": {"replicas": 6}})
    s.get(s.at("foos", "a"))
    s.get(s.at("foos", "none", "scale"))
    s.get(s.at("foos", "absent", "scale"))


@script("7.3 scale of a deployment")
def _(s: Session) -> None:
    s.have(deployment("a"))
    scale = s.get(s.at("deployments", "a", "scale")).json
    s.put(s.at("deployments", "a", "scale"), {**scale, "spec": {"replicas": 3}})
    s.put(s.at("deployments", "a", "scale"), {**scale, "spec": {"replicas": 4}})
    s.patch(s.at("deployments", "a", "scale"), {"spec": {"replicas": 6}})
    s.patch(s.at("deployments", "a", "scale"), {"spec": {"replicas": -1}})
    s.get(s.at("deployments", "a"))


@script("7.3 subresources that are not there")
def _(s: Session) -> None:
    s.have(foo("a"), deployment("a"), pin(f"{s.ns}-a"))
    s.get(s.at("foos", "a", "nosuch"))
    s.get(s.at("deployments", "a", "nosuch"))
    s.get(s.at("pins", f"{s.ns}-a", "status"))
    s.get(s.at("pins", f"{s.ns}-a", "scale"))
    s.get(s.at("configmaps", "a", "status"))
    s.unseen("DELETE", s.at("pins", f"{s.ns}-a"))


@script("7.3 a status that cannot be")
def _(s: Session) -> None:
    status = {
        "type": "object",
        "required": ["x"],
        "properties": {"x": {"type": "integer"}, "y": {"type": "array", "items": {"type": "string"}}},
    }
    spec = {"type": "object", "properties": {"size": {"type": "integer", "minimum": 0}}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec, "status": status}}}
    name, path = defined(s, schema=schema, subresources={"status": {}})
    s.unseen("POST", path, bar(s, "a"))
    for found in (None, "text", {}, {"x": "text"}, {"x": 1, "y": [1]}, {"x": 1}):
        s.put(f"{path}/a/status", {**bar(s, "a"), "status": found})
        s.patch(f"{path}/a/status", {"status": found})
    s.apply(f"{path}/a/status", {**bar(s, "a"), "status": {"y": ["a"]}}, fieldManager="m")
    s.unseen("DELETE", s.at(CRDS, name))


@script("7.3 scale of a custom resource that does not say how many: a change may say it")
def _(s: Session) -> None:
    s.have(foo("a"))
    scale = s.at("foos", "a", "scale")
    s.get(scale)
    s.patch(scale, {"metadata": {"labels": {"x": "1"}}})
    s.patch(scale, [{"op": "test", "path": "/spec/replicas", "value": 1}], "application/json-patch+json")
    s.put(scale, {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "a"}, "spec": {"replicas": 2}})
    s.get(scale)


ODD_SCALES: tuple[dict[str, object], ...] = (
    {"spec": []},
    {"spec": "a"},
    {"spec": None},
    {"spec": {"replicas": 2**40}},
    {"spec": {"replicas": "x"}},
    {"spec": {"replicas": 1.5}},
    {"spec": {"replicas": None}},
    {"metadata": "x"},
    {"metadata": None},
    {"metadata": {"uid": 5}},
    {"metadata": {"resourceVersion": 5}},
    {"metadata": {"managedFields": 5}},
    {"metadata": {"labels": {"x": "1"}}},
    {"status": {"replicas": "x"}},
    {"status": "x"},
    {"kind": "Foo"},
    {"kind": None},
    {"apiVersion": None},
    {"apiVersion": "autoscaling/v2"},
)


def odd_scale(s: Session, part: dict[str, object]) -> dict[str, object]:
    own = {"name": "a", "namespace": s.ns}
    metadata = part.get("metadata", own)
    whole = {**own, **metadata} if isinstance(metadata, dict) else metadata
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "spec": {"replicas": 2}, **part, "metadata": whole}


@script("7.3 a scale that cannot be, sent")
def _(s: Session) -> None:
    s.have(foo("a", {"replicas": 2}), deployment("a"))
    for resource in ("foos", "deployments"):
        for part in ODD_SCALES:
            s.put(s.at(resource, "a", "scale"), odd_scale(s, part), dryRun="All")


@script("7.3 a scale that cannot be, patched")
def _(s: Session) -> None:
    s.have(foo("a", {"replicas": 2}), deployment("a"))
    for resource in ("foos", "deployments"):
        for part in ODD_SCALES:
            s.patch(s.at(resource, "a", "scale"), part, dryRun="All")
        s.patch(s.at(resource, "a", "scale"), [{"op": "replace", "path": "", "value": [1]}], JSON_PATCH, dryRun="All")
        s.patch(s.at(resource, "a", "scale"), [{"op": "remove", "path": "/metadata"}], JSON_PATCH, dryRun="All")
        s.patch(s.at(resource, "a", "scale"), [{"op": "replace", "path": "/spec", "value": "x"}], JSON_PATCH, dryRun="All")
    s.patch(s.at("deployments", "a", "scale"), {"apiVersion": "apps/v1", "kind": "Deployment"}, dryRun="All")


@script("7.3 a scale with fields that nobody knows")
def _(s: Session) -> None:
    s.have(foo("a", {"replicas": 2}), deployment("a"))
    unknown: dict[str, object] = {"unknown": 1, "spec": {"replicas": 3, "unknown": 1}}
    for resource in ("foos", "deployments"):
        place = s.at(resource, "a", "scale")
        for validation in ("Strict", "Warn", "Ignore"):
            s.put(place, odd_scale(s, unknown), dryRun="All", fieldValidation=validation)
            s.patch(place, unknown, dryRun="All", fieldValidation=validation)
        change = [{"op": "add", "path": "/unknown", "value": 1}]
        s.patch(place, change, JSON_PATCH, dryRun="All", fieldValidation="Strict")
        s.patch(place, b'{"spec": {"replicas": 3, "replicas": 4}}', dryRun="All", fieldValidation="Strict")
        s.patch(place, b'{"spec": {"replicas": 3, "replicas": 4}}', dryRun="All")
    for part in ({"spec": {"replicas": "x"}}, unknown):
        s.patch(s.at("deployments", "a", "scale"), part, STRATEGIC, dryRun="All", fieldValidation="Strict")


@script("7.3 a patch that makes something else than an object")
def _(s: Session) -> None:
    s.have(foo("a", {"replicas": 2}), deployment("a"))
    values: tuple[object, ...] = ([1], None, "x", 5, {})
    for value in values:
        change = [{"op": "replace", "path": "", "value": value}]
        for resource in ("foos", "deployments"):
            s.patch(s.at(resource, "a"), change, JSON_PATCH, dryRun="All")
            s.patch(s.at(resource, "a", "scale"), change, JSON_PATCH, dryRun="All")


@script("7.3 a scale that cannot be, applied")
def _(s: Session) -> None:
    s.have(foo("a", {"replicas": 2}), deployment("a"))
    for resource in ("foos", "deployments"):
        for part in ODD_SCALES[:15]:
            s.apply(s.at(resource, "a", "scale"), odd_scale(s, part), dryRun="All", fieldManager="m", force="true")
