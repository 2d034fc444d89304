"""Sections 7.3 and 7.6: what only pods do: binding, eviction, grace."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import pod
from tests.conformance.script import script
from tests.conformance.session import Session


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
    s.post(s.at("pods", "a", "eviction"), eviction("a"))
    s.get(s.at("pods", "a"))
    s.post(s.at("pods", "none", "eviction"), eviction("none"))


@script("7.3 eviction of a running pod waits for its grace")
def _(s: Session) -> None:
    s.have(pod("a", node="n1"))
    s.post(s.at("pods", "a", "eviction"), eviction("a"))
    s.get(s.at("pods", "a"))
    s.unseen("DELETE", s.at("pods", "a"), gracePeriodSeconds=0)


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
    s.unseen("DELETE", s.at("pods", "a"), gracePeriodSeconds=0)


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


@script("7.3 what needs a kubelet")
def _(s: Session) -> None:
    s.have(pod("a"))
    s.get(s.at("pods", "none", "log"))
    s.get(s.at("pods", "a", "log"))
