"""Defaults of the built-in kinds: what a real server puts where a client said nothing. All of them change the document in place."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from fakes.api_server.builtin import machinery_defaults, pod_defaults
from fakes.api_server.builtin.autoscalers import drop_annotations
from fakes.api_server.builtin.pod_defaults import default_template, put
from fakes.api_server.builtin.template_counts import TEMPLATE_GENERATION

Document = dict[str, Any]
Defaults = Callable[[Document], None]


def _deployment(document: Document) -> None:
    spec = document["spec"]
    put(spec, {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600})
    strategy = spec.setdefault("strategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        put(strategy.setdefault("rollingUpdate", {}), {"maxUnavailable": "25%", "maxSurge": "25%"})
    default_template(spec)


def _replica_set(document: Document) -> None:
    document["spec"].setdefault("replicas", 1)
    default_template(document["spec"])


def _replication_controller(document: Document) -> None:
    spec = document["spec"]
    spec.setdefault("replicas", 1)
    if labels := ((spec.get("template") or {}).get("metadata") or {}).get("labels"):
        spec.setdefault("selector", dict(labels))
        document["metadata"].setdefault("labels", dict(labels))
    if spec.get("template"):
        default_template(spec)


def _stateful_set(document: Document) -> None:
    spec = document["spec"]
    put(spec, {"replicas": 1, "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady"})
    strategy = spec.setdefault("updateStrategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        put(strategy.setdefault("rollingUpdate", {}), {"partition": 0, "maxUnavailable": 1})
    put(spec.setdefault("persistentVolumeClaimRetentionPolicy", {}), {"whenDeleted": "Retain", "whenScaled": "Retain"})
    for claim in spec.get("volumeClaimTemplates") or ():
        put(claim, {"kind": "PersistentVolumeClaim", "apiVersion": "v1"})
        _claim(claim)
    default_template(spec)


def _daemon_set(document: Document) -> None:
    spec = document["spec"]
    spec.setdefault("revisionHistoryLimit", 10)
    strategy = spec.setdefault("updateStrategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        put(strategy.setdefault("rollingUpdate", {}), {"maxUnavailable": 1, "maxSurge": 0})
    annotations = document["metadata"].setdefault("annotations", {})
    annotations.setdefault(TEMPLATE_GENERATION, "1")
    default_template(spec)


def _job_spec(spec: Document) -> None:
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = 1
    put(spec, {"parallelism": 1, "backoffLimit": 6, "completionMode": "NonIndexed", "suspend": False, "manualSelector": False})
    spec.setdefault("podReplacementPolicy", "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed")
    default_template(spec, restarts=False)


def _job(document: Document) -> None:
    own, spec = document["metadata"], document["spec"]
    _job_spec(spec)
    labels = (spec["template"].get("metadata") or {}).get("labels")
    if labels is not None and not own.get("labels"):
        # one and the same, so that what is generated for the template is the job's as well
        own["labels"] = labels


def _cron_job(document: Document) -> None:
    spec = document["spec"]
    put(spec, {"concurrencyPolicy": "Allow", "suspend": False, "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1})
    default_template(spec.setdefault("jobTemplate", {}).setdefault("spec", {}), restarts=False)


def _pod_template(document: Document) -> None:
    default_template(document)


def _service(document: Document) -> None:
    spec = document["spec"]
    put(spec, {"type": "ClusterIP", "sessionAffinity": "None"})
    if spec["sessionAffinity"] == "ClientIP":
        spec.setdefault("sessionAffinityConfig", {"clientIP": {"timeoutSeconds": 10800}})
    if spec["type"] in ("NodePort", "LoadBalancer"):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    if spec["type"] != "ExternalName":
        spec.setdefault("internalTrafficPolicy", "Cluster")
    for port in spec.get("ports") or ():
        port.setdefault("protocol", "TCP")
        if not port.get("targetPort"):
            port["targetPort"] = port.get("port", 0)


def _endpoints(document: Document) -> None:
    for subset in document.get("subsets") or ():
        for port in subset.get("ports") or ():
            port.setdefault("protocol", "TCP")


def _endpoint_slice(document: Document) -> None:
    for port in document.get("ports") or ():
        put(port, {"name": "", "protocol": "TCP"})


def _secret(document: Document) -> None:
    document.setdefault("type", "Opaque")
    for name, text in document.pop("stringData", {}).items():
        document.setdefault("data", {})[name] = base64.b64encode(text.encode()).decode()


def _claim(document: Document) -> None:
    document["spec"].setdefault("volumeMode", "Filesystem")
    document.setdefault("status", {}).setdefault("phase", "Pending")


def _volume(document: Document) -> None:
    spec = document["spec"]
    put(spec, {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"})
    if "hostPath" in spec:
        spec["hostPath"].setdefault("type", "")
    document.setdefault("status", {}).setdefault("phase", "Pending")


def _bindings(document: Document) -> None:
    group = "rbac.authorization.k8s.io"
    reference = document.setdefault("roleRef", {})
    if not reference.get("apiGroup"):
        reference["apiGroup"] = group
    for subject in document.get("subjects") or ():
        if subject.get("kind") in ("User", "Group"):
            subject.setdefault("apiGroup", group)


def _storage_class(document: Document) -> None:
    put(document, {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"})


def _csi_driver(document: Document) -> None:
    flags = ("podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount", "preventPodSchedulingIfMissing")
    values = {"attachRequired": True, "fsGroupPolicy": "ReadWriteOnceWithFSType", "volumeLifecycleModes": ["Persistent"]}
    put(document["spec"], {**values, **dict.fromkeys(flags, False)})


def _network_policy(document: Document) -> None:
    spec = document["spec"]
    for rule in (*(spec.get("ingress") or ()), *(spec.get("egress") or ())):
        for port in rule.get("ports") or ():
            port.setdefault("protocol", "TCP")
    spec.setdefault("policyTypes", ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])


def _limit_range(document: Document) -> None:
    for limit in document["spec"].get("limits") or ():
        if limit.get("type") != "Container":
            continue
        for name, value in (limit.get("max") or {}).items():
            limit.setdefault("default", {}).setdefault(name, value)
        for name, value in {**(limit.get("min") or {}), **(limit.get("default") or {})}.items():
            limit.setdefault("defaultRequest", {}).setdefault(name, value)


_ALL_AT_ONCE = {"type": "Percent", "value": 100, "periodSeconds": 15}
_SCALING: Mapping[str, Document] = {
    "scaleUp": {
        "stabilizationWindowSeconds": 0,
        "selectPolicy": "Max",
        "policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}, _ALL_AT_ONCE],
    },
    "scaleDown": {"selectPolicy": "Max", "policies": [_ALL_AT_ONCE]},
}
"""How fast an autoscaler changes things, where its behavior says something."""


def _autoscaler(document: Document) -> None:
    spec = document["spec"]
    spec.setdefault("minReplicas", 1)
    if document["apiVersion"] == "autoscaling/v1":
        return
    drop_annotations(document)
    if spec.get("behavior") is not None:
        spec["behavior"] = {direction: {**rules, **(spec["behavior"].get(direction) or {})} for direction, rules in _SCALING.items()}
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": 80}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]


def _namespace(document: Document) -> None:
    own = document["metadata"]
    if "name" in own:
        own["labels"] = {**own.get("labels", {}), "kubernetes.io/metadata.name": own["name"]}


def _requested_devices(devices: Document) -> None:
    for request in devices.get("requests") or ():
        for wanted in (request.get("exactly"), *(request.get("firstAvailable") or ())):
            if wanted is not None and wanted.setdefault("allocationMode", "ExactCount") == "ExactCount":
                wanted["count"] = wanted.get("count") or 1


def _resource_claim(document: Document) -> None:
    _requested_devices((document.get("spec") or {}).get("devices") or {})


def _resource_claim_template(document: Document) -> None:
    _resource_claim(document.get("spec") or {})


def _priority_class(document: Document) -> None:
    document.setdefault("preemptionPolicy", "PreemptLowerPriority")


def _node(document: Document) -> None:
    """All that a node has can be allocated, unless it says otherwise. The networks of its pods begin with the one that is named alone."""
    status, spec = document.get("status") or {}, document.get("spec") or {}
    if status.get("capacity") and not status.get("allocatable"):
        status["allocatable"] = dict(status["capacity"])
    first, networks = spec.get("podCIDR"), spec.get("podCIDRs")
    if first and (not networks or networks[0] != first):
        networks = [first]
    if networks:
        spec.update(podCIDR=networks[0], podCIDRs=networks)


DEFAULTS: Mapping[str, Defaults] = {
    "apiservices.apiregistration.k8s.io": machinery_defaults.api_service,
    "clusterrolebindings.rbac.authorization.k8s.io": _bindings,
    "cronjobs.batch": _cron_job,
    "csidrivers.storage.k8s.io": _csi_driver,
    "daemonsets.apps": _daemon_set,
    "deployments.apps": _deployment,
    "endpoints": _endpoints,
    "endpointslices.discovery.k8s.io": _endpoint_slice,
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "jobs.batch": _job,
    "limitranges": _limit_range,
    "flowschemas.flowcontrol.apiserver.k8s.io": machinery_defaults.flow_schema,
    "mutatingadmissionpolicies.admissionregistration.k8s.io": machinery_defaults.admission_policy,
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": machinery_defaults.admission_binding,
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": machinery_defaults.mutating_webhooks,
    "namespaces": _namespace,
    "networkpolicies.networking.k8s.io": _network_policy,
    "nodes": _node,
    "persistentvolumeclaims": _claim,
    "persistentvolumes": _volume,
    "pods": pod_defaults.default_pod,
    "podtemplates": _pod_template,
    "priorityclasses.scheduling.k8s.io": _priority_class,
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": machinery_defaults.priority_level,
    "resourceclaims.resource.k8s.io": _resource_claim,
    "resourceclaimtemplates.resource.k8s.io": _resource_claim_template,
    "replicasets.apps": _replica_set,
    "replicationcontrollers": _replication_controller,
    "rolebindings.rbac.authorization.k8s.io": _bindings,
    "secrets": _secret,
    "services": _service,
    "statefulsets.apps": _stateful_set,
    "storageclasses.storage.k8s.io": _storage_class,
    "validatingadmissionpolicies.admissionregistration.k8s.io": machinery_defaults.admission_policy,
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": machinery_defaults.admission_binding,
    "validatingwebhookconfigurations.admissionregistration.k8s.io": machinery_defaults.webhooks,
}
