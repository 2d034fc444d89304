"""Section 14.3: built-in kinds that are served under more than one version or group, from one storage."""

from __future__ import annotations

from typing import Any

from tests.conformance.script import script
from tests.conformance.session import PARTIAL, TABLE, Session

TIME, MICRO = "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000006Z"


def in_core(s: Session) -> str:
    return s.at("events")


def in_group(s: Session) -> str:
    return f"/apis/events.k8s.io/v1/namespaces/{s.ns}/events"


def old(s: Session, name: str, **more: Any) -> dict[str, Any]:
    """As the recorder of client-go's old library writes it."""
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": s.ns},
        "involvedObject": {"kind": "Pod", "apiVersion": "v1", "namespace": s.ns, "name": "web-1"},
        "reason": "Pulled",
        "message": "the image is there",
        "source": {"component": "kubelet", "host": "n1"},
        "firstTimestamp": TIME,
        "lastTimestamp": TIME,
        "count": 3,
        "type": "Normal",
        **more,
    }


def new(s: Session, name: str, **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": s.ns},
        "regarding": {"kind": "Pod", "apiVersion": "v1", "namespace": s.ns, "name": "web-2"},
        "reason": "Scheduled",
        "note": "it has a node",
        "type": "Normal",
        "action": "Binding",
        "eventTime": MICRO,
        "reportingController": "default-scheduler",
        "reportingInstance": "default-scheduler-1",
        **more,
    }


@script("14.3 an event is the same in both groups")
def _(s: Session) -> None:
    s.post(in_core(s), old(s, "a"))
    s.get(f"{in_group(s)}/a")
    s.post(in_group(s), new(s, "b"))
    s.get(f"{in_core(s)}/b")
    s.post(in_core(s), old(s, "b"))
    s.get(in_core(s))
    s.get(in_group(s))
    s.patch(f"{in_group(s)}/b", {"series": {"count": 4, "lastObservedTime": MICRO}})
    s.get(f"{in_core(s)}/b")
    s.patch(f"{in_core(s)}/a", {"count": 4, "message": "still there"})
    s.get(f"{in_group(s)}/a")
    s.get(f"{in_group(s)}/a", PARTIAL)
    s.delete(f"{in_group(s)}/a")
    s.get(f"{in_core(s)}/a")
    s.get(f"{in_group(s)}/a")
    s.patch(f"{in_group(s)}/a", {"note": "gone"})


@script("14.3 a watch of events in either group tells of both")
def _(s: Session) -> None:
    version = s.unseen("GET", in_core(s)).version
    s.unseen("POST", in_core(s), old(s, "a"))
    s.unseen("POST", in_group(s), new(s, "b"))
    s.unseen("DELETE", f"{in_group(s)}/a")
    for path in (in_core(s), in_group(s)):
        s.watch(path, resourceVersion=version).until("DELETED", "a")


@script("14.3 fields of events are selected by the names of each group")
def _(s: Session) -> None:
    s.unseen("POST", in_core(s), old(s, "a"))
    s.unseen("POST", in_group(s), new(s, "b"))
    for field in ("involvedObject.name=web-1", "regarding.name=web-1", "reason=Scheduled", "reportingComponent=default-scheduler"):
        s.get(in_core(s), fieldSelector=field)
        s.get(in_group(s), fieldSelector=field)
    for field in ("reportingController=default-scheduler", "source=kubelet", "type=Normal"):
        s.get(in_core(s), fieldSelector=field)
        s.get(in_group(s), fieldSelector=field)


@script("14.3 Tables of events of both groups")
def _(s: Session) -> None:
    s.unseen("POST", in_core(s), old(s, "a"))
    s.get(f"{in_core(s)}/a", TABLE)
    s.get(f"{in_group(s)}/a", TABLE)


@script("14.3 events of the newer group are looked at more closely")
def _(s: Session) -> None:
    s.post(in_group(s), {"metadata": {"name": "a"}})
    s.post(in_group(s), new(s, "a", deprecatedCount=2, deprecatedSource={"component": "x"}))
    s.post(in_group(s), new(s, "a", type="Other", action="", series={"count": 1}))
    s.unseen("POST", in_group(s), new(s, "a"))
    s.patch(f"{in_group(s)}/a", {"note": "another", "action": "Other"})
    s.patch(f"{in_core(s)}/a", {"message": "another", "action": "Other"})


def autoscaler(version: str, name: str, **spec: Any) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    return {
        "apiVersion": f"autoscaling/{version}",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name},
        "spec": {"scaleTargetRef": target, "maxReplicas": 5, **spec},
    }


@script("14.3 an autoscaler is the same in both versions")
def _(s: Session) -> None:
    first, second = (f"/apis/autoscaling/{version}/namespaces/{s.ns}/horizontalpodautoscalers" for version in ("v1", "v2"))
    cpu = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}
    s.post(first, autoscaler("v1", "a", targetCPUUtilizationPercentage=70, minReplicas=2))
    s.get(f"{second}/a")
    s.post(first, autoscaler("v1", "b"))
    s.get(f"{second}/b")
    s.post(second, autoscaler("v2", "c", metrics=[cpu]))
    s.get(f"{first}/c")
    s.patch(f"{first}/c", {"spec": {"targetCPUUtilizationPercentage": 50}})
    s.get(f"{second}/c")
    s.get(first)
    s.get(f"{first}/a", TABLE)


@script("14.3 what an autoscaler's first version cannot say is in its annotations")
def _(s: Session) -> None:
    first, second = (f"/apis/autoscaling/{version}/namespaces/{s.ns}/horizontalpodautoscalers" for version in ("v1", "v2"))
    memory = {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"}}}
    s.post(second, autoscaler("v2", "a", metrics=[memory], behavior={"scaleDown": {"stabilizationWindowSeconds": 60}}))
    s.get(f"{first}/a")
    s.get(first)
