"""Section 7.2: PUT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conformance.definitions import config_map, deployment, foo, pin, pod
from tests.conformance.script import script
from tests.conformance.session import Session


@script("7.2 a change takes a version, no change takes none")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a"))
    now = s.get(s.at("configmaps", "a")).json
    s.put(s.at("configmaps", "a"), now)
    s.put(s.at("configmaps", "a"), {**now, "data": {"b": "2"}})
    made = s.post(s.at("foos"), foo("a")).json
    s.put(s.at("foos", "a"), made)
    s.put(s.at("foos", "a"), {**made, "spec": {"size": 2}})


@script("7.2 what is left to its defaults, sent by somebody else, is no change", managed=True)
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a")), ("deployments", deployment("a"))):
        s.unseen("POST", s.at(resource), made, fieldManager="m")
        s.put(s.at(resource, "a"), made, fieldManager="other")
    version = s.unseen("POST", s.at("foos"), foo("a", {"parts": [{"name": "x"}]}), fieldManager="m").version
    s.put(s.at("foos", "a"), foo("a", {"parts": [{"name": "x"}], "bogus": 1}, resourceVersion=version), fieldManager="other")


@script("7.2 which complaint about an update comes first")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"), deployment("a"))
    uid = "11111111-2222-3333-4444-555555555555"
    wrong: dict[str, Any] = {"resourceVersion": "1", "labels": {"x": "bad value"}}
    builders: tuple[tuple[str, Callable[..., Any]], ...] = (("configmaps", config_map), ("foos", foo), ("deployments", deployment))
    for resource, made in builders:
        s.put(s.at(resource, "a"), made("a", **wrong))
        s.put(s.at(resource, "a"), made("a", **wrong, uid=uid))
        s.put(s.at(resource, "a"), made("b", **wrong))
        s.put(s.at(resource, "a"), made("a", namespace="other", resourceVersion="1"))
        s.put(s.at(resource, "a"), made("a", **wrong), dryRun="foo")
        s.put(s.at(resource, "none"), made("none", **wrong))
        s.put(s.at(resource, "none"), made("none", uid=uid))
        s.put(s.at(resource, "none", namespace="nosuch"), made("none", uid=uid))
        s.put(s.at(resource, "none"), made("none", namespace="other"))
        s.put(s.at(resource, "none", namespace="nosuch"), made("none", **wrong))
    s.put(s.at("leases", "none"), {"metadata": {"name": "none", **wrong}})
    s.put(s.at("leases", "none"), {"metadata": {"name": "none", "uid": uid}})
    s.put(s.at("leases", "none"), {"metadata": {"name": "none", "uid": uid, "labels": {"x": "bad value"}}}, dryRun="All")
    s.put(s.at("foos", "a"), foo("a", uid=uid), dryRun="All")
    s.put(s.at("leases", "none", namespace="nosuch"), {"metadata": {"name": "none", "labels": {"x": "bad value"}}})


@script("7.2 a stale version: 409")
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a")), ("foos", foo("a"))):
        old = s.have(made).json
        s.unseen("PATCH", s.at(resource, "a"), {"metadata": {"labels": {"x": "1"}}}, "application/merge-patch+json")
        s.put(s.at(resource, "a"), {**old, "metadata": {**old["metadata"], "labels": {"y": "1"}}})
        s.put(s.at(resource, "a"), old)


@script("7.2 no version: unconditional for built-in kinds, 422 for custom resources")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"), deployment("a"))
    s.put(s.at("configmaps", "a"), config_map("a", {"b": "2"}))
    s.put(s.at("foos", "a"), foo("a", {"size": 2}))
    s.put(s.at("foos", "a"), foo("a", {"size": 2}, resourceVersion="0"))
    s.put(s.at("deployments", "a"), deployment("a", 3))


@script("7.2 a version that is no number")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    s.put(s.at("configmaps", "a"), config_map("a", resourceVersion="abc"))
    s.put(s.at("foos", "a"), foo("a", resourceVersion="abc"))
    s.put(s.at("configmaps", "a"), config_map("a", resourceVersion="-1"))
    s.put(s.at("configmaps", "a"), config_map("a", resourceVersion="99999999999999999999"))
    s.put(s.at("configmaps", "none"), config_map("none", resourceVersion="abc"))


@script("7.2 another uid: 409")
def _(s: Session) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}}
    for resource, made in (("configmaps", config_map("a")), ("foos", foo("a")), ("deployments", deployment("a")), ("services", service)):
        old = s.have(made).json
        s.put(s.at(resource, "a"), {**old, "metadata": {**old["metadata"], "uid": "11111111-2222-3333-4444-555555555555"}})


@script("7.2 it is not there: 404, or 201 for the kinds that an update creates")
def _(s: Session) -> None:
    s.put(s.at("configmaps", "none"), config_map("none"))
    s.put(s.at("foos", "none"), foo("none", resourceVersion="5"))
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "none"}, "spec": {"holderIdentity": "me"}}
    s.put(s.at("leases", "none"), lease)
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"{s.ns}-n"}}
    s.put(s.at("nodes", f"{s.ns}-n"), node)
    s.unseen("DELETE", s.at("nodes", f"{s.ns}-n"))


@script("7.2 names and namespaces that do not fit the path: 400")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    s.put(s.at("configmaps", "a"), config_map("b"))
    s.put(s.at("foos", "a"), foo("b"))
    s.put(s.at("configmaps", "a"), {"data": {}})
    s.put(s.at("foos", "a"), {**foo("a"), "metadata": {}})
    s.put(s.at("configmaps", "a"), config_map("a", namespace="other"))
    s.put(s.at("foos", "a"), foo("a", namespace="other"))


@script("7.2 PUT on a collection")
def _(s: Session) -> None:
    s.put(s.at("configmaps"), config_map("a"))
    s.put(s.at("foos"), foo("a"))


@script("7.2 what an update ignores, and what it refuses")
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a")), ("foos", foo("a"))):
        old = s.have(made).json
        own = old["metadata"]
        s.put(s.at(resource, "a"), {**old, "metadata": {**own, "creationTimestamp": "2001-01-01T00:00:00Z", "generation": 9}})
        s.put(s.at(resource, "a"), {**old, "metadata": {**own, "deletionTimestamp": "2001-01-01T00:00:00Z"}})
        s.put(s.at(resource, "a"), {**old, "metadata": {"name": "a", "resourceVersion": own["resourceVersion"]}})


@script("7.2 a deletionTimestamp cannot be taken back")
def _(s: Session) -> None:
    s.have(foo("a", finalizers=["example.com/x"]))
    terminating = s.delete(s.at("foos", "a")).json
    own = {name: value for name, value in terminating["metadata"].items() if not name.startswith("deletion")}
    s.put(s.at("foos", "a"), {**terminating, "metadata": own, "spec": {"size": 5}})
    s.unseen("PATCH", s.at("foos", "a"), {"metadata": {"finalizers": None}}, "application/merge-patch+json")


@script("7.2 generation counts changes outside of metadata and status")
def _(s: Session) -> None:
    for resource, made, spec in (("foos", foo("a"), {"size": 9}), ("deployments", deployment("a"), {"replicas": 9})):
        s.have(made)
        s.patch(s.at(resource, "a"), {"metadata": {"labels": {"x": "1"}}})
        s.patch(s.at(resource, "a"), {"spec": spec})
        s.patch(s.at(resource, "a"), {"status": {"replicas": 3}})
        s.patch(s.at(resource, "a", "status"), {"status": {"replicas": 3}})
        for field in ("annotations", "finalizers"):
            s.patch(s.at(resource, "a"), {"metadata": {field: ["example.com/x"] if field == "finalizers" else {"x": "1"}}})
        s.unseen("PATCH", s.at(resource, "a"), {"metadata": {"finalizers": None}}, "application/merge-patch+json")


@script("7.2 a status in an update: ignored where it has a path of its own, else as good as any field")
def _(s: Session) -> None:
    s.have(foo("a"), deployment("a"))
    for resource in ("foos", "deployments"):
        s.put(s.at(resource, "a"), {**s.unseen("GET", s.at(resource, "a")).json, "status": {"replicas": 7}})
    name = f"{s.ns}-a"
    own = s.post(s.at("pins"), {**pin(name), "status": {"x": 1}}).json
    s.put(s.at("pins", name), {**own, "status": {"x": 2}})
    s.patch(s.at("pins", name), {"status": {"y": 1}})
    s.patch(s.at("pins", name), {"metadata": {"annotations": {"x": "1"}}})
    s.unseen("DELETE", s.at("pins", name))


@script("7.2 what else counts for a generation, and what does not")
def _(s: Session) -> None:
    slices, drivers, classes = (s.at(resource) for resource in ("endpointslices", "csidrivers", "priorityclasses"))
    of_metadata = [{"metadata": {"labels": {"a": "b"}}}, {"metadata": {"annotations": {"a": "b"}}}, {"metadata": {"labels": None}}]
    for collection, name, made, changes in (
        (slices, "a", {"addressType": "IPv4", "endpoints": []}, [{"endpoints": [{"addresses": ["1.2.3.4"]}]}, {"ports": []}]),
        (drivers, f"{s.ns}-a", {"spec": {}}, [{"spec": {"requiresRepublish": True}}, {"spec": {"storageCapacity": True}}]),
        (classes, f"{s.ns}-a", {"value": 5}, [{"description": "x"}]),
    ):
        s.post(collection, {"metadata": {"name": name}, **made})
        for change in (*of_metadata, *changes):
            s.patch(f"{collection}/{name}", change)
        s.delete(f"{collection}/{name}")


@script("7.2 managedFields of updates", managed=True)
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a"), fieldManager="cr")
    s.put(s.at("configmaps", "a"), config_map("a", {"a": "2", "b": "1"}), fieldManager="up")
    s.patch(s.at("configmaps", "a"), {"metadata": {"labels": {"x": "1"}}})
    s.patch(s.at("configmaps", "a"), {"metadata": {"managedFields": [{}]}})


@script("7.2 what is immutable")
def _(s: Session) -> None:
    s.have(pod("a"), deployment("a"))
    s.patch(s.at("pods", "a"), {"spec": {"nodeName": "n1"}})
    s.patch(s.at("deployments", "a"), {"spec": {"selector": {"matchLabels": {"q": "r"}}}})


@script("7.2 dryRun and options that cannot be")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.put(s.at("configmaps", "a"), config_map("a", {"b": "2"}), dryRun="All")
    s.get(s.at("configmaps", "a"))
    s.put(s.at("configmaps", "a"), config_map("a"), dryRun="foo")
    s.put(s.at("configmaps", "a"), config_map("a"), fieldValidation="foo")
    s.put(s.at("configmaps", "a"), b"{")
    s.put(s.at("configmaps", "a"), {**config_map("a"), "kind": "Secret"})
    s.put(s.at("configmaps", "a"), {**config_map("a"), "kind": "Pod"})
    s.put(s.at("configmaps", "a"), {**config_map("a"), "kind": "Nosuch"})
    s.put(s.at("configmaps", "a"), {**config_map("a"), "apiVersion": "apps/v1", "kind": "Deployment"})


@script("7.2 the first update stores what was only shown, if it changes nothing else", managed=True)
def _(s: Session) -> None:
    claim = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}
    labelled = {"metadata": {"labels": {"x": "y"}}, **template}
    start = s.get(s.at("jobs")).json["metadata"]["resourceVersion"]
    for resource, name, labels, made in (
        ("persistentvolumeclaims", "a", {}, claim),
        ("persistentvolumeclaims", "b", {}, claim),
        ("jobs", "bare", {}, {"spec": {"template": template}}),
        ("jobs", "labelled", {}, {"spec": {"template": labelled}}),
        ("jobs", "own", {"labels": {"x": "y"}}, {"spec": {"template": template}}),
    ):
        whole = {**made, "metadata": {**labels, "name": name}}
        s.post(s.at(resource), whole, dryRun="All")
        now = s.post(s.at(resource), whole).json
        s.get(s.at(resource, name))
        s.get(s.at(resource), labelSelector=f"job-name={name}")
        s.patch(s.at(resource, name), {}, dryRun="All")
        if name == "b":
            s.put(s.at(resource, name), now)
        s.patch(s.at(resource, name), {})
        s.patch(s.at(resource, name), {})
        s.get(s.at(resource, name))
    s.watch(s.at("jobs"), resourceVersion=start, labelSelector="job-name=bare").until("MODIFIED", "bare")
