"""Section 7.1: what metadata and contents may be."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.definitions import config_map, deployment, foo, pod
from tests.conformance.script import script
from tests.conformance.session import MERGE, STRATEGIC, Session

OWNER = {"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "11111111-2222-3333-4444-555555555555"}
RBAC = "/apis/rbac.authorization.k8s.io/v1"


@script("7.1 owner references")
def _(s: Session) -> None:
    for number, owners in enumerate(
        (
            [{}],
            [{**OWNER, "apiVersion": "a/b/c"}],
            [{**OWNER, "apiVersion": "/v1"}],
            [{**OWNER, "kind": "Event"}],
            [{**OWNER, "controller": True}, {**OWNER, "name": "y", "controller": True}],
            [OWNER, OWNER],
            [OWNER, {**OWNER, "name": "y"}],
            [{**OWNER, "bogus": 1, "blockOwnerDeletion": True}],
            [{**OWNER, "controller": "yes"}],
            {"not": "a list"},
        )
    ):
        s.post(s.at("configmaps"), config_map(f"a{number}", ownerReferences=owners))
        s.post(s.at("foos"), foo(f"a{number}", ownerReferences=owners))


@script("7.1 finalizers, labels and annotations, in every wrong way")
def _(s: Session) -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"finalizers": ["plain"]},
        {"finalizers": ["example.com/x"]},
        {"finalizers": ["orphan"]},
        {"finalizers": ["orphan", "foregroundDeletion"]},
        {"finalizers": [""]},
        {"finalizers": ["example.com/x", "example.com/x"]},
        {"finalizers": ["a/b/c"]},
        {"labels": {"": "1"}},
        {"labels": {"a/b/c": "1"}},
        {"labels": {"x" * 64: "1"}},
        {"labels": {"x": "y" * 64}},
        {"labels": {"UPPER.com/x": "1"}},
        {"labels": {"b": "-", "a": "_", "c": "."}},
        {"annotations": {"UPPER": "1", "a b": "2", "": "3"}},
        {"annotations": {"big": "x" * 262_144}},
        {"labels": None, "annotations": None, "finalizers": None},
        {"labels": {"x": None}},
        {"generation": -1},
        {"generateName": "Bad_", "name": "good"},
        {"selfLink": "/x", "clusterName": "x"},
        {"creationTimestamp": "yesterday"},
        {"deletionGracePeriodSeconds": "5"},
    )
    for number, own in enumerate(wrong):
        own = {"name": f"a{number}", **own}
        s.post(s.at("configmaps"), {**config_map(""), "metadata": own})
        s.post(s.at("foos"), {**foo(""), "metadata": own})


@script("7.1 names of kinds with rules of their own")
def _(s: Session) -> None:
    long, port = "a" * 64, {"spec": {"clusterIP": "None", "ports": [{"port": 80}]}}
    for name in ("1a", "a.b", "A", long):
        s.post(s.at("services"), {"metadata": {"name": name}, **port})
        s.post(s.at("namespaces"), {"metadata": {"name": f"{s.ns}-{name}"}}, dryRun="All")
        s.post(f"{RBAC}/namespaces/{s.ns}/roles", {"metadata": {"name": f"{name}:x"}, "rules": []})
        s.post(s.at("pods"), pod(f"{name}_"))
        s.post(s.at("serviceaccounts"), {"metadata": {"name": name}})
        s.post(s.at("priorityclasses"), {"metadata": {"name": f"{s.ns}-{name}"}, "value": 1}, dryRun="All")
    for name in (".", "..", "a/b", "a%b"):
        s.post(f"{RBAC}/namespaces/{s.ns}/roles", {"metadata": {"name": name}, "rules": []})
    for resource in ("services", "configmaps", "secrets", "pods", "roles"):
        body = pod("") if resource == "pods" else port if resource == "services" else {}
        answer = s.post(s.at(resource), {**body, "metadata": {"generateName": "Bad_"}})
        s.hide(answer.metadata.get("name") or answer.json["details"]["name"], "GENERATED")


@script("7.1 what config maps and secrets may hold")
def _(s: Session) -> None:
    keys: tuple[dict[str, Any], ...] = (
        {"data": {"": "x"}},
        {"data": {".": "x"}},
        {"data": {"..": "x"}},
        {"data": {"..a": "x", "b c": "y"}},
        {"data": {"k" * 254: "x"}},
        {"binaryData": {"a b": "AAEC"}},
        {"data": {"b": "x", "a": "x", "c": "x"}, "binaryData": {"b": "AAEC", "a": "AAEC"}},
        {"data": {"a": "x" * 600_000}, "binaryData": {"b": "A" * 600_000}},
        {"data": {"a": None}},
        {"data": None},
        {"binaryData": {"a": "not base64"}},
    )
    for number, content in enumerate(keys):
        s.post(s.at("configmaps"), {"metadata": {"name": f"a{number}"}, **content})
    typed = "kubernetes.io/"
    secrets: tuple[dict[str, Any], ...] = (
        {"data": {"a b": "eA=="}},
        {"data": {"a": "A" * 1_400_000}},
        {"stringData": {"a b": "x"}},
        {"type": f"{typed}tls"},
        {"type": f"{typed}tls", "data": {"tls.crt": "", "tls.key": ""}},
        {"type": f"{typed}basic-auth"},
        {"type": f"{typed}basic-auth", "data": {"username": ""}},
        {"type": f"{typed}ssh-auth"},
        {"type": f"{typed}ssh-auth", "data": {"ssh-privatekey": ""}},
        {"type": f"{typed}dockercfg"},
        {"type": f"{typed}dockercfg", "data": {".dockercfg": "eA=="}},
        {"type": f"{typed}dockerconfigjson", "data": {".dockerconfigjson": "eA=="}},
        {"type": f"{typed}dockerconfigjson", "data": {".dockerconfigjson": "e30="}},
        {"type": f"{typed}service-account-token"},
        {"type": "anything at all"},
        {"type": ""},
        {"immutable": True, "data": {"a": "eA=="}},
    )
    for number, content in enumerate(secrets):
        s.post(s.at("secrets"), {"metadata": {"name": f"a{number}"}, **content})


@script("7.1 what may change of config maps and secrets")
def _(s: Session) -> None:
    s.have({**config_map("a"), "immutable": True}, config_map("b"))
    s.unseen("POST", s.at("secrets"), {"metadata": {"name": "a"}, "immutable": True, "data": {"a": "eA=="}, "type": "t"})
    for resource in ("configmaps", "secrets"):
        for change in (
            {"data": {"b": "eA=="}},
            {"immutable": None},
            {"immutable": False},
            {"data": None},
            {"metadata": {"labels": {"x": "1"}}},
        ):
            s.patch(s.at(resource, "a"), change)
    s.patch(s.at("secrets", "a"), {"type": "other"})
    s.patch(s.at("secrets", "a"), {"type": None})
    s.patch(s.at("configmaps", "b"), {"binaryData": {"a": "AAEC"}})
    s.patch(s.at("configmaps", "b"), {"data": {"a": "x" * 1_048_577}})
    s.patch(s.at("configmaps", "b"), {"data": {"a b": "x"}})


@script("7.1 labels and annotations of pod templates")
def _(s: Session) -> None:
    labels = {"app": "web", "bad key!": "bad value!"}
    own = {"labels": labels, "annotations": {"UPPER": "1", "bad key!": "x"}}
    spec = {"containers": [{"name": "c", "image": "i:1"}]}
    template, once = {"metadata": own, "spec": spec}, {"metadata": own, "spec": {**spec, "restartPolicy": "Never"}}
    selected = {"selector": {"matchLabels": {"app": "web"}}, "template": template}
    contents: dict[str, dict[str, Any]] = {
        "deployments": {"spec": selected},
        "replicasets": {"spec": selected},
        "statefulsets": {"spec": {**selected, "serviceName": "s"}},
        "daemonsets": {"spec": selected},
        "replicationcontrollers": {"spec": {"selector": {"app": "web"}, "template": template}},
        "podtemplates": {"template": template},
        "jobs": {"spec": {"template": once}},
        "cronjobs": {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": once}}}},
    }
    for resource, content in contents.items():
        s.post(s.at(resource), {"metadata": {"name": "web"}, **content})
    s.post(
        s.at("podtemplates"), {"metadata": {"name": "big"}, "template": {"metadata": {"annotations": {"a": "x" * 262_144}}, "spec": spec}}
    )


@script("7.1 strategies of deployments")
def _(s: Session) -> None:
    strategies: tuple[dict[str, Any], ...] = (
        {"type": "Recreate"},
        {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}},
        {"type": "Nope"},
        {"type": "Nope", "rollingUpdate": {"maxSurge": 1}},
        {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}},
        {"rollingUpdate": {"maxSurge": "0%", "maxUnavailable": "0%"}},
        {"rollingUpdate": {"maxSurge": -1, "maxUnavailable": -2}},
        {"rollingUpdate": {"maxSurge": "x", "maxUnavailable": "5"}},
        {"rollingUpdate": {"maxSurge": "101%", "maxUnavailable": "101%"}},
    )
    for number, strategy in enumerate(strategies):
        made = deployment(f"a{number}")
        made["spec"]["strategy"] = strategy
        s.post(s.at("deployments"), made, dryRun="All")
    s.have(deployment("a"))
    s.patch(s.at("deployments", "a"), {"spec": {"strategy": {"type": "Recreate"}}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}, STRATEGIC)


@script("7.1 what may change of a controller revision")
def _(s: Session) -> None:
    def revision(data: Any, name: str = "a") -> bytes:
        made = {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": {"name": name}, "revision": 1, "data": data}
        return json.dumps(made, separators=(",", ":")).encode()

    collection = f"/apis/apps/v1/namespaces/{s.ns}/controllerrevisions"
    new: tuple[Any, ...] = (None, {}, "x", 1, ["x"], {"a": 1})
    for data in new:
        s.post(collection, revision(data, "b"), dryRun="All")
    s.post(collection, revision({"a": {"b": 1.5}}))
    changed: tuple[Any, ...] = (None, {}, "x", {"a": {"b": 1.5}}, {"a": {"b": 2}})
    for data in changed:
        s.put(f"{collection}/a", revision(data))
    for kind in (MERGE, STRATEGIC):
        for change in ({"metadata": {"labels": {"x": "1"}}}, {"data": {"c": 1}}, {"data": None}, {"revision": 2}):
            s.patch(f"{collection}/a", change, kind)


@script("7.1 ports of containers")
def _(s: Session) -> None:
    names = ("web", "", "a-b-c", "0123456789abcdef", "A_", "123", "a--b", "-a", "a-", "-A--")
    ports = [[{"containerPort": 80, "name": name}] for name in names]
    twice: list[dict[str, Any]] = [
        {"containerPort": 80, "name": "a"},
        {"containerPort": 81, "name": "a"},
        {"containerPort": 82, "name": "a"},
    ]
    unknown: list[dict[str, Any]] = [{"containerPort": 70000}, {"name": "a"}, {"containerPort": 1, "protocol": "tcp"}]
    for number, found in enumerate([*ports, twice, unknown]):
        made = pod(f"a{number}")
        made["spec"]["containers"][0]["ports"] = found
        s.post(s.at("pods"), made, dryRun="All")


@script("7.1 the total size of what is sent")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), b" " * 3_145_729)
    s.put(s.at("foos", "a"), foo("a", {"color": "x" * 3_200_000}))
    s.patch(s.at("foos", "a"), {"spec": {"color": "x" * 3_200_000}})
    s.ask("POST", s.at("configmaps"), b"x" * 3_145_729, {"Content-Type": "text/plain"})


@script("7.1 the selector of a job, and what of a job stays as it is")
def _(s: Session) -> None:
    containers = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}
    bare, labelled = {"spec": containers}, {"metadata": {"labels": {"a": "b"}}, "spec": containers}
    prefix = "batch.kubernetes.io/"
    selected = {"matchLabels": {"a": "b"}}
    specs: list[dict[str, Any]] = [
        {"selector": selected},
        {"selector": selected, "template": labelled},
        {"selector": selected, "manualSelector": True},
        {"selector": {}, "manualSelector": True},
        {"manualSelector": True, "template": labelled},
        {"selector": {"matchLabels": {f"{prefix}controller-uid": "x"}}},
        {"selector": {"matchLabels": {f"{prefix}job-name": "a"}}},
        {"template": {**bare, "metadata": {"labels": {"job-name": "b"}}}},
        {"template": {**bare, "metadata": {"labels": {f"{prefix}controller-uid": "x", "controller-uid": "y"}}}},
    ]
    for spec in specs:
        s.post(s.at("jobs"), {"metadata": {"name": "a"}, "spec": {"template": bare, **spec}}, dryRun="All")
    s.post(s.at("jobs"), {"metadata": {"name": "a"}, "spec": {"template": labelled}})
    changes: list[dict[str, Any]] = [
        {"completions": 2},
        {"completions": None},
        {"parallelism": 2},
        {"backoffLimit": 2},
        {"selector": None},
        {"selector": selected},
        {"completionMode": "Indexed"},
        {"backoffLimitPerIndex": 1},
        {"managedBy": "e.com/x"},
        {"suspend": True},
        {"suspend": False},
    ]
    for change in changes:
        s.patch(s.at("jobs", "a"), {"spec": change})
    s.patch(s.at("jobs", "a"), {"spec": {"template": {"metadata": {"labels": {"x": "y"}}}}})
    s.patch(s.at("jobs", "a"), {"spec": {"template": {"metadata": {"labels": {"job-name": None}}}}})
