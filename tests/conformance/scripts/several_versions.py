"""Section 14.3: built-in kinds that are served under more than one version or group, from one storage."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.script import script
from tests.conformance.session import JSON_PATCH, MERGE, PARTIAL, PARTIAL_LIST, STRATEGIC, TABLE, Session

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


_CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}
_MEMORY = {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"}}}
_ALPHA = "autoscaling.alpha.kubernetes.io"


def scalers(s: Session) -> tuple[str, str]:
    """The paths of the first and of the second version."""
    first, second = (f"/apis/autoscaling/{version}/namespaces/{s.ns}/horizontalpodautoscalers" for version in ("v1", "v2"))
    return first, second


def every_metric() -> list[dict[str, Any]]:
    selector = {"matchLabels": {"b": "<1>", "a": "2"}, "matchExpressions": [{"key": "k", "operator": "Exists"}]}
    named, bare = {"name": "m<&>", "selector": selector}, {"name": "m"}
    described = {"kind": "Ingress", "name": "main", "apiVersion": "networking.k8s.io/v1"}
    whole, each = {"type": "Value", "value": "2k"}, {"type": "AverageValue", "averageValue": "0.5"}
    percent = {"type": "Utilization", "averageUtilization": 40}
    return [
        {"type": "Pods", "pods": {"metric": named, "target": each}},
        {"type": "Object", "object": {"describedObject": described, "metric": bare, "target": whole}},
        {"type": "Object", "object": {"describedObject": described, "metric": named, "target": each}},
        {"type": "External", "external": {"metric": named, "target": whole}},
        {"type": "External", "external": {"metric": bare, "target": each}},
        {"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "c", "target": percent}},
        {"type": "ContainerResource", "containerResource": {"name": "memory", "container": "c", "target": each}},
        {"type": "Resource", "resource": {"name": "memory", "target": percent}},
        {"type": "Resource", "resource": {"name": "cpu", "target": each}},
        _CPU,
    ]


def every_status() -> dict[str, Any]:
    described = {"kind": "Ingress", "name": "main", "apiVersion": "networking.k8s.io/v1"}
    used, metric = {"averageValue": "300m"}, {"name": "m", "selector": {"matchLabels": {"a": "b"}}}
    rest = {"status": "True", "reason": "ReadyForNewScale", "message": "a > b"}
    return {
        "currentReplicas": 2,
        "desiredReplicas": 3,
        "lastScaleTime": "2026-01-02T03:04:05Z",
        "observedGeneration": 1,
        "currentMetrics": [
            {"type": "Resource", "resource": {"name": "cpu", "current": {**used, "averageUtilization": 30}}},
            {"type": "Resource", "resource": {"name": "memory", "current": {"averageValue": "1Mi"}}},
            {"type": "Pods", "pods": {"metric": metric, "current": used}},
            {"type": "Object", "object": {"describedObject": described, "metric": metric, "current": {"value": "7"}}},
            {"type": "External", "external": {"metric": metric, "current": {"value": "7", **used}}},
            {"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "c", "current": used}},
        ],
        "conditions": [{"type": "AbleToScale", "lastTransitionTime": "2026-01-02T03:04:05Z", **rest}, {"type": "X", "status": "False"}],
    }


@script("14.3 every metric of an autoscaler in its first version")
def _(s: Session) -> None:
    first, second = scalers(s)
    s.post(second, autoscaler("v2", "a", metrics=every_metric()))
    s.get(f"{first}/a")
    s.get(f"{first}/a", TABLE)
    s.get(f"{first}/a", PARTIAL)
    s.get(f"{first}/a", TABLE, includeObject="Object")
    s.get(first, PARTIAL_LIST)
    s.patch(f"{first}/a", {"spec": {"maxReplicas": 6}})
    s.get(f"{second}/a")
    s.post(f"{first}", {**s.get(f"{first}/a").json, "metadata": {"name": "b", "annotations": s.get(f"{first}/a").metadata["annotations"]}})
    s.get(f"{second}/b")


@script("14.3 the status of an autoscaler in its first version")
def _(s: Session) -> None:
    first, second = scalers(s)
    s.unseen("POST", second, autoscaler("v2", "a", metrics=[_CPU, _MEMORY]))
    whole = s.get(f"{second}/a").json
    s.put(f"{second}/a/status", {**whole, "status": every_status()})
    seen = s.get(f"{first}/a").json
    del seen["metadata"]["resourceVersion"]
    bare = {**seen["metadata"], "annotations": {"own": "1"}}
    s.put(f"{first}/a", {**seen, "metadata": bare, "spec": {**seen["spec"], "maxReplicas": 7}})
    s.get(f"{second}/a")
    s.put(f"{first}/a/status", {**seen, "spec": {**seen["spec"], "maxReplicas": 9}})
    s.get(f"{second}/a")
    s.patch(f"{first}/a/status", {"metadata": {"annotations": {f"{_ALPHA}/conditions": None}}, "status": {"currentReplicas": 5}})
    s.patch(f"{first}/a/status", {"metadata": {"annotations": {f"{_ALPHA}/current-metrics": None}}})
    s.get(f"{second}/a")


@script("14.3 annotations of an autoscaler's first version that cannot be read")
def _(s: Session) -> None:
    first, second = scalers(s)
    texts = {
        "metrics": "not json",
        "behavior": "[]",
        "conditions": "{}",
        "current-metrics": "7",
        "scale-up-tolerance": "x",
        "other": "stays",
    }
    made = autoscaler("v1", "a")
    made["metadata"]["annotations"] = {f"{_ALPHA}/{name}": text for name, text in texts.items()}
    s.post(first, made)
    s.get(f"{second}/a")
    other = autoscaler("v2", "b", metrics=[_MEMORY])
    other["metadata"]["annotations"] = made["metadata"]["annotations"]
    s.post(second, other)
    s.patch(f"{second}/b", {"metadata": {"annotations": {f"{_ALPHA}/metrics": "[]"}}})
    lenient = autoscaler("v1", "c", targetCPUUtilizationPercentage=70)
    lenient["metadata"]["annotations"] = {
        f"{_ALPHA}/metrics": json.dumps([{"Type": "Resource", "more": 1, "resource": {"NAME": "memory", "targetAverageValue": "2048Mi"}}]),
        f"{_ALPHA}/behavior": json.dumps({"scaleDown": {"policies": [{"type": "Pods", "value": 1, "periodseconds": 60}]}}),
    }
    s.post(first, lenient)
    s.get(f"{second}/c")
    s.post(first, {**lenient, "metadata": {"name": "d", "annotations": {f"{_ALPHA}/metrics": "[]", f"{_ALPHA}/behavior": "{}"}}})
    s.post(first, {**autoscaler("v1", "e"), "metadata": {"name": "e", "annotations": {f"{_ALPHA}/metrics": "null"}}})


@script("14.3 patches of an autoscaler's first version")
def _(s: Session) -> None:
    first, second = scalers(s)
    s.unseen("POST", second, autoscaler("v2", "a", metrics=[_CPU, _MEMORY]))
    s.put(f"{first}/a", s.get(f"{first}/a").json)
    s.get(f"{second}/a")
    s.patch(f"{first}/a", {"spec": {"targetCPUUtilizationPercentage": None}})
    s.get(f"{second}/a")
    s.patch(f"{first}/a", [{"op": "remove", "path": "/metadata/annotations"}], JSON_PATCH)
    s.get(f"{second}/a")
    metrics = json.dumps([{"type": "Resource", "resource": {"name": "memory", "targetAverageUtilization": 55}}])
    s.patch(f"{first}/a", {"metadata": {"annotations": {f"{_ALPHA}/metrics": metrics}}}, STRATEGIC)
    s.get(f"{second}/a")
    s.patch(f"{second}/a", {"spec": {"behavior": {"scaleUp": {"tolerance": "0.050"}}}})
    s.get(f"{first}/a")
    s.patch(f"{first}/a", {"metadata": {"labels": {"a": "b"}}})
    s.get(f"{second}/a")


@script("14.3 owners of what an autoscaler's first version says in annotations", managed=True)
def _(s: Session) -> None:
    first, second = scalers(s)
    s.post(second, autoscaler("v2", "a", metrics=[_CPU, _MEMORY]), fieldManager="m2")
    s.patch(f"{first}/a", {"spec": {"maxReplicas": 6}}, fieldManager="m1")
    s.get(f"{first}/a")
    made = autoscaler("v1", "b")
    memory = {"type": "Resource", "resource": {"name": "memory", "targetAverageValue": "1Gi"}}
    made["metadata"]["annotations"] = {f"{_ALPHA}/metrics": json.dumps([memory]), "own": "1"}
    s.post(first, made, fieldManager="m1")
    s.apply(f"{first}/b", {**made, "spec": {**made["spec"], "maxReplicas": 9}}, fieldManager="m3", force="true")
    s.apply(f"{second}/c", autoscaler("v2", "c", metrics=[_CPU, _MEMORY]), fieldManager="m2")
    s.apply(f"{first}/c", autoscaler("v1", "c", minReplicas=2), fieldManager="m1")
    s.get(f"{second}/c")


@script("14.3 a watch of autoscalers in their first version")
def _(s: Session) -> None:
    first, second = scalers(s)
    start = s.unseen("GET", first).version
    s.unseen("POST", second, autoscaler("v2", "a", metrics=[_MEMORY]))
    s.unseen("PATCH", f"{second}/a", {"spec": {"maxReplicas": 6}}, MERGE)
    s.unseen("DELETE", f"{second}/a")
    for accept in ("application/json", PARTIAL, TABLE):
        s.watch(first, accept, resourceVersion=start).until("DELETED")
