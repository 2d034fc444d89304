"""The built-in resources whose group and version have not changed for years, so that naming one costs no discovery request.

Everything else (custom resources, younger or versioned built-ins) is found by discovery.
Facts from https://kubernetes.io/docs/reference/kubernetes-api/.
"""

from __future__ import annotations

import functools
import re

from informer.resource import Resource, ResourceName

# group, version: "Kind" or "Kind:short", a * before kinds that have no namespace
_TABLE = {
    (
        "",
        "v1",
    ): "ConfigMap:cm Endpoints:ep Event:ev LimitRange:limits *Namespace:ns *Node:no PersistentVolumeClaim:pvc *PersistentVolume:pv Pod:po"
    " PodTemplate ReplicationController:rc ResourceQuota:quota Secret ServiceAccount:sa Service:svc",
    ("apps", "v1"): "ControllerRevision DaemonSet:ds Deployment:deploy ReplicaSet:rs StatefulSet:sts",
    ("batch", "v1"): "CronJob:cj Job",
    ("networking.k8s.io", "v1"): "*IngressClass Ingress:ing NetworkPolicy:netpol",
    ("policy", "v1"): "PodDisruptionBudget:pdb",
    ("rbac.authorization.k8s.io", "v1"): "*ClusterRoleBinding *ClusterRole RoleBinding Role",
    ("storage.k8s.io", "v1"): "*CSIDriver *CSINode *StorageClass:sc *VolumeAttachment",
    ("apiextensions.k8s.io", "v1"): "*CustomResourceDefinition:crd",
    ("scheduling.k8s.io", "v1"): "*PriorityClass:pc",
    ("coordination.k8s.io", "v1"): "Lease",
    ("discovery.k8s.io", "v1"): "EndpointSlice",
    ("events.k8s.io", "v1"): "Event:ev",
}


def _plural(kind: str) -> str:
    word = kind.lower()
    if word.endswith("s"):
        return word if word == "endpoints" else word + "es"
    return word[:-1] + "ies" if word.endswith("cy") else word + "s"


@functools.cache
def _by_name() -> dict[str, list[Resource]]:
    names: dict[str, list[Resource]] = {}
    for (group, version), kinds in _TABLE.items():
        for text in kinds.split():
            kind, _, short = text.lstrip("*").partition(":")
            resource = Resource(group, version, _plural(kind), kind, not text.startswith("*"))
            for name in {resource.plural: None, kind.lower(): None, short: None}:
                names.setdefault(name, []).append(resource)
    return names


def find(name: ResourceName) -> Resource | None:
    """The built-in resource that `name` means (plural, singular, kind or short name), the core group first; None: ask discovery."""
    for resource in _by_name().get(name.name.lower(), ()):
        if name.group in (None, resource.group) and name.version in (None, resource.version):
            return resource
    return None


_MODEL = re.compile(r"^(?P<group>[A-Z][a-z]+?)?V(?P<version>\d+((alpha|beta)\d+)?)(?P<kind>[A-Z]\w*)$")


def name_of_model(class_name: str) -> ResourceName | None:
    """What a class of the official client stands for: `V1Node`, `EventsV1Event`. None for a class that names no kind."""
    match = _MODEL.match(class_name)
    if match is None:
        return None
    version, kind, prefix = f"v{match['version']}", match["kind"], match["group"]
    for resource in _by_name().get(kind.lower(), ()):
        owner = resource.group.partition(".")[0] or "core"
        if resource.version == version and prefix in (None, owner.capitalize()):
            return ResourceName.of(resource)
    return ResourceName(kind, None, version)
