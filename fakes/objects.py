"""Builders of common objects, for tests: `pod("web-1", node="n1", phase="Running")` is the plain dict that a manifest would be.

Each gives a fresh dict that a real server would take. Keywords that a builder does not name become fields of its spec, so `pod("a",
restartPolicy="Never")` works. A server drops the status of what is created, as real ones do: `api.load(pod("a", phase="Running"))` stores
it as it is, and the kubelet of `controllers=` reports pods by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Document = dict[str, Any]
Labels = Mapping[str, str] | None


def metadata(
    name: str,
    namespace: str | None = None,
    *,
    labels: Labels = None,
    annotations: Labels = None,
    owners: Iterable[Mapping[str, Any]] = (),
    finalizers: Iterable[str] = (),
    uid: str | None = None,
) -> Document:
    """What every builder takes: `owners` are objects (that have a uid) or ready owner references."""
    made: Document = {"name": name}
    if namespace is not None:
        made["namespace"] = namespace
    if uid is not None:
        made["uid"] = uid
    if labels:
        made["labels"] = dict(labels)
    if annotations:
        made["annotations"] = dict(annotations)
    if references := [owner if "metadata" not in owner else owner_reference(owner) for owner in owners]:
        made["ownerReferences"] = [dict(reference) for reference in references]
    if finalizers := list(finalizers):
        made["finalizers"] = finalizers
    return made


def owner_reference(owner: Mapping[str, Any], *, controller: bool = True, block: bool = True) -> Document:
    """The entry of `metadata.ownerReferences` by which an object belongs to `owner`, which a server has stored: it has a uid.

    `block`: whether a foreground deletion of the owner waits for the object. Raises `ValueError` where the owner has no uid.
    """
    own = owner["metadata"]
    if not own.get("uid"):
        raise ValueError(f"{owner['kind']} {own.get('name')} has no uid; create it first, and take what the server answers")
    named = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": own["name"], "uid": own["uid"]}
    flags = {"controller": True} if controller else {}
    return {**named, **flags, **({"blockOwnerDeletion": True} if block else {})}


def pod(
    name: str,
    namespace: str = "default",
    *,
    node: str | None = None,
    phase: str | None = None,
    ready: bool | None = None,
    image: str = "example.com/app:1",
    containers: Sequence[Mapping[str, Any]] | None = None,
    ip: str | None = None,
    labels: Labels = None,
    annotations: Labels = None,
    owners: Iterable[Mapping[str, Any]] = (),
    finalizers: Iterable[str] = (),
    uid: str | None = None,
    **spec: Any,
) -> Document:
    """A Pod with one container, `main`, unless `containers` says otherwise. `ready` is, by default, whether it is Running."""
    own = metadata(name, namespace, labels=labels, annotations=annotations, owners=owners, finalizers=finalizers, uid=uid)
    running = [dict(container) for container in containers] if containers is not None else [{"name": "main", "image": image}]
    bound = {} if node is None else {"nodeName": node}
    made: Document = {"apiVersion": "v1", "kind": "Pod", "metadata": own, "spec": {**bound, "containers": running, **spec}}
    if phase is None and ready is None and ip is None:
        return made
    ready = phase == "Running" if ready is None else ready
    conditions = [condition("Ready", ready), condition("ContainersReady", ready)]
    address: Document = {} if ip is None else {"podIP": ip, "podIPs": [{"ip": ip}]}
    made["status"] = {"phase": phase or "Running", "conditions": conditions, **address}
    return made


def node(
    name: str,
    *,
    ready: bool = True,
    unschedulable: bool = False,
    capacity: Mapping[str, str] | None = None,
    labels: Labels = None,
    annotations: Labels = None,
    taints: Sequence[Mapping[str, Any]] = (),
    uid: str | None = None,
    **spec: Any,
) -> Document:
    """A Node, with the label that every one has, and a status that says whether it is ready and what it has: 4 CPUs, 16 GiB, 110 pods."""
    own = metadata(name, labels={"kubernetes.io/hostname": name, **(labels or {})}, annotations=annotations, uid=uid)
    has = dict(capacity or {"cpu": "4", "memory": "16Gi", "pods": "110"})
    flags: Document = {"unschedulable": True} if unschedulable else {}
    marks: Document = {"taints": [dict(taint) for taint in taints]} if taints else {}
    status = {"conditions": [condition("Ready", ready)], "capacity": has, "allocatable": dict(has)}
    return {"apiVersion": "v1", "kind": "Node", "metadata": own, "spec": {**flags, **marks, **spec}, "status": status}


def namespace(name: str, *, labels: Labels = None, annotations: Labels = None) -> Document:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata(name, labels=labels, annotations=annotations)}


def deployment(name: str, namespace: str = "default", *, replicas: int = 1, image: str = "example.com/app:1", **rest: Any) -> Document:
    """A Deployment whose pods are labelled `app=<name>`. `rest`: see `workload`."""
    return workload("Deployment", name, namespace, replicas=replicas, image=image, **rest)


def replicaset(name: str, namespace: str = "default", *, replicas: int = 1, image: str = "example.com/app:1", **rest: Any) -> Document:
    """A ReplicaSet whose pods are labelled `app=<name>`. `rest`: see `workload`."""
    return workload("ReplicaSet", name, namespace, replicas=replicas, image=image, **rest)


def workload(
    kind: str,
    name: str,
    namespace: str = "default",
    *,
    replicas: int = 1,
    image: str = "example.com/app:1",
    pod_labels: Labels = None,
    labels: Labels = None,
    annotations: Labels = None,
    owners: Iterable[Mapping[str, Any]] = (),
    finalizers: Iterable[str] = (),
    uid: str | None = None,
    **spec: Any,
) -> Document:
    """A Deployment, ReplicaSet or StatefulSet of `apps/v1`. `pod_labels`, by default `app=<name>`, are what it selects its pods by."""
    own = metadata(name, namespace, labels=labels, annotations=annotations, owners=owners, finalizers=finalizers, uid=uid)
    chosen = dict(pod_labels or {"app": name})
    template = {"metadata": {"labels": chosen}, "spec": {"containers": [{"name": "main", "image": image}]}}
    wanted = {"replicas": replicas, "selector": {"matchLabels": dict(chosen)}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": own, "spec": wanted}


def job(
    name: str,
    namespace: str = "default",
    *,
    image: str = "example.com/app:1",
    labels: Labels = None,
    annotations: Labels = None,
    owners: Iterable[Mapping[str, Any]] = (),
    **spec: Any,
) -> Document:
    """A Job of one pod, which is not started again."""
    own = metadata(name, namespace, labels=labels, annotations=annotations, owners=owners)
    template = {"spec": {"containers": [{"name": "main", "image": image}], "restartPolicy": "Never"}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": own, "spec": {"template": template, **spec}}


def service(
    name: str,
    namespace: str = "default",
    *,
    selector: Labels = None,
    port: int = 80,
    target: int | str | None = None,
    labels: Labels = None,
    annotations: Labels = None,
    **spec: Any,
) -> Document:
    """A Service of one TCP port, for the pods that `selector` (by default `app=<name>`) finds."""
    served = {"protocol": "TCP", "port": port, "targetPort": port if target is None else target}
    own = metadata(name, namespace, labels=labels, annotations=annotations)
    wanted = {"selector": dict(selector or {"app": name}), "ports": [served], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": own, "spec": wanted}


def configmap(name: str, namespace: str = "default", *, data: Mapping[str, str] | None = None, **rest: Any) -> Document:
    """A ConfigMap. `rest`: see `metadata`."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(name, namespace, **rest), "data": dict(data or {})}


def secret(name: str, namespace: str = "default", *, text: Mapping[str, str] | None = None, type: str = "Opaque", **rest: Any) -> Document:
    """A Secret. `text` is what it keeps, in plain; the server encodes it. `rest`: see `metadata`."""
    own = metadata(name, namespace, **rest)
    return {"apiVersion": "v1", "kind": "Secret", "metadata": own, "type": type, "stringData": dict(text or {})}


def serviceaccount(name: str, namespace: str = "default", **rest: Any) -> Document:
    """A ServiceAccount. `rest`: see `metadata`."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(name, namespace, **rest)}


def lease(name: str, namespace: str = "default", *, holder: str | None = None, seconds: int = 15, **spec: Any) -> Document:
    """A Lease, as leader election and nodes have them; `seconds` is how long it is held."""
    held: Document = {"leaseDurationSeconds": seconds, **({} if holder is None else {"holderIdentity": holder}), **spec}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata(name, namespace), "spec": held}


def event(
    about: Mapping[str, Any],
    reason: str,
    message: str = "",
    *,
    name: str | None = None,
    type: str = "Normal",
    count: int = 1,
    component: str = "test",
) -> Document:
    """A v1 Event about an object, in its namespace. Its name is, by default, made of the object's and the reason."""
    own = about["metadata"]
    namespace = own.get("namespace", "default")
    named = {"kind": about["kind"], "apiVersion": about["apiVersion"], "name": own["name"]}
    target = {**named, **{field: own[field] for field in ("namespace", "uid", "resourceVersion") if field in own}}
    made = {"apiVersion": "v1", "kind": "Event", "metadata": metadata(name or f"{own['name']}.{reason.lower()}", namespace)}
    said = {"reason": reason, "message": message, "type": type, "count": count, "source": {"component": component}}
    return {**made, "involvedObject": target, **said}


def crd(
    kind: str,
    group: str = "example.com",
    *,
    version: str = "v1",
    plural: str | None = None,
    namespaced: bool = True,
    schema: Mapping[str, Any] | None = None,
    status: bool = True,
    short_names: Sequence[str] = (),
) -> Document:
    """A CustomResourceDefinition. `schema` is its OpenAPI v3 schema; without one, spec and status may be anything.

    `status`: whether it has the status subresource. `plural` is, by default, the kind in small letters and an s.
    """
    plural = plural or f"{kind.lower()}s"
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    default = {"type": "object", "properties": {"spec": anything, "status": dict(anything)}}
    served: Document = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": dict(schema or default)}}
    if status:
        served["subresources"] = {"status": {}}
    names: Document = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    if short_names:
        names["shortNames"] = list(short_names)
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {"group": group, "scope": "Namespaced" if namespaced else "Cluster", "names": names, "versions": [served]},
    }


def custom(kind: str, name: str, namespace: str | None = "default", *, api_version: str = "example.com/v1", **rest: Any) -> Document:
    """A custom resource. `rest`: its spec as `spec=`, its status as `status=`, and see `metadata`; `namespace` None for a cluster's own."""
    parts: Document = {field: rest.pop(field) for field in ("spec", "status") if field in rest}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata(name, namespace, **rest), **parts}


def condition(type: str, holds: bool, reason: str = "", message: str = "") -> Document:
    """A condition for a status."""
    said = {"reason": reason} if reason else {}
    return {"type": type, "status": "True" if holds else "False", **said, **({"message": message} if message else {})}
