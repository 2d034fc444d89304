"""Section 7.5: who owns which fields, after writes of every kind."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.definitions import COLUMN, config_map, definition, deployment, foo, pod
from tests.conformance.script import script
from tests.conformance.scripts.definitions import CRDS, bar, defined
from tests.conformance.session import JSON_PATCH, TABLE, Session

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def service(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"clusterIP": "None", **spec}}


@script("7.5 maps and lists that are owned as a whole", managed=True)
def _(s: Session) -> None:
    def job(**spec: Any) -> dict[str, Any]:
        made = deployment("a")
        made["spec"]["template"]["spec"].update(spec)
        return made

    def containers(*args: str) -> list[dict[str, Any]]:
        return [{"name": "c", "image": "i:1", "args": list(args)}]

    at = s.at("deployments", "a")
    s.apply(at, job(nodeSelector={"a": "1"}, containers=containers("x", "y")), fieldManager="m1")
    s.apply(at, job(nodeSelector={"b": "2"}), fieldManager="m2")
    s.apply(at, job(containers=containers("x", "y", "z")), fieldManager="m2")
    s.apply(at, job(nodeSelector={"b": "2"}, containers=containers()), fieldManager="m2", force="true")
    s.apply(at, job(), fieldManager="m2")


@script("7.5 entries are known by their keys, which may have defaults", managed=True)
def _(s: Session) -> None:
    at = s.at("services", "a")
    s.apply(at, service("a", ports=[{"port": 53, "name": "t"}, {"port": 53, "protocol": "UDP", "name": "u"}]), fieldManager="m1")
    s.apply(at, service("a", ports=[{"port": 53, "protocol": "TCP", "name": "x"}]), fieldManager="m2")
    s.apply(at, service("a", ports=[{"port": 80, "name": "h", "targetPort": "http"}]), fieldManager="m2")
    s.apply(at, service("a", ports=[{"port": 53, "protocol": "UDP", "name": "u"}]), fieldManager="m1")
    s.apply(at, service("a", ports=[{"name": "none"}]), fieldManager="m3")
    s.apply(s.at("foos", "a"), foo("a", {"parts": [{"count": 1}]}), fieldManager="m3")
    s.apply(s.at("foos", "a"), foo("a", {"parts": ["text"]}), fieldManager="m3")
    s.apply(s.at("foos", "a"), foo("a", {"parts": [None]}), fieldManager="m3")
    s.apply(s.at("foos", "a"), foo("a", {"tags": [None]}), fieldManager="m3")
    s.apply(s.at("foos", "a"), foo("a", {"tags": [{"a": "b"}]}), fieldManager="m3")
    s.apply(s.at("foos", "a"), foo("a", {"tags": [["a"]]}), fieldManager="m3")


@script("7.5 the order of entries", managed=True)
def _(s: Session) -> None:
    def parts(*names: str) -> dict[str, Any]:
        return foo("a", {"parts": [{"name": name} for name in names]})

    s.apply(s.at("foos", "a"), parts("a", "b", "c"), fieldManager="m1")
    s.apply(s.at("foos", "a"), parts("d", "b", "e"), fieldManager="m2")
    s.apply(s.at("foos", "a"), parts("c", "a"), fieldManager="m1")
    s.apply(s.at("foos", "a"), parts("e", "d", "c"), fieldManager="m3")
    s.patch(s.at("foos", "a"), {"spec": {"tags": ["z", "y", "x"]}})
    s.apply(s.at("foos", "a"), foo("a", {"tags": ["x", "w", "z"]}), fieldManager="m1")


@script("7.5 nulls and what is empty, of a config map", managed=True)
def _(s: Session) -> None:
    at = s.at("configmaps", "a")
    s.apply(at, config_map("a", {}, labels={}), fieldManager="m1")
    s.apply(at, config_map("a", {"a": "1"}, labels={"x": "1"}), fieldManager="m1")
    s.apply(at, {**config_map("a"), "data": None}, fieldManager="m2")
    s.apply(at, {**config_map("a"), "data": {"a": None}}, fieldManager="m3")
    s.apply(at, {**config_map("a"), "data": {"a": None}}, fieldManager="m3", force="true")
    s.apply(at, config_map("a", {}, labels=None), fieldManager="m1")
    s.apply(at, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}, fieldManager="m1")
    s.get(at)


@script("7.5 nulls and what is empty, of a custom resource", managed=True)
def _(s: Session) -> None:
    at = s.at("foos", "a")
    s.apply(at, foo("a", {"size": 1, "note": None}), fieldManager="m1")
    s.apply(at, foo("a", {"size": 1, "color": None}), fieldManager="m1")
    s.apply(at, foo("a", {"size": 1, "parts": [], "tags": []}), fieldManager="m1")
    s.apply(at, foo("a", {"size": 1, "parts": None}), fieldManager="m1")
    s.apply(at, foo("a", {"size": 1, "parts": [{"name": "x", "count": None}]}), fieldManager="m1")
    s.apply(at, foo("a", {"size": 1}), fieldManager="m1")
    s.apply(at, foo("a", {}), fieldManager="m1")
    s.get(at)


@script("7.5 what an applier gives up stays while somebody else owns it", managed=True)
def _(s: Session) -> None:
    at = s.at("configmaps", "a")
    s.post(s.at("configmaps"), config_map("a", {"a": "1", "b": "1"}), fieldManager="upd")
    s.apply(at, config_map("a", {"a": "1", "c": "1"}), fieldManager="m1")
    s.patch(at, {"data": {"c": "2"}}, fieldManager="upd")
    s.apply(at, config_map("a", {}), fieldManager="m1")
    s.patch(at, {"data": {"a": None, "b": None}}, fieldManager="upd")
    s.apply(at, config_map("a", {}), fieldManager="m1")


@script("7.5 one name that creates, applies and updates", managed=True)
def _(s: Session) -> None:
    at = s.at("configmaps", "a")
    s.post(s.at("configmaps"), config_map("a"), fieldManager="m")
    s.apply(at, config_map("a"), fieldManager="m")
    s.apply(at, config_map("a", {"a": "2"}), fieldManager="m")
    s.apply(at, config_map("a", {"a": "2"}), fieldManager="m", force="true")
    s.patch(at, {"data": {"a": "2"}}, fieldManager="m")
    s.patch(at, {"data": {"a": "3"}}, fieldManager="m")
    s.apply(at, config_map("a", {"a": "2"}), fieldManager="m")


@script("7.5 kubectl turns from its own way of applying to the server's", managed=True)
def _(s: Session) -> None:
    at, first = s.at("configmaps", "a"), config_map("a", {"a": "1", "b": "1"})
    noted = {**first, "metadata": {"name": "a", "annotations": {LAST_APPLIED: json.dumps(first)}}}
    s.post(s.at("configmaps"), noted, fieldManager="kubectl-client-side-apply")
    s.apply(at, config_map("a", {"a": "2", "b": "1"}), fieldManager="other")
    s.apply(at, config_map("a", {"a": "2"}), fieldManager="kubectl")
    s.patch(at, {"data": {"b": "2"}}, fieldManager="upd")
    s.apply(at, config_map("a", {"a": "3", "b": "3"}), fieldManager="kubectl")
    s.apply(at, config_map("a", {"a": "3"}, annotations={"x": "y"}), fieldManager="kubectl")
    s.patch(at, {"metadata": {"annotations": {LAST_APPLIED: None}}}, fieldManager="upd")
    s.apply(at, config_map("a", {"a": "4"}), fieldManager="kubectl")


@script("7.5 kubectl's annotation does not speak for what has changed since", managed=True)
def _(s: Session) -> None:
    at, first = s.at("configmaps", "a"), config_map("a", {"a": "1", "b": "1", "c": "1"})
    noted = {**first, "metadata": {"name": "a", "annotations": {LAST_APPLIED: json.dumps(first)}}}
    s.post(s.at("configmaps"), noted, fieldManager="kubectl-client-side-apply")
    s.patch(at, {"data": {"b": "2", "c": None}}, fieldManager="upd")
    s.apply(at, config_map("a", {"a": "3", "b": "3"}), fieldManager="kubectl")
    s.apply(at, config_map("a", {"a": "3", "c": "3"}), fieldManager="kubectl")
    s.patch(at, {"metadata": {"annotations": {LAST_APPLIED: "{"}}}, fieldManager="upd")
    s.apply(at, config_map("a", {"b": "3"}), fieldManager="kubectl")
    s.patch(at, {"metadata": {"annotations": {LAST_APPLIED: json.dumps({**first, "apiVersion": "v2"})}}}, fieldManager="upd")
    s.apply(at, config_map("a", {"b": "3"}), fieldManager="kubectl")


@script("7.5 managedFields that are sent", managed=True)
def _(s: Session) -> None:
    at = s.at("configmaps", "a")
    entry = {
        "manager": "told",
        "operation": "Update",
        "apiVersion": "v1",
        "time": "2026-01-01T00:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:data": {"f:b": {}, "f:a": {}}},
    }
    s.post(s.at("configmaps"), config_map("a", managedFields=[entry]), fieldManager="m")
    s.patch(at, {"metadata": {"managedFields": [{**entry, "operation": "Apply"}]}}, fieldManager="m")
    s.patch(at, {"metadata": {"managedFields": [{**entry, "operation": "Other"}]}}, fieldManager="m")
    s.patch(at, {"metadata": {"managedFields": [{**entry, "fieldsV1": {"data": {}}}]}}, fieldManager="m")
    s.patch(at, {"metadata": {"managedFields": [{**entry, "fieldsType": ""}]}}, fieldManager="m")
    s.patch(at, {"metadata": {"managedFields": None}, "data": {"a": "2"}}, fieldManager="m")
    s.put(at, config_map("a", {"a": "3"}), fieldManager="m")
    s.put(at, config_map("a", {"a": "3"}, managedFields=[]), fieldManager="m")
    s.put(at, config_map("a", {"a": "4"}), fieldManager="m")
    s.apply(at, config_map("a", {"a": "4"}), fieldManager="m")
    s.patch(at, [{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}], JSON_PATCH, fieldManager="m")
    s.apply(at, config_map("a", {"a": "5"}), fieldManager="m")
    s.apply(at, config_map("a", {"a": "5"}), fieldManager="m", force="true")


@script("7.5 managedFields that a custom resource is sent with", managed=True)
def _(s: Session) -> None:
    at = s.at("foos", "a")
    entry = {"manager": "told", "operation": "Update", "apiVersion": "lab.example.com/v1", "fieldsType": "FieldsV1"}
    s.post(s.at("foos"), foo("a", managedFields=[{**entry, "fieldsV1": {"f:spec": {"f:color": {}}}}]), fieldManager="m")
    s.patch(at, {"metadata": {"managedFields": [entry]}}, fieldManager="m")
    s.patch(at, {"metadata": {"managedFields": [{**entry, "apiVersion": "lab.example.com/v7"}]}}, fieldManager="m")
    s.patch(at, {"spec": {"size": 7}}, fieldManager="m")
    s.patch(at, {"metadata": {"managedFields": []}}, fieldManager="m")
    s.patch(at, {"spec": {"size": 8}}, fieldManager="m")
    s.apply(at, foo("a", {"size": 8}), fieldManager="m")


@script("7.5 of more than ten who update the oldest become one", managed=True)
def _(s: Session) -> None:
    s.apply(s.at("configmaps", "a"), config_map("a", {"applied": "1"}), fieldManager="m")
    for number in range(10, 23):
        s.unseen("PATCH", s.at("configmaps", "a"), {"data": {f"k{number}": "1"}}, "application/merge-patch+json", fieldManager=f"u{number}")
    s.get(s.at("configmaps", "a"))
    s.patch(s.at("configmaps", "a"), {"data": {"k22": "2"}}, fieldManager="z")


@script("7.5 the managers of a status", managed=True)
def _(s: Session) -> None:
    s.post(s.at("foos"), {**foo("a"), "status": {"x": 1}}, fieldManager="m")
    s.put(s.at("foos", "a", "status"), {**foo("a", {"size": 9}, labels={"l": "1"}), "status": {"x": 1, "y": {"z": [1]}}}, fieldManager="s1")
    s.patch(s.at("foos", "a", "status"), {"status": {"x": 2}}, fieldManager="s2")
    s.apply(s.at("foos", "a", "status"), {**foo("a"), "status": {"x": 3}}, fieldManager="s3")
    s.apply(s.at("foos", "a", "status"), {**foo("a"), "status": {"x": 3, "y": {"z": [1]}}}, fieldManager="s3", force="true")
    s.apply(s.at("foos", "a"), {**foo("a"), "status": {"x": 4}}, fieldManager="m")
    s.apply(s.at("foos", "a", "status"), {**foo("a", {"size": 7}), "status": {}}, fieldManager="s3")


@script("7.5 the managers of built-in statuses", managed=True)
def _(s: Session) -> None:
    s.have(deployment("a"), pod("a"))
    ready = {"type": "Ready", "status": "True"}
    s.patch(s.at("pods", "a", "status"), {"status": {"phase": "Running", "conditions": [ready]}}, fieldManager="s1")
    other = {**pod("a"), "status": {"conditions": [{**ready, "status": "False"}, {**ready, "type": "Other"}]}}
    s.apply(s.at("pods", "a", "status"), other, fieldManager="s2")
    s.apply(s.at("pods", "a", "status"), other, fieldManager="s2", force="true")
    s.patch(s.at("deployments", "a", "status"), {"status": {"replicas": 1}}, fieldManager="s1")
    s.apply(s.at("deployments", "a", "status"), {**deployment("a"), "status": {"replicas": 2, "readyReplicas": 2}}, fieldManager="s2")


@script("7.5 the managers of a scale", managed=True)
def _(s: Session) -> None:
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "a"}}
    s.apply(s.at("deployments", "a"), deployment("a"), fieldManager="m")
    s.put(s.at("deployments", "a", "scale"), {**scale, "spec": {"replicas": 1}}, fieldManager="sc")
    s.get(s.at("deployments", "a"))
    s.put(s.at("deployments", "a", "scale"), {**scale, "spec": {"replicas": 3}}, fieldManager="sc")
    s.get(s.at("deployments", "a"))
    s.apply(s.at("deployments", "a"), deployment("a"), fieldManager="m")
    s.apply(s.at("deployments", "a", "scale"), {**scale, "spec": {"replicas": 4}}, fieldManager="ap")
    s.apply(s.at("deployments", "a", "scale"), {**scale, "spec": {"replicas": 4}}, fieldManager="ap", force="true")
    s.get(s.at("deployments", "a"))
    s.patch(s.at("deployments", "a", "scale"), {"spec": {"replicas": 4}}, fieldManager="sc")
    s.patch(s.at("deployments", "a", "scale"), {"spec": {"replicas": 5}}, fieldManager="sc")
    s.get(s.at("deployments", "a"))
    s.patch(s.at("deployments", "a", "scale"), {"spec": {"replicas": 6}}, fieldManager="sc")
    s.patch(s.at("deployments", "a", "scale"), {"spec": {"replicas": 0}}, fieldManager="zero")
    s.get(s.at("deployments", "a"))
    s.apply(s.at("deployments", "a", "scale"), {**scale, "spec": {"replicas": 0}}, fieldManager="ap")
    s.get(s.at("deployments", "a"))
    s.patch(s.at("deployments", "a"), {"spec": {"replicas": 7}}, fieldManager="m")
    s.patch(s.at("deployments", "a", "scale"), {"spec": {"replicas": 7}}, fieldManager="sc")
    s.get(s.at("deployments", "a"))
    s.apply(s.at("deployments", "a", "scale"), {**scale, "kind": "Other"}, fieldManager="ap")
    s.apply(s.at("deployments", "b", "scale"), scale, fieldManager="ap")
    s.apply(s.at("deployments", "a", "scale"), {**scale, "spec": {"bogus": 1}}, fieldManager="ap")


@script("7.5 the managers of a custom resource's scale", managed=True)
def _(s: Session) -> None:
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "a"}}
    s.apply(s.at("foos", "a"), foo("a", {"replicas": 1}), fieldManager="m")
    s.put(s.at("foos", "a", "scale"), {**scale, "spec": {"replicas": 3}}, fieldManager="sc")
    s.get(s.at("foos", "a"))
    s.apply(s.at("foos", "a", "scale"), {**scale, "spec": {"replicas": 4}}, fieldManager="ap")
    s.apply(s.at("foos", "a", "scale"), {**scale, "spec": {"replicas": 4}}, fieldManager="ap", force="true")
    s.get(s.at("foos", "a"))


@script("7.5 labels, annotations, owners and finalizers", managed=True)
def _(s: Session) -> None:
    # of a kind that is not there: of another one the garbage collector would find that they are gone
    owner = {"apiVersion": "e.com/v1", "kind": "Owner", "name": "o", "uid": "00000000-0000-0000-0000-000000000001"}
    other = {**owner, "name": "p", "uid": "00000000-0000-0000-0000-000000000002"}
    at = s.at("foos", "a")
    s.apply(at, foo("a", labels={"a": "1", "b": "1"}, annotations={"a": "1"}, ownerReferences=[owner]), fieldManager="m1")
    s.apply(at, foo("a", labels={"b": "2"}, ownerReferences=[other], generateName="x", generation=7), fieldManager="m2")
    s.apply(at, foo("a", labels={"c": "2"}, ownerReferences=[other], finalizers=["e.com/a"]), fieldManager="m2")
    s.apply(at, foo("a"), fieldManager="m1")
    s.apply(at, foo("a", creationTimestamp=None, deletionTimestamp=None), fieldManager="m3")
    s.apply(at, foo("a", creationTimestamp="2000-01-01T00:00:00Z"), fieldManager="m3")
    s.unseen("PATCH", at, {"metadata": {"finalizers": None}}, "application/merge-patch+json")


@script("7.5 entries that cannot be told apart", managed=True)
def _(s: Session) -> None:
    def conditions(*entries: tuple[str, str]) -> dict[str, Any]:
        return {**pod("a"), "status": {"conditions": [{"type": kind, "status": "True", "reason": why} for kind, why in entries]}}

    s.have(pod("a"))
    at = s.at("pods", "a", "status")
    s.patch(at, conditions(("A", "a"), ("A", "b"), ("B", "a")), fieldManager="m1")
    s.apply(at, conditions(("C", "c"), ("B", "a")), fieldManager="m2")
    s.apply(at, conditions(("A", "c")), fieldManager="m2")
    s.apply(at, conditions(("A", "c")), fieldManager="m2", force="true")
    s.patch(at, conditions(("A", "c"), ("A", "d")), fieldManager="m1")
    s.patch(at, conditions(("A", "d"), ("A", "c")), fieldManager="m1")
    s.patch(at, conditions(("A", "d")), fieldManager="m3")
    s.apply(at, conditions(("A", "d"), ("A", "d")), fieldManager="m2")


@script("7.5 a custom resource whose fields nobody knows", managed=True)
def _(s: Session) -> None:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    name, path = defined(s, schema={"openAPIV3Schema": schema})
    made = {**bar(s, "a"), "spec": {"list": [{"a": 1}], "map": {"x": {"y": 1}}, "text": "t", "flag": True}}
    s.apply(f"{path}/a", made, fieldManager="m1")
    s.apply(f"{path}/a", {**made, "spec": {"list": [{"b": 1}], "map": {"x": {"z": 1}}}}, fieldManager="m2")
    s.apply(f"{path}/a", {**made, "spec": {"map": {"x": {"z": 1}, "w": []}, "flag": 1}}, fieldManager="m2", force="true")
    s.patch(f"{path}/a", {"spec": {"flag": True, "map": {"x": "text"}}}, fieldManager="u")
    s.apply(f"{path}/a", {**made, "spec": {"text": "t"}}, fieldManager="m1")
    s.unseen("DELETE", s.at(CRDS, name))


@script("7.5 a definition that makes a list whole", managed=True)
def _(s: Session) -> None:
    def schema(kind: str) -> dict[str, Any]:
        listed = {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": kind}
        mapped = {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "x-kubernetes-map-type": "atomic" if kind == "atomic" else "granular",
        }
        spec = {"type": "object", "properties": {"list": listed, "map": mapped}}
        return {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}

    name, path = defined(s, schema=schema("set"))
    made = {**bar(s, "a"), "spec": {"list": ["a", "b"], "map": {"k": "v"}}}
    s.apply(f"{path}/a", made, fieldManager="m1")
    changed = s.unseen("GET", s.at(CRDS, name)).json
    changed["spec"]["versions"][0] |= {"schema": schema("atomic"), "additionalPrinterColumns": [COLUMN]}
    s.unseen("PUT", s.at(CRDS, name), changed)
    s.eventually(path, 200, '"Size"', headers={"Accept": TABLE})
    s.patch(f"{path}/a", {"metadata": {"labels": {"x": "1"}}}, fieldManager="u")
    s.apply(f"{path}/a", {**made, "spec": {"list": ["b", "c"]}}, fieldManager="m2")
    s.unseen("DELETE", s.at(CRDS, name))


@script("7.5 owners in several versions", managed=True)
def _(s: Session) -> None:
    made = definition("Bar", f"{s.ns}.example.com")
    first = made["spec"]["versions"][0]
    made["spec"]["versions"].append({**first, "name": "v2", "storage": False})
    s.unseen("POST", s.at(CRDS), made)
    one, two = (f"/apis/{s.ns}.example.com/{version}/namespaces/{s.ns}/bars" for version in ("v1", "v2"))
    s.eventually(one, 200)
    body = bar(s, "a")
    s.apply(f"{one}/a", body, fieldManager="m1")
    s.apply(f"{two}/a", {**body, "apiVersion": f"{s.ns}.example.com/v2", "spec": {"size": 2}}, fieldManager="m2")
    s.patch(f"{two}/a", {"spec": {"color": "red"}}, fieldManager="u")
    s.apply(f"{one}/a", {**body, "spec": {"color": "blue"}}, fieldManager="m1")
    s.apply(f"{two}/a", {**body, "apiVersion": f"{s.ns}.example.com/v2", "spec": {"level": "low"}}, fieldManager="m1", force="true")
    s.unseen("DELETE", s.at(CRDS, f"bars.{s.ns}.example.com"))


@script("7.5 owners of an autoscaler in both of its versions", managed=True)
def _(s: Session) -> None:
    def scaler(version: str, **spec: Any) -> dict[str, Any]:
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
        own = {"maxReplicas": 3, "scaleTargetRef": target, **spec}
        return {"apiVersion": f"autoscaling/{version}", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "a"}, "spec": own}

    one, two = (f"/apis/autoscaling/{version}/namespaces/{s.ns}/horizontalpodautoscalers/a" for version in ("v1", "v2"))
    cpu = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}
    s.apply(two, scaler("v2", metrics=[cpu]), fieldManager="m2")
    s.apply(one, scaler("v1", targetCPUUtilizationPercentage=60), fieldManager="m1")
    s.apply(one, scaler("v1", targetCPUUtilizationPercentage=60), fieldManager="m1", force="true")
    s.patch(one, {"spec": {"maxReplicas": 4}}, fieldManager="u1")
    s.patch(two, {"spec": {"minReplicas": 2}}, fieldManager="u2")
    s.apply(two, scaler("v2", metrics=[cpu]), fieldManager="m2")


@script("7.5 owners of what a write to a status changes of the metadata", managed=True)
def _(s: Session) -> None:
    s.have(deployment("a"), pod("a"), service("a", ports=[{"port": 80}]))
    own = {"labels": {"l": "1"}, "annotations": {"a": "1"}, "finalizers": ["e.com/a"]}
    for resource in ("deployments", "pods", "services"):
        s.patch(s.at(resource, "a", "status"), {"metadata": own, "spec": {"replicas": 7}}, fieldManager="s1")
        s.patch(s.at(resource, "a", "status"), {"metadata": {"annotations": {"a": "2"}, "finalizers": None}}, fieldManager="s2")
    made = {**deployment("a"), "metadata": {"name": "a", "labels": {"x": "1"}, "annotations": {"x": "1"}}, "status": {"replicas": 1}}
    s.apply(s.at("deployments", "a", "status"), made, fieldManager="s3")
    s.apply(s.at("pods", "a", "status"), {**pod("a", labels={"x": "1"}), "status": {"reason": "r"}}, fieldManager="s3")


@script("7.5 kinds that a server changes on the way", managed=True)
def _(s: Session) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"a": "1"}}
    s.apply(s.at("secrets", "a"), secret, fieldManager="m")
    s.apply(s.at("secrets", "a"), {**secret, "stringData": {"b": "1"}}, fieldManager="m")
    s.apply(s.at("secrets", "a"), {**secret, "stringData": {}, "data": {"c": "MQ=="}}, fieldManager="m")
    s.apply(s.at("pods", "a"), pod("a"), fieldManager="m")
    s.apply(s.at("pods", "a"), {**pod("a"), "spec": {"containers": [{"name": "c", "image": "i:2"}]}}, fieldManager="m")
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "a"}, "spec": {"hard": {"requests.cpu": "1000m"}}}
    s.apply(s.at("resourcequotas", "a"), quota, fieldManager="m")
    s.apply(s.at("resourcequotas", "a"), quota, fieldManager="m")
    s.apply(s.at("resourcequotas", "a"), {**quota, "spec": {"hard": {"requests.cpu": 1}}}, fieldManager="n")
    s.apply(s.at("resourcequotas", "a"), {**quota, "spec": {"hard": {"requests.cpu": "none"}}}, fieldManager="n")


@script("7.5 a namespace that is applied", managed=True)
def _(s: Session) -> None:
    name = f"{s.ns}-n"
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"a": "1"}}}
    s.apply(s.at("namespaces", name), made, fieldManager="m")
    s.apply(s.at("namespaces", name), {**made, "spec": {"finalizers": ["e.com/x"]}}, fieldManager="n")
    s.unseen("DELETE", s.at("namespaces", name))


@script("7.5 a definition that is applied", managed=True)
def _(s: Session) -> None:
    made = definition("Bar", f"{s.ns}.example.com")
    at = s.at(CRDS, made["metadata"]["name"])
    s.apply(at, made, fieldManager="m")
    s.eventually(f"/apis/{s.ns}.example.com/v1/bars", 200)
    s.get(at)
    s.apply(at, made, fieldManager="m")
    made["spec"]["names"]["shortNames"] = ["br"]
    s.apply(at, made, fieldManager="n")
    s.unseen("DELETE", at)


@script("7.5 keys twice in a body, and bodies that are no object", managed=True)
def _(s: Session) -> None:
    at = s.at("configmaps", "a")
    twice = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: one\n  a: two\n"
    for value in ("Strict", "Warn", "Ignore"):
        s.apply(at, twice, fieldManager="m1", fieldValidation=value)
    as_json = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"1","a":"2"}}'
    for value in ("Strict", "Warn", "Ignore"):
        s.apply(at, as_json, fieldManager="m1", fieldValidation=value)
    for body in (b"[]", b"text", b"1", b"null", b"{}", b"", b"\x00"):
        s.apply(at, body, fieldManager="m1")


@script("7.5 options that cannot be")
def _(s: Session) -> None:
    at = s.at("configmaps", "a")
    s.apply(at, config_map("a"), fieldManager="m", force="maybe")
    s.apply(at, config_map("a"), fieldManager="x" * 129)
    s.apply(at, config_map("a"), fieldManager="a\nb\u00e9\u200b")
    s.apply(at, config_map("a"), fieldManager="", dryRun="some", fieldValidation="none")
    s.apply(at, config_map("a", namespace="other"), fieldManager="m")
    s.patch(at, config_map("a"), "application/apply-patch+yaml; charset=utf-8", fieldManager="m")
    s.patch(at, {"data": {}}, force="false")
    s.apply(s.at("configmaps"), config_map("a"), fieldManager="m")


@script("7.5 dry runs, conflicts and versions", managed=True)
def _(s: Session) -> None:
    at = s.at("configmaps", "a")
    version = s.apply(at, config_map("a"), fieldManager="m1").version
    s.apply(at, config_map("a", {"a": "2"}), fieldManager="m2", dryRun="All")
    s.apply(at, config_map("a", {"a": "2"}), fieldManager="m2", dryRun="All", force="true")
    s.apply(at, config_map("a", resourceVersion=version), fieldManager="m1")
    s.apply(at, config_map("a", {"a": "2"}, resourceVersion="1"), fieldManager="m2")
    s.apply(at, config_map("a", {"a": "2"}, resourceVersion="1"), fieldManager="m2", force="true")
    s.get(at)


@script("7.5 the manager of who names none", managed=True)
def _(s: Session) -> None:
    for number, agent in enumerate(("", "curl", "a b/c/d", "\u00e9\u200bx/1".encode().decode("latin-1"), "x" * 130, "/1")):
        s.ask("POST", s.at("configmaps"), config_map(f"c{number}"), {"User-Agent": agent})
    s.ask("POST", s.at("configmaps"), config_map("c9"), {"User-Agent": "agent"}, fieldManager="")


@script("7.5 what a server generates for a job has no owner", managed=True)
def _(s: Session) -> None:
    containers = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}
    labelled, bare = {"metadata": {"labels": {"a": "b"}}, "spec": containers}, {"spec": containers}
    for name, metadata, spec in (
        ("bare", {}, {"template": bare}),
        ("empty", {}, {"template": {"metadata": {"labels": {}}, "spec": containers}}),
        ("labelled", {}, {"template": labelled}),
        ("both", {"labels": {"x": "y"}}, {"template": labelled}),
        ("alike", {"labels": {"a": "b"}}, {"template": labelled}),
        ("manual", {}, {"template": labelled, "selector": {"matchLabels": {"a": "b"}}, "manualSelector": True}),
    ):
        s.post(s.at("jobs"), {"metadata": {"name": name, **metadata}, "spec": spec}, dryRun="All")
        s.post(s.at("jobs"), {"metadata": {"name": name, **metadata}, "spec": spec})
        s.get(s.at("jobs", name))
    applied = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "applied"}, "spec": {"template": bare}}
    s.apply(s.at("jobs", "applied"), applied, fieldManager="m")
