"""The cells of what belongs to the cluster itself: nodes, storage, events, access, definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server.tables.row import NONE, UNKNOWN, UNSET, Row, has_condition

_ROLE, _OLD_ROLE = "node-role.kubernetes.io/", "kubernetes.io/role"
_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}
_OLD_CLASS = "volume.beta.kubernetes.io/storage-class"


def node(row: Row) -> list[Any]:
    ready = next((found for found in row.at("status.conditions", []) if found.get("type") == "Ready"), None)
    status = "Unknown" if ready is None else "Ready" if ready.get("status") == "True" else "NotReady"
    status += ",SchedulingDisabled" if row.at("spec.unschedulable", False) else ""
    info = row.at("status.nodeInfo", {})
    kernel = info.get("kernelVersion") or UNKNOWN
    kernel += f" ({info['architecture']})" if info.get("architecture") else ""
    addresses = {found.get("type"): found.get("address") for found in reversed(row.at("status.addresses", []))}
    return [
        row.name,
        status,
        _roles(row),
        row.age(),
        info.get("kubeletVersion") or "",
        addresses.get("InternalIP", NONE),
        addresses.get("ExternalIP", NONE),
        info.get("osImage") or UNKNOWN,
        kernel,
        info.get("containerRuntimeVersion") or UNKNOWN,
    ]


def _roles(row: Row) -> str:
    found = row.at("metadata.labels", {})
    roles = {key.removeprefix(_ROLE) for key in found if key.startswith(_ROLE)} | {found.get(_OLD_ROLE, "")}
    return ",".join(sorted(filter(None, roles))) or NONE


def _modes(found: list[str]) -> str:
    return ",".join(short for mode, short in _MODES.items() if mode in found)


def _storage_class(row: Row) -> str:
    return str(row.at("metadata.annotations", {}).get(_OLD_CLASS) or row.at("spec.storageClassName"))


def persistent_volume(row: Row) -> list[Any]:
    claim = row.at("spec.claimRef", None)
    return [
        row.name,
        row.at("spec.capacity.storage", "0"),
        _modes(row.at("spec.accessModes", [])),
        row.at("spec.persistentVolumeReclaimPolicy"),
        "Terminating" if row.is_going else row.at("status.phase"),
        f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else "",
        _storage_class(row),
        row.at("spec.volumeAttributesClassName", UNSET),
        row.at("status.reason"),
        row.age(),
        row.at("spec.volumeMode", UNSET),
    ]


def persistent_volume_claim(row: Row) -> list[Any]:
    volume = row.at("spec.volumeName")
    bound = [row.at("status.capacity.storage", "0"), _modes(row.at("status.accessModes", []))] if volume else ["", ""]
    status = "Terminating" if row.is_going else row.at("status.phase")
    attributes = row.at("spec.volumeAttributesClassName", UNSET)
    return [row.name, status, volume, *bound, _storage_class(row), attributes, row.age(), row.at("spec.volumeMode", UNSET)]


def storage_class(row: Row) -> list[Any]:
    annotations = row.at("metadata.annotations", {})
    keys = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
    default = " (default)" if any(annotations.get(key) == "true" for key in keys) else ""
    modes = [row.at("reclaimPolicy", "Delete"), row.at("volumeBindingMode", "Immediate")]
    return [row.name + default, row.at("provisioner"), *modes, row.at("allowVolumeExpansion", False), row.age()]


def csi_driver(row: Row) -> list[Any]:
    tokens = row.at("spec.tokenRequests", None)
    return [
        row.name,
        row.at("spec.attachRequired", True),
        row.at("spec.podInfoOnMount", False),
        row.at("spec.storageCapacity", False),
        ",".join(token.get("audience", "") for token in tokens) if tokens else UNSET,
        row.at("spec.requiresRepublish", False),
        ",".join(row.at("spec.volumeLifecycleModes", [])) or NONE,
        row.age(),
    ]


def event(row: Row) -> list[Any]:
    """Of both groups: `events.k8s.io` names the same fields in another way."""
    first = row.since(row.first("firstTimestamp", "deprecatedFirstTimestamp", "eventTime"))
    last_seen = row.first("lastTimestamp", "deprecatedLastTimestamp")
    last, count = row.since(last_seen) if last_seen else first, row.first("count", "deprecatedCount") or 1
    if series := row.at("series", None):
        last, count = row.since(series.get("lastObservedTime", "")), series.get("count", 0)
    about = row.first("involvedObject", "regarding") or {}
    target = "/".join(filter(None, (about.get("kind", "").lower(), about.get("name"))))
    source = row.first("source", "deprecatedSource") or {}
    component = source.get("component") or row.first("reportingComponent", "reportingController")
    host = source.get("host") or row.at("reportingInstance")
    return [
        last,
        row.at("type"),
        row.at("reason"),
        target,
        about.get("fieldPath", ""),
        ", ".join(filter(None, (component, host))),
        row.first("message", "note").strip(),
        first,
        count,
        row.name,
    ]


def binding(row: Row) -> list[Any]:
    """Of a role, to users, groups and service accounts."""
    named: dict[str, list[str]] = {"User": [], "Group": [], "ServiceAccount": []}
    for subject in row.at("subjects", []):
        text = subject.get("name", "")
        if subject.get("kind") == "ServiceAccount":
            text = f"{subject.get('namespace', '')}/{text}"
        named.get(subject.get("kind"), []).append(text)
    role = row.at("roleRef", {})
    return [row.name, f"{role.get('kind', '')}/{role.get('name', '')}", row.age(), *(", ".join(names) for names in named.values())]


def custom_resource_definition(row: Row) -> list[Any]:
    shown = ",".join(sorted(_version(version) for version in row.at("spec.versions", []) if version.get("served")))
    established = has_condition(row.at("status.conditions", []), "Established")
    names = row.at("spec.names", {})
    short = ",".join(names.get("shortNames") or ())
    return [row.name, row.at("spec.scope"), shown, row.created(), row.at("spec.group"), names.get("kind", ""), short, established]


def _version(version: Mapping[str, Any]) -> str:
    return f"{version.get('name', '')}(storage)" if version.get("storage") else str(version.get("name", ""))


def api_service(row: Row) -> list[Any]:
    service = row.at("spec.service", None)
    available = next((found for found in row.at("status.conditions", []) if found.get("type") == "Available"), None)
    status = "Unknown" if available is None else available.get("status", "")
    if available is not None and status != "True":
        status = f"{status} ({available.get('reason', '')})"
    return [row.name, f"{service.get('namespace')}/{service.get('name')}" if service else "Local", status, row.age()]
