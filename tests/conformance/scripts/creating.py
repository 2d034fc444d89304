"""Section 7.1: POST."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import config_map, deployment, foo, pod
from tests.conformance.script import script
from tests.conformance.session import GROUP, Session


@script("7.1 what the server sets and what it overwrites")
def _(s: Session) -> None:
    own: dict[str, Any] = {
        "uid": "11111111-2222-3333-4444-555555555555",
        "creationTimestamp": "2001-01-01T00:00:00Z",
        "generation": 7,
        "deletionTimestamp": "2001-01-01T00:00:00Z",
        "deletionGracePeriodSeconds": 5,
        "selfLink": "/x",
    }
    s.post(s.at("configmaps"), config_map("a", **own))
    s.post(s.at("foos"), {**foo("a", **own), "status": {"x": 1}})


@script("7.1 managedFields of a create", managed=True)
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a", labels={"x": "1"}))
    s.post(s.at("foos"), foo("a", {"size": 1, "parts": [{"name": "x"}], "tags": ["a"]}), fieldManager="m")
    s.post(s.at("configmaps"), config_map("b", managedFields=[]))


@script("7.1 no kind and apiVersion where the path tells them")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), {"metadata": {"name": "a"}})
    s.post(s.at("foos"), {"metadata": {"name": "a"}})


@script("7.1 generateName")
def _(s: Session) -> None:
    for body, resource in ((config_map(""), "configmaps"), (foo(""), "foos")):
        body["metadata"] = {"generateName": "gen-"}
        answer = s.post(s.at(resource), body)
        s.hide(answer.metadata["name"], "GENERATED")
    body["metadata"] = {"generateName": "x" * 70}
    answer = s.post(s.at("foos"), body)
    s.hide(answer.metadata["name"][58:], "GENERATED")
    body["metadata"] = {"generateName": "Bad_"}
    answer = s.post(s.at("foos"), body)
    s.hide(answer.json["details"]["name"], "BAD")


@script("7.1 it is there: 409")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    s.post(s.at("configmaps"), config_map("a", {"other": "1"}))
    s.post(s.at("foos"), foo("a"))


@script("7.1 it is there and is being deleted: 409")
def _(s: Session) -> None:
    s.have(foo("a", finalizers=["example.com/x"]))
    s.unseen("DELETE", s.at("foos", "a"))
    s.post(s.at("foos"), foo("a"))
    s.unseen("PATCH", s.at("foos", "a"), {"metadata": {"finalizers": None}}, "application/merge-patch+json")


@script("7.1 a version in what is to be created: 500")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a", resourceVersion="5"))
    s.post(s.at("foos"), foo("a", resourceVersion="5"))
    s.post(s.at("foos"), foo("a", resourceVersion="0"))
    s.post(s.at("foos"), foo("b", resourceVersion="abc"))


@script("7.1 names that cannot be")
def _(s: Session) -> None:
    for name in ("Bad_Name", "a/b", "-a", "a" * 254, ".", "a..b", "UPPER", "%"):
        s.post(s.at("configmaps"), config_map(name))
        s.post(s.at("foos"), foo(name))


@script("7.1 no name: 422")
def _(s: Session) -> None:
    for body, resource in ((config_map(""), "configmaps"), (foo(""), "foos"), (pod(""), "pods")):
        s.post(s.at(resource), body)
        del body["metadata"]
        s.post(s.at(resource), body)


@script("7.1 labels, annotations and finalizers that cannot be")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a", labels={"-x": "1"}))
    s.post(s.at("configmaps"), config_map("a", labels={"x": "bad value"}))
    s.post(s.at("configmaps"), config_map("a", annotations={"b a d": "1"}))
    s.post(s.at("configmaps"), config_map("a", finalizers=["b a d"]))
    s.post(s.at("foos"), foo("a", labels={"x": "bad value"}))
    s.post(s.at("foos"), foo("a", ownerReferences=[{"apiVersion": "v1", "kind": "ConfigMap", "name": "x"}]))


@script("7.1 types of labels that cannot be")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a", labels={"x": 1}))
    s.post(s.at("foos"), foo("a", labels={"x": 1}))
    s.post(s.at("configmaps"), {**config_map("a"), "metadata": "x"})
    s.post(s.at("configmaps"), {**config_map("a"), "data": {"a": 1}})
    s.post(s.at("configmaps"), {**config_map("a"), "data": ["a"]})


@script("7.1 the namespace of the object is not the one of the path: 400")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a", namespace="other"))
    s.post(s.at("foos"), foo("a", namespace="other"))
    s.post(s.at("pins"), {**foo(f"{s.ns}-a", namespace="other"), "kind": "Pin"})


@script("7.1 another apiVersion or kind than the path's")
def _(s: Session) -> None:
    s.post(s.at("foos"), {**foo("a"), "apiVersion": f"{GROUP}/v2"})
    s.post(s.at("foos"), {**foo("a"), "kind": "Bar"})
    s.post(s.at("configmaps"), {**config_map("a"), "apiVersion": "v2"})
    s.post(s.at("configmaps"), {**config_map("a"), "kind": "Secret"})
    s.post(s.at("configmaps"), {**config_map("a"), "kind": "Nosuch"})
    s.post(s.at("configmaps"), {**config_map("a"), "apiVersion": ""})
    s.post(s.at("foos"), {**foo("a"), "kind": ""})


@script("7.1 bodies that are no object")
def _(s: Session) -> None:
    for body in (
        b"{",
        b"",
        b"[]",
        b'"x"',
        b"null",
        b"{}",
        b'{"metadata":{"name":"a"}} trailing',
        b'{"a":1,"a":2,"metadata":{"name":"twice"}}',
    ):
        s.post(s.at("configmaps"), body)
        s.post(s.at("foos"), body)


@script("7.1 content types")
def _(s: Session) -> None:
    for number, media in enumerate(("text/plain", "application/x-nosuch", "application/json; charset=utf-8", "application/yaml")):
        s.ask("POST", s.at("configmaps"), config_map(f"a{number}"), {"Content-Type": media})
        s.ask("POST", s.at("foos"), foo(f"a{number}"), {"Content-Type": media})


@script("7.1 a body in YAML")
def _(s: Session) -> None:
    yaml = {"Content-Type": "application/yaml"}
    s.ask("POST", s.at("configmaps"), b"metadata:\n  name: a\ndata:\n  b: one\n", yaml)
    s.ask("POST", s.at("configmaps"), b"metadata: [\n", yaml)


@script("7.1 too much: 413, and of a config map 422")
def _(s: Session) -> None:
    s.post(s.at("foos"), foo("a", {"color": "x" * 3_200_000}))
    s.post(s.at("configmaps"), config_map("a", {"text": "x" * 1_048_577}))


@script("7.1 a schema's causes")
def _(s: Session) -> None:
    for spec in (
        {"size": "one"},
        {"size": -1},
        {"size": 1.5},
        {"color": "much too long"},
        {"color": 1},
        {"level": "middle"},
        {"tags": ["a", "a"]},
        {"parts": [{"count": 1}]},
        {"parts": [{"name": "x"}, {"name": "x"}]},
        {"parts": {"name": "x"}},
        {"color": None},
        {"note": None},
    ):
        s.post(s.at("foos"), foo("a", spec))
        s.unseen("DELETE", s.at("foos", "a"))
    s.post(s.at("foos"), {**foo("a"), "spec": "text"})
    s.post(s.at("foos"), {**foo("a"), "spec": None})


@script("7.1 defaults of a schema are filled in, unknown fields are pruned")
def _(s: Session) -> None:
    s.post(s.at("foos"), foo("a", {"parts": [{"name": "x"}, {"name": "y", "count": 3, "nosuch": 1}], "nosuch": {"deep": 1}}))
    s.get(s.at("foos", "a"))


@script("7.1 fieldValidation of a custom resource")
def _(s: Session) -> None:
    for number, value in enumerate(("Ignore", "Warn", "Strict", "Foo", "")):
        s.post(s.at("foos"), foo(f"a{number}", {"size": 1, "bogus": 1, "parts": [{"name": "x", "no": 1}]}), fieldValidation=value)


@script("7.1 fieldValidation of a built-in kind")
def _(s: Session) -> None:
    for number, value in enumerate(("Ignore", "Warn", "Strict", "Foo")):
        s.post(s.at("configmaps"), {**config_map(f"a{number}"), "bogus": 1}, fieldValidation=value)
        made = pod(f"a{number}")
        made["spec"]["containers"][0]["bogus"] = 1
        s.post(s.at("pods"), made, fieldValidation=value)


@script("7.1 a key twice in a body")
def _(s: Session) -> None:
    for value in ("Warn", "Strict", "Ignore"):
        s.post(
            s.at("configmaps"), f'{{"metadata":{{"name":"a{value.lower()}"}},"data":{{"a":"1","a":"2"}}}}'.encode(), fieldValidation=value
        )
        body = f'{{"apiVersion":"{GROUP}/v1","kind":"Foo","metadata":{{"name":"a{value.lower()}"}},"spec":{{"size":1,"size":2}}}}'
        s.post(s.at("foos"), body.encode(), fieldValidation=value)


@script("7.1 dryRun")
def _(s: Session) -> None:
    s.have(config_map("there"))
    s.post(s.at("configmaps"), config_map("a"), dryRun="All")
    s.post(s.at("configmaps"), config_map("there"), dryRun="All")
    s.post(s.at("foos"), foo("a"), dryRun="All")
    s.post(s.at("configmaps"), config_map("a"), dryRun="foo")
    s.post(s.at("configmaps"), config_map("a"), dryRun="")
    s.get(s.at("configmaps"))


@script("7.1 fieldManager that cannot be")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a"), fieldManager="x" * 129)
    s.post(s.at("configmaps"), config_map("a"), fieldManager="\x01")


@script("7.1 POST to an object, and to all namespaces")
def _(s: Session) -> None:
    s.post(s.at("configmaps", "a"), config_map("a"))
    s.post(s.at("foos", "a"), foo("a"))
    s.post(s.at("configmaps", namespace=""), config_map("a"))
    s.post(s.at("foos", namespace=""), foo("a"))


@script("7.1 methods that are not there: 405")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for method in ("OPTIONS", "TRACE", "FOO"):
        s.ask(method, s.at("configmaps", "a"))
        s.ask(method, s.at("foos", "a"))
    s.ask("PUT", s.at("configmaps"), config_map("a"))
    s.ask("PATCH", s.at("configmaps"), {})
    s.ask("PATCH", s.at("foos"), {})
    s.ask("POST", s.at("configmaps", "a"), config_map("a"))


@script("7.1 a deployment's defaults")
def _(s: Session) -> None:
    s.post(s.at("deployments"), deployment("a"))


@script("7.1 a pod's defaults")
def _(s: Session) -> None:
    s.post(s.at("pods"), pod("a"))


@script("7.1 required fields of built-in kinds")
def _(s: Session) -> None:
    s.post(s.at("pods"), {"metadata": {"name": "a"}})
    s.post(s.at("pods"), {"metadata": {"name": "a"}, "spec": {"containers": []}})
    s.post(s.at("pods"), {"metadata": {"name": "a"}, "spec": {"containers": [{"image": "x"}]}})
    s.post(s.at("deployments"), {"metadata": {"name": "a"}})
    s.post(s.at("deployments"), {"metadata": {"name": "a"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {}}})


@script("7.1 types of built-in kinds")
def _(s: Session) -> None:
    s.post(s.at("pods"), {"metadata": {"name": "a"}, "spec": {"containers": "no"}})
    s.post(s.at("deployments"), {**deployment("a"), "spec": {"replicas": "two"}})
    s.post(s.at("deployments"), {**deployment("a"), "spec": {"replicas": 1.5}})
    s.post(s.at("deployments"), {**deployment("a"), "spec": []})
    s.post(s.at("secrets"), {"metadata": {"name": "a"}, "data": {"a": "not base64!"}})


@script("7.1 immutable config maps and secrets, stringData")
def _(s: Session) -> None:
    s.post(s.at("secrets"), {"metadata": {"name": "a"}, "stringData": {"x": "secret"}, "data": {"y": "eA=="}})
    s.post(s.at("configmaps"), {**config_map("a"), "immutable": True})
    s.patch(s.at("configmaps", "a"), {"data": {"a": "2"}})
    s.patch(s.at("configmaps", "a"), {"metadata": {"labels": {"a": "2"}}})
    s.post(s.at("configmaps"), {**config_map("b"), "binaryData": {"bin": "AAEC", "a": "AAEC"}})
    s.post(s.at("configmaps"), {**config_map("b"), "data": {"no/slash": "x"}})


@script("7.1 what is neither a number nor a text, and bytes that are no text: 400")
def _(s: Session) -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    for value in ([1], True, 1.5, {"a": 1}):
        spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template, "updateStrategy": {"rollingUpdate": {"maxSurge": value}}}
        s.post("/apis/apps/v1/namespaces/" + s.ns + "/daemonsets", {"metadata": {"name": "a"}, "spec": spec})
    s.post(s.at("secrets"), {"metadata": {"name": "a"}, "data": True})
    s.post(s.at("secrets"), {"metadata": {"name": "a"}, "data": {"a": 1}})


@script("7.1 in YAML y and n are flags, as keys and as values")
def _(s: Session) -> None:
    for content in ("n: x", "Y: x", "a: 'n'", "a: n"):
        body = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  {content}\n".encode()
        s.ask("POST", s.at("configmaps"), body, {"Content-Type": "application/yaml"}, dryRun="All")
    s.have(config_map("b", {"y": "n", "N": "no"}))


@script("7.1 what is not stored keeps the version with which it was sent")
def _(s: Session) -> None:
    for version in ("0", "1"):
        for resource, made in (("configmaps", config_map("a")), ("foos", foo("a"))):
            own = {**made, "metadata": {"name": "a", "resourceVersion": version}}
            s.post(s.at(resource), own, dryRun="All")
            s.apply(s.at(resource, "a"), own, fieldManager="m", dryRun="All")
            s.apply(s.at(resource, "a"), own, fieldManager="m")
            s.unseen("DELETE", s.at(resource, "a"))


@script("7.1 a value of another type in a struct inside of a struct")
def _(s: Session) -> None:
    hooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
    for rule in ({"apiVersions": 1}, {"operations": 1}, {"scope": 1}):
        s.post(hooks, {"metadata": {"name": f"{s.ns}-a"}, "webhooks": [{"name": "a.b.c", "rules": [rule]}]})
    for spec in ({"hostPath": {"path": 1}}, {"capacity": 1}, {"nfs": 1}, {"claimRef": {"uid": 1}}):
        s.post(s.at("persistentvolumes"), {"metadata": {"name": f"{s.ns}-a"}, "spec": spec})
    for volume in ({"name": 1}, {"name": "v", "emptyDir": 1}, {"name": "v", "configMap": {"items": [{"key": 1}]}}):
        s.post(s.at("pods"), {"metadata": {"name": "a"}, "spec": {"volumes": [volume]}})
    s.post(s.at("priorityclasses"), {"metadata": {"name": f"{s.ns}-a"}, "value": 1, "preemptionPolicy": True})
    for claim in ({"kind": 1}, {"apiVersion": 1.5}, {"metadata": 1}, {"spec": 1}):
        s.post(s.at("statefulsets"), {"metadata": {"name": "a"}, "spec": {"volumeClaimTemplates": [claim]}})


@script("7.1 how often the template of a daemon set has changed is a number that only its creation says")
def _(s: Session) -> None:
    path, name = f"/apis/apps/v1/namespaces/{s.ns}/daemonsets", "deprecated.daemonset.template.generation"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    for index, count in enumerate(("7", "+4", "0", "-3", str(2**63 - 1), "abc", "", None, str(2**63))):
        own = {"name": f"a{index}", "annotations": {name: count}}
        s.post(path, {"metadata": own, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}})
    for at in (f"{path}/a0", f"{path}/a0/status"):
        for sent in ("abc", "9", "0", None):
            s.patch(at, {"metadata": {"annotations": {name: sent}}})
    s.patch(f"{path}/a0", {"spec": {"template": {"spec": {"nodeName": "n"}}}})
    s.patch(f"{path}/a0/status", {"metadata": {"annotations": None}})
