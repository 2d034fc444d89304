"""Section 8: namespaces."""

from __future__ import annotations

from tests.conformance.definitions import config_map, foo
from tests.conformance.script import script
from tests.conformance.session import MERGE, Session


@script("8 create in a namespace that is not there: 404")
def _(s: Session) -> None:
    s.post(s.at("configmaps", namespace="nosuch"), config_map("a"))
    s.post(s.at("foos", namespace="nosuch"), foo("a"))
    s.post(s.at("configmaps", namespace="nosuch"), config_map("a"), dryRun="All")


@script("8 read in a namespace that is not there")
def _(s: Session) -> None:
    s.get(s.at("configmaps", "a", namespace="nosuch"))
    s.delete(s.at("configmaps", "a", namespace="nosuch"))
    s.delete(s.at("configmaps", namespace="nosuch"))
    s.put(s.at("configmaps", "a", namespace="nosuch"), config_map("a"))


@script("8 what a namespace looks like")
def _(s: Session) -> None:
    name = f"{s.ns}-2"
    s.post(s.at("namespaces"), {"metadata": {"name": name}})
    s.post(s.at("namespaces"), {"metadata": {"name": name}})
    s.post(s.at("namespaces"), {"metadata": {"name": "Not.Good"}})
    s.get(s.at("namespaces", name, "status"))
    s.unseen("DELETE", s.at("namespaces", name))


@script("8 a namespace that is terminating: no create, but changes", ahead=True)
def _(s: Session) -> None:
    name = f"{s.ns}-2"
    s.unseen("POST", s.at("namespaces"), {"metadata": {"name": name}})
    keep = config_map("a", finalizers=["example.com/x"])
    assert s.unseen("POST", s.at("configmaps", namespace=name), keep).status == 201
    s.delete(s.at("namespaces", name))
    s.post(s.at("configmaps", namespace=name), config_map("b"))
    s.post(s.at("foos", namespace=name), foo("b"))
    s.apply(s.at("configmaps", "b", namespace=name), config_map("b"), fieldManager="m")
    s.patch(s.at("configmaps", "a", namespace=name), {"data": {"still": "1"}}, fieldManager="m")
    s.put(s.at("configmaps", "a", namespace=name), config_map("a", {"more": "1"}, finalizers=["example.com/x"]), fieldManager="m")
    s.put(s.at("leases", "new", namespace=name), {"metadata": {"name": "new"}})
    s.post(s.at("configmaps", namespace=name), config_map("b"), dryRun="All")
    s.delete(s.at("configmaps", "a", namespace=name))
    s.unseen("PATCH", s.at("configmaps", "a", namespace=name), {"metadata": {"finalizers": None}}, "application/merge-patch+json")


@script("8 namespaces that may not be deleted")
def _(s: Session) -> None:
    for name in ("default", "kube-system", "kube-public"):
        s.delete(s.at("namespaces", name))
    s.delete(s.at("namespaces", "kube-node-lease"), dryRun="All")


@script("8 namespaces cannot be deleted as a collection")
def _(s: Session) -> None:
    s.delete(s.at("namespaces"))


@script("8 finalize: the last finalizer lets a namespace go")
def _(s: Session) -> None:
    name = f"{s.ns}-2"
    made = s.post(s.at("namespaces"), {"metadata": {"name": name}}).json
    s.put(s.at("namespaces", name, "finalize"), {**made, "spec": {"finalizers": ["kubernetes", "example.com/x"]}})
    s.get(s.at("namespaces", name))
    s.put(s.at("namespaces", name, "finalize"), {"metadata": {"name": name}, "spec": {"finalizers": []}})
    s.delete(s.at("namespaces", name))
    s.get(s.at("namespaces", name))
    s.delete(s.at("namespaces", name))


@script("8 the Service kubernetes is there from the start")
def _(s: Session) -> None:
    place = s.at("services", "kubernetes", namespace="default")
    # the port of the server itself is another one each time
    s.patch(place, {"spec": {"ports": [{"port": 443, "targetPort": 6443}]}}, dryRun="All")
    s.post(s.at("services", namespace="default"), {"metadata": {"name": "kubernetes"}, "spec": {"ports": [{"port": 443}]}}, dryRun="All")


@script("8 preconditions of a namespace's deletion: 409 in words of its own")
def _(s: Session) -> None:
    s.delete(s.at("namespaces", s.ns), {"preconditions": {"uid": "zzz"}})
    s.delete(s.at("namespaces", s.ns), {"preconditions": {"resourceVersion": "1"}}, dryRun="All")


@script("8 a namespace without finalizers of its spec has none in its JSON")
def _(s: Session) -> None:
    name = f"{s.ns}-2"
    s.unseen("POST", s.at("namespaces"), {"metadata": {"name": name}})
    s.put(s.at("namespaces", name, "finalize"), {"metadata": {"name": name}, "spec": {"finalizers": []}})
    s.patch(s.at("namespaces", name), {"metadata": {"labels": {"x": "1"}}})
    s.unseen("DELETE", s.at("namespaces", name))


@script("8 finalizers of others stay when a namespace has been emptied", ahead=True)
def _(s: Session) -> None:
    name = f"{s.ns}-2"
    s.unseen("POST", s.at("namespaces"), {"metadata": {"name": name}})
    s.put(s.at("namespaces", name, "finalize"), {"metadata": {"name": name}, "spec": {"finalizers": ["example.com/x"]}})
    s.delete(s.at("namespaces", name))
    s.get(s.at("namespaces", name))
    s.put(s.at("namespaces", name, "finalize"), {"metadata": {"name": name}, "spec": {"finalizers": []}})
    s.get(s.at("namespaces", name))


@script("8 any update lets a namespace go that waits for nothing, one that changes nothing, too", ahead=True)
def _(s: Session) -> None:
    name = f"{s.ns}-2"
    none = {"metadata": {"name": name}, "spec": {"finalizers": []}}
    for method, part, body in (
        ("PUT", ["finalize"], none),
        ("PATCH", [], {}),
        ("PATCH", [], {"metadata": {"labels": {"x": "1"}}}),
        ("PATCH", ["status"], {}),
    ):
        s.unseen("POST", s.at("namespaces"), {"metadata": {"name": name}})
        s.unseen("PUT", s.at("namespaces", name, "finalize"), none)
        s.delete(s.at("namespaces", name))
        s.ask(method, s.at("namespaces", name, *part), body, {"Content-Type": MERGE if method == "PATCH" else "application/json"})
        s.get(s.at("namespaces", name))
        s.unseen("DELETE", s.at("namespaces", name))


@script("8 a namespace without a name: 422")
def _(s: Session) -> None:
    for own in ({}, {"name": None}, {"name": ""}, {"generateName": ""}):
        s.post(s.at("namespaces"), {"metadata": own})
    s.post(s.at("namespaces"), {})
    s.post(s.at("customresourcedefinitions"), {"metadata": {}})


@script("8 the label of a namespace is its generated name")
def _(s: Session) -> None:
    made = s.post(s.at("namespaces"), {"metadata": {"generateName": f"{s.ns}-"}}).metadata
    s.hide(made["name"].removeprefix(s.ns), "-GENERATED")
    s.unseen("DELETE", s.at("namespaces", made["name"]))
