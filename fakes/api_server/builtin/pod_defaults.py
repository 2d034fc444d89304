"""Defaults of pods and of the templates that pods are made from. All of them change the document in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Document = dict[str, Any]

_POD: Mapping[str, Any] = {"terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler"}
_CONTAINER: Mapping[str, Any] = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}
_PROBE: Mapping[str, Any] = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
_MODE = 0o644
_VOLUME_METADATA = frozenset(("name",))
_NOT_READY_SECONDS = 300


def put(into: Document, values: Mapping[str, Any]) -> None:
    """Set what is not set."""
    for name, value in values.items():
        into.setdefault(name, value)


def default_template(spec: Document, *, restarts: bool = True) -> None:
    """Of `spec.template`. Jobs have no default for what happens when a container ends: without `restarts` there is none."""
    default_pod_spec(spec.setdefault("template", {}).setdefault("spec", {}), restarts=restarts)


def default_pod(document: Document) -> None:
    """Of a pod."""
    spec = document["spec"]
    default_pod_spec(spec)
    spec.setdefault("enableServiceLinks", True)
    for container in _containers(spec):
        resources = container.get("resources") or {}
        for name, limit in (resources.get("limits") or {}).items():
            resources.setdefault("requests", {}).setdefault(name, limit)
    status = document.setdefault("status", {})
    status.setdefault("qosClass", quality(spec))
    for one, several in (("podIP", "podIPs"), ("hostIP", "hostIPs")):
        if status.get(one):
            status.setdefault(several, [{"ip": status[one]}])


def admit_pod(document: Document) -> None:
    """What a server's admission adds to every pod: a priority and tolerations."""
    spec = document["spec"]
    spec.setdefault("priority", 0)
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
    _tolerate(spec)


def default_pod_spec(spec: Document, *, restarts: bool = True) -> None:
    """Of a pod's spec, wherever it stands."""
    if restarts:
        spec.setdefault("restartPolicy", "Always")
    put(spec, _POD)
    spec.setdefault("securityContext", {})
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for container in _containers(spec):
        _container(container, host_network=bool(spec.get("hostNetwork")))
    for volume in spec.get("volumes") or ():
        _volume(volume)


def _containers(spec: Mapping[str, Any]) -> Iterable[Document]:
    for field in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(field) or ()


def _container(container: Document, *, host_network: bool) -> None:
    for name, value in _CONTAINER.items():
        container.setdefault(name, value)
    container.setdefault("resources", {})
    container.setdefault("imagePullPolicy", _pull_policy(container.get("image", "")))
    for port in container.get("ports") or ():
        port.setdefault("protocol", "TCP")
        if host_network:
            port.setdefault("hostPort", port.get("containerPort", 0))
    for variable in container.get("env") or ():
        if reference := (variable.get("valueFrom") or {}).get("fieldRef"):
            reference.setdefault("apiVersion", "v1")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in container:
            for field, value in _PROBE.items():
                container[name].setdefault(field, value)
            _handler(container[name])
    for handler in (container.get("lifecycle") or {}).values():
        if isinstance(handler, dict):
            _handler(handler)


def _pull_policy(image: str) -> str:
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return "Always" if tag == "latest" or (not tag and not digest) else "IfNotPresent"


def _handler(handler: Document) -> None:
    if "httpGet" in handler:
        handler["httpGet"].setdefault("path", "/")
        handler["httpGet"].setdefault("scheme", "HTTP")
    if "grpc" in handler:
        handler["grpc"].setdefault("service", "")


def _volume(volume: Document) -> None:
    if set(volume) <= _VOLUME_METADATA:
        volume["emptyDir"] = {}
    for name in ("configMap", "secret", "downwardAPI", "projected"):
        if name in volume:
            volume[name].setdefault("defaultMode", _MODE)
    if "hostPath" in volume:
        volume["hostPath"].setdefault("type", "")
    sources = [volume, *((volume.get("projected") or {}).get("sources") or ())]
    for source in sources:
        for item in (source.get("downwardAPI") or {}).get("items") or ():
            if "fieldRef" in item:
                item["fieldRef"].setdefault("apiVersion", "v1")
        if "serviceAccountToken" in source:
            source["serviceAccountToken"].setdefault("expirationSeconds", 3600)


def _tolerate(spec: Document) -> None:
    """A node that is gone for less than five minutes keeps its pods."""
    found = spec.get("tolerations") or []
    for condition in ("not-ready", "unreachable"):
        key = f"node.kubernetes.io/{condition}"
        if not any(entry.get("key", key) == key and entry.get("effect", "NoExecute") == "NoExecute" for entry in found):
            added = {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _NOT_READY_SECONDS}
            spec["tolerations"] = [*(spec.get("tolerations") or []), added]


def quality(spec: Mapping[str, Any]) -> str:
    """The class of service that a pod gets by what its containers ask for."""
    asked = [container.get("resources") or {} for container in _containers(spec)]
    values = [(resources.get("requests") or {}, resources.get("limits") or {}) for resources in asked]
    if not any(part.get(name) for pair in values for part in pair for name in ("cpu", "memory")):
        return "BestEffort"
    equal = all(
        limits.get(name) and requests.get(name, limits[name]) == limits[name] for requests, limits in values for name in ("cpu", "memory")
    )
    return "Guaranteed" if equal else "Burstable"
