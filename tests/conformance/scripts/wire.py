"""Section 1: what every answer looks like."""

from __future__ import annotations

from tests.conformance.definitions import config_map, definition, deployment, foo, pod
from tests.conformance.script import script
from tests.conformance.session import GROUP, TABLE, Session


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


@script("1.3 HEAD is a GET without its body")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for resource in ("configmaps", "foos"):
        s.ask("HEAD", s.at(resource, "a"))
        s.ask("HEAD", s.at(resource, "none"))
        s.ask("HEAD", s.at(resource))
    for path in ("/version", "/api", "/apis", "/apis/apps/v1", "/apis/lab.example.com/v1", "/apis/lab.example.com", "/nosuch"):
        s.ask("HEAD", path)


@script("1.3 paths that mind no method")
def _(s: Session) -> None:
    versions = [f"/{group}{version}" for group in ("apps", "apiextensions.k8s.io", GROUP, "nosuch.example.com") for version in ("", "/v1")]
    groups = [f"/apis{path}" for path in ("", "/", *versions)]
    for path in ("/readyz", "/", "/version", "/openapi/v3", "/openapi/v2", "/openapi/v3/api/v1", "/api", "/api/v1", *groups):
        for method in ("HEAD", "POST", "OPTIONS"):
            s.ask(method, path)
            if s.exchanges[-1].status == 200:
                s.exchanges[-1].body = b"as to a GET"


@script("1.3 warnings are headers, once each")
def _(s: Session) -> None:
    s.post(s.at("foos"), foo("a", {"size": 1, "bogus": 1, 'qu"ote': 2}, finalizers=["unqualified"]))
    s.patch(s.at("foos", "a"), {"metadata": {"finalizers": None}})


@script("1.1 white space: compact with a newline, pretty without", verbatim=True)
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for pretty in ("true", "1", "t", "T", "TRUE", "yes", "false", "0", ""):
        s.get(s.at("configmaps", "a"), pretty=pretty)
    for agent in ("curl/8.5.0", "Wget/1.21", "Mozilla/5.0 (X11)", "Mozilla/4.0", "kubectl/v1.37.2"):
        s.ask("GET", s.at("foos", "a"), None, {"User-Agent": agent})
        s.ask("GET", s.at("foos", "none"), None, {"User-Agent": agent}, pretty="false")
    s.get(s.at("foos"), pretty="true")
    s.get(s.at("configmaps"), pretty="true")
    s.get(s.at("configmaps", "a"), "text/html")
    s.get(s.at("foos", "a"), "text/html")
    s.get(s.at("foos"), f"{TABLE}", includeObject="Foo")
    s.get(s.at("foos"), f"{TABLE}, application/json", includeObject="Foo")
    s.get(s.at("foos", "none"), TABLE)
    s.get(s.at("foos", "none"), "application/json;pretty=1")
    s.get("/nosuch")


@script("1.1 letters that are escaped", verbatim=True)
def _(s: Session) -> None:
    text = '<b>&\u2028\u2029\u00e9\u2603\U0001f600\u007f\u0000\t\b\f\n\r"\\/</b>'
    s.post(s.at("configmaps"), config_map("a", {"text": text}))
    s.post(s.at("foos"), {**foo("a"), "status": {}})
    s.unseen("PATCH", s.at("foos", "a", "status"), {"status": {text: text}}, "application/merge-patch+json")
    s.get(s.at("foos", "a"))
    s.get(s.at("foos", "<none>&"))


@script("1.3 the headers of every answer", headers=True)
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.get(s.at("configmaps", "a"))
    s.get(s.at("configmaps", "none"))
    s.post(s.at("configmaps"), config_map("Bad_"))
    s.delete(s.at("configmaps", "a"))
    s.get(s.at("foos"))
    s.get("/apis/lab.example.com/v1/nosuch")
    s.watch(s.at("configmaps"), timeoutSeconds="1").close()


@script("1.3 too many warnings are cut short")
def _(s: Session) -> None:
    s.post(s.at("foos"), foo("a", {f"{number:03}{'x' * 300}": 1 for number in range(3)}))
    s.post(s.at("foos"), foo("b", {f"{number:03}{'x' * 300}": 1 for number in range(20)}))
    s.post(s.at("foos"), foo("c", {"x" * 5000: 1, "y": 1}))
    s.post(s.at("configmaps"), {**config_map("a"), **{f"{number:03}{'x' * 200}": 1 for number in range(120)}})


@script("1.3 letters of fields that nobody knows")
def _(s: Session) -> None:
    for number, name in enumerate(('qu"ote', "back\\slash", "tab\t", "new\nline", "\u0001", "\u007f", "with space", "a.b", "", "<b>&")):
        s.post(s.at("foos"), foo(f"a{number}", {name: 1}))
        s.post(s.at("configmaps"), {**config_map(f"a{number}"), name: 1})
        s.post(s.at("configmaps"), {**config_map("b"), name: 1}, fieldValidation="Strict")
        s.post(s.at("foos"), foo("b", {name: 1}), fieldValidation="Strict")
