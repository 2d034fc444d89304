"""Section 1: what every answer looks like."""

from __future__ import annotations

from tests.conformance.definitions import config_map, definition, deployment, foo, pod
from tests.conformance.script import script
from tests.conformance.session import Session


@script("1.1 typed objects have the key order of their kind, and lists their items without kind", ordered=True)
def _(s: Session) -> None:
    own = {"annotations": {"b": "1", "a": "2"}, "labels": {"z": "1", "b": "2"}, "finalizers": ["example.com/x"]}
    s.post(s.at("configmaps"), {"data": {"z": "1", "b": "2"}, **config_map("a", {"z": "1", "b": "2"}, **own)})
    s.get(s.at("configmaps"))
    s.unseen("PATCH", s.at("configmaps", "a"), {"metadata": {"finalizers": None}}, "application/merge-patch+json")


@script("1.1 custom objects have their keys in alphabetical order, and lists their items with kind", ordered=True)
def _(s: Session) -> None:
    s.post(s.at("foos"), foo("a", {"size": 1, "color": "red", "parts": [{"name": "b"}]}, labels={"z": "1", "b": "2"}))
    s.get(s.at("foos"))


@script("1.1 an empty list has items, and a custom one a continue", ordered=True)
def _(s: Session) -> None:
    s.get(s.at("configmaps"))
    s.get(s.at("foos"))


@script("1.1 the key order of what a server fills in", ordered=True)
def _(s: Session) -> None:
    s.post(s.at("pods"), pod("a"))
    s.post(s.at("deployments"), deployment("a"))
    s.post(s.at("customresourcedefinitions"), definition("Bar", f"{s.ns}.example.com"), dryRun="All")


@script("1.1 JSON escapes what HTML would take for a tag")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a", {"text": "<b>&\u2028\u00e9</b>"}))
    s.get(s.at("configmaps"), fieldSelector="metadata.name=<")


@script("1.1 pretty")
def _(s: Session) -> None:
    s.have(config_map("a"))
    for pretty in ("true", "1", "false", "0"):
        s.get(s.at("configmaps", "a"), pretty=pretty)


@script("1.1 generation is there for the kinds that count it")
def _(s: Session) -> None:
    for made in (config_map("a"), foo("a"), deployment("a")):
        s.post(s.at({"ConfigMap": "configmaps", "Foo": "foos", "Deployment": "deployments"}[made["kind"]]), made)


@script("1.2 a Status names the plural for what the storage says, and the kind for what validation says")
def _(s: Session) -> None:
    s.get(s.at("foos", "none"))
    s.post(s.at("foos"), foo("Bad_Name"))
    s.get(s.at("configmaps", "none"))
    s.post(s.at("configmaps"), config_map("Bad_Name"))


@script("1.3 what is not served is a plain text 404, in the core group a Status")
def _(s: Session) -> None:
    s.get("/apis/nosuch.example.com/v1/things")
    s.get("/apis/lab.example.com/v9/foos")
    s.get("/apis/lab.example.com/v1/nosuch")
    s.get("/apis/apps/v1/nosuch")
    s.get("/api/v1/nosuch")
    s.get(f"/api/v1/namespaces/{s.ns}/nosuch")
    s.get(s.at("configmaps", "a", "nosuch"))
    s.get("/nosuch")


@script("1.3 warnings are headers, once each")
def _(s: Session) -> None:
    s.post(s.at("foos"), foo("a", {"size": 1, "bogus": 1, 'qu"ote': 2}, finalizers=["unqualified"]))
    s.patch(s.at("foos", "a"), {"metadata": {"finalizers": None}})
