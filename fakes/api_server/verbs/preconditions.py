"""Preconditions: what an update or a deletion says of the object that it means, by its uid and its version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server import errors
from fakes.api_server.builtin.admission import NAMESPACES
from fakes.api_server.delete_options import DeleteOptions
from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from fakes.api_server.objects.metadata import kind_name
from fakes.api_server.requests import in_range

Document = Mapping[str, Any]

_UNCONDITIONAL_REFUSED = {
    ("admissionregistration.k8s.io", "mutatingadmissionpolicies"),
    ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
    ("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
    ("apiextensions.k8s.io", "customresourcedefinitions"),
    ("apiregistration.k8s.io", "apiservices"),
    ("certificates.k8s.io", "clustertrustbundles"),
    ("certificates.k8s.io", "podcertificaterequests"),
    ("coordination.k8s.io", "leases"),
    ("node.k8s.io", "runtimeclasses"),
    ("policy", "poddisruptionbudgets"),
    ("storage.k8s.io", "csidrivers"),
    ("storage.k8s.io", "csinodes"),
    ("storage.k8s.io", "csistoragecapacities"),
    ("storage.k8s.io", "volumeattachments"),
    ("storagemigration.k8s.io", "storageversionmigrations"),
}
# a real server keeps most kinds under their plural, whatever their group
_KEPT_BY_GROUP = ("apiextensions.k8s.io", "apiregistration.k8s.io")
_KEPT_ELSEWHERE = {
    ("", "endpoints"): "services/endpoints",
    ("", "nodes"): "minions",
    ("", "replicationcontrollers"): "controllers",
    ("", "services"): "services/specs",
    ("networking.k8s.io", "ingresses"): "ingress",
}


def check_uid(kind: Kind, uid: str, new: Document, *, dry_run: bool) -> None:
    """Raises 409 for the update of another object than was meant. `uid` is empty where there is none yet."""
    own = new["metadata"]
    if own.get("uid", uid) == uid:
        return
    why = (
        f"StorageError: invalid object, Code: 4, Key: {'' if dry_run else '/registry'}{_etcd_key(kind, own)}, ResourceVersion: 0,"
        f" AdditionalErrorMsg: Precondition failed: UID in precondition: {own['uid']}, UID in object meta: {uid}"
    )
    raise errors.conflict(kind.resource.name, own["name"], why)


def _etcd_key(kind: Kind, own: Mapping[str, Any]) -> str:
    """Where a real server keeps the object, below the root of all."""
    resource = kind.resource
    place = f"{resource.group}/{resource.plural}" if kind.custom or resource.group in _KEPT_BY_GROUP else resource.plural
    place = _KEPT_ELSEWHERE.get(kind.storage_key, place)
    return "".join(f"/{part}" for part in (place, own.get("namespace"), own["name"]) if part)


def check_version(kind: Kind, old: Document, sent: Document) -> None:
    """Raises 409 for a version that is not the newest, 422 for none where one is needed, 500 for what is no version."""
    name, resource = old["metadata"]["name"], kind.resource.name
    text = str(sent["metadata"].get("resourceVersion", "0"))
    if not (text.isascii() and text.isdigit()):
        raise errors.server_failure(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    number = in_range(text, 0, 2**64)
    if number is None:
        raise errors.server_failure(f'strconv.ParseUint: parsing "{text}": value out of range')
    if number == 0:
        if kind.custom or kind.storage_key in _UNCONDITIONAL_REFUSED:
            cause = Cause("FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion")
            raise errors.invalid(resource, name, [cause])
    elif number != int(old["metadata"]["resourceVersion"]):
        raise errors.conflict(resource, name)


def check_deletion(kind: Kind, old: Document, options: DeleteOptions) -> None:
    """Raises 409 for the deletion of another object, or of another state, than was meant."""
    own = old["metadata"]
    if kind.storage_key == NAMESPACES:
        _check_namespace(own, options)
    if options.uid is not None and options.uid != own["uid"]:
        why = (
            f"the UID in the precondition ({options.uid}) does not match the UID in record ({own['uid']})."
            " The object might have been deleted and then recreated"
        )
        raise errors.conflict(kind_name(kind), own["name"], why)
    if options.version is not None and options.version != own["resourceVersion"]:
        why = (
            f"the ResourceVersion in the precondition ({options.version}) does not match the ResourceVersion in record"
            f" ({own['resourceVersion']}). The object might have been modified"
        )
        raise errors.conflict(kind_name(kind), own["name"], why)


def _check_namespace(own: Mapping[str, Any], options: DeleteOptions) -> None:
    """Namespaces are deleted in a way of their own, with other words."""
    for what, wanted, found in (("UID", options.uid, own["uid"]), ("ResourceVersion", options.version, own["resourceVersion"])):
        if wanted is not None and wanted != found:
            why = f"Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {found}"
            raise errors.conflict("namespaces", own["name"], why)
