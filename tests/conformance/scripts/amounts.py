"""Section 7.1: amounts of resources, and what bounds them."""

from __future__ import annotations

from typing import Any

from tests.conformance.script import script
from tests.conformance.session import MERGE, Session


@script("7.1 what a quota counts, and how much of it")
def _(s: Session) -> None:
    hards: list[dict[str, Any]] = [
        {"pods": "1500m"},
        {"pods": -1},
        {"cpu": "-500m", "memory": "1.5"},
        {"nosuch": 1},
        {"e.com/gpu": "0.5"},
        {"requests.e.com/gpu": "0.5", "hugepages-2Mi": 1, "requests.hugepages-1Gi": 1, "storage": 1},
        {"a/b/c": 1, "A_": 2, "count/things.e.com": "1"},
    ]
    scopes = (["BestEffort"], ["BestEffort", "NotBestEffort"], ["Nosuch"], ["VolumeAttributesClass"], ["Terminating", "NotTerminating"])
    for hard in hards:
        s.post(s.at("resourcequotas"), {"metadata": {"name": "a"}, "spec": {"hard": hard}}, dryRun="All")
    for scope in scopes:
        spec = {"hard": {"cpu": "1", "e.com/x": "1"}, "scopes": scope}
        s.post(s.at("resourcequotas"), {"metadata": {"name": "a"}, "spec": spec}, dryRun="All")
    s.post(s.at("resourcequotas"), {"metadata": {"name": "a"}, "spec": {"hard": {"pods": "3"}}})
    changes: list[dict[str, Any]] = [{"hard": {"pods": 1.5}}, {"scopes": ["Terminating"]}, {"scopes": []}]
    for change in changes:
        s.patch(s.at("resourcequotas", "a"), {"spec": change})
    s.patch(s.at("resourcequotas", "a", "status"), {"status": {"hard": {"pods": "x"}, "used": {"nosuch": "1"}}})
    s.patch(s.at("resourcequotas", "a", "status"), {"status": {"hard": {"pods": "-1"}, "used": {"nosuch": "1"}}})


@script("7.1 the bounds of a limit range")
def _(s: Session) -> None:
    limits: list[dict[str, Any]] = [
        {"type": "Container", "min": {"cpu": 2}, "max": {"cpu": 1}},
        {"type": "Container", "min": {"cpu": 2}, "max": {"cpu": 3}, "default": {"cpu": "1"}},
        {"type": "Container", "default": {"cpu": 1}, "defaultRequest": {"cpu": "1500m"}},
        {"type": "Container", "max": {"memory": "1Gi"}, "default": {"memory": "2G"}, "defaultRequest": {"memory": "3G"}},
        {"type": "Container", "maxLimitRequestRatio": {"cpu": "500m"}},
        {"type": "Container", "min": {"cpu": "1"}, "max": {"cpu": 3}, "maxLimitRequestRatio": {"cpu": 4}},
        {"type": "Container", "max": {"storage": "1", "nosuch": "1", "e.com/x": "1", "hugepages-2Mi": 1, "kubernetes.io/x": 1}},
        {"type": "Container", "default": {"e.com/x": "1"}, "defaultRequest": {"e.com/x": "2"}},
        {"type": "Pod", "default": {"cpu": 1}, "defaultRequest": {"cpu": 1}, "max": {"cpu": "-1"}},
        {"type": "PersistentVolumeClaim", "default": {"storage": 1}},
        {"type": "PersistentVolumeClaim", "max": {"storage": 1, "cpu": 1, "nosuch": 1}},
        {"type": "Nosuch"},
        {"type": "e.com/x", "max": {"storage": 1}},
        {"type": "-"},
        {},
    ]
    for limit in limits:
        s.post(s.at("limitranges"), {"metadata": {"name": "a"}, "spec": {"limits": [limit]}}, dryRun="All")
    pod_limit = {"type": "Pod", "max": {"cpu": 1}}
    s.post(s.at("limitranges"), {"metadata": {"name": "a"}, "spec": {"limits": [pod_limit, pod_limit]}}, dryRun="All")
    s.post(s.at("limitranges"), {"metadata": {"name": "a"}, "spec": {"limits": [pod_limit]}})
    s.patch(s.at("limitranges", "a"), {"spec": {"limits": [{"type": "Pod", "min": {"cpu": 2}, "max": {"cpu": 1}}]}})


@script("7.1 what a claim wants, and what of claims and volumes stays as it is")
def _(s: Session) -> None:
    def wants(storage: Any, **more: Any) -> dict[str, Any]:
        return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage, **more}}}

    containers = {"containers": [{"name": "c", "image": "i"}]}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": containers}
    whole: dict[str, Any] = {"serviceName": "s", "selector": {"matchLabels": {"a": "b"}}, "template": template}
    for spec in (wants(1.5), wants("1500m", limits="1"), wants(-1), wants(0), {}):
        s.post(s.at("persistentvolumeclaims"), {"metadata": {"name": "a"}, "spec": spec}, dryRun="All")
        set_of = {**whole, "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": spec}]}
        s.post(s.at("statefulsets"), {"metadata": {"name": "a"}, "spec": set_of}, dryRun="All")
    s.post(s.at("persistentvolumeclaims"), {"metadata": {"name": "a"}, "spec": wants("1Gi")})
    changes: list[dict[str, Any]] = [
        wants("1024Mi"),
        wants(1.5),
        wants("2Gi", nosuch=1),
        {"volumeMode": "Block"},
        {"accessModes": ["ReadWriteMany"]},
        {"storageClassName": "x"},
        {"volumeName": "x"},
        {"volumeName": "y"},
    ]
    for change in changes:
        s.patch(s.at("persistentvolumeclaims", "a"), {"spec": change})
    s.patch(s.at("persistentvolumeclaims", "a", "status"), {"status": {"phase": "Bound", "capacity": {"storage": "1Gi"}}})
    for change in ({"volumeAttributesClassName": "x"}, {"storageClassName": "y"}, wants("1Gi"), wants("1Mi")):
        s.patch(s.at("persistentvolumeclaims", "a"), {"spec": change}, dryRun="All")
    claims = [{"metadata": {"name": "d"}, "spec": wants("1500m")}]
    s.post(s.at("statefulsets"), {"metadata": {"name": "a"}, "spec": {**whole, "volumeClaimTemplates": claims}})
    for change in (
        {"volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": wants(3)}]},
        {"volumeClaimTemplates": None},
        {"serviceName": "t", "podManagementPolicy": "Parallel"},
        {"serviceName": None},
        {"selector": {"matchLabels": {"a": "c"}}},
        {"replicas": 2},
    ):
        s.patch(s.at("statefulsets", "a"), {"spec": change})
    volume = f"{s.ns}-a"
    spec = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}}
    s.post(s.at("persistentvolumes"), {"metadata": {"name": volume}, "spec": spec})
    for amounts in ({"storage": 1.5}, {"storage": "-1", "x": "-500m"}, {"x": 1, "storage": None}):
        s.patch(s.at("persistentvolumes", volume), {"spec": {"capacity": amounts}})
    s.patch(s.at("persistentvolumes", volume), {"spec": {"volumeMode": "Block"}})
    for resource, name in (("persistentvolumes", volume), ("persistentvolumeclaims", "a")):
        s.unseen("PATCH", s.at(resource, name), {"metadata": {"finalizers": None}}, MERGE)
    s.delete(s.at("persistentvolumes", volume))
