"""Reset fields: what a client cannot write by way of a resource or a subresource, as the server keeps it as it is. So nobody owns it."""

from __future__ import annotations

from collections.abc import Mapping

from fakes.api_server.kinds import Kind
from fakes.api_server.ownership.field_sets import MEMBER, FieldSet

_STATUS: FieldSet = {"f:status": MEMBER}
_SPEC: FieldSet = {"f:spec": MEMBER}
_ALL_BUT_STATUS: FieldSet = {"f:metadata": MEMBER, "f:spec": MEMBER}
_RESETS_METADATA = frozenset(
    (
        ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
        ("apiregistration.k8s.io", "apiservices"),
        ("certificates.k8s.io", "podcertificaterequests"),
        ("flowcontrol.apiserver.k8s.io", "flowschemas"),
        ("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations"),
        ("internal.apiserver.k8s.io", "storageversions"),
        ("lifecycle.k8s.io", "evictionrequests"),
        ("networking.k8s.io", "servicecidrs"),
        ("resource.k8s.io", "devicetaintrules"),
        ("resource.k8s.io", "resourceclaims"),
        ("resource.k8s.io", "resourcepoolstatusrequests"),
        ("scheduling.k8s.io", "compositepodgroups"),
        ("scheduling.k8s.io", "podgroups"),
        ("storage.k8s.io", "volumeattachments"),
        ("storagemigration.k8s.io", "storageversionmigrations"),
    )
)
_OF_STATUS: Mapping[tuple[str, str], FieldSet] = {
    ("", "pods"): {**_SPEC, "f:metadata": {"f:deletionTimestamp": MEMBER, "f:ownerReferences": MEMBER}},
    ("apps", "deployments"): {**_SPEC, "f:metadata": {"f:labels": MEMBER}},
    ("certificates.k8s.io", "certificatesigningrequests"): {**_SPEC, "f:status": {"f:conditions": MEMBER}},
}
_REQUESTS = ("certificates.k8s.io", "certificatesigningrequests")


def reset_fields(kind: Kind, subresource: str) -> FieldSet:
    """The fields that a write to the resource, or to this subresource, leaves alone."""
    key = kind.storage_key
    match subresource:
        case "":
            if key == _REQUESTS:
                return {**_SPEC, **_STATUS}
            return _STATUS if "status" in kind.subresources else {}
        case "finalize":
            return _STATUS
        case "approval":
            return {**_SPEC, "f:status": {"f:certificate": MEMBER}}
        case "status":
            usual = _ALL_BUT_STATUS if kind.custom or key in _RESETS_METADATA else _SPEC
            return _OF_STATUS.get(key, usual)
    return {}
