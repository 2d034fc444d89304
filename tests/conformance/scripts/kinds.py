"""Section 14.3: built-in kinds: what a server fills in, and what it refuses."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import deployment
from tests.conformance.script import script
from tests.conformance.session import MERGE, STRATEGIC, Session

RBAC = "rbac.authorization.k8s.io"
CONTAINERS = {"containers": [{"name": "c", "image": "i"}]}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": CONTAINERS}
SELECTOR = {"matchLabels": {"a": "b"}}

MINIMAL: dict[str, dict[str, Any]] = {
    "services": {"spec": {"clusterIP": "None", "ports": [{"port": 80}]}},
    "secrets": {},
    "serviceaccounts": {},
    "endpoints": {},
    "limitranges": {"spec": {"limits": []}},
    "resourcequotas": {"spec": {"hard": {"pods": "10"}}},
    "persistentvolumeclaims": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}},
    "replicationcontrollers": {"spec": {"selector": {"a": "b"}, "template": TEMPLATE}},
    "replicasets": {"spec": {"selector": SELECTOR, "template": TEMPLATE}},
    "statefulsets": {"spec": {"selector": SELECTOR, "template": TEMPLATE, "serviceName": "s"}},
    "poddisruptionbudgets": {"spec": {"minAvailable": 1, "selector": SELECTOR}},
    "leases": {"spec": {"holderIdentity": "x", "leaseDurationSeconds": 15, "renewTime": "2026-01-01T00:00:00.000000Z"}},
    "roles": {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
    "rolebindings": {"roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "r"}, "subjects": []},
    "events": {"involvedObject": {"kind": "Pod", "name": "x"}, "reason": "r", "message": "m"},
    "podtemplates": {"template": TEMPLATE},
}
EMPTY = (
    "services",
    "persistentvolumeclaims",
    "replicasets",
    "statefulsets",
    "jobs",
    "leases",
    "rolebindings",
    "events",
    "poddisruptionbudgets",
)


def made(resource: str, content: dict[str, Any]) -> None:
    @script(f"14.3 what a server makes of a minimal object: {resource}")
    def _(s: Session) -> None:
        body = {"metadata": {"name": "a"}, **content}
        if resource == "events":
            body["involvedObject"] = {**content["involvedObject"], "namespace": s.ns}
        s.post(s.at(resource), body)
        s.get(s.at(resource))


def refused(resource: str) -> None:
    @script(f"14.3 what a server says to an object without a spec: {resource}")
    def _(s: Session) -> None:
        s.post(s.at(resource), {"metadata": {"name": "a"}})


def owned(resource: str, content: dict[str, Any]) -> None:
    @script(f"14.3 managedFields of a minimal object: {resource}", managed=True)
    def _(s: Session) -> None:
        body = {"metadata": {"name": "a"}, **content}
        if resource == "events":
            body["involvedObject"] = {**content["involvedObject"], "namespace": s.ns}
        s.post(s.at(resource), body)


for _resource, _content in MINIMAL.items():
    made(_resource, _content)
    owned(_resource, _content)
owned("deployments", {"spec": {"selector": SELECTOR, "template": TEMPLATE}})
owned("pods", {"spec": CONTAINERS})
for _resource in EMPTY:
    refused(_resource)


@script("14.3 what a server makes of a minimal object: nodes")
def _(s: Session) -> None:
    s.post(s.at("nodes"), {"metadata": {"name": f"{s.ns}-n"}})
    s.patch(s.at("nodes", f"{s.ns}-n", "status"), {"status": {"capacity": {"cpu": "4"}}})
    s.patch(s.at("nodes", f"{s.ns}-n"), {"spec": {"taints": None}})
    s.unseen("DELETE", s.at("nodes", f"{s.ns}-n"))


@script("14.3 a node may come with its status, and its podCIDRs follow from its podCIDR")
def _(s: Session) -> None:
    at = s.at("nodes", f"{s.ns}-n")
    status = {"capacity": {"cpu": "4"}, "conditions": [{"type": "Ready", "status": "True"}]}
    s.post(s.at("nodes"), {"metadata": {"name": f"{s.ns}-n"}, "spec": {"podCIDR": "10.0.0.0/24"}, "status": status})
    s.patch(at, {"spec": {"podCIDR": "10.0.1.0/24"}})
    s.patch(at, {"spec": {"podCIDR": None}})
    s.patch(at, {"spec": {"podCIDRs": None}})
    s.patch(at, {"spec": {"podCIDR": None, "podCIDRs": None}})
    s.patch(at, {"spec": {"providerID": "a"}})
    s.patch(at, {"spec": {"providerID": "b"}})
    s.patch(at, {"spec": {"providerID": None}})
    s.patch(at, {"status": {"capacity": {"cpu": "5"}}})
    s.unseen("DELETE", at)
    other = {"podCIDR": "10.0.0.0/24", "podCIDRs": ["10.0.1.0/24"]}
    s.post(s.at("nodes"), {"metadata": {"name": f"{s.ns}-m"}, "spec": other})
    s.unseen("DELETE", s.at("nodes", f"{s.ns}-m"))
    s.post(s.at("nodes"), {"metadata": {"name": f"{s.ns}-m"}, "spec": {"podCIDRs": ["10.0.1.0/24", "fd00::/64"]}})
    s.unseen("DELETE", s.at("nodes", f"{s.ns}-m"))
    s.post(s.at("nodes"), {"metadata": {"name": f"{s.ns}-m"}, "spec": {"podCIDRs": ["10.0.1.0/24", "10.0.2.0/24"]}})
    s.post(s.at("nodes"), {"metadata": {"name": f"{s.ns}-m"}, "spec": {"podCIDR": "x"}})


@script("14.3 quantities are stored in their shortest form")
def _(s: Session) -> None:
    resources = {"requests": {"cpu": "1000m", "memory": "1024Mi"}, "limits": {"cpu": 2, "memory": "1.5Gi"}}
    s.post(s.at("pods"), {"metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", "image": "i", "resources": resources}]}})


@script("14.3 quantities and times of another type")
def _(s: Session) -> None:
    def limits(most: Any) -> dict[str, Any]:
        return {"limits": [{"type": "Container", "max": {"cpu": most}}]}

    s.post(s.at("limitranges"), {"metadata": {"name": "a"}, "spec": limits("1")})
    for value in (True, 1.5, ["x"], [1], {"x": "y"}, None, "", "x", "1K", "1Em", "1e", "1 ", "1.5.5", "+", "-1m", ".", "k", "-.", "e"):
        s.post(s.at("limitranges"), {"metadata": {"name": "b"}, "spec": limits(value)}, dryRun="All")
        for kind in (MERGE, STRATEGIC):
            s.patch(s.at("limitranges", "a"), {"spec": limits(value)}, kind, dryRun="All")
    s.have(deployment("a"))
    new = {"name": "d", "image": "i", "command": None, "resources": {"limits": {"cpu": None}}}
    s.patch(s.at("deployments", "a"), {"spec": {"template": {"spec": {"containers": [new]}}}}, STRATEGIC, dryRun="All")
    about = {"metadata": {"name": "a"}, "involvedObject": {"namespace": s.ns}}
    for value in (True, 1, ["x"], {"x": "y"}, None):
        s.post(s.at("events"), {**about, "firstTimestamp": value}, dryRun="All")
        s.post(s.at("leases"), {"metadata": {"name": "a"}, "spec": {"renewTime": value}}, dryRun="All")
        s.post(s.at("configmaps"), {"metadata": {"name": "a", "deletionTimestamp": value}}, dryRun="All")


@script("14.3 bytes that come as numbers, and as what they cannot be")
def _(s: Session) -> None:
    s.post(s.at("secrets"), {"metadata": {"name": "a"}, "data": {"a": "eA=="}})
    values: tuple[Any, ...] = (["x"], [1, 255], [300], [1.5], [None], [True], [], 1, True, {"x": "y"}, None)
    for value in values:
        s.post(s.at("secrets"), {"metadata": {"name": "b"}, "data": {"a": value}}, dryRun="All")
        s.patch(s.at("secrets", "a"), {"data": {"a": value}}, dryRun="All")
        if value != [300]:
            s.patch(s.at("secrets", "a"), {"data": {"a": value}}, STRATEGIC, dryRun="All")


@script("14.3 a service gets an address, and its ports their defaults")
def _(s: Session) -> None:
    answer = s.post(s.at("services"), {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}], "selector": {"a": "b"}}})
    s.hide(answer.json["spec"].get("clusterIP") or "no address", "ADDRESS")
