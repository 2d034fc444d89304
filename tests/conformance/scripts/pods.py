"""Sections 7.3 and 7.6: what only pods do: binding, eviction, grace."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import pod
from tests.conformance.script import script
from tests.conformance.session import JSON_PATCH, Session


def binding(name: str, node: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": {"kind": "Node", "name": node}}


def eviction(name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}, **more}


@script("7.3 binding: 201, and 409 for one that has a node")
def _(s: Session) -> None:
    s.have(pod("a"))
    s.post(s.at("pods", "a", "binding"), binding("a", "n1"))
    s.post(s.at("pods", "a", "binding"), binding("a", "n2"))
    s.post(s.at("pods", "none", "binding"), binding("none", "n1"))
    s.get(s.at("pods", "a"))


@script("7.3 eviction of a pod without a node, and of one that is not there")
def _(s: Session) -> None:
    s.have(pod("a"))
    s.post(s.at("pods", "a", "eviction"), eviction("b"))
    s.post(s.at("pods", "a", "eviction"), eviction("a"))
    s.get(s.at("pods", "a"))
    s.post(s.at("pods", "none", "eviction"), eviction("none"))


@script("7.3 eviction of a running pod waits for its grace")
def _(s: Session) -> None:
    before = s.have(pod("a", node="n1")).version
    s.post(s.at("pods", "a", "eviction"), eviction("a"), dryRun="All")
    s.post(s.at("pods", "a", "eviction"), eviction("a"))
    s.get(s.at("pods", "a"))
    s.post(s.at("pods", "a", "eviction"), eviction("a", deleteOptions={"gracePeriodSeconds": 0}))
    s.watch(s.at("pods"), resourceVersion=before).until("DELETED", "a")


@script("7.3 eviction against a disruption budget: 429")
def _(s: Session) -> None:
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "b"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "x"}}},
    }
    s.have(budget, pod("a", node="n1", labels={"app": "x"}))
    ready = {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}
    s.unseen("PATCH", s.at("pods", "a", "status"), ready, "application/merge-patch+json")
    s.post(s.at("pods", "a", "eviction"), eviction("a"))
    s.patch(s.at("poddisruptionbudgets", "b", "status"), {"status": {"observedGeneration": 1, "disruptionsAllowed": 0}})
    s.post(s.at("pods", "a", "eviction"), eviction("a"))
    s.patch(s.at("poddisruptionbudgets", "b", "status"), {"status": {"disruptionsAllowed": 1}})
    s.post(s.at("pods", "a", "eviction"), eviction("a"), dryRun="All")
    s.post(s.at("pods", "a", "eviction"), eviction("a", deleteOptions={"preconditions": {"resourceVersion": "1"}}))
    s.get(s.at("poddisruptionbudgets", "b"))
    s.post(s.at("pods", "a", "eviction"), eviction("a"))
    s.unseen("DELETE", s.at("pods", "a"), gracePeriodSeconds=0)


@script("7.3 eviction of a pod that is not ready")
def _(s: Session) -> None:
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "b"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "x"}}},
    }
    s.have(budget, pod("a", node="n1", labels={"app": "x"}), pod("b", node="n1", labels={"app": "x"}))
    for name in ("a", "b"):
        s.unseen("PATCH", s.at("pods", name, "status"), {"status": {"phase": "Running"}}, "application/merge-patch+json")
    s.patch(s.at("poddisruptionbudgets", "b", "status"), {"status": {"observedGeneration": 1}})
    s.post(s.at("pods", "a", "eviction"), eviction("a"))
    s.patch(s.at("poddisruptionbudgets", "b", "status"), {"status": {"currentHealthy": 2, "desiredHealthy": 2}})
    s.post(s.at("pods", "a", "eviction"), eviction("a"))
    s.patch(s.at("poddisruptionbudgets", "b", "status"), {"status": {"currentHealthy": 1}})
    s.post(s.at("pods", "b", "eviction"), eviction("b"))
    s.patch(s.at("poddisruptionbudgets", "b"), {"spec": {"unhealthyPodEvictionPolicy": "AlwaysAllow"}})
    s.post(s.at("pods", "b", "eviction"), eviction("b"))
    for name in ("a", "b"):
        s.unseen("DELETE", s.at("pods", name), gracePeriodSeconds=0)


@script("7.3 status of a pod")
def _(s: Session) -> None:
    s.have(pod("a", node="n1"))
    s.patch(s.at("pods", "a", "status"), {"status": {"phase": "Running", "podIP": "10.0.0.1"}})
    s.patch(s.at("pods", "a"), {"status": {"phase": "Failed"}})
    s.unseen("DELETE", s.at("pods", "a"), gracePeriodSeconds=0)


@script("7.6 a pod without a node goes at once")
def _(s: Session) -> None:
    before = s.have(pod("a")).version
    s.delete(s.at("pods", "a"))
    s.get(s.at("pods", "a"))
    s.watch(s.at("pods"), resourceVersion=before).until("DELETED", "a")


@script("7.6 a pod with a node: grace, a shorter one, a longer one, none")
def _(s: Session) -> None:
    before = s.have(pod("a", node="n1")).version
    s.delete(s.at("pods", "a"))
    s.delete(s.at("pods", "a"))
    s.delete(s.at("pods", "a"), gracePeriodSeconds=50)
    s.delete(s.at("pods", "a"), {"gracePeriodSeconds": 5})
    s.delete(s.at("pods", "a"), {"gracePeriodSeconds": 0})
    s.get(s.at("pods", "a"))
    s.watch(s.at("pods"), resourceVersion=before).until("DELETED", "a")


@script("7.6 a negative grace is one second")
def _(s: Session) -> None:
    s.have(pod("a", node="n1"))
    s.delete(s.at("pods", "a"), gracePeriodSeconds=-5)
    s.unseen("DELETE", s.at("pods", "a"), gracePeriodSeconds=0)


@script("7.2 what may change of a pod, and what may not")
def _(s: Session) -> None:
    s.have(pod("a"))
    s.patch(s.at("pods", "a"), {"metadata": {"labels": {"x": "1"}}})
    s.patch(s.at("pods", "a"), {"spec": {"containers": [{"name": "c", "image": "i:2"}]}})
    s.patch(s.at("pods", "a"), {"spec": {"activeDeadlineSeconds": 5}})
    s.patch(s.at("pods", "a"), {"spec": {"restartPolicy": "Never"}})
    s.patch(s.at("pods", "a"), {"spec": {"activeDeadlineSeconds": 6}})
    s.patch(s.at("pods", "a"), {"spec": {"activeDeadlineSeconds": None}})
    s.patch(s.at("pods", "a"), {"spec": {"activeDeadlineSeconds": 4, "hostNetwork": True, "nodeSelector": {"b": "1", "a": "<&>"}}})
    s.patch(s.at("pods", "a"), {"spec": {"tolerations": [{"key": "x", "operator": "Exists"}]}})
    s.patch(s.at("pods", "a"), {"spec": {"schedulingGates": [{"name": "example.com/gate"}]}})
    s.patch(s.at("pods", "a"), {"spec": {"containers": [{"name": "c", "image": "i:2"}, {"name": "d", "image": "i:2"}]}})
    s.patch(s.at("pods", "a"), {"spec": {"containers": [{"name": "c", "image": "i:3", "env": [{"name": "X", "value": "1"}]}]}})
    before = s.get(s.at("pods", "a")).json["spec"]
    seconds = [{**toleration, "tolerationSeconds": 10} for toleration in before["tolerations"]]
    s.patch(s.at("pods", "a"), {"spec": {"tolerations": [*seconds, {"key": "x", "operator": "Exists"}]}})
    rich: dict[str, Any] = {
        "metadata": {"name": "b"},
        "spec": {
            "volumes": [{"name": "v", "configMap": {"name": "m"}}, {"name": "w", "emptyDir": {"sizeLimit": "1Gi"}}],
            "securityContext": {"runAsUser": 1},
            "containers": [
                {
                    "name": "c",
                    "image": "i:1",
                    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}},
                    "ports": [{"containerPort": 80}],
                    "readinessProbe": {"httpGet": {"port": "http", "path": "/"}},
                    "lifecycle": {"preStop": {"exec": {"command": ["x"]}}},
                    "volumeMounts": [{"name": "v", "mountPath": "/v"}],
                }
            ],
        },
    }
    s.post(s.at("pods"), rich)
    s.patch(s.at("pods", "b"), [{"op": "replace", "path": "/spec/containers/0/ports/0/containerPort", "value": 81}], JSON_PATCH)
    s.patch(s.at("pods", "b"), [{"op": "remove", "path": "/spec/volumes/1"}], JSON_PATCH)
    s.patch(s.at("pods", "b"), {"spec": {"priority": 5, "hostname": "h", "subdomain": "s"}})


@script("7.3 what needs a kubelet")
def _(s: Session) -> None:
    two = pod("two")
    two["spec"]["containers"].append({"name": "d", "image": "i:1"})
    s.have(pod("a"), two, pod("bound", node=f"{s.ns}-none"))
    s.get(s.at("pods", "none", "log"))
    s.get(s.at("pods", "a", "log"))
    s.get(s.at("pods", "a", "log"), container="none")
    s.get(s.at("pods", "a", "log"), tailLines="-1", limitBytes="0", sinceSeconds="0")
    s.get(s.at("pods", "a", "log"), tailLines="abc")
    s.get(s.at("pods", "two", "log"))
    s.get(s.at("pods", "two", "log"), container="d")
    s.get(s.at("pods", "bound", "log"))
    for subresource in ("exec", "attach"):
        s.get(s.at("pods", "none", subresource))
        s.post(s.at("pods", "a", subresource), None, command="ls")
        s.post(s.at("pods", "two", subresource), None, command="ls", container="e")
        s.get(s.at("pods", "bound", subresource))
    s.post(s.at("pods", "none", "portforward"), None)
    s.post(s.at("pods", "a", "portforward"), None)
    s.get(s.at("pods", "bound", "portforward"), ports="80")
    s.get(s.at("pods", "a", "proxy"))
    s.get(s.at("pods", "none", "proxy"))
    s.delete(s.at("pods", "a", "exec"))
    s.unseen("DELETE", s.at("pods", "bound"), gracePeriodSeconds=0)


@script("7.3 a binding or an eviction that cannot be")
def _(s: Session) -> None:
    s.have(pod("a"))
    bindings: tuple[dict[str, Any], ...] = (
        {"metadata": "x"},
        {"metadata": None},
        {"metadata": {"name": 5}},
        {"metadata": {"name": "a", "annotations": []}},
        {"metadata": {"name": "a", "annotations": {"x": 5}}},
        {"target": "x"},
        {"target": []},
        {"target": None},
        {"target": {"name": 5}},
        {"kind": "Pod"},
    )
    for part in bindings:
        s.post(s.at("pods", "a", "binding"), {**binding("a", "n1"), **part}, dryRun="All")
    evictions: tuple[dict[str, Any], ...] = (
        {"metadata": "x"},
        {"metadata": None},
        {"metadata": {"name": 5}},
        {"metadata": {"name": "b"}},
        {"deleteOptions": "x"},
        {"deleteOptions": None},
        {"deleteOptions": []},
        {"deleteOptions": {"preconditions": 5}},
        {"deleteOptions": {"gracePeriodSeconds": "x"}},
        {"deleteOptions": {"dryRun": "All"}},
        {"kind": "Pod"},
    )
    for part in evictions:
        s.post(s.at("pods", "a", "eviction"), eviction("a", **part), dryRun="All")


@script("7.3 a binding or an eviction with fields that nobody knows")
def _(s: Session) -> None:
    s.have(pod("a"))
    for validation in ("Strict", "Warn", "Ignore"):
        odd = {**binding("a", "n1"), "unknown": 1, "target": {"kind": "Node", "name": "n1", "unknown": 1}}
        s.post(s.at("pods", "a", "binding"), odd, dryRun="All", fieldValidation=validation)
        odd = eviction("a", unknown=1, deleteOptions={"unknown": 1})
        s.post(s.at("pods", "a", "eviction"), odd, dryRun="All", fieldValidation=validation)
