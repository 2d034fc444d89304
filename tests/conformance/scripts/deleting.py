"""Section 7.6: DELETE of objects and collections."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import config_map, deployment, foo
from tests.conformance.script import script
from tests.conformance.session import Session

MERGE = "application/merge-patch+json"
FINALIZED: dict[str, Any] = {"finalizers": ["example.com/x"]}
WRONG: tuple[Any, ...] = ("x", 1, 1.5, True, [], [1], {})


def release(s: Session, resource: str, *names: str) -> None:
    for name in names:
        s.unseen("PATCH", s.at(resource, name), {"metadata": {"finalizers": None}}, MERGE)


@script("7.6 gone at once: a Status, or the object for the kinds that give it back")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"), deployment("a"))
    for resource in ("configmaps", "foos", "deployments"):
        s.delete(s.at(resource, "a"))
        s.get(s.at(resource, "a"))
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"clusterIP": "None", "ports": [{"port": 80}]}}
    s.have(service)
    s.delete(s.at("services", "a"))
    s.delete(s.at("configmaps", "none"))
    s.delete(s.at("foos", "none"))


@script("7.6 finalizers: the object waits, and a second DELETE changes nothing")
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a", **FINALIZED)), ("foos", foo("a", **FINALIZED))):
        before = s.have(made).version
        s.delete(s.at(resource, "a"))
        s.delete(s.at(resource, "a"))
        s.patch(s.at(resource, "a"), {"metadata": {"finalizers": None}})
        s.get(s.at(resource, "a"))
        s.watch(s.at(resource), resourceVersion=before).until("DELETED", "a")


@script("7.6 orphanDependents=false with finalizers: 202")
def _(s: Session) -> None:
    s.have(foo("a", **FINALIZED), foo("b"))
    s.delete(s.at("foos", "a"), {"orphanDependents": False})
    s.delete(s.at("foos", "b"), {"orphanDependents": False})
    release(s, "foos", "a")


@script("7.6 preconditions: 409")
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a")), ("foos", foo("a"))):
        answer = s.have(made)
        s.delete(s.at(resource, "a"), {"preconditions": {"uid": "zzz"}})
        s.delete(s.at(resource, "a"), {"preconditions": {"resourceVersion": "1"}})
        s.delete(s.at(resource, "a"), {"preconditions": {"resourceVersion": answer.version, "uid": "zzz"}})
        s.delete(s.at(resource, "a"), {"preconditions": {"resourceVersion": answer.version, "uid": answer.uid}})


@script("7.6 every option in the query")
def _(s: Session) -> None:
    s.have(foo("a", **FINALIZED), foo("b"), config_map("c", **FINALIZED), config_map("d"))
    s.delete(s.at("foos", "a"), orphanDependents="false")
    s.delete(s.at("foos", "b"), orphanDependents="maybe", dryRun="All")
    s.delete(s.at("foos", "b"), orphanDependents="false", propagationPolicy="Background")
    s.delete(s.at("foos", "b"), gracePeriodSeconds="0", dryRun="All", nosuch="x")
    s.delete(s.at("configmaps", "c"), orphanDependents="true")
    s.delete(s.at("configmaps", "d"), propagationPolicy="Background", gracePeriodSeconds="5", dryRun="All")
    s.delete(s.at("configmaps", "d"), dryRun="")
    for resource, name in (("foos", "b"), ("configmaps", "d")):
        own = s.unseen("GET", s.at(resource, name))
        s.delete(s.at(resource, name), uid="zzz")
        s.delete(s.at(resource, name), resourceVersion="1")
        s.delete(s.at(resource, name), resourceVersion=own.version, uid="", dryRun="All")
        s.delete(s.at(resource, name), {"preconditions": {"uid": own.uid}}, uid="zzz", dryRun="All")
        s.delete(s.at(resource, name), resourceVersion=own.version, uid=own.uid)
    release(s, "foos", "a")
    release(s, "configmaps", "c")


@script("7.6 a second deletion with another policy takes the place of the first")
def _(s: Session) -> None:
    for name, policies in (("a", ("Foreground", "Orphan")), ("b", ("Foreground", "Foreground", "Background"))):
        uid = s.have(config_map(name)).uid
        owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": uid, "blockOwnerDeletion": True}
        s.have(config_map(f"of-{name}", ownerReferences=[owner], **FINALIZED))
        for policy in policies:
            s.delete(s.at("configmaps", name), propagationPolicy=policy)
    s.get(s.at("configmaps", "b"))
    release(s, "configmaps", "of-a", "of-b")


@script("7.6 propagation: Background at once")
def _(s: Session) -> None:
    s.have(config_map("a"), config_map("b"))
    s.delete(s.at("configmaps", "a"), propagationPolicy="Background")
    s.delete(s.at("configmaps", "b"), {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"})


@script("7.6 propagation: Foreground and Orphan wait for the garbage collector")
def _(s: Session) -> None:
    s.have(config_map("a", **FINALIZED), config_map("b", **FINALIZED))
    s.delete(s.at("configmaps", "a"), propagationPolicy="Foreground")
    s.delete(s.at("configmaps", "b"), propagationPolicy="Orphan")
    release(s, "configmaps", "a", "b")


@script("7.6 a policy that cannot be, and two of them")
def _(s: Session) -> None:
    s.have(foo("a"))
    s.delete(s.at("foos", "a"), propagationPolicy="Foo")
    s.delete(s.at("foos", "a"), {"propagationPolicy": "Background", "orphanDependents": True})
    s.delete(s.at("foos", "a"), {"gracePeriodSeconds": "x"})
    s.delete(s.at("foos", "a"), b"{")
    s.delete(s.at("foos", "a"), {"kind": "Other", "apiVersion": "v1"})
    s.delete(s.at("foos", "a"), dryRun="foo")
    s.delete(s.at("foos", "a"), gracePeriodSeconds="x")
    s.get(s.at("foos", "a"))


@script("7.6 options of other kinds, and of other types")
def _(s: Session) -> None:
    s.have(foo("a"), config_map("a"))
    refused = {"propagationPolicy": "Foo"}
    for at in (s.at("foos", "a"), s.at("configmaps", "a"), s.at("configmaps")):
        for kind in ("DeleteOptions", "Other", "Pod", "Status"):
            for version in ("v1", "v9", "apps/v1", "apps/v9", "meta.k8s.io/v1", "lab.example.com/v1", "nosuch.example.com/v1"):
                s.delete(at, {"kind": kind, "apiVersion": version, **refused})
        s.delete(at, {"kind": "Other", **refused})
        s.delete(at, {"apiVersion": "v9", **refused})
        s.delete(at, {"apiVersion": "a/b/c", **refused})
        s.delete(at, {"apiVersion": 1, **refused})
        s.delete(at, {"nosuch": 1, **refused})
        for field in ("orphanDependents", "gracePeriodSeconds", "dryRun", "preconditions", "propagationPolicy"):
            for value in WRONG:
                s.delete(at, {field: value, **refused})
        s.delete(at, {"preconditions": {"uid": 1}, **refused})
        s.delete(at, {"preconditions": {"resourceVersion": []}, **refused})
        s.delete(at, {"dryRun": ["All", "foo"]})
        s.delete(at, {"dryRun": ["All", "All"], **refused})
        for body in (b"[]", b'"x"', b"1", b"null", b"{"):
            s.delete(at, body, propagationPolicy="Foo")


@script("7.6 dryRun")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("b", **FINALIZED))
    s.delete(s.at("configmaps", "a"), dryRun="All")
    s.delete(s.at("foos", "b"), {"dryRun": ["All"]})
    s.get(s.at("configmaps", "a"))
    s.get(s.at("foos", "b"))
    release(s, "foos", "b")


@script("7.6 options in the query count only where there is no body")
def _(s: Session) -> None:
    answer = s.have(config_map("a"))
    s.delete(s.at("configmaps", "a"), {"preconditions": {"uid": answer.uid}}, dryRun="All")
    s.get(s.at("configmaps", "a"))
    s.have(config_map("b"))
    s.delete(s.at("configmaps"), {"propagationPolicy": "Background"}, dryRun="All", labelSelector="!x")
    s.get(s.at("configmaps"))


@script("7.6 gracePeriodSeconds is ignored by custom resources")
def _(s: Session) -> None:
    s.have(foo("a"), foo("b"))
    s.delete(s.at("foos", "a"), {"gracePeriodSeconds": 30})
    s.delete(s.at("foos", "b"), gracePeriodSeconds=-5)


@script("7.6 while it waits: changes are taken, new finalizers are not")
def _(s: Session) -> None:
    s.have(foo("a", **FINALIZED))
    s.delete(s.at("foos", "a"))
    s.patch(s.at("foos", "a"), {"spec": {"size": 2}, "metadata": {"labels": {"x": "1"}}})
    s.patch(s.at("foos", "a"), {"metadata": {"finalizers": ["example.com/x", "example.com/three"]}})
    s.patch(s.at("foos", "a", "status"), {"metadata": {"finalizers": None}, "status": {"x": 1}})
    s.post(s.at("foos"), foo("a"))
    release(s, "foos", "a")


@script("7.6 removing the last finalizer: 200 with the old version, and gone")
def _(s: Session) -> None:
    s.have(foo("a", **FINALIZED))
    terminating = s.delete(s.at("foos", "a")).json
    own = {**terminating["metadata"], "finalizers": []}
    s.put(s.at("foos", "a"), {**terminating, "metadata": own, "spec": {"size": 9}})
    s.get(s.at("foos", "a"))


@script("7.6 unqualified finalizers: a warning")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a", finalizers=["unqualified"]))
    s.post(s.at("configmaps"), config_map("b", finalizers=["orphan", "foregroundDeletion", "kubernetes", "a/b/c"]))
    s.post(s.at("configmaps"), config_map("b", finalizers=["orphan", "kubernetes"]))
    s.patch(s.at("configmaps", "b"), {"metadata": {"finalizers": ["orphan", "foregroundDeletion"]}})
    s.patch(s.at("configmaps", "b"), {"metadata": {"finalizers": ["orphan", "unqualified", "a/b/c"]}})
    s.delete(s.at("configmaps", "b"))
    s.patch(s.at("configmaps", "b"), {"metadata": {"finalizers": ["kubernetes", "unqualified"]}})
    s.post(s.at("foos"), foo("a", finalizers=["unqualified"]))
    release(s, "foos", "a")
    release(s, "configmaps", "b")


@script("7.6 a collection: the items as they were, each deleted by itself")
def _(s: Session) -> None:
    s.have(foo("a", labels={"x": "1"}), foo("b", labels={"x": "1"}, **FINALIZED))
    before = s.have(foo("c")).version
    s.delete(s.at("foos"), labelSelector="x=1")
    s.get(s.at("foos"))
    s.delete(s.at("foos"), fieldSelector="metadata.name=c")
    release(s, "foos", "b")
    s.watch(s.at("foos"), resourceVersion=before, labelSelector="x=1", fieldSelector="metadata.name=b").until("DELETED", "b")


@script("7.6 a collection: with a limit, a version and a token")
def _(s: Session) -> None:
    s.have(config_map("a"), config_map("b"), config_map("c"), config_map("d"))
    rest = s.unseen("GET", s.at("configmaps"), limit=3).rest
    s.delete(s.at("configmaps"), limit=1, dryRun="All")
    s.delete(s.at("configmaps"), resourceVersion="0", dryRun="All")
    s.delete(s.at("configmaps"), uid="zzz", dryRun="All")
    s.delete(s.at("configmaps"), resourceVersionMatch="Exact", dryRun="All")
    s.delete(s.at("configmaps"), limit="x")
    s.delete(s.at("configmaps"), continue_="x")
    s.delete(s.at("configmaps"), continue_=rest, dryRun="All")
    s.delete(s.at("configmaps"), limit=1)
    s.get(s.at("configmaps"))


@script("7.6 a collection of a built-in kind")
def _(s: Session) -> None:
    s.have(config_map("a"), config_map("b"))
    s.delete(s.at("configmaps"))
    s.get(s.at("configmaps"))
    s.delete(s.at("configmaps"))


@script("7.6 a collection: options that cannot be, and dryRun")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.delete(s.at("configmaps"), propagationPolicy="Foo")
    s.delete(s.at("configmaps"), labelSelector="a b")
    s.delete(s.at("configmaps"), fieldSelector="nosuch=1")
    s.delete(s.at("configmaps"), dryRun="All")
    s.delete(s.at("configmaps"), b"{")
    s.delete(s.at("configmaps", namespace=""))
    s.get(s.at("configmaps"))


@script("7.6 jobs and replication controllers leave their pods behind, unless told otherwise")
def _(s: Session) -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    once = {"spec": {"containers": [{"name": "c", "image": "i"}], "restartPolicy": "Never"}}
    for resource, spec in (("jobs", {"template": once}), ("replicationcontrollers", {"selector": {"a": "b"}, "template": template})):
        for name in ("a", "b", "c"):
            s.unseen("POST", s.at(resource), {"metadata": {"name": name}, "spec": spec})
        s.delete(s.at(resource, "none"))
        s.delete(s.at(resource, "a"), dryRun="All")
        s.delete(s.at(resource, "a"))
        s.delete(s.at(resource, "b"), propagationPolicy="Background")
        s.delete(s.at(resource), fieldSelector="metadata.name=c")
