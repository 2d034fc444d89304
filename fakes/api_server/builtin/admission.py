"""What happens to an object on its way in, per kind: namespaces must exist and be alive, and some kinds get fields of their own."""

from __future__ import annotations

from typing import Any

from fakes.api_server import errors
from fakes.api_server.builtin.pod_defaults import admit_pod, quality
from fakes.api_server.builtin.template_counts import TEMPLATE_GENERATION, first_count, next_count
from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from fakes.api_server.wire.encoding import same
from fakes.storage import Storage

NAMESPACES = ("", "namespaces")
PODS = ("", "pods")
NODES = ("", "nodes")
JOBS = ("batch", "jobs")
ACCOUNTS = ("", "serviceaccounts")
DAEMON_SETS = ("apps", "daemonsets")
CLAIMS = ("", "persistentvolumeclaims")
_PROTECTED = {
    ("", "persistentvolumes"): "kubernetes.io/pv-protection",
    CLAIMS: "kubernetes.io/pvc-protection",
    ("storage.k8s.io", "volumeattributesclasses"): "kubernetes.io/vac-protection",
}
_NOT_READY = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
IMMORTAL_NAMESPACES = ("default", "kube-system", "kube-public")


def admit_to_namespace(storage: Storage, kind: Kind, namespace: str, name: str) -> None:
    """Raises 404 where the namespace does not exist, 403 where it is going."""
    version = storage.get(NAMESPACES, namespace)
    if version is None:
        raise errors.not_found("namespaces", namespace)
    if version.field("metadata.deletionTimestamp", _deletion_timestamp):
        why = f"unable to create new content in namespace {namespace} because it is being terminated"
        cause = Cause("NamespaceTerminating", f"namespace {namespace} is being terminated", "metadata.namespace")
        raise errors.forbidden(kind.resource.name, name, why, [cause])


def _deletion_timestamp(document: dict[str, Any]) -> str:
    return str(document["metadata"].get("deletionTimestamp", ""))


def drop_status(kind: Kind, document: dict[str, Any]) -> None:
    """Drop the status of a new object, in place, where it has its own door. A node keeps it: its kubelet registers it so."""
    if "status" in kind.subresources and kind.storage_key != NODES:
        document.pop("status", None)


def prepare_new(kind: Kind, document: dict[str, Any]) -> None:
    """Fill in, in place, what the server gives a new object of this kind beyond its defaults."""
    if kind.storage_key == NAMESPACES:
        document["spec"] = {**(document.get("spec") or {}), "finalizers": ["kubernetes"]}
        document["status"] = {"phase": "Active"}
    elif kind.storage_key == PODS:
        admit_pod(document)
        document["status"] = {"phase": "Pending", "qosClass": quality(document["spec"])}
    elif kind.storage_key == ACCOUNTS:
        _keep_names(document)
    elif kind.storage_key == DAEMON_SETS:
        document["metadata"]["annotations"][TEMPLATE_GENERATION] = first_count(document)
    elif kind.storage_key == JOBS:
        _generate_selector(document)
    elif kind.storage_key in _PROTECTED:
        if kind.storage_key == CLAIMS:
            document.pop("status", None)
        own, finalizer = document["metadata"], _PROTECTED[kind.storage_key]
        if finalizer not in own.get("finalizers", []):
            own["finalizers"] = [*own.get("finalizers", []), finalizer]
    elif kind.storage_key == NODES:
        spec = document["spec"] = document.get("spec") or {}
        if not any(taint.get("key") == _NOT_READY["key"] for taint in spec.get("taints") or ()):
            spec["taints"] = [*(spec.get("taints") or ()), dict(_NOT_READY)]


def _keep_names(account: dict[str, Any]) -> None:
    """Of the secrets of a service account, in place, nothing but their names."""
    if account.get("secrets"):
        account["secrets"] = [{"name": found["name"]} if found.get("name") else {} for found in account["secrets"]]


def _generate_selector(job: dict[str, Any]) -> None:
    """Have a job select its own pods by labels that no other job's have, in place, unless it does so itself."""
    own, spec = job["metadata"], job["spec"]
    if spec["manualSelector"]:
        return
    template = spec["template"].setdefault("metadata", {}).setdefault("labels", {})
    for prefix in ("", "batch.kubernetes.io/"):
        template.setdefault(f"{prefix}job-name", own["name"])
        template.setdefault(f"{prefix}controller-uid", own["uid"])
    selector = spec.setdefault("selector", {})
    selector.setdefault("matchLabels", {}).setdefault("batch.kubernetes.io/controller-uid", own["uid"])


def complete(kind: Kind, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Do, in place, what a server does to an update of the object or its status when its owners have been noted."""
    if kind.storage_key == DAEMON_SETS:
        _count_template(old, new)
    elif kind.storage_key == ACCOUNTS:
        _keep_names(new)


def _count_template(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Say in an annotation of a daemon set how often its template has changed."""
    changed = not same(old["spec"]["template"], new["spec"]["template"])
    new["metadata"]["annotations"][TEMPLATE_GENERATION] = next_count(old, changed=changed)


def prepare_changed(kind: Kind, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Undo, in place, what a client may not change through the object itself."""
    if "status" in kind.subresources:
        new.pop("status", None)
        if "status" in old:
            new["status"] = old["status"]
    if kind.storage_key == PODS:
        admit_pod(new)
    elif kind.storage_key == NAMESPACES:
        rest = {field: value for field, value in (new.get("spec") or {}).items() if field != "finalizers"}
        finalizers = old.get("spec", {}).get("finalizers")
        new["spec"] = {**rest, "finalizers": finalizers} if finalizers else rest
