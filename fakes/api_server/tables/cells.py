"""The cells of each built-in kind. What a kind shows as it stands is a path; what is put together is a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakes.api_server.tables import machinery, networking, pods, policy, workloads
from fakes.api_server.tables.row import Row

Cells = Callable[[Row], list[Any]]

AGE = "age"


def plain(*columns: tuple[str, Any] | str) -> Cells:
    """Name, then the values at these paths (each with what stands for nothing, else an empty text); `AGE` is the age."""
    pairs = [(column, "") if isinstance(column, str) else column for column in columns]

    def cells(row: Row) -> list[Any]:
        return [row.name, *(row.age() if path == AGE else row.at(path, default) for path, default in pairs)]

    return cells


def counted(*paths: str) -> Cells:
    """Name, how many entries there are at the paths, and age."""
    return lambda row: [row.name, sum(len(row.at(path, ())) for path in paths), row.age()]


def created(row: Row) -> list[Any]:
    """What a kind without columns of its own shows."""
    return [row.name, row.created()]


def secret(row: Row) -> list[Any]:
    return [row.name, row.at("type"), len(row.at("data", {})), row.age()]


BUILT_IN: Mapping[str, Cells] = {
    "apiservices.apiregistration.k8s.io": machinery.api_service,
    "certificatesigningrequests.certificates.k8s.io": policy.signing_request,
    "clusterrolebindings.rbac.authorization.k8s.io": machinery.binding,
    "clustertrustbundles.certificates.k8s.io": plain(("spec.signerName", "<none>")),
    "configmaps": counted("data", "binaryData"),
    "controllerrevisions.apps": workloads.controller_revision,
    "cronjobs.batch": workloads.cron_job,
    "csidrivers.storage.k8s.io": machinery.csi_driver,
    "csinodes.storage.k8s.io": counted("spec.drivers"),
    "customresourcedefinitions.apiextensions.k8s.io": machinery.custom_resource_definition,
    "daemonsets.apps": workloads.daemon_set,
    "deployments.apps": workloads.deployment,
    "deviceclasses.resource.k8s.io": plain(AGE),
    "devicetaintrules.resource.k8s.io": policy.device_taint,
    "endpoints": networking.endpoints,
    "endpointslices.discovery.k8s.io": networking.endpoint_slice,
    "events": machinery.event,
    "events.events.k8s.io": machinery.event,
    "flowschemas.flowcontrol.apiserver.k8s.io": policy.flow_schema,
    "horizontalpodautoscalers.autoscaling": policy.autoscaler,
    "ingressclasses.networking.k8s.io": networking.ingress_class,
    "ingresses.networking.k8s.io": networking.ingress,
    "ipaddresses.networking.k8s.io": networking.ip_address,
    "jobs.batch": workloads.job,
    "leases.coordination.k8s.io": plain("spec.holderIdentity", AGE),
    "mutatingadmissionpolicies.admissionregistration.k8s.io": policy.mutating_policy,
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": policy.policy_binding,
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": counted("webhooks"),
    "namespaces": plain("status.phase", AGE),
    "networkpolicies.networking.k8s.io": networking.network_policy,
    "nodes": machinery.node,
    "persistentvolumeclaims": machinery.persistent_volume_claim,
    "persistentvolumes": machinery.persistent_volume,
    "podcertificaterequests.certificates.k8s.io": policy.pod_certificate_request,
    "poddisruptionbudgets.policy": policy.disruption_budget,
    "pods": pods.pod,
    "podtemplates": workloads.pod_template,
    "priorityclasses.scheduling.k8s.io": plain(("value", 0), ("globalDefault", False), AGE, "preemptionPolicy"),
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": policy.priority_level,
    "replicasets.apps": workloads.replica_set,
    "replicationcontrollers": workloads.replication_controller,
    "resourceclaims.resource.k8s.io": policy.resource_claim,
    "resourceclaimtemplates.resource.k8s.io": plain(AGE),
    "resourcequotas": policy.resource_quota,
    "resourceslices.resource.k8s.io": plain("spec.nodeName", "spec.driver", "spec.pool.name", AGE),
    "rolebindings.rbac.authorization.k8s.io": machinery.binding,
    "runtimeclasses.node.k8s.io": plain("handler", AGE),
    "secrets": secret,
    "serviceaccounts": plain(AGE),
    "servicecidrs.networking.k8s.io": networking.service_cidr,
    "services": networking.service,
    "statefulsets.apps": workloads.stateful_set,
    "storageclasses.storage.k8s.io": machinery.storage_class,
    "storageversionmigrations.storagemigration.k8s.io": policy.storage_migration,
    "validatingadmissionpolicies.admissionregistration.k8s.io": policy.validating_policy,
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": policy.policy_binding,
    "validatingwebhookconfigurations.admissionregistration.k8s.io": counted("webhooks"),
    "volumeattachments.storage.k8s.io": plain(
        "spec.attacher", "spec.source.persistentVolumeName", "spec.nodeName", ("status.attached", False), AGE
    ),
    "volumeattributesclasses.storage.k8s.io": plain("driverName", AGE),
}
